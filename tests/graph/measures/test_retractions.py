"""Exposure to retractions equals its definition: who cites, and who cites those, seen from the notice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.citation_graph import CitationGraph
from graph.measures.big_float import Floats
from graph.measures.retractions import TIMINGS, Exposure, Retracted, exposure
from tests.graph.measures.test_importance import citation_graphs, graph_of

Row = tuple[int, int, int, int, str]


def rows(citations: CitationGraph, retracted: list[Retracted], found: Exposure) -> list[Row]:
    """Return (retracted, work, steps, through, timing) with works.id."""
    columns = (column.tolist() for column in found)
    return [
        (retracted[article].id, int(citations.ids[work]), steps, through, TIMINGS[timing])
        for article, work, steps, through, timing in zip(*columns, strict=True)
    ]


def seen(year: float, notice: int | None) -> str:
    if notice is None or np.isnan(year):
        return "unknown"
    return "before" if year < notice else "after" if year > notice else "same year"


@st.composite
def fields(draw: st.DrawFn) -> tuple[CitationGraph, Floats, list[Retracted]]:
    """Draw a graph with years, and retracted articles with notices, some of which are not in the graph."""
    citations = draw(citation_graphs())
    years = [draw(st.sampled_from([2009.0, 2010.0, 2011.0, float("nan")])) for _ in citations.ids]
    works = st.sampled_from([*citations.ids.tolist(), 999])
    chosen = draw(st.lists(works, max_size=3, unique=True))
    retracted = [
        Retracted(work, draw(st.sampled_from([None, 2010])), draw(st.lists(works, max_size=2))) for work in chosen
    ]
    return citations, np.array(years, dtype=np.float64), retracted


@given(fields())
def test_exposure_is_who_cites_and_who_cites_those(drawn: tuple[CitationGraph, Floats, list[Retracted]]) -> None:
    citations, years, retracted = drawn
    ids = citations.ids.tolist()
    cites = {work: set() for work in ids}
    for citing, cited in zip(citations.citing.tolist(), citations.cited.tolist(), strict=True):
        cites[ids[citing]] |= {ids[cited]} - {ids[citing]}
    year = dict(zip(ids, years.tolist(), strict=True))
    expected: list[Row] = []
    for article in retracted:
        out = {article.id, *article.notices}
        direct = {work for work in ids if article.id in cites[work]} - out
        second = {work for work in ids if cites[work] & direct} - direct - out
        for steps, works in ((1, direct), (2, second)):
            expected += [
                (article.id, work, steps, len(cites[work] & direct) if steps == 2 else 0,
                 seen(year[work], article.notice_year))
                for work in sorted(works)
            ]  # fmt: skip

    assert rows(citations, retracted, exposure(citations, years, retracted)) == expected


def test_the_notice_does_not_count_nor_does_what_cites_the_notice_alone() -> None:
    citations = graph_of([1, 2, 3, 4], [(2, 1), (3, 2), (4, 1)])  # 2 is the notice
    retracted = [Retracted(1, 2010, [2])]

    found = exposure(citations, np.array([2000.0, 2010.0, 2011.0, 2010.0]), retracted)

    assert rows(citations, retracted, found) == [(1, 4, 1, 0, "same year")]


def test_a_work_that_cites_both_counts_once_and_as_direct() -> None:
    citations = graph_of([1, 2, 3], [(2, 1), (3, 1), (3, 2)])
    retracted = [Retracted(1, None)]

    found = exposure(citations, np.array([2000.0, 2001.0, 2002.0]), retracted)

    assert rows(citations, retracted, found) == [(1, 2, 1, 0, "unknown"), (1, 3, 1, 0, "unknown")]


@pytest.mark.parametrize("retracted", [[], [Retracted(9, 2000)]], ids=["none", "not in the graph"])
def test_without_retracted_works_nobody_is_exposed(retracted: list[Retracted]) -> None:
    found = exposure(graph_of([1, 2], [(2, 1)]), np.array([2000.0, 2001.0]), retracted)

    assert [column.tolist() for column in found] == [[], [], [], [], []]


def test_the_empty_graph_has_no_exposure() -> None:
    assert exposure(graph_of([], []), np.empty(0), [Retracted(1, None)]).works.tolist() == []
