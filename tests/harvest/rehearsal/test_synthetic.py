"""The made-up field is the same for the same seed, cannot be mistaken, and has what real fields have."""

from collections import Counter
from itertools import islice

import pytest

from harvest.pubmed.article import parse_articles
from harvest.pubmed.write_article import format_article_set
from harvest.rehearsal.synthetic import pmid_of, synthetic_records
from kb.identifiers import SYNTHETIC_FROM
from kb.records import Record
from kb.store.prepared import resolve_reference

COUNT = 1000


@pytest.fixture(scope="module")
def field() -> list[Record]:
    """A made-up field of a thousand articles."""
    return list(synthetic_records(COUNT))


@pytest.fixture(scope="module")
def citations(field: list[Record]) -> set[tuple[int, int]]:
    """Who cites whom in it: PMID, and PMID or the id of a work without one."""
    named = ((r.article.pmid, resolve_reference(reference).id) for r in field for reference in r.references)
    return {(citing, cited) for citing, cited in named if cited is not None}


def test_the_same_seed_gives_the_same_field(field):
    assert list(synthetic_records(COUNT, seed=1)) == field


def test_another_seed_gives_another_field(field):
    assert list(synthetic_records(COUNT, seed=2)) != field


def test_a_field_of_any_size_can_be_made():
    for count in (0, 1, 2, 13, 70):
        assert [record.article.pmid for record in synthetic_records(count)] == [
            pmid_of(number) for number in range(1, count + 1)
        ]


def test_records_come_one_by_one():
    first = next(islice(synthetic_records(5000), 1))

    assert first.article.pmid == SYNTHETIC_FROM == 900000001


def test_nobody_can_mistake_it(field):
    assert all(record.source == "synthetic" for record in field)
    assert all(record.article.provenance == "made up by litkb (seed 1): none of it exists" for record in field)
    assert all("ynthetic" in (record.article.title or "") for record in field)
    assert field[0].article.title is not None
    assert field[0].article.title.startswith("Synthetic article 1: ")
    names = {row.name for record in field for row in record.authorships}
    assert all(name.startswith(("Author ", "Synthetic Study Group ")) for name in names)
    assert "Author 0001" in names
    assert all((record.article.doi or "").startswith("10.5555/synthetic.") for record in field)
    assert not any(row.orcid for record in field for row in record.authorships)


def test_it_is_what_its_own_pubmed_xml_says(field):
    assert list(parse_articles(format_article_set(field))) == field


def test_years_only_grow_and_later_years_have_more_articles(field):
    years = [record.article.year for record in field]

    assert (years[0], years[-1]) == (1980, 2025)
    assert years == sorted(years)
    assert Counter(years)[2024] > 2 * Counter(years)[1985]


def test_few_works_are_cited_often_and_many_are_not(citations):
    counts = sorted(Counter(cited for _, cited in citations).values(), reverse=True)

    assert 12 * COUNT < len(citations) < 22 * COUNT
    assert sum(counts[: len(counts) // 10]) > 0.3 * sum(counts)
    assert counts[0] > 50


def test_topics_mostly_cite_themselves(field, citations):
    topic = {record.article.pmid: record.affiliations[0].affiliation for record in field}
    within = [topic[citing] == topic[cited] for citing, cited in citations if cited > 0]

    assert len(set(topic.values())) == 12
    assert sum(within) > 0.75 * len(within)


def test_there_are_mutual_citations_and_citations_of_later_articles_and_none_of_itself(citations):
    assert any((cited, citing) in citations for citing, cited in citations)
    assert any(cited > citing for citing, cited in citations)
    assert not any(cited == citing for citing, cited in citations)


def test_works_without_a_pmid_are_cited_by_several(field):
    rows = [row for record in field for row in record.references if row.cited_pmid is None]
    works = [resolve_reference(row).id for row in rows]
    often = Counter(works)

    assert any(row.doi for row in rows)
    assert any(row.doi is None for row in rows)
    assert sum(count > 1 for count in often.values()) > 50
    assert all(work is not None and work < 0 for work in works)


def test_references_by_doi_alone_can_be_identified(field):
    dois = {record.article.doi for record in field}

    assert any(r.doi in dois for record in field for r in record.references if r.cited_pmid is None)


def test_retracted_articles_have_a_notice_and_are_cited_after_it(field, citations):
    links = {(record.article.pmid, row.kind, row.other_pmid) for record in field for row in record.notices}
    retracted = [(pmid, notice) for pmid, kind, notice in links if kind == "RetractionIn"]

    assert retracted
    assert all((notice, "RetractionOf", pmid) in links for pmid, notice in retracted)
    assert {pmid for pmid, _ in retracted} == {
        r.article.pmid for r in field if any(t.name == "Retracted Publication" for t in r.publication_types)
    }
    assert any(citing > notice and cited == pmid for pmid, notice in retracted for citing, cited in citations)
    assert {kind for _, kind, _ in links} == {
        "RetractionIn", "RetractionOf", "ErratumIn", "ErratumFor", "CommentIn", "CommentOn",
    }  # fmt: skip


def test_some_records_are_silent_where_real_ones_are(field):
    assert any(record.article.reference_count is None for record in field)
    assert all(record.article.reference_count == (len(record.references) or None) for record in field)
    assert any(not record.abstract_sections for record in field)
    assert any(record.abstract_sections[0].label for record in field if record.abstract_sections)
    assert {record.article.record_type for record in field} == {"article", "book"}
    assert any(row.collective_name for record in field for row in record.authorships)
    assert any(record.grants for record in field)
    assert {row.language for record in field for row in record.languages} > {"eng", "nor"}
    assert {len(str(record.article.pub_date).split()) for record in field} >= {1, 2, 3}
