"""ECitMatch: what a printed reference says of its place, as NCBI asks for it, and what it answers.  (pure)

It looks at journal, year, volume and first page, ignores the author, and drops lines: answers are told apart by key
(NBK25499). Whether an article found is the one meant is for the caller to see.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from harvest.http.response_validation import said_instead
from kb.errors import TransientError
from kb.identifiers import pmid_or_none
from kb.printed.reference import parse_reference
from kb.text import fold, words_in

_FIELDS: Final = 7  # journal, year, volume, first page, author, key, answer
_AMBIGUOUS: Final = re.compile(r"AMBIGUOUS\W*(\d[\d,; ]*)")


class JournalLocation(NamedTuple):
    """Where a reference says that an article stands."""

    journal: str
    year: str
    volume: str
    page: str
    author: str


def printed_place(citation: str) -> JournalLocation | None:
    """Return the place that a reference prints; None where journal, year, volume or page cannot be told."""
    reference = parse_reference(citation)
    place, (journal, _), year = reference.place, reference.journal, reference.year
    if not (journal and year and place.volume and place.page):
        return None
    author = " ".join(words_in(fold(citation))[:2])
    return JournalLocation(journal.replace("|", " "), str(year), place.volume, place.page, author)


def format_question(places: Mapping[str, JournalLocation]) -> str:
    """Return places by their keys as ECitMatch takes them, a line for each.

    A text, because Bio.Entrez.ecitmatch makes one of a list only by forgetting who asks.
    """
    return "\r".join("|".join((*place, key, "")) for key, place in places.items())


def parse_found(body: bytes) -> Mapping[str, tuple[int, ...]]:
    """Return by key the PMIDs that ECitMatch found; none where it found none or does not say which.

    TransientError for what is no answer of ECitMatch's, or not the whole of it: the last line ends like the others.
    """
    lines = [line for line in body.decode("utf-8", "replace").splitlines() if line.strip()]
    rows = [line.strip().split("|") for line in lines]
    if not rows or any(len(row) < _FIELDS for row in rows):
        raise TransientError(said_instead(body) or "an empty answer")
    if not body.endswith(b"\n"):
        raise TransientError("an answer that is cut off")
    return {row[-2]: tuple(_pmids(row[-1])) for row in rows}


def _pmids(answer: str) -> Iterable[int]:
    listed = _AMBIGUOUS.fullmatch(answer.strip())
    texts = re.split(r"[,; ]+", listed[1]) if listed else [answer]
    return [pmid for text in texts if (pmid := pmid_or_none(text)) is not None]
