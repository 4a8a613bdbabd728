"""Shortest paths between two works are all of them, counted, in the order of ids."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graph.citation_graph import CitationGraph, to_networkx
from kb.queries.citations import Ids
from kb.queries.works.shortest_paths import Links, ShortestPaths, find_shortest_paths
from tests.graph.measures.test_importance import citation_graphs, graph_of


def shortest_paths(
    citations: CitationGraph, start: int, end: int, *, most: int = 10, both_ways: bool = False
) -> ShortestPaths:
    """Return what is found among the citations of a graph, whose links are read as those of a file are."""
    citing, cited = citations.ids[citations.citing], citations.ids[citations.cited]
    if both_ways:
        citing, cited = np.concatenate([citing, cited]), np.concatenate([cited, citing])
    links = (links_of(citing, cited), links_of(cited, citing))
    return find_shortest_paths(*links, start, end, most=most)


def links_of(near: Ids, far: Ids) -> Links:
    order = np.argsort(near, kind="stable")
    near, far = near[order], far[order]

    def links(works: Ids) -> tuple[Ids, Ids]:
        places = np.concatenate([np.arange(*np.searchsorted(near, [work, work + 1])) for work in works.tolist()])
        return near[places], far[places]

    return links


@given(citation_graphs(), st.data(), st.booleans())
def test_the_paths_are_those_of_networkx(citations: CitationGraph, data: st.DataObject, both_ways: bool) -> None:
    assume(len(citations.ids))
    start, end = (data.draw(st.sampled_from(citations.ids.tolist())) for _ in range(2))
    made: nx.Graph[int] = to_networkx(citations)
    made = made.to_undirected() if both_ways else made
    expected = sorted(nx.all_shortest_paths(made, start, end)) if nx.has_path(made, start, end) else []

    found = shortest_paths(citations, start, end, most=1000, both_ways=both_ways)

    assert found == ShortestPaths(len(expected[0]) - 1 if expected else None, len(expected), expected)


def test_more_paths_than_are_wanted_are_counted_and_the_first_given() -> None:
    pairs = [(9, middle) for middle in range(2, 7)] + [(middle, 1) for middle in range(2, 7)]

    found = shortest_paths(graph_of([1, 2, 3, 4, 5, 6, 9], pairs), 9, 1, most=2)

    assert found == ShortestPaths(2, 5, [[9, 2, 1], [9, 3, 1]])


def test_a_long_path_and_a_great_number_of_them_are_no_burden() -> None:
    rungs = [(3 * n + 3 + a, 3 * n + b) for n in range(1000) for a in (0, 1, 2) for b in (0, 1, 2)]
    pairs = [(9999, 3000), (9999, 3001), (9999, 3002), *rungs]

    found = shortest_paths(graph_of([*range(3003), 9999], pairs), 9999, 0, most=1)

    assert (found.length, found.total, len(found.paths[0])) == (1001, 3**1000, 1002)


def test_a_work_leads_to_itself_without_a_citation() -> None:
    assert shortest_paths(graph_of([1, 2], [(1, 1), (1, 2), (2, 1)]), 1, 1) == ShortestPaths(0, 1, [[1]])


@pytest.mark.parametrize(("start", "end"), [(1, 2), (2, 1)])
def test_mutual_citations_are_paths_of_one_step_in_both_directions(start: int, end: int) -> None:
    found = shortest_paths(graph_of([1, 2], [(1, 2), (2, 1)]), start, end)

    assert found == ShortestPaths(1, 1, [[start, end]])
