"""Rows -> the citation graph."""

import sqlite3

import numpy as np
import pytest

from graph.build import CitationGraph, build_citation_graph, to_networkx
from kb.errors import DatabaseError
from kb.identifiers import work_id
from kb.queries.exports import Scope
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


def test_networkx_gets_every_node_and_edge() -> None:
    citations = CitationGraph(np.array([-9, 1, 2, 3]), np.array([1, 2]), np.array([0, 1]))

    made = to_networkx(citations)

    assert list(made.nodes) == [-9, 1, 2, 3]
    assert set(made.edges) == {(1, -9), (2, 1)}
