"""A printed reference and the articles of a file: which one is meant, and how sure that is.  (pure)

Each field that agrees adds to the score, each that contradicts takes away, a field that is not printed does neither:
the weights are those of Fellegi and Sunter (1969), J Am Stat Assoc 64, 1183-1210, set by hand and measured by
tests/benchmarks/bench_resolve.py. Nothing is decided by one field alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from rapidfuzz import fuzz

from kb.records import Record
from kb.text import fold, words_in

QUEUED: Final = 7.0  # score from which a person is asked, where a match does not count by itself
ACCEPTED: Final = 11.0  # score from which a match counts, if no other comes near
MARGIN: Final = 4.0  # by which it must be better than the second
SHOWN: Final = 1.0  # score from which a candidate is worth a person's look

_AGREES: Final = {"author": 4.0, "year": 3.0, "volume": 3.0, "page": 5.0, "journal": 3.0}
_CONTRADICTS: Final = {"title": -5.0, "author": -4.0, "year": -4.0, "volume": -2.0, "page": -3.0, "journal": -1.0}
_TITLE: Final = 12.0  # of a long title that is printed as it is
_NEAR_YEAR: Final = 1.0  # online in December, printed in January
_LONG_TITLE: Final = 40  # characters; shorter titles are shared by several articles
_ALIKE: Final = 0.85  # likeness of titles below which they are not the same
_SHARED: Final = 0.5  # share of a title's words below which nobody looks closer
_WITH_TITLE: Final = 3  # words in small letters from which a reference prints a title
_CLOSE_NAME: Final = 85  # of 100: "Vederhuus" for "Vederhus"
_FIRST_WORDS: Final = 8  # of a reference, in which its first author stands
_RARE: Final = 0.02  # share of the articles above which a title word leads to no candidates,
_RARE_FROM: Final = 50  # unless they are this few
_CANDIDATES: Final = 12  # of one reference, by title words
_LONGEST: Final = 2_000  # characters of a reference that are read: a longer one is no reference

_YEAR: Final = re.compile(r"(?<!\d)(?:1[6-9]\d\d|20[0-3]\d)(?!\d)")
_NUMBER: Final = re.compile(r"[a-z]{0,3}\d+(?:[a-z]\d*)?")
_SPAN: Final = re.compile(r"(?<![\d/])([a-z]{0,3}\d+) ?[-–] ?[a-z]{0,3}\d+")
_SMALL: Final = re.compile(r"(?<![\w.'’-])[a-zà-þ][a-zà-þ]+")
_NO_TITLE: Final = frozenset(
    {"et", "al", "and", "und", "doi", "pp", "vol", "no", "de", "da", "di", "do", "dos", "du", "del", "della", "la",
     "le", "van", "von", "der", "den", "ten", "ter", "el", "bin", "ed", "eds", "in", "of", "the", "for"}
)  # fmt: skip
_PLACE_ONLY: Final = re.compile(r"[^\d,;:]{3,100}\d{4}[^.;:]{0,15}[;:]")
_PART: Final = re.compile(r"^(?:\d+|i{1,3}|iv|vi{0,3}|ix|x)$")
_ABOUT_ANOTHER: Final = frozenset(
    {"erratum", "errata", "corrigendum", "correction", "comment", "commentary", "comments", "reply", "response",
     "retraction", "retracted", "re", "editorial", "letter", "addendum", "protocol"}
)  # fmt: skip


class Subject(NamedTuple):
    """What a printed reference can say of an article; None where the record does not say."""

    pmid: int
    title: str | None
    surnames: tuple[str, ...]  # of the authors in their order, or a collective name
    year: int | None
    journals: tuple[str, ...]  # its names and abbreviations
    volume: str | None
    pages: str | None  # PubMed's: "3806-9"


class Match(NamedTuple):
    """An article that a reference may mean; parts say what agreed (+) and what contradicted (-)."""

    pmid: int
    score: float
    parts: str  # "title + author + year +"


class _Known(NamedTuple):
    """A subject, folded."""

    pmid: int
    title: str
    words: tuple[str, ...]
    surname: str  # of the first author
    others: frozenset[str]
    year: int | None
    journals: tuple[tuple[str, ...], ...]
    volume: str
    page: str


class _Printed(NamedTuple):
    """A reference, folded."""

    text: str
    words: tuple[str, ...]
    vocabulary: frozenset[str]
    numbers: frozenset[str]
    years: frozenset[int]
    has_pages: bool
    has_names: bool  # it is more than a place, "Conf Proc IEEE Eng Med Biol Soc. 2007;2007:3806-9"
    has_title: bool


class Matcher:
    """The articles of a file, found by what a reference prints."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._known = [_known(subject) for subject in subjects]
        self._by_place: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_author: dict[tuple[str, int], list[int]] = defaultdict(list)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for place, known in enumerate(self._known):
            self._by_place[known.volume, known.page].append(place)
            if known.year is not None:
                self._by_author[known.surname, known.year].append(place)
            for word in set(known.words):
                self._by_word[word].append(place)
        self._most = max(_RARE_FROM, int(_RARE * len(self._known)))

    def matches(self, citation: str) -> list[Match]:
        """Return the articles that a printed reference may mean, the best first; those not worth a look left out."""
        printed = _printed(citation)
        found = (_match(self._known[place], printed) for place in sorted(self._candidates(printed)))
        return sorted((match for match in found if match.score >= SHOWN), key=lambda match: (-match.score, match.pmid))

    def _candidates(self, printed: _Printed) -> set[int]:
        places: set[int] = set()
        numbers = sorted(printed.numbers)
        for volume in numbers:
            for page in numbers:
                places.update(self._by_place.get((volume, page), ()))
        for word in set(printed.words[:_FIRST_WORDS]):
            for year in printed.years:
                for near in (year - 1, year, year + 1):
                    places.update(self._by_author.get((word, near), ()))
        shared: Counter[int] = Counter()
        for word in printed.vocabulary:
            holders = self._by_word.get(word, ())
            if len(holders) <= self._most:
                shared.update(holders)
        places.update(place for place, count in shared.most_common(_CANDIDATES) if count > 1)
        return places


