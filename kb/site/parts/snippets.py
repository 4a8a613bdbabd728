"""The words that matched, marked in the text as it was printed.  (pure)"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import Markup, escape

from kb.queries.search.query_tree import Term
from kb.text import fold

_WORD: Final = re.compile(r"[^\W_]+")
_BEFORE: Final = 90  # characters of a snippet before its first mark
_LENGTH: Final = 300


def marked(text: str, terms: Sequence[Term]) -> Markup:
    """Return text as HTML with the words that terms ask for in <mark>."""
    return _marked(text, _spans(text, terms))


def snippet(text: str, terms: Sequence[Term]) -> Markup:
    """Return the part of text around the first match, marked; its beginning where nothing matches."""
    spans = _spans(text, terms)
    start = 0
    if spans and spans[0][0] > _BEFORE:
        start = text.rfind(" ", 0, spans[0][0] - _BEFORE + 15) + 1
    end = len(text) if len(text) <= start + _LENGTH else text.rfind(" ", start, start + _LENGTH)
    end = end if end > start else min(len(text), start + _LENGTH)
    inside = [(first - start, last - start) for first, last in spans if first >= start and last <= end]
    return Markup(
        "{}{}{}"
    ).format(  # its arguments are escaped
        "… " if start else "", _marked(text[start:end], inside), " …" if end < len(text) else ""
    )


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    parts, at = [], 0
    for first, last in spans:
        parts.append(escape(text[at:first]) + Markup("<mark>{}</mark>").format(text[first:last]))
        at = last
    return Markup("").join([*parts, escape(text[at:])])


def _spans(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Return where terms are in text, in order, without overlaps; words are folded one by one."""
    words = [(match.start(), match.end(), _folded(match[0])) for match in _WORD.finditer(text)]
    found = sorted({span for term in terms for span in _matches(words, term)})
    kept: list[tuple[int, int]] = []
    for span in found:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _folded(word: str) -> list[str]:
    """Return the folded parts of a word: one, or several for the like of ½."""
    return _WORD.findall(fold(word))


def _matches(words: Sequence[tuple[int, int, list[str]]], term: Term) -> Iterator[tuple[int, int]]:
    wanted = term.text.split()
    keys = [(start, end, key) for start, end, parts in words for key in parts]
    for at in range(len(keys) - len(wanted) + 1):
        here = [key for _, _, key in keys[at : at + len(wanted)]]
        if here[:-1] == wanted[:-1] and _ends(here[-1], wanted[-1], is_prefix=term.is_prefix):
            yield keys[at][0], keys[at + len(wanted) - 1][1]


def _ends(key: str, wanted: str, *, is_prefix: bool) -> bool:
    return key.startswith(wanted) if is_prefix else key == wanted
