"""Search among works that are named and not held: by label, year, community and PMCID, all that is known of them."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from kb.queries.facets import Filters
from kb.queries.syntax import Query, Term, parse_years
from kb.text import fold, words_in

NAMED_FACETS: Final = frozenset({"year", "community", "free"})  # what may be known of a work that is not held
_LONGEST_WORD: Final = 60  # characters of a word that SQLite compares; all of it is compared afterwards
_NOT_ASCII: Final = "replace(w.label, '…', '') glob '*[^ -~]*'"  # a long label ends in "…"


class Named(NamedTuple):
    """A known work that a search finds; the counts are None where no graph run has measured it."""

    id: int
    label: str
    year: int | None
    citation_count: int | None
    pagerank: float | None


def read_named(db: sqlite3.Connection, query: Query, filters: Filters, sort: str = "relevance") -> list[Named]:
    """Return the known works that a search finds, those cited most here first where sort is "relevance".

    Filters by what is known of held articles alone (see NAMED_FACETS) find nothing, branches of MeSH among them.
    """
    rows = _read(
        db,
        "w.id, w.label, w.year, m.citation_count, m.pagerank from works w left join article_metrics m on m.id = w.id",
        query,
        filters,
    )
    return sorted((Named(*row) for row in rows if _is_meant(query, row[1])), key=_ORDERS[sort])


def read_named_count(db: sqlite3.Connection, query: Query, filters: Filters) -> int:
    """Return how many known works a search finds."""
    return sum(_is_meant(query, label) for (label,) in _read(db, "w.label from works w", query, filters))


def _read(db: sqlite3.Connection, columns: str, query: Query, filters: Filters) -> Iterator[tuple[Any, ...]]:
    """Yield columns of the known works that may be meant, as far as SQLite can tell."""
    if query.branches or any(facet not in NAMED_FACETS for facet, _ in filters):
        return
    where, values = _conditions(query, filters)
    yield from db.execute(f"select {columns} where w.state = 'known' and {' and '.join(where)}", values)


def read_known_count(db: sqlite3.Connection) -> int:
    """Return how many works are named here and not held."""
    return int(db.execute("select count(*) from works where state = 'known'").fetchone()[0])


_ORDERS: Final[dict[str, Callable[[Named], Any]]] = {
    "relevance": lambda one: (-(one.citation_count or 0), one.label, one.id),
    "date": lambda one: (-(one.year or -9999), one.label, one.id),
    "citations": lambda one: (-(one.citation_count or 0), -(one.pagerank or 0), one.id),
    "pagerank": lambda one: (-(one.pagerank or 0), one.id),
}


def _conditions(query: Query, filters: Filters) -> tuple[list[str], dict[str, object]]:
    """Return what SQLite can decide; of the words only what leaves out none that may match."""
    where, values = ["1"], dict[str, object]()
    spans = [(query.first_year, query.last_year)]
    for facet, value in filters:
        if facet == "year":
            spans.append(parse_years(value) or (1, 0))
        elif facet == "community":
            where.append("w.id in (select id from communities where community = :community)")
            values["community"] = value
        else:
            where.append("w.pmcid is not null")
    for n, (first, last) in enumerate(spans):
        if (first, last) != (None, None):
            where.append(f"w.year between :first{n} and :last{n}")
            values.update({f"first{n}": -9999 if first is None else first, f"last{n}": 9999 if last is None else last})
    for n, group in enumerate(query.groups):
        words = {f"word{n}_{m}": f"%{term.text.split()[0][:_LONGEST_WORD]}%" for m, term in enumerate(group)}
        likes = [f"w.label like :{name}" for name, word in words.items() if len(word.encode()) < 100]
        if len(likes) == len(group):  # a label with letters beyond ASCII is folded before it is compared
            where.append(f"({' or '.join([*likes, _NOT_ASCII])})")
            values.update(words)
    return where, values


def _is_meant(query: Query, label: str) -> bool:
    """Return whether a label has what is asked for; of title, abstract and subjects nothing is known."""
    if not (query.groups or query.excluded or query.journals):
        return True
    folded = fold(label)
    words = words_in(folded)
    return (
        all(any(_has(words, term) for term in group) for group in query.groups)
        and not any(_has(words, term) for term in query.excluded)
        and all(f" {key}" in f" {folded}" for key in query.journals)
    )


def _has(words: list[str], term: Term) -> bool:
    """Return whether the words of a term follow one another in words."""
    if term.column not in (None, "authors"):
        return False
    if not (term.is_phrase or term.is_prefix):
        return term.text in words
    wanted = term.text.split()
    size = len(wanted)
    return any(_fits(words[at : at + size], wanted, term) for at in range(len(words) - size + 1))


def _fits(here: list[str], wanted: list[str], term: Term) -> bool:
    return here == wanted or (term.is_prefix and here[:-1] == wanted[:-1] and here[-1].startswith(wanted[-1]))
