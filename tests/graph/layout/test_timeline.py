"""The timeline: x is the year, y a row in the band of the community, and nothing overlaps."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.citation_graph import CitationGraph
from graph.layout.timeline import BANDS, GAP, Floats, Positions, timeline
from tests.graph.measures.test_importance import citation_graphs, graph_of


@st.composite
def fields(draw: st.DrawFn) -> tuple[CitationGraph, Floats, "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    """Draw a graph with years, NaN among them, and communities, none among them."""
    citations = draw(citation_graphs())
    size = len(citations.ids)
    years = draw(st.lists(st.sampled_from([1999.0, 2000.0, 2020.0, float("nan")]), min_size=size, max_size=size))
    communities = draw(st.lists(st.sampled_from([0, 1, 2, BANDS, BANDS + 1, 70]), min_size=size, max_size=size))
    return citations, np.array(years, dtype=np.float64), np.array(communities, dtype=np.int64)


def lengths(citations: CitationGraph, places: Positions) -> float:
    """Return the sum of the squared heights of all citations."""
    return float(np.nansum((places.y[citations.citing] - places.y[citations.cited]) ** 2))


@given(fields())
def test_works_of_a_year_stand_apart_and_those_without_a_year_nowhere(drawn: tuple) -> None:  # type: ignore[type-arg]
    citations, years, communities = drawn

    places = timeline(citations, years, communities)

    np.testing.assert_array_equal(places.x, years)
    np.testing.assert_array_equal(np.isnan(places.y), np.isnan(years))
    for year in set(years[~np.isnan(years)].tolist()):
        rows = sorted(places.y[years == year].tolist())
        assert all(after - before >= 1 - 1e-9 for before, after in itertools.pairwise(rows))


@given(fields())
def test_bands_stand_in_the_order_of_communities_a_gap_between_them(drawn: tuple) -> None:  # type: ignore[type-arg]
    citations, years, communities = drawn

    y = timeline(citations, years, communities).y

    band = np.where((communities > 0) & (communities <= BANDS), communities, BANDS + 1)
    dated = ~np.isnan(years)
    found = [y[dated & (band == number)] for number in sorted(set(band[dated].tolist()))]
    assert all(rows.min() >= 0 for rows in found)
    assert all(below.min() - above.max() >= GAP - 1e-9 for above, below in itertools.pairwise(found))


def test_a_band_is_as_high_as_its_fullest_year() -> None:
    years = np.array([2000.0, 2000.0, 2000.0, 2001.0, 2001.0])

    places = timeline(graph_of([1, 2, 3, 4, 5], []), years, np.array([1, 1, 1, 1, 2]))

    assert places.y.tolist() == [0.0, 1.0, 2.0, 1.0, 3.0 + GAP]


@pytest.mark.parametrize("year", [1999.0, 2001.0])
def test_a_work_moves_to_those_it_is_linked_with(year: float) -> None:
    years = np.array([2000.0, 2000.0, 2000.0, year])

    places = timeline(graph_of([1, 2, 3, 4], [(4, 3)]), years, np.array([1, 1, 1, 1]))

    assert places.y.tolist()[:3] == [0.0, 1.0, 2.0]
    assert 1.9 < places.y[3] <= 2.0


def test_relaxing_shortens_the_citations_of_a_field() -> None:
    rng = np.random.default_rng(5)
    tree = nx.random_labeled_tree(300, seed=5)
    citations = graph_of(list(range(300)), [(max(pair), min(pair)) for pair in tree.edges])
    years = 1990.0 + rng.integers(0, 30, 300)
    one = np.ones(300, dtype=np.int64)

    start, end = (timeline(citations, years, one, rounds) for rounds in (0, 10))

    assert lengths(citations, end) < 0.6 * lengths(citations, start)


def test_the_same_field_gives_the_same_places() -> None:
    rng = np.random.default_rng(3)
    pairs = sorted({(int(a), int(b)) for a, b in rng.integers(0, 200, (600, 2)) if a > b})
    citations, years = graph_of(list(range(200)), pairs), 2000.0 + rng.integers(0, 9, 200)
    communities = rng.integers(0, 4, 200)

    answers = {timeline(citations, years, communities).y.tobytes() for _ in range(3)}

    assert len(answers) == 1


@pytest.mark.parametrize(
    ("years", "y"), [([], []), ([float("nan")], [float("nan")]), ([1999.0], [0.0])], ids=["nothing", "no year", "one"]
)
def test_small_graphs_have_their_places(years: list[float], y: list[float]) -> None:
    citations = graph_of(list(range(len(years))), [])

    places = timeline(citations, np.array(years, dtype=np.float64), np.zeros(len(years), dtype=np.int64))

    np.testing.assert_array_equal(places.x, years)
    np.testing.assert_array_equal(places.y, y)


def test_the_arguments_are_left_untouched() -> None:
    citations, years, communities = graph_of([1, 2], [(1, 2)]), np.array([2000.0, np.nan]), np.array([1, 1])

    places = timeline(citations, years, communities)
    places.x[0] = 0

    assert (years[0], communities.tolist(), citations.citing.tolist()) == (2000.0, [1, 1], [0])
