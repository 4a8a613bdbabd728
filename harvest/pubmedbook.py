"""PubmedBookArticle -> a record: a book, or a chapter of one."""

from typing import Final

from lxml.etree import _Element

from harvest.draft import Draft
from harvest.entries import add_identifier
from harvest.markup import Marked, marked, text_of
from harvest.pubdate import book_line, parse_pub_date
from harvest.pubmedparts import (
    Readers,
    column,
    dated,
    read_abstract,
    read_authors,
    read_children,
    read_grants,
    read_history,
    read_identifiers,
    read_keywords,
    read_languages,
    read_location,
    read_publication_type,
    read_references,
    read_title,
    settle_identifiers,
    texts_of,
)

BOOK: Final = "book"
CHAPTER: Final = "book chapter"


def read_book(draft: Draft, document: _Element) -> None:
    """Read a BookDocument; it is a chapter where it has a title, or a place in the book, of its own."""
    is_chapter = any(child.tag in ("ArticleTitle", "LocationLabel") for child in document)
    draft.record_type = CHAPTER if is_chapter else BOOK
    for child in document:  # the chapter's authors before the book's editors, whatever the order in the record
        if child.tag == "AuthorList":
            read_authors(draft, child, _role(child))
    for child in document:
        if child.tag == "Book":
            _read_volume(draft, child)
    read_children(draft, document, _DOCUMENT)


def _role(authors: _Element) -> str:
    return "editor" if authors.get("Type", "").lower().startswith("editor") else "author"


def _read_volume(draft: Draft, book: _Element) -> None:
    """Read the Book: title, publisher, dates, editors, numbers."""
    parts = texts_of(book)
    publisher: dict[str, str] = {}
    has_authors = bool(draft.authorships)
    for child in book:
        if child.tag == "Publisher":
            publisher = texts_of(child)
        elif child.tag == "BookTitle":
            _read_book_title(draft, marked(child))
        elif child.tag == "PubDate":
            words, year = parse_pub_date(texts_of(child))
            draft.article.update(pub_date=words, year=year)
        elif child.tag == "AuthorList":
            role = _role(child)
            read_authors(draft, child, "book author" if has_authors and role == "author" else role)
        elif child.tag in ("Isbn", "ReportNumber") and (number := text_of(child)):
            add_identifier(draft, child.tag.lower(), number)
    read_children(draft, book, _BOOK)
    draft.article.update(
        publisher=publisher.get("PublisherName"),
        edition=parts.get("Edition"),
        volume=parts.get("Volume"),
        citation_line=book_line(
            publisher.get("PublisherLocation"), publisher.get("PublisherName"), years=_years(draft, book)
        ),
    )


def _read_book_title(draft: Draft, title: Marked | None) -> None:
    if title is None:
        return
    draft.article["book_title"] = title.text
    if draft.record_type == BOOK:
        draft.article.update(title=title.text, title_html=title.html)


def _years(draft: Draft, book: _Element) -> str | None:
    """Return the years over which a book appeared, "1993-2025", else its date of publication."""
    years = {child.tag: texts_of(child).get("Year") for child in book if child.tag in ("BeginningDate", "EndingDate")}
    begin, end = years.get("BeginningDate"), years.get("EndingDate")
    if begin and end and begin != end:
        return f"{begin}-{end}"
    words: str | None = draft.article.get("pub_date")
    return words


def _read_data(draft: Draft, data: _Element) -> None:
    read_children(draft, data, _DATA)


_BOOK: Final[Readers] = {
    "BeginningDate": dated("beginning"),
    "EndingDate": dated("ending"),
    "ELocationID": read_location,
}
_DOCUMENT: Final[Readers] = {
    "ArticleIdList": read_identifiers,
    "ArticleTitle": read_title,
    "VernacularTitle": column("vernacular_title"),
    "Language": read_languages,
    "PublicationType": read_publication_type,
    "Abstract": read_abstract,
    "KeywordList": read_keywords,
    "ContributionDate": dated("contribution"),
    "DateRevised": dated("revised", "date_revised"),
    "GrantList": read_grants,
    "ReferenceList": read_references,
}
_DATA: Final[Readers] = {
    "History": read_history,
    "PublicationStatus": column("publication_status"),
    "ArticleIdList": read_identifiers,
}
_PARTS: Final[Readers] = {"BookDocument": read_book, "PubmedBookData": _read_data}


def read_book_article(draft: Draft, element: _Element) -> None:
    """Read a whole PubmedBookArticle. A DOI of the book is not the DOI of a chapter in it."""
    read_children(draft, element, _PARTS)
    settle_identifiers(draft, locations_are_own=draft.record_type == BOOK)
