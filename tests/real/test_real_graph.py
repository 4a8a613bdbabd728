"""Measures of real citation networks, with all that real ones have: self-loops, mutual citations, cycles."""

import gzip
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from graph.citation_graph import CitationGraph, citation_counts, to_networkx
from graph.layout.timeline import timeline
from graph.measures.cocitation import OFTEN, cocitations, couplings
from graph.measures.communities import communities
from graph.measures.components import components, core_numbers
from graph.measures.importance import citerank, hubs_and_authorities, pagerank, year_percentiles
from graph.similarity.ranking import link_parts, whole
from graph.similarity.sparse_topk import Pairs

pytestmark = pytest.mark.real


def graph_of_pairs(pairs: np.ndarray) -> CitationGraph:
    """Return the graph of (citing, cited) ids, as a file gives it: each pair once, self-references left out."""
    pairs = np.unique(pairs, axis=0)
    kept = pairs[pairs[:, 0] != pairs[:, 1]]
    ids = np.unique(pairs)
    return CitationGraph(ids, *(np.searchsorted(ids, kept[:, end]) for end in (0, 1)))


@pytest.fixture(params=["cit-HepTh", "Pubmed-Diabetes"])
def network(request: pytest.FixtureRequest, shared_data: Path) -> CitationGraph:
    folder = shared_data / "citation-networks"
    if request.param == "cit-HepTh":
        return graph_of_pairs(np.loadtxt(folder / "cit-HepTh.txt.gz", dtype=np.int64))
    with gzip.open(folder / "Pubmed-Diabetes.DIRECTED.cites.tab.gz", "rt") as file:
        rows = [line.split() for line in file if "paper:" in line]
    return graph_of_pairs(np.array([[int(row[end].removeprefix("paper:")) for end in (1, 3)] for row in rows]))


def test_pagerank_and_cores_equal_networkx(network: CitationGraph) -> None:
    made = to_networkx(network)
    ranks = nx.pagerank(made, tol=1e-13 / len(network.ids), max_iter=1000)
    cores = nx.core_number(nx.Graph(made))

    assert np.abs(pagerank(network) - [ranks[work] for work in network.ids.tolist()]).sum() < 1e-10
    assert core_numbers(network).tolist() == [cores[work] for work in network.ids.tolist()]


def test_hubs_and_authorities_equal_networkx(network: CitationGraph) -> None:
    hubs, authorities = nx.hits(to_networkx(network), max_iter=1000, tol=1e-12)

    found = hubs_and_authorities(network)

    assert found.hubs == pytest.approx([hubs[work] for work in network.ids.tolist()], abs=1e-8)
    assert found.authorities == pytest.approx([authorities[work] for work in network.ids.tolist()], abs=1e-8)


def test_components_equal_networkx(network: CitationGraph) -> None:
    sizes = Counter(components(network).tolist())

    expected = sorted(map(len, nx.weakly_connected_components(to_networkx(network))), reverse=True)
    assert [sizes[number] for number in sorted(sizes)] == expected


def test_citerank_and_percentiles_are_whole_where_most_years_are_unknown(network: CitationGraph) -> None:
    """Years by the order of the numbers, every third alone: older works cite newer ones."""
    years = np.where(np.arange(len(network.ids)) % 3 == 0, 1992.0 + np.arange(len(network.ids)) % 11, np.nan)

    ranks = citerank(network, years)
    percentiles = year_percentiles(citation_counts(network), years)

    assert (ranks >= 0).all()
    assert ranks.sum() == pytest.approx(1)
    assert np.isnan(percentiles).tolist() == np.isnan(years).tolist()
    assert np.nanmean(percentiles) == pytest.approx(50)


def test_communities_are_connected_and_their_modularity_is_that_of_networkx(network: CitationGraph) -> None:
    links = nx.Graph(to_networkx(network))

    found = communities(network)

    parts = [set(network.ids[found.numbers == n].tolist()) for n in range(1, int(found.numbers.max()) + 1)]
    assert [len(part) for part in parts] == sorted(map(len, parts), reverse=True)
    assert set().union(*parts) == {work for work in links if links.degree(work)}
    assert all(nx.is_connected(links.subgraph(part)) for part in parts)
    links.remove_nodes_from(list(nx.isolates(links)))
    assert found.modularity == pytest.approx(nx.community.modularity(links, parts), abs=1e-12)
    assert found.modularity > 0.6


def test_works_of_one_year_stand_apart_on_the_timeline(network: CitationGraph) -> None:
    years = np.where(np.arange(len(network.ids)) % 3 == 0, 1992.0 + np.arange(len(network.ids)) % 11, np.nan)

    places = timeline(network, years, communities(network).numbers)

    assert np.isnan(places.y).tolist() == np.isnan(years).tolist()
    for year in np.unique(years[~np.isnan(years)]).tolist():
        assert np.diff(np.sort(places.y[years == year])).min() >= 1 - 1e-9


def test_links_with_a_list_equal_their_definition(network: CitationGraph) -> None:
    made = to_networkx(network)
    yours = set(network.ids[::100].tolist())
    close = {z: sum(made.in_degree(y) ** -0.5 for y in made.successors(z) if y in yours) for z in made}

    found = link_parts(whole(network), np.flatnonzero(np.isin(network.ids, sorted(yours))))

    for place in range(0, len(network.ids), 7):
        w = int(network.ids[place])
        citing, cited = set(made.predecessors(w)), set(made.successors(w))
        bases = [(x, sum(y in yours for y in made.predecessors(x))) for x in cited - yours]
        assert {part: float(strengths[place]) for part, strengths in found.strengths.items()} == pytest.approx({
            "cited_by": sum(made.out_degree(y) ** -0.5 for y in citing & yours),
            "cites": close[w] / max(len(cited), 1) ** 0.5,
            "co_cited": sum(close[z] ** 2 / made.out_degree(z) for z in citing),
            "coupled": sum(shared / made.in_degree(x) ** 0.5 for x, shared in bases),
        })  # fmt: skip


@pytest.mark.parametrize("cited", [True, False])
def test_partners_of_some_works_equal_their_definition(network: CitationGraph, cited: bool) -> None:
    ends = (network.citing, network.cited) if cited else (network.cited, network.citing)
    of_thing: dict[int, list[int]] = {}
    of_work: dict[int, list[int]] = {}
    for thing, work in zip(*(end.tolist() for end in ends), strict=True):
        of_thing.setdefault(thing, []).append(work)
        of_work.setdefault(work, []).append(thing)

    found = partners(cocitations(network) if cited else couplings(network))

    for work in range(0, len(network.ids), 100):
        counts = Counter(other for thing in of_work.get(work, []) for other in of_thing[thing] if other != work)
        expected = sorted((-count, other) for other, count in counts.items())[:50]
        if citation_counts(network).max() <= OFTEN or cited:
            assert found.get(work, []) == [(other, -count) for count, other in expected]
        else:  # which of equal ones are kept, works cited very often decide
            assert all(counts[other] == count for other, count in found.get(work, []))
            assert [count for _, count in found.get(work, [])] == [-count for count, _ in expected]


def partners(pairs: Iterator[Pairs]) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for block in pairs:
        for row, other, count in zip(*(part.tolist() for part in block), strict=True):
            found.setdefault(row, []).append((other, count))
    return found
