"""Search among works that are named and not held: by label, year, community and PMCID, all that is known of them."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from kb.queries.search.facets import Filters
from kb.queries.search.query_tree import Group, Node, Property, Query, Term, parse_years, properties_of
from kb.text import fold, words_in

NAMED_FACETS: Final = frozenset({"year", "community", "free"})  # facets that a work which is not held can have
_OF_LABEL: Final = (None, "authors")  # columns of the index of words that a label can stand for
_LONGEST_WORD: Final = 60  # characters of a word that SQLite compares; all of it is compared afterwards
_NOT_ASCII: Final = (  # a long label ends in "…"; the pattern alone takes three times as long
    "length(cast(w.label as blob)) <> length(w.label) and replace(w.label, '…', '') glob '*[^ -~]*'"
)


class KnownWork(NamedTuple):
    """A known work that a search finds; the counts are None where no graph run has measured it."""

    id: int
    label: str
    year: int | None
    citation_count: int | None
    pagerank: float | None


def read_named(db: sqlite3.Connection, query: Query, filters: Filters, sort: str = "relevance") -> list[KnownWork]:
    """Return the known works that a search finds, those cited most here first where sort is "relevance".

    What is known of held articles alone (see NAMED_FACETS) finds nothing, and excludes nothing.
    """
    rows = _read(db, "w.id, w.label, w.year, m.citation_count, m.pagerank", query, filters)
    return sorted((KnownWork(*row) for row in rows), key=_ORDERS[sort])


def read_named_count(db: sqlite3.Connection, query: Query, filters: Filters) -> int:
    """Return how many known works a search finds."""
    return sum(1 for _ in _read(db, "w.id", query, filters))


def _read(db: sqlite3.Connection, columns: str, query: Query, filters: Filters) -> Iterator[tuple[Any, ...]]:
    """Yield columns of the known works that a search finds: SQLite leaves out most, the rest is looked at here."""
    if any(facet not in NAMED_FACETS for facet, _ in filters):
        return
    where, values = _conditions(query, filters)
    is_of_community = any(one.name == "community" for part in query.parts for one in properties_of(part))
    community = "(select community from communities k where k.id = w.id)" if is_of_community else "null"
    rows = db.execute(
        f"""select w.id, w.label, w.year, w.doi, w.pmcid, {community}, {columns} from works w
        left join article_metrics m on m.id = w.id where w.state = 'known' and {" and ".join(where)}""",
        values,
    )
    for row in rows:
        if not query.parts or _is_meant(query, _Known(*row[:_SIZE])):
            yield row[_SIZE:]


class _Known(NamedTuple):
    """All that may be known of a work that is not held."""

    id: int
    label: str
    year: int | None
    doi: str | None
    pmcid: str | None
    community: int | None


_SIZE: Final = len(_Known._fields)


def read_are_few(db: sqlite3.Connection, most: int) -> bool:
    """Return whether no more works than so many are named here and not held."""
    return db.execute("select 1 from works where state = 'known' limit 1 offset ?", (most,)).fetchone() is None


_ORDERS: Final[dict[str, Callable[[KnownWork], Any]]] = {
    "relevance": lambda one: (-(one.citation_count or 0), one.label, one.id),
    "date": lambda one: (-(one.year or -9999), one.label, one.id),
    "citations": lambda one: (-(one.citation_count or 0), -(one.pagerank or 0), one.id),
    "pagerank": lambda one: (-(one.pagerank or 0), one.id),
}


def _conditions(query: Query, filters: Filters) -> tuple[list[str], dict[str, object]]:
    """Return what SQLite can decide; of the search only what leaves out none that it may find."""
    where, values = ["1"], dict[str, object]()
    spans = [parse_years(part.value) for part in query.parts if isinstance(part, Property) and part.name == "year"]
    for facet, value in filters:
        if facet == "year":
            spans.append(parse_years(value) or (1, 0))
        elif facet == "community":
            where.append("w.id in (select id from communities where community = :community)")
            values["community"] = value
        else:
            where.append("w.pmcid is not null")
    for n, (first, last) in enumerate(span for span in spans if span):
        where.append(f"w.year between :first{n} and :last{n}")
        values.update({f"first{n}": -9999 if first is None else first, f"last{n}": 9999 if last is None else last})
    for n, part in enumerate(query.parts):
        alternatives = part.parts if isinstance(part, Group) and part.kind == "or" else (part,)
        words = {f"word{n}_{m}": like for m, one in enumerate(alternatives) if (like := _like(one))}
        if len(words) == len(alternatives):  # a label with letters beyond ASCII is folded before it is compared
            where.append(f"({' or '.join([*(f'w.label like :{name}' for name in words), _NOT_ASCII])})")
            values.update(words)
    return where, values


def _like(node: Node) -> str | None:
    """Return a pattern that a label must have if it has a term; None where SQLite cannot tell."""
    if not isinstance(node, Term) or node.column not in _OF_LABEL:
        return None
    pattern = f"%{node.text.split()[0][:_LONGEST_WORD]}%"
    return pattern if len(pattern.encode()) < 100 else None


def _is_meant(query: Query, work: _Known) -> bool:
    folded = work._replace(label=fold(work.label))
    words = words_in(folded.label)
    return all(_holds(part, folded, words) for part in query.parts)


def _holds(node: Node, work: _Known, words: list[str]) -> bool | None:
    """Return whether a part of a search holds of a work; None where that is not known of works that are not held."""
    if isinstance(node, Term):
        return _has(words, node) if node.column in _OF_LABEL else None
    if isinstance(node, Property):
        return _has_property(node, work)
    held = [_holds(part, work, words) for part in node.parts]
    if node.kind == "not":
        return None if held[0] is None else not held[0]
    decisive = node.kind == "or"
    return decisive if decisive in held else None if None in held else not decisive


def _has_property(one: Property, work: _Known) -> bool | None:
    if one.name == "year":
        first, last = parse_years(one.value) or (None, None)
        return None if work.year is None else (first or -9999) <= work.year <= (9999 if last is None else last)
    if one.name == "journal":
        return f" {one.value}" in f" {work.label}"
    if one.name == "is":
        return work.pmcid is not None if one.value == "free" else None
    if one.name in ("doi", "pmcid", "community"):
        return str(getattr(work, one.name)) == one.value
    return str(work.id) == one.value if one.name == "pmid" else None


def _has(words: list[str], term: Term) -> bool:
    """Return whether the words of a term follow one another in words."""
    if not (term.is_phrase or term.is_prefix):
        return term.text in words
    wanted = term.text.split()
    size = len(wanted)
    return any(_fits(words[at : at + size], wanted, term) for at in range(len(words) - size + 1))


def _fits(here: list[str], wanted: list[str], term: Term) -> bool:
    return here == wanted or (term.is_prefix and here[:-1] == wanted[:-1] and here[-1].startswith(wanted[-1]))
