"""The disruption index equals its definition."""

import math
import sqlite3

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.citation_graph import CitationGraph
from graph.measures.big_float import Floats
from graph.measures.disruption import disruption
from graph.run import compute_graph
from tests.graph.measures.test_importance import graph_of
from tests.graph.measures.test_rpys import fields
from tests.rows import add_article, add_citations

UNKNOWN = (None, None, None, None)


def defined(citations: CitationGraph, years: Floats, window: float, work: int) -> tuple[float | None, ...]:
    """Return CD, n_i, n_j and n_k of a work, one citing work after the other."""
    pairs = set(zip(citations.citing.tolist(), citations.cited.tolist(), strict=True))
    basis = {cited for citing, cited in pairs if citing == work}
    if not basis or math.isnan(years[work]):
        return UNKNOWN
    n_i = n_j = n_k = 0
    for other in range(len(citations.ids)):
        if not 0 < years[other] - years[work] <= window:
            continue
        cites_it, cites_basis = (other, work) in pairs, any((other, cited) in pairs for cited in basis)
        n_i += cites_it and not cites_basis
        n_j += cites_it and cites_basis
        n_k += cites_basis and not cites_it
    return ((n_i - n_j) / (n_i + n_j + n_k), n_i, n_j, n_k) if n_i + n_j else UNKNOWN


@given(fields(), st.sampled_from([math.inf, 5.0, 1.0]), st.sampled_from([0, 3, 256]), st.integers(1, 30))
def test_index_and_counts_are_those_of_the_definition(
    drawn: tuple[CitationGraph, Floats], window: float, share: int, products: int
) -> None:
    citations, years = drawn

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graph.measures.disruption.SHARE", share)  # no work, some or each that is cited is cited often
        patch.setattr("graph.similarity.sparse_topk.PRODUCTS", products)  # so that works are taken in several blocks
        [found] = disruption(citations, years, (window,))

    rows = [tuple(None if math.isnan(value) else value for value in row) for row in zip(*found, strict=True)]
    assert rows == [defined(citations, years, window, work) for work in range(len(years))]


def test_an_example_counted_by_hand() -> None:
    """10 cites 1 and 2. Later 11, 12, 13 cite it alone, 14 it and 1, 15 and 16 only 1 or 2: (3 - 1) / (3 + 1 + 2)."""
    links = [(10, 1), (10, 2), (11, 10), (12, 10), (13, 10), (14, 10), (14, 1), (15, 2), (16, 1), (16, 2)]
    citations = graph_of([1, 2, *range(10, 17)], links)
    years = np.array([1980.0, 1985.0, 1990.0, 1991.0, 1992.0, 1999.0, 1995.0, 1993.0, 1995.0])

    ever, soon = disruption(citations, years, (math.inf, 5))

    assert [column[2] for column in ever] == [pytest.approx(1 / 3), 3, 1, 2]
    assert [column[2] for column in soon] == [pytest.approx(1 / 5), 2, 1, 2]


def stored(db: sqlite3.Connection, columns: str = "cd, n_i, n_j, n_k") -> dict[int, tuple[float | None, ...]]:
    return {work: tuple(row) for work, *row in db.execute(f"select id, {columns} from disruption")}


@pytest.fixture
def field(db: sqlite3.Connection) -> sqlite3.Connection:
    """2 cites 1; 3 cites 2 alone, 4 both, 5 only 1; 6 is as old as 2 and cites 1; 7 has no year; 8 cites nothing."""
    for pmid, year in ((1, 1990), (2, 2000), (3, 2003), (4, 2009), (5, 2010), (6, 2000), (7, None), (8, 2001)):
        add_article(db, pmid, year=year)
    for citing, cited in ((2, (1,)), (3, (2,)), (4, (1, 2)), (5, (1,)), (6, (1,)), (7, (1, 2))):
        add_citations(db, citing, *cited)
    return db


def test_only_articles_of_a_later_year_count(field: sqlite3.Connection) -> None:
    compute_graph(field)

    assert stored(field)[2] == (0.0, 1, 1, 1)
    assert stored(field, "cd_5, n_i_5, n_j_5, n_k_5")[2] == (1.0, 1, 0, 0)


def test_what_is_unknown_is_null_and_never_0(field: sqlite3.Connection) -> None:
    compute_graph(field)

    found = stored(field)
    assert [found[pmid] for pmid in (1, 7, 8)] == [UNKNOWN] * 3  # no references, no year, neither
    assert found[3] == UNKNOWN  # nothing cites it
    assert stored(field, "cd_5, n_i_5, n_j_5, n_k_5")[4] == UNKNOWN  # of 2009: five years are not over in 2010


def test_works_cited_only_whose_lists_are_not_known_count_nowhere(field: sqlite3.Connection) -> None:
    add_citations(field, 99, 2, source="elink_citedin")
    field.execute("update works set year = 2005 where id = 99")

    compute_graph(field)

    assert stored(field)[2] == (0.0, 1, 1, 1)
    assert 99 not in stored(field)
