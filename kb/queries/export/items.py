"""Names, keywords and journals of the held articles, as networks of them are made."""

import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple

from kb.queries.export.nodes import EVERYTHING, Scope


class Item(NamedTuple):
    """A name, a keyword or a journal: key, most frequent form, how many articles bear it, and who gave these."""

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
        select n.key, (  -- looked up key by key: joined with a list of forms, SQLite would compare all with all
                select t.{form} from {table} t where t.{key} = n.key {of_scope}
                group by t.{form} order by count(*) desc, t.{form} limit 1),
            n.articles, n.sources from (
            select t.{key} as key, count(distinct t.pmid) as articles, sum(distinct 1 << a.source_id) as sources
            from {table} t join articles a on a.pmid = t.pmid where t.{key} <> '' {of_scope}
            group by t.{key}) n
        order by n.key""")
    yield from map(Item._make, rows)


def read_item_pairs(db: sqlite3.Connection, kept: ItemTable, scope: Scope = EVERYTHING) -> Iterator[tuple[str, int]]:
    """Yield (key, pmid) of every article that bears a name or keyword, once each, by key."""
    table, key, _ = kept
    of_scope = f"and pmid in ({scope.ids()})" if scope.ids() else ""
    yield from db.execute(f"select distinct {key}, pmid from {table} where {key} <> '' {of_scope} order by {key}, pmid")


def read_journals(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Iterator[Item]:
    """Yield the journals of the held articles, by journal_id; the form is the abbreviation, else the title."""
    rows = db.execute(f"""
        select j.journal_id, coalesce(j.abbreviation, j.title, j.journal_id), n.articles, n.sources from (
            select a.journal_id, count(*) as articles, sum(distinct 1 << a.source_id) as sources
            from articles a join works w on w.id = a.pmid
            where {_held(scope)} group by a.journal_id) n
        join journals j on j.journal_id = n.journal_id order by j.journal_id""")
    yield from map(Item._make, rows)


def read_article_journals(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Iterator[tuple[int, str]]:
    """Yield (pmid, journal_id) of the held articles whose journal is known, by pmid."""
    yield from db.execute(f"""
        select a.pmid, a.journal_id from articles a join works w on w.id = a.pmid
        where {_held(scope)} and a.journal_id is not null order by a.pmid""")


def _held(scope: Scope) -> str:
    return f"w.merged_into is null and w.id in ({scope.ids()})" if scope.ids() else "w.merged_into is null"
