"""What a file that is refused seems to be, and how to save it so that it can be read.  (pure)"""

import re
from typing import Final

from harvest.files.reference_lists.lists import read_list
from kb.text import noun

_BYTES: Final = (
    (b"%PDF", "It is a PDF: export the references from the program that made it."),
    (b"\xd0\xcf\x11\xe0", "It is an old file of Excel or Word: save it as .xlsx or CSV."),
    (b"PK\x03\x04", "It is a packed file (Word, OpenDocument, ZIP): save what is in it as CSV or RIS."),
    (b"SQLite format 3", "It is a database: export the references from the program that made it, as RIS."),
)
_TEXTS: Final = (
    (
        r"\s*<\?xml[^>]*>\s*(?:<!DOCTYPE html|<html)|\s*<(?:!DOCTYPE html|html)",
        "It seems to be a web page: download the references as RIS.",
    ),
    (r"\s*<\d+>\s*\n", "It seems to be Ovid's plain text: export as RIS."),
    (r"\s*<(?:\?xml|!DOCTYPE|[a-z])", "Load PubMed XML with --file."),
    (r"\s*(?:\{\\rtf)", "It seems to be formatted text (RTF): export the references as RIS."),
)


def what_it_seems(data: bytes, text: str) -> str:
    """Return a sentence, with a blank before it, on a file that is refused; "" where nothing is known of it."""
    said = next((words for begin, words in _BYTES if data.startswith(begin)), None)
    said = said or next((words for begin, words in _TEXTS if re.match(begin, text, re.IGNORECASE)), None)
    return f" {said or _counted(text)}".rstrip()


def _counted(text: str) -> str:
    seeds = list(read_list("", text))
    good = len({seed.place for seed in seeds if seed.fault is None})
    lines = len({seed.place for seed in seeds})
    if not good:
        return ""
    are = noun(good, "is an identifier", "are identifiers")
    return f"Of its {lines:,} lines {good:,} {are}: save them alone, one a line."
