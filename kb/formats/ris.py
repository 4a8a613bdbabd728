"""Works as RIS, for EndNote, Zotero, Mendeley.  (pure)"""

from collections.abc import Iterable, Iterator

from kb.formats.common import clean, date_parts, note, page_range, title
from kb.identifiers import SYNTHETIC_FROM
from kb.queries.bibliography import Item, Name

_TYPES = {"article": "JOUR", "book": "BOOK", "book chapter": "CHAP", "named": "GEN"}


def format_ris(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as RIS; lines end with CR LF, as the format wants."""
    for item in items:
        yield "".join(f"{tag}  - {value}\r\n" for tag, value in _fields(item))


def _fields(item: Item) -> Iterator[tuple[str, str]]:
    yield "TY", _TYPES[item.record_type]
    for tag, value in [*_description(item), *_place(item), *_identifiers(item)]:
        if text := clean(value):
            yield tag, text
    yield "ER", ""


def _description(item: Item) -> Iterator[tuple[str, str | None]]:
    for name in item.names:
        yield ("AU" if name.role == "author" else "A2"), _name(name)
    yield "TI", title(item)
    yield "AB", item.abstract
    for keyword in item.keywords:
        yield "KW", keyword
    for language in item.languages:
        yield "LA", language
    yield "N1", note(item)


def _place(item: Item) -> Iterator[tuple[str, str | None]]:
    first, last = page_range(item.pages)
    parts = date_parts(item)
    yield "T2", item.journal or item.abbreviation or (item.book_title if item.record_type != "book" else None)
    yield "J2", item.abbreviation
    yield "PY", str(parts[0]) if parts else None
    yield "DA", "/".join([f"{p:02d}" for p in parts] + [""] * (4 - len(parts))) if parts else None
    yield from (("VL", item.volume), ("IS", item.issue), ("SP", first), ("EP", last))
    yield from (("PB", item.publisher), ("ET", item.edition), ("SN", item.issn))


def _identifiers(item: Item) -> Iterator[tuple[str, str | None]]:
    yield "DO", item.doi
    yield "C2", item.pmcid
    if item.id > 0:
        yield "AN", str(item.id)
        yield "DB", "PubMed" if item.id < SYNTHETIC_FROM else "litkb, made up"
    if 0 < item.id < SYNTHETIC_FROM:
        yield "UR", f"https://pubmed.ncbi.nlm.nih.gov/{item.id}/"


def _name(name: Name) -> str:
    if name.literal or not name.family:
        return name.literal or name.short
    return ", ".join(part for part in (name.family, name.given, name.suffix) if part)
