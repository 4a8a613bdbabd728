"""A printed reference and the articles of a file: which one is meant, and how sure that is.  (pure)

Each field that agrees adds to the score, each that contradicts takes away, a field that is not printed does neither:
the weights are those of Fellegi and Sunter (1969), J Am Stat Assoc 64, 1183-1210, set by hand and measured by
tests/benchmarks/bench_resolve.py. The score ranks; what contradicts forbids, whatever the score: see is_forbidden.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from harvest.identify.agreement import (
    AGREES,
    CONTRADICTS,
    NEARLY,
    CandidateArticle,
    Known,
    Title,
    author_agreement,
    journal_agreement,
    known_of,
    last_page_agreement,
    page_agreement,
    title_agreement,
    volume_agreement,
    year_agreement,
)
from harvest.identify.printed_citation import Printed, parse_citation
from kb.records import Record

QUEUED: Final = 7.0  # score from which a person is asked, where a match does not count by itself
ACCEPTED: Final = 11.0  # score from which a match counts, if no other comes near
MARGIN: Final = 4.0  # by which it must be better than the second
SHOWN: Final = 1.0  # score from which a candidate is worth a person's look

_WEIGHTS: Final = {
    "title": {CONTRADICTS: -5.0},  # where it agrees: by its length
    "author": {AGREES: 4.0, NEARLY: 2.0, CONTRADICTS: -4.0},
    "year": {AGREES: 3.0, NEARLY: 1.0, CONTRADICTS: -4.0},
    "volume": {AGREES: 3.0, CONTRADICTS: -2.0},
    "page": {AGREES: 5.0, NEARLY: 0.0, CONTRADICTS: -3.0},
    "last": {AGREES: 2.0},  # page
    "journal": {AGREES: 3.0, CONTRADICTS: -1.0},
}
_TITLE: Final = 12.0  # of a long title that is printed as it is
_LONG_TITLE: Final = 40  # characters; shorter titles are shared by several articles

_HOLDERS: Final = 200  # articles that share what is looked for, from which on it leads to none of them:
_RARE: Final = 0.02  # this share of the articles,
_RARE_FROM: Final = 50  # but no fewer than these
_CANDIDATES: Final = 20  # of one reference that are compared
_WORTH: Final = 2  # strength of a candidate: two words of its title
_PLACE, _NAME_AND_PLACE, _NAME, _BEGINNING = 8, 6, 3, 2  # strength of what leads to a candidate; a word of a title is 1
_BEGINS: Final = 4  # words of a title that begin it


class Match(NamedTuple):
    """An article that a reference may mean; parts say what agreed (+), nearly agreed (~), and contradicted (-)."""

    pmid: int
    score: float
    parts: str  # "title + author ~ year -"


_Key = tuple[object, ...]


class Matcher:
    """The articles of a file, found by what a reference prints."""

    def __init__(self, subjects: Iterable[CandidateArticle]) -> None:
        self._known = [known_of(subject) for subject in subjects]
        self._holders: dict[_Key, list[int]] = defaultdict(list)
        for place, known in enumerate(self._known):
            for key in dict.fromkeys(_keys_of(known)):
                self._holders[key].append(place)
        self._most = min(_HOLDERS, max(_RARE_FROM, int(_RARE * len(self._known))))

    def matches(self, citation: str) -> list[Match]:
        """Return the articles that a printed reference may mean, the best first; those not worth a look left out."""
        printed = parse_citation(citation)
        found = (_match(self._known[place], printed) for place in self._candidates(printed))
        return sorted((match for match in found if match.score >= SHOWN), key=lambda match: (-match.score, match.pmid))

    def _candidates(self, printed: Printed) -> list[int]:
        """Return the articles with which most of the reference is shared; their number has a limit, as has the work."""
        strengths: Counter[int] = Counter()
        for key, strength in _keys_in(printed):
            holders = self._holders.get(key, ())
            if len(holders) <= self._most:
                for place in holders:
                    strengths[place] += strength
        ranked = sorted((-strength, place) for place, strength in strengths.items() if strength >= _WORTH)
        return [place for _, place in ranked[:_CANDIDATES]]


def _keys_of(known: Known) -> Iterator[_Key]:
    """Yield what leads to an article: its place, first author with year, volume or page, words of its title."""
    yield known.volume, known.page
    for word in known.surname:
        yield word, known.year
        yield word, known.year, known.volume
        yield word, known.page
    for title in known.titles:
        yield title[:_BEGINS]
        yield from ((word,) for word in title)


def _keys_in(printed: Printed) -> Iterator[tuple[_Key, int]]:
    """Yield what a reference prints of _keys_of, with its strength."""
    if printed.page:
        yield (printed.volume, printed.page), _PLACE
    for word in dict.fromkeys(printed.first_words):
        for year in (printed.year - 1, printed.year, printed.year + 1) if printed.year else ():
            yield (word, year), _NAME
            yield (word, year, printed.volume), _NAME_AND_PLACE
        if printed.page:
            yield (word, printed.page), _NAME_AND_PLACE
    for word in printed.vocabulary:
        yield (word,), 1
    for start in range(len(printed.words) - _BEGINS + 1):
        yield printed.words[start : start + _BEGINS], _BEGINNING


def subject_of(record: Record) -> CandidateArticle:
    """Return what a printed reference can say of a record."""
    article, journal = record.article, record.journal
    names = (journal.title, journal.abbreviation, journal.iso_abbreviation) if journal else ()
    authors = [row for row in record.authorships if row.role == "author"]
    return CandidateArticle(
        article.pmid,
        article.title,
        tuple(row.last_name or row.collective_name or row.name for row in authors),
        article.year,
        tuple(dict.fromkeys(name for name in names if name)),
        article.volume,
        article.pages,
        authors[0].initials if authors else None,
        tuple(row.collective_name for row in authors if row.collective_name),
        article.vernacular_title,
    )


def match_with(subject: CandidateArticle, citation: str) -> Match:
    """Return how a printed reference agrees with one article, however little."""
    return _match(known_of(subject), parse_citation(citation))


def decided(matches: Sequence[Match]) -> Match | None:
    """Return the match that counts; None where the best is not certain, or not better than the next."""
    if not matches or matches[0].score < ACCEPTED or is_forbidden(matches[0]) or not _is_enough(matches[0]):
        return None
    if len(matches) > 1 and matches[0].score - matches[1].score < MARGIN:
        return None
    if any(_is_mixed(matches[0], other) for other in matches[1:]):
        return None
    return matches[0]


def _is_mixed(best: Match, other: Match) -> bool:
    """Return whether what contradicts the best is another's: one text in two journals, or in two years."""
    mine, its = signs_of(best), signs_of(other)
    if CONTRADICTS in (its.get("title"), its.get("author")):
        return False
    return any(sign == CONTRADICTS and its.get(name) == AGREES for name, sign in mine.items())


