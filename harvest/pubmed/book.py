"""PubmedBookArticle -> a record: a book, or a chapter of one."""

from typing import Final

from lxml.etree import _Element

from harvest.pubmed.dates import book_line, parse_pub_date
from harvest.pubmed.elements import (
    Readers,
    column,
    dated,
    pages_of,
    read_abstract,
    read_authors,
    read_children,
    read_grants,
    read_history,
    read_identifiers,
    read_investigators,
    read_keywords,
    read_languages,
    read_location,
    read_publication_type,
    read_references,
    read_title,
    settle_identifiers,
    texts_of,
)
from harvest.pubmed.inline_text import marked, text_of
from harvest.pubmed.other_elements import ITEMS, Containers, note_others
from harvest.pubmed.record_builder import Draft
from harvest.pubmed.row_builders import add_identifier, settle_book_numbers

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
    """Read the Book: its titles, publisher, dates, editors, numbers."""
    has_authors = bool(draft.authorships)
    for child in book:
        if child.tag == "AuthorList":
            role = _role(child)
            read_authors(draft, child, "book author" if has_authors and role == "author" else role)
    read_children(draft, book, _BOOK)
    article = draft.article
    article["citation_line"] = book_line(
        article.get("publisher_place"), article.get("publisher"), years=_years(draft, book)
    )
    settle_book_numbers(draft)


def _read_publisher(draft: Draft, publisher: _Element) -> None:
    parts = texts_of(publisher)
    draft.article.update(publisher=parts.get("PublisherName"), publisher_place=parts.get("PublisherLocation"))


def _read_book_title(draft: Draft, element: _Element) -> None:
    title = marked(element)
    if title is None:
        return
    draft.article["book_title"] = title.text
    if draft.record_type == BOOK:
        draft.article.update(title=title.text, title_html=title.html)


def _read_pub_date(draft: Draft, element: _Element) -> None:
    draft.article["pub_date"], draft.article["year"] = parse_pub_date(texts_of(element))


def _read_number(draft: Draft, element: _Element) -> None:
    if number := text_of(element):
        add_identifier(draft, element.tag.lower(), number)


def _read_pagination(draft: Draft, pagination: _Element) -> None:
    draft.article["pages"] = pages_of(texts_of(pagination))


def _read_label(draft: Draft, element: _Element) -> None:
    """Note where a chapter is in its book: "Chapter 7" as printed, "chapter 4" where the label is the number alone."""
    label, kind = text_of(element), element.get("Type", "")
    if label:
        whole = label if " " in label or not kind else f"{kind} {label}"
        draft.article["location_label"] = "; ".join(filter(None, (draft.article.get("location_label"), whole)))


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
    "Publisher": _read_publisher,
    "BookTitle": _read_book_title,
    "PubDate": _read_pub_date,
    "BeginningDate": dated("beginning"),
    "EndingDate": dated("ending"),
    "InvestigatorList": read_investigators,
    "Volume": column("volume"),
    "VolumeTitle": column("volume_title"),
    "Edition": column("edition"),
    "CollectionTitle": column("series_title"),
    "Isbn": _read_number,
    "ReportNumber": _read_number,
    "ELocationID": read_location,
}
_DOCUMENT: Final[Readers] = {
    "ArticleIdList": read_identifiers,
    "LocationLabel": _read_label,
    "Pagination": _read_pagination,
    "InvestigatorList": read_investigators,
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


_CONTAINERS: Final[Containers] = {
    **ITEMS,
    "PubmedBookArticle": _PARTS,
    "BookDocument": {"PMID", "Book", "AuthorList", *_DOCUMENT},
    "PubmedBookData": _DATA,
}
_OF_BOOK: Final = frozenset(("AuthorList", *_BOOK))
_OF_CHAPTER: Final = _OF_BOOK - {"ELocationID"}  # the DOI of a book is not that of a chapter in it


def read_book_article(draft: Draft, element: _Element) -> None:
    """Read a whole PubmedBookArticle."""
    read_children(draft, element, _PARTS)
    is_book = draft.record_type == BOOK
    settle_identifiers(draft, locations_are_own=is_book)
    note_others(draft, element, {**_CONTAINERS, "Book": _OF_BOOK if is_book else _OF_CHAPTER})
