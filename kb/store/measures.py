"""What graph runs computed, in the caller's transaction; the numbers of earlier runs are replaced, their runs kept."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeAlias

from kb.queries.links import read_work_ids


class GraphRun(NamedTuple):
    """One execution; versions is JSON."""

    started_at: str
    finished_at: str
    works: int
    citations: int
    versions: str


class MetricRun(NamedTuple):
    """One measure of a graph run; parameters is JSON."""

    measure: str
    parameters: str
    seconds: float


class ArticleMetrics(NamedTuple):
    """The numbers of one work of the citation graph."""

    id: int
    citation_count: int
    reference_count: int
    pagerank: float
    component: int
    citerank: float | None
    hub: float
    authority: float
    core: int
    year_percentile: float | None


class RelatedStudy(NamedTuple):
    """A neighbour that litkb computed: its score, each part as a count, and the parts in words."""

    id: int
    related_id: int
    score: float
    shared_references: int
    cited_together: int
    shared_authors: int
    shared_keywords: int
    shared_mesh: int
    shared_title_words: int
    reason: str


class Partner(NamedTuple):
    """A work that another is cited together with, or cites the same as, and by or with how many works."""

    id: int
    other_id: int
    count: int  # type: ignore[assignment]  # a tuple's method of this name is not used


class CommunityLabel(NamedTuple):
    """A community: what its articles are about, how many works it has, how many of them are held."""

    community: int
    label: str
    works: int
    held: int


class WorkCommunity(NamedTuple):
    """The community of a work."""

    id: int
    community: int


class WorkPosition(NamedTuple):
    """Where a work stands in a layout."""

    id: int
    layout: str
    x: float
    y: float


_Row: TypeAlias = ArticleMetrics | RelatedStudy | Partner | CommunityLabel | WorkCommunity | WorkPosition


def save_graph_run(db: sqlite3.Connection, run: GraphRun) -> int:
    """Save a run; return its id."""
    saved = db.execute(
        "insert into graph_runs (started_at, finished_at, works, citations, versions) values (?, ?, ?, ?, ?)", run
    )
    return saved.lastrowid or 0


def save_metric_runs(db: sqlite3.Connection, measures: Iterable[MetricRun], *, run_id: int) -> None:
    """Save the measures of a run."""
    db.executemany(
        "insert into metric_runs (graph_run_id, measure, parameters, seconds) values (?, ?, ?, ?)",
        ((run_id, *measure) for measure in measures),
    )


def save_metrics(db: sqlite3.Connection, rows: Iterable[ArticleMetrics], *, run_id: int) -> int:
    """Replace all article_metrics; return how many. A work that was forgotten since the graph was built gets no row."""
    works = _known(db)
    return _replaced(db, "article_metrics", ArticleMetrics, (row for row in rows if row.id in works), run_id=run_id)


def save_related_studies(db: sqlite3.Connection, rows: Iterable[RelatedStudy], *, run_id: int) -> int:
    """Replace all related_studies; return how many. Works that were forgotten since the graph was built get no row."""
    works = _known(db)
    kept = (row for row in rows if row.id in works and row.related_id in works)
    return _replaced(db, "related_studies", RelatedStudy, kept, run_id=run_id)


def save_cocitations(db: sqlite3.Connection, rows: Iterable[tuple[int, int, int]], *, run_id: int) -> int:
    """Replace all cocitations; return how many. Works that were forgotten since the graph was built get no row."""
    return _save_partners(db, "cocitations", rows, run_id=run_id)


def save_couplings(db: sqlite3.Connection, rows: Iterable[tuple[int, int, int]], *, run_id: int) -> int:
    """Replace all couplings; return how many. Works that were forgotten since the graph was built get no row."""
    return _save_partners(db, "couplings", rows, run_id=run_id)


def _save_partners(db: sqlite3.Connection, table: str, rows: Iterable[tuple[int, int, int]], *, run_id: int) -> int:
    works = _known(db)
    kept = (row for row in rows if row[0] in works and row[1] in works)
    return _replaced(db, table, Partner, kept, run_id=run_id)


def save_communities(
    db: sqlite3.Connection, labels: Iterable[CommunityLabel], members: Iterable[WorkCommunity], *, run_id: int
) -> int:
    """Replace all communities and their labels; return how many communities. A work that was forgotten gets no row."""
    works = _known(db)
    db.execute("delete from communities")
    count = _replaced(db, "community_labels", CommunityLabel, labels, run_id=run_id)
    _replaced(db, "communities", WorkCommunity, (row for row in members if row.id in works), run_id=run_id)
    return count


def save_positions(db: sqlite3.Connection, rows: Iterable[WorkPosition], *, run_id: int) -> int:
    """Replace all work_positions; return how many. A work that was forgotten since the graph was built gets no row."""
    works = _known(db)
    return _replaced(db, "work_positions", WorkPosition, (row for row in rows if row.id in works), run_id=run_id)


def _known(db: sqlite3.Connection) -> set[int]:
    return set(read_work_ids(db).tolist())


def _replaced(
    db: sqlite3.Connection, table: str, row: type[_Row], rows: Iterable[tuple[Any, ...]], *, run_id: int
) -> int:
    """Put rows, without their run's id, in the place of all rows of a table; return how many.

    Single rows: "insert … select" would keep a journal of its own for each. The indexes are made afterwards, for a
    third of the time.
    """
    marks = ", ".join("?" * len(row._fields))
    insert = f"insert into {table} ({', '.join(row._fields)}, graph_run_id) values ({marks}, {run_id:d})"
    with _index_made_after(db, table):
        db.execute(f"delete from {table}")
        return db.executemany(insert, rows).rowcount


@contextmanager
def _index_made_after(db: sqlite3.Connection, table: str) -> Iterator[None]:
    """Take the indexes of table away while its rows are replaced: made again at the end, they cost a third."""
    found = db.execute(
        "select name, sql from sqlite_master where type = 'index' and tbl_name = ? and sql is not null order by rowid",
        (table,),
    ).fetchall()
    for name, _ in found:
        db.execute(f"drop index {name}")
    yield
    for _, statement in found:
        db.execute(statement)
