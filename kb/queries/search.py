"""Full-text search: which articles match, best first."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import numpy as np

from kb.database import long_values
from kb.queries.links import Ids
from kb.queries.mesh import IN_BRANCH
from kb.queries.records import marks
from kb.queries.standing import IS_RETRACTED
from kb.queries.syntax import Query, excluded_expression, fts_expression
from kb.text import fold, words_in

_JOURNALS: Final = 500  # journals that one search may mean
_WEIGHTS: Final = "10.0, 2.0, 5.0, 4.0, 5.0"  # title, abstract, keywords, mesh, authors
_MATCH: Final = "article_search match :match"
ORDERS: Final = {
    "relevance": f"bm25(article_search, {_WEIGHTS})",  # by date where no words are asked for
    "date": "a.year desc",
    "citations": "m.citation_count desc, m.pagerank desc",
    "pagerank": "m.pagerank desc",
}


class Wanted(NamedTuple):
    """Which articles are asked for: what follows "from" and "where" in a select of ``articles a``, and its values."""

    tables: str = "articles a"
    where: str = "1"
    values: dict[str, object] = {}  # noqa: RUF012  # never changed: a further condition makes another Wanted

    @property
    def pmids(self) -> str:
        """A select of the PMIDs of these articles; the articles themselves are looked up only where it must be."""
        if self.where == _MATCH:
            return f"select rowid as pmid from article_search where {self.where}"
        return f"select a.pmid from {self.tables} where {self.where}"

    @property
    def is_ranked(self) -> bool:
        """Whether words are asked for, so that some articles match better than others."""
        return "match" in self.values


EVERYTHING: Final = Wanted()


def read_wanted(db: sqlite3.Connection, query: Query) -> Wanted | None:
    """Return which articles a query asks for; None where it asks for nothing."""
    where, values = list[str](), dict[str, object]()
    match = fts_expression(query)
    if match is not None:
        where, values = [_MATCH], {"match": match}
    elif query.excluded:  # "NOT x" alone, which is no expression of FTS5
        where.append("a.pmid not in (select rowid from article_search where article_search match :excluded)")
        values["excluded"] = excluded_expression(query)
    if query.journals:
        journals = {f"journal{n}": key for n, key in enumerate(_journals(db, query.journals))}
        where.append(f"a.journal_id in ({', '.join(f':{name}' for name in journals)})")
        values.update(journals)
    for n, number in enumerate(query.branches):
        where.append(f"a.pmid in ({IN_BRANCH.format(v=f':branch{n}')})")
        values[f"branch{n}"] = number
    if query.first_year is not None:
        where.append("a.year >= :first_year")
        values["first_year"] = query.first_year
    if query.last_year is not None:
        where.append("a.year <= :last_year")
        values["last_year"] = query.last_year
    if not where:
        return None
    # first the words: SQLite must not look each article of a year up in the index of words
    tables = "article_search cross join articles a on a.pmid = article_search.rowid" if match else "articles a"
    return Wanted(tables, " and ".join(where), values)


def _journals(db: sqlite3.Connection, keys: tuple[str, ...]) -> list[str]:
    """Return the journals whose name begins so, or has a word that does."""
    names = [(journal_id, f" {fold(name)}") for journal_id, name in read_journal_names(db)]
    return [journal_id for journal_id, name in names if all(f" {key}" in name for key in keys)][:_JOURNALS]


def read_found(
    db: sqlite3.Connection,
    wanted: Wanted,
    *,
    among: Ids | None = None,
    sort: str = "relevance",
    limit: int,
    offset: int = 0,
) -> list[int]:
    """Return the PMIDs that are wanted, in one of ORDERS; unknown years and unmeasured articles come last.

    among are those that may be found; None: all. The articles themselves are looked up only where it must be.
    """
    sort = "date" if sort == "relevance" and not wanted.is_ranked else sort
    pmid, tables = "a.pmid", wanted.tables
    if wanted.where == _MATCH and sort != "date":
        pmid, tables = "article_search.rowid", "article_search"
    if "m." in ORDERS[sort]:
        tables += f" left join article_metrics m on m.id = {pmid}"
    with _may_be_found(db, among) as condition:
        rows = db.execute(
            f"""select {pmid} from {tables} where {wanted.where} and {condition.format(pmid=pmid)}
            order by {ORDERS[sort]}, {pmid} desc limit :limit offset :offset""",
            {**wanted.values, "limit": limit, "offset": offset},
        )
        return [row[0] for row in rows]


@contextmanager
def _may_be_found(db: sqlite3.Connection, among: Ids | None) -> Iterator[str]:
    """Give a condition on a {pmid}: a function of Python costs less than a list that SQLite must sort first."""
    if among is None:
        yield "1"
        return
    db.create_function("is_found", 1, set(among.tolist()).__contains__)
    try:
        yield "is_found({pmid})"
    finally:
        db.create_function("is_found", 1, None)


def read_found_count(db: sqlite3.Connection, wanted: Wanted) -> int:
    """Return how many articles are wanted."""
    return int(db.execute(f"select count(*) from ({wanted.pmids})", wanted.values).fetchone()[0])


def read_all_found(db: sqlite3.Connection, wanted: Wanted) -> Iterator[int]:
    """Yield the PMIDs of all articles that are wanted, in no order."""
    yield from (row[0] for row in db.execute(wanted.pmids, wanted.values))


def read_pmids(db: sqlite3.Connection, wanted: Wanted) -> Ids:
    """Return the PMIDs of all articles that are wanted, in no order, in a third of the time of single rows."""
    with long_values(db):
        joined = db.execute(f"select coalesce(group_concat(pmid), '') from ({wanted.pmids})", wanted.values).fetchone()
    return np.fromstring(joined[0], dtype=np.int64, sep=",")


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


def read_retracted(db: sqlite3.Connection, pmids: Collection[int]) -> set[int]:
    """Return those of pmids that a record here says are retracted, however many others are."""
    rows = db.execute(f"select w.id from works w where w.id in ({marks(pmids)}) and {IS_RETRACTED}", [*pmids])
    return {row[0] for row in rows}


def read_measures(db: sqlite3.Connection, works: Collection[int]) -> dict[int, tuple[int, float]]:
    """Return by work its citation count and PageRank, as the last graph run computed them; the others are absent."""
    rows = db.execute(
        f"select id, citation_count, pagerank from article_metrics where id in ({marks(works)})", [*works]
    )
    return {row[0]: (row[1], row[2]) for row in rows}


class Titled(NamedTuple):
    """What tells one article from another by what is printed of it."""

    pmid: int
    title: str | None
    vernacular_title: str | None
    year: int | None
    authors: str | None
    doi: str | None
    volume: str | None = None
    pages: str | None = None


def read_titled(db: sqlite3.Connection, title: str) -> list[Titled]:
    """Return the held articles in whose titles the words of title stand one after another."""
    words = " ".join(words_in(fold(title)))
    if not words:
        return []
    rows = db.execute(
        """select a.pmid, a.title, a.vernacular_title, a.year, a.authors, a.doi, a.volume, a.pages
        from article_search s join articles a on a.pmid = s.rowid where article_search match ? order by a.pmid""",
        (f'title : "{words}"',),
    )
    return [Titled(*row) for row in rows]
