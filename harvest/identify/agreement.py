"""How an article agrees with a printed reference, field by field: + ~ (nearly) or -; None is unknown.  (pure)"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, Levenshtein

from harvest.identify.journal_names import POINTS, begins_part, journal_place, journal_starts, journal_words
from harvest.identify.printed_citation import Printed, prints_title, sentences
from kb.printed.words import NAME_PARTICLES, WITH_TITLE, small_words
from kb.text import fold, words_in

AGREES: Final = "+"
NEARLY: Final = "~"
CONTRADICTS: Final = "-"

_ALIKE: Final = 0.85  # likeness of titles below which they are not the same
_SHARED: Final = 0.5  # share of a title's words below which nobody looks closer
_TELLING: Final = 4  # words of a title that is hardly another's, too
_CLOSE_NAME: Final = 85  # of 100: "Vederhuus" for "Vederhus"
_SLIP_FROM: Final = 5  # letters of a word in which one may be wrong
_AFTER_TITLE: Final = 3  # words after a title that may go on with it, where no journal is seen
_LAST_DIGITS: Final = 2  # of a last page, printed in short, that tell one from another
_LONG_PAGE: Final = 3  # digits of a page of which one may be wrong

_RETRACTED: Final = re.compile(
    r"^\W*(?:retracted(?: article)?|withdrawn(?: article)?|article retracted)\b\W+", re.IGNORECASE
)
_INITIALS: Final = re.compile(r"\b[A-Z]{1,3}\b")  # "RE" among the authors is no "re"
_IN_SQUARE: Final = re.compile(r"\[[^\[\]]*\]")
_NUMBER: Final = re.compile(r"[a-z]{0,4}\d+")
_RANGE: Final = re.compile(r"([a-z]{0,4})(?<!\d)(\d{1,18})(?!\d)(?: ?- ?[a-z]{0,4}(\d{1,18})(?!\d))?")
_FILLERS: Final = frozenset({"a", "an", "the", "of", "and", "in", "on", "for", "to", "et"})
_COUNTED: Final = {
    word: str(number)
    for words in (
        "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv",
        "first second third fourth fifth sixth seventh eighth ninth tenth",
        "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th",
        "one two three four five six seven eight nine ten",
    )
    for number, word in enumerate(words.split(), start=1)
}
_OF_A_SERIES: Final = frozenset(
    {"part", "parts", "pt", "report", "series", "supplement", "continued", "update", "updated"}
)
_ABOUT_ANOTHER: Final = frozenset(
    {"erratum", "errata", "corrigendum", "corrigenda", "correction", "comment", "commentary", "comments", "reply",
     "replies", "response", "rejoinder", "retraction", "re", "editorial", "letter", "addendum", "protocol",
     "discussion", "summary", "abstract"}
)  # fmt: skip


class CandidateArticle(NamedTuple):
    """What a printed reference can say of an article; None where the record does not say."""

    pmid: int
    title: str | None
    surnames: tuple[str, ...]  # of the authors in their order, or a collective name
    year: int | None
    journals: tuple[str, ...]  # its names and abbreviations
    volume: str | None
    pages: str | None  # PubMed's: "3806-9"
    initials: str | None = None  # of the first author
    groups: tuple[str, ...] = ()  # authors that are groups
    vernacular: str | None = None  # the title in the language of the article


class Known(NamedTuple):
    """A subject, folded."""

    pmid: int
    titles: tuple[tuple[str, ...], ...]
    surname: tuple[str, ...]  # of the first author, particles left out
    initial: str
    groups: tuple[tuple[str, ...], ...]  # authors that are groups
    year: int | None
    journals: tuple[tuple[str, ...], ...]
    volume: str
    page: str
    last_page: str


class Title(NamedTuple):
    """Whether the title of an article is printed, and as which words; end is 0 where it is not seen."""

    sign: str | None
    likeness: float = 0.0  # 0 to 1
    length: int = 0  # characters
    start: int = 0
    end: int = 0


def known_of(subject: CandidateArticle) -> Known:
    """Return a subject as it is compared."""
    titles = dict.fromkeys(_title_words(title) for title in (subject.title, subject.vernacular) if title)
    first = tuple(words_in(fold(subject.surnames[0]))) if subject.surnames else ()
    page, last_page = _known_pages(subject.pages or "")
    volume = _NUMBER.search(fold(subject.volume or "").replace("-", ""))
    return Known(
        subject.pmid,
        tuple(filter(None, titles)),
        _surname(first),
        fold(subject.initials or "")[:1],
        tuple(tuple(words_in(fold(name))) for name in subject.groups),
        subject.year,
        tuple(dict.fromkeys(filter(None, map(journal_words, subject.journals)))),
        volume[0] if volume else "",
        page,
        last_page,
    )


def _title_words(title: str) -> tuple[str, ...]:
    return tuple(words_in(fold(_RETRACTED.sub("", title))))


def _surname(name: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a surname without "van", "de": "mascolo" of "Di Mascolo" stands in references, too."""
    return tuple(word for word in name if word not in NAME_PARTICLES and len(word) > 1) or tuple(name)


