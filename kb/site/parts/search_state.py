"""What a search address asks, and back: every state of the search is one address.  (pure)"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from kb.queries.search.facets import FACETS
from kb.queries.search.matches import ORDERS
from kb.queries.search.query_tree import Problem, format_years, parse_branch, parse_years

LONGEST: Final = 2_000  # characters of a search, and of any other value, that are read
_CUT: Final = f"a search here has {LONGEST:,} characters at most; left out from there on"
_NO_VALUE: Final = "this filter has no such value; left out"
LAST_PAGE: Final = 500
_MOST_VALUES: Final = 20  # of one facet
VIEWS: Final = ("list", "table", "map", "timeline")
_PLACES: Final = {facet: place for place, facet in enumerate(FACETS)}


class Asked(NamedTuple):
    """A state of the search; filters are (facet, value) in canonical order, left_out is what was not understood."""

    text: str = ""
    is_known: bool = False  # works that are named and not held, in place of articles
    filters: tuple[tuple[str, str], ...] = ()
    sort: str = "relevance"
    view: str = "list"
    page: int = 1
    left_out: tuple[Problem, ...] = ()


def parse_asked(query_string: str) -> Asked:
    """Return what the query string of an address asks; parameters that are none of the search's are passed over."""
    pairs = [(name, value[:LONGEST]) for name, value in parse_qsl(query_string) if value.strip()]
    given = dict(pairs)
    years = f"{given.get('from', '').strip()}-{given.get('to', '').strip()}"
    if years != "-":
        pairs = [*(pair for pair in pairs if pair[0] != "year"), ("year", years)]
    filters = [(name, _canonical(name, value)) for name, value in pairs if name in FACETS]
    return Asked(
        text=given.get("q", "").strip(),
        is_known=given.get("state") == "known",
        filters=_ordered((name, value) for name, value in filters if value is not None),
        sort=_one_of(given.get("sort"), tuple(ORDERS)),
        view=_one_of(given.get("view"), VIEWS),
        page=_page(given.get("page", "1")),
        left_out=(*_cut(query_string), *_without_meaning(pairs)),
    )


def _cut(query_string: str) -> Iterator[Problem]:
    """Yield where a search that is too long was cut."""
    for name, value in parse_qsl(query_string):
        if name == "q" and len(value) > LONGEST:
            yield Problem(f"{value[LONGEST : LONGEST + 40]}…", _CUT)


def _without_meaning(pairs: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    for name, value in pairs:
        if name in FACETS and _canonical(name, value) is None:
            yield Problem(f"{name}={value}", _NO_VALUE)


def _canonical(facet: str, value: str) -> str | None:
    """Return a value as our addresses have it; None where the facet cannot have it."""
    if facet == "year":
        years = parse_years(value.strip())
        return format_years(*years) if years else None
    if facet == "branch":
        return parse_branch(value)
    if facet in ("retracted", "free"):
        return value if value == "1" else None
    if facet == "community":
        return value if value.isascii() and value.isdigit() and len(value) < 10 else None
    return value


def _ordered(filters: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return filters in their order, each once; of a facet with one value the last one given."""
    kept: dict[str, dict[str, None]] = {}
    for facet, value in filters:
        before = kept.get(facet, {}) if FACETS[facet].repeats else {}
        kept[facet] = {**before, value: None}
    facets = sorted(kept, key=_PLACES.__getitem__)
    return tuple((facet, value) for facet in facets for value in sorted(kept[facet])[:_MOST_VALUES])


def _one_of(value: str | None, known: tuple[str, ...]) -> str:
    return value if value in known else known[0]


def _page(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    return min(max(number, 1), LAST_PAGE)


def format_asked(asked: Asked) -> str:
    """Return the query string of a state, parameters in canonical order, those left out that say nothing new."""
    pairs = [
        ("q", asked.text),
        ("state", "known" if asked.is_known else ""),
        *asked.filters,
        ("sort", asked.sort if asked.sort != "relevance" else ""),
        ("view", asked.view if asked.view != "list" else ""),
        ("page", str(asked.page) if asked.page > 1 else ""),
    ]
    return urlencode([(name, value) for name, value in pairs if value])


def with_filter(asked: Asked, facet: str, value: str) -> Asked:
    """Return the state with one filter more, on its first page."""
    return asked._replace(filters=_ordered([*asked.filters, (facet, value)]), page=1)


def without_filter(asked: Asked, facet: str, value: str) -> Asked:
    """Return the state with one filter less, on its first page."""
    return asked._replace(filters=tuple(pair for pair in asked.filters if pair != (facet, value)), page=1)


def taken(asked: Asked) -> Asked:
    """Return the state as files and feeds take it: all of what is found, in no order and no view."""
    return asked._replace(sort="relevance", view="list", page=1)
