"""Search path counts and main paths equal their definitions: all paths of a condensed graph, written out."""

from collections import Counter
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from hypothesis import given

from graph.citation_graph import CitationGraph, to_networkx
from graph.measures.big_float import log10_of, shares_of
from graph.measures.main_path import MainPaths, main_paths
from graph.measures.path_counts import PathCounts, cycles, path_counts
from tests.graph.measures.test_importance import citation_graphs, graph_of

Path = tuple[int, ...]  # places of citations, from the oldest knowledge to the newest


def all_paths(citations: CitationGraph) -> list[Path]:
    """Return every path from a stop that cites nothing to one that nobody cites, of one citation at least."""
    stop = {work: min(part) for part in nx.strongly_connected_components(to_networkx(citations)) for work in part}
    works = (citations.ids[end].tolist() for end in (citations.cited, citations.citing))
    ends = [(stop[cited], stop[citing]) for cited, citing in zip(*works, strict=True)]
    onwards: dict[int, list[int]] = {}
    for place, (tail, head) in enumerate(ends):
        if tail != head:
            onwards.setdefault(tail, []).append(place)
    reached = {head for tail, head in ends if tail != head}

    def from_stop(at: int) -> list[Path]:
        return [(place, *rest) for place in onwards.get(at, []) for rest in from_stop(ends[place][1])] or [()]

    return [path for start in onwards if start not in reached for path in from_stop(start)]


def counted(counts: PathCounts) -> dict[int, int]:
    """Return the count of each citation between stops, by its place."""
    exact = [Fraction(m) * Fraction(2) ** e for m, e in zip(*(part.tolist() for part in counts.weights), strict=True)]
    return dict(zip(counts.stops.places.tolist(), map(int, exact), strict=True))


def names(citations: CitationGraph, path: Path) -> list[tuple[int, int]]:
    """Return (cited, citing) of the citations of a path, by which equal paths are told apart."""
    return [(int(citations.ids[citations.cited[p]]), int(citations.ids[citations.citing[p]])) for p in path]


@given(citation_graphs())
def test_counts_are_those_of_all_paths(citations: CitationGraph) -> None:
    paths = all_paths(citations)

    counts = path_counts(citations)

    assert counted(counts) == Counter(place for path in paths for place in path)
    assert [round(10**total) for total in log10_of(counts.total).tolist()] == ([len(paths)] if paths else [])


@given(citation_graphs())
def test_the_main_path_is_the_one_whose_counts_sum_up_to_most(citations: CitationGraph) -> None:
    paths, found = all_paths(citations), main_paths(citations)
    often = counted(found.counts)

    best = min(paths, key=lambda path: (-sum(often[p] for p in path), names(citations, path)), default=())

    assert tuple(found.main.tolist()) == best


@given(citation_graphs())
def test_key_routes_are_the_best_paths_through_the_citations_that_most_paths_use(citations: CitationGraph) -> None:
    paths, found = all_paths(citations), main_paths(citations, keys=3)
    often = counted(found.counts)
    keys = sorted(often, key=lambda place: (-often[place], names(citations, (place,))))[:3]

    def best_through(key: int) -> Path:
        def worth(path: Path) -> tuple[object, ...]:
            at = path.index(key)
            back = names(citations, path[at::-1])
            return -sum(often[p] for p in path), names(citations, path[at:]), back

        return min((path for path in paths if key in path), key=worth)

    assert [tuple(route.tolist()) for route in found.routes] == list(dict.fromkeys(map(best_through, keys)))


@given(citation_graphs())
def test_cycles_are_the_works_that_cite_each_other_in_a_circle(citations: CitationGraph) -> None:
    parts = [part for part in nx.strongly_connected_components(to_networkx(citations)) if len(part) > 1]
    parts.sort(key=lambda part: (-len(part), min(part)))
    expected = {work: number for number, part in enumerate(parts, start=1) for work in part}

    assert cycles(citations).tolist() == [expected.get(work, 0) for work in citations.ids.tolist()]


SAMPLE = "AC BC BD BJ CE CH DF DI EG FH FI GH HK IL IM JM MN"  # cited and citing, as knowledge flows


def sample() -> tuple[CitationGraph, MainPaths]:
    citations = graph_of([ord(work) for work in "ABCDEFGHIJKLMN"], [(ord(b), ord(a)) for a, b in SAMPLE.split()])
    return citations, main_paths(citations, keys=1)


def letters(citations: CitationGraph, path: np.ndarray) -> str:  # type: ignore[type-arg]
    steps = names(citations, tuple(path.tolist()))
    return "-".join([chr(steps[0][0]), *(chr(citing) for _, citing in steps)])


