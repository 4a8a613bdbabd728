"""Full-text search: which articles match, best first."""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from kb.queries.records import marks
from kb.queries.syntax import Query, fts_expression
from kb.text import fold, words_in

_JOURNALS: Final = 500  # journals that one search may mean
_WEIGHTS: Final = "10.0, 2.0, 5.0, 4.0, 5.0"  # title, abstract, keywords, mesh, authors


class Wanted(NamedTuple):
    """What a search asks of the database; match is an FTS5 expression, journals None where any will do."""

    match: str | None
    journals: Collection[str] | None
    first_year: int | None
    last_year: int | None


def read_wanted(db: sqlite3.Connection, query: Query) -> Wanted | None:
    """Return what a search asks of the database; None where it asks for nothing."""
    match = fts_expression(query)
    if match is None and not query.journals and query.first_year is None and query.last_year is None:
        return None
    journals = _journals(db, query.journals) if query.journals else None
    return Wanted(match, journals, query.first_year, query.last_year)


def _journals(db: sqlite3.Connection, keys: tuple[str, ...]) -> list[str]:
    """Return the journals whose name begins so, or has a word that does."""
    names = [(journal_id, f" {fold(name)}") for journal_id, name in read_journal_names(db)]
    return [journal_id for journal_id, name in names if all(f" {key}" in name for key in keys)][:_JOURNALS]


def read_found(db: sqlite3.Connection, wanted: Wanted, *, limit: int, offset: int) -> list[int]:
    """Return the PMIDs that match, best first (by year where only journal or year are asked for)."""
    tables, where, values = _clauses(wanted)
    order = f"bm25(article_search, {_WEIGHTS})" if wanted.match else "a.year desc"
    rows = db.execute(
        f"select a.pmid from {tables} where {where} order by {order}, a.pmid desc limit ? offset ?",
        (*values, limit, offset),
    )
    return [row[0] for row in rows]


def read_found_count(db: sqlite3.Connection, wanted: Wanted) -> int:
    """Return how many articles match."""
    tables, where, values = _clauses(wanted)
    return int(db.execute(f"select count(*) from {tables} where {where}", values).fetchone()[0])


def read_all_found(db: sqlite3.Connection, wanted: Wanted) -> Iterator[int]:
    """Yield the PMIDs of all articles that match, in no order."""
    tables, where, values = _clauses(wanted)
    yield from (row[0] for row in db.execute(f"select a.pmid from {tables} where {where}", values))


def _clauses(wanted: Wanted) -> tuple[str, str, Sequence[object]]:
    tables, where, values = "articles a", ["1"], list[object]()
    if wanted.match:
        tables = "article_search join articles a on a.pmid = article_search.rowid"
        where, values = ["article_search match ?"], [wanted.match]
    if wanted.journals is not None:
        where.append(f"a.journal_id in ({marks(wanted.journals)})")
        values.extend(wanted.journals)
    if wanted.first_year is not None:
        where.append("a.year >= ?")
        values.append(wanted.first_year)
    if wanted.last_year is not None:
        where.append("a.year <= ?")
        values.append(wanted.last_year)
    return tables, " and ".join(where), values


def read_journal_names(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return (journal_id, all its names in one text) of every journal."""
    rows = db.execute(
        """select journal_id, coalesce(abbreviation, '') || ' | ' || coalesce(iso_abbreviation, '')
            || ' | ' || coalesce(title, '') from journals"""
    )
    return [(row[0], row[1]) for row in rows]


def read_abstract_texts(db: sqlite3.Connection, pmids: Collection[int]) -> dict[int, str]:
    """Return by PMID the abstract as one text, its sections in order."""
    found: dict[int, list[str]] = {}
    rows = db.execute(
        f"select pmid, text from abstract_sections where pmid in ({marks(pmids)}) order by pmid, position", [*pmids]
    )
    for pmid, text in rows:
        found.setdefault(pmid, []).append(text)
    return {pmid: " ".join(texts) for pmid, texts in found.items()}


class Titled(NamedTuple):
    """What tells one article from another by what is printed of it."""

    pmid: int
    title: str | None
    vernacular_title: str | None
    year: int | None
    authors: str | None
    doi: str | None


def read_titled(db: sqlite3.Connection, title: str) -> list[Titled]:
    """Return the held articles in whose titles the words of title stand one after another."""
    words = " ".join(words_in(fold(title)))
    if not words:
        return []
    rows = db.execute(
        """select a.pmid, a.title, a.vernacular_title, a.year, a.authors, a.doi
        from article_search s join articles a on a.pmid = s.rowid where article_search match ? order by a.pmid""",
        (f'title : "{words}"',),
    )
    return [Titled(*row) for row in rows]
