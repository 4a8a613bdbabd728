"""How two works hang together, asked link by link: cost grows with what stands around them, not with the file."""

import sqlite3
from typing import Final

from kb.queries.works.records import read_present_id
from kb.queries.works.shortest_paths import read_shortest_paths

MOST_WORKS: Final = 200_000  # that a search for a path looks at

_CITING: Final = "select citing_id from citation_links where cited_id = :{}"
_CITED: Final = "select cited_id from citation_links where citing_id = :{}"


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
    """Return the first of the shortest paths along references from start to end; None where none leads there.

    Each work cites the next. Raises ValueError where MOST_WORKS are looked at in vain.
    """
    ends = _followed(db, start), _followed(db, end)
    found = read_shortest_paths(db, *ends, most=1, looked_at=MOST_WORKS)
    return found.paths[0] if found.paths else None


def _followed(db: sqlite3.Connection, work: int) -> int:
    """Return what a work was merged into, or itself."""
    present = read_present_id(db, work)
    return work if present is None else present
