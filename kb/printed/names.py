"""Names of authors in printed references, in all usual styles.  (pure)"""

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from kb.printed.words import SENTENCE_ENDS

_LETTERS: Final = re.compile(r"[^\W\d_]+(?:['’‐-][^\W\d_]+)*")
_INITIALS: Final = re.compile(r"\w(?:\w|-\w)*\.?|(?:\w\.[ -]?)+\w?|(?:\w[ -]?)+\.?")  # "GB. J." is more than initials
_PARTICLES: Final = frozenset(
    {"da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "la", "le", "ten", "ter", "van",
     "vander", "ver", "von", "zu", "zur", "al", "bin", "ben", "st"}
)  # fmt: skip
_SUFFIXES: Final = frozenset({"Jr", "Sr", "II", "III", "IV", "2nd", "3rd", "4th"})
_MOST_NAMES: Final = 100


class PrintedName(NamedTuple):
    """An author of a reference: "Laudet", "A. B.", None."""

    family: str
    given: str
    suffix: str | None = None


def parse_names(text: str) -> tuple[PrintedName, ...]:
    """Return the names of a list, as all usual styles have them; () where any part of it is no name with initials."""
    text = re.sub(r"[,;]?\s*\bet al\b\.*\s*\.?$|[,;]?\s*\.\.\.$", "", text.strip())
    text = re.sub(r",? (?:&|and) |; ?|, ?…,? ?", ", ", text)
    parts = [part.strip() for part in text.strip(" ,").split(",")]
    if not parts[0] or len(parts) > 2 * _MOST_NAMES:
        return ()
    for read in (_names_alike, _names_apart, _names_turned):
        if names := read(parts):
            return names
    return ()


def names_before(text: str) -> tuple[tuple[PrintedName, ...], str]:
    """Return the names that text begins with, as many as can be, and what follows them."""
    found: tuple[tuple[PrintedName, ...], str] = ((), text)
    for end in islice(SENTENCE_ENDS.finditer(text), _MOST_NAMES):
        before = text[: end.start()]
        if names := parse_names(before):
            found = (names, text[end.end() :])
        elif any(word not in _PARTICLES for word in lower_words(before.replace("et al", "").replace(" and ", " "))):
            break
    return found


def lower_words(text: str) -> list[str]:
    """Return the words of text that have no capital."""
    return [word for word in _LETTERS.findall(text) if word.islower()]


def _names_alike(parts: list[str]) -> tuple[PrintedName, ...]:
    """Read "Laudet AB", "White W", or "A. B. Laudet", "W. White"."""
    return _all_read(name_before_initials, parts) or _all_read(name_after_initials, parts)


def _all_read(read: Callable[[str], PrintedName | None], parts: Sequence[str]) -> tuple[PrintedName, ...]:
    """Return the names of parts; () where one of them is none, and no part after it is looked at."""
    names: list[PrintedName] = []
    for part in parts:
        if not (name := read(part)):
            return ()
        names.append(name)
    return tuple(names)


def _names_apart(parts: list[str]) -> tuple[PrintedName, ...]:
    """Read "Laudet", "A. B.", "White", "W.", "Jr."."""
    names: list[PrintedName] = []
    left = iter(parts)
    for part in left:
        if part.rstrip(".") in _SUFFIXES and names:
            names[-1] = names[-1]._replace(suffix=part.rstrip("."))
        elif _is_family(part) and _is_initials(given := next(left, "")):
            names.append(_name(part, given))
        else:
            return ()
    return tuple(names)


def _names_turned(parts: list[str]) -> tuple[PrintedName, ...]:
    """Read "Laudet", "A. B.", "W. White": the first author alone turned round."""
    first, others = _names_apart(parts[:2]), _all_read(name_after_initials, parts[2:])
    return (*first, *others) if len(first) == 1 and len(others) == len(parts) - 2 else ()


def name_before_initials(text: str) -> PrintedName | None:
    """Return the name that text is, "Laudet AB"; None for any other text."""
    words = text.split()
    suffix = words.pop().rstrip(".") if len(words) > 2 and words[-1].rstrip(".") in _SUFFIXES else None
    count = next((n for n, word in enumerate(reversed(words)) if not _is_initials(word)), len(words))
    family, given = " ".join(words[: len(words) - count]), " ".join(words[len(words) - count :])
    return _name(family, given)._replace(suffix=suffix) if _is_family(family) and _is_initials(given) else None


def name_after_initials(text: str) -> PrintedName | None:
    """Return the name that text is, "A. B. Laudet"; None for any other text."""
    words = text.split()
    count = next((n for n, word in enumerate(words) if not (_is_initials(word) and "." in word)), len(words))
    given, family = " ".join(words[:count]), " ".join(words[count:])
    return _name(family, given) if _is_family(family) and _is_initials(given) else None


def _name(family: str, given: str) -> PrintedName:
    """Return a name whose initials are written alike, however they are printed: "AB", "A.B." -> "A. B."."""
    hyphened = [re.findall(r"\w", part) for part in re.sub(r"[.\s]+-", "-", given).split("-")]
    return PrintedName(family, "-".join(". ".join(letters) + "." for letters in hyphened))


def _is_initials(text: str) -> bool:
    """Return whether text is "AB", "A.B.", "A. B.", "A B" or "A.-B."; "A. BC" may be more than initials."""
    letters = re.sub(r"[.\s-]", "", text)
    return 0 < len(letters) < 5 and letters.isalpha() and letters.isupper() and bool(_INITIALS.fullmatch(text))


def _is_family(text: str) -> bool:
    """Return whether text is a family name: words with a capital, and particles before them."""
    words = text.split()
    if not 0 < len(words) < 5 or not all(_LETTERS.fullmatch(word) for word in words):
        return False
    return words[-1] not in _PARTICLES and all(word in _PARTICLES or _has_capital(word) for word in words)


def _has_capital(word: str) -> bool:
    return len(word) > 1 and not word.isupper() and (word[0].isupper() or bool(re.match(r"[a-z]{1,2}['’][A-Z]", word)))
