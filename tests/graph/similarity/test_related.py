"""Related studies: the strongest by definition, each part counted, and said in words."""

import math
import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.citation_graph import build_citation_graph
from graph.similarity import sparse_topk
from graph.similarity.features import (
    FACTORS,
    SIMILAR,
    FeatureMatrix,
    Features,
    build_parts,
    feature_part,
    is_informative,
    rarity,
    title_words,
)
from graph.similarity.related import RelatedStudies, related_studies
from kb.queries.citations import read_held_ids
from kb.reasons import reason_of
from tests.rows import add_article, add_citations, add_work

MEASURES = list(FACTORS)
Sets = list[list[set[str]]]  # part, article -> what it has


def part_of(measure: str, having: Sequence[set[str]]) -> FeatureMatrix:
    keys = sorted(set().union(*having))
    pairs = [(article, keys.index(key)) for article, found in enumerate(having) for key in found]
    articles, features = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return feature_part(measure, Features(articles, features, keys, keys), size=len(having))


def rows_of(blocks: Iterable[RelatedStudies]) -> list[RelatedStudies]:
    """Return single related studies, each value alone in its column."""
    return [RelatedStudies(*row) for block in blocks for row in zip(*block, strict=True)]


def reason(row: RelatedStudies) -> str:
    """Return in words what a single row counts and names."""
    return reason_of(row._asdict())


def by_definition(held: Sequence[int], sets: Sets, limit: int) -> list[tuple[int, int, float, list[int]]]:
    """Return (id, related id, score, counts) by comparing every article with every other."""
    rows = []
    for one, pmid in enumerate(held):
        scored = []
        for other, related in enumerate(held):
            shared = [having[one] & having[other] for having in sets]
            score = sum(weight_of(m, key, h) for m, h, keys in zip(MEASURES, sets, shared, strict=True) for key in keys)
            if one != other and score > 0:
                scored.append((-score, related, [len(keys) for keys in shared]))
        rows += [(pmid, related, -score / 1000, counts) for score, related, counts in sorted(scored)[:limit]]
    return rows


def weight_of(measure: str, key: str, having: Sequence[set[str]]) -> int:
    population = sum(1 for found in having if found)
    frequency = sum(1 for found in having if key in found)
    return round(1000 * FACTORS[measure] * math.log((population + 1) / (frequency + 0.5)))


@st.composite
def features_of_articles(draw: st.DrawFn) -> tuple[list[int], Sets]:
    held = sorted(draw(st.lists(st.integers(1, 99), max_size=9, unique=True)))
    found = st.sets(st.sampled_from("abcdefgh"), max_size=5)
    return held, [[draw(found) for _ in held] for _ in MEASURES]


@given(features_of_articles(), st.integers(1, 4), st.integers(1, 40))
def test_related_studies_equal_their_definition(drawn: tuple[list[int], Sets], limit: int, block: int) -> None:
    held, sets = drawn
    parts = [part_of(measure, having) for measure, having in zip(MEASURES, sets, strict=True)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse_topk, "PRODUCTS", block)  # so that small inputs are cut into blocks as well
        found = rows_of(related_studies(np.array(held, dtype=np.int64), parts, limit))

    assert [(row.id, row.related_id, row.score, list(row[3 : 3 + len(FACTORS)])) for row in found] == by_definition(
        held, sets, limit
    )
    assert all(reason(row) for row in found)


def test_a_feature_of_many_articles_makes_nobody_related_but_counts() -> None:
    everyone = [{"common"} for _ in range(60)]
    everyone[3].add("rare")
    everyone[5].add("rare")

    found = rows_of(related_studies(np.arange(1, 61), [part_of(measure, everyone) for measure in MEASURES]))

    assert [(row.id, row.related_id, row.shared_mesh) for row in found] == [(4, 6, 2), (6, 4, 2)]
    assert "both on rare and 1 more" in reason(found[0])
    assert "common" not in reason(found[0])


def test_a_rare_feature_weighs_more_and_one_that_all_have_next_to_nothing() -> None:
    assert rarity(np.array([2, 10, 40, 50, 51, 1000]), 50, 1.0).tolist() == [3016, 1580, 231, 10, 0, 0]
    assert rarity(np.array([900, 1000, 1001]), 1_000_000, 0.5).tolist() == [3506, 3454, 0]


def computed(db: sqlite3.Connection) -> dict[tuple[int, int], RelatedStudies]:
    held = read_held_ids(db)
    rows = rows_of(related_studies(held, build_parts(db, build_citation_graph(db), held)))
    return {(row.id, row.related_id): row for row in rows}


def add_abstract(db: sqlite3.Connection, pmid: int, text: str) -> None:
    db.execute("insert into abstract_sections (pmid, position, text) values (?, 1, ?)", (pmid, text))


def test_each_part_is_counted_and_said(db: sqlite3.Connection) -> None:
    add_article(db, 1, title="Twelve-step groups in Norway", names=["Laudet AB", "Høie M"],
                keywords=["Recovery"], mesh=["Self-Help Groups", "Humans"])  # fmt: skip
    add_article(db, 2, title="The twelve-step way", names=["LAUDET AB"], keywords=["recovery"],
                mesh=["Self-Help Groups", "Humans"])  # fmt: skip
    add_article(db, 3, label="Vederhus 2020 Addict Sci Clin Pract", year=2020)
    add_citations(db, 3, 1, 2)
    add_citations(db, 1, 50, "doi:10.1/a", "doi:10.1/b")
    add_citations(db, 2, "doi:10.1/a", "doi:10.1/b", 60)

    row = computed(db)[1, 2]

    assert row[3 : 3 + len(FACTORS)] == (2, 1, 1, 1, 2, 1, 0, 0)
    assert reason(row) == (
        "shares LAUDET AB; both cited by Vederhus 2020; cites 2 of the same works; "
        "both on Self-Help Groups and 1 more; both have the keyword Recovery; titles share 'twelve-step'"
    )
    assert computed(db)[2, 1][2:] == row[2:]


