"""Names and keywords of the held articles, as networks of what goes together read them."""

import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple

from kb.queries.exports import EVERYTHING, Scope


class Item(NamedTuple):
    """A name or a keyword: its key, its most frequent form, how many articles bear it, and who gave these."""

    key: str
    form: str
    articles: int
    sources: int  # as bits


class ItemTable(NamedTuple):
    """Where names or keywords are kept."""

    table: str
    key: str
    form: str


NAMES: Final = ItemTable("authorships", "name_key", "name")
KEYWORDS: Final = ItemTable("keywords", "keyword_key", "keyword")


def read_items(db: sqlite3.Connection, kept: ItemTable, scope: Scope = EVERYTHING) -> Iterator[Item]:
    """Yield the names or keywords of the held articles, by key; of equally frequent forms the first by its letters."""
    table, key, form = kept
    of_scope = f"and t.pmid in ({scope.ids()})" if scope.ids() else ""
    rows = db.execute(f"""
        select n.key, f.form, n.articles, n.sources from (
            select t.{key} as key, count(distinct t.pmid) as articles, sum(distinct 1 << a.source_id) as sources
            from {table} t join articles a on a.pmid = t.pmid where t.{key} <> '' {of_scope}
            group by t.{key}) n
        join (select t.{key} as key, t.{form} as form,
                row_number() over (partition by t.{key} order by count(*) desc, t.{form}) as place
            from {table} t where t.{key} <> '' {of_scope} group by t.{key}, t.{form}) f
            on f.key = n.key and f.place = 1
        order by n.key""")
    yield from map(Item._make, rows)


def read_item_pairs(db: sqlite3.Connection, kept: ItemTable, scope: Scope = EVERYTHING) -> Iterator[tuple[str, int]]:
    """Yield (key, pmid) of every article that bears a name or keyword, once each, by key."""
    table, key, _ = kept
    of_scope = f"and pmid in ({scope.ids()})" if scope.ids() else ""
    yield from db.execute(f"select distinct {key}, pmid from {table} where {key} <> '' {of_scope} order by {key}, pmid")
