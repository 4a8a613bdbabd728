"""Works as RIS, for EndNote, Zotero, Mendeley.  (pure)"""

from collections.abc import Iterable, Iterator
from typing import Final

from kb.formats.bibliography import Bibliography
from kb.formats.common import (
    NAMED_ARTICLE,
    PREPRINT,
    article_number,
    chapter_number,
    clean,
    date_parts,
    is_preprint,
    isbns,
    page_range,
    printed_pages,
    remarks,
    season,
    subjects,
    taken_apart,
    title,
)  # fmt: skip
from kb.identifiers import SYNTHETIC_FROM
from kb.queries.works.bibliography import Item, Name

_TYPES: Final = {"article": "JOUR", "book": "BOOK", "book chapter": "CHAP", "named": "GEN", NAMED_ARTICLE: "JOUR"}
_ROLES: Final = {  # a tag of names means another role in each type, as Zotero and EndNote have them
    "book": {"author": "AU", "editor": "A3"},
    "book chapter": {"author": "AU", "book author": "C2", "editor": "A2"},
}
_ROLES_OF_OTHERS: Final = {"author": "AU", "editor": "A2"}


def format_ris(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as RIS; lines end with CR LF, as the format wants."""
    for item in map(taken_apart, items):
        yield "".join(f"{tag}  - {value}\r\n" for tag, value in _fields(item))


def _fields(item: Item) -> Iterator[tuple[str, str]]:
    yield "TY", _TYPES[item.record_type]
    for tag, value in [*_description(item), *_place(item), *_identifiers(item)]:
        if text := clean(value):
            yield tag, text
    yield "ER", ""


def _description(item: Item) -> Iterator[tuple[str, str | None]]:
    roles = _ROLES.get(item.record_type, _ROLES_OF_OTHERS)
    yield from ((roles.get(name.role, "A4"), _name(name)) for name in item.names)
    yield from (("TI", title(item)), ("AB", item.abstract))
    yield from (("KW", keyword) for keyword in subjects(item))
    yield "LA", ", ".join(item.languages)
    yield "M3", PREPRINT if is_preprint(item) else None
    yield from (("N1", remark) for remark in remarks(item))


def _place(item: Item) -> Iterator[tuple[str, str | None]]:
    parts = date_parts(item)
    yield from _titles_around(item)
    yield "PY", str(parts[0]) if parts else None
    day = [f"{part:02d}" for part in parts] + [""] * (3 - len(parts))
    yield "DA", "/".join([*day, season(item) or ""]) if parts else None
    yield from (("VL", item.volume), ("IS", item.issue))
    if item.record_type != "book":  # SP of a book is how many pages it has
        yield from zip(("SP", "EP"), page_range(printed_pages(item)), strict=True)
    yield from (("C7", article_number(item)), ("SE", chapter_number(item)))
    yield from (("PB", item.publisher), ("CY", item.publisher_place), ("ET", item.edition))
    yield "SN", item.issn or " ".join(isbns(item))


def _titles_around(item: Item) -> Iterator[tuple[str, str | None]]:
    """Yield the titles of the journal, of the book that a chapter is in, and of the series of a book."""
    chapter = item.record_type == "book chapter"
    around = item.series_title if item.record_type == "book" else item.book_title if chapter else None
    yield from (("T2", item.journal or item.abbreviation or around), ("J2", item.abbreviation))
    yield "T3", item.series_title if chapter else None


def _identifiers(item: Item) -> Iterator[tuple[str, str | None]]:
    yield "DO", item.doi
    if item.record_type != "book chapter":
        yield "C2", item.pmcid
    elif item.pmcid:  # C2 of a chapter holds the authors of its book
        yield "N1", f"PMCID: {item.pmcid}"
    if item.id > 0:
        yield "AN", str(item.id)
        yield "DB", "PubMed" if item.id < SYNTHETIC_FROM else "litkb, made up"
    if 0 < item.id < SYNTHETIC_FROM:
        yield "UR", f"https://pubmed.ncbi.nlm.nih.gov/{item.id}/"


def _name(name: Name) -> str:
    """Return a name as "Family, Given, Suffix"; a comma inside a part is left out, since programs split there."""
    if name.literal or not name.family:
        return name.literal if name.literal and name.is_person else (name.literal or name.short).replace(",", "")
    return ", ".join(part.replace(",", "") for part in (name.family, name.given, name.suffix) if part)


BIBLIOGRAPHIES: Final = (
    Bibliography("RIS", ".ris", format_ris, "application/x-research-info-systems", "Zotero, EndNote, Mendeley"),
)
