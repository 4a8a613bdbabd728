"""The title that a printed reference has after the authors' names, as the words by which two printings are one work."""

import re
from itertools import chain
from typing import Final

from kb.printed.words import IN_NAMES, LONGEST, SENTENCE_ENDS, WITH_TITLE, small_words
from kb.text import YEAR, fold, words_in

_YEAR_FIRST: Final = re.compile(rf"\({YEAR}[a-z]?\)[.,:;]?\s+")
_EDITION: Final = re.compile(r"\([^()]{0,30}\bed(?:ition|n|\.)?[^()]{0,10}\)")
_PART: Final = re.compile(
    r"\b(?:vol|volume|part|pt|chapter|chap|edition|ed|no|number|nr|version)\b[. :#]{0,3}(\d{1,6}|[ivx]{1,5})\b"
    r"|\b(\d{1,3})(?:st|nd|rd|th)? (?:rev[.a-z]* )?ed"
)
_PLACE: Final = re.compile(r"\d\s?(?:\([^()]{0,20}\))?\s?[;:,]\s?[A-Za-z]?\d")  # 24(1-2):33
_JOURNAL: Final = re.compile(r"[\s\"”’.,]*(?:The )?(\w)")
_TITLE_WORDS: Final = 5  # a shorter title is shared by several works
_TITLE_LENGTH: Final = 30  # characters


def printed_title(citation: str) -> tuple[str, ...]:
    """Return the folded words of the title after the authors' names, and what tells apart works of the same title.

    That is the first letter of a journal, since several may print one statement, and the numbers of parts and
    editions. Empty where it is not certain which words are the title, or where they are too few for one work alone.
    """
    citation = _EDITION.sub(" ", citation[:LONGEST])
    title, rest = _after_year(citation) or _after_names(citation) or ("", "")
    words = words_in(fold(title))
    if len(words) < _TITLE_WORDS or len(title) < _TITLE_LENGTH or small_words(title, IN_NAMES) < WITH_TITLE:
        return ()
    journal = _JOURNAL.match(rest) if _PLACE.search(rest) else None
    parts = sorted(match[1] or match[2] for match in _PART.finditer(fold(citation)))
    return (*words, f"@{fold(journal[1])}" if journal else "@", *(f"#{part}" for part in parts))


def _after_year(citation: str) -> tuple[str, str] | None:
    """Return the sentence after "Laudet, A. B. (2006)." and what follows it; None for another form."""
    found = _YEAR_FIRST.search(citation)
    if not found or not found.start() or small_words(citation[: found.start()], IN_NAMES):
        return None
    title, *rest = SENTENCE_ENDS.split(citation[found.end() :], maxsplit=1)
    return title, "".join(rest)


def _after_names(citation: str) -> tuple[str, str] | None:
    """Return the first sentence with words in small letters and the rest, if all before it can be names; else None."""
    start = 0
    for end in chain(SENTENCE_ENDS.finditer(citation), [None]):
        sentence = citation[start : end.start()] if end else citation[start:]
        if small := small_words(sentence, IN_NAMES):
            rest = citation[end.end() :] if end else ""
            return (sentence, rest) if start and small >= WITH_TITLE else None
        start = end.end() if end else start
    return None
