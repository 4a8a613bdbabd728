"""Works as JSON Lines: one object a work with everything that bibliographies are made from.  (pure)"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from kb.formats.bibliography import Bibliography
from kb.formats.common import article_number, statements
from kb.queries.works.bibliography import Item
from kb.text import without_controls

_RENAMED: Final = {"keyword_rows": "keywords"}
_OF_THE_ROW: Final = ("pmid", "position")  # what a row repeats of its article, and its place, which the order tells
_LINE_ENDS: Final = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}  # that some readers break lines at


def format_jsonl(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as JSON objects, one a line; null: nobody said."""
    for item in items:
        values = {_RENAMED.get(name, name): _value(value) for name, value in item._asdict().items()}
        said = {"article_number": article_number(item), "note": ". ".join(statements(item)) or None}
        yield _on_one_line(json.dumps(values | said, ensure_ascii=False)) + "\n"


def _on_one_line(text: str) -> str:
    for character, written in _LINE_ENDS.items():
        text = text.replace(character, written)
    return text


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return without_controls(value)
    if not isinstance(value, tuple):
        return value
    if hasattr(value, "_asdict"):
        return {name: _value(part) for name, part in value._asdict().items() if name not in _OF_THE_ROW}
    return [_value(part) for part in value]


BIBLIOGRAPHIES: Final = (Bibliography("JSON Lines", ".jsonl", format_jsonl, "application/jsonl", "Scripts"),)
