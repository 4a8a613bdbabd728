"""Sentences whose numbers are values with evidence: put together where they are shown, never read back.  (pure)"""

from collections.abc import Iterable
from functools import lru_cache
from string import Formatter
from typing import NamedTuple, TypeAlias
from urllib.parse import quote_plus

from kb.text import noun


class Part(NamedTuple):
    """A piece of a sentence; path is given where it is a number with evidence."""

    text: str
    path: str | None = None


Sentence: TypeAlias = list[Part]


class Count(NamedTuple):
    """A number and the path of its evidence; None: it leads nowhere."""

    number: float
    path: str | None

    def told(self, form: str = "") -> Sentence:
        """Return it in parts; form is its noun, "one|many" where an s does not make the plural, or Python's format.

        Examples
        --------
        >>> Count(1204, "/evidence/works").told("work")
        [Part(text='1,204', path='/evidence/works'), Part(text=' works', path=None)]
        """
        if not form[:1].isalpha():
            return [Part(format(self.number, form or ","), self.path)]
        return [Part(f"{self.number:,}", self.path), Part(f" {noun(int(self.number), *form.split('|'))}")]


def evidence_path(name: str, /, **values: str | int) -> str:
    """Return where the evidence of a number is."""
    query = "&".join(f"{key}={quote_plus(value) if isinstance(value, str) else value}" for key, value in values.items())
    return f"/evidence/{name}?{query}" if query else f"/evidence/{name}"


def count_of(number: float, name: str, /, **values: str | int) -> Count:
    """Return a number with the evidence of that name and these values."""
    return Count(number, evidence_path(name, **values))


def sentence(template: str, /, **values: Count | Sentence | str) -> Sentence:
    """Return a template with its values in place, counts in their form; what stands in a value is never read.

    Examples
    --------
    >>> sentence("{works:work} by {name}", works=count_of(2, "works"), name="{A} 3")
    [Part(text='2', path='/evidence/works'), Part(text=' works by {A} 3', path=None)]
    """
    pieces: list[str | Part] = []
    for text, name, form in _parsed(template):
        value = values[name] if name else ""
        pieces.append(text)
        pieces += [value] if isinstance(value, str) else value.told(form) if isinstance(value, Count) else value
    return _gathered(pieces)


@lru_cache(maxsize=1000)
def _parsed(template: str) -> list[tuple[str, str | None, str]]:
    return [(text, name, form or "") for text, name, form, _ in Formatter().parse(template)]


def joined(separator: str, sentences: Iterable[Sentence]) -> Sentence:
    """Return sentences as one, with a separator between them; empty ones are passed over."""
    pieces: list[str | Part] = []
    for said in filter(None, sentences):
        pieces += [separator, *said] if pieces else said
    return _gathered(pieces)


def _gathered(pieces: Iterable[str | Part]) -> Sentence:
    """Return pieces as parts: each number with its link, all text between two of them as one."""
    parts: Sentence = []
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
        elif piece.path is None:
            text += piece.text
        else:
            parts += [Part(text), piece] if text else [piece]
            text = ""
    return [*parts, Part(text)] if text else parts


def text_of(said: Iterable[Part]) -> str:
    """Return a sentence without its links."""
    return "".join(part.text for part in said)
