"""Of the works that cite two works together: how many name both in one sentence, in one section, only in the list."""

import sqlite3
from itertools import combinations

import numpy as np
import pytest

from graph.measures.cocitation_places import count_cocitation_places
from graph.run import compute_graph
from graph.similarity.sparse_topk import Pairs
from kb.queries.export.edges import PART, read_stars
from kb.queries.works.cited_places import NONE, CitedPlaces
from kb.queries.works.citing_sentences import read_cited_in
from tests.full_texts import Writer, add_texts, front_only
from tests.rows import add_article, add_citations, add_work

LIST = (("Lund 2001.", 11), ("Moe 2002.", 12), ("Okoro 2003.", 13), ("Ravn 2004.", 14))
Near = tuple[int, int, int | None, int | None]


def near(db: sqlite3.Connection) -> dict[tuple[int, int], Near]:
    """Return by pair the works that cite both, the texts that list both, cite both in a section, in a sentence."""
    compute_graph(db)
    rows = db.execute("select id, other_id, count, texts, one_section, one_sentence from cocitations")
    found = {(first, second): tuple(counts) for first, second, *counts in rows}
    assert all(found[second, first] == counts for (first, second), counts in found.items())
    return {pair: counts for pair, counts in found.items() if pair[0] < pair[1]}


def test_a_pair_has_the_texts_that_cite_both_in_one_sentence_in_one_section_and_list_both(
    db: sqlite3.Connection,
) -> None:
    writer = Writer(*LIST).write("Lamps burn {1=[1]} in fog {2=[2]}.", kind="results")
    text = writer.write("Fog {3=[3]}.", kind="results").write("Lamps {4=[4]} and {1=[1]}.", kind="methods").text()
    add_article(db, 1)
    add_texts(db, {1: text})

    assert near(db) == {
        (11, 12): (1, 1, 1, 1), (11, 13): (1, 1, 1, 0), (11, 14): (1, 1, 1, 1), (12, 13): (1, 1, 1, 0),
        (12, 14): (1, 1, 0, 0), (13, 14): (1, 1, 0, 0),
    }  # fmt: skip


def test_a_text_counts_once_however_often_it_cites_both_and_with_what_others_add(db: sqlite3.Connection) -> None:
    text = Writer(*LIST[:2]).write("Lamps {1,2=[1, 2]}, fog {1,2=[1, 2]}.").write("Fog {1,2=[1, 2]}.").text()
    other = Writer(*LIST[:2]).write("Lamps {1=[1]}.").write("Fog {2=[2]}.", kind="methods").text()
    for pmid in (1, 2, 3):
        add_article(db, pmid)
    add_texts(db, {1: text, 2: other})
    add_citations(db, 3, 11, 12)

    assert near(db) == {(11, 12): (3, 2, 1, 1)}


def test_without_a_text_that_was_read_nearness_is_unknown_and_not_0(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_citations(db, 1, 11, 12)
    add_citations(db, 2, 13, 14)
    add_texts(db, {1: front_only(), 2: Writer(*LIST).write("Fog {3=[3]}.").text(outcome="no marks")})

    assert {counts[1:] for counts in near(db).values()} == {(0, None, None)}


def test_tables_figures_and_replies_put_nothing_near(db: sqlite3.Connection) -> None:
    writer = Writer(*LIST[:2])
    for place in ("table", "figure", "sub-article"):
        writer.write("Fog {1,2=[1, 2]}", place=place, kind="results")
    add_article(db, 1)
    add_texts(db, {1: writer.text()})

    assert near(db) == {(11, 12): (1, 1, 0, 0)}


def test_a_section_of_no_known_kind_goes_by_its_titles(db: sqlite3.Connection) -> None:
    writer = Writer(*LIST[:3]).write("Lamps {1=[1]}.", section="Lamps").write("Fog {2=[2]}.", section="Fog")
    add_article(db, 1)
    add_texts(db, {1: writer.write("Lamps again {3=[3]}.", section="Lamps").text()})

    assert near(db) == {(11, 12): (1, 1, 0, 0), (11, 13): (1, 1, 1, 0), (12, 13): (1, 1, 0, 0)}


def test_what_is_only_listed_is_near_to_nothing(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_texts(db, {1: Writer(*LIST[:3]).write("Fog {1=[1]}.").text()})

    assert set(near(db).values()) == {(1, 1, 0, 0)}


def test_merged_works_are_one(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_texts(db, {1: Writer(*LIST[:3]).write("Fog {1,3=[1, 3]} and {2=[2]}.").text()})
    add_work(db, 13, merged_into=12)

    assert near(db) == {(11, 12): (1, 1, 1, 1)}


def test_sentences_of_two_texts_of_a_merged_work_are_not_one_sentence(db: sqlite3.Connection) -> None:
    for pmid in (1, 2):
        add_article(db, pmid)
    fog = Writer(*LIST[:2]).write("Fog {2=[2]}.")
    add_texts(db, {1: Writer(*LIST[:2]).write("Lamps {1=[1]}.").text(), 2: fog.text()})
    add_work(db, 2, merged_into=1)

    assert near(db) == {(11, 12): (1, 1, 0, 0)}


@pytest.mark.parametrize(("merged", "into"), [(1, 2), (2, 1)])
def test_the_page_and_the_exports_count_the_marks_of_one_text_of_a_merged_work(
    db: sqlite3.Connection, merged: int, into: int
) -> None:
    for pmid in (1, 2):
        add_article(db, pmid)
    twice = Writer(*LIST[:1]).write("Lamps {1=[1]} burn {1=[1]}.", kind="methods")
    add_texts(db, {1: twice.text(), 2: Writer(*LIST[:1]).write("Fog {1=[1]}.").text()})
    add_work(db, merged, merged_into=into)
    compute_graph(db)
    [[star]] = read_stars(db)

    assert star[2].split(PART)[1:] == ["2", "methods"]
    assert [(one.pmid, one.times) for one in read_cited_in(db, 11, 9)] == [(1, 2)]


@pytest.mark.parametrize("seed", range(5))
def test_counts_equal_their_definition(seed: int) -> None:
    chance = np.random.default_rng(seed)
    ids = np.arange(20, 30)
    shape = 80
    texts = [
        CitedPlaces(
            chance.integers(start, start + 3, shape), chance.integers(18, 31, shape),
            *(np.where(chance.random(shape) < 0.2, NONE, chance.integers(0, most, shape)) for most in (3, 9)),
        )
        for start in (1, 4)
    ]  # fmt: skip
    first, second = np.array(list(combinations(range(10), 2)), dtype=np.int32).T
    block = Pairs(second, first, np.ones_like(first))
    rows = [row for portion in texts for row in zip(*(column.tolist() for column in portion), strict=True)]

    found = count_cocitation_places(ids, [block], texts).columns(block)

    for place, (one, other) in enumerate(zip(ids[first].tolist(), ids[second].tolist(), strict=True)):
        of = [[row for row in rows if row[1] == work] for work in (one, other)]
        wanted = [
            len({a[0] for a in of[0] for b in of[1] if a[0] == b[0] and (at == 0 or a[at] == b[at] != NONE)})
            for at in (0, 2, 3)
        ]
        assert [found[name][place] for name in ("texts", "one_section", "one_sentence")] == wanted
