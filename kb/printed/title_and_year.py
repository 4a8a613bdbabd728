"""What a printed reference says of the work it means, whoever prints it: its year, its title, its part or edition."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from kb.text import YEAR, fold, words_in

_ANY_YEAR: Final = re.compile(YEAR)
_DAMAGED_DASH: Final = re.compile(r"(?<=\d)\(c\)(?=[A-Za-z]?\d)")  # "1705(c)1712" of pages
_MONTH: Final = (
    r"(?:jan|feb|f[ée]v|mar|mär|maart|apr|avr|abr|ma[iyg]|mei|jun|juin|giu|jul|juil|lug|aug|ago|août|sep|set|oct|okt|ott|out"
    r"|nov|de[cz]|déc|dic|gen|ene)[^\W\d_]{0,7}\.?"
)
_VISITED: Final = re.compile(  # "[cited 2020 Oct 9]", "Accessed May 23, 2019": of the reader, not of the work
    r"(?:\b(?:(?:accessed|retrieved|cited|visited|viewed|consulted|downloaded|abgerufen|zugriff|consulté|consultado)\b"
    r"|access(?:ed)? date\b|dates? (?:of access|accessed)\b)|\[updated\b)"
    r"(?:[\s:,]|\b(?:on|at|am|le|el|il|date|the|last)\b)*"
    rf"(?:(?:{_MONTH}|\d{{1,2}}(?:st|nd|rd|th)?|of|de)[\s,./-]*){{0,5}}{YEAR}(?!\d)",
    re.IGNORECASE,
)
_OF_VISITS: Final = (  # one of these is in all that _VISITED finds
    "access", "retrieved", "cited", "visited", "viewed", "consult", "downloaded", "abgerufen", "zugriff", "updated"
)  # fmt: skip
_AFTER_YEAR: Final = re.compile(r"\b[^.;:]{0,20}[;:]")
_BEFORE_YEAR: Final = frozenset(".)")
_VOLUME_AFTER: Final = re.compile(  # "2022; 13: 1675", "2019, 11, 1789", "2009 Mar 2;338:b1860"
    r"(?: [A-Z][a-z]{2}[^.;:,\d]{0,9}\d{0,2})?"
    r"\s?[;,]\s?(?:[A-Za-z]?\d{1,4}(?:-\d{1,4})?\s?)?(?:suppl[^;:,]{0,12}|\([^()]{1,20}\)\s?)?[,:]\s?[A-Za-z]{0,3}\d",
    re.IGNORECASE,
)
_YEAR_APART: Final = re.compile(  # "Laudet AB (2003) Title", "J Pain (2003) 6:521", "Kelly JF. 2003. Title"
    rf"(?<!Physiol )\(({YEAR})[a-z]?\)"  # "J Appl Physiol (1985)" is a name
    rf"|(?<=[.] )({YEAR})[a-z]?\.(?!\s*\d)"
)
_PAGE_AFTER: Final = re.compile(r"\b(?:pp?|[Nn]o|[Nn]r|[Aa]rt(?:icle)?(?: ID)?)\.?\s?$")  # a capital P is an initial
_NO_YEAR_AFTER: Final = re.compile(  # "2,1999", "10.1002/1999", "13: 1675", "b1860" and "vol. 1962" hold no year
    r"(?:[\d/.:–-]|\d\)?\s?:\s{1,2}[a-z]{0,2}|\bvol(?:ume)?\.?\s?|(?<![a-z])[abd-z])$", re.IGNORECASE
)
_NEAR: Final = 12  # characters before a number that tell what it is
_NO_YEAR_BEFORE: Final = frozenset("0123456789/–-")
LONGEST: Final = 2_000  # characters of a reference that are read: a longer one is no reference
_SMALL: Final = re.compile(r"(?<![\w.'’-])[a-zà-þ][a-zà-þ]+")
_IN_NAMES: Final = frozenset(
    {"et", "al", "and", "und", "de", "da", "di", "do", "dos", "du", "del", "della", "la", "le", "van", "von", "der",
     "den", "ten", "ter", "el", "bin", "st", "eds", "ed", "jr", "sr"}
)  # fmt: skip
_YEAR_FIRST: Final = re.compile(rf"\({YEAR}[a-z]?\)[.,:;]?\s+")
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


@lru_cache(4_096)  # several times of each reference of a record
def year_in(citation: str, latest: int | None = None) -> int | None:
    """Return the year of publication that a printed reference shows, none after latest; None where it shows none.

    NLM's order puts it after the journal, before the volume; other styles after the authors, in brackets or between
    full stops; else it is the last number that can be one: no page, volume or number of an article, and no date on
    which a page was visited.
    """
    citation = without_visits(_DAMAGED_DASH.sub("–", citation[:LONGEST]))
    before_volume = last = None
    for match in _ANY_YEAR.finditer(citation):
        start, end = match.span()
        year, before = int(match[0]), citation[max(start - _NEAR, 0) : start]
        if year > (latest or year) or _PAGE_AFTER.search(before):
            continue
        if before.rstrip()[-1:] in _BEFORE_YEAR and _AFTER_YEAR.match(citation, end):
            return year
        if citation[end : end + 1] not in _NO_YEAR_BEFORE and not _NO_YEAR_AFTER.search(before):
            last = year
            before_volume = before_volume or (year if _VOLUME_AFTER.match(citation, end) else None)
    return before_volume or _year_apart(citation, latest) or last


def without_visits(citation: str) -> str:
    """Return a printed reference with blanks in place of the dates on which it says that a page was visited."""
    folded = citation.casefold()
    if not any(word in folded for word in _OF_VISITS):  # the pattern takes half of the time of a whole reading
        return citation
    return _VISITED.sub(lambda found: " " * len(found[0]), citation)


def has_number_after(citations: Iterable[str], year: int) -> bool:
    """Return whether any of these references shows a number later than year that can be one, of publication or not."""
    return any(int(found) > year for found in _ANY_YEAR.findall("\n".join(citations)))


def _year_apart(citation: str, latest: int | None) -> int | None:
    for match in _YEAR_APART.finditer(citation):
        year, start = int(match[1] or match[2]), match.start()
        if year <= (latest or year) and not _PAGE_AFTER.search(citation[max(start - _NEAR, 0) : start]):
            return year
    return None


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
