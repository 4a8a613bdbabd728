"""A printed reference of a journal article taken apart where that is certain: names, title, journal, place.  (pure)

Only whole references of known styles are taken apart: NLM and AMA (year before the volume), APA, Harvard and Springer
(year after the names), those of chemists (names with initials first), of Science (a comma after the names, the year
last) and those with the title in quotation marks. What is not seen to be one of these is left whole: a wrong part is
worse than none.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from kb.printed.journal import is_journal, is_journal_alone, is_title, title_and_journal
from kb.printed.names import PrintedName, name_after_initials, names_before, parse_names
from kb.printed.words import LONGEST, SENTENCE_ENDS
from kb.text import YEAR, collapse_spaces

_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Spring|Summer|Fall|Autumn|Winter)[a-z]{0,6}\.?"
_DAY: Final = rf"(?: {_MONTH}(?:[-/]{_MONTH}| \d{{1,2}}(?:-\d{{1,2}})?)?)?"
_VOLUME: Final = (
    r"(?P<volume>[A-Z]{0,2}\d{1,4}(?:[-/]\d{1,4})?[A-Z]?(?: (?:Suppl|Pt|Spec No)\b\.?(?: [A-Z]?\d{1,3}\b)?)?)"
)
_ISSUE: Final = r"(?: ?\((?P<issue>[^()]{1,30})\))?"
_PAGE: Final = r"[A-Za-z]{0,4}\d{1,9}(?:[A-Za-z]|\.e\d{1,4})?"
_PAGES: Final = rf"(?P<pages>{_PAGE}(?:-(?:{_PAGE}|e\d{{1,4}}))?)(?![\w-])"
_TAIL: Final = re.compile(  # what may follow the pages: nothing, or identifiers and addresses
    r"[\s.,;]*(?:$|(?:\[?(?:doi|pmid|pmcid|pubmed|pmc|epub|available|retrieved|accessed|https?)\b"
    r"|10\.\d{4}|discussion )[^;]*;?[^;]*$)",
    re.IGNORECASE,
)
_LATE: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[. ] ?(?P<year>{YEAR}){_DAY} ?; ?{_VOLUME}{_ISSUE}(?:: ?{_PAGES})?",
        rf"[. ] ?\((?P<year>{YEAR})\) {_VOLUME}{_ISSUE}: ?{_PAGES}",
        rf"[. ] ?{_VOLUME}{_ISSUE}, {_PAGES} \((?P<year>{YEAR})\)",
    )
)
_EARLY: Final = re.compile(rf",? {_VOLUME}{_ISSUE}(?:: ?|, )(?:[Aa]rticle |pp?\. ?)?{_PAGES}")
_CHEMISTS: Final = re.compile(rf" (?P<year>{YEAR}), {_VOLUME}{_ISSUE}, {_PAGES}")
_IN_BRACKETS: Final = re.compile(rf" {_VOLUME}{_ISSUE} \((?P<year>{YEAR})\),? {_PAGES}")
_YEAR_AFTER_NAMES: Final = re.compile(rf"[.,]? ?\((?P<apart>{YEAR})[a-z]?\)[.:,]? |[.,] (?P<plain>{YEAR})[a-z]?\. ")
_NUMBER: Final = r"(?:,? no\. (?P<issue>[\w/-]{1,20}))?"
_IN_QUOTES: Final = re.compile(
    rf"^(?P<names>[^\"“”]{{2,}}?)[,.]? (?:\(?(?P<first>{YEAR})\)?[,.:]? )?[\"“] ?(?P<title>[^\"“”]+?)[,.]?[\"”][,.]?"
    r" (?P<journal>[^\d\"“”]+?),? (?=vol\. |[A-Z]{0,2}\d)"
)
_AFTER_QUOTES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_VOLUME}{_ISSUE}, pp?\. ?{_PAGES}",
        rf"vol\. {_VOLUME}{_NUMBER}, pp?\. ?{_PAGES},(?: {_MONTH})? (?P<year>{YEAR})",
        rf"vol\. {_VOLUME}{_NUMBER},(?: {_MONTH})? (?P<year>{YEAR}), pp?\. ?{_PAGES}",
        rf"{_VOLUME}{_NUMBER} \((?:{_MONTH} )?(?P<year>{YEAR})\): {_PAGES}",
    )
)
_ENDS_IN_INITIAL: Final = re.compile(r"[ -][A-Z]\.$")
_DASH: Final = re.compile(r"(?<=\w) ?(?:[-–—‐‑]|(?<=\d)\(c\)(?=[A-Za-z]{0,4}\d)) ?(?=[A-Za-z]{0,4}\d)")
_BEFORE_SIGN: Final = re.compile(r"(?<!\s)\s+(?=[.,;:)])|(?<=\()\s+")
_NO_ARTICLE: Final = re.compile(
    r"\b[Ii]n: |\b[Ee]d(?:itor)?s?[.)]|\beditors?\b|\[Internet\]|\b(?:Press|Publish\w+|[Tt]hesis)\b"
)


class PrintedArticle(NamedTuple):
    """An article as a reference prints it; no names or None: it prints none."""

    names: tuple[PrintedName, ...]
    title: str | None
    journal: str
    year: int
    volume: str
    issue: str | None
    pages: str | None


class _Front(NamedTuple):
    """What stands before the place: names, title, journal."""

    names: tuple[PrintedName, ...]
    title: str | None
    journal: str


def parse_article(citation: str) -> PrintedArticle | None:
    """Return a printed reference taken apart; None where that is not certain, or it is of no article in a journal."""
    if len(citation) > LONGEST:
        return None
    text = _DASH.sub("-", _BEFORE_SIGN.sub("", collapse_spaces(citation)))
    if _NO_ARTICLE.search(text):
        return None
    return _year_late(text) or _year_early(text) or _of_chemists(text) or _in_quotes(text)


def _year_late(text: str) -> PrintedArticle | None:
    """Read "Laudet AB, White W. Title. Journal. 2006 Mar;24(1):33-73", also with the year in brackets, or no names."""
    for place in chain.from_iterable(_places(pattern, text) for pattern in _LATE):
        before = text[: place.start() + 1].strip()
        front = _names_then_title(before) if place.re is _LATE[-1] else None
        return _built(front or _front_of(before), place)
    return None


def _year_early(text: str) -> PrintedArticle | None:
    """Read "Laudet, A. B. (2006). Title. Journal, 24(1), 33-73" and "Laudet AB (2006) Title. Journal 24:33-73"."""
    after = _YEAR_AFTER_NAMES.search(text)
    names = parse_names(text[: after.start()]) if after else ()
    if not after or not names:
        return None
    rest = text[after.end() :]
    for place in _places(_EARLY, rest):
        title, journal = title_and_journal(rest[: place.start()])
        front = _Front(names, title, journal) if title and journal else None
        return _built(front, place, year=int(after["apart"] or after["plain"]))
    return None


def _of_chemists(text: str) -> PrintedArticle | None:
    """Read "A. B. Laudet, W. White, J. Chem. 2006, 24, 33-73" and "A.B. Laudet, Title, J. Chem. 24 (2006) 33-73"."""
    for pattern in (_CHEMISTS, _IN_BRACKETS):
        for place in _places(pattern, text):
            parts = text[: place.start()].split(", ")
            count = sum(1 for _ in _leading_names(parts))
            names = parse_names(", ".join(parts[:count]))
            title, journal = ", ".join(parts[count:-1]), parts[-1]
            fits = is_title(title) and not is_journal(parts[-2]) if pattern is _IN_BRACKETS else not title
            is_whole = fits and names and count < len(parts) and is_journal(journal)
            return _built(_Front(names, title or None, journal), place) if is_whole else None
    return None


def _in_quotes(text: str) -> PrintedArticle | None:
    """Read 'Laudet, A. B., 2006, “Title,” Journal, 24(1), pp. 33-73.' and '“Title.” Journal 24 (2006): 33-73.'"""
    if not (front := _IN_QUOTES.match(text)):
        return None
    names, title, journal = parse_names(front["names"]), front["title"].strip(), front["journal"].rstrip(",")
    for pattern in _AFTER_QUOTES:
        place = pattern.match(text, front.end())
        year = (front["first"] or place.groupdict().get("year")) if place else None
        if place and year and names and _TAIL.match(text, place.end()) and is_journal(journal):
            return _built(_Front(names, title, journal), place, year=int(year))
    return None


def _leading_names(parts: Sequence[str]) -> Iterator[str]:
    for part in parts:
        if not name_after_initials(part.removeprefix("and ")):
            return
        yield part


def _places(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the places that end a reference: nothing but identifiers follows."""
    return (match for match in pattern.finditer(text) if _TAIL.match(text, match.end()))


