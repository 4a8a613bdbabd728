"""Full-text search: which articles match, best first."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from kb.database import long_values
from kb.errors import UsageError
from kb.queries.citations import Ids
from kb.queries.search.query_sql import Conditions, for_ranking, split_words, term_expression
from kb.queries.search.query_tree import Query, words_of
from kb.queries.works.records import marks

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
    typed: tuple[tuple[str, tuple[str, ...]], ...] = ()  # facets, each with values one of which is asked for
    untyped: str = "1"  # where, without what typed says
    alternatives: tuple[str, ...] = ()  # expressions of FTS5: the single words, where one of several is enough
    ranking: str = ""  # an expression of FTS5 that all these match, by which relevance is computed

    @property
    def pmids(self) -> str:
        """A select of the PMIDs of these articles; the articles themselves are looked up only where it must be."""
        if self.where == _MATCH:
            return f"select rowid as pmid from article_search where {self.where}"
        return f"select a.pmid from {self.tables} where {self.where}"

    @property
    def match(self) -> str:
        """The expression of FTS5 for the words that must be found; "" where there are none."""
        return str(self.values.get("match", ""))

    @property
    def is_ranked(self) -> bool:
        """Whether words are asked for, so that some articles match better than others."""
        return bool(self.match)


EVERYTHING: Final = Wanted()


def read_wanted(db: sqlite3.Connection, query: Query) -> Wanted | None:
    """Return which articles a query asks for; None where it asks for nothing.

    Words that must be found lead, as one expression of FTS5; all else is a condition on each article.
    """
    conditions = Conditions(db)
    match, others = split_words(query.wanted)
    where = {node: conditions.where(node) for node in others}
    facets = {node: facet for node in others if (facet := conditions.as_facet(node))}
    untyped = [said for node, said in where.items() if node not in facets]
    if match is None:
        wanted = Wanted("articles a", " and ".join(where.values()), conditions.values, untyped=_all_of(untyped))
        return wanted._replace(typed=tuple(facets.values())) if where else None
    # first the words: SQLite must not look each article of a year up in the index of words
    return Wanted(
        "article_search cross join articles a on a.pmid = article_search.rowid",
        _all_of([_MATCH, *where.values()]),
        {"match": match, **conditions.values},
        typed=tuple(facets.values()),
        untyped=_all_of([_MATCH, *untyped]),
        alternatives=tuple(map(term_expression, words_of(query))) if " OR " in match else (),
        ranking=split_words(for_ranking(query.wanted))[0] or match,
    )


def _all_of(conditions: Sequence[str]) -> str:
    return " and ".join(conditions) or "1"


def read_asked(db: sqlite3.Connection, text: str, query: Query) -> Wanted:
    """Return which articles a query, as it was read from text, asks for.

    Raises UsageError where a part of it is not understood, or it asks for nothing.
    """
    for part, reason in query.problems:
        raise UsageError(f"The search has a part that cannot be searched, {part[:80]!r}: {reason.partition(';')[0]}.")
    wanted = read_wanted(db, query)
    if wanted is None:
        raise UsageError(f"The search {text!r} has no word to look for.")
    return wanted


def read_found(
    db: sqlite3.Connection, wanted: Wanted, *, sort: str = "relevance", limit: int, offset: int = 0
) -> list[int]:
    """Return the PMIDs that are wanted, in one of ORDERS; unknown years and unmeasured articles come last."""
    sort = "date" if sort == "relevance" and not wanted.is_ranked else sort
    tables = f"{wanted.tables} left join article_metrics m on m.id = a.pmid" if "m." in ORDERS[sort] else wanted.tables
    rows = db.execute(
        f"""select a.pmid from {tables} where {wanted.where}
        order by {ORDERS[sort]}, a.pmid desc limit :limit offset :offset""",
        {**wanted.values, "limit": limit, "offset": offset},
    )
    return [row[0] for row in rows]


def read_most_relevant(
    db: sqlite3.Connection, wanted: Wanted, among: Ids, *, is_all: bool, limit: int, offset: int = 0
) -> list[int]:
    """Return the PMIDs of those among, which ascend, that match the words wanted, the most relevant first.

    is_all: all that match, from the first of those among on, are among them, so that each need not be looked up.
    """
    pmid = "article_search.rowid"
    tables = "article_search" if wanted.where == _MATCH else wanted.tables
    condition = "1" if is_all else f"+{pmid} in (select value from json_each(:among))"  # without +, a search for each
    rows = db.execute(
        f"""select {pmid} from {tables} where {wanted.where} and {pmid} >= :first and {condition}
        order by {ORDERS["relevance"]}, {pmid} desc limit :limit offset :offset""",
        {
            **wanted.values,
            "match": wanted.ranking,
            "first": int(among[0]),
            "among": "" if is_all else json.dumps(among.tolist()),
            "limit": limit,
            "offset": offset,
        },
    )
    return [row[0] for row in rows]


def read_found_count(db: sqlite3.Connection, wanted: Wanted) -> int:
    """Return how many articles are wanted."""
    return int(db.execute(f"select count(*) from ({wanted.pmids})", wanted.values).fetchone()[0])


def read_all_found(db: sqlite3.Connection, wanted: Wanted) -> Iterator[int]:
    """Yield the PMIDs of all articles that are wanted, in no order."""
    yield from (row[0] for row in db.execute(wanted.pmids, wanted.values))


def read_pmids(db: sqlite3.Connection, wanted: Wanted, most: int = -1) -> Ids:
    """Return the PMIDs of all articles that are wanted, or of so many, ascending; joined, as rows take longer."""
    pmids = f"select pmid from ({wanted.pmids}) limit :most"
    with long_values(db):
        joined = db.execute(
            f"select coalesce(group_concat(pmid), '') from ({pmids})", {**wanted.values, "most": most}
        ).fetchone()
    return np.sort(np.fromstring(joined[0], dtype=np.int64, sep=","), kind="stable")  # mostly they ascend


def read_matching(db: sqlite3.Connection, expression: str, most: int) -> Ids:
    """Return the PMIDs of articles that match an expression of FTS5, so many at most, ascending."""
    return read_pmids(db, Wanted("article_search", _MATCH, {"match": expression}), most)


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
