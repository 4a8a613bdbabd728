"""A printed reference as articles are compared with it: its words, first author, and the place that it prints.  (pure)

What a style does not show is unknown, and neither agrees nor contradicts.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from kb.printed.reference import parse_reference
from kb.printed.words import WITH_TITLE, small_words
from kb.printed.year_and_place import parse_place, without_tail, without_visits, year_in
from kb.text import fold, words_in

_NO_AUTHOR: Final = frozenset({"anon", "anonymous", "editorial", "editor", "editors", "unsigned", "letter", "no"})

_WORD: Final = re.compile(r"[^\W_]+")
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
        place = parse_place(without_tail(self.text)[start:])
        count = sum(first < start + place.start for first, _ in self.spans)
        year = place.year or year_in(without_visits(self.text[:start])) or self.year
        volume, page = fold(place.volume), fold(place.page)
        return self._replace(year=year, volume=volume, page=page, last_page=place.last_page, place=max(word, count))


def parse_citation(citation: str) -> Printed:
    """Return a printed reference as it is compared."""
    reference = parse_reference(citation)
    text, place = reference.text, reference.place
    found = [(fold(match[0]), match.span()) for match in _WORD.finditer(text)]
    words, spans = tuple(word for word, _ in found), tuple(span for _, span in found)
    before = text[: place.start]
    author, first_words, initial = _first_author(before)
    has_title = _has_title(before) or bool(reference.article and reference.article.title)
    return Printed(
        text, words, spans, " ".join(words), frozenset(words), author, first_words, initial,
        reference.year, fold(place.volume), fold(place.page), place.last_page,
        sum(start < place.start for start, _ in spans), has_title,
    )  # fmt: skip


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
