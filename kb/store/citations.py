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
_LINK: Final = ADD_LINKS.format("(select ?1 as citing_id, ?2 as cited_id, ?3 as source_id, ?4 as since)")
_LINK_LISTS: Final = ADD_LINKS.format("(select * from citations where citing_id in (select value from json_each(?)))")


def save_citations(db: sqlite3.Connection, said: Collection[Said]) -> None:
    """Save single citations, in the caller's transaction; of two moments of one source the earlier stands."""
    db.executemany(_SAVE_EARLIER, said)
    db.executemany(_LINK, said)


def save_reference_lists(db: sqlite3.Connection, said: Collection[Said]) -> None:
    """Save whole lists of new citations, in the caller's transaction: half of the time of single ones."""
    db.executemany(_SAVE, said)
    db.execute(_LINK_LISTS, (json.dumps(sorted({citing for citing, *_ in said})),))
