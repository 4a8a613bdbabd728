"""What graph runs found in the structure of a field, in the caller's transaction; earlier rows are replaced."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from kb.queries.citations import read_own_ids


class MainPathStep(NamedTuple):
    """A citation of a main path; share is of all paths, log10_paths how many run through it."""

    path: str
    route: int
    position: int
    cited_id: int
    citing_id: int
    share: float
    log10_paths: float


class CycleWork(NamedTuple):
    """A work that cites others in a circle."""

    id: int
    cycle: int


class ReferenceYear(NamedTuple):
    """The references to works of a year; year None: nobody said, and neither deviation nor peak."""

    year: int | None
    reference_count: int
    works: int
    deviation: float | None
    is_peak: int | None


class PeakWork(NamedTuple):
    """A work behind a peak of reference years."""

    year: int
    position: int
    id: int
    reference_count: int


class Retraction(NamedTuple):
    """A retracted article and how many works stand on it."""

    id: int
    notice_year: int | None
    notice_from: str | None
    citing: int
    citing_before: int
    citing_same_year: int
    citing_after: int
    citing_unknown: int
    two_steps: int


class ExposedWork(NamedTuple):
    """A work that stands on a retracted article, directly or by others."""

    retracted_id: int
    id: int
    steps: int
    through: int
    timing: str


_Row: TypeAlias = MainPathStep | CycleWork | ReferenceYear | PeakWork | Retraction | ExposedWork


def save_main_path(db: sqlite3.Connection, rows: Iterable[MainPathStep], *, run_id: int) -> int:
    """Replace the main path and key routes; return how many citations the main path has.

    A path that leads over a forgotten work is left out whole.
    """
    rows, works = list(rows), _known(db)
    broken = {(row.path, row.route) for row in rows if not {row.cited_id, row.citing_id} <= works}
    kept = [row for row in rows if (row.path, row.route) not in broken]
    _replace(db, "main_path", kept, run_id)
    return sum(row.path == "main" for row in kept)


def save_cycles(db: sqlite3.Connection, rows: Iterable[CycleWork], *, run_id: int) -> int:
    """Replace the cycles; return how many works are on one."""
    works = _known(db)
    return _replace(db, "citation_cycles", [row for row in rows if row.id in works], run_id)


def save_reference_years(
    db: sqlite3.Connection, years: Iterable[ReferenceYear], behind: Iterable[PeakWork], *, run_id: int
) -> int:
    """Replace the reference years and the works behind their peaks; return how many years there are."""
    works = _known(db)
    db.execute("delete from reference_year_works")
    count = _replace(db, "reference_years", list(years), run_id)
    _replace(db, "reference_year_works", [row for row in behind if row.id in works], run_id)
    return count


def save_retractions(
    db: sqlite3.Connection, retractions: Iterable[Retraction], exposed: Iterable[ExposedWork], *, run_id: int
) -> int:
    """Replace the retractions and the works that stand on them; return how many retracted articles there are."""
    works = _known(db)
    kept = [row for row in exposed if row.id in works and row.retracted_id in works]
    _replace(db, "retraction_exposure", kept, run_id)
    return _replace(db, "retractions", [row for row in retractions if row.id in works], run_id)


def _known(db: sqlite3.Connection) -> set[int]:
    return set(read_own_ids(db).tolist())


def _replace(db: sqlite3.Connection, table: str, rows: Sequence[_Row], run_id: int) -> int:
    """Replace all rows of table; return how many there are now."""
    db.execute(f"delete from {table}")
    if rows:
        columns = (*rows[0]._fields, "graph_run_id")
        insert = f"insert into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})"
        db.executemany(insert, ((*row, run_id) for row in rows))
    return len(rows)
