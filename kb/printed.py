"""What a printed reference says of the work it means, whoever prints it: its title, and which part or edition it is."""

import re
from typing import Final

from kb.text import fold, words_in

LONGEST: Final = 2_000  # characters of a reference that are read: a longer one is no reference
_SMALL: Final = re.compile(r"(?<![\w.'’-])[a-zà-þ][a-zà-þ]+")
_IN_NAMES: Final = frozenset(
    {"et", "al", "and", "und", "de", "da", "di", "do", "dos", "du", "del", "della", "la", "le", "van", "von", "der",
     "den", "ten", "ter", "el", "bin", "st", "eds", "ed", "jr", "sr"}
)  # fmt: skip
_YEAR_FIRST: Final = re.compile(r"\((?:1[6-9]\d|20[0-3])\d[a-z]?\)[.,:;]?\s+")
_SENTENCE: Final = re.compile(r"(?<=[.?!])\s+")
_EDITION: Final = re.compile(r"\([^()]{0,30}\bed(?:ition|n|\.)?[^()]{0,10}\)")
_PART: Final = re.compile(
    r"\b(?:vol|volume|part|pt|chapter|chap|edition|ed|no|number|nr|version)\b[. :#]{0,3}(\d{1,6}|[ivx]{1,5})\b"
    r"|\b(\d{1,3})(?:st|nd|rd|th)? (?:rev[.a-z]* )?ed"
)
_PLACE: Final = re.compile(r"\d\s?(?:\([^()]{0,20}\))?\s?[;:,]\s?[A-Za-z]?\d")  # 24(1-2):33
_JOURNAL: Final = re.compile(r"[\s\"”’.,]*(?:The )?(\w)")
_TITLE_WORDS: Final = 5  # a shorter title is shared by several works
_TITLE_LENGTH: Final = 30  # characters
_WITH_TITLE: Final = 3  # words in small letters by which a sentence is a title


def printed_title(citation: str) -> tuple[str, ...]:
    """Return the folded words of the title after the authors' names, and what tells apart works of the same title.

    That is the first letter of a journal, since several may print one statement, and the numbers of parts and
    editions. Empty where it is not certain which words are the title, or where they are too few for one work alone.
    """
    citation = _EDITION.sub(" ", citation[:LONGEST])
    title, rest = _after_year(citation) or _after_names(citation) or ("", "")
    words = words_in(fold(title))
    if len(words) < _TITLE_WORDS or len(title) < _TITLE_LENGTH or _small_words(title) < _WITH_TITLE:
        return ()
    journal = _JOURNAL.match(rest) if _PLACE.search(rest) else None
    parts = sorted(match[1] or match[2] for match in _PART.finditer(fold(citation)))
    return (*words, f"@{fold(journal[1])}" if journal else "@", *(f"#{part}" for part in parts))


def _after_year(citation: str) -> tuple[str, str] | None:
    """Return the sentence after "Laudet, A. B. (2006)." and what follows it; None for another form."""
    found = _YEAR_FIRST.search(citation)
    if not found or not found.start() or _small_words(citation[: found.start()]):
        return None
    title, *rest = _SENTENCE.split(citation[found.end() :], maxsplit=1)
    return title, "".join(rest)


def _after_names(citation: str) -> tuple[str, str] | None:
    """Return the first sentence with words in small letters and the rest, if all before it can be names; else None."""
    sentences = _SENTENCE.split(citation)
    for place, sentence in enumerate(sentences):
        if small := _small_words(sentence):
            return (sentence, " ".join(sentences[place + 1 :])) if place and small >= _WITH_TITLE else None
    return None


def _small_words(text: str) -> int:
    return sum(word not in _IN_NAMES for word in _SMALL.findall(text))
