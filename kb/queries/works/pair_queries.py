"""How two works hang together, asked link by link: cost grows with what stands around them, not with the file."""

import sqlite3
from typing import Final

import numpy as np

from kb.queries.citations import Ids
from kb.queries.works.local_neighbourhood import read_citers_of, read_references_of

MOST_WORKS: Final = 200_000  # that a search for a path looks at

_NAMES: Final = "select id from works where id = :{0} union select id from works where merged_into = :{0}"
_CITING: Final = f"""select coalesce(w.merged_into, w.id) from citations c join works w on w.id = c.citing_id
    where c.cited_id in ({_NAMES}) and coalesce(w.merged_into, w.id) <> :{{0}}"""
_CITED: Final = f"""select coalesce(w.merged_into, w.id) from citations c join works w on w.id = c.cited_id
    where c.citing_id in ({_NAMES}) and coalesce(w.merged_into, w.id) <> :{{0}}"""


def read_cocitation_count(db: sqlite3.Connection, first: int, second: int) -> int:
    """Return how many works here cite both; merged works are followed."""
    return _shared(db, _CITING, first, second)


def read_coupling_count(db: sqlite3.Connection, first: int, second: int) -> int:
    """Return how many works here both cite; merged works are followed."""
    return _shared(db, _CITED, first, second)


def _shared(db: sqlite3.Connection, ends: str, first: int, second: int) -> int:
    query = f"select count(*) from ({ends.format('first')} intersect {ends.format('second')})"
    values = {"first": _followed(db, first), "second": _followed(db, second)}
    return int(db.execute(query, values).fetchone()[0])


def read_citation_path(db: sqlite3.Connection, start: int, end: int) -> list[int] | None:
    """Return a shortest path along references from start to end; None where none leads there.

    Each work cites the next. Of equally short ones it is the one that is found first: by ids, from the nearer end.
    Breadth first from both ends, the smaller edge first. Raises ValueError where MOST_WORKS are looked at in vain.
    """
    start, end = _followed(db, start), _followed(db, end)
    ahead: dict[int, int] = {start: start}  # work -> the one before it
    behind: dict[int, int] = {end: end}  # work -> the one after it
    edges = {True: _ids([start]), False: _ids([end])}
    while not (met := ahead.keys() & behind.keys()):
        is_ahead = len(edges[True]) <= len(edges[False])
        seen = ahead if is_ahead else behind
        edges[is_ahead] = _next_edge(db, edges[is_ahead], seen, is_ahead=is_ahead)
        if not len(edges[is_ahead]):
            return None
        if len(ahead) + len(behind) > MOST_WORKS:
            raise ValueError(f"more than {MOST_WORKS:,} works lie between")
    middle = min(met)
    return [*reversed(_chain(ahead, middle)), *_chain(behind, middle)[1:]]


def _next_edge(db: sqlite3.Connection, edge: Ids, seen: dict[int, int], *, is_ahead: bool) -> Ids:
    """Add the works one step on to seen, and return them."""
    citing, cited = read_references_of(db, edge) if is_ahead else read_citers_of(db, edge)
    near, far = (citing, cited) if is_ahead else (cited, citing)
    found = []
    for place in np.lexsort((near, far)).tolist():
        work = int(far[place])
        if work not in seen:
            seen[work] = int(near[place])
            found.append(work)
    return _ids(found)


def _chain(ways: dict[int, int], work: int) -> list[int]:
    """Return the works from one to the end that ways lead to."""
    chain = [work]
    while ways[chain[-1]] != chain[-1]:
        chain.append(ways[chain[-1]])
    return chain


def _ids(works: list[int]) -> Ids:
    return np.array(works, dtype=np.int64)


def _followed(db: sqlite3.Connection, work: int) -> int:
    """Return what a work was merged into, or itself."""
    row = db.execute("select coalesce(merged_into, id) from works where id = ?", (work,)).fetchone()
    return int(row[0]) if row else work