def _built(front: _Front | None, place: re.Match[str], year: int | None = None) -> PrintedArticle | None:
    if front is None:
        return None
    issue = (place["issue"] or "").strip() or None
    year = year or int(place["year"])
    journal = front.journal if "." in front.journal[:-1] else front.journal.rstrip(".")  # "J. Chem." keeps its points
    return PrintedArticle(front.names, front.title, journal, year, place["volume"], issue, place["pages"])


def _front_of(text: str) -> _Front | None:
    """Return names, title and journal of what stands before a late year; None where they cannot be told apart."""
    names, body = names_before(text)
    if not names:
        return _Front((), None, text) if is_journal_alone(text) else None
    title, journal = title_and_journal(body)
    may_begin_before = title is None and names[-1].given.endswith("J.")  # "Okoro N. J. Harb. Stud."
    return None if journal is None or may_begin_before else _Front(names, title, journal)


def _names_then_title(text: str) -> _Front | None:
    """Read "Laudet A. B., White W., Title. Journal": a title of one sentence after the comma that ends the names."""
    parts = text.split(", ")
    count = next((n for n, part in enumerate(parts) if not _ENDS_IN_INITIAL.search(part)), len(parts))
    names = parse_names(", ".join(parts[:count]))
    rest = parts[count:][1:] if parts[count:] and parts[count].startswith("et al") else parts[count:]
    title, journal = title_and_journal(", ".join(rest))
    is_whole = names and title and journal and not SENTENCE_ENDS.search(title)
    return _Front(names, title, journal) if is_whole and journal else None
