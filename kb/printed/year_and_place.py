"""Year and place of a printed reference: when, in which volume, from which page on.  (pure)

Each number is looked for in its own place only: a volume before the pages, a first page after the volume.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from kb.text import MONTHS, YEAR

_POINT: Final = rf"\. (?={'|'.join(MONTHS)})"
_DATE: Final = rf"(?P<year>{YEAR}(?!\d)[a-z]?)(?:(?:[ /-]|{_POINT})[A-Z][^;:,.()]{{0,25}})?"  # 2006 Mar 3, 2012 Oct-Dec
_VOLUME: Final = (
    r"(?:[Vv]ol(?:ume|\.)? ?)?(?P<volume>(?!(?:19|20)\d\d\b)[A-Z]{0,2}\d{1,4}(?:[-–][A-Z\d]{1,4})?[A-Z]{0,2})"
)
_ANY_VOLUME: Final = r"(?:[Vv]ol(?:ume|\.)? ?)?(?P<volume>[A-Z]{0,2}\d{1,7}(?:[-–][A-Z\d]{1,4})?[A-Z]{0,2})"
_ISSUE: Final = (
    r"(?:,? ?\b(?:Suppl(?:ement)?|Pt|Part|Spec(?:ial)? ?(?:No|Issue)?|[Nn]o|[Ii]ssue)\b\.?"
    r" ?[A-Z]?\d{0,4}(?:[-–/]\d{1,4})?)? ?(?:\([^()]{0,40}\))?"
)
_FIRST_PAGE: Final = r"(?P<page>[A-Za-z]{0,4}\d{1,17})"
_LAST_PAGE: Final = r"(?: ?(?:[-–—]|\(c\)) ?[A-Za-z]{0,4}(?P<last>\d{1,17})(?:\.e\d+)?)"
_PAGES: Final = rf"(?:pp?\. ?|pages? |[Aa]rticle |[Aa]rt\. )?{_FIRST_PAGE}[A-Za-z]?{_LAST_PAGE}?"
_NO_RANGE: Final = r"(?!\w)(?!, ?\w+ ?[-–])"  # after the page: in "Geogr A 2, 24, 33-73" 2 is no volume
_END: Final = rf"(?: \((?P<year>{YEAR})\))?[.\s]*$"
_NLM: Final = re.compile(rf"\b{_DATE} ?; ?(?:{_ANY_VOLUME})?{_ISSUE} ?: ?{_PAGES}")  # 2006 Mar;24(1-2):33-73
_PLACES: Final = tuple(  # what the pattern always finds, and the pattern
    (sign, re.compile(pattern))
    for sign, pattern in (
        (";", _NLM),
        ("rticle", rf"\b{_DATE} ?; ?{_ANY_VOLUME}\([^(),]{{0,9}}, [Aa]rticle {_FIRST_PAGE}\)"),  # 2018;11(9, article 3)
        (":", rf"(?<![\w.]){_VOLUME}{_ISSUE} ?: ?{_PAGES}"),  # 24(1):33-73
        (":", rf"(?:; ?|\({YEAR}\) |[a-z.] (?={YEAR}:)){_ANY_VOLUME}{_ISSUE} ?: ?{_PAGES}"),  # (2007) 2007:33
        ("", rf"\b{_DATE}[,;] ?{_VOLUME}{_ISSUE}[,;:] ?{_PAGES}"),  # 2006, 24, 33-73
        (")", rf"(?<![\w.]){_VOLUME}{_ISSUE},? ?\((?P<year>{YEAR}(?!\d)[a-z]?)\)[,:;]? ?{_PAGES}"),  # 24 (2006) 33-73
        (", ", rf"(?<![\w.]){_VOLUME}, (?:1[0-2]|[1-9]), {_FIRST_PAGE}{_LAST_PAGE}"),  # 24, 1, 33-73
        (", ", rf"(?<![\w.]){_VOLUME}{_ISSUE}, {_PAGES}{_NO_RANGE}"),  # 24(1), 33-73
        (", ", rf"(?<![\w.]){_ANY_VOLUME}{_ISSUE}, {_PAGES}{_NO_RANGE}"),  # 2019(7), 33
        (";", rf"\b{_DATE} ?; ?{_ANY_VOLUME}{_ISSUE}"),  # 2006;24(1)
        ("p", rf"\bpp?\. ?{_FIRST_PAGE}{_LAST_PAGE}?"),  # p. 33
        (", ", rf", {_FIRST_PAGE}{_LAST_PAGE}{_END}"),  # , 33-73 (2006)
        (", ", rf", (?P<page>[A-Za-z]\d{{1,17}}){_END}"),  # , e33 (2006)
        (")", rf", {_VOLUME} ?\((?!{YEAR}\))[^()]{{1,40}}\)[.\s]*$"),  # 24(1)
        ("", rf"(?<![-–\d])(?<!\(c\))\b{_DATE}[.;,)\]\s]*$"),  # 2006.
    )
)
_TAIL: Final = re.compile(
    r"(?i)\b(?:doi\b|pmid\b|pmc\d|https?:|www\.|10\.\d{4,9}/|available (?:at|from|online)|accessed\b)"
    r"|(?<=[.;] )(?:errat(?:um|a)|corrigend(?:um|a)|retract(?:ion|ed)|comments?|reprinted"
    r"|(?:corrected and )?republished) in:"  # where another place is printed
)
_OF_TAILS: Final = (  # one of these is in all that _TAIL finds
    "doi", "10.", "http", "pm", "www.", "available ", "accessed", " in:"
)  # fmt: skip
_NEAR_TAIL: Final = 40  # characters before one of these in which a tail begins
_LONGEST_END: Final = 150  # characters at the end of a reference in which its place stands

_DIGIT: Final = re.compile(r"\d")
_ANY_YEAR: Final = re.compile(YEAR)
_DAMAGED_DASH: Final = re.compile(r"(?<=\d)\(c\)(?=[A-Za-z]?\d)")  # "1705(c)1712" of pages
_MONTH: Final = (
    r"(?:jan|feb|f[ée]v|mar|mär|maart|apr|avr|abr|ma[iyg]|mei|jun|juin|giu|jul|juil|lug|aug|ago|août|sep|set|oct|okt|ott|out"
    r"|nov|de[cz]|déc|dic|gen|ene)[^\W\d_]{0,7}\.?"
)
_VISITED: Final = re.compile(  # "[cited 2020 Oct 9]", "Accessed May 23, 2019": of the reader, not of the work
    r"(?:\b(?:(?:accessed|retrieved|cited|visited|viewed|consulted|downloaded|abgerufen|zugriff|consulté|consultado)"
    r"(?![^\W\d_])|access(?:ed)? date\b|dates? (?:of access|accessed)\b)|\[updated\b)"
    r"(?:[\s:,]|\b(?:on|at|am|le|el|il|date|the|last)\b)*"
    rf"(?:(?:{_MONTH}|\d{{1,2}}(?:st|nd|rd|th)?|of|de)[\s,./-]*){{0,5}}{YEAR}(?!\d)",
    re.IGNORECASE,
)
_OF_VISITS: Final = (  # one of these is in all that _VISITED finds
    "access", "retrieved", "cited", "visited", "viewed", "consult", "downloaded", "abgerufen", "zugriff", "updated"
)  # fmt: skip
_AFTER_YEAR: Final = re.compile(r"\b(?! ?: ?[A-Za-z]?\d)[^.;:]{0,20}[;:]")  # in "(2018) 1864:3" 1864 is a volume
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


class Place(NamedTuple):
    """Year, volume and pages that follow the journal; "" and None where they are not printed."""

    body: str  # the text without its tail, where that is cut off
    start: int  # in body; its length where no place is seen
    year: int | None = None
    volume: str = ""
    page: str = ""
    last_page: str = ""
    is_nlm: bool = False  # the year stands before the volume: it is no other number


def parse_place(text: str) -> Place:
    """Return the place of the first style that is seen; of several in one style the last, as titles come before."""
    found = [*_NLM.finditer(text, max(0, len(text) - _LONGEST_END))] if ";" in text else []
    if len(found) == 1 and " in:" not in text:  # nor is it the place of a notice: "Erratum in: J Lamp. 2007;25:3"
        return _place_of(text, found[0])
    body = without_tail(text)
    digit = _DIGIT.search(body, max(0, len(body) - _LONGEST_END))
    start = max(0, digit.start() - _NEAR) if digit else len(body)
    end = body[start:]
    for sign, pattern in _PLACES:
        if sign in end and (found := [*pattern.finditer(body, start)]):
            return _place_of(body, found[-1])
    return Place(body, len(body))


def _place_of(body: str, found: re.Match[str]) -> Place:
    groups = found.groupdict("")
    year, last = groups.get("year"), groups.get("last", "")
    return Place(
        body, found.start(), int(year[:4]) if year else None, groups.get("volume", ""), groups.get("page", ""), last,
        is_nlm=found.re is _NLM,
    )  # fmt: skip


def without_tail(text: str) -> str:
    """Return text without the identifiers, addresses and places of notices at its end; dates of visits are blanks."""
    folded = text.lower()
    places = [place for word in _OF_TAILS if (place := folded.find(word)) >= 0]
    tail = _TAIL.search(text, max(0, min(places) - _NEAR_TAIL)) if places else None
    is_within = tail and tail[0].startswith(("http", "www")) and _NLM.search(text, tail.end())  # an address in a title
    return without_visits(text[: tail.start()] if tail and not is_within else text)


def without_visits(text: str) -> str:
    """Return text with blanks in place of the dates on which it says that a page was visited."""
    folded = text.lower()
    if not any(word in folded for word in _OF_VISITS):  # the pattern takes half of the time of a whole reading
        return text
    return _VISITED.sub(lambda found: " " * len(found[0]), text)


def year_in(citation: str, latest: int | None = None) -> int | None:
    """Return the year of publication that text shows, none after latest; None where it shows none.

    NLM's order puts it after the journal, before the volume; other styles after the authors, in brackets or between
    full stops; else it is the last number that can be one: no page, volume or number of an article. Dates of visits
    to pages must be blanks.
    """
    if "(c)" in citation:
        citation = _DAMAGED_DASH.sub("–", citation)
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


def _year_apart(citation: str, latest: int | None) -> int | None:
    for match in _YEAR_APART.finditer(citation):
        year, start = int(match[1] or match[2]), match.start()
        if year <= (latest or year) and not _PAGE_AFTER.search(citation[max(start - _NEAR, 0) : start]):
            return year
    return None


def has_number_after(citations: Iterable[str], year: int) -> bool:
    """Return whether any of these references shows a number later than year that can be one, of publication or not."""
    return any(int(found) > year for found in _ANY_YEAR.findall("\n".join(citations)))
