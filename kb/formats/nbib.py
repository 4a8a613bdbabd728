"""Works as NBIB, PubMed's own download format (MEDLINE).  (pure)"""

import textwrap
from collections.abc import Iterable, Iterator

from kb.formats.common import clean, note, title
from kb.queries.bibliography import Item, Name

_WIDTH = 88  # PubMed folds its lines at about this
_INDENT = " " * 6


def format_nbib(items: Iterable[Item]) -> str:
    """Return those items that have a PMID as NBIB records, an empty line between them."""
    return "\n".join(_record(item) for item in items if item.id > 0)


def _record(item: Item) -> str:
    fields = [*_description(item), *_people(item), *_subjects(item)]
    return "".join(_field(tag, clean(value)) for tag, value in fields if clean(value))


def _field(tag: str, value: str) -> str:
    lines = textwrap.wrap(
        value, _WIDTH - len(_INDENT), break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    return f"{tag:<4}- " + f"\n{_INDENT}".join(lines) + "\n"


def _description(item: Item) -> Iterator[tuple[str, str | None]]:
    yield "PMID", str(item.id)
    yield "STAT", item.status
    yield from (("IS", item.issn), ("VI", item.volume), ("IP", item.issue))
    yield "DP", item.pub_date or (str(item.year) if item.year else None)
    yield ("BTI" if item.record_type == "book" else "TI"), (title(item) + "." if item.source else item.title)
    yield "BTI", item.book_title if item.record_type == "book chapter" else None
    yield "PG", item.pages
    yield "LID", f"{item.doi} [doi]" if item.doi else None
    yield from (("AB", item.abstract), ("CI", item.copyright))


def _people(item: Item) -> Iterator[tuple[str, str | None]]:
    for name in item.names:
        if name.literal:
            yield ("CN" if name.role == "author" else "ED"), name.literal
        else:
            yield ("FAU" if name.role == "author" else "FED"), _full(name)
            yield ("AU" if name.role == "author" else "ED"), name.short


def _full(name: Name) -> str:
    return ", ".join(part for part in (name.family, name.given, name.suffix) if part)


def _subjects(item: Item) -> Iterator[tuple[str, str | None]]:
    yield from (("LA", language) for language in item.languages)
    yield from (("PT", kind) for kind in item.publication_types)
    yield from (("TT", item.vernacular_title), ("PB", item.publisher))
    journal_id = item.journal_id if (item.journal_id or "")[:3] != "ta:" else None
    yield from (("TA", item.abbreviation), ("JT", item.journal), ("JID", journal_id))
    yield from (("MH", heading) for heading in item.mesh)
    yield from (("OT", keyword) for keyword in item.keywords)
    yield from (("COIS", item.coi_statement), ("PMC", item.pmcid))
    yield "AID", f"{item.doi} [doi]" if item.doi else None
    yield (
        "SO",
        " ".join(
            part
            for part in (f"{clean(item.abbreviation)}." if item.abbreviation else "", item.citation_line or "")
            if part
        ),
    )
    yield "GN", note(item)
