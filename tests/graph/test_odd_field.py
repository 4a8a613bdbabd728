"""A field with all that real ones have: every stored number leads to its run, and to citations that count once."""

import json
import sqlite3
from pathlib import Path

import pytest

from graph.measure import find_measures
from graph.run import compute_graph
from kb.database import open_kb
from kb.queries.computed_tables import read_computed_tables
from tests.rows import add_article, add_citations, add_notice, add_work

MEASURES = {  # table -> the names in metric_runs that say how its numbers came about
    table: measure.parts or (measure.name,) for measure in find_measures() for table in measure.tables
}


def add_field(db: sqlite3.Connection) -> None:
    """Add a cycle 2, 3, 4 in which 2 and 3 cite each other; 5, older, citing 6, newer; 7 alone; 1 retracted.

    In 2007 all seven articles cite 1, in 2008 all seven cite 8.
    """
    for pmid, year in enumerate((2000, 2004, 2005, 2006, 1999, 2010, 2011), start=1):
        add_article(db, pmid, year=year, names=["Kelly JF"], keywords=["recovery"])
    for citing, cited in ((2, (1, 3, 9)), (3, (1, 2, 4)), (4, (2, 9)), (5, (6, 1)), (6, (1, 8, "doi:10.1/a"))):
        add_citations(db, citing, *cited)
    add_citations(db, 8, "doi:10.1/a", source="elink_citedin")
    for pmid in range(20, 34):
        add_article(db, pmid, year=2007 + pmid % 2)
        add_citations(db, pmid, 8 if pmid % 2 else 1)
    add_notice(db, 1, "RetractionIn", printed="J Tests. 2005 May")


def say_again(db: sqlite3.Connection) -> None:
    """Say the citations of the field by other sources and names, and of some works that they cite themselves."""
    add_citations(db, 2, 1, 3, source="icite")
    add_citations(db, 3, 1, source="elink_citedin")
    add_citations(db, 3, 3)
    add_citations(db, 7, 7)
    for name, work in (("doi:10.1/one", 1), ("doi:10.1/nine", 9), ("doi:10.1/six", 6)):
        add_work(db, name, merged_into=work)
    add_citations(db, 3, "doi:10.1/one")
    add_citations(db, 2, "doi:10.1/nine")
    add_citations(db, 6, "doi:10.1/six")  # itself, by the name of what was merged into it
    add_work(db, 66, merged_into=6)
    add_citations(db, 66, 1, 8, source="icite")


def computed(db: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every computed table."""
    compute_graph(db, clock=lambda: "2026-01-01T00:00:00Z")
    return {table: db.execute(f"select * from {table}").fetchall() for table in sorted(read_computed_tables(db))}


def test_numbers_do_not_depend_on_how_often_and_by_which_name_a_citation_is_said(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    add_field(db)
    once = computed(db)
    again = open_kb(tmp_path / "again.db", create=True)
    add_field(again)
    say_again(again)

    found = computed(again)

    again.close()
    assert [table for table, rows in once.items() if not rows] == []
    assert found == once


def test_every_stored_number_leads_to_its_run(db: sqlite3.Connection) -> None:
    add_field(db)
    add_article(db, 10)
    computed(db)
    computed(db)

    [(run, versions)] = db.execute("select id, versions from graph_runs order by id desc limit 1").fetchall()
    said = db.execute("select measure, parameters, seconds from metric_runs where graph_run_id = ?", (run,)).fetchall()
    assert MEASURES.keys() == read_computed_tables(db)
    assert {measure for measure, *_ in said} == {measure for of_table in MEASURES.values() for measure in of_table}
    for table in MEASURES:
        assert db.execute(f"select distinct graph_run_id from {table}").fetchall() == [(run,)]
    assert all(isinstance(json.loads(parameters), dict) and seconds >= 0 for _, parameters, seconds in said)
    assert "litkb" in json.loads(versions)


def test_the_documentation_names_every_table_of_computed_numbers(db: sqlite3.Connection) -> None:
    text = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")

    assert [table for table in sorted(read_computed_tables(db)) if f"`{table}`" not in text] == []


@pytest.mark.parametrize("pmids", [[], [1], [1, 2]])
def test_works_without_any_citation_have_numbers_that_say_so(db: sqlite3.Connection, pmids: list[int]) -> None:
    for pmid in pmids:
        add_article(db, pmid)
    add_citations(db, 3, 3, source="icite")  # itself alone

    found = computed(db)

    share = pytest.approx(1 / max(len(pmids), 1))
    assert [row[:10] for row in found["article_metrics"]] == [
        (pmid, 0, 0, share, pmid, share, 0.0, 0.0, 0, 50.0) for pmid in pmids
    ]  # what cites itself alone is in no citation
    others = found.keys() - {"article_metrics", "work_positions"}
    assert {value for table in others for row in found[table] for value in row[1:-1]} <= {None}
