"""Words and sentences of printed references: which are of a title, and which of names.  (pure)"""

import re
from collections.abc import Collection
from typing import Final

LONGEST: Final = 2_000  # characters of a reference that are read: a longer one is no reference
WITH_TITLE: Final = 3  # words in small letters from which a sentence is a title
SENTENCE_ENDS: Final = re.compile(r"(?<=[.?!])[\"”’]?\s+|(?<=,[\"”’])\s+(?=[A-Z])")
NAME_PARTICLES: Final = frozenset(
    {"de", "da", "di", "do", "dos", "du", "del", "della", "la", "le", "van", "von", "der", "den", "ten", "ter", "el",
     "bin", "st", "jr", "sr", "ii", "iii", "2nd", "3rd"}
)  # fmt: skip
IN_NAMES: Final = NAME_PARTICLES | {"et", "al", "and", "und", "ed", "eds"}
_NO_TITLE: Final = IN_NAMES | {"behalf", "doi", "pp", "vol", "no", "in", "of", "the", "for"}
_SMALL: Final = re.compile(r"(?<![\w.'’)-])[a-zà-þ][a-zà-þ]+")


def small_words(text: str, but: Collection[str] = _NO_TITLE) -> int:
    """Return how many words in small letters text has, but for those that tell no title."""
    return sum(word not in but for word in _SMALL.findall(text))
