"""Co-citations and couplings: the strongest partners of each work, counted exactly."""

import random
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.citation_graph import CitationGraph
from graph.measures.cocitation import WIDER, cocitations, couplings, least_count
from graph.similarity import sparse_topk
from graph.similarity.sparse_topk import Pairs, ahead, strongest_pairs
from tests.graph.measures.test_importance import citation_graphs, graph_of

Partners = dict[int, list[tuple[int, int]]]  # work -> (partner, count)


def partners(citations: CitationGraph, pairs: Iterator[Pairs]) -> Partners:
    found: Partners = {}
    ids = citations.ids.tolist()
    for block in pairs:
        for row, other, count in zip(*(part.tolist() for part in block), strict=True):
            found.setdefault(ids[row], []).append((ids[other], count))
    return found


def by_definition(citations: CitationGraph, *, limit: int, at_least: int, cited: bool) -> Partners:
    """Return the partners of each work by comparing it with every other."""
    ends = (citations.cited, citations.citing) if cited else (citations.citing, citations.cited)
    has: dict[int, set[int]] = {work: set() for work in range(len(citations.ids))}
    for work, thing in zip(*(end.tolist() for end in ends), strict=True):
        has[work].add(thing)
    ids = citations.ids.tolist()
    found = {}
    for one in has:
        counts = [(-len(has[one] & has[other]), ids[other]) for other in has if other != one]
        chosen = [(other, -count) for count, other in sorted(counts)[:limit] if -count >= at_least]
        if chosen:
            found[ids[one]] = chosen
    return found


@given(citation_graphs(), st.integers(1, 4), st.integers(1, 3), st.integers(1, 30), st.sampled_from([(1, 2), (3, 32)]))
def test_partners_equal_their_definition(
    citations: CitationGraph, limit: int, at_least: int, products: int, sizes: tuple[int, int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse_topk, "PRODUCTS", products)  # so that small graphs are cut into blocks as well
        patch.setattr(sparse_topk, "_PARTS", sizes[0])  # and short rows into parts
        patch.setattr(sparse_topk, "_BITS", sizes[1])  # and small numbers take 64 bits
        for measure, cited in ((cocitations, True), (couplings, False)):
            found = partners(citations, measure(citations, limit, at_least))

            assert found == by_definition(citations, limit=limit, at_least=at_least, cited=cited)


@given(citation_graphs(), st.integers(1, 3), st.integers(1, 2), st.integers(0, 3), st.randoms())
def test_what_is_cited_often_counts_and_decides_between_equals_but_brings_no_partners(
    citations: CitationGraph, limit: int, at_least: int, often: int, chance: random.Random
) -> None:
    is_rare = ~(np.bincount(citations.cited, minlength=len(citations.ids)) > often)[citations.cited]
    rest = CitationGraph(citations.ids, citations.citing[is_rare], citations.cited[is_rare])
    common = dict(zip(*np.unique(citations.ids[citations.citing[~is_rare]], return_counts=True), strict=True))
    exact = by_definition(citations, limit=99, at_least=1, cited=False)
    order = chance.sample(range(len(citations.citing)), len(citations.citing))
    in_other_order = citations.citing[order], citations.cited[order]
    found = partners(citations, couplings(CitationGraph(citations.ids, *in_other_order), limit, at_least, often))

    expected: Partners = {}
    for one, them in by_definition(rest, limit=99, at_least=1, cited=False).items():
        first = sorted(them, key=lambda pair: (-pair[1], -common.get(pair[0], 0), pair[0]))[: WIDER * limit]
        candidates = {other for other, _ in (them if is_rare.all() else first)}
        chosen = [pair for pair in exact[one] if pair[0] in candidates and pair[1] >= at_least][:limit]
        expected |= {one: chosen} if chosen else {}
    assert found == expected


def test_a_pair_of_works_is_counted_exactly() -> None:
    """One published library counts one too few: two works with two references in common are coupled twice."""
    citations = graph_of([1, 2, 3, 4, 5], [(1, 4), (1, 5), (2, 4), (2, 5), (3, 5)])

    assert partners(citations, couplings(citations)) == {
        1: [(2, 2), (3, 1)], 2: [(1, 2), (3, 1)], 3: [(1, 1), (2, 1)],
    }  # fmt: skip
    assert partners(citations, cocitations(citations)) == {4: [(5, 2)], 5: [(4, 2)]}


def test_mutual_citations_and_cycles_couple_nobody_by_themselves() -> None:
    citations = graph_of([1, 2, 3], [(1, 2), (2, 1), (2, 3), (3, 1)])

    assert partners(citations, couplings(citations)) == {2: [(3, 1)], 3: [(2, 1)]}  # both cite 1
    assert partners(citations, cocitations(citations)) == {1: [(3, 1)], 3: [(1, 1)]}  # 2 cites both


@pytest.mark.parametrize("measure", [cocitations, couplings])
def test_an_empty_graph_has_no_pairs(measure: Callable[[CitationGraph], Iterator[Pairs]]) -> None:
    for ids in ([], [1, 2]):
        citations = graph_of(ids, [])

        assert partners(citations, measure(citations)) == {}


def test_the_graph_is_left_untouched() -> None:
    citations = graph_of([1, 2, 3], [(1, 3), (2, 3), (3, 3)])
    before = [part.tolist() for part in citations]

    list(cocitations(citations)), list(couplings(citations))

    assert [part.tolist() for part in citations] == before


def test_a_large_graph_keeps_pairs_from_two_on() -> None:
    few, many = np.zeros(100_000, dtype=np.int64), np.zeros(100_001, dtype=np.int64)

    assert least_count(CitationGraph(few[:1], few, few)) == 1
    assert least_count(CitationGraph(few[:1], many, many)) == 2


def test_the_strongest_of_a_row_do_not_depend_on_the_rows_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row is cut into parts to find what its strongest values are not below; the heavy row 2 is none of row 1."""
    monkeypatch.setattr(sparse_topk, "_PARTS", 2)
    matrix = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0]])
    having = sparse_topk.compact(sparse_topk.sp.csr_array(matrix))
    weighted = sparse_topk.sp.csr_array(having * np.array([[1, 3, 2, 1000]], dtype=np.int32))

    [pairs] = strongest_pairs(weighted, having, 1)

    assert [part.tolist() for part in pairs] == [[0, 1, 3], [3, 0, 0], [3, 1, 3]]


def test_items_made_ahead_are_the_same_and_an_error_among_them_comes_through() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("two")

    assert list(ahead(iter(range(5)))) == [0, 1, 2, 3, 4]
    made = ahead(failing())
    assert next(made) == 1
    with pytest.raises(ValueError, match="two"):
        next(made)
