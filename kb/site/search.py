"""The values of the search page: the query as understood, facets, results in one of several views."""

import sqlite3
from collections import Counter
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from kb.errors import UsageError
from kb.identifiers import parse_identifier
from kb.queries.facets import FacetValue, narrowed, read_facets, read_filter_labels
from kb.queries.named import NAMED_FACETS, Named, read_named
from kb.queries.pages import read_work, read_work_by_identifier
from kb.queries.search import (
    EVERYTHING,
    Wanted,
    read_all_found,
    read_wanted,
)
from kb.queries.syntax import Query, parse_query, parts_of, words_of
from kb.site import wording
from kb.site.asked import LISTS, Asked, format_asked, taken
from kb.site.facets import SHOWN, Labels, Removable, removable_filters, shown_facets
from kb.site.results import PAGE_SIZE, article_results, orders, place, tabs

_SIZES: Final = {"table": 50}  # results on a page of a view


class State(NamedTuple):
    """Held articles, or works that are only named: how many are found, and the query string that asks for them."""

    words: str
    query: str
    found: int
    is_current: bool


def search_values(db: sqlite3.Connection, asked: Asked) -> dict[str, Any]:
    """Return what the search page shows; goto is the work that the text names by an identifier, or None."""
    goto = find_identified(db, asked)
    if goto is not None:
        return {"goto": goto}
    query, wanted = parse_query(asked.text), wanted_articles(db, asked)
    labels = read_filter_labels(db, asked.filters)
    held, values = read_facets(db, wanted or EVERYTHING, SHOWN)
    named = _named(db, asked, query)
    if asked.is_known:
        values = {"year": _years(named or [])}
    count = len(named or []) if asked.is_known else held
    return {
        "goto": None,
        "q": asked.text,
        "asked": asked,
        "is_asked": wanted is not None or asked.is_known,
        "parts": _parts(asked, query, labels),
        "left_out": (*query.left_out, *asked.left_out),
        "count": count,
        "states": _states(asked, held, named),
        "facets": shown_facets(asked, values, labels),
        "views": tabs(asked, "view", LISTS, wording.VIEW_WORDS),
        "sorts": tabs(asked, "sort", orders(db), wording.SORT_WORDS),
        "kept": parse_qsl(format_asked(asked._replace(text="", page=1))),
        "taken": format_asked(taken(asked)),
        **place(asked, count, _size(asked)),
        **(_named_results(asked, named or []) if asked.is_known else _results(db, asked, query, wanted)),
    }


def wanted_articles(db: sqlite3.Connection, asked: Asked) -> Wanted | None:
    """Return which held articles are asked for; None where nothing is."""
    wanted = read_wanted(db, parse_query(asked.text))
    if wanted is None and not asked.filters:
        return None
    return narrowed(wanted or EVERYTHING, asked.filters)


def asked_words(db: sqlite3.Connection, asked: Asked) -> str:
    """Return what is asked in words; "" for everything."""
    parts = _parts(asked, parse_query(asked.text), read_filter_labels(db, asked.filters))
    return "; ".join(part.words for part in parts)


def read_works_asked(db: sqlite3.Connection, asked: Asked) -> set[int]:
    """Return all works that a search finds, or the one that it names; raises UsageError where it asks nothing."""
    identified = find_identified(db, asked)
    if identified is not None:
        return {identified}
    if asked.is_known:
        return {one.id for one in read_named(db, parse_query(asked.text), asked.filters)}
    wanted = wanted_articles(db, asked)
    if wanted is None:
        raise UsageError(f"The search {asked.text!r} has no word to look for.")
    return set(read_all_found(db, wanted))


def find_identified(db: sqlite3.Connection, asked: Asked) -> int | None:
    """Return the work that a search names by PMID, PMCID, DOI or an address; None where it names none of this file."""
    if asked.filters or asked.is_known:
        return None
    try:
        identifier = parse_identifier(asked.text)
    except UsageError:
        return None
    if identifier.kind == "pmid":
        found = read_work(db, int(identifier.value))
        return found.id if found else None
    return read_work_by_identifier(db, identifier.kind, identifier.value)


def _named(db: sqlite3.Connection, asked: Asked, query: Query) -> list[Named] | None:
    """Return the known works that are asked for; None where the filters ask what is known of held articles alone."""
    if any(facet not in NAMED_FACETS for facet, _ in asked.filters):
        return None
    return read_named(db, query, asked.filters, asked.sort)


def _years(named: list[Named]) -> list[FacetValue]:
    counts = Counter(one.year for one in named if one.year is not None)
    return [FacetValue(str(year), str(year), counts[year]) for year in sorted(counts, reverse=True)]


def _parts(asked: Asked, query: Query, labels: Labels) -> list[Removable]:
    """Return all parts of what is asked in words, each with the query string without it."""
    first = asked._replace(page=1)
    of_text = [Removable(part.words, format_asked(first._replace(text=part.others))) for part in parts_of(query)]
    return [*of_text, *removable_filters(asked, labels)]


def _states(asked: Asked, held: int, named: list[Named] | None) -> list[State]:
    """Return how many articles held and how many works only named are found; a state that cannot be asked is absent."""
    first = asked._replace(page=1)
    found = [State(wording.HELD, format_asked(first._replace(is_known=False)), held, not asked.is_known)]
    if named is not None:
        found.append(State(wording.NAMED_ONLY, format_asked(first._replace(is_known=True)), len(named), asked.is_known))
    return found


def _results(db: sqlite3.Connection, asked: Asked, query: Query, wanted: Wanted | None) -> dict[str, Any]:
    if wanted is None:
        return {"results": []}
    return {"results": article_results(db, wanted, asked, terms=words_of(query), size=_size(asked))}


def _named_results(asked: Asked, named: list[Named]) -> dict[str, Any]:
    size = _size(asked)
    return {"results": [], "named": named[(asked.page - 1) * size : asked.page * size]}


def _size(asked: Asked) -> int:
    return _SIZES.get(asked.view, PAGE_SIZE)
