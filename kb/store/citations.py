"""Who says that one work cites another, and the links that follow from it."""

import json
import sqlite3
from collections.abc import Collection
from typing import Final, TypeAlias

from kb.migrations.citation_links import ADD_LINKS

Said: TypeAlias = tuple[int, int, int, str]  # citing_id, cited_id, source_id, since

_SAVE: Final = "insert or ignore into citations (citing_id, cited_id, source_id, since) values (?, ?, ?, ?)"
_SAVE_EARLIER: Final = """
    insert into citations (citing_id, cited_id, source_id, since) values (?, ?, ?, ?)
    on conflict do update set since = excluded.since where excluded.since < since"""
_ROWS: Final = """
    select value ->> 0 as citing_id, value ->> 1 as cited_id, value ->> 2 as source_id, value ->> 3 as since
    from json_each(?)"""
_NEW: Final = f"""
    select * from ({_ROWS}) n where not exists (
        select 1 from citations c where (c.citing_id, c.cited_id, c.source_id) = (n.citing_id, n.cited_id, n.source_id)
            and c.since <= n.since)
    order by citing_id, cited_id"""
_LINK: Final = ADD_LINKS.format(f"({_ROWS})")
_LINK_LISTS: Final = ADD_LINKS.format("(select * from citations where citing_id in (select value from json_each(?)))")


def save_citations(db: sqlite3.Connection, said: Collection[Said]) -> None:
    """Save single citations, in the caller's transaction; of two moments of one source the earlier stands."""
    new = db.execute(_NEW, (json.dumps(list(said)),)).fetchall()
    db.executemany(_SAVE_EARLIER, new)
    db.execute(_LINK, (json.dumps(new),))


def save_reference_lists(db: sqlite3.Connection, said: Collection[Said]) -> None:
    """Save whole lists of new citations, in the caller's transaction: half of the time of single ones."""
    db.executemany(_SAVE, said)
    db.execute(_LINK_LISTS, (json.dumps(sorted({citing for citing, *_ in said})),))
