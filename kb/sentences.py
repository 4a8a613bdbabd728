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
    return f"/evidence/{name}?{urlencode(values)}" if values else f"/evidence/{name}"


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
    parts: Sentence = []
    for text, name, form, _ in Formatter().parse(template):
        value = values[name] if name else ""
        value = value.told(form or "") if isinstance(value, Count) else value
        parts += [Part(text), *([Part(value)] if isinstance(value, str) else value)]
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
