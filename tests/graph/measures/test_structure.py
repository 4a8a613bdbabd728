"""The structure of a field as graph runs store it: main path, cycles, reference years, retractions, the map."""

import itertools
import json
import sqlite3

import pytest

from graph import run
from graph.measures.main_path import main_path_step
from graph.measures.retractions import first_notice, retractions_step
from graph.measures.rpys import reference_years_step
from graph.run import compute_graph
from kb.integrity.check import check_kb
from kb.queries.citations import read_computed
from kb.queries.harvest_log import read_status
from kb.queries.invariants import read_violations
from kb.queries.structure import NoticeRow
from kb.store.works import save_touched, touch
from tests.rows import add_article, add_citations, add_notice, add_work

TABLES = (
    "main_path",
    "citation_cycles",
    "reference_years",
    "reference_year_works",
    "retractions",
    "retraction_exposure",
)


def rows(db: sqlite3.Connection, sql: str) -> list[tuple[object, ...]]:
    return db.execute(sql).fetchall()


def add_chain(db: sqlite3.Connection, *pmids: int) -> None:
    """Add articles each of which cites the one before."""
    for year, pmid in enumerate(pmids, start=2000):
        add_article(db, pmid, year=year)
    for cited, citing in itertools.pairwise(pmids):
        add_citations(db, citing, cited)


def test_the_main_path_and_the_cycles_it_passes_are_saved(db: sqlite3.Connection) -> None:
    add_chain(db, 1, 2, 3, 4)
    add_citations(db, 2, 3)  # 2 and 3 cite each other
    add_citations(db, 4, 1)

    summary = compute_graph(db)

    assert rows(db, "select path, route, position, cited_id, citing_id, round(share, 4) from main_path") == [
        ("key route", 1, 1, 1, 2, 0.5), ("key route", 1, 2, 3, 4, 0.5), ("key route", 2, 1, 1, 4, 0.5),
        ("main", 1, 1, 1, 2, 0.5), ("main", 1, 2, 3, 4, 0.5),
    ]  # fmt: skip
    assert rows(db, "select id, cycle from citation_cycles") == [(2, 1), (3, 1)]
    assert (summary.found["main path"], summary.found["works on cycles"]) == (2, 2)


