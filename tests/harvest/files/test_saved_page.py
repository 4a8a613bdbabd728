"""A saved PubMed page gives what it prints, and nothing else."""

from pathlib import Path

import pytest

from harvest.files.saved_page import is_page, page_doi, page_pmid, parse_page
from kb.errors import RecordError
from kb.records import (
    AbstractSection,
    Affiliation,
    Article,
    ArticleDate,
    ArticleIdentifier,
    Authorship,
    Chemical,
    DataBank,
    Grant,
    Journal,
    Keyword,
    MeshDescriptor,
    MeshHeading,
    MeshQualifier,
    Notice,
    PublicationType,
    Record,
    Reference,
)

PMID = 900000999

PAGE = """\
An official website of a made-up government

Access keys Main Content Main Navigation
. 2021 Jan 5;7(2):30-41.
doi: 10.5555/lantern.7.

What lamplighters say of lamps: a made-up survey

Affiliations

What lamplighters say of lamps: a made-up survey

Åse-Marie Øygard\u00a0 et al. J Lamp Stud. .

Abstract

Background: Lamps are lit. Nobody knows why: not even we.

Methods: We asked 12 lamplighters.

Conclusion: They were busy.

Keywords: Lamps; Night work; Surveys.

PubMed Disclaimer

Conflict of interest statement

The author owns a lamp.

Similar articles

Cited by

References

    1. Wick AB, Flame C, Jr, et al. On wicks. J Lamp Stud. 1999;1(1):5–9. doi: 10.5555/Wicks.1. - DOI - PubMed
    1. Flame C. Oil – a handbook. Burner Press; 2001. - PubMed
    1. Øygard ÅM. Ladders. J Lamp Stud. 2010;3(1):1–4. doi: 10.5555/ladders. - DOI - PMC - PubMed
"""

FULL_PAGE = """\
Lamp Sci. 2016 Nov;12(6):929-36. doi: 10.5555/oil.9. Epub 2016 Oct 8.
Oil prices and street light
Ole Brenner 1, Kari de la Lampe 1 2
Affiliations
1 Institute of Oil, Lampville.
2 Ladder Works, Lampville.
PMID: 900000999 PMCID: PMC7777777 DOI: 10.5555/oil.9
Abstract
Oil became dear.
© 2016 The made-up authors.
Comment in
Dear oil. Wick AB. Lamp Sci. 2017;13(1):2. PMID: 900000998
Publication types
Journal Article
Retracted Publication
MeSH terms
Humans*
Lighting / economics*
Lighting / methods
Substances
Paraffin
Associated data
ClinicalTrials.gov/NCT09999999
Grants and funding
R01 LA000001/LA/NILA NIH HHS/Lampland
Lamp Foundation
Full text links
"""


def reference(position: int, citation: str, **values: object) -> Reference:
    """One printed reference of the made-up page."""
    row = Reference(PMID, position, citation, None, None, None, "page", None, None, None)
    return row._replace(**values)


