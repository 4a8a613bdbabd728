"""Numbers in sentences as links to their evidence.  (pure)"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlencode

_NUMBER: Final = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})*(?![\w-])(?![.,]\d)")  # a count, no year, date or decimal


class Part(NamedTuple):
    """A piece of a sentence; path is given where it is a number with evidence."""

    text: str
    path: str | None = None


def evidence_path(name: str, /, **values: str | int) -> str:
    """Return where the evidence of a number is."""
    return f"/evidence/{name}?{urlencode(values)}" if values else f"/evidence/{name}"


def linked(sentence: str, paths: Sequence[str]) -> list[Part]:
    """Return a sentence in parts, its first numbers linked with paths, in their order."""
    return list(_parts(sentence, paths))


def _parts(sentence: str, paths: Sequence[str]) -> Iterator[Part]:
    end = 0
    for found, path in zip(_NUMBER.finditer(sentence), paths, strict=False):
        yield Part(sentence[end : found.start()])
        yield Part(found[0], path)
        end = found.end()
    yield Part(sentence[end:])
