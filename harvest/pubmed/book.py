"""PubmedBookArticle -> a record: a book, or a chapter of one."""

from typing import Final

from lxml.etree import _Element

from harvest.pubmed.dates import book_line, parse_pub_date
from harvest.pubmed.elements import (
    DAY,
    Readers,
    column,
    dated,
    leave,
    note_unread,
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
    read_pages,
    read_publication_type,
    read_references,
    read_title,
    settle_identifiers,
    texts_of,
)
from harvest.pubmed.inline_text import marked, text_of, tidy
from harvest.pubmed.other_elements import note_others
from harvest.pubmed.record_builder import Draft
from harvest.pubmed.row_builders import add_identifier, settle_book_numbers

BOOK: Final = "book"
_PUBLISHER: Final = frozenset(("PublisherName", "PublisherLocation"))
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
    parts = texts_of(draft, publisher, _PUBLISHER)
    draft.article.update(publisher=parts.get("PublisherName"), publisher_place=parts.get("PublisherLocation"))


def _read_book_title(draft: Draft, element: _Element) -> None:
    title = marked(element)
    if title is None:
        return
    draft.article["book_title"] = title.text
    if draft.record_type == BOOK:
        draft.article.update(title=title.text, title_html=title.html)


def _read_pub_date(draft: Draft, element: _Element) -> None:
    draft.article["pub_date"], draft.article["year"] = parse_pub_date(texts_of(draft, element, DAY))


def _read_number(draft: Draft, element: _Element) -> None:
    if number := text_of(element):
        add_identifier(draft, element.tag.lower(), number)


def _read_location(draft: Draft, location: _Element) -> None:
    """Note an ELocationID of a book; the DOI of a book is not that of a chapter in it."""
    read_location(draft, location)
    if draft.record_type == CHAPTER:
        note_unread(draft, location)


def _read_label(draft: Draft, element: _Element) -> None:
    """Note where a chapter is in its book: "Chapter 7" as printed, "chapter 4" where the label is the number alone."""
    label, kind = text_of(element), element.get("Type", "")
    if label:
        whole = label if " " in label or not kind else f"{kind} {label}"
        draft.article["location_label"] = "; ".join(filter(None, (draft.article.get("location_label"), whole)))


def _years(draft: Draft, book: _Element) -> str | None:
    """Return the years over which a book appeared, "1993-2025", else its date of publication."""
    begin, end = tidy(book.findtext("BeginningDate/Year")), tidy(book.findtext("EndingDate/Year"))
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
    "ELocationID": _read_location,
    "AuthorList": leave,
}
_DOCUMENT: Final[Readers] = {
    "PMID": leave,
    "Book": leave,
    "AuthorList": leave,
    "ArticleIdList": read_identifiers,
    "LocationLabel": _read_label,
    "Pagination": read_pages,
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


def read_book_article(draft: Draft, element: _Element, readers: Readers) -> None:
    """Read a whole PubmedBookArticle, and with readers what stands beside the book in it."""
    read_children(draft, element, {**_PARTS, **readers})
    settle_identifiers(draft, locations_are_own=draft.record_type == BOOK)
    places = {one: place for place, one in enumerate(element.iter())}
    draft.unread.sort(key=lambda one: places[one])
    note_others(draft)
