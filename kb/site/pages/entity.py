"""The values of the page of a thing: what it is, its articles, how often they are cited over time, its neighbours."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from kb.queries.charts import YearCount
from kb.queries.search.facet_index import ANSWERED
from kb.queries.search.facets import FacetValue, narrowed
from kb.queries.search.known_works import NAMED_FACETS
from kb.queries.search.matches import EVERYTHING, Wanted, read_all_found
from kb.queries.search.result_set import read_facets, read_found_articles
from kb.queries.works import entities
from kb.queries.works.entities import YearRow
from kb.sentences import evidence_path
from kb.site.pages.chart_pages import CITATIONS, Proof, years_chart
from kb.site.pages.entity_types import KINDS, Kind
from kb.site.pages.picture_pages import Picture
from kb.site.parts import messages
from kb.site.parts.links import KIND_OF_FACET, sql_path, thing_key, thing_path
from kb.site.parts.results import PAGE_SIZE, article_results, orders, place, tabs
from kb.site.parts.search_state import Asked, format_asked, parse_asked
from kb.site.server import responses
from kb.site.server.context import ask, litkb_database
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route


class Neighbour(NamedTuple):
    """Another thing: where its page is, and how many articles or citations link the two."""

    label: str
    path: str
    number: int
    evidence: str | None  # None: an address cannot name it


class Neighbours(NamedTuple):
    """The neighbours of one kind."""

    title: str
    first: list[Neighbour]
    more: list[Neighbour]


_FIRST: Final = 10  # neighbours of a kind before "more"
_YEARS: Final = 12  # latest years before "more"
# Articles of a thing whose citations are counted, and what only rows tell: a second or two.
MOST_COUNTED: Final = 20_000


def thing_values(db: sqlite3.Connection, kind: str, key: str, asked: Asked) -> dict[str, Any] | None:
    """Return what the page of a thing shows; None where this file has none of that key."""
    of = KINDS[kind]
    key = of.key(key)
    about = of.read(db, key)
    if about is None:
        return None
    found = read_found_articles(db, EVERYTHING, [(of.facet, key)])
    wanted, count = found.wanted, len(found.pmids)
    is_counted = count <= MOST_COUNTED
    facets = read_facets(db, found, [facet for facet in of.neighbours if is_counted or facet in ANSWERED])
    ways = [one for one in orders(db) if one != "relevance"]
    usual = "citations" if "citations" in ways else "date"
    asked = Asked(sort=asked.sort if asked.sort in ways else usual, page=asked.page)
    years = entities.read_years(db, wanted) if is_counted else []
    path = thing_path(kind, key)
    return {
        "kind_title": messages.KIND_TITLES[kind],
        "about": about,
        "path": path,
        "count": count,
        "most_counted": None if is_counted else MOST_COUNTED,
        "results": article_results(db, found, asked),
        "sorts": tabs(asked, "sort", ways, messages.SORT_WORDS),
        "chart": _chart(years, format_asked(Asked(filters=((of.facet, key),)))),
        "years": years[:_YEARS],
        "earlier": years[_YEARS:],
        "neighbours": [*(_linked(db, of, wanted, key) if is_counted else []), *_together(of, key, facets)],
        "named": format_asked(Asked(is_known=True, filters=((of.facet, key),))) if of.facet in NAMED_FACETS else None,
        "search": format_asked(Asked(filters=((of.facet, key),))),
        "sql": sql_path(wanted),
        **place(asked, count, PAGE_SIZE),
    }


def _chart(years: list[YearRow], search: str) -> Picture | None:
    """Return how often the articles were cited, by the year of the citing work; None where they were not."""
    of_year = f"/evidence/received?{search}&citing_year="
    proof = Proof(f"/evidence/received_dated?{search}", lambda year: of_year + year)
    rows = [YearCount(row.year, row.citations) for row in reversed(years) if row.citations]
    return years_chart(rows, CITATIONS, messages.CITED_OVER_TIME, proof=proof, name="cited") if len(rows) > 1 else None


def read_works_of_thing(db: sqlite3.Connection, kind: str, key: str) -> set[int]:
    """Return all articles of a thing."""
    of = KINDS[kind]
    return set(read_all_found(db, narrowed(EVERYTHING, [(of.facet, of.key(key))])))


def _together(of: Kind, key: str, facets: dict[str, list[FacetValue]]) -> list[Neighbours]:
    """Return what occurs in the same articles, by kind; the thing itself left out."""
    return [
        _neighbours(
            messages.TOGETHER_TITLES[facet] if facet == of.facet else messages.NEIGHBOUR_TITLES[facet],
            KIND_OF_FACET[facet],
            [one for one in facets[facet] if (facet, one.key) != (of.facet, key)],
            partial(_together_path, of.facet, key, facet),
        )
        for facet in of.neighbours
        if any((facet, one.key) != (of.facet, key) for one in facets.get(facet, []))
    ]


def _linked(db: sqlite3.Connection, of: Kind, wanted: Wanted, key: str) -> list[Neighbours]:
    found = [(title, kind, name, read(db, wanted, key)) for title, kind, name, read in of.lists]
    return [
        _neighbours(title, kind, values, partial(_link_path, name, of.facet, key))
        for title, kind, name, values in found
        if values
    ]


def _link_path(name: str, facet: str, key: str, other: str) -> str:
    return evidence_path(name, **{facet: key, "other": other})


def _together_path(facet: str, key: str, other_facet: str, other: str) -> str | None:
    """Return where the articles of two things are told; None where an address cannot name both."""
    filters = ((facet, key), (other_facet, other))
    state = format_asked(Asked(filters=filters))
    return f"/evidence/search?{state}" if set(parse_asked(state).filters) == set(filters) else None


def _neighbours(
    title: str, kind: str, values: Sequence[FacetValue], evidence: Callable[[str], str | None]
) -> Neighbours:
    shown = [
        Neighbour(one.label or messages.EMPTY_NAME, thing_path(kind, one.key), one.articles, evidence(one.key))
        for one in values
    ]
    return Neighbours(title, shown[:_FIRST], shown[_FIRST:])


async def thing(datasette: Any, request: Any) -> Any:
    """Answer /author/<name key>, /journal/<id>, /mesh/<ui>, /keyword/<key>, /community/<n> and /year/<y>."""
    database = await litkb_database(datasette)
    kind, key = request.url_vars["kind"], thing_key(request.url_vars["key"])
    asked = parse_asked(request.query_string)
    values = await ask(database, lambda db: thing_values(db, kind, key, asked))
    if values is None:
        raise responses.NotFound(messages.unknown_thing(kind))
    return await page_answer(datasette, request, "litkb-thing.html", values)


_KINDS: Final = "|".join(KINDS)
ROUTES: Final[Sequence[Route]] = ((rf"^/(?P<kind>{_KINDS})/(?P<key>[^/.]*)$", thing),)
