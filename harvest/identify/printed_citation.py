"""A printed reference taken apart: its words, first author, and the place that it prints.  (pure)

Each number is looked for in its own place only: a volume before the pages, a first page after the volume. What a
style does not show so is unknown, and neither agrees nor contradicts.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from kb.printed.identifiers_in_text import ASIDE
from kb.printed.title_and_year import LONGEST, without_visits, year_in
from kb.text import YEAR, fold, words_in

WITH_TITLE: Final = 3  # words in small letters from which a reference prints a title
NAME_PARTICLES: Final = frozenset(
    {"de", "da", "di", "do", "dos", "du", "del", "della", "la", "le", "van", "von", "der", "den", "ten", "ter", "el",
     "bin", "st", "jr", "sr", "ii", "iii", "2nd", "3rd"}
)  # fmt: skip
_NO_TITLE: Final = NAME_PARTICLES | {
    "et", "al", "behalf", "and", "und", "doi", "pp", "vol", "no", "ed", "eds", "in", "of", "the", "for"
}  # fmt: skip
_NO_AUTHOR: Final = frozenset({"anon", "anonymous", "editorial", "editor", "editors", "unsigned", "letter", "no"})

_SMALL: Final = re.compile(r"(?<![\w.'’)-])[a-zà-þ][a-zà-þ]+")
_WORD: Final = re.compile(r"[^\W_]+")
_TAIL: Final = re.compile(
    r"(?i)\b(?:doi\b|pmid\b|pmc\d|https?:|www\.|10\.\d{4,9}/|available (?:at|from|online)|accessed\b)"
    r"|(?<=[.;] )(?:errat(?:um|a)|corrigend(?:um|a)|retract(?:ion|ed)|comments?|reprinted"
    r"|(?:corrected and )?republished) in:"  # where another place is printed
)
_YEAR: Final = rf"{YEAR}(?!\d)[a-z]?"
_DATE: Final = rf"(?P<year>{_YEAR})(?:[ /-][A-Z][^;:,.()]{{0,25}})?"  # 2006 Mar 3, 2012 Oct-Dec
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
_END: Final = rf"(?: \((?P<year>{_YEAR})\))?[.\s]*$"
_PLACES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_DATE} ?; ?(?:{_ANY_VOLUME})?{_ISSUE} ?: ?{_PAGES}",  # 2006 Mar;24(1-2):33-73
        rf"(?<![\w.]){_VOLUME}{_ISSUE} ?: ?{_PAGES}",  # 24(1):33-73
        rf"; ?{_ANY_VOLUME}{_ISSUE} ?: ?{_PAGES}",  # ;2007:33-73
        rf"\b{_DATE}[,;] ?{_VOLUME}{_ISSUE}[,;:] ?{_PAGES}",  # 2006, 24, 33-73
        rf"(?<![\w.]){_VOLUME}{_ISSUE},? ?\((?P<year>{_YEAR})\)[,:;]? ?{_PAGES}",  # 24 (2006) 33-73
        rf"(?<![\w.]){_VOLUME}{_ISSUE}, {_PAGES}{_NO_RANGE}",  # 24(1), 33-73
        rf"(?<![\w.]){_ANY_VOLUME}{_ISSUE}, {_PAGES}{_NO_RANGE}",  # 2019(7), 33
        rf"\b{_DATE} ?; ?{_ANY_VOLUME}{_ISSUE}",  # 2006;24(1)
        rf"\bpp?\. ?{_FIRST_PAGE}{_LAST_PAGE}?",  # p. 33
        rf", {_FIRST_PAGE}{_LAST_PAGE}{_END}",  # , 33-73 (2006)
        rf", (?P<page>[A-Za-z]\d{{1,17}}){_END}",  # , e33 (2006)
        rf", {_VOLUME} ?\((?!{_YEAR}\))[^()]{{1,40}}\)[.\s]*$",  # 24(1)
        rf"(?<![-–\d])\b{_DATE}[.;,)\]\s]*$",  # 2006.
    )
)
_LETTER: Final = re.compile(r"[^\W\d_]")
_INITIALS: Final = re.compile(r"(?:[A-Z]\.[\s-]?)+")
_NAME_ENDS: Final = re.compile(r"[,;:(\[/“\"]|\set\.? al\b|\s(?:and|und)\s|\s?&|[.?!](?=\s|$)")
_LONG_NAME_ENDS: Final = re.compile(r"[,;:(\[/“\"]|\set\.? al\b|\s(?:and|und)\s|\s?&|(?<=\w\w)[.?!](?=\s|$)")
_NO_JOURNAL: Final = re.compile(r"\.\s+\.")  # "Okoro AB. . 1990;71"
_LONG_NAME: Final = 3  # words of a name that may go on after the point of an initial
_INITIAL_AFTER: Final = re.compile(r"[,\s]*([A-Z])(?:[A-Z]{0,2}\b|\.)")
_SENTENCE_ENDS: Final = re.compile(
    r"(?<=\w\w)[.?!][\"”’]?\s+|(?<=[)\]\"”])[.?!,]?\s+|(?<=[.,?!][\"”])\s+"
    r"|(?<=[^\W\d_A-Z] [A-Z])\.\s+(?=\w\w|A \w\w|$)"  # "Okoro A. Harbour lamps"
)
_QUOTED: Final = re.compile(r"[“\"]([^”\"]{15,})[”\"]")
_LONG_WORD: Final = 5  # letters


class Printed(NamedTuple):
    """A printed reference; words and names are folded, "" and None are unknown."""

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]  # of the words in text
    joined: str  # words with blanks between
    vocabulary: frozenset[str]
    author: tuple[str, ...]  # the first author's name up to a full stop or comma, initials left out
    first_words: tuple[str, ...]  # the same, but not ended by the point after an initial: "Alexandre B. Laudet"
    initial: str  # of the first author
    year: int | None
    volume: str
    page: str
    last_page: str
    place: int  # number of words before the year, volume or page that follows the journal
    has_title: bool

    def text_before(self, word: int) -> str:
        """Return what is printed before a word."""
        return self.text[: self.spans[word][0]] if word < len(self.spans) else self.text

    def text_from(self, word: int) -> str:
        """Return what is printed from a word on."""
        return self.text[self.spans[word][0] :] if word < len(self.spans) else ""

    def text_after(self, word: int) -> str:
        """Return what is printed from the end of the word before this one on."""
        return self.text[self.spans[word - 1][1] :] if word else self.text

    def after(self, word: int) -> "Printed":
        """Return the reference with the place that stands after a word, as numbers of a title are none."""
        start = self.spans[word - 1][1]
        place = _place_in(_body(self.text)[start:])
        count = sum(first < start + place.start for first, _ in self.spans)
        year = place.year or year_in(self.text[:start]) or self.year
        return self._replace(
            year=year, volume=place.volume, page=place.page, last_page=place.last_page, place=max(word, count)
        )


class _Place(NamedTuple):
    start: int
    year: int | None = None
    volume: str = ""
    page: str = ""
    last_page: str = ""


def parse_citation(citation: str) -> Printed:
    """Return a printed reference taken apart."""
    text = ASIDE.sub(" ", unicodedata.normalize("NFKC", citation[:LONGEST]))
    found = [(fold(match[0]), match.span()) for match in _WORD.finditer(text)]
    words, spans = tuple(word for word, _ in found), tuple(span for _, span in found)
    place = _place_in(_body(text))
    before = text[: place.start]
    author, first_words, initial = _first_author(before)
    return Printed(
        text, words, spans, " ".join(words), frozenset(words), author, first_words, initial,
        place.year or year_in(text), place.volume, place.page, place.last_page,
        sum(start < place.start for start, _ in spans), _has_title(before),
    )  # fmt: skip


def _body(text: str) -> str:
    """Return text without the identifiers, addresses and places of notices at its end; dates of visits are blanks."""
    return without_visits(text[: tail.start()] if (tail := _TAIL.search(text)) else text)


def _place_in(body: str) -> _Place:
    """Return the place of the first style that is seen; of several in one style the last, as titles come before."""
    for pattern in _PLACES:
        if found := list(pattern.finditer(body))[-1:]:
            groups = found[0].groupdict()
            year, volume = groups.get("year"), fold(groups.get("volume") or "")
            page, last = fold(groups.get("page") or ""), groups.get("last") or ""
            return _Place(found[0].start(), int(year[:4]) if year else None, volume, page, last)
    return _Place(len(body))


# --- the first author ---


def _first_author(before: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Return the words of the name, those that may be its, and an initial; nothing where no author is printed."""
    if not (letter := _LETTER.search(before)):
        return (), (), ""
    start = letter.start()
    lead = _INITIALS.match(before, start)
    searched = lead.end() if lead else start
    end = found.start() if (found := _NAME_ENDS.search(before, searched)) else len(before)
    name = before[start:end]
    words = _name_words(name)
    is_journal = not before[end:].strip(" .,;:([") and not _NO_JOURNAL.match(before, end)
    if is_journal or not words or words[0] in _NO_AUTHOR or small_words(name) >= WITH_TITLE:
        return (), (), ""
    long_end = found.start() if (found := _LONG_NAME_ENDS.search(before, searched)) else len(before)
    longer = _name_words(before[start:long_end])
    if longer != words and len(longer) <= _LONG_NAME:
        return words, longer, ""
    return words, words, _initial(name, before[end:])