def _known_pages(pages: str) -> tuple[str, str]:
    """Return first and last page: "3806" and "3809" of PubMed's "3806-9"."""
    found = _RANGE.search(fold(pages))
    if not found:
        return "", ""
    prefix, first, last = found.groups()
    return prefix + first, f"{first[: -len(last)]}{last}" if last and len(last) < len(first) else last or ""


# --- title ---


def title_agreement(known: Known, printed: Printed) -> Title:
    """Return how the title of the article agrees, of its titles the one that does so best."""
    found = [_title_agreement(words, printed) for words in known.titles]
    best = max(found, key=lambda title: title.likeness, default=_NOT_SEEN)
    if best.end:
        return Title(CONTRADICTS) if _goes_on(best, known, printed) else best
    journal = journal_place(known.journals, printed, 0)
    has_title = printed.has_title or (journal is not None and prints_title(printed.text_before(journal)))
    return Title(CONTRADICTS if has_title and known.titles else None)


_NOT_SEEN: Final = Title(None)


def _title_agreement(words: tuple[str, ...], printed: Printed) -> Title:
    if len(words) == 1:
        return _one_word_title(words[0], printed) or _NOT_SEEN
    if len(printed.vocabulary.intersection(words)) < _SHARED * len(set(words)):
        return _NOT_SEEN
    title = " ".join(words)
    found = fuzz.partial_ratio_alignment(title, printed.joined, score_cutoff=100 * _ALIKE)
    if found is None or len(title) > len(printed.joined):
        return _NOT_SEEN
    first, last = (printed.joined.count(" ", 0, offset) for offset in (found.dest_start, found.dest_end))
    for more in (0, 1):  # words on either side: the letters may begin or end within one
        start = max(0, first - more)
        if place := _same_title(words, printed.words[start : last + 1 + more]):
            break
    else:
        return _NOT_SEEN
    is_short = len(words) < _TELLING
    likeness = (found.score / 100 - _ALIKE) / (1 - _ALIKE)
    sign = NEARLY if is_short else place.sign
    return Title(sign, likeness, len(title), start + place.start, start + place.end)


def _one_word_title(word: str, printed: Printed) -> Title | None:
    """Return where a title of one word stands as a sentence: "Editorial."."""
    for start in range(printed.place):
        is_same = printed.words[start] == word or _is_slip(printed.words[start], word)
        if is_same and begins_part(printed, start) and printed.text_after(start + 1)[:1] in POINTS:
            return Title(NEARLY, 1.0, len(word), start, start + 1)
    return None


def _same_title(words: Sequence[str], window: Sequence[str]) -> Title | None:
    """Return where in window the words stand, slips aside; None where another word stands in the place of one."""
    sign, start, end = AGREES, 0, len(window)
    for known, printed in _differences(words, window):
        mine, other = words[known], window[printed]
        if known.start == 0:
            start = next((n for n in range(len(other), -1, -1) if _same_words(mine, other[n:])), 0)
            other = other[start:]
        if known.stop == len(words):
            size = next((n for n in range(len(other) + 1) if _same_words(mine, other[:n])), len(other))
            end = printed.stop - len(other) + size
            other = other[:size]
        same = _same_words(mine, other)
        if same is None:
            return None
        sign = same if same == NEARLY else sign
    return Title(sign or AGREES, start=start, end=end)