def is_forbidden(match: Match) -> bool:
    """Return whether something contradicts that no agreement outweighs: only a person can say that this is the article.

    That is another title, first author or first page. Another volume, year or journal is a slip only where all else
    of the place is right.
    """
    signs = signs_of(match)
    contradicting = {name for name, sign in signs.items() if sign == CONTRADICTS}
    if contradicting & {"title", "author", "page"} or len(contradicting) > 1:
        return True
    return bool(contradicting) and not all(signs.get(name) == AGREES for name in _NEEDED[contradicting.pop()])


_NEEDED: Final = {
    "volume": ("page", "year"),
    "year": ("title", "volume", "page"),
    "journal": ("volume", "page"),
}  # what must agree where one thing contradicts


def _is_enough(match: Match) -> bool:
    """Return whether what agrees tells the article from others of the same author, year and journal."""
    signs = signs_of(match)
    agreeing = {name for name, sign in signs.items() if sign == AGREES}
    if len(agreeing) < _AT_LEAST or (signs.get("year") == NEARLY and "volume" not in agreeing):
        return False
    if "page" in agreeing or agreeing.issuperset(_CERTAIN_BUT_FOR_PAGE):
        return True
    return "title" in agreeing and signs.get("author") != NEARLY


_AT_LEAST: Final = 3  # fields that agree
_CERTAIN_BUT_FOR_PAGE: Final = frozenset({"author", "year", "volume", "last", "journal"})


def signs_of(match: Match) -> Mapping[str, str]:
    """Return by field what agreed, nearly agreed, or contradicted."""
    words = match.parts.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _match(known: Known, printed: Printed) -> Match:
    title = title_agreement(known, printed)
    if title.end > printed.place:
        printed = printed.after(title.end)
    signs = {
        "title": title.sign,
        "author": author_agreement(known, printed, title),
        "year": year_agreement(known, printed),
        "volume": volume_agreement(known, printed),
        "page": page_agreement(known, printed),
        "last": last_page_agreement(known, printed),
        "journal": journal_agreement(known, printed, title),
    }
    told = {name: sign for name, sign in signs.items() if sign}
    score = sum(_title_weight(title) if name == "title" else _WEIGHTS[name][sign] for name, sign in told.items())
    return Match(known.pmid, round(score, 2), " ".join(f"{name} {sign}" for name, sign in told.items()))


def _title_weight(title: Title) -> float:
    """Return the weight of the title: by its length, and by how nearly it is printed."""
    if title.sign == CONTRADICTS:
        return _WEIGHTS["title"][CONTRADICTS]
    return _TITLE * min(1.0, title.length / _LONG_TITLE) * (0.5 + 0.5 * title.likeness)
