"""A graph run: computed from one state of the file, saved whole, with the parameters used."""

import itertools
import json
import sqlite3
from pathlib import Path

import pytest

from graph import run, run_context
from graph.measure import find_measures
from graph.run import compute_graph
from graph.run_context import Job
from kb.queries.computed_tables import read_computed_tables
from kb.queries.invariants import read_violations
from kb.store.works import save_touched, touch
from tests.rows import add_article, add_citations, add_work

MOMENTS = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:09Z", "2026-01-02T00:00:00Z", "2026-01-02T00:00:09Z")


def compute(db: sqlite3.Connection) -> run.GraphSummary:
    return compute_graph(db, clock=itertools.chain(MOMENTS).__next__)


def test_counts_ranks_components_and_related_studies_are_saved(db: sqlite3.Connection) -> None:
    add_article(db, 1, names=["Kelly JF"])
    add_article(db, 2, names=["Kelly JF"])
    add_article(db, 3)
    add_citations(db, 1, 2, 9)

    summary = compute(db)

    assert summary[:4] == (1, 4, 3, 2)
    expected = {"works": 4, "components": 2, "communities": 1, "positions": 6, "related studies": 2}
    assert expected.items() <= summary.found.items()
    assert db.execute("""
        select id, citation_count, reference_count, round(pagerank, 4), component, graph_run_id
        from article_metrics order by id""").fetchall() == [
        (1, 0, 2, 0.2062, 1, 1), (2, 1, 0, 0.2938, 1, 1), (3, 0, 0, 0.2062, 2, 1), (9, 1, 0, 0.2938, 1, 1),
    ]  # fmt: skip
    assert db.execute("select id, related_id, shared_authors, named, graph_run_id from related_studies").fetchall() == [
        (1, 2, 1, '{"shared_authors": ["Kelly JF"]}', 1),
        (2, 1, 1, '{"shared_authors": ["Kelly JF"]}', 1),
    ]


def test_a_run_is_saved_with_its_parameters_and_versions(db: sqlite3.Connection) -> None:
    compute(db)

    [row] = db.execute("select id, started_at, finished_at, works, citations from graph_runs")
    [versions] = db.execute("select versions from graph_runs").fetchone()
    measures = dict(db.execute("select measure, parameters from metric_runs"))
    assert row == (1, MOMENTS[0], MOMENTS[1], 0, 0)
    assert set(json.loads(versions)) == {"litkb", "networkx", "numpy", "scikit-network", "scipy"}
    assert set(measures) == {part for one in find_measures() for part in one.parts or (one.name,)}
    assert json.loads(measures["pagerank"]) == {"damping": 0.85, "tolerance": 1e-12}
    assert json.loads(measures["related_studies"])["limit"] == 20
    assert json.loads(measures["couplings"]) == {"at_least": 1, "compared": 200, "limit": 50, "often": 1_000}
    assert json.loads(measures["citerank"]) == {"now": None, "stop": 0.5, "tau": 2.6}


def test_a_later_run_replaces_the_numbers_and_keeps_the_runs(db: sqlite3.Connection) -> None:
    doi = add_work(db, "doi:10.1/a")
    add_article(db, 1)
    add_citations(db, 1, "doi:10.1/a")
    compute(db)
    add_work(db, 7)
    db.execute("update works set merged_into = 7, state = 'merged' where id = ?", (doi,))

    compute(db)

    assert db.execute("select id, graph_run_id from article_metrics").fetchall() == [(1, 2), (7, 2)]
    assert db.execute("select id, works from graph_runs").fetchall() == [(1, 2), (2, 2)]