def _differences(one: Sequence[str], other: Sequence[str]) -> list[tuple[slice, slice]]:
    """Return the runs of words in which two titles differ."""
    runs: list[tuple[slice, slice]] = []
    for edit in Levenshtein.opcodes(one, other):
        if edit.tag == "equal":
            continue
        if runs and runs[-1][0].stop == edit.src_start and runs[-1][1].stop == edit.dest_start:
            last = runs.pop()
            runs.append((slice(last[0].start, edit.src_end), slice(last[1].start, edit.dest_end)))
        else:
            runs.append((slice(edit.src_start, edit.src_end), slice(edit.dest_start, edit.dest_end)))
    return runs


def _same_words(one: Sequence[str], other: Sequence[str]) -> str | None:
    """Return + where two runs of words say the same, ~ where a letter is wrong, None where they differ."""
    if [_COUNTED.get(word, word) for word in one] == [_COUNTED.get(word, word) for word in other]:
        return AGREES
    if "".join(one) == "".join(other) or _FILLERS.issuperset([*one, *other]):
        return AGREES
    if len(one) == len(other) and all(mine == its or _is_slip(mine, its) for mine, its in zip(one, other, strict=True)):
        return NEARLY
    return NEARLY if _is_slip("".join(one), "".join(other)) else None


def _is_slip(one: str, other: str) -> bool:
    """Return whether one letter is wrong, missing, or changed places with the next."""
    if one in _COUNTED or other in _COUNTED or _digits(one) != _digits(other):
        return False
    is_long = min(len(one), len(other)) >= _SLIP_FROM
    return (is_long or sorted(one) == sorted(other)) and OSA.distance(one, other, score_cutoff=1) <= 1


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _goes_on(title: Title, known: Known, printed: Printed) -> bool:
    """Return whether the printed title is longer: "Reply to …", "… Part II", "… second report"."""
    return _begins_earlier(printed.text_before(title.start)) or _ends_later(title, known, printed)


def _begins_earlier(before: str) -> bool:
    """Return whether more than names and a year is printed before a title, or anything after their full stop."""
    names, *others = sentences(before)
    if small_words(names) >= WITH_TITLE or any(small_words(part) > 1 for part in others):
        return True
    if any(_tells_another(_INITIALS.sub(" ", part)) for part in (names, *others)):
        return True
    return bool(others) and any(not word.isdigit() and word not in _FILLERS for word in words_in(fold(others[-1])))


def _tells_another(text: str) -> bool:
    return not (_ABOUT_ANOTHER | _OF_A_SERIES).isdisjoint(words_in(fold(text)))


def _ends_later(title: Title, known: Known, printed: Printed) -> bool:
    journal = journal_place(known.journals, printed, title.end)
    rest = printed.text_after(title.end)
    if journal is not None:
        between = rest[: len(rest) - len(printed.text_from(journal))]
        words = words_in(fold(_described(between, printed.year)))
        if len(words) >= _AFTER_TITLE and len(" ".join(words)) > (1 - _ALIKE) * title.length:
            return True
    else:
        words = list(printed.words[title.end : min(printed.place, title.end + _AFTER_TITLE)])
        if rest.lstrip()[:1] in set(":;-–—"):
            words = words_in(fold(sentences(rest)[0]))
    return _tells_another(" ".join(words)) or any(word in _COUNTED or word.isdigit() for word in words)


def _described(text: str, year: int | None) -> str:
    """Return text without the year in brackets, and without a language or the like: "[Article in Norwegian]"."""
    text = text.replace(f"({year})", " ")
    return text if _tells_another(text) else _IN_SQUARE.sub(" ", text)


# --- first author ---