def _name_words(name: str) -> tuple[str, ...]:
    """Return the folded words of a name without its initials."""
    words = _WORD.findall(unicodedata.normalize("NFC", name))
    kept = [word for n, word in enumerate(words) if len(word) > 1 and not _is_initials(word, n)]
    return tuple(fold(word) for word in kept or words[:1])


def _is_initials(word: str, number: int) -> bool:
    return number > 0 and word.isupper() and word.isalpha() and len(word) <= 3


def _initial(name: str, after: str) -> str:
    words = _WORD.findall(name)
    given = next((word for n, word in enumerate(words) if len(word) == 1 or _is_initials(word, n)), None)
    if given is None and len(words) < 3 and after[:1] == "," and (found := _INITIAL_AFTER.match(after)):
        given = found[1]
    return fold(given[0]) if given else ""


# --- whether a title is printed ---


def _has_title(before: str) -> bool:
    """Return whether a title stands before the place: in quotes, by its small letters, or between names and journal."""
    if small_words(before) >= WITH_TITLE or any(
        len(words_in(quoted)) >= WITH_TITLE for quoted in _QUOTED.findall(before)
    ):
        return True
    return any(map(_is_title, [part for part in sentences(before) if part.strip(" .,;:")][1:-1]))


def sentences(text: str) -> list[str]:
    """Return the sentences of text; the last is what follows a full stop, and may be empty."""
    return _SENTENCE_ENDS.split(text)


def prints_title(before: str) -> bool:
    """Return whether anything but names stands before a journal: a sentence after theirs."""
    return any(len(word) >= _LONG_WORD for part in sentences(before)[1:] for word in _WORD.findall(part))


def _is_title(sentence: str) -> bool:
    words = _WORD.findall(sentence)
    return len(words) >= WITH_TITLE and sum(len(word) >= _LONG_WORD for word in words) > 1


def small_words(text: str) -> int:
    """Return how many words in small letters text has that stand in no name."""
    return sum(word not in _NO_TITLE for word in _SMALL.findall(text))