def test_page_gives_all_that_it_prints():
    record = parse_page(PAGE, pmid=PMID)

    wicks = "Wick AB, Flame C, Jr, et al. On wicks. J Lamp Stud. 1999;1(1):5–9. doi: 10.5555/Wicks.1."
    oil = "Flame C. Oil – a handbook. Burner Press; 2001."
    ladders = "Øygard ÅM. Ladders. J Lamp Stud. 2010;3(1):1–4. doi: 10.5555/ladders."
    assert record == Record(
        article=Article(
            pmid=PMID,
            record_type="article",
            title="What lamplighters say of lamps: a made-up survey",
            authors="Åse-Marie Øygard et al.",
            authors_complete=0,
            journal_id="ta:J Lamp Stud",
            citation_line="2021 Jan 5;7(2):30-41.",
            pub_date="2021 Jan 5",
            year=2021,
            volume="7",
            issue="2",
            pages="30-41",
            doi="10.5555/lantern.7",
            coi_statement="The author owns a lamp.",
            provenance="a saved PubMed page",
        ),
        journal=Journal("ta:J Lamp Stud", None, "J Lamp Stud", None, None, None, None, None, None),
        abstract_sections=(
            AbstractSection(
                PMID, 1, "Background", None, "Lamps are lit. Nobody knows why: not even we.", None
            ),
            AbstractSection(PMID, 2, "Methods", None, "We asked 12 lamplighters.", None),
            AbstractSection(PMID, 3, "Conclusion", None, "They were busy.", None),
        ),
        references=(
            reference(
                1,
                wicks,
                doi="10.5555/wicks.1",
                linked="DOI,PubMed",
            ),
            reference(2, oil, linked="PubMed"),
            reference(
                3,
                ladders,
                doi="10.5555/ladders",
                linked="DOI,PMC,PubMed",
            ),
        ),
        authorships=(
            Authorship(
                PMID, 1, "Åse-Marie Øygard", "Øygard", "Åse-Marie",
                None, None, None, None, None, "author",
            ),
        ),
        keywords=(
            Keyword(PMID, 1, "Lamps", None, None),
            Keyword(PMID, 2, "Night work", None, None),
            Keyword(PMID, 3, "Surveys", None, None),
        ),
        article_identifiers=(ArticleIdentifier(PMID, 1, "doi", "10.5555/lantern.7", None),),
        source="page",
    )  # fmt: skip


def test_unknown_stays_unknown():
    record = parse_page(PAGE, pmid=PMID)

    assert record.article.reference_count is None
    assert record.stated_reference_count is None
    assert record.article.pmcid is None
    assert record.affiliations == ()
    assert page_pmid(PAGE) is None


def test_a_page_with_names_and_places_gives_them():
    record = parse_page(FULL_PAGE, pmid=PMID)

    assert record.article.authors == "Ole Brenner, Kari de la Lampe"
    assert record.article.authors_complete is None
    assert [(a.name, a.fore_name, a.last_name) for a in record.authorships] == [
        ("Ole Brenner", "Ole", "Brenner"),
        ("Kari de la Lampe", None, None),
    ]
    assert record.affiliations == (
        Affiliation(PMID, 1, 1, "Institute of Oil, Lampville.", None, None),
        Affiliation(PMID, 2, 1, "Institute of Oil, Lampville.", None, None),
        Affiliation(PMID, 2, 2, "Ladder Works, Lampville.", None, None),
    )


def test_blocks_below_the_abstract_become_rows():
    record = parse_page(FULL_PAGE, pmid=PMID)

    assert record.article.title == "Oil prices and street light"
    assert record.article.citation_line == "2016 Nov;12(6):929-36."
    assert (record.article.doi, record.article.pmcid) == ("10.5555/oil.9", "PMC7777777")
    assert record.article.copyright == "© 2016 The made-up authors."
    assert record.journal is not None
    assert record.journal.abbreviation == "Lamp Sci"
    assert record.abstract_sections == (AbstractSection(PMID, 1, None, None, "Oil became dear.", None),)
    assert record.publication_types == (
        PublicationType(PMID, 1, None, "Journal Article"),
        PublicationType(PMID, 2, None, "Retracted Publication"),
    )
    assert record.mesh_headings == (
        MeshHeading(PMID, 1, 1, "Humans", None, 1, 1),
        MeshHeading(PMID, 2, 2, "Lighting", "economics", 1, 0),
        MeshHeading(PMID, 3, 2, "Lighting", "methods", 0, 0),
    )
    assert record.mesh_descriptors == (
        MeshDescriptor("Humans", "Humans", None),
        MeshDescriptor("Lighting", "Lighting", None),
    )
    assert record.mesh_qualifiers == (
        MeshQualifier("economics", "economics", None),
        MeshQualifier("methods", "methods", None),
    )
    assert record.chemicals == (Chemical(PMID, 1, None, None, "Paraffin"),)
    assert record.data_banks == (DataBank(PMID, 1, "ClinicalTrials.gov", "NCT09999999"),)
    assert record.grants == (
        Grant(PMID, 1, "R01 LA000001", "LA", "NILA NIH HHS", "Lampland"),
        Grant(PMID, 2, None, None, "Lamp Foundation", None),
    )
    assert record.notices == (
        Notice(
            PMID,
            1,
            "CommentIn",
            900000998,
            "Dear oil. Wick AB. Lamp Sci. 2017;13(1):2. PMID: 900000998",
            None,
        ),
    )
    assert record.article_identifiers == (
        ArticleIdentifier(PMID, 1, "doi", "10.5555/oil.9", None),
        ArticleIdentifier(PMID, 2, "pmc", "PMC7777777", None),
    )
    assert record.article_dates == (ArticleDate(PMID, 1, "Electronic", "2016-10-08"),)


