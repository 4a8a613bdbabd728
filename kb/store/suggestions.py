"""What to read next, as a graph run found it for the whole file, in the caller's transaction."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from kb.queries.citations import read_own_ids


class Suggestion(NamedTuple):
    """A work to read next: its parts as counts, and in words."""

    id: int
    rank: int
    score: float
    cited_by: int
    cites: int
    co_cited: int
    coupled: int
    text_likeness: float | None
    similar_rank: int | None
    reason: str


_COLUMNS = ", ".join(Suggestion._fields)
_MARKS = ", ".join("?" * len(Suggestion._fields))


def save_suggestions(db: sqlite3.Connection, rows: Iterable[Suggestion], *, run_id: int) -> int:
    """Replace all suggestions; return how many. A work forgotten or merged since the graph was built gets no row."""
    works = set(read_own_ids(db).tolist())
    known = [row for row in rows if row.id in works]
    db.execute("delete from suggestions")
    db.executemany(
        f"insert into suggestions ({_COLUMNS}, graph_run_id) values ({_MARKS}, ?)", ((*row, run_id) for row in known)
    )
    return len(known)
