"""Bursts of citations are those of the cheapest way through Kleinberg's automaton of two states."""

import itertools
import math
import sqlite3

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.citation_graph import CitationGraph
from graph.measures import yearly_citations
from graph.measures.big_float import Floats
from graph.measures.bursts import Bursts, bursts
from graph.run import compute_graph
from kb.metadata import read_metadata
from tests.graph.measures.test_importance import citation_graphs, graph_of
from tests.rows import add_article, add_citations

Stream = list[tuple[int, int]]  # r and d of each year


@st.composite
def short_fields(draw: st.DrawFn) -> tuple[CitationGraph, Floats]:
    """Draw a graph with few years, NaN among them."""
    citations = draw(citation_graphs())
    some = st.sampled_from([2000.0, 2001.0, 2002.0, 2003.0, 2005.0, float("nan")])
    size = len(citations.ids)
    return citations, np.array(draw(st.lists(some, min_size=size, max_size=size)), dtype=np.float64)


def histories(*yearly: list[int]) -> tuple[CitationGraph, Floats]:
    """Return a graph whose first works, all of 2000, are cited so often in 2000, 2001 and so on."""
    pairs: list[tuple[int, int]] = []
    years = [2000.0] * len(yearly)
    for work, counts in enumerate(yearly):
        for age, count in enumerate(counts):
            pairs += [(len(years) + n, work) for n in range(count)]
            years += [2000.0 + age] * count
    return graph_of([*range(len(years))], pairs), np.array(years)


def stream_of(citations: CitationGraph, years: Floats, work: int) -> tuple[int, Stream]:
    """Return the first year of the stream of a work, and its years."""
    when = [(int(years[a]), b) for a, b in zip(citations.citing.tolist(), citations.cited.tolist(), strict=True)
            if not math.isnan(years[a])]  # fmt: skip
    mine = [year for year, cited in when if cited == work]
    begin = min(mine) if math.isnan(years[work]) else min(*mine, max(int(years[work]), min(when)[0]))
    last = max(when)[0]
    totals = [year for year, _ in when]
    return begin, [(mine.count(year), totals.count(year)) for year in range(begin, last + 1)]


def cost(stream: Stream, states: tuple[int, ...], s: float, gamma: float) -> float:
    """Return what a way through the states costs."""
    p = sum(r for r, _ in stream) / sum(d for _, d in stream)
    q = (p, s * p)
    fits = [-r * math.log(q[i]) - (d - r) * math.log(1 - q[i]) for (r, d), i in zip(stream, states, strict=True)]
    entered = sum(later > earlier for earlier, later in itertools.pairwise((0, *states)))
    return sum(fits) + entered * gamma * math.log(len(stream))


def states_of(found: Bursts, work: int, begin: int, years: int) -> tuple[int, ...]:
    spans = [(a, b) for w, a, b in zip(found.works.tolist(), found.starts.tolist(), found.ends.tolist(), strict=True)
             if w == work]  # fmt: skip
    return tuple(int(any(a <= year <= b for a, b in spans)) for year in range(begin, begin + years))


@given(short_fields(), st.sampled_from([1.5, 2.0]), st.sampled_from([0.25, 1.0]))
def test_no_way_through_the_states_is_cheaper(drawn: tuple[CitationGraph, Floats], s: float, gamma: float) -> None:
    citations, years = drawn

    found = bursts(citations, years, s, gamma)

    dated = {
        b for a, b in zip(citations.citing.tolist(), citations.cited.tolist(), strict=True) if years[a] == years[a]
    }
    assert set(found.works.tolist()) <= dated
    for work in dated:
        begin, stream = stream_of(citations, years, work)
        states = states_of(found, work, begin, len(stream))
        if s * sum(r for r, _ in stream) / sum(d for _, d in stream) >= 1:
            assert not any(states)
            continue
        least = min(cost(stream, way, s, gamma) for way in itertools.product((0, 1), repeat=len(stream)))
        assert cost(stream, states, s, gamma) == pytest.approx(least)


@given(short_fields())
def test_weight_and_citations_are_those_of_the_years_of_the_burst(drawn: tuple[CitationGraph, Floats]) -> None:
    citations, years = drawn

    found = bursts(citations, years, 1.5, 0.25)

    for work, start, end, weight, count in zip(*(column.tolist() for column in found), strict=True):
        begin, stream = stream_of(citations, years, work)
        p = sum(r for r, _ in stream) / sum(d for _, d in stream)
        inside = stream[start - begin : end - begin + 1]
        saved = sum(r * math.log(1.5) + (d - r) * math.log((1 - 1.5 * p) / (1 - p)) for r, d in inside)
        assert (weight, count) == (pytest.approx(saved), sum(r for r, _ in inside))
        assert weight > 0


def test_an_example_computed_by_hand() -> None:
    """20 of 120 citations: p = 1/6. 8 of 28 and 9 of 29 save 17 ln 2 - 40 ln 1.25 = 2.858, more than ln 5 = 1.609."""
    found = bursts(*histories([1, 1, 8, 9, 1], [20, 20, 20, 20, 20]))

    assert [column.tolist() for column in found] == [[0], [2002], [2003], [pytest.approx(2.85776)], [17]]


def test_what_is_cited_as_often_as_ever_has_no_burst() -> None:
    assert len(bursts(*histories([5, 5, 5, 5], [20, 20, 20, 20])).works) == 0


def test_blocks_of_works_give_what_all_at_once_give(monkeypatch: pytest.MonkeyPatch) -> None:
    made = histories([1, 1, 8, 9, 1], [20, 20, 20, 20, 20], [0, 9, 0, 0, 0], [9, 0, 0, 0, 12])
    whole = bursts(*made)
    monkeypatch.setattr(yearly_citations, "CELLS", 5)

    in_blocks = bursts(*made)

    assert len(whole.works) > 2
    assert [column.tolist() for column in in_blocks] == [column.tolist() for column in whole]


def test_bursts_are_stored_and_asked_for(db: sqlite3.Connection) -> None:
    for pmid, year in ((1, 1990), (2, 1990), (3, None)):
        add_article(db, pmid, year=year)
    for n in range(60):
        add_article(db, 100 + n, year=1995 + n // 12)
        add_citations(db, 100 + n, 2, *[1] * (n // 12 == 3))
    add_citations(db, 3, 1)  # of no year

    compute_graph(db)

    rows = db.execute("select id, start_year, end_year, citations, round(weight, 3) from citation_bursts").fetchall()
    assert rows == [(1, 1998, 1998, 12, 5.64)]
    [asked] = db.execute(read_metadata()["databases"]["kb"]["queries"]["bursts"]["sql"]).fetchall()
    assert asked[0] == 1


def test_works_cited_only_do_not_count_as_citing(db: sqlite3.Connection) -> None:
    add_article(db, 1, year=1990)
    for work in range(100, 130):
        add_citations(db, work, 1, source="elink_citedin")
    db.execute("update works set year = 2000 + id % 2 where id >= 100")

    compute_graph(db)

    assert db.execute("select * from citation_bursts").fetchall() == []