@pytest.mark.parametrize(
    "changed",
    [
        PAGE.replace("\n", "\r\n"),
        "\ufeff" + PAGE,
        "\n".join(line for line in PAGE.split("\n") if line.strip()),
        PAGE + "\nFollow NCBI\n\nSome footer. 2. of it\n",
        PAGE.replace("Similar articles\n", "Figures\n\nFull text links\n\nSimilar articles\n"),
        PAGE.replace("doi: 10.5555/lantern.7.", "doi: 10.5555/lantern.7. Online ahead of print."),
        PAGE.replace(" J Lamp Stud. 1999", "\n    J Lamp Stud. 1999"),
    ],
    ids=["dos lines", "byte-order mark", "no blank lines", "footer", "more headings", "more print", "wrapped"],
)
def test_the_same_page_saved_otherwise_gives_the_same_record(changed):
    assert parse_page(changed, pmid=PMID) == parse_page(PAGE, pmid=PMID)


def test_a_byte_order_mark_before_the_citation_line_is_no_part_of_it():
    assert parse_page("\ufeff" + FULL_PAGE, pmid=PMID) == parse_page(FULL_PAGE, pmid=PMID)


@pytest.mark.parametrize("words", ["Free will of lamps", "No abstract lamps", "DOI: what it is", "Epub or print"])
def test_words_that_open_like_small_print_are_still_a_title_and_an_abstract(words):
    page = PAGE.replace("What lamplighters say of lamps: a made-up survey", words)
    page = page.replace("Background: Lamps", "Keyword search found lamps. Lamps")

    record = parse_page(page, pmid=PMID)

    assert record.article.title == words
    assert record.abstract_sections[0].text.startswith("Keyword search found lamps. Lamps are lit.")


def test_a_button_that_says_how_many_references_there_are_is_believed():
    page = PAGE + "\nShow all 40 references\n"

    record = parse_page(page, pmid=PMID)

    assert record.stated_reference_count == 40
    assert len(record.references) == 3


@pytest.mark.parametrize(
    ("printed", "parts"),
    [
        ("2021 Jan 5;7(2):30-41.", ("2021 Jan 5", 2021, "7", "2", "30-41")),
        ("2006 Aug 23:6:35.", ("2006 Aug 23", 2006, "6", None, "35")),
        ("2004 Apr;26(3):151-8; discussion 159-65.", ("2004 Apr", 2004, "26", "3", "151-8; discussion 159-65")),
        ("2007 Apr;164(4 Suppl):5-123.", ("2007 Apr", 2007, "164", "4 Suppl", "5-123")),
        ("1998 Dec-1999 Jan;8 Suppl 1:S3-9.", ("1998 Dec-1999 Jan", 1998, "8 Suppl 1", None, "S3-9")),
        ("2023 Feb 24.", ("2023 Feb 24", 2023, None, None, None)),
    ],
)
def test_citation_lines_of_all_shapes_are_taken_apart(printed, parts):
    article = parse_page(PAGE.replace("2021 Jan 5;7(2):30-41.", printed), pmid=PMID).article

    assert article.citation_line == printed
    assert (article.pub_date, article.year, article.volume, article.issue, article.pages) == parts