def subject_of(record: Record) -> Subject:
    """Return what a printed reference can say of a record."""
    article, journal = record.article, record.journal
    names = (journal.title, journal.abbreviation, journal.iso_abbreviation) if journal else ()
    return Subject(
        article.pmid,
        article.title or article.vernacular_title,
        tuple(a.last_name or a.collective_name or a.name for a in record.authorships if a.role == "author"),
        article.year,
        tuple(dict.fromkeys(name for name in names if name)),
        article.volume,
        article.pages,
    )


def match_with(subject: Subject, citation: str) -> Match:
    """Return how a printed reference agrees with one article, however little."""
    return _match(_known(subject), _printed(citation))


def decided(matches: Sequence[Match]) -> Match | None:
    """Return the match that counts; None where the best is not good enough, or not better than the next."""
    if not matches or matches[0].score < ACCEPTED:
        return None
    if len(matches) > 1 and matches[0].score - matches[1].score < MARGIN:
        return None
    return matches[0]


def _known(subject: Subject) -> _Known:
    title = _plain(subject.title or "")
    surnames = [_surname(name) for name in subject.surnames]
    pages = fold(subject.pages or "")
    span = _NUMBER.search(pages)
    return _Known(
        subject.pmid,
        title,
        tuple(title.split()),
        surnames[0] if surnames else "",
        frozenset(surnames[1:]) - {""},
        subject.year,
        tuple(tuple(words_in(fold(name))) for name in subject.journals if name),
        fold(subject.volume or ""),
        span[0] if span else "",
    )


def _surname(name: str) -> str:
    """Return the first word of a name that is one: "mascolo" of "Di Mascolo" stands in references, too."""
    words = words_in(fold(name))
    return next((word for word in words if len(word) > 2), words[0] if words else "")


