"""Measures of single works equal their definitions."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.build import CitationGraph, to_networkx
from graph.components import components
from graph.importance import citation_counts, pagerank, reference_counts


def graph_of(ids: list[int], pairs: list[tuple[int, int]]) -> CitationGraph:
    """Return a graph of ids; pairs are (citing, cited) ids."""
    ordered = sorted(ids)
    place = {work: n for n, work in enumerate(ordered)}
    ends = [np.array([place[pair[end]] for pair in pairs], dtype=np.int64) for end in (0, 1)]
    return CitationGraph(np.array(ordered, dtype=np.int64), *ends)


@st.composite
def citation_graphs(draw: st.DrawFn) -> CitationGraph:
    """Draw small graphs of any shape: self-loops, mutual pairs, cycles, isolated works, nothing at all."""
    ids = draw(st.lists(st.integers(-50, 50), max_size=12, unique=True))
    pairs = draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), unique=True)) if ids else []
    return graph_of(ids, pairs)


@settings(deadline=None, max_examples=60)
@given(citation_graphs())
def test_pagerank_equals_networkx(citations: CitationGraph) -> None:
    expected = nx.pagerank(to_networkx(citations), alpha=0.85, tol=1e-14, max_iter=1000) if len(citations.ids) else {}

    assert dict(zip(citations.ids.tolist(), pagerank(citations).tolist(), strict=True)) == pytest.approx(
        expected, abs=1e-11
    )


@settings(deadline=None, max_examples=30)
@given(citation_graphs(), st.sampled_from([0.0, 0.5, 0.99]))
def test_pagerank_equals_networkx_for_other_dampings(citations: CitationGraph, damping: float) -> None:
    if not len(citations.ids):
        return
    expected = nx.pagerank(to_networkx(citations), alpha=damping, tol=1e-13, max_iter=10_000)

    assert pagerank(citations, damping) == pytest.approx([expected[i] for i in citations.ids.tolist()], abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(citation_graphs())
def test_counts_are_the_degrees(citations: CitationGraph) -> None:
    made = to_networkx(citations)

    assert citation_counts(citations).tolist() == [made.in_degree(i) for i in citations.ids.tolist()]
    assert reference_counts(citations).tolist() == [made.out_degree(i) for i in citations.ids.tolist()]


@settings(deadline=None, max_examples=60)
@given(citation_graphs())
def test_components_are_numbered_by_size_then_smallest_id(citations: CitationGraph) -> None:
    found = sorted(nx.weakly_connected_components(to_networkx(citations)), key=lambda part: (-len(part), min(part)))
    expected = {work: number for number, part in enumerate(found, start=1) for work in part}

    assert components(citations).tolist() == [expected[i] for i in citations.ids.tolist()]


def test_pagerank_of_a_published_example() -> None:
    """Langville and Meyer (2004), Deeper inside PageRank, Internet Mathematics 1(3), 335-380: six pages, alpha 0.9."""
    pairs = [(1, 2), (1, 3), (3, 1), (3, 2), (3, 5), (4, 5), (4, 6), (5, 4), (5, 6), (6, 4)]

    ranks = pagerank(graph_of([1, 2, 3, 4, 5, 6], pairs), damping=0.9)

    assert ranks.tolist() == pytest.approx([0.03721, 0.05396, 0.04151, 0.3751, 0.206, 0.2862], abs=5e-5)


def test_pagerank_of_works_without_citations_is_the_same_for_all() -> None:
    assert pagerank(graph_of([1, 2, 3, 4], [])).tolist() == [0.25, 0.25, 0.25, 0.25]


def test_measures_leave_the_graph_untouched() -> None:
    citations = graph_of([1, 2, 3], [(1, 2), (2, 3), (3, 3)])
    before = [part.tolist() for part in citations]

    pagerank(citations), components(citations), citation_counts(citations), reference_counts(citations)

    assert [part.tolist() for part in citations] == before