def test_a_work_forgotten_while_the_graph_is_computed_gets_no_row(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_article(db, 1)
    add_article(db, 2)
    add_citations(db, 1, 9)
    versions = run._versions

    def forget() -> str:
        db.execute("delete from citations")
        db.execute("delete from works where id = 9")
        return versions()

    monkeypatch.setattr(run, "_versions", forget)

    compute(db)

    assert [row[0] for row in db.execute("select id from article_metrics order by id")] == [1, 2]


def test_nothing_is_kept_of_a_run_that_fails_while_it_saves(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_article(db, 1)
    compute(db)
    add_article(db, 2)
    monkeypatch.setattr(run_context, "replace_rows", lambda *_, **__: db.execute("select nothing"))

    with pytest.raises(sqlite3.OperationalError):
        compute(db)

    assert db.execute("select id, graph_run_id from article_metrics").fetchall() == [(1, 1)]
    assert db.execute("select count(*) from graph_runs").fetchone() == (1,)


def test_what_was_begun_in_a_thread_is_saved_with_its_parameters(db: sqlite3.Connection) -> None:
    def begun(job: Job) -> None:
        found = job.begin("couplings", lambda: 7, limit=3)
        job.keep("couplings", "sevens", lambda _db, _run: found())

    summary = compute_graph(db, steps=[begun])

    assert summary.found == {"sevens": 7}
    assert db.execute("select measure, parameters from metric_runs").fetchall() == [("couplings", '{"limit": 3}')]


def test_an_error_in_a_thread_ends_the_run_and_nothing_is_kept(db: sqlite3.Connection) -> None:
    def failing() -> int:
        raise MemoryError("no room for pairs")

    def begun(job: Job) -> None:
        found = job.begin("couplings", failing)
        job.keep("couplings", "couplings", lambda _db, _run: found())

    with pytest.raises(MemoryError, match="no room for pairs"):
        compute_graph(db, steps=[begun])

    assert db.execute("select count(*) from graph_runs").fetchone() == (0,)


def test_the_same_rows_give_the_same_numbers(db: sqlite3.Connection) -> None:
    for pmid in range(1, 30):
        add_article(db, pmid, names=[f"Name {pmid % 4}"], mesh=[f"Mesh {pmid % 3}"])
        add_citations(db, pmid, pmid % 7 + 40, pmid % 5 + 50)
    tables = sorted(read_computed_tables(db))
    compute(db)
    first = [[row[:-1] for row in db.execute(f"select * from {table}")] for table in tables]

    compute(db)

    assert [[row[:-1] for row in db.execute(f"select * from {table}")] for table in tables] == first


def test_a_related_study_forgotten_while_the_graph_is_computed_gets_no_row(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pmid in (1, 2, 3):
        add_article(db, pmid, names=["Kelly JF"])
    versions = run._versions

    def forget() -> str:
        for table, column in (("authorships", "pmid"), ("articles", "pmid"), ("works", "id")):
            db.execute(f"delete from {table} where {column} = 3")
        return versions()

    monkeypatch.setattr(run, "_versions", forget)

    compute(db)

    assert db.execute("select id, related_id from related_studies order by id").fetchall() == [(1, 2), (2, 1)]


def test_communities_and_positions_are_saved(db: sqlite3.Connection) -> None:
    for pmid, year in ((1, 2001), (2, 2002), (3, 2003)):
        add_article(db, pmid, year=year, mesh=["Humans", "Self-Help Groups"])
    for pmid in (11, 12):
        add_article(db, pmid, year=None, label=f"Moos {pmid} J Tests")
    add_article(db, 20, year=2001)
    add_citations(db, 3, 1, 2)
    add_citations(db, 2, 1, "doi:10.1/a")
    add_citations(db, 12, 11)

    summary = compute(db)

    assert summary.found["communities"] == 2
    assert db.execute("select * from community_labels order by community").fetchall() == [
        (1, "Self-Help Groups", '["Self-Help Groups"]', 4, 3, 1),
        (2, "Moos 11 J Tests", "[]", 2, 2, 1),
    ]
    assert db.execute("select id, community, graph_run_id from communities where id > 0 order by id").fetchall() == [
        (1, 1, 1), (2, 1, 1), (3, 1, 1), (11, 2, 1), (12, 2, 1),
    ]  # fmt: skip
    assert db.execute("select community from communities where id < 0").fetchall() == [(1,)]
    timeline = "select id, layout, x, y, graph_run_id from work_positions where layout = 'timeline'"
    assert db.execute(timeline).fetchall() == [
        (1, "timeline", 2001.0, 0.0, 1), (2, "timeline", 2002.0, 0.0, 1), (3, "timeline", 2003.0, 0.0, 1),
        (20, "timeline", 2001.0, 3.0, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("articles", [[], [1], [1, 2]])
def test_a_file_without_citations_has_no_communities(db: sqlite3.Connection, articles: list[int]) -> None:
    for pmid in articles:
        add_article(db, pmid, year=None)

    summary = compute(db)

    assert (summary.works, summary.found["communities"]) == (len(articles), 0)
    for table in ("communities", "community_labels", "work_positions"):
        assert db.execute(f"select count(*) from {table}").fetchone() == (0,)


def test_a_later_run_replaces_communities_and_positions(db: sqlite3.Connection) -> None:
    for pmid in (1, 2, 3):
        add_article(db, pmid)
    add_citations(db, 1, 2)
    compute(db)
    db.execute("delete from citations")
    add_citations(db, 1, 3)

    compute(db)

    assert db.execute("select id, graph_run_id from communities").fetchall() == [(1, 2), (3, 2)]
    assert db.execute("select community, works, graph_run_id from community_labels").fetchall() == [(1, 2, 2)]
    assert db.execute("select distinct id, graph_run_id from work_positions").fetchall() == [(1, 2), (2, 2), (3, 2)]


def test_a_forgotten_work_has_no_community_and_no_position(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_article(db, 1)
    add_citations(db, 1, 9)
    db.execute("update works set year = 1999 where id = 9")
    versions = run._versions

    def forget() -> str:
        db.execute("delete from citations")
        db.execute("delete from works where id = 9")
        return versions()

    monkeypatch.setattr(run, "_versions", forget)

    compute(db)

    assert db.execute("select id from communities").fetchall() == [(1,)]
    assert db.execute("select distinct id from work_positions").fetchall() == [(1,)]


def test_what_was_computed_of_a_work_goes_with_it(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_citations(db, 1, "doi:10.1/a")
    db.execute("update works set year = 1999 where doi = '10.1/a'")
    compute(db)
    [work] = db.execute("select id from works where doi = '10.1/a'").fetchone()
    db.execute("delete from citations")
    touch(db, [work])

    save_touched(db)

    for table in ("works", "article_metrics", "communities", "work_positions"):
        assert db.execute(f"select distinct id from {table}").fetchall() == [(1,)]


@pytest.mark.parametrize("table", ["article_metrics", "communities", "work_positions"])
def test_numbers_of_a_work_that_was_merged_since_are_a_violation(db: sqlite3.Connection, table: str) -> None:
    add_article(db, 1)
    add_article(db, 2)
    add_citations(db, 1, 2)
    compute(db)
    for other in {"article_metrics", "communities", "work_positions"} - {table}:
        db.execute(f"delete from {other}")
    before = {violation.rule for violation in read_violations(db)}
    db.execute("update works set state = 'merged', merged_into = 1 where id = 2")

    found = {violation.rule: violation.examples for violation in read_violations(db)}

    rule = "computed numbers belong to works that are here and not merged"
    assert (rule in before, found[rule]) == (False, ["2"])


def test_a_run_leaves_the_schema_as_it_was(db: sqlite3.Connection) -> None:
    schema = "select type, name, tbl_name, sql from sqlite_master order by type, name"
    before = db.execute(schema).fetchall()
    for pmid in (1, 2):
        add_article(db, pmid, names=["Kelly JF"])

    compute(db)

    assert db.execute(schema).fetchall() == before


def test_importance_is_saved_of_every_work_and_unknown_where_it_is(db: sqlite3.Connection) -> None:
    for pmid, year in ((1, 2000), (2, 2000), (3, 2010), (4, None)):
        add_article(db, pmid, year=year)
    add_citations(db, 3, 1, 9)
    add_citations(db, 4, 1)
    db.execute("update works set year = 2067 where id = 9")  # a printed year that cannot be

    compute(db)

    rows = db.execute("""select id, round(citerank, 3), round(hub, 3), round(authority, 3), core, year_percentile
        from article_metrics order by id""").fetchall()
    [now] = db.execute("select parameters ->> 'now' from metric_runs where measure = 'citerank'").fetchone()
    assert now == 2010
    assert rows == [
        (1, 0.107, 0.0, 0.618, 1, 75.0),
        (2, 0.008, 0.0, 0.0, 0, 25.0),
        (3, 0.393, 0.618, 0.0, 1, 50.0),
        (4, 0.0, 0.382, 0.0, 1, None),
        (9, 0.492, 0.0, 0.382, 1, None),
    ]


def test_partners_are_saved_with_their_counts(db: sqlite3.Connection) -> None:
    for pmid in (1, 2, 3):
        add_article(db, pmid)
    add_citations(db, 1, 8, 9)
    add_citations(db, 1, 9, source="icite")
    add_citations(db, 2, 8, "doi:10.1/nine")
    add_citations(db, 3, 9)
    add_work(db, "doi:10.1/nine", merged_into=9)

    compute(db)

    assert db.execute("select * from cocitations order by id, other_id").fetchall() == [
        (8, 9, 2, 0, None, None, 1), (9, 8, 2, 0, None, None, 1),
    ]  # fmt: skip
    assert db.execute("select * from couplings order by id, other_id").fetchall() == [
        (1, 2, 2, 1), (1, 3, 1, 1), (2, 1, 2, 1), (2, 3, 1, 1), (3, 1, 1, 1), (3, 2, 1, 1),
    ]  # fmt: skip


def test_of_a_work_merged_while_the_graph_is_computed_no_number_stays(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pmid in (1, 2, 3):
        add_article(db, pmid)
        add_citations(db, pmid, 7, 8, 9)
    add_citations(db, 2, 1)
    versions = run._versions

    def merge() -> str:
        db.execute("update works set state = 'merged', merged_into = 8 where id = 9")
        return versions()

    monkeypatch.setattr(run, "_versions", merge)

    compute(db)

    assert [one.rule for one in read_violations(db) if one.rule.startswith("computed")] == []


def test_partners_forgotten_while_the_graph_is_computed_get_no_row(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_article(db, 1)
    add_citations(db, 1, 7, 8, 9)
    versions = run._versions

    def forget() -> str:
        db.execute("delete from citations where cited_id = 9")
        db.execute("delete from works where id = 9")
        return versions()

    monkeypatch.setattr(run, "_versions", forget)

    compute(db)

    assert db.execute("select id, other_id from cocitations order by id").fetchall() == [(7, 8), (8, 7)]
    assert db.execute("pragma foreign_key_check").fetchall() == []
    assert db.execute("pragma foreign_keys").fetchone() == (1,)


def test_partners_go_with_a_work_that_is_forgotten(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_article(db, 2)
    add_citations(db, 1, 8, "doi:10.1/a")
    add_citations(db, 2, 8, "doi:10.1/a")
    compute(db)
    [work] = db.execute("select id from works where doi = '10.1/a'").fetchone()
    db.execute("delete from citations where cited_id = ?", (work,))
    touch(db, [work])

    save_touched(db)

    assert db.execute("select count(*) from cocitations").fetchone() == (0,)
    assert db.execute("select id, other_id from couplings order by id").fetchall() == [(1, 2), (2, 1)]


def test_more_rows_than_one_statement_takes_are_all_saved(db: sqlite3.Connection) -> None:
    for pmid in range(1, 1235):
        add_article(db, pmid)

    summary = compute(db)

    assert summary.found["works"] == 1234
    assert db.execute("select count(*), min(id), max(id) from article_metrics").fetchone() == (1234, 1, 1234)


def test_every_measure_is_described_where_the_documentation_lists_them(db: sqlite3.Connection) -> None:
    text = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")

    summary = compute(db)

    assert [measure.measure for measure in summary.measures if f"`{measure.measure}`" not in text] == []
