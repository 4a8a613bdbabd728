"""What graph runs computed, in the caller's transaction; the numbers of earlier runs are replaced, their runs kept.

Works that were forgotten, or merged into others, since the graph was built get no row.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, compress, islice
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from kb.queries.citations import Ids, read_own_ids

AT_ONCE: Final = 100  # rows of one insert
PORTION: Final = 1_000  # rows put together for it


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


class RelatedStudies(NamedTuple):
    """Neighbours that litkb computed, as columns: their scores, each part as a count, and the parts in words."""

    id: Ids
    related_id: Ids
    score: Sequence[float]
    shared_references: Sequence[int]
    cited_together: Sequence[int]
    shared_authors: Sequence[int]
    shared_keywords: Sequence[int]
    shared_mesh: Sequence[int]
    shared_title_words: Sequence[int]
    shared_abstract_words: Sequence[int]
    similar_in_pubmed: Sequence[int]
    reason: Sequence[str]


class Partners(NamedTuple):
    """Works that others are cited together with, or cite the same as, and how often, as columns."""

    id: Ids
    other_id: Ids
    count: NDArray[np.int32]  # type: ignore[assignment]  # the method of this name, a tuple's, is not used


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


_Row: TypeAlias = ArticleMetrics | RelatedStudies | Partners | CommunityLabel | WorkCommunity | WorkPosition

_WorkRow = TypeVar("_WorkRow", ArticleMetrics, WorkCommunity, WorkPosition)


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
    """Replace all article_metrics; return how many."""
    return _replace(db, "article_metrics", ArticleMetrics, _flat(_of_known(db, rows)), run_id=run_id)


def save_related_studies(db: sqlite3.Connection, blocks: Iterable[RelatedStudies], *, run_id: int) -> int:
    """Replace all related_studies; return how many."""
    works = read_own_ids(db)
    portions = (_row_by_row(works, block) for block in blocks)
    return _replace(db, "related_studies", RelatedStudies, portions, run_id=run_id)


def save_cocitations(db: sqlite3.Connection, blocks: Iterable[Partners], *, run_id: int) -> int:
    """Replace all cocitations; return how many."""
    return _save_partners(db, "cocitations", blocks, run_id=run_id)


def save_couplings(db: sqlite3.Connection, blocks: Iterable[Partners], *, run_id: int) -> int:
    """Replace all couplings; return how many."""
    return _save_partners(db, "couplings", blocks, run_id=run_id)


def _save_partners(db: sqlite3.Connection, table: str, blocks: Iterable[Partners], *, run_id: int) -> int:
    works = read_own_ids(db)
    portions = (np.column_stack(block)[_are_known(works, block)].ravel().tolist() for block in blocks)
    return _replace(db, table, Partners, portions, run_id=run_id)


def save_communities(
    db: sqlite3.Connection, labels: Iterable[CommunityLabel], members: Iterable[WorkCommunity], *, run_id: int
) -> int:
    """Replace all communities and their labels; return how many communities."""
    db.execute("delete from communities")
    count = _replace(db, "community_labels", CommunityLabel, _flat(labels), run_id=run_id)
    _replace(db, "communities", WorkCommunity, _flat(_of_known(db, members)), run_id=run_id)
    return count


def save_positions(db: sqlite3.Connection, rows: Iterable[WorkPosition], *, run_id: int) -> int:
    """Replace all work_positions; return how many."""
    return _replace(db, "work_positions", WorkPosition, _flat(_of_known(db, rows)), run_id=run_id)


def _of_known(db: sqlite3.Connection, rows: Iterable[_WorkRow]) -> Iterator[_WorkRow]:
    works = set(read_own_ids(db).tolist())
    return (row for row in rows if row.id in works)


def _are_known(works: Ids, pairs: RelatedStudies | Partners) -> NDArray[np.bool_]:
    """Return which pairs consist of works that are still there; works ascend."""
    known = np.ones(len(pairs.id), dtype=np.bool_)
    for ids in pairs[:2]:
        known &= works[np.minimum(np.searchsorted(works, ids), len(works) - 1)] == ids
    return known


def _row_by_row(works: Ids, block: RelatedStudies) -> list[Any]:
    """Return the values of the rows of known works, one row after the other."""
    known = _are_known(works, block).tolist()
    columns = [block.id.tolist(), block.related_id.tolist(), *block[2:]]
    if not all(known):
        columns = [list(compress(column, known)) for column in columns]
    values: list[Any] = [None] * (len(columns) * len(columns[0]))
    for place, column in enumerate(columns):
        values[place :: len(columns)] = column
    return values


def _flat(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[Any]]:
    """Yield the values of rows one after the other, in portions of whole rows."""
    left = iter(rows)
    while portion := list(islice(left, PORTION)):
        yield _joined(portion)


def _joined(rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    return list(chain.from_iterable(rows))


def _replace(db: sqlite3.Connection, table: str, row: type[_Row], portions: Iterable[list[Any]], *, run_id: int) -> int:
    """Put rows, without their run's id, in the place of all rows of a table; return how many.

    A hundred rows a statement take a third of the time of single ones; "or fail" spares a journal for each, and
    the caller's transaction undoes all. The indexes are made afterwards, for a third of the time.
    """
    width, count = len(row._fields), 0
    one = f"({', '.join('?' * width)}, {run_id:d})"
    insert = f"insert or fail into {table} ({', '.join(row._fields)}, graph_run_id) values "
    many = insert + ", ".join([one] * AT_ONCE)
    with _index_made_after(db, table):
        db.execute(f"delete from {table}")
        for values in portions:
            for start in range(0, len(values), width * AT_ONCE):
                part = values[start : start + width * AT_ONCE]
                rows = len(part) // width
                db.execute(many if rows == AT_ONCE else insert + ", ".join([one] * rows), part)
                count += rows
    return count


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
