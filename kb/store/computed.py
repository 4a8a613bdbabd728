"""What graph runs computed, in the caller's transaction; the numbers of earlier runs are replaced, their runs kept."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import compress
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kb.queries.citations import Ids, read_own_ids
from kb.queries.computed_tables import read_work_columns

AT_ONCE: Final = 100  # rows of one insert
PORTION: Final = 10_000  # rows put together for it

TableColumns: TypeAlias = Mapping[str, Sequence[Any] | NDArray[Any]]  # name -> values, without graph_run_id


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


def as_columns(names: Iterable[str], rows: Iterable[Sequence[Any]]) -> TableColumns:
    """Return rows as columns with these names; without rows, none."""
    return dict(zip(names, zip(*rows, strict=True), strict=False))


def replace_rows(db: sqlite3.Connection, table: str, blocks: Iterable[TableColumns], *, run_id: int) -> int:
    """Put rows, given in blocks of columns, in the place of all rows of table; return how many. NaN becomes NULL.

    A row is left out that names a work which was forgotten, or merged into another, since the graph was built: the
    keys of the table say which columns name works. A hundred rows a statement take a third of the time of single
    ones; "insert or fail" avoids a statement journal per insert, and the caller's transaction undoes all. The indexes
    are made afterwards, for a third of the time.
    """
    works, named, count = read_own_ids(db), read_work_columns(db)[table], 0
    with _index_made_after(db, table):
        db.execute(f"delete from {table}")
        for block in blocks:
            for part in _portions(block):
                columns = _of_known(works, named, part)
                count += _insert(db, table, tuple(part), columns, run_id)
    return count


def _portions(block: TableColumns) -> Iterator[TableColumns]:
    for start in range(0, max(map(len, block.values()), default=0), PORTION):
        yield {name: column[start : start + PORTION] for name, column in block.items()}


def _of_known(works: Ids, named: Sequence[str], block: TableColumns) -> list[Sequence[Any]]:
    """Return the columns of a block as values of Python, without the rows of works that are not there; works ascend."""
    columns = [_values(column) for column in block.values()]
    known = np.ones(len(columns[0]), dtype=np.bool_)
    for name in named:
        ids = np.asarray(block[name], dtype=np.int64)
        known &= np.isin(ids, works) if not len(works) else works[_places(works, ids)] == ids
    return columns if known.all() else [list(compress(column, known.tolist())) for column in columns]


def _places(works: Ids, ids: Ids) -> Ids:
    return np.minimum(np.searchsorted(works, ids), len(works) - 1)


def _values(column: Sequence[Any] | NDArray[Any]) -> Sequence[Any]:
    if not isinstance(column, np.ndarray):
        return column
    is_unknown = np.isnan(column) if column.dtype.kind == "f" else np.zeros(1, dtype=np.bool_)
    if is_unknown.all():
        return [None] * len(column)
    values: list[Any] = column.tolist()
    for place in np.flatnonzero(is_unknown).tolist():
        values[place] = None
    return values


def _insert(
    db: sqlite3.Connection, table: str, names: Sequence[str], columns: Sequence[Sequence[Any]], run_id: int
) -> int:
    """Insert rows, given as columns; return how many."""
    width, count = len(columns), len(columns[0])
    values: list[Any] = [None] * (width * count)  # one row after the other
    for place, column in enumerate(columns):
        values[place::width] = column
    one = f"({', '.join('?' * width)}, {run_id:d})"
    insert = f"insert or fail into {table} ({', '.join(names)}, graph_run_id) values "
    many = insert + ", ".join([one] * AT_ONCE)
    for start in range(0, len(values), width * AT_ONCE):
        part = values[start : start + width * AT_ONCE]
        rows = len(part) // width
        db.execute(many if rows == AT_ONCE else insert + ", ".join([one] * rows), part)
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
