"""References: every entry, verbatim, with its own identifiers and never the article's."""

import pytest

from harvest.pubmed.article import parse_articles
from kb.identifiers import work_id
from kb.printed.reference import work_key
from kb.records import Record, Reference
from kb.store.prepared import resolve_reference
from tests.builders import article_set, article_xml, element, notice_xml, reference_list_xml, reference_xml


def one(**values: object) -> Record:
    [record] = parse_articles(article_set(article_xml(1, **values)))
    assert isinstance(record, Record)
    return record


def test_the_doi_of_a_cited_article_stays_with_the_reference():
    record = one(doi="10.1234/own", references=[reference_xml(doi="10.1234/cited", pmid=7, pmc="PMC9")])

    assert (record.article.doi, record.article.pmcid) == ("10.1234/own", None)
    assert record.references == (Reference(1, 1, None, "10.1234/cited", "PMC9", 7, "ReferenceList", None, None, None),)


def test_a_reference_without_pmid_is_the_work_of_its_doi_else_of_its_printed_words():
    printed = "Moos RH. Self-help groups. Addiction. 2008;103(3):387–396."

    record = one(references=[reference_xml(printed, doi="10.1234/X"), reference_xml(printed), reference_xml("--")])

    assert [resolve_reference(row).id for row in record.references] == [
        work_id("doi:10.1234/x"),
        work_id(work_key(None, printed)),
        None,
    ]
    assert [row.citation for row in record.references] == [printed, printed, "--"]


def test_one_list_for_each_reference_counts_on():
    lists = "".join(reference_list_xml(reference_xml(f"Work {n}", pmid=n)) for n in range(10, 57))

    record = one(references=lists)

    assert [(row.position, row.cited_pmid) for row in record.references] == [(n - 9, n) for n in range(10, 57)]
    assert record.article.reference_count == 47


def test_nested_lists_keep_document_order_and_the_nearest_title():
    inner = reference_list_xml(reference_xml("c"), title="Inner")
    plain = reference_list_xml(reference_xml("d"))
    outer = reference_list_xml(reference_xml("a"), reference_xml("b"), inner, plain, title="LITERATURE CITED")

    record = one(references=outer + reference_list_xml(reference_xml("e")))

    assert [(row.position, row.citation, row.list_title) for row in record.references] == [
        (1, "a", "LITERATURE CITED"),
        (2, "b", "LITERATURE CITED"),
        (3, "c", "Inner"),
        (4, "d", "LITERATURE CITED"),
        (5, "e", None),
    ]


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\n\t\u00a0 "])
def test_a_citation_of_nothing_but_blanks_is_an_entry_without_words(blank):
    record = one(references=[reference_xml(blank), reference_xml(blank, pmid=5)])

    assert record.references == (
        Reference(1, 1, None, None, None, None, "ReferenceList", None, None, None),
        Reference(1, 2, None, None, None, 5, "ReferenceList", None, None, None),
    )
    assert record.article.reference_count == 2


def test_markup_in_a_citation_becomes_text():
    [row] = one(references=[reference_xml("The <i>lin-3</i> gene, 10<sup>6</sup>, CO<sub>2</sub>")]).references

    assert row.citation == "The lin-3 gene, 10⁶, CO₂"


def test_an_article_that_lists_itself_and_one_listed_twice_stay_as_printed():
    record = one(references=[reference_xml("me", pmid=1), reference_xml("x", pmid=2), reference_xml("x", pmid=2)])

    assert [(row.position, row.cited_pmid) for row in record.references] == [(1, 1), (2, 2), (3, 2)]


def test_an_old_doi_with_brackets_is_whole():
    sici = "10.1002/(SICI)1097-4687(199608)229:2&lt;121::AID-JMOR1&gt;3.0.CO;2-4"

    [row] = one(references=[reference_xml(doi=sici)]).references

    assert row.doi == "10.1002/(sici)1097-4687(199608)229:2<121::aid-jmor1>3.0.co;2-4"


def test_what_is_no_identifier_is_kept_beside():
    record = one(
        references=[
            reference_xml("a", pmid="abc", doi="e22.00123", pmc="PMC"),
            reference_xml("b", pmid=0, ids=[("pii", "S0140")]),
            reference_xml("c", pmid="0"),
            reference_xml("d", pmid=5, ids=[("pubmed", "6"), ("doi", "10.1234/a"), ("doi", "10.1234/b")]),
            reference_xml("e", ids=[("pubmed", "99999999999999999999")]),
        ]
    )

    assert [(row.cited_pmid, row.doi, row.pmcid, row.other_ids) for row in record.references] == [
        (None, None, None, "pubmed abc doi e22.00123 pmc PMC"),
        (None, None, None, "pii S0140"),
        (None, None, None, "pubmed 0"),
        (5, "10.1234/a", None, "pubmed 6 doi 10.1234/b"),
        (None, None, None, "pubmed 99999999999999999999"),
    ]


def test_identifiers_that_stand_in_the_reference_itself_count_as_well():
    reference = element(
        "Reference", element("Citation", "a") + '<ArticleId IdType="doi">10.1234/a</ArticleId><PMID>8</PMID>'
    )

    [row] = one(references=[reference]).references

    assert (row.doi, row.cited_pmid) == ("10.1234/a", 8)


def test_the_old_form_of_a_list_gives_references_and_no_notices():
    record = one(
        notices=[
            notice_xml("Cites", pmid=11, source="J Old. 1990 Jan;1(1):2-3"),
            notice_xml("CommentIn", pmid=12),
            notice_xml("Cites", pmid="x", source="J Older."),
        ]
    )

    assert record.references == (
        Reference(1, 1, "J Old. 1990 Jan;1(1):2-3", None, None, 11, "CommentsCorrectionsList", None, None, None),
        Reference(
            1, 2, "J Older.", None, None, None, "CommentsCorrectionsList", None,
            "pubmed x", None,
        ),
    )  # fmt: skip
    assert [(row.position, row.kind) for row in record.notices] == [(1, "CommentIn")]
    assert record.article.reference_count == 2


def test_no_list_is_unknown_and_an_empty_list_says_none():
    assert one().article.reference_count is None
    assert one(references=[]).article.reference_count == 0
    assert one(notices=[notice_xml("CommentIn", pmid=2)]).article.reference_count is None