def author_agreement(known: Known, printed: Printed, title: Title) -> str | None:
    """Return how the first author agrees: the one printed first, and no other, with the one of the record."""
    starts_with_title = title.end and all(word.isdigit() for word in printed.words[: title.start])
    if not (known.surname and printed.author) or starts_with_title or journal_starts(known.journals, printed):
        return None
    mine = "".join(known.surname)
    is_other = bool(known.initial and printed.initial) and known.initial != printed.initial
    if any(_stands_first(group, printed) for group in known.groups):
        return AGREES
    is_same = "".join(word for word in printed.author if word not in NAME_PARTICLES) == mine
    if is_same or (set(printed.first_words).issuperset(known.surname) and not is_other):
        return NEARLY if is_other else AGREES
    is_near = set(printed.author).issubset(known.surname) or _is_close(mine, printed.author)
    return NEARLY if is_near and not is_other else CONTRADICTS


def _stands_first(group: Sequence[str], printed: Printed) -> bool:
    return tuple(group) == printed.words[: len(group)]


def _is_close(surname: str, author: Sequence[str]) -> bool:
    words = [word for word in (*author, "".join(author)) if len(word) >= _SLIP_FROM - 1 and word.isalpha()]
    return surname.isalpha() and any(fuzz.ratio(surname, word) >= _CLOSE_NAME for word in words)


# --- year, volume, first page ---


def year_agreement(known: Known, printed: Printed) -> str | None:
    """Return how the year agrees; nearly, if it is the one before or after: online in December, printed in January."""
    if known.year is None or printed.year is None:
        return None
    apart = abs(known.year - printed.year)
    return AGREES if not apart else NEARLY if apart == 1 else CONTRADICTS


def volume_agreement(known: Known, printed: Printed) -> str | None:
    """Return how the volume agrees; a year in its place is none."""
    found = _NUMBER.search(printed.volume.replace("-", "").replace("–", ""))
    if not (known.volume and found):
        return None
    if found[0] == known.volume:
        return AGREES
    years = {str(year) for year in (known.year, printed.year)}
    is_same = _digits(found[0]) == _digits(known.volume)
    return None if is_same or found[0] in years or known.volume in years else CONTRADICTS


def page_agreement(known: Known, printed: Printed) -> str | None:
    """Return how the first page agrees; nearly, if one digit is wrong, or it is a later page of the article."""
    mine, other = _RANGE.match(known.page), _RANGE.match(printed.page)
    if not (mine and other):
        return None
    prefixes, pages = (mine[1], other[1]), (int(mine[2]), int(other[2]))
    if pages[0] == pages[1]:
        return AGREES if prefixes[0] == prefixes[1] else NEARLY if set(prefixes) == {"", "e"} else CONTRADICTS
    if prefixes[0] != prefixes[1]:
        return CONTRADICTS
    is_within = known.last_page and pages[0] <= pages[1] <= int(known.last_page)
    return NEARLY if is_within or _is_wrong_digit(known, printed, (mine[2], other[2])) else CONTRADICTS


def last_page_agreement(known: Known, printed: Printed) -> str | None:
    """Return + where the last page agrees though one digit of the first is wrong; else it tells nothing more."""
    mine, other = _RANGE.match(known.page), _RANGE.match(printed.page)
    if not (mine and other and mine[1] == other[1]) or int(mine[2]) == int(other[2]):
        return None
    is_printed = len(printed.last_page) >= _LAST_DIGITS
    return AGREES if is_printed and _is_wrong_digit(known, printed, (mine[2], other[2])) else None


def _is_wrong_digit(known: Known, printed: Printed, pages: tuple[str, str]) -> bool:
    if OSA.distance(*pages, score_cutoff=1) > 1:
        return False
    if printed.last_page:
        return bool(known.last_page) and known.last_page.endswith(printed.last_page)
    return min(map(len, pages)) >= _LONG_PAGE


# --- journal ---


def journal_agreement(known: Known, printed: Printed, title: Title) -> str | None:
    """Return how the journal agrees: a name of it, or words that abbreviate one in their order, before the place."""
    if not known.journals:
        return None
    if journal_place(known.journals, printed, title.end) is not None:
        return AGREES
    return CONTRADICTS if any(not word.isdigit() for word in printed.words[title.end : printed.place]) else None
