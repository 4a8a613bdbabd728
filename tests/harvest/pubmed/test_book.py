"""Books and chapters: what PubMed gives as PubmedBookArticle."""

import pytest

from harvest.pubmed.article import parse_articles
from kb import records as rows
from tests.builders import article_set, author_xml, book_xml, date_xml, element, reference_list_xml, reference_xml


def one(**values: object) -> rows.Record:
    [record] = parse_articles(article_set(book_xml(20301295, **values)))
    assert isinstance(record, rows.Record)
    return record


def test_a_book_is_known_by_its_own_title_and_its_editors():
    record = one(
        book_title="GeneReviews<sup>®</sup>",
        editors=["Pagon RA", "Bird TD"],
        book=date_xml("BeginningDate", "1993") + date_xml("EndingDate", "2025") + element("Isbn", "0879695323")
        + element("Edition", "2nd") + element("ELocationID", "10.1234/Book", EIdType="doi"),
        document=element("Abstract", element("AbstractText", "Why.", Label="Use"))
        + element("PublicationType", "Review", UI="D016454"),
    )  # fmt: skip

    assert record == rows.Record(
        article=rows.Article(
            20301295,
            "book",
            title="GeneReviews®",
            title_html="GeneReviews<sup>®</sup>",
            book_title="GeneReviews®",
            authors="Pagon RA, Bird TD, editors",
            citation_line="Oslo: A Press; 1993-2025.",
            pub_date="1993",
            year=1993,
            publication_status="ppublish",
            doi="10.1234/book",
            publisher="A Press",
            publisher_place="Oslo",
            edition="2nd",
            isbn="0879695323",
        ),
        abstract_sections=(rows.AbstractSection(20301295, 1, "Use", None, "Why.", None),),
        authorships=(
            rows.Authorship(20301295, 1, "Pagon RA", "Pagon", None, "RA", None, None, None, None, "editor"),
            rows.Authorship(20301295, 2, "Bird TD", "Bird", None, "TD", None, None, None, None, "editor"),
        ),
        languages=(rows.Language(20301295, 1, "eng"),),
        publication_types=(rows.PublicationType(20301295, 1, "D016454", "Review"),),
        article_identifiers=(
            rows.ArticleIdentifier(20301295, 1, "isbn", "0879695323", None),
            rows.ArticleIdentifier(20301295, 2, "bookaccession", "NBK1", None),
            rows.ArticleIdentifier(20301295, 3, "doi", "10.1234/Book", None),
        ),
        article_dates=(
            rows.ArticleDate(20301295, 1, "beginning", "1993"),
            rows.ArticleDate(20301295, 2, "ending", "2025"),
        ),
    )


def test_a_chapter_has_its_own_title_authors_and_references_and_not_the_doi_of_the_book():
    record = one(
        chapter="The <i>Genome</i>",
        editors=["Riddle DL"],
        authors=["Waterston RH", "Sulston JE"],
        book=element("ELocationID", "10.1234/book", EIdType="doi"),
        document=date_xml("ContributionDate", "2006-02-15")
        + date_xml("DateRevised", "2021-03-11")
        + reference_list_xml(reference_xml("Brenner S. Genetics. 1974;77:71.", pmid=4366476)),
    )

    article = record.article
    assert (article.record_type, article.title, article.title_html, article.book_title) == (
        "book chapter", "The Genome", "The <i>Genome</i>", "A book of tests",
    )  # fmt: skip
    assert (article.authors, article.doi, article.date_revised) == ("Waterston RH, Sulston JE", None, "2021-03-11")
    assert [(row.position, row.name, row.role) for row in record.authorships] == [
        (1, "Waterston RH", "author"), (2, "Sulston JE", "author"), (3, "Riddle DL", "editor"),
    ]  # fmt: skip
    assert [row.cited_pmid for row in record.references] == [4366476]
    assert article.reference_count == 1
    assert record.article_dates == (
        rows.ArticleDate(20301295, 1, "contribution", "2006-02-15"),
        rows.ArticleDate(20301295, 2, "revised", "2021-03-11"),
    )


def test_the_authors_of_a_book_are_not_the_authors_of_a_chapter_in_it():
    authors = element("AuthorList", author_xml("Writer A"), Type="authors")

    book = one(editors=None, book=authors)
    chapter = one(editors=None, book=authors, chapter="One", authors=["Guest B"])

    assert (book.article.authors, chapter.article.authors) == ("Writer A", "Guest B")
    assert [row.role for row in chapter.authorships] == ["author", "book author"]


def test_a_book_says_where_it_is_from_and_which_volume_of_which_series_it_is():
    chapter = one(
        chapter="Oil",
        authors=["Wick A"],
        book=element("Volume", "2") + element("VolumeTitle", "Of Brass") + element("Edition", "3rd")
        + element("CollectionTitle", "Harbour Lamps", book="series") + element("Isbn", "0-19-852663-7 (hardback)")
        + element("Isbn", "978-0-306-40615-7") + element("ReportNumber", "LH-12"),
        document=element("LocationLabel", "4", Type="chapter") + element("LocationLabel", "At the end")
        + element("Pagination", element("StartPage", "55") + element("EndPage", "78")),
    )  # fmt: skip

    article = chapter.article
    assert (article.publisher, article.publisher_place, article.edition) == ("A Press", "Oslo", "3rd")
    assert (article.volume, article.volume_title, article.series_title) == ("2", "Of Brass", "Harbour Lamps")
    assert (article.isbn, article.report_number) == ("9780306406157", "LH-12")
    assert (article.location_label, article.pages) == ("chapter 4; At the end", "55-78")
    assert [row.value for row in chapter.article_identifiers if row.kind == "isbn"] == [
        "0-19-852663-7 (hardback)", "978-0-306-40615-7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "isbn"),
    [
        (["9780000000000", "0306406152"], "0306406152"),
        (["9780000000000"], "9780000000000"),
        (["123456789x"], "123456789X"),
        (["none"], "none"),
        ([], None),
    ],
)
def test_the_isbn_of_a_book_has_a_right_check_digit_where_one_has(printed, isbn):
    assert one(book="".join(element("Isbn", number) for number in printed)).article.isbn == isbn


def test_investigators_of_a_chapter_and_of_its_book_are_read():
    def people(name: str) -> str:
        return element("InvestigatorList", element("Investigator", element("LastName", name), ValidYN="Y"))

    chapter = one(chapter="Oil", book=people("Wick"), document=people("Flame"))

    assert [(row.name, row.list_number) for row in chapter.investigators] == [("Wick", 1), ("Flame", 2)]
