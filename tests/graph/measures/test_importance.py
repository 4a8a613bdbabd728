"""Measures of single works equal their definitions."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from graph.citation_graph import CitationGraph, citation_counts, reference_counts, to_networkx
from graph.measures.components import components, core_numbers
from graph.measures.importance import (
    citerank,
    hubs_and_authorities,
    pagerank,
    year_percentiles,
)


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


@given(citation_graphs())
def test_pagerank_equals_networkx(citations: CitationGraph) -> None:
    expected = nx.pagerank(to_networkx(citations), alpha=0.85, tol=1e-14, max_iter=1000) if len(citations.ids) else {}

    assert dict(zip(citations.ids.tolist(), pagerank(citations).tolist(), strict=True)) == pytest.approx(
        expected, abs=1e-11
    )


@given(citation_graphs(), st.sampled_from([0.0, 0.5, 0.99]))
def test_pagerank_equals_networkx_for_other_dampings(citations: CitationGraph, damping: float) -> None:
    if not len(citations.ids):
        return
    expected = nx.pagerank(to_networkx(citations), alpha=damping, tol=1e-13, max_iter=10_000)

    assert pagerank(citations, damping) == pytest.approx([expected[i] for i in citations.ids.tolist()], abs=1e-9)


@given(citation_graphs())
def test_counts_are_the_degrees(citations: CitationGraph) -> None:
    made = to_networkx(citations)

    assert citation_counts(citations).tolist() == [made.in_degree(i) for i in citations.ids.tolist()]
    assert reference_counts(citations).tolist() == [made.out_degree(i) for i in citations.ids.tolist()]


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


def dense(citations: CitationGraph) -> np.ndarray:
    """Return the adjacency matrix of a small graph, row cites column."""
    matrix = np.zeros((len(citations.ids), len(citations.ids)))
    matrix[citations.citing, citations.cited] = 1.0
    return matrix


@st.composite
def dated_graphs(draw: st.DrawFn) -> tuple[CitationGraph, np.ndarray]:
    """Draw a graph and the years of its works, of which some are not known; older works may cite newer ones."""
    citations = draw(citation_graphs())
    year = st.one_of(st.just(np.nan), st.integers(1990, 2020).map(float))
    return citations, np.array([draw(year) for _ in citations.ids], dtype=np.float64)


@given(dated_graphs(), st.sampled_from([0.2, 0.5]), st.sampled_from([1.0, 2.6, 10.0]))
def test_citerank_equals_its_sum_over_all_paths(
    drawn: tuple[CitationGraph, np.ndarray], stop: float, tau: float
) -> None:
    citations, years = drawn
    assume(not np.isnan(years).all())
    cites = dense(citations)
    lengths = cites.sum(axis=1)
    steps = (cites / np.where(lengths, lengths, 1)[:, None]).T
    start = np.nan_to_num(np.exp((years - np.nanmax(years)) / tau))
    expected = np.linalg.solve(np.eye(len(years)) - (1 - stop) * steps, start)

    found = citerank(citations, years, stop=stop, tau=tau)

    assert found == pytest.approx(expected / expected.sum(), abs=1e-9)


def test_citerank_begins_with_the_new_and_passes_on_to_what_they_cite() -> None:
    """Walker et al. (2007), equation 1, by hand: 3 and 4 (2020) cite 2 (2010), 3 cites 1 (no year) as well."""
    citations = graph_of([1, 2, 3, 4], [(3, 2), (3, 1), (4, 2)])
    years = np.array([np.nan, 2010.0, 2020.0, 2020.0])
    old = np.exp(-10 / 2.6)
    parts = np.array([0.25, old + 0.75, 1.0, 1.0])  # half of the readers of 3 and 4 go on

    assert citerank(citations, years) == pytest.approx(parts / parts.sum(), abs=1e-12)


def test_citerank_counts_ages_from_a_given_year_and_later_works_are_new() -> None:
    citations = graph_of([1, 2, 3], [])

    ranks = citerank(citations, np.array([2000.0, 2002.6, 2067.0]), now=2002.6)

    assert ranks == pytest.approx(np.array([np.exp(-1), 1, 1]) / (np.exp(-1) + 2))


def test_citerank_of_a_field_far_from_now_is_that_of_its_newest() -> None:
    assert citerank(graph_of([1, 2], []), np.array([1000.0, 1000.0]), now=9000.0).tolist() == [0.5, 0.5]


def test_without_any_year_there_is_no_citerank() -> None:
    ranks = citerank(graph_of([1, 2], [(1, 2)]), np.array([np.nan, np.nan]))

    assert (len(ranks), np.isnan(ranks).all()) == (2, True)
    assert citerank(graph_of([], []), np.empty(0)).tolist() == []


@given(citation_graphs())
def test_hubs_and_authorities_are_the_principal_eigenvectors(citations: CitationGraph) -> None:
    cites = dense(citations)
    assume(cites.any())
    values, vectors = np.linalg.eigh(cites @ cites.T)
    principal = values > values[-1] - 1e-9
    rest = values[~principal]
    assume(not len(rest) or rest[-1] < 0.9 * values[-1])  # else the rounds of the brute force would not do either
    hubs = vectors[:, principal] @ (vectors[:, principal].T @ np.ones(len(cites)))
    authorities = cites.T @ hubs

    found = hubs_and_authorities(citations)

    assert found.hubs == pytest.approx(hubs / hubs.sum(), abs=1e-9)
    assert found.authorities == pytest.approx(authorities / authorities.sum(), abs=1e-9)


def test_hubs_and_authorities_of_a_published_example() -> None:
    """Langville and Meyer (2005), A survey of eigenvector methods for web information retrieval, SIAM Review 47(1),
    135-161: the neighbourhood graph of six pages."""
    pairs = [(1, 3), (1, 6), (2, 1), (3, 6), (6, 3), (6, 5), (10, 6)]

    found = hubs_and_authorities(graph_of([1, 2, 3, 5, 6, 10], pairs))

    assert found.authorities == pytest.approx([0, 0, 0.3660, 0.1340, 0.5, 0], abs=5e-5)
    assert found.hubs == pytest.approx([0.3660, 0, 0.2113, 0, 0.2113, 0.2113], abs=5e-5)


@pytest.mark.parametrize("ids", [[], [1, 2, 3]])
def test_where_nothing_is_cited_there_are_no_hubs_and_authorities(ids: list[int]) -> None:
    found = hubs_and_authorities(graph_of(ids, []))

    assert (found.hubs.tolist(), found.authorities.tolist()) == ([0.0] * len(ids), [0.0] * len(ids))


@given(citation_graphs())
def test_core_numbers_equal_networkx_on_linked_works(citations: CitationGraph) -> None:
    links = nx.Graph(to_networkx(citations))
    links.remove_edges_from(list(nx.selfloop_edges(links)))
    expected = nx.core_number(links)

    assert core_numbers(citations).tolist() == [expected[work] for work in citations.ids.tolist()]


def test_the_main_core_of_zacharys_karate_club_has_ten_members() -> None:
    """Zachary (1977), J Anthropol Res 33, 452-473; its 4-core, as the literature on cores gives it."""
    club = nx.karate_club_graph()

    cores = core_numbers(graph_of(list(club), list(club.edges)))

    assert np.flatnonzero(cores == 4).tolist() == [0, 1, 2, 3, 7, 8, 13, 30, 32, 33]
    assert cores.max() == 4


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([2001.0, 2002.0, np.nan])), max_size=14))
def test_year_percentiles_equal_their_definition(drawn: list[tuple[int, float]]) -> None:
    counts = np.array([count for count, _ in drawn], dtype=np.int64)
    years = np.array([year for _, year in drawn], dtype=np.float64)
    expected = [
        50 * (np.mean(counts[years == year] < count) + np.mean(counts[years == year] <= count))
        if year == year else np.nan
        for count, year in drawn
    ]  # fmt: skip

    assert year_percentiles(counts, years) == pytest.approx(expected, nan_ok=True)


def test_measures_leave_the_graph_untouched() -> None:
    citations = graph_of([1, 2, 3], [(1, 2), (2, 3), (3, 3)])
    before = [part.tolist() for part in citations]

    pagerank(citations), components(citations), citation_counts(citations), reference_counts(citations)
    hubs_and_authorities(citations), core_numbers(citations), citerank(citations, np.array([2001.0, 2000.0, np.nan]))

    assert [part.tolist() for part in citations] == before
