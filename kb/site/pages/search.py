"""The values of the search page: the query as understood, facets, results in one of several views."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from kb.errors import UsageError
from kb.queries.search.facets import FacetValue, narrowed, read_filter_labels
from kb.queries.search.known_works import NAMED_FACETS, KnownWork, read_are_few, read_named, read_named_count
from kb.queries.search.matches import EVERYTHING, Wanted, read_all_found, read_found_count, read_wanted
from kb.queries.search.mesh import read_has_tree
from kb.queries.search.query import read_identified, read_query
from kb.queries.search.query_tree import Query, format_query, parts_of, words_of
from kb.queries.search.result_set import ResultSet, ranked_of, read_facets, read_found_articles, read_page
from kb.queries.search.sample_queries import read_typical
from kb.queries.search.spelling import read_corrections
from kb.queries.works.citing_sentences import read_has_sentences
from kb.site.pages.picture_pages import Found, Picture, map_of, timeline_of
from kb.site.parts import messages
from kb.site.parts.facets import SHOWN, Labels, Removable, removable_filters, shown_facets, year_histogram
from kb.site.parts.links import sql_path
from kb.site.parts.results import PAGE_SIZE, article_results, orders, place, tabs
from kb.site.parts.search_help import search_examples
from kb.site.parts.search_state import VIEWS, Asked, format_asked, parse_asked, taken
from kb.site.server import responses
from kb.site.server.context import ask, litkb_database
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route

_FEW: Final = 20_000  # known works whose labels are read for a count alone: within 100 ms
_STRONGEST: Final = 20_000  # works found whose places are looked up, those cited most here
PICTURES: Final = {"map": map_of, "timeline": timeline_of}
_SIZES: Final = {"table": 50}  # results on a page of a view


class State(NamedTuple):
    """Held articles, or works that are only named: the query string that asks for them; found None: not counted."""

    words: str
    query: str
    found: int | None
    is_current: bool
    evidence: str = "search"


def search_values(db: sqlite3.Connection, asked: Asked) -> dict[str, Any]:
    """Return what the search page shows; goto is the work that the text names by an identifier, or None."""
    goto = find_identified(db, asked)
    if goto is not None:
        return {"goto": goto}
    query, labels = read_query(db, asked.text), read_filter_labels(db, asked.filters)
    found = _named_values(db, asked, query, labels) if asked.is_known else _held_values(db, asked, query, labels)
    return {
        "goto": None,
        "q": asked.text,
        "asked": asked,
        "parts": _parts(asked, query, labels),
        "problems": (*query.problems, *asked.left_out),
        "absent": query.absent,
        "has_sentences": read_has_sentences(db),
        "also": query.also,
        "corrections": [] if found["count"] else _corrections(db, asked, query),
        "examples": search_examples(read_typical(db)),
        "views": tabs(asked, "view", VIEWS, messages.VIEW_WORDS),
        "sorts": tabs(asked, "sort", orders(db), messages.SORT_WORDS),
        "kept": parse_qsl(format_asked(asked._replace(text="", page=1))),
        "taken": format_asked(taken(asked)),
        **place(asked, found["count"], _size(asked)),
        **found,
        "picture": search_picture(db, asked) if found["count"] else None,
        "picture_path": f"/search/{asked.view}",
    }


def search_picture(db: sqlite3.Connection, asked: Asked) -> Picture | None:
    """Return what a search finds as a picture; None for a view that is none, and where nothing is asked."""
    draw = PICTURES.get(asked.view)
    if draw is None or (wanted_articles(db, asked) is None and not asked.is_known):
        return None
    if asked.is_known:
        named = [one.id for one in read_named(db, read_query(db, asked.text), asked.filters, "citations")]
        return draw(db, Found(named[:_STRONGEST], len(named), f"/evidence/named?{format_asked(taken(asked))}"))
    found = _read_held(db, asked, read_query(db, asked.text))
    strongest = read_page(db, found, sort="citations", limit=_STRONGEST)
    return draw(db, Found(strongest, len(found.pmids), f"/evidence/search?{format_asked(taken(asked))}"))


def _read_held(db: sqlite3.Connection, asked: Asked, query: Query) -> ResultSet:
    return read_found_articles(db, read_wanted(db, query) or EVERYTHING, asked.filters)


def _held_values(db: sqlite3.Connection, asked: Asked, query: Query, labels: Labels) -> dict[str, Any]:
    """Return the articles that are found, with their facets; those of everything where nothing is asked."""
    has_tree, found = read_has_tree(db), _read_held(db, asked, query)
    is_asked = found.wanted != EVERYTHING
    values = read_facets(db, found, [name for name in SHOWN if has_tree or name != "branch"])
    return {
        "is_asked": is_asked,
        "count": len(found.pmids),
        "ranked": ranked_of(found, asked.sort),
        "is_rarest_first": bool(found.wanted.alternatives),
        "states": _states(asked, len(found.pmids), _named_count(db, asked, query)) if is_asked else [],
        "facets": shown_facets(asked, values, labels),
        "histogram": year_histogram(asked, values.get("year", [])),
        "no_tree": None if has_tree else messages.NO_TREE,
        "named": [],
        "results": article_results(db, found, asked, terms=words_of(query), size=_size(asked)) if is_asked else [],
        "sql": sql_path(found.wanted) if is_asked else None,
    }


def _named_values(db: sqlite3.Connection, asked: Asked, query: Query, labels: Labels) -> dict[str, Any]:
    """Return the works named and not held that are found; all that their facets can tell is the year."""
    named, size = read_named(db, query, asked.filters, asked.sort), _size(asked)
    held, years = len(_read_held(db, asked, query).pmids), _years(named)
    return {
        "is_asked": True,
        "count": len(named),
        "ranked": None,
        "is_rarest_first": False,
        "states": _states(asked, held, len(named)),
        "facets": shown_facets(asked, {"year": years}, labels),
        "histogram": year_histogram(asked, years),
        "no_tree": None,
        "named": named[(asked.page - 1) * size : asked.page * size],
        "results": [],
        "sql": None,
    }


def _named_count(db: sqlite3.Connection, asked: Asked, query: Query) -> int | None:
    """Return how many works named and not held a search finds; None where to count them would take long."""
    return read_named_count(db, query, asked.filters) if read_are_few(db, _FEW) else None


def wanted_articles(db: sqlite3.Connection, asked: Asked) -> Wanted | None:
    """Return which held articles are asked for; None where nothing is."""
    wanted = read_wanted(db, read_query(db, asked.text))
    if wanted is None and not asked.filters:
        return None
    return narrowed(wanted or EVERYTHING, asked.filters)


def asked_words(db: sqlite3.Connection, asked: Asked) -> str:
    """Return what is asked in words; "" for everything."""
    parts = _parts(asked, read_query(db, asked.text), read_filter_labels(db, asked.filters))
    return "; ".join(part.words for part in parts)


def read_works_asked(db: sqlite3.Connection, asked: Asked) -> set[int]:
    """Return all works that a search finds, or the one that it names; raises UsageError where it asks nothing."""
    identified = find_identified(db, asked)
    if identified is not None:
        return {identified}
    if asked.is_known:
        return {one.id for one in read_named(db, read_query(db, asked.text), asked.filters)}
    wanted = wanted_articles(db, asked)
    if wanted is None:
        raise UsageError(f"The search {asked.text!r} has no word to look for.")
    return set(read_all_found(db, wanted))


def find_identified(db: sqlite3.Connection, asked: Asked) -> int | None:
    """Return the work that a search names by PMID, PMCID, DOI or an address; None where it names none of this file."""
    return None if asked.filters or asked.is_known else read_identified(db, asked.text)


def _corrections(db: sqlite3.Connection, asked: Asked, query: Query) -> list[Removable]:
    """Return searches with other words that find something, each with its query string."""
    others = [asked._replace(text=format_query(one), page=1) for one in read_corrections(db, query)]
    return [
        Removable(one.text, format_asked(one))
        for one in others
        if read_found_count(db, wanted_articles(db, one) or EVERYTHING)
    ]


def _years(named: list[KnownWork]) -> list[FacetValue]:
    counts = Counter(one.year for one in named if one.year is not None)
    return [FacetValue(str(year), str(year), counts[year]) for year in sorted(counts, reverse=True)]


def _parts(asked: Asked, query: Query, labels: Labels) -> list[Removable]:
    """Return all parts of what is asked in words, each with the query string without it."""
    first = asked._replace(page=1)
    of_text = [Removable(part.words, format_asked(first._replace(text=part.others))) for part in parts_of(query)]
    return [*of_text, *removable_filters(asked, labels)]


def _states(asked: Asked, held: int, named: int | None) -> list[State]:
    """Return what may be searched: works named only where nothing is asked that is known of articles alone."""
    first = asked._replace(page=1)
    found = [State(messages.HELD, format_asked(first._replace(is_known=False)), held, not asked.is_known)]
    if all(facet in NAMED_FACETS for facet, _ in asked.filters):
        found.append(
            State(messages.NAMED_ONLY, format_asked(first._replace(is_known=True)), named, asked.is_known, "named")
        )
    return found


def _size(asked: Asked) -> int:
    return _SIZES.get(asked.view, PAGE_SIZE)


async def search(datasette: Any, request: Any) -> Any:
    """Answer /search?q=… with all its parameters; a PMID or DOI that is named here goes straight to its page."""
    database = await litkb_database(datasette)
    asked = parse_asked(request.query_string)
    if "from" in request.args or "to" in request.args:  # the form of years
        return responses.redirect(_search_path(datasette, asked))
    values = await ask(database, lambda db: search_values(db, asked))
    if values["goto"] is not None:
        return responses.redirect(datasette.urls.path(f"/work/{values['goto']}"))
    return await page_answer(datasette, request, "litkb-search.html", values)


def _search_path(datasette: Any, asked: Asked) -> str:
    query = format_asked(asked)
    return str(datasette.urls.path(f"/search?{query}" if query else "/search"))


ROUTES: Final[Sequence[Route]] = ((r"^/search$", search),)
