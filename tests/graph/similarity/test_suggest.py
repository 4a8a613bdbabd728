"""What to read next: each part by its definition, around a list as in the whole graph, with reasons in words."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from math import log, sqrt
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.citation_graph import CitationGraph, build_citation_graph
from graph.similarity import suggest
from graph.similarity.ranking import LINK_PARTS, WEIGHTS, link_parts, scores, whole
from graph.similarity.suggest import Advice, SuggestionScope, read_near, suggestions_for, suggestions_for_file
from kb.database import open_kb, transaction
from kb.errors import UsageError
from kb.queries.citations import read_held_ids
from kb.queries.works.local_neighbourhood import read_texts_of
from kb.store.publishing import save_search_index
from kb.store.records import save_records
from tests.records import MOMENT, record
from tests.rows import add_article, add_citations, add_work

Pairs = set[tuple[int, int]]


def by_definition(works: int, pairs: Pairs, yours: Sequence[int]) -> dict[str, list[tuple[int, float]]]:
    """Return count and strength of each part of each work, from the sets of pairs."""
    refs = {x: {b for a, b in pairs if a == x} for x in range(works)}
    cited = {x: {a for a, b in pairs if b == x} for x in range(works)}
    mine = set(yours)
    close = {z: sum(1 / sqrt(len(cited[y])) for y in refs[z] & mine) for z in range(works)}
    found: dict[str, list[tuple[int, float]]] = {part: [] for part in LINK_PARTS}
    for w in range(works):
        by, of = cited[w] & mine, refs[w] & mine
        together = {z for z in cited[w] if refs[z] & mine}
        bases = {x for x in refs[w] - mine if cited[x] & mine}
        found["cited_by"].append((len(by), sum(1 / sqrt(len(refs[y])) for y in by)))
        found["cites"].append((len(of), close[w] / sqrt(max(len(refs[w]), 1))))
        found["co_cited"].append((len(together), sum(close[z] ** 2 / len(refs[z]) for z in together)))
        found["coupled"].append((len(bases), sum(len(cited[x] & mine) / sqrt(len(cited[x])) for x in bases)))
    return found


@st.composite
def lists_in_graphs(draw: st.DrawFn) -> tuple[int, Pairs, list[int]]:
    works = draw(st.integers(1, 9))
    ends = st.integers(0, works - 1)
    pairs = draw(st.sets(st.tuples(ends, ends), max_size=30))
    return works, {(a, b) for a, b in pairs if a != b}, sorted(draw(st.sets(ends, min_size=1)))


@given(lists_in_graphs())
def test_each_link_part_equals_its_definition(drawn: tuple[int, Pairs, list[int]]) -> None:
    works, pairs, yours = drawn
    ends = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)

    found = link_parts(whole(CitationGraph(np.arange(works), ends[:, 0], ends[:, 1])), np.array(yours))

    for part, expected in by_definition(works, pairs, yours).items():
        assert found.counts[part].tolist() == [count for count, _ in expected]
        assert np.allclose(found.strengths[part], [strength for _, strength in expected])


@settings(max_examples=settings.default.max_examples // 3)
@given(lists_in_graphs(), st.booleans())
def test_around_a_list_the_parts_are_those_of_the_whole_graph(
    drawn: tuple[int, Pairs, list[int]], merged: bool
) -> None:
    works, pairs, yours = drawn
    with TemporaryDirectory() as folder, closing(open_kb(Path(folder) / "kb.db", create=True)) as db:
        for work in range(works):
            add_article(db, work + 1)
        for citing, cited in sorted(pairs):
            add_citations(db, citing + 1, cited + 1)
        if merged:
            add_work(db, 99, merged_into=1)
            add_citations(db, *(99, works) if works > 1 else (99, 98))
        graph, mine = build_citation_graph(db), np.array(yours) + 1
        near = read_near(db, mine)

    here = link_parts(near, np.searchsorted(near.citations.ids, mine))
    there = link_parts(whole(graph), np.searchsorted(graph.ids, mine))

    places = np.searchsorted(graph.ids, near.citations.ids)
    missing = np.setdiff1d(np.arange(len(graph.ids)), places)
    for part in ("co_cited", "cited_by", "coupled"):
        assert np.allclose(here.strengths[part], there.strengths[part][places])
        assert here.counts[part].tolist() == there.counts[part][places].tolist()
        assert not there.strengths[part][missing].any()


def told(advice: Advice) -> dict[int, str]:
    return {row.id: row.reason for row in advice.found}


def test_each_part_of_a_list_is_counted_and_said(db: sqlite3.Connection) -> None:
    add_article(db, 1, title="Sponsors in recovery", mesh=["Self-Help Groups"])
    add_article(db, 2, label="Moos 2008 Addiction")
    add_article(db, 5)
    add_article(db, 9, title="Sponsors and friends")
    texts(db)
    add_citations(db, 1, 9)
    add_citations(db, 2, 9, 30)
    add_citations(db, 9, 1, 30)
    add_citations(db, 5, 2, 9)
    db.execute("insert into similar_articles (pmid, similar_pmid, rank) values (1, 9, 3)")

    row = suggestions_for(db, [1, 2]).found[0]

    assert row[:2] + row[3:7] == (9, 1, 2, 1, 1, 1)
    assert row.reason == (
        "cited by 2 of yours; cites 1 of yours; cited together with yours by 1 work; "
        "cites 1 work that yours cite, most like Moos 2008 Addiction; like yours in words: sponsors; "
        "PubMed lists it as similar, rank 3"
    )


def texts(db: sqlite3.Connection) -> None:
    """Index the words of all articles."""
    save_search_index(db)


def test_what_one_article_cites_counts_as_yours(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_citations(db, 1, 20, "doi:10.1/a")
    add_citations(db, 7, 20, 21, "doi:10.1/a")

    advice = suggestions_for(db, [1])

    assert (advice.asked, len(advice.yours)) == ([1], 3)
    assert told(advice) == {21: "cited together with yours by 1 work", 7: "cites 2 of yours"}


def test_a_cited_work_without_pmid_is_suggested(db: sqlite3.Connection) -> None:
    add_citations(db, 1, "doi:10.1/a")
    add_citations(db, 2, "doi:10.1/a")

    [row] = suggestions_for(db, [1, 2]).found

    assert (row.id, row.cited_by, row.text_likeness, row.similar_rank) == (add_work(db, "doi:10.1/a"), 2, None, None)


def test_merged_works_are_followed(db: sqlite3.Connection) -> None:
    add_citations(db, 1, "doi:10.1/a")
    add_citations(db, 2, 30)
    add_work(db, "doi:10.1/a", merged_into=30)
    add_work(db, 11, merged_into=1)

    assert told(suggestions_for(db, [11, 2])) == {30: "cited by 2 of yours"}


def test_a_retracted_work_says_so_first(db: sqlite3.Connection) -> None:
    add_article(db, 30)
    db.execute("insert into publication_types (pmid, position, name) values (30, 1, 'Retracted Publication')")
    add_citations(db, 1, 30)
    add_work(db, 2)

    assert told(suggestions_for(db, [1, 2])) == {30: "retracted; cited by 1 of yours"}


@pytest.mark.parametrize(("held", "works"), [(None, {30, 31}), (True, {30}), (False, {31})])
def test_held_works_or_others_can_be_asked_for(db: sqlite3.Connection, held: bool | None, works: set[int]) -> None:
    add_article(db, 30)
    add_work(db, 2)
    add_citations(db, 1, 30, 31)

    assert told(suggestions_for(db, [1, 2], SuggestionScope(held=held))).keys() == works


def test_articles_without_any_link_are_found_by_their_words(db: sqlite3.Connection) -> None:
    add_article(db, 1, title="Sponsors in recovery")
    add_article(db, 2, title="Sponsors")
    add_article(db, 3, title="Kidney stones")
    texts(db)

    assert told(suggestions_for(db, [1])) == {2: "like yours in words: sponsors"}


def test_a_long_list_reads_on_from_the_works_most_linked_with_it(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggest, "VOTERS", 1)
    add_citations(db, 5, 1, 40)
    add_citations(db, 6, 1, 2, 41)

    found = {row.id: row.co_cited for row in suggestions_for(db, [1, 2]).found}

    assert found[41] == 1
    assert 40 not in found


def test_nothing_is_suggested_of_an_empty_file_nor_for_a_work_alone(db: sqlite3.Connection) -> None:
    assert suggestions_for_file(db, build_citation_graph(db), read_held_ids(db)) == []

    add_article(db, 1)

    assert suggestions_for(db, [1]).found == []


def test_a_work_that_nothing_names_is_refused(db: sqlite3.Connection) -> None:
    with pytest.raises(UsageError, match="Nothing in this knowledge base holds or names 7"):
        suggestions_for(db, [7])


def test_the_order_of_a_list_and_of_loading_does_not_matter(db: sqlite3.Connection, tmp_path: Path) -> None:
    links = [(1, 30), (2, 30), (1, 31), (5, 1), (5, 32), (6, 2), (6, 32), (7, 30), (7, 31)]
    other = open_kb(tmp_path / "other.db", create=True)
    for file, ordered in ((db, links), (other, links[::-1])):
        for citing, cited in ordered:
            add_citations(file, citing, cited)

    found = suggestions_for(db, [1, 2])
    again = suggestions_for(other, [2, 1, 2])
    other.close()

    assert found == again
    assert len(found.found) == 6


def test_a_score_is_the_weighted_sum_of_shares_in_the_strongest() -> None:
    found = scores({"co_cited": np.array([2.0, 1.0]), "cited_by": np.array([0.0, 3.0]), "similar": np.zeros(2)})

    half = log(1 + 100 * 0.5) / log(101)
    assert np.allclose(found, [WEIGHTS["co_cited"], WEIGHTS["co_cited"] * half + WEIGHTS["cited_by"]])


def test_the_whole_file_is_asked_for_works_that_are_not_held(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_article(db, 2)
    add_citations(db, 1, 2, 30, 31)
    add_citations(db, 2, 30)
    add_work(db, 33)
    add_work(db, 34)
    db.execute("insert into similar_articles (pmid, similar_pmid, rank) values (1, 2, 1), (1, 33, 2), (1, 34, 21)")

    found = suggestions_for_file(db, build_citation_graph(db), read_held_ids(db))

    assert [(row.id, row.rank, row.cited_by, row.similar_rank) for row in found] == [
        (30, 1, 2, None), (31, 2, 1, None), (33, 3, 0, 2)
    ]  # fmt: skip


def test_a_printed_reference_gives_the_words_of_its_title_alone(db: sqlite3.Connection) -> None:
    printed = (
        "Okoro AB, Lind J. Harbour lamps for night watchmen. World J Circulation. 2010 May 28;2:7-9.",
        "World J Circulation. 2010 May 28;2(5):8-9",
        "Okoro AB. Lamps that lead tired sailors home again. Bergen: Lind; 2001.",
    )
    with transaction(db):
        save_records(db, [record(1, printed)], received_at=MOMENT)
    works = np.array([row[0] for row in db.execute("select cited_id from article_references order by position")])

    texts = read_texts_of(db, works)

    assert [texts.get(work) for work in works.tolist()] == [
        "harbour lamps for night watchmen", None, "lamps that lead tired sailors home again",
    ]  # fmt: skip
