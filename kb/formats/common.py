"""What the bibliography formats share: clean text, pages, dates, what must be said beside.  (pure)"""

import re
from typing import Final

from kb.identifiers import normalise_doi
from kb.printed.names import PrintedName
from kb.printed.reference import parse_reference
from kb.queries.works.bibliography import Item, Name
from kb.records import Notice
from kb.text import MONTHS, collapse_spaces, fold, without_controls

MONTHS_SHORT: Final = tuple(name.lower() for name in MONTHS)
_DATE: Final = re.compile(r"^(\d{4})(?:\s+([A-Z][a-z]{2}))?(?:\s+(\d{1,2}))?\b")
_MONTHS_LONG: Final = re.compile(r"(\d{4}) ([A-Z][a-z]{2})-(?:(\d{4}) )?([A-Z][a-z]{2})")
_DAYS_LONG: Final = re.compile(r"(\d{4}) ([A-Z][a-z]{2}) \d{1,2}-(\d{1,2})")
_AFTER_YEAR: Final = re.compile(r"\d{4}\s+(.+)")
_QUALIFIERS: Final = re.compile(r"/(?=\*?[a-z]).*")  # qualifiers of MeSH are in small letters
_SPAN: Final = re.compile(r"([A-Za-z]*)([0-9]+)\s*[-–]\s*([A-Za-z]*)([0-9]+)")
_CHAPTER: Final = re.compile(r"chapter\s+", re.IGNORECASE)
NOTES: Final = {
    "synthetic": "Made up by litkb; this article does not exist.",
    "demonstration": "Bibliographic facts of litkb's demonstration, not a record of PubMed.",
    "page": "Read from a saved PubMed page.",
    None: "Known to litkb from a reference list only; the title is the printed reference.",
}
_PRINTED: Final = "Known to litkb from a reference list only, where it is printed so: "
NAMED_ARTICLE: Final = "named article"  # a work that is not held, whose printed reference is taken apart
PREPRINT: Final = "Preprint"
RETRACTED: Final = "Retracted"
_DOUBTS: Final = {  # kind of notice -> what it says of the article
    "RetractionIn": RETRACTED,
    "PartialRetractionIn": "Retracted in part",
    "RetractedandRepublishedIn": "Retracted and published again",
    "ExpressionOfConcernIn": "Expression of concern",
}


def clean(text: str | None) -> str:
    """Return text on one line, without the characters that no format can carry; "" for None."""
    return collapse_spaces(without_controls(text or ""))


def page_range(pages: str | None) -> tuple[str, str | None]:
    """Return first and last page of a plain span, the last in full: 766-73 gives 766 and 773.

    Other text comes back as it is printed, with None: "101-109S", "279-81, 285"; ("", None) where none is.
    """
    text = clean(pages)
    match = _SPAN.fullmatch(text)
    if not match:
        return text, None
    letter, first, end_letter, last = match.groups()
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    if end_letter not in ("", letter) or (len(last), last) < (len(first), first):
        return text, None
    return letter + first, letter + last


def printed_pages(item: Item) -> str | None:
    """Return what stands in the place of the pages of a citation: pages, else the number of the article."""
    return item.pages or article_number(item)


def article_number(item: Item) -> str | None:
    """Return the publisher's number that the citation line of an article without pages ends with; None: none.

    A DOI in its place is no number: it is told as a DOI.
    """
    if item.pages or not item.citation_line:
        return None
    line = clean(item.citation_line).rstrip(".")
    numbers = [row.value for row in item.identifiers if row.kind == "pii" and row.is_valid != 0]
    numbers += [row.value.removesuffix(" [pii]") for row in item.other_fields if row.value.endswith(" [pii]")]
    printed = (number for number in numbers if line.endswith(f":{clean(number).rstrip('.')}"))
    return next((number for number in printed if normalise_doi(number) is None), None)


def chapter_number(item: Item) -> str | None:
    """Return the number of a chapter: "7" of "Chapter 7"; other places in a book as they are printed."""
    return _CHAPTER.sub("", item.location_label) if item.location_label else None


def isbns(item: Item) -> list[str]:
    """Return the ISBNs of a book, in the order of its record."""
    found = [row.value for row in item.identifiers if row.kind == "isbn" and row.is_valid != 0]
    return list(dict.fromkeys(found)) or ([item.isbn] if item.isbn else [])


def date_parts(item: Item) -> list[int]:
    """Return year, month and day as far as PubMed's words say them; [] where no year is known."""
    match = _DATE.match(item.pub_date or "")
    if not match or (match[2] and match[2].lower() not in MONTHS_SHORT):
        return [item.year] if item.year else []
    parts = [int(match[1])]
    if match[2]:
        parts.append(MONTHS_SHORT.index(match[2].lower()) + 1)
        if match[3] and 1 <= int(match[3]) <= 31:
            parts.append(int(match[3]))
    return parts