def test_a_reference_does_not_lend_its_identifiers_to_the_article():
    page = PAGE.replace("doi: 10.5555/lantern.7.\n", "").replace("Ladders.", "Ladders. PMID: 900000001. PMC12.")

    record = parse_page(page, pmid=PMID)

    assert (page_doi(page), page_pmid(page)) == (None, None)
    assert (record.article.doi, record.article.pmcid) == (None, None)
    assert record.article.title == "What lamplighters say of lamps: a made-up survey"
    assert record.references[2].cited_pmid == 900000001
    assert record.references[2].pmcid == "PMC12"


def test_what_a_page_says_of_itself_can_be_asked_first():
    assert is_page(PAGE)
    assert is_page(FULL_PAGE)
    assert page_doi(PAGE) == "10.5555/lantern.7"
    assert page_pmid(FULL_PAGE) == PMID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Abstract\n\nReferences\n",
        "<?xml version='1.0'?><PubmedArticleSet></PubmedArticleSet>",
        "PMID- 1\nDP  - 2020 May 24\nSO  - Lamp Sci. 2020 May 24;15(1):18. doi: 10.5555/x.\n",
        "32448354\n15063905\n",
    ],
    ids=["nothing", "headings only", "XML", "NBIB", "PMIDs"],
)
def test_a_text_that_is_no_page_is_refused_with_a_sentence(text):
    assert not is_page(text)
    with pytest.raises(RecordError, match="no saved PubMed page") as caught:
        parse_page(text, pmid=PMID)

    assert caught.value.pmid == PMID


def test_a_page_of_another_article_is_refused():
    with pytest.raises(RecordError, match=r"shows PMID 900000999, not 5; nothing of it was taken\."):
        parse_page(FULL_PAGE, pmid=5)


@pytest.mark.real
def test_the_seed_page_gives_every_element_that_it_shows(shared_data: Path):
    text = (shared_data.parent / "seed" / "pubmed-page.txt").read_text(encoding="utf-8")

    record = parse_page(text, pmid=32448354)

    article = record.article
    assert is_page(text)
    assert article.citation_line == "2020 May 24;15(1):18."
    assert (article.pub_date, article.year, article.volume, article.issue, article.pages) == (
        "2020 May 24", 2020, "15", "1", "18",
    )  # fmt: skip
    assert article.doi == page_doi(text) == "10.1186/s13722-020-00191-w"
    assert article.title is not None
    assert text.count(article.title) == 2
    assert (article.authors, article.authors_complete) == ("John-Kåre Vederhus et al.", 0)
    assert article.journal_id == "ta:Addict Sci Clin Pract"
    assert [s.label for s in record.abstract_sections] == ["Background", "Methods", "Results", "Conclusion"]
    assert all(f"{section.label}: {section.text}\n" in text for section in record.abstract_sections)
    assert [keyword.keyword for keyword in record.keywords] == [
        "Narcotics Anonymous", "Norway", "Self-help groups", "Substance use disorders",
    ]  # fmt: skip
    assert article.coi_statement is not None
    assert f"\n{article.coi_statement}\n" in text
    assert (article.reference_count, record.stated_reference_count, article.pmcid) == (None, None, None)
    assert record.affiliations == ()
    assert [(r.position, r.doi, r.linked) for r in record.references] == [
        (1, "10.1016/s0740-5472(03)00212-5", "DOI,PubMed"),
        (2, "10.1111/j.1360-0443.2007.02111.x", "DOI,PubMed"),
        (3, None, "PubMed"),
        (4, "10.1081/ja-120025124", "DOI,PMC,PubMed"),
        (5, "10.1111/add.12471", "DOI,PMC,PubMed"),
    ]
    assert all(f"1. {r.citation} - " in text for r in record.references)
    assert all(r.cited_pmid is None and r.listed_in == "page" for r in record.references)
