"""Works as the CSV that PubMed's site gives: eleven columns, a byte order mark, for spreadsheets.  (pure)"""

from collections.abc import Iterable, Iterator
from typing import Final

from kb.formats.bibliography import Bibliography
from kb.formats.common import clean, statements, title
from kb.formats.nbib import source_line
from kb.queries.works.bibliography import Item

COLUMNS: Final = (
    "PMID", "Title", "Authors", "Citation", "First Author", "Journal/Book", "Publication Year", "Create Date",
    "PMCID", "NIHMS ID", "DOI",
)  # fmt: skip
_RUN: Final = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would run


def format_pubmed_csv(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as rows of PubMed's CSV, its names first; text that a spreadsheet would run begins with '."""
    yield "\ufeff" + ",".join(COLUMNS) + "\n"
    for item in items:
        yield ",".join(_cell(value) for value in _row(item)) + "\n"


def _row(item: Item) -> tuple[str | int | None, ...]:
    names = [clean(name.literal or name.short) for name in item.names if name.role == "author"]
    created = next((date.date for kind in ("entrez", "pubmed") for date in item.dates if date.kind == kind), "")
    nihms = next((row.value for row in item.identifiers if row.kind == "mid"), None)
    return (
        item.id if item.id > 0 else None,
        title(item),
        ", ".join(names) + "." if names else None,
        _citation(item),
        names[0] if names else None,
        item.abbreviation or item.journal or item.book_title,
        item.year,
        created.replace("-", "/"),
        item.pmcid,
        nihms,
        item.doi,
    )


def _citation(item: Item) -> str | None:
    said = [f"[{text}]" for text in statements(item)] if item.source is not None else []
    parts = (source_line(item), f"doi: {item.doi}." if item.doi else None, *said)
    return " ".join(part for part in parts if part)


def _cell(value: str | int | None) -> str:
    if isinstance(value, int):
        return str(value)
    text = clean(value)
    text = "'" + text if text.startswith(_RUN) else text
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"') else text


BIBLIOGRAPHIES: Final = (Bibliography("PubMed CSV", ".pubmed.csv", format_pubmed_csv, "text/csv", "Spreadsheets"),)
