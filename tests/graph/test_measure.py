"""A measure is a module with MEASURES and one with DDL: all lists of measures derive from these."""

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import graph.measures
import kb.migrations.computed
from graph.cli import find_commands, graph_commands
from graph.measure import find_measures, format_measures
from graph.run import compute_graph
from kb.integrity.check import check_kb, logical_hash
from kb.migrations.computed import find_ddl, find_shown
from kb.queries.computed_tables import read_computed_tables
from kb.queries.evidence.computed_evidence import computed_evidence
from kb.queries.evidence.selects import read_evidence
from kb.sentences import Part
from kb.site.pages.schema import schema_values
from kb.site.parts.standing import computed_sentence
from kb.store.works import save_touched, touch
from tests.rows import add_article, add_citations

MEASURES_LIST = Path(__file__).parents[2] / "docs" / "measures.md"
DDL = '''
"""Table of how many years lie between a work and what cites it."""
DDL = """
create table made_up_ages (
    id integer primary key references works (id),
    years real,  -- NULL: nothing that cites it has a year
    graph_run_id integer not null references graph_runs (id)
) strict;
"""
from kb.migrations.computed import Shown
SHOWN = (Shown("made_up_ages", "Age at citation", ("{years} years after this one.",)),)
'''
MODULE = '''
import click
import numpy as np
from graph.measure import MeasureCommand, Measure

def ages(citations, years):
    gaps = np.full(len(years), np.nan)
    gaps[citations.cited] = years[citations.citing] - years[citations.cited]
    return gaps

def step(job):
    found = job.timed("made_up_ages", lambda: ages(job.field.citations, job.field.years), unit="year")
    job.keep_rows("made_up_ages", "made_up_ages", [{"id": job.field.citations.ids, "years": found}], found="ages")

@click.command("made-up-ages")
def ages_command():
    """List the made-up ages."""

MEASURES = (
    Measure("made_up_ages", ("made_up_ages",), step, "an age", "Nobody 2026", "one pass",
            command=MeasureCommand("made-up-ages", "graph.measures.made_up:ages_command", "List the made-up ages.")),
)
'''


@pytest.fixture
def made_up(db: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """A file made with one more measure, of which there are two modules; 2 cites 1, and 3 cites 9 and a DOI."""
    for package, text in ((graph.measures, MODULE), (kb.migrations.computed, DDL)):
        folder = tmp_path / package.__name__
        folder.mkdir()
        (folder / "made_up.py").write_text(text)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    [ddl] = [ddl for ddl in find_ddl() if "made_up_ages" in ddl]
    db.executescript(ddl)
    for pmid, year in ((1, 2000), (2, 2004), (3, 2010)):
        add_article(db, pmid, year=year)
    add_citations(db, 2, 1)
    add_citations(db, 3, 9, "doi:10.1/a")
    yield db
    for package in (graph.measures, kb.migrations.computed):
        sys.modules.pop(f"{package.__name__}.made_up", None)
        vars(package).pop("made_up", None)


def test_a_new_measure_is_run_and_saved_with_its_run(made_up: sqlite3.Connection) -> None:
    summary = compute_graph(made_up)

    assert summary.found["ages"] == 5
    assert made_up.execute("select id, years, graph_run_id from made_up_ages where id > 0").fetchall() == [
        (1, 4.0, 1), (2, None, 1), (3, None, 1), (9, None, 1),
    ]  # fmt: skip
    parameters = "select parameters from metric_runs where measure = 'made_up_ages'"
    assert made_up.execute(parameters).fetchone() == ('{"unit": "year"}',)


def test_a_new_measure_is_listed_in_the_documentation_and_among_the_commands(made_up: sqlite3.Connection) -> None:
    assert "| `made_up_ages` | `made_up_ages` | an age | Nobody 2026 | one pass | `litkb graph made-up-ages` |" in (
        format_measures().splitlines()
    )
    assert find_commands()["Commands"]["made-up-ages"] == (
        "graph.measures.made_up:ages_command",
        "List the made-up ages.",
    )


def test_a_new_measure_is_checked_and_no_part_of_the_logical_content(made_up: sqlite3.Connection) -> None:
    before = logical_hash(made_up)
    compute_graph(made_up)
    assert logical_hash(made_up) == before
    made_up.execute("update works set state = 'merged', merged_into = 1 where id = 9")
    made_up.execute("pragma foreign_keys = off")
    others = read_computed_tables(made_up) - {"made_up_ages"}
    for table in others:
        made_up.execute(f"delete from {table}")

    found = {one.rule: one.examples for one in check_kb(made_up)}

    assert found["computed numbers belong to works that are here and not merged"] == ["9"]


def test_the_numbers_of_a_new_measure_go_with_a_work_that_is_forgotten(made_up: sqlite3.Connection) -> None:
    compute_graph(made_up)
    [work] = made_up.execute("select id from works where doi = '10.1/a'").fetchone()
    made_up.execute("delete from citations where cited_id = ?", (work,))
    touch(made_up, [work])

    save_touched(made_up)

    assert made_up.execute("select id from made_up_ages where id < 0").fetchall() == []


def test_a_new_measure_stands_among_the_computed_tables_of_the_schema_page(made_up: sqlite3.Connection) -> None:
    groups = dict(schema_values(made_up, {})["groups"])

    assert "made_up_ages" in [table.name for table in groups["Computed by graph runs"]]


def test_the_numbers_of_a_new_measure_are_shown_and_lead_to_their_row(made_up: sqlite3.Connection) -> None:
    compute_graph(made_up)
    [shown] = [one for one in find_shown() if one.table == "made_up_ages"]
    evidence = computed_evidence([shown])["made_up_ages_years"]

    assert computed_sentence(made_up, shown, 1) == [
        Part("4.00", "/evidence/made_up_ages_years?id=1"), Part(" years after this one."),
    ]  # fmt: skip
    assert read_evidence(made_up, evidence, {"id": 1}, 10).number == 4.0
    assert computed_sentence(made_up, shown, 2) == []


def test_the_documentation_lists_all_measures_as_they_describe_themselves() -> None:
    listed = MEASURES_LIST.read_text(encoding="utf-8").partition("## All measures\n\n")[2].partition("\n\n")[0] + "\n"

    assert listed == format_measures()


def test_every_measure_names_tables_that_there_are_and_every_table_has_one(db: sqlite3.Connection) -> None:
    tables = [table for measure in find_measures() for table in measure.tables]

    assert sorted(tables) == sorted(read_computed_tables(db))


def test_every_command_of_a_measure_is_one() -> None:
    commands = [measure.command for measure in find_measures() if measure.command]

    assert commands
    for command in commands:
        assert find_commands()["Commands"][command.name] == (command.function, command.summary)
        assert isinstance(graph_commands.get_command(click.Context(graph_commands), command.name), click.Command)
