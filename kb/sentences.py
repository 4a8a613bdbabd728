"""Sentences whose numbers are values with evidence: put together where they are shown, never read back.  (pure)"""

from collections.abc import Iterable
from string import Formatter
from typing import NamedTuple, TypeAlias
from urllib.parse import urlencode

from kb.text import noun


class Part(NamedTuple):
    """A piece of a sentence; path is given where it is a number with evidence."""

    text: str
    path: str | None = None


Sentence: TypeAlias = list[Part]


def evidence_path(name: str, /, **values: str | int) -> str:
    """Return where the evidence of a number is."""
    return f"/evidence/{name}?{urlencode(values)}" if values else f"/evidence/{name}"


def linked_number(number: float, path: str | None, words: str = "{:,}") -> Part:
    """Return a number as the part of a sentence that leads to its evidence."""
    return Part(words.format(number), path)


def linked_count(number: int, path: str | None, one: str, many: str | None = None) -> Sentence:
    """Return a number that leads to its evidence, with its noun: "1 article", "1,204 articles"."""
    return [linked_number(number, path), Part(f" {noun(number, one, many)}")]


def sentence(template: str, /, **values: Part | Sentence | str) -> Sentence:
    """Return a template with its values in place; what stands in a value is never read.

    Examples
    --------
    >>> sentence("{number} by {name}", number=linked_number(2, "/evidence/works"), name="{A} 3")
    [Part(text='2', path='/evidence/works'), Part(text=' by {A} 3', path=None)]
    """
    parts: Sentence = []
    for text, name, _, _ in Formatter().parse(template):
        value = values[name] if name else ""
        value = Part(value) if isinstance(value, str) else value
        parts += [Part(text), *(value if isinstance(value, list) else [value])]
    return _without_seams(parts)


def joined(separator: str, sentences: Iterable[Sentence]) -> Sentence:
    """Return sentences as one, with a separator between them; empty ones are passed over."""
    parts: Sentence = []
    for said in filter(None, sentences):
        parts += [Part(separator), *said] if parts else said
    return _without_seams(parts)


def _without_seams(parts: Sentence) -> Sentence:
    """Return parts, those without links that follow one another as one."""
    found: Sentence = []
    for part in parts:
        if found and not part.path and not found[-1].path:
            found[-1] = Part(found[-1].text + part.text)
        elif part.text:
            found.append(part)
    return found


def text_of(said: Iterable[Part]) -> str:
    """Return a sentence without its links."""
    return "".join(part.text for part in said)
