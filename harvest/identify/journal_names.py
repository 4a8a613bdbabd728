"""Names of journals in printed references: whole, or abbreviated word by word, in order, before the place.  (pure)"""

import re
from collections.abc import Sequence
from typing import Final

from harvest.identify.printed_citation import Printed
from kb.text import fold, words_in

Names = Sequence[tuple[str, ...]]  # of one journal, folded

POINTS: Final = frozenset('.,;:?!"”’)]')
_LONGEST_NAME: Final = 30  # words of a journal's name
_ACRONYM: Final = 3  # letters
_LONG_ACRONYM: Final = 4  # letters from which it may leave out the last words: PNAS
_SHORTENED: Final = (4, 3)  # letters that are left and left out, at least, of a name of one word
_CONTRACTED: Final = (3, 5)  # letters of "natl", "jpn"
_BEYOND_PLACE: Final = 3  # words between a journal and its volume: "(Lond)"
_IN_BRACKETS: Final = re.compile(r"\([^()]*\)")
_SUBTITLE: Final = re.compile(r"\s[:=]\s.*")
_NO_NAME: Final = frozenset({"the", "of", "and", "for", "in", "on", "de", "la", "der", "die", "und", "et"})
_JOURNAL_ENDS: Final = frozenset({"epub", "online", "in", "published", "forthcoming", "vol", "volume", "advance"})


def journal_words(name: str) -> tuple[str, ...]:
    """Return the folded words of a name, without a city in brackets, a subtitle, "the" and "of"."""
    plain = _SUBTITLE.sub("", _IN_BRACKETS.sub(" ", name)) or name
    words = words_in(fold(plain))
    return tuple(word for word in words if word not in _NO_NAME) or tuple(words)


def journal_starts(names: Names, printed: Printed) -> bool:
    """Return whether a reference begins with a name of the journal, and so prints no author."""
    return any(_journal_end(name, printed, 0) for name in names)


def journal_place(names: Names, printed: Printed, start: int) -> int | None:
    """Return the word from which on a name of the journal stands, up to the place; None where none does."""
    for first in range(max(start, printed.place - _LONGEST_NAME), printed.place):
        letter = printed.words[first][0]
        for name in names:
            if name[0][0] == letter and (end := _journal_end(name, printed, first)) and _is_before_place(printed, end):
                return first
    return None


def _is_before_place(printed: Printed, end: int) -> bool:
    """Return whether only a city in brackets, "Epub", "vol" or numbers stand between a journal and its place."""
    words = printed.words[end : printed.place]
    if all(word in _JOURNAL_ENDS or word.isdigit() for word in words):
        return True
    return len(words) <= _BEYOND_PLACE and printed.text_after(end).lstrip(" .").startswith("(")


def _journal_end(name: Sequence[str], printed: Printed, start: int) -> int:
    """Return the word before which name ends, where it begins at start; 0 where it does not stand there."""
    words, place = printed.words, start
    if _is_acronym(name, printed, start):
        return start + 1
    if len(name) == 1:
        return place + 1 if _is_one_word(name[0], printed, place) and begins_part(printed, start) else 0
    for number, word in enumerate(name):
        while number and place < len(words) and words[place] in _NO_NAME and words[place] != word:
            place += 1
        if place >= len(words) or not _abbreviates(words[place], word):
            return 0
        place += 1
    return place


def _is_one_word(name: str, printed: Printed, place: int) -> bool:
    """Return whether a word is a name of one word, or short for it with a point: "Neur." for "Neurology"."""
    word = printed.words[place] if place < len(printed.words) else ""
    is_short = _SHORTENED[0] <= len(word) <= len(name) - _SHORTENED[1] and name.startswith(word)
    return word == name or (is_short and printed.text_after(place + 1).startswith("."))


def begins_part(printed: Printed, start: int) -> bool:
    """Return whether a word stands at the beginning, or after a point or the like."""
    if start and printed.words[start - 1] == "the":
        start -= 1
    return not start or printed.text_before(start).rstrip()[-1:] in POINTS


def _is_acronym(name: Sequence[str], printed: Printed, start: int) -> bool:
    """Return whether a word is made of the first letters of a name: JAMA, PNAS."""
    word = printed.words[start]
    if not _ACRONYM <= len(word) <= len(name):
        return False
    initials = "".join(word[0] for word in name)
    is_like = word == initials if len(word) < _LONG_ACRONYM else initials.startswith(word)
    return is_like and printed.text_from(start)[: len(word)].isupper()


def _abbreviates(one: str, other: str) -> bool:
    """Return whether two words are one, or one is short for the other: "subst", "substance"; "natl", "national"."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) or (_CONTRACTED[0] <= len(short) <= _CONTRACTED[1] and _contracts(short, long))


def _contracts(short: str, long: str) -> bool:
    letters = iter(long)
    return short[0] == long[0] and short[-1] == long[-1] and all(letter in letters for letter in short)