def test_several_assertions_self_references_and_merged_works_make_one_path(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_article(db, 2)
    add_work(db, "doi:10.1/a", merged_into=1)
    add_citations(db, 2, 2, 1, "doi:10.1/a")
    add_citations(db, 2, 1, source="icite")

    compute_graph(db)

    assert rows(db, "select position, cited_id, citing_id, share, log10_paths from main_path where path = 'main'") == [
        (1, 1, 2, 1.0, 0.0)
    ]


def test_reference_years_count_references_of_held_articles_alone(db: sqlite3.Connection) -> None:
    add_article(db, 1, year=2010)
    add_article(db, 2, year=2011)
    add_citations(db, 1, 11, 12)
    add_citations(db, 2, 1, 11)
    add_citations(db, 20, 11, source="elink_citedin")  # of 20 no reference list is held
    db.execute("update works set year = 1973 where id = 11")

    compute_graph(db)

    years = "select year, reference_count, works, deviation, is_peak from reference_years"
    assert rows(db, f"{years} where reference_count order by year") == [
        (None, 1, 1, None, None),
        (1973, 2, 1, 2.0, 1),
        (2010, 1, 1, 1.0, 1),
    ]
    assert rows(db, "select year, position, id, reference_count from reference_year_works") == [
        (1973, 1, 11, 2), (2010, 1, 1, 1),
    ]  # fmt: skip


def test_exposure_is_seen_from_the_record_of_the_notice(db: sqlite3.Connection) -> None:
    for pmid, year in ((1, 2000), (2, 2005), (3, 2010), (4, 2012), (5, None), (6, 2013), (9, 2010)):
        add_article(db, pmid, year=year)
    add_notice(db, 1, "RetractionIn", other=9, printed="J Tests. 2009 May 1")
    add_notice(db, 9, "RetractionOf", other=1)
    for citing in (2, 3, 4, 5, 9):
        add_citations(db, citing, 1)
    add_citations(db, 6, 2, 4)

    compute_graph(db)

    assert rows(db, "select * from retractions") == [(1, 2010, "record", 4, 1, 1, 1, 1, 1, 1)]
    assert rows(db, "select retracted_id, id, steps, through, timing from retraction_exposure") == [
        (1, 2, 1, 0, "before"), (1, 3, 1, 0, "same year"), (1, 4, 1, 0, "after"), (1, 5, 1, 0, "unknown"),
        (1, 6, 2, 2, "after"),
    ]  # fmt: skip


def test_a_retraction_without_notice_is_of_unknown_time_and_not_of_none(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_article(db, 2)
    add_citations(db, 2, 1)
    db.execute("insert into publication_types (pmid, position, name) values (1, 1, 'Retracted Publication')")

    compute_graph(db)

    assert rows(db, "select id, notice_year, notice_from, citing, citing_unknown from retractions") == [
        (1, None, None, 1, 1)
    ]
    assert rows(db, "select id, timing from retraction_exposure") == [(2, "unknown")]


def test_a_retracted_article_that_only_its_notice_names_is_listed_with_nobody_citing_it(db: sqlite3.Connection) -> None:
    add_article(db, 9, year=2010)
    add_notice(db, 9, "RetractionOf", other=7)

    compute_graph(db)

    assert rows(db, "select id, notice_year, citing, two_steps from retractions") == [(7, 2010, 0, 0)]


@pytest.mark.parametrize(
    ("notices", "first"),
    [
        ([NoticeRow(1, None, None, None)], (None, None)),
        ([NoticeRow(1, 9, 2012, "J Tests. 2011 May;1(2):3")], (2012, "record")),
        ([NoticeRow(1, 9, 2012, None), NoticeRow(1, 8, None, "J Tests. 2011 May;1(2):3")], (2011, "printed")),
        ([NoticeRow(1, None, None, "doi: 10.1/a")], (None, None)),
    ],
    ids=["no notice", "record before print", "the first of two", "print without a year"],
)
def test_the_year_of_a_retraction_is_that_of_its_first_notice(
    notices: list[NoticeRow], first: tuple[int | None, str | None]
) -> None:
    assert first_notice(notices) == first


def test_positions_of_the_map_stand_beside_those_of_the_timeline(db: sqlite3.Connection) -> None:
    add_chain(db, 1, 2, 3)
    add_article(db, 4)

    compute_graph(db)

    assert rows(db, "select id, round(x), round(y) from work_positions where layout = 'map' order by x") == [
        (1, 0.0, 0.0), (2, 1.0, 0.0), (3, 2.0, 0.0),
    ]  # fmt: skip
    assert rows(db, "select id from work_positions where layout = 'timeline'") == [(1,), (2,), (3,), (4,)]


def test_a_part_is_computed_alone_without_passing_for_the_whole(db: sqlite3.Connection) -> None:
    add_chain(db, 1, 2, 3)
    compute_graph(db, clock=lambda: "2026-01-01T00:00:00Z")
    add_chain(db, 11, 12)

    compute_graph(db, steps=[main_path_step, retractions_step], clock=lambda: "2026-02-02T00:00:00Z")

    assert rows(db, "select distinct graph_run_id from main_path") == [(2,)]
    assert rows(db, "select distinct graph_run_id from reference_years") == [(1,)]
    assert rows(db, "select distinct graph_run_id from article_metrics") == [(1,)]
    assert read_computed(db) == ("2026-01-01T00:00:00Z", 3, 2)
    assert read_status(db)["graph_computed_at"] == "2026-01-01T00:00:00Z"


def test_every_number_leads_to_its_run_and_the_parameters_of_it(db: sqlite3.Connection) -> None:
    compute_graph(db, steps=[main_path_step, reference_years_step, retractions_step])

    said = {name: json.loads(text) for name, text in rows(db, "select measure, parameters from metric_runs")}  # type: ignore[arg-type]
    assert said == {
        "main_path": {"keys": 10, "weights": "search path count"},
        "citation_cycles": {},
        "reference_years": {"citing": "held", "median_of": 5, "works_of_a_peak": 5},
        "retractions": {"steps": 2},
    }


def full_field(db: sqlite3.Connection) -> None:
    """Fill every table of the structure: 2 and 3 on a cycle, 1 retracted, 9 named by 4 alone."""
    add_chain(db, 1, 2, 3, 4)
    add_citations(db, 2, 3)
    add_citations(db, 4, 9)
    add_notice(db, 1, "RetractionIn", printed="J Tests. 2001 May")
    db.execute("update works set year = 1973 where id = 9")


def test_a_later_run_replaces_all_of_it(db: sqlite3.Connection) -> None:
    full_field(db)
    compute_graph(db)
    before = [rows(db, f"select count(*) from {table}") for table in TABLES]

    compute_graph(db)

    assert [rows(db, f"select count(*) from {table}") for table in TABLES] == before
    assert all(count != [(0,)] for count in before)
    assert {row for table in TABLES for row in rows(db, f"select distinct graph_run_id from {table}")} == {(2,)}


def test_what_was_computed_goes_with_its_work_and_the_file_stays_sound(db: sqlite3.Connection) -> None:
    full_field(db)
    compute_graph(db)
    db.execute("delete from citations where cited_id = 9")
    touch(db, [9])

    save_touched(db)

    assert rows(db, "select id from works where id = 9") == []
    assert rows(db, "pragma foreign_key_check") == []


def test_a_work_forgotten_while_the_run_computes_is_in_no_table(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_field(db)
    versions = run._versions

    def forget() -> str:
        db.execute("delete from citations where cited_id = 9")
        db.execute("delete from works where id = 9")
        return versions()

    monkeypatch.setattr(run, "_versions", forget)

    compute_graph(db)

    assert rows(db, "pragma foreign_key_check") == []
    assert rows(db, "select distinct route from main_path where path = 'main'") == [(1,)]


@pytest.mark.parametrize("table", [name for name in TABLES if name != "reference_years"])
def test_rows_of_a_work_that_was_merged_since_are_a_violation(db: sqlite3.Connection, table: str) -> None:
    rule = "computed numbers belong to works that are here and not merged"
    full_field(db)
    add_work(db, 77)
    compute_graph(db, steps=[main_path_step, reference_years_step, retractions_step])
    for other in {*TABLES} - {table, "reference_years"}:
        db.execute(f"delete from {other}")
    assert rule not in {violation.rule for violation in read_violations(db)}

    db.execute("update works set merged_into = 77 where id <> 77")

    assert rule in {violation.rule for violation in read_violations(db)}


def test_an_empty_file_has_no_structure_and_is_sound(db: sqlite3.Connection) -> None:
    compute_graph(db)

    assert [rows(db, f"select count(*) from {table}") for table in TABLES] == [[(0,)]] * len(TABLES)
    assert check_kb(db) == []
