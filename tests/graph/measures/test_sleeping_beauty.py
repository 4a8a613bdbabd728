"""The beauty coefficient and the awakening equal their definition."""

import math
import sqlite3
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.citation_graph import CitationGraph
from graph.measures import yearly_citations
from graph.measures.big_float import Floats
from graph.measures.sleeping_beauty import sleeping_beauties
from graph.run import compute_graph
from tests.graph.measures.test_importance import graph_of
from tests.graph.measures.test_rpys import fields
from tests.rows import add_article, add_citations


def defined(yearly: list[int]) -> tuple[float, float | None, int, int]:
    """Return coefficient, awakening, peak and citations at the peak, as the paper defines them."""
    peak = yearly.index(max(yearly))
    first, most = yearly[0], max(yearly)
    if not peak:
        return 0.0, None, 0, most
    line = [(most - first) / peak * t + first for t in range(peak + 1)]
    beauty = sum((line[t] - yearly[t]) / max(1, yearly[t]) for t in range(peak + 1))
    # |(c_m - c_0) t - t_m c_t + t_m c_0|; the root below it is the same for all t
    distances = [abs((most - first) * t - peak * yearly[t] + peak * first) for t in range(peak + 1)]
    return beauty, distances.index(max(distances)) if any(distances) else None, peak, most


def cited_in(history: list[int]) -> tuple[CitationGraph, Floats]:
    """Return a graph in which the first work is cited so often in its own year, the next, and so on."""
    citing = [year for year, count in enumerate(history) for _ in range(count)]
    citations = graph_of([*range(len(citing) + 1)], [(n, 0) for n in range(1, len(citing) + 1)])
    return citations, np.array([2000.0, *(2000.0 + year for year in citing)])


def known(values: Floats) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]


@given(st.lists(st.integers(0, 6), min_size=1, max_size=12).filter(any))
def test_coefficient_and_awakening_are_those_of_the_definition(history: list[int]) -> None:
    found = sleeping_beauties(*cited_in(history))

    beauty, awakening, peak, most = defined(history)
    assert found.beauty.tolist() == [pytest.approx(beauty)]
    assert (known(found.awakening), found.peak.tolist(), found.peak_count.tolist()) == ([awakening], [peak], [most])


@given(fields())
def test_every_citation_of_a_known_year_counts_for_its_work(drawn: tuple[CitationGraph, Floats]) -> None:
    citations, years = drawn
    pairs = zip(citations.citing.tolist(), citations.cited.tolist(), strict=True)
    histories: dict[int, Counter[int]] = {}
    for citing, cited in pairs:
        if years[citing] >= years[cited]:
            histories.setdefault(cited, Counter())[int(years[citing] - years[cited])] += 1

    found = sleeping_beauties(citations, years)

    assert found.works.tolist() == sorted(histories)
    for place, work in enumerate(sorted(histories)):
        history = [histories[work][age] for age in range(max(histories[work]) + 1)]
        assert found.beauty[place] == pytest.approx(defined(history)[0])
        assert found.counted[place] == sum(history)


def test_blocks_of_works_give_what_all_at_once_give(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [(citing, cited) for citing in range(5, 40) for cited in range(5) if citing % (cited + 2)]
    citations, years = graph_of([*range(40)], pairs), np.array([2000.0 + work // 3 for work in range(40)])
    whole = sleeping_beauties(citations, years)
    monkeypatch.setattr(yearly_citations, "CELLS", 20)

    in_blocks = sleeping_beauties(citations, years)

    for one, other in zip(whole, in_blocks, strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_an_example_computed_by_hand() -> None:
    """0, 1, 0, 0, 8: the line is 2t. B = 0 + (2 - 1)/1 + 4/1 + 6/1 + 0 = 11; in year 3 the work is farthest from it."""
    found = sleeping_beauties(*cited_in([0, 1, 0, 0, 8, 5]))

    assert (found.beauty.tolist(), found.awakening.tolist(), found.peak.tolist()) == ([11.0], [3.0], [4])


def test_works_without_a_year_have_no_row_and_citing_ones_are_counted_as_left_out(db: sqlite3.Connection) -> None:
    for pmid, year in ((1, 2000), (2, 2003), (3, None), (4, 1999), (5, 2004)):
        add_article(db, pmid, year=year)
    for citing in (2, 3, 4):
        add_citations(db, citing, 1)
    add_citations(db, 5, 3)

    compute_graph(db)

    rows = "select id, beauty, awakening_year, peak_year, peak_count, left_out from sleeping_beauties"
    assert db.execute(rows).fetchall() == [(1, 1.0, 2002, 2003, 1, 2)]


def test_a_work_that_is_cited_most_in_its_first_year_never_slept(db: sqlite3.Connection) -> None:
    for pmid, year in ((1, 2000), (2, 2000), (3, 2004)):
        add_article(db, pmid, year=year)
    add_citations(db, 2, 1)
    add_citations(db, 3, 1)

    compute_graph(db)

    rows = "select beauty, awakening_year, peak_year from sleeping_beauties"
    assert db.execute(rows).fetchall() == [(0.0, None, 2000)]