def _printed(citation: str) -> _Printed:
    citation = citation[:_LONGEST]
    folded = fold(citation)
    words = tuple(words_in(folded))
    return _Printed(
        " ".join(words),
        words,
        frozenset(words),
        frozenset(_NUMBER.findall(folded)),
        frozenset(int(year) for year in _YEAR.findall(folded)),
        _SPAN.search(_YEAR.sub(" ", folded)) is not None,
        not _PLACE_ONLY.match(citation.strip()),
        sum(word not in _NO_TITLE for word in _SMALL.findall(citation)) >= _WITH_TITLE,
    )


def _plain(text: str) -> str:
    return " ".join(words_in(fold(text)))


def _match(known: _Known, printed: _Printed) -> Match:
    parts = {name: weight for name, weight in _weights(known, printed) if weight}
    told = " ".join(f"{name} {'+' if weight > 0 else '-'}" for name, weight in parts.items())
    return Match(known.pmid, round(sum(parts.values()), 2), told)


def _weights(known: _Known, printed: _Printed) -> Iterator[tuple[str, float]]:
    yield "title", _title_weight(known, printed)
    yield "author", _author_weight(known, printed)
    yield "year", _year_weight(known, printed)
    yield "volume", _number_weight("volume", known.volume, printed)
    yield "page", _number_weight("page", known.page, printed)
    yield "journal", _journal_weight(known, printed)


def _title_weight(known: _Known, printed: _Printed) -> float:
    """Return the weight of the title: by its length, and by how nearly it is printed; parts must be the same part."""
    if len(known.words) < 2:
        return 0.0
    another = _CONTRADICTS["title"] if printed.has_title else 0.0
    if len(printed.vocabulary.intersection(known.words)) < _SHARED * len(set(known.words)):
        return another
    alignment = fuzz.partial_ratio_alignment(known.title, printed.text, score_cutoff=100 * _ALIKE)
    if alignment is None or len(known.title) > len(printed.text):
        return another
    before = printed.text[: alignment.dest_start].split()[-3:]
    inside = printed.text[alignment.dest_start : alignment.dest_end].split()
    if _ABOUT_ANOTHER & set(before) - set(known.words):
        return another
    if [word for word in known.words if _PART.match(word)] != [word for word in inside if _PART.match(word)]:
        return another
    likeness = (alignment.score / 100 - _ALIKE) / (1 - _ALIKE)
    return _TITLE * min(1.0, len(known.title) / _LONG_TITLE) * (0.5 + 0.5 * likeness)


def _author_weight(known: _Known, printed: _Printed) -> float:
    if not known.surname:
        return 0.0
    first = printed.words[:_FIRST_WORDS]
    if known.surname in first:
        return _AGREES["author"]
    if any(fuzz.ratio(known.surname, word) >= _CLOSE_NAME for word in first if len(word) > 3):
        return _AGREES["author"] / 2
    return _CONTRADICTS["author"] if printed.has_names and known.others.isdisjoint(first) else 0.0


def _year_weight(known: _Known, printed: _Printed) -> float:
    if known.year is None or not printed.years:
        return 0.0
    if known.year in printed.years:
        return _AGREES["year"]
    near = any(abs(known.year - year) == 1 for year in printed.years)
    return _NEAR_YEAR if near else _CONTRADICTS["year"]


def _number_weight(name: str, number: str, printed: _Printed) -> float:
    if not number:
        return 0.0
    if number in printed.numbers:
        return _AGREES[name]
    return _CONTRADICTS[name] if printed.has_pages else 0.0


def _journal_weight(known: _Known, printed: _Printed) -> float:
    """Return the weight of the journal: one of its names, or words that begin like those of one, in a row."""
    if any(_stands_in(name, printed.words) for name in known.journals):
        return _AGREES["journal"]
    return _CONTRADICTS["journal"] if known.journals else 0.0


def _stands_in(name: Sequence[str], words: Sequence[str]) -> bool:
    size = len(name)
    return size > 0 and any(
        all(_abbreviates(one, other) for one, other in zip(name, words[start : start + size], strict=True))
        for start in range(len(words) - size + 1)
    )


def _abbreviates(one: str, other: str) -> bool:
    """Tell whether two words are one, or one is short for the other: "subst", "substance"."""
    return one == other or (min(len(one), len(other)) >= 2 and (one.startswith(other) or other.startswith(one)))
