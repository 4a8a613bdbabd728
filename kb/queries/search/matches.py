"""Full-text search: which articles match, best first."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import numpy as np

from kb.database import long_values
from kb.errors import UsageError
from kb.queries.citations import Ids
from kb.queries.search.query_sql import Conditions, split_words
from kb.queries.search.query_tree import Query
from kb.queries.works.records import marks

_WEIGHTS: Final = "10.0, 2.0, 5.0, 4.0, 5.0"  # title, abstract, keywords, mesh, authors
_MATCH: Final = "article_search match :match"
RANKED: Final = 50_000  # articles that match, of more those with the highest PMIDs, whose relevance is computed
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

    @property
    def is_alternative(self) -> bool:
        """Whether articles may match in some words alone: the best may be any of them."""
        return " OR " in str(self.values.get("match", ""))


EVERYTHING: Final = Wanted()


def read_wanted(db: sqlite3.Connection, query: Query) -> Wanted | None:
    """Return which articles a query asks for; None where it asks for nothing.

    Words that must be found lead, as one expression of FTS5; all else is a condition on each article.
    """
    conditions = Conditions(db)
    match, others = split_words(query.wanted)
    where = [conditions.where(node) for node in others]
    if match is None:
        return Wanted("articles a", " and ".join(where), conditions.values) if where else None
    # first the words: SQLite must not look each article of a year up in the index of words
    tables = "article_search cross join articles a on a.pmid = article_search.rowid"
    return Wanted(tables, " and ".join([_MATCH, *where]), {"match": match, **conditions.values})


def read_asked(db: sqlite3.Connection, text: str, query: Query) -> Wanted:
    """Return which articles a query, as it was read from text, asks for.

    Raises UsageError where a part of it is not understood, or it asks for nothing.
    """
    for part, reason in query.problems:
        raise UsageError(f"The search is not understood at {part[:80]!r}: {reason.partition(';')[0]}.")
    wanted = read_wanted(db, query)
    if wanted is None:
        raise UsageError(f"The search {text!r} has no word to look for.")
    return wanted


def read_found(
    db: sqlite3.Connection,
    wanted: Wanted,
    *,
    among: Ids | None = None,
    sort: str = "relevance",
    limit: int,
    offset: int = 0,
    ranked: int | None = None,
) -> list[int]:
    """Return the PMIDs that are wanted, in one of ORDERS; unknown years and unmeasured articles come last.

    among are those that may be found; None: all. With ranked, only so many, those with the highest PMIDs, are put in
    order, and no others returned. The articles themselves are looked up only where it must be.
    """
    sort = "date" if sort == "relevance" and not wanted.is_ranked else sort
    pmid, tables = "a.pmid", wanted.tables
    if wanted.where == _MATCH and sort != "date":
        pmid, tables = "article_search.rowid", "article_search"
    if "m." in ORDERS[sort]:
        tables += f" left join article_metrics m on m.id = {pmid}"
    with _may_be_found(db, among) as condition:
        found = f"from {tables} where {wanted.where} and {condition.format(pmid=pmid)}"
        if ranked is not None:  # FTS5 gives them by falling PMID: the rest is not read
            pmid, order = "pmid", "score"
            found = f"""from (select article_search.rowid as pmid, {ORDERS[sort]} as score {found}
                order by article_search.rowid desc limit :ranked)"""
        else:
            order = ORDERS[sort]
        rows = db.execute(
            f"select {pmid} {found} order by {order}, {pmid} desc limit :limit offset :offset",
            {**wanted.values, "limit": limit, "offset": offset, "ranked": ranked},
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


def read_abstract_texts(db: sqlite3.Connection, pmids: Collection[int]) -> dict[int, str]:
    """Return by PMID the abstract as one text, its sections in order."""
    found: dict[int, list[str]] = {}
    rows = db.execute(
        f"select pmid, text from abstract_sections where pmid in ({marks(pmids)}) order by pmid, position", [*pmids]
    )
    for pmid, text in rows:
        found.setdefault(pmid, []).append(text)
    return {pmid: " ".join(texts) for pmid, texts in found.items()}


def read_measures(db: sqlite3.Connection, works: Collection[int]) -> dict[int, tuple[int, float]]:
    """Return by work its citation count and PageRank, as the last graph run computed them; the others are absent."""
    rows = db.execute(
        f"select id, citation_count, pagerank from article_metrics where id in ({marks(works)})", [*works]
    )
    return {row[0]: (row[1], row[2]) for row in rows}
