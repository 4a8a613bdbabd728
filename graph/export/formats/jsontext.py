"""Text as JSON takes it: controls that XML forbids and lone surrogates left out, the rest read back whole.  (pure)"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from graph.export.formats.common import KINDS, Field, Part, Text, node_lines, without_first
from kb.queries.export.nodes import Columns
from kb.text import without_controls

encoded: Final = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps() would make a new encoder each time


def json_text(text: str) -> str:
    """Return text as it stands between quotation marks."""
    return encoded(without_controls(text))[1:-1]


JSON: Final = Text(json_text, (("\\", "\\\\"), ('"', '\\"')))
VALUES: Final = tuple(  # of a node's attributes, each with a comma before
    Field(name, f', "{name}": "', '"') if kind == "string" else Field(name, f', "{name}": ', "")
    for name, kind in KINDS.items()
)


def listed(nodes: Iterable[Columns], parts: Sequence[Part]) -> Iterator[str]:
    """Yield nodes with a comma between; parts begin with one."""
    return without_first(node_lines(nodes, JSON, parts), ",\n")