def end_parts(item: Item) -> list[int]:
    """Return year, month and day of the end of "2003 Jan-Feb", "1998 Dec-1999 Jan", "2001 May 1-15"; [] without one."""
    words = clean(item.pub_date)
    if (match := _MONTHS_LONG.fullmatch(words)) and match[4].lower() in MONTHS_SHORT:
        return [int(match[3] or match[1]), MONTHS_SHORT.index(match[4].lower()) + 1]
    if (match := _DAYS_LONG.fullmatch(words)) and match[2].lower() in MONTHS_SHORT:
        return [int(match[1]), MONTHS_SHORT.index(match[2].lower()) + 1, int(match[3])]
    return []


def season(item: Item) -> str | None:
    """Return what PubMed prints after the year where that is no day or month: "Winter", "Jan-Feb"."""
    match = _AFTER_YEAR.fullmatch(clean(item.pub_date))
    words = match[1] if match else ""
    return words if words and not re.fullmatch(r"[A-Z][a-z]{2}( \d{1,2})?", words) else None


def subjects(item: Item) -> list[str]:
    """Return the keywords and, after them, the MeSH headings without qualifiers and stars, each term once."""
    headings = (_QUALIFIERS.sub("", heading).removeprefix("*") for heading in item.mesh)
    found: dict[str, str] = {}
    for term in map(clean, (*item.keywords, *headings)):
        found.setdefault(fold(term), term)
    return list(filter(None, found.values()))


def names_of(item: Item, role: str) -> list[Name]:
    """Return the names of a role, in the order of the record: author, editor, book author."""
    return [name for name in item.names if name.role == role]


def note(item: Item) -> str | None:
    """Return what must be said of an item that is no record of PubMed; None for one that is."""
    return _PRINTED + clean(item.citation_line) if item.record_type == NAMED_ARTICLE else NOTES.get(item.source)


def taken_apart(item: Item) -> Item:
    """Return a work that is not held with the parts that its printed reference certainly has; else as it is.

    A year that the file does not agree with makes it uncertain.
    """
    found = parse_reference(item.title).article if item.source is None else None
    if found is None or (item.year or found.year) != found.year:
        return item
    return item._replace(
        record_type=NAMED_ARTICLE,
        citation_line=item.title,
        title=found.title or "",
        year=found.year,
        journal=found.journal,
        volume=found.volume,
        issue=found.issue,
        pages=found.pages,
        names=tuple(map(_author, found.names)),
    )


def _author(name: PrintedName) -> Name:
    short = " ".join([name.family, re.sub(r"[.\s-]", "", name.given), *filter(None, [name.suffix])])
    return Name(name.family, name.given, name.suffix, None, "author", short)


def is_preprint(item: Item) -> bool:
    """Return whether PubMed calls the item a preprint."""
    return PREPRINT in item.publication_types


def doubts(item: Item) -> list[str]:
    """Return what a reader must know before citing: "Retracted: J A. 2021;5:7. PMID: 3", "Expression of concern"."""
    said = [_doubt(notice) for notice in item.notices if notice.kind in _DOUBTS]
    if item.is_retracted and not any(words.startswith(RETRACTED) for words in said):
        said.insert(0, RETRACTED)
    return said


def _doubt(notice: Notice) -> str:
    pmid = f"PMID: {notice.other_pmid}" if notice.other_pmid is not None else ""
    where = ". ".join(part for part in (clean(notice.ref_source).rstrip(". "), pmid) if part)
    return ": ".join(part for part in (_DOUBTS[notice.kind], where) if part)


def statements(item: Item) -> list[str]:
    """Return what is said of an item beside its reference, the gravest first."""
    said = note(item)
    return [*doubts(item), *([PREPRINT] if is_preprint(item) else []), *([said] if said else [])]


def remarks(item: Item) -> list[str]:
    """Return all statements, and what RIS and BibTeX have no field for."""
    others = (
        ("Original title", original_title(item)),
        ("Volume title", item.volume_title),
        ("Report number", item.report_number),
    )
    return [*statements(item), *(f"{name}: {clean(text)}" for name, text in others if text)]


def title(item: Item) -> str:
    """Return the title on one line, without PubMed's final point."""
    return _without_point(item.title) if item.source is not None else clean(item.title)


def original_title(item: Item) -> str | None:
    """Return the title in the language of the article, where the title is a translation."""
    original = _without_point(item.vernacular_title)
    return original if original and original != title(item) else None


def _without_point(text: str | None) -> str:
    line = clean(text)
    return line[:-1].rstrip() if line.endswith(".") and not line.endswith("..") else line
