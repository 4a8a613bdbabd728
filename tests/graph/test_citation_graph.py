"""Rows -> the citation graph."""

import sqlite3

import numpy as np
import pytest

from graph.citation_graph import CitationGraph, adjacency, build_citation_graph, to_networkx, undirected
from kb.errors import DatabaseError, UsageError
from kb.identifiers import work_id
from kb.queries.export import selection
from kb.queries.export.nodes import Scope
from tests.rows import add_article, add_citations, add_work

DOI = "doi:10.1000/cited"
DOI_ID = work_id(DOI)


def edges(citations: CitationGraph) -> set[tuple[int, int]]:
    return set(to_networkx(citations).edges)


def test_an_empty_file_gives_an_empty_graph(db: sqlite3.Connection) -> None:
    citations = build_citation_graph(db)

    assert [part.tolist() for part in citations] == [[], [], []]


def test_nodes_are_held_articles_and_works_that_citations_name(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_article(db, 2)
    add_work(db, 3)  # known, by a notice say, but named in no citation
    add_citations(db, 1, DOI, 4)

    citations = build_citation_graph(db)

    assert citations.ids.tolist() == [DOI_ID, 1, 2, 4]
    assert edges(citations) == {(1, DOI_ID), (1, 4)}


@pytest.mark.parametrize("first", [1, 40_000_000])  # the PMIDs looked up in a table, and by bisection
def test_works_with_and_without_pmid_are_found_whatever_their_numbers(db: sqlite3.Connection, first: int) -> None:
    add_article(db, first)
    add_citations(db, first, "doi:10.1/a", "doi:10.1/b", first + 2)
    add_citations(db, first + 2, "doi:10.1/b", first + 3)
    add_work(db, first + 1)

    citations = build_citation_graph(db)

    a, b = work_id("doi:10.1/a"), work_id("doi:10.1/b")
    assert citations.ids.tolist() == [*sorted([a, b]), first, first + 2, first + 3]
    assert edges(citations) == {
        (first, a), (first, b), (first, first + 2), (first + 2, b), (first + 2, first + 3),
    }  # fmt: skip


@pytest.mark.parametrize("known", [[], [5], [-7], [5, 7, 40_000_000]])
def test_a_citation_of_a_work_that_is_not_there_is_refused(db: sqlite3.Connection, known: list[int]) -> None:
    db.execute("pragma foreign_keys = off")
    db.executemany("insert into works (id, label) values (?, '')", ((work,) for work in known))
    add_citations(db, 5, 6)
    db.execute("delete from works where id not in (select value from json_each(?))", (str(known),))

    with pytest.raises(DatabaseError, match="names a work that this file does not have"):
        build_citation_graph(db)


def test_articles_only_leaves_out_works_that_are_not_held(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_article(db, 2)
    add_citations(db, 1, DOI, 2, 4)
    add_citations(db, 5, 2, source="elink_citedin")

    citations = build_citation_graph(db, Scope(articles_only=True))

    assert citations.ids.tolist() == [1, 2]
    assert edges(citations) == {(1, 2)}


def test_a_citation_counts_once_whoever_says_it(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_citations(db, 1, 2)
    add_citations(db, 1, 2, source="icite")

    citations = build_citation_graph(db)

    assert (citations.citing.tolist(), citations.cited.tolist()) == ([0], [1])


def test_a_work_that_cites_itself_is_a_node_without_that_edge(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_citations(db, 1, 1, 2)

    assert edges(build_citation_graph(db)) == {(1, 2)}


def test_two_nodes_become_one_when_a_pmid_becomes_known(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_article(db, 2)
    add_citations(db, 1, DOI)
    add_citations(db, 2, 77)
    assert edges(build_citation_graph(db)) == {(1, DOI_ID), (2, 77)}

    add_work(db, DOI, merged_into=77)
    citations = build_citation_graph(db)

    assert citations.ids.tolist() == [1, 2, 77]
    assert edges(citations) == {(1, 77), (2, 77)}


def test_an_article_that_names_a_merged_work_in_two_ways_cites_it_once(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_citations(db, 1, DOI, 77)
    add_work(db, DOI, merged_into=77)

    citations = build_citation_graph(db)

    assert (citations.ids.tolist(), len(citations.citing)) == ([1, 77], 1)


def test_a_reference_to_a_work_merged_into_the_citing_article_is_a_self_reference(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_citations(db, 1, DOI)
    add_work(db, DOI, merged_into=1)

    citations = build_citation_graph(db)

    assert (citations.ids.tolist(), len(citations.citing)) == ([1], 0)


def test_a_work_named_only_through_one_merged_into_it_is_a_node(db: sqlite3.Connection) -> None:
    add_work(db, 77)
    add_citations(db, 5, DOI)
    add_work(db, DOI, merged_into=77)

    citations = build_citation_graph(db)

    assert citations.ids.tolist() == [5, 77]
    assert edges(citations) == {(5, 77)}


def test_a_chain_of_merges_is_refused_and_not_lost_in_silence(db: sqlite3.Connection) -> None:
    add_work(db, 8)
    add_work(db, 7, merged_into=8)
    add_citations(db, 5, DOI)
    add_work(db, DOI, merged_into=7)

    with pytest.raises(DatabaseError, match="work 7, which was merged more than once"):
        build_citation_graph(db)


def test_a_choice_of_works_is_a_graph_of_its_own(db: sqlite3.Connection) -> None:
    for pmid, year in ((1, 1999), (2, 2001), (3, 2003)):
        add_article(db, pmid, year=year)
    add_citations(db, 3, 2, 1, DOI)
    add_citations(db, 2, 1, DOI)
    add_work(db, DOI, merged_into=add_work(db, 7))
    chosen = Scope(selected=selection.CHOSEN)

    selection.open_choice(db)
    selection.choose(db, selection.read_works_of_years(db, 2000, None))
    of_years = build_citation_graph(db, chosen)
    selection.open_choice(db)
    selection.choose(db, selection.read_neighbourhood(db, 7, 1))
    near = build_citation_graph(db, chosen)
    held_near = build_citation_graph(db, Scope(True, selection.CHOSEN))
    selection.open_choice(db)
    selection.choose(
        db, (work for work, _ in selection.read_works_of_sql(db, "select pmid from articles where year < 2002"))
    )
    of_query = build_citation_graph(db, chosen)

    assert (of_years.ids.tolist(), edges(of_years)) == ([2, 3], {(3, 2)})
    assert (near.ids.tolist(), edges(near)) == ([2, 3, 7], {(3, 2), (3, 7), (2, 7)})
    assert (held_near.ids.tolist(), edges(held_near)) == ([2, 3], {(3, 2)})
    assert (of_query.ids.tolist(), edges(of_query)) == ([1, 2], {(2, 1)})


def test_chosen_sources_alone_say_what_cites_what(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_article(db, 9)
    add_citations(db, 1, 2, 3)
    add_citations(db, 1, 3, 4, source="icite")
    add_citations(db, 5, 6, source="elink_citedin")

    by_icite = build_citation_graph(db, sources=["icite"])
    by_two = build_citation_graph(db, sources=["icite", "pubmed"])

    assert (by_icite.ids.tolist(), edges(by_icite)) == ([1, 3, 4, 9], {(1, 3), (1, 4)})
    assert (by_two.ids.tolist(), edges(by_two)) == ([1, 2, 3, 4, 9], {(1, 2), (1, 3), (1, 4)})
    assert build_citation_graph(db, sources=[]).ids.tolist() == [1, 9]


def test_an_unknown_source_is_refused(db: sqlite3.Connection) -> None:
    with pytest.raises(UsageError, match="There is no source hearsay; those known are "):
        build_citation_graph(db, sources=["hearsay", "pubmed"])


def test_the_adjacency_matrix_is_the_same_however_citations_are_ordered() -> None:
    ordered = CitationGraph(np.array([1, 2, 3]), np.array([0, 0, 2]), np.array([1, 2, 2]))
    shuffled = CitationGraph(np.array([1, 2, 3]), np.array([2, 0, 0, 0]), np.array([2, 2, 1, 2]))

    matrices = [adjacency(citations).toarray().tolist() for citations in (ordered, shuffled)]

    assert matrices == [[[0.0, 1.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]] * 2


def test_linked_works_are_linked_once_in_both_directions() -> None:
    citations = CitationGraph(np.array([1, 2, 3]), np.array([0, 1, 1, 2]), np.array([1, 0, 2, 2]))

    assert undirected(citations).toarray().tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]


def test_networkx_gets_every_node_and_edge() -> None:
    citations = CitationGraph(np.array([-9, 1, 2, 3]), np.array([1, 2]), np.array([0, 1]))

    made = to_networkx(citations)

    assert list(made.nodes) == [-9, 1, 2, 3]
    assert set(made.edges) == {(1, -9), (2, 1)}
