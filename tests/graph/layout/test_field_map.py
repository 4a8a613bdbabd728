"""The map of a field: linked works stand near each other, communities apart, nobody on top of another."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given

from graph.citation_graph import CitationGraph
from graph.layout.field_map import NEAREST, field_map
from graph.layout.timeline import Positions
from graph.measures.big_float import Floats
from graph.measures.communities import communities
from tests.graph.measures.test_importance import citation_graphs, graph_of


def unknown_years(citations: CitationGraph) -> Floats:
    return np.full(len(citations.ids), np.nan)


def distances(places: Positions) -> Floats:
    """Return the distance of each pair of works that are on the map, NaN for a work and itself."""
    on = ~np.isnan(places.x)
    found = np.hypot(places.x[on][:, None] - places.x[on], places.y[on][:, None] - places.y[on])
    np.fill_diagonal(found, np.nan)
    return found


def planted(groups: int, size: int, *, within: float, between: float) -> tuple[CitationGraph, Floats]:
    """Return a field of groups of works that cite mostly each other, and years that go up with the ids."""
    made = nx.planted_partition_graph(groups, size, within, between, seed=4)
    citations = graph_of(list(made.nodes), [(max(pair), min(pair)) for pair in made.edges])
    return citations, 1990.0 + np.arange(groups * size) // size


@given(citation_graphs())
def test_works_that_are_linked_have_a_place_and_none_shares_it(citations: CitationGraph) -> None:
    linked = {
        place for ends in zip(citations.citing, citations.cited, strict=True) if len(set(ends)) > 1 for place in ends
    }

    places = field_map(citations, unknown_years(citations), communities(citations).numbers)

    assert set(np.flatnonzero(~np.isnan(places.x)).tolist()) == linked
    np.testing.assert_array_equal(np.isnan(places.x), np.isnan(places.y))
    assert not linked or np.nanmin(distances(places)) > 0.9 * NEAREST


def test_linked_works_stand_nearer_than_others() -> None:
    citations, years = planted(6, 30, within=0.25, between=0.01)
    linked = np.zeros((180, 180), dtype=np.bool_)
    linked[citations.citing, citations.cited] = linked[citations.cited, citations.citing] = True

    found = distances(field_map(citations, years, communities(citations).numbers))

    assert np.nanmean(found[linked]) < 0.5 * np.nanmean(found[~linked])


def test_communities_are_seen_apart() -> None:
    citations, years = planted(6, 30, within=0.25, between=0.01)
    numbers = communities(citations).numbers

    found = distances(field_map(citations, years, numbers))

    same = numbers[:, None] == numbers
    nearest = np.argsort(found, axis=1)[:, :5]  # NaN comes last
    assert np.take_along_axis(same, nearest, axis=1).mean() > 0.95
    assert np.nanmean(found[same]) < 0.4 * np.nanmean(found[~same])


def test_a_chain_is_laid_out_as_a_line_from_old_to_new() -> None:
    citations = graph_of(list(range(9)), [(n + 1, n) for n in range(8)])

    places = field_map(citations, 2000.0 + np.arange(9), np.ones(9, dtype=np.int64))

    assert (np.diff(places.x) > NEAREST).all()
    assert np.ptp(places.y) < 0.2 * np.ptp(places.x)


def test_components_do_not_overlap() -> None:
    cliques = [(base + a, base + b) for base in (0, 10, 20) for a in range(8) for b in range(a)]

    places = field_map(graph_of(list(range(30)), cliques), np.full(30, np.nan), np.ones(30, dtype=np.int64))

    boxes = [(places.x[b : b + 8], places.y[b : b + 8]) for b in (0, 10, 20)]
    for n, (x, y) in enumerate(boxes):
        for other_x, other_y in boxes[:n]:
            apart = [x.min() - other_x.max(), other_x.min() - x.max(), y.min() - other_y.max(), other_y.min() - y.max()]
            assert max(apart) > 2


@pytest.mark.parametrize(
    "pairs",
    [[(n, 0) for n in range(1, 60)], [(a, b) for a in range(40) for b in range(a)], [(1, 0), (2, 0), (3, 1), (3, 2)]],
    ids=["star", "all with all", "square"],
)
def test_works_that_nothing_tells_apart_are_spread_evenly(pairs: list[tuple[int, int]]) -> None:
    citations = graph_of(sorted({work for pair in pairs for work in pair}), pairs)

    places = field_map(citations, unknown_years(citations), np.ones(len(citations.ids), dtype=np.int64))

    found = distances(places)
    assert np.nanmin(found) > 0.9 * NEAREST
    assert np.nanmax(np.nanmin(found, axis=1)) < 2
    assert 0.7 < np.ptp(places.x) / np.ptp(places.y) < 1.5


def test_many_small_components_fill_rows() -> None:
    pairs = [(2 * n + 1, 2 * n) for n in range(50)]

    places = field_map(graph_of(list(range(100)), pairs), np.full(100, np.nan), np.ones(100, dtype=np.int64))

    assert 1 < np.ptp(places.x) / np.ptp(places.y) < 2.5


def test_only_the_works_with_most_links_are_on_the_map() -> None:
    pairs = [(2, 1), (3, 1), (4, 1), (4, 2), (4, 3), (5, 4), (7, 6)]

    places = field_map(graph_of([1, 2, 3, 4, 5, 6, 7], pairs), np.full(7, np.nan), np.ones(7, dtype=np.int64), most=4)

    assert np.flatnonzero(~np.isnan(places.x)).tolist() == [0, 1, 2, 3]


def test_the_same_field_gives_the_same_map() -> None:
    citations, years = planted(4, 20, within=0.3, between=0.02)
    numbers = communities(citations).numbers

    answers = {
        (map_.x.tobytes(), map_.y.tobytes()) for map_ in (field_map(citations, years, numbers) for _ in range(3))
    }

    assert len(answers) == 1


@pytest.mark.parametrize("size", [0, 1, 2], ids=["nothing", "one", "two"])
def test_works_without_links_have_no_place(size: int) -> None:
    citations = graph_of(list(range(size)), [(0, 0)] if size else [])

    places = field_map(citations, unknown_years(citations), np.zeros(size, dtype=np.int64))

    assert np.isnan(places.x).all()
    assert len(places.y) == size


def test_the_arguments_are_left_untouched() -> None:
    citations, years, numbers = graph_of([1, 2], [(2, 1)]), np.array([2000.0, np.nan]), np.array([1, 1])

    field_map(citations, years, numbers)

    assert (years[0], numbers.tolist(), citations.citing.tolist()) == (2000.0, [1, 1], [1])
