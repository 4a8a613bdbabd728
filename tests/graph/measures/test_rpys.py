"""The spectrum of reference years equals its definition."""

import statistics
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.citation_graph import CitationGraph
from graph.measures.big_float import Floats
from graph.measures.rpys import Unknown, deviations, spectrum
from tests.graph.measures.test_importance import citation_graphs, graph_of


@st.composite
def fields(draw: st.DrawFn) -> tuple[CitationGraph, Floats]:
    """Draw a graph with years, NaN among them."""
    citations = draw(citation_graphs())
    size = len(citations.ids)
    some = st.sampled_from([1990.0, 1991.0, 1992.0, 1994.0, 2000.0, float("nan")])
    return citations, np.array(draw(st.lists(some, min_size=size, max_size=size)), dtype=np.float64)


@given(fields())
def test_references_and_deviations_are_those_of_the_definition(drawn: tuple[CitationGraph, Floats]) -> None:
    citations, years = drawn
    often = Counter(int(years[place]) for place in citations.cited.tolist() if not np.isnan(years[place]))
    span = range(min(often), max(often) + 1) if often else range(0)

    known = spectrum(citations, years).known

    assert known.years.tolist() == list(span)
    assert known.references.tolist() == [often[year] for year in span]
    assert known.deviation.tolist() == [
        often[year] - statistics.median(often[near] for near in range(year - 2, year + 3)) for year in span
    ]


@given(fields())
def test_nothing_is_lost_between_known_and_unknown_years(drawn: tuple[CitationGraph, Floats]) -> None:
    citations, years = drawn

    known, unknown, _ = spectrum(citations, years)

    assert known.references.sum() + unknown.references == len(citations.cited)
    assert known.works.sum() + unknown.works == len(set(citations.cited.tolist()))


@given(fields())
def test_behind_each_peak_are_its_works_with_most_references(drawn: tuple[CitationGraph, Floats]) -> None:
    citations, years = drawn
    often = Counter(citations.cited.tolist())

    known, _, behind = spectrum(citations, years, top=2)

    assert list(behind) == known.years[known.is_peak].tolist()
    for year, works in behind.items():
        of_year = sorted((p for p in often if years[p] == year), key=lambda place: (-often[place], place))
        assert works == [(place, often[place]) for place in of_year[:2]]


@pytest.mark.parametrize(
    ("references", "peaks"),
    [([1, 1, 1, 9, 1, 1, 1], [3]), ([0, 0, 5, 5, 0, 0], [2]), ([1, 2, 3, 4, 5, 6], [5]), ([0, 0, 0], [])],
    ids=["one", "plateau", "rising", "none"],
)
def test_a_peak_stands_above_the_median_and_its_neighbours(references: list[int], peaks: list[int]) -> None:
    citing = np.arange(sum(references)) + len(references)
    cited = np.repeat(np.arange(len(references)), references)
    ids = np.arange(len(references) + len(citing))
    years = np.concatenate([np.arange(len(references)), np.full(len(citing), np.nan)]).astype(np.float64)

    known = spectrum(CitationGraph(ids, citing, cited), years).known

    assert known.years[known.is_peak].tolist() == peaks


def test_the_median_is_that_of_five_years() -> None:
    assert deviations(np.array([0, 10, 0, 100, 20, 30])).tolist() == [0.0, 10.0, -10.0, 80.0, 0.0, 10.0]


def test_a_field_without_any_year_has_no_spectrum_and_says_what_is_unknown() -> None:
    found = spectrum(graph_of([1, 2, 3], [(1, 2), (3, 2)]), np.full(3, np.nan))

    assert (found.known.years.tolist(), found.unknown, found.behind) == ([], Unknown(references=2, works=1), {})