def test_the_sample_network_of_the_literature_has_its_published_counts_and_paths() -> None:
    """Liu, Lu and Ho (2019), A few notes on main path analysis, Scientometrics 119, 379-391; Liu and Lu (2012).

    Five paths run through B-D; the global main path B-D-F-I-M-N sums up to 15 and leaves out H-K, one of the two
    citations with the highest count, which two key routes have.
    """
    citations, found = sample()

    often = {"".join(map(chr, names(citations, (p,))[0])): count for p, count in counted(found.counts).items()}
    assert (often["BD"], often["HK"], often["IL"], often["IM"], max(often.values())) == (5, 5, 2, 2, 5)
    assert letters(citations, found.main) == "B-D-F-I-M-N"
    assert sum(often[step] for step in ("BD", "DF", "FI", "IM", "MN")) == 15
    two = main_paths(citations, keys=2)
    assert [letters(citations, route) for route in two.routes] == ["B-D-F-I-M-N", "B-D-F-H-K"]


def ladder(layers: int, width: int) -> CitationGraph:
    """Return layers of works, each of which cites all works of the layer before: width ** layers paths."""
    size = layers * width
    citing = np.repeat(np.arange(width, size), width)
    cited = (np.arange(width, size)[:, None] // width * width - width + np.arange(width)).reshape(-1)
    return CitationGraph(np.arange(1, size + 1), citing, cited)


def test_counts_beyond_floating_point_equal_big_integers() -> None:
    citations = ladder(layers=420, width=7)
    total = 7**420

    found = main_paths(citations)

    assert float(log10_of(found.counts.total)[0]) == pytest.approx(np.log10(7) * 420, abs=1e-9)
    assert shares_of(found.counts.weights, found.counts.total).tolist() == pytest.approx([1 / 49] * 419 * 49, rel=1e-9)
    exact = Fraction(float(found.counts.weights.mantissa[0])) * Fraction(2) ** int(found.counts.weights.exponent[0])
    assert abs(exact * 49 / total - 1) < 1e-10
    assert found.main.tolist() == [49 * layer for layer in range(419)]  # all paths are equal: the smallest ids


def exact_counts(citations: CitationGraph) -> list[int]:
    """Return search path counts of a graph without cycles, whose cited works come before the citing, as integers."""
    here, on = [1] * len(citations.ids), [1] * len(citations.ids)
    pairs = sorted(zip(citations.citing.tolist(), citations.cited.tolist(), strict=True))
    for citing in sorted({pair[0] for pair in pairs}):
        here[citing] = sum(here[b] for a, b in pairs if a == citing)
    for cited in sorted({pair[1] for pair in pairs}, reverse=True):
        on[cited] = sum(on[a] for a, b in pairs if b == cited)
    return [here[b] * on[a] for a, b in zip(citations.citing.tolist(), citations.cited.tolist(), strict=True)]


def test_counts_of_an_uneven_deep_graph_equal_big_integers() -> None:
    rng = np.random.default_rng(8)
    pairs = sorted({(a, int(b)) for a in range(1, 220) for b in rng.integers(max(0, a - 30), a, 12)})
    citations = graph_of(list(range(220)), pairs)
    expected = exact_counts(citations)

    counts = path_counts(citations)

    exact = [Fraction(m) * Fraction(2) ** e for m, e in zip(*(part.tolist() for part in counts.weights), strict=True)]
    assert max(expected) > 10**25
    assert all(
        abs(found / expected[place] - 1) < 1e-12
        for found, place in zip(exact, counts.stops.places.tolist(), strict=True)
    )


@pytest.mark.parametrize(
    "pairs", [[], [(1, 1)], [(1, 2), (2, 1)], [(1, 2), (2, 3), (3, 1)]], ids=["nothing", "itself", "mutual", "circle"]
)
def test_without_a_citation_between_stops_there_is_no_path(pairs: list[tuple[int, int]]) -> None:
    found = main_paths(graph_of([1, 2, 3], pairs))

    assert (found.main.tolist(), found.routes, found.counts.total.mantissa.tolist()) == ([], [], [])


def test_a_path_goes_through_a_cycle_as_one_stop() -> None:
    citations = graph_of([1, 2, 3, 4], [(2, 1), (2, 3), (3, 2), (4, 3)])

    found = main_paths(citations)

    assert names(citations, tuple(found.main.tolist())) == [(1, 2), (3, 4)]


def test_the_empty_graph_has_neither_paths_nor_cycles() -> None:
    citations = graph_of([], [])

    assert (main_paths(citations).main.tolist(), cycles(citations).tolist()) == ([], [])


def test_the_graph_is_left_untouched() -> None:
    citations = graph_of([1, 2, 3], [(3, 2), (2, 1), (1, 1)])
    before = [part.tolist() for part in citations]

    main_paths(citations), cycles(citations)

    assert [part.tolist() for part in citations] == before
