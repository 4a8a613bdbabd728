"""The facets beside a search: each value with its count, as a link that adds it or takes it away.  (pure)"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from kb.languages import language_name
from kb.queries.search.facets import FACETS, FacetValue
from kb.queries.search.query_tree import describe_years, parse_years
from kb.site.parts import messages
from kb.site.parts.links import KIND_OF_FACET, thing_path
from kb.site.parts.search_state import Asked, format_asked, with_filter, without_filter

SHOWN: Final = ("year", "type", "journal", "mesh", "branch", "community", "language", "retracted", "free")
_FIRST: Final = 8  # values of a facet before "more"
_STEPS: Final = (1, 5, 10, 20, 50)  # years of a range
_MOST_RANGES: Final = 10
_BAR_STEPS: Final = (1, 2, 5, 10, 20, 50, 100)
_MOST_BARS: Final = 32
HISTOGRAM_WIDTH: Final = 240.0  # in units of its own
HISTOGRAM_HEIGHT: Final = 56.0


Labels = dict[tuple[str, str], str]  # (facet, value) -> what people read


class Choice(NamedTuple):
    """One value, and the query string with it; articles is None for a chosen one, whose query string is without it."""

    label: str
    query: str
    articles: int | None = None
    page: str | None = None  # of a chosen one, where its kind has pages


class Shown(NamedTuple):
    """One facet as the page shows it."""

    name: str
    title: str
    first: list[Choice]
    more: list[Choice]


class Removable(NamedTuple):
    """A part of what is asked, and the query string without it."""

    words: str
    query: str


def shown_facets(asked: Asked, values: dict[str, list[FacetValue]], labels: Labels) -> list[Shown]:
    """Return the facets that have something to choose, or something chosen, each with its values."""
    found = []
    for name in SHOWN:
        choices = [*_chosen(asked, name, labels), *_choices(asked, name, values.get(name, []))]
        if choices:
            found.append(Shown(name, messages.FACET_TITLES[name], choices[:_FIRST], choices[_FIRST:]))
    return found


def _chosen(asked: Asked, name: str, labels: Labels) -> list[Choice]:
    return [
        Choice(
            filter_words(name, value, labels.get((name, value))),
            format_asked(without_filter(asked, name, value)),
            page=_page(name, value),
        )
        for facet, value in asked.filters
        if facet == name
    ]


def _page(facet: str, value: str) -> str | None:
    """Return the path of the page of a value; None for a kind without pages, and for a span of years."""
    is_span = facet == "year" and not value.isdigit()
    return thing_path(KIND_OF_FACET[facet], value) if facet in KIND_OF_FACET and not is_span else None


def _choices(asked: Asked, name: str, values: Sequence[FacetValue]) -> list[Choice]:
    """Return the values that may be added: none where the facet has its one value."""
    chosen = {value for facet, value in asked.filters if facet == name}
    if name == "year":
        values = year_ranges(values)
    elif chosen and not FACETS[name].repeats:
        return []
    return [
        Choice(filter_words(name, one.key, one.label), format_asked(with_filter(asked, name, one.key)), one.articles)
        for one in values
        if one.key not in chosen
    ]


def year_ranges(years: Iterable[FacetValue]) -> list[FacetValue]:
    """Return years, the latest first, in as few years a range as gives ten ranges at most."""
    counts = {int(one.key): one.articles for one in years}
    for step in _STEPS:
        ranges = _in_ranges(counts, step)
        if len(ranges) <= _MOST_RANGES:
            break
    names = {first: _range_key(first, step) for first in ranges}
    return [FacetValue(names[first], names[first], ranges[first]) for first in sorted(ranges, reverse=True)]


class Bar(NamedTuple):
    """A bar of the histogram of years, in its own units, and the query string that narrows the search to it."""

    x: float
    width: float
    height: float
    words: str
    query: str
    articles: int


class Histogram(NamedTuple):
    """Bars from the first to the last year; years without articles are gaps."""

    bars: list[Bar]
    first: str
    last: str


def year_histogram(asked: Asked, years: Sequence[FacetValue]) -> Histogram | None:
    """Return the articles found by year, or by a few years together; None where there is nothing to choose."""
    counts = {int(one.key): one.articles for one in years}
    if len(counts) < 2:
        return None
    step = next((step for step in _BAR_STEPS if (max(counts) - min(counts)) // step < _MOST_BARS), _BAR_STEPS[-1])
    ranges = _in_ranges(counts, step)
    begin, end, most = min(ranges), max(ranges), max(ranges.values())
    if begin == end:
        return None
    width = HISTOGRAM_WIDTH / ((end - begin) // step + 1)
    bars = []
    for first, articles in sorted(ranges.items()):
        key = _range_key(first, step)
        height = max(articles / most * HISTOGRAM_HEIGHT, 1.0)
        query = format_asked(with_filter(asked, "year", key))
        bars.append(Bar((first - begin) // step * width, width, height, filter_words("year", key), query, articles))
    return Histogram(bars, f"{begin:04}", f"{end + step - 1:04}")


def _in_ranges(counts: Mapping[int, int], step: int) -> dict[int, int]:
    """Return the articles by the first year of as many years as step says."""
    ranges: dict[int, int] = {}
    for year, articles in counts.items():
        ranges[year // step * step] = ranges.get(year // step * step, 0) + articles
    return ranges


def _range_key(first: int, step: int) -> str:
    return f"{first:04}" if step == 1 else f"{first:04}-{first + step - 1:04}"


def filter_words(facet: str, value: str, label: str | None = None) -> str:
    """Return a value as people read it; label is that of this file."""
    if facet == "year":
        return value.replace("-", "–")
    if facet in messages.FLAG_WORDS:
        return messages.FLAG_WORDS[facet]
    return language_name(value) if facet == "language" else label or value


def removable_filters(asked: Asked, labels: Labels) -> list[Removable]:
    """Return the filters in words, each with the query string that is without it."""
    return [
        Removable(_sentence(*pair, labels.get(pair)), format_asked(without_filter(asked, *pair)))
        for pair in asked.filters
    ]


def _sentence(facet: str, value: str, label: str | None) -> str:
    if facet == "year":
        return describe_years(*(parse_years(value) or (None, None)))
    words = filter_words(facet, value, label)
    return words if facet in messages.FLAG_WORDS else f"{messages.FACET_TITLES[facet]}: {words}"
