"""What graph runs computed, as commands show it."""

import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple

TOP: Final = 3  # works of a community that are named

_TOP_WORKS: Final = """select w.id, w.label, m.citation_count
    from communities c join works w on w.id = c.id join article_metrics m on m.id = c.id
    where c.community = ? order by m.citation_count desc, w.id limit ?"""


class TopWork(NamedTuple):
    """A work of a community, and how many works of the file cite it."""

    id: int
    label: str
    citation_count: int


class Community(NamedTuple):
    """A community: what it is about, how many works it has, how many of them are held, which are cited most."""

    community: int
    label: str
    works: int
    held: int
    top_works: list[TopWork]


def read_communities(db: sqlite3.Connection, top: int = TOP) -> Iterator[Community]:
    """Yield the communities, the largest first, with the works of each that are cited most."""
    rows = db.execute("select community, label, works, held from community_labels order by community").fetchall()
    for community, label, works, held in rows:
        cited_most = [TopWork(*work) for work in db.execute(_TOP_WORKS, (community, top))]
        yield Community(community, label, works, held, cited_most)
