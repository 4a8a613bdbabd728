"""What graph runs computed, in the caller's transaction; the numbers of earlier runs are replaced, their runs kept."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

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


def save_graph_run(db: sqlite3.Connection, run: GraphRun, measures: Iterable[MetricRun]) -> int:
    """Save a run with its measures; return its id."""
    saved = db.execute(
        "insert into graph_runs (started_at, finished_at, works, citations, versions) values (?, ?, ?, ?, ?)", run
    )
    run_id = saved.lastrowid or 0
    db.executemany(
        "insert into metric_runs (graph_run_id, measure, parameters, seconds) values (?, ?, ?, ?)",
        ((run_id, *measure) for measure in measures),
    )
    return run_id


def save_metrics(db: sqlite3.Connection, rows: Iterable[ArticleMetrics], *, run_id: int) -> None:
    """Replace all article_metrics. A work that was forgotten since the graph was built gets no row."""
    works = read_work_ids(db)
    db.execute("delete from article_metrics")
    db.executemany(_insert("article_metrics", ArticleMetrics), ((*row, run_id) for row in rows if row.id in works))


def save_related_studies(db: sqlite3.Connection, rows: Iterable[RelatedStudy], *, run_id: int) -> None:
    """Replace all related_studies. Works that were forgotten since the graph was built get no row."""
    works = read_work_ids(db)
    db.execute("delete from related_studies")
    db.executemany(
        _insert("related_studies", RelatedStudy),
        ((*row, run_id) for row in rows if row.id in works and row.related_id in works),
    )


def _insert(table: str, row: type[ArticleMetrics] | type[RelatedStudy]) -> str:
    """Return an insert of single rows: "insert … select" would keep a journal of its own for each."""
    columns = (*row._fields, "graph_run_id")
    return f"insert into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})"