def test_words_of_abstracts_and_pubmeds_lists_make_studies_related(db: sqlite3.Connection) -> None:
    for pmid, abstract in ((1, "the sponsor of newcomers"), (2, "sponsors; a newcomers sponsor"), (3, ""), (4, "")):
        add_article(db, pmid)
        add_abstract(db, pmid, abstract)
    db.executemany(
        "insert into similar_articles (pmid, similar_pmid, rank) values (?, ?, ?)",
        [(1, 2, 1), (3, 4, SIMILAR), (4, 3, 1), (1, 3, SIMILAR + 1), (1, 1, 2)],
    )

    rows = computed(db)

    of_words, of_lists = (rarity(np.array([2]), size, FACTORS[part])[0] for size, part in (
        (2, "shared_abstract_words"), (4, "similar_in_pubmed")))  # fmt: skip
    last = round(of_lists / SIMILAR)  # the last place that counts
    assert {pair: (row.shared_abstract_words, row.similar_in_pubmed, row.score) for pair, row in rows.items()} == {
        (1, 2): (2, 1, (2 * of_words + of_lists) / 1000), (2, 1): (2, 1, (2 * of_words + of_lists) / 1000),
        (3, 4): (0, 2, (of_lists + last) / 1000), (4, 3): (0, 2, (of_lists + last) / 1000),
    }  # fmt: skip
    assert reason(rows[1, 2]) == "abstracts share 'newcomers' and 'sponsor'; PubMed lists one as similar to the other"
    assert reason(rows[3, 4]) == "PubMed lists each as similar to the other"


def test_what_pubmed_alone_relates_stands_in_pubmeds_order(db: sqlite3.Connection) -> None:
    for pmid in (1, 5, 6, 7):
        add_article(db, pmid)
    add_work(db, 8, merged_into=5)
    db.executemany("insert into similar_articles (pmid, similar_pmid, rank) values (1, ?, ?)", [
        (7, 1), (8, 2), (6, 3), (5, 4),
    ])  # fmt: skip

    assert [related for one, related in computed(db) if one == 1] == [7, 5, 6]


def test_words_of_many_abstracts_are_not_counted(db: sqlite3.Connection) -> None:
    for pmid in range(1, 61):
        add_article(db, pmid)
        words = "lodge beacon" if pmid < 3 else "lodge"
        add_abstract(db, pmid, words)

    rows = computed(db)

    assert {pair: row.shared_abstract_words for pair, row in rows.items()} == {(1, 2): 1, (2, 1): 1}


def test_check_tags_alone_make_nobody_related(db: sqlite3.Connection) -> None:
    add_article(db, 1, mesh=["Humans", "Female"])
    add_article(db, 2, mesh=["Humans", "Female"])

    assert computed(db) == {}


def test_works_are_cited_together_by_a_work_that_is_not_held(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_article(db, 2)
    add_citations(db, 9, 1, 2, source="elink_citedin")

    row = computed(db)[1, 2]

    assert (row.cited_together, reason(row)) == (1, "both cited by PMID 9")


def test_two_citing_works_of_one_short_label_are_named_in_full(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_article(db, 2)
    add_article(db, 3, label="Kelly 2017 Addiction", year=2017)
    add_article(db, 4, label="Kelly 2017 J Tests", year=2017)
    add_citations(db, 3, 1, 2)
    add_citations(db, 4, 1, 2)

    assert reason(computed(db)[1, 2]) == "both cited by Kelly 2017 Addiction and Kelly 2017 J Tests"


def test_a_reference_that_became_known_is_the_same_work(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_article(db, 2)
    add_citations(db, 1, "doi:10.1/a")
    add_citations(db, 2, 77)
    assert computed(db) == {}

    db.execute("update works set merged_into = 77, state = 'merged' where doi = '10.1/a'")

    assert computed(db)[1, 2].shared_references == 1


def test_an_author_listed_twice_is_shared_once(db: sqlite3.Connection) -> None:
    add_article(db, 1, names=["Weiss R", "Weiss R"])
    add_article(db, 2, names=["Weiss R", "Weiss RD"])

    rows = computed(db)

    once = (1, rarity(np.array([2]), 2, 1.0)[0] / 1000)
    assert {pair: (row.shared_authors, row.score) for pair, row in rows.items()} == {(1, 2): once, (2, 1): once}


def test_a_file_without_articles_has_no_related_studies(db: sqlite3.Connection) -> None:
    add_citations(db, 5, 6)

    assert computed(db) == {}


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("One size doesn’t fit all: a 12-step study of Recovery", {"size", "fit", "12-step", "recovery"}),
        ("Høie, CO₂ and 2019", {"hoie", "co2"}),
        ("", set()),
    ],
)
def test_title_words_are_those_that_tell_something(title: str, words: set[str]) -> None:
    assert set(filter(is_informative, title_words(title))) - {"all"} == words


def test_pairs_with_a_work_of_many_features_are_described_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = {f"cited by {n}" for n in range(30)}
    parts = [part_of(measure, [hub, *({f"cited by {n}"} for n in range(6))]) for measure in MEASURES]
    held = np.arange(1, 8)
    whole = rows_of(related_studies(held, parts))
    monkeypatch.setattr("graph.similarity.related.ENTRIES", 10)
    monkeypatch.setattr("graph.similarity.related.MANY", 0)  # so that its features are marked, not looked at
    blocks = list(related_studies(held, parts))

    assert rows_of(blocks) == whole
    assert max(len(block[0]) for block in blocks) < len(whole)
