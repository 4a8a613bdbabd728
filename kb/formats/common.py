"""What the bibliography formats share: clean text, pages, dates, where a record is from.  (pure)"""

import re
from typing import Final

from kb.queries.bibliography import Item
from kb.text import collapse_spaces, without_controls

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE: Final = re.compile(r"^(\d{4})(?:\s+([A-Z][a-z]{2}))?(?:\s+(\d{1,2}))?\b")
_PAGES: Final = re.compile(r"^([A-Za-z]*)(\d+)\s*[-–]\s*([A-Za-z]*)(\d+)")
NOTES: Final = {
    "synthetic": "Made up by litkb; this article does not exist.",
    "demonstration": "Bibliographic facts of litkb's demonstration, not a record of PubMed.",
    "page": "Read from a saved PubMed page.",
    None: "Known to litkb from a reference list only; the title is the printed reference.",
}


def clean(text: str | None) -> str:
    """Return text on one line, without the characters that no format can carry; "" for None."""
    return collapse_spaces(without_controls(text or ""))


def page_range(pages: str | None) -> tuple[str, str | None]:
    """Return first and last page, the last in full: 766-73 gives 766 and 773; ("", None) where not printed."""
    text = clean(pages)
    match = _PAGES.match(text)
    if not match:
        return text, None
    letter, first, end_letter, last = match.groups()
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return letter + first, (end_letter or letter) + last


def date_parts(item: Item) -> list[int]:
    """Return year, month and day as far as PubMed's words say them; [] where no year is known."""
    match = _DATE.match(item.pub_date or "")
    if not match or (match[2] and match[2].lower() not in _MONTHS):
        return [item.year] if item.year else []
    parts = [int(match[1])]
    if match[2]:
        parts.append(_MONTHS.index(match[2].lower()) + 1)
        if match[3] and 1 <= int(match[3]) <= 31:
            parts.append(int(match[3]))
    return parts


def note(item: Item) -> str | None:
    """Return what must be said of an item that is no record of PubMed; None for one that is."""
    return NOTES.get(item.source)


def title(item: Item) -> str:
    """Return the title on one line, without PubMed's final point."""
    text = clean(item.title)
    return text[:-1] if item.source is not None and text.endswith(".") and not text.endswith("..") else text
