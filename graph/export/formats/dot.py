"""DOT, as Graphviz reads it; positions are for `neato -n`.  (pure)"""

from collections.abc import Iterator
from typing import Final

from graph.export.formats.common import (
    KINDS,
    Contents,
    Field,
    Format,
    Text,
    edge_lines,
    edge_values,
    node_lines,
    one_line,
)
from kb.queries.export.nodes import Columns

_WIDE: Final = 72  # points of a year from left to right
_HIGH: Final = -18  # of a row, downwards
_PRINTABLE: Final = (("\\", "\\\\"), ('"', '\\"'))


def dot_text(text: str) -> str:
    """Return text as it stands between quotation marks; line ends and tabs become a blank."""
    return one_line(text).replace("\\", "\\\\").replace('"', '\\"')


_TEXT: Final = Text(dot_text, _PRINTABLE)
_VALUES: Final = tuple(
    Field(name, f"{name}=", " ") if kind == "integer" else Field(name, f'{name}="', '" ')  # 1e-07 is no numeral here
    for name, kind in KINDS.items()
    if name not in ("x", "y")
)


def format_dot(contents: Contents) -> Iterator[str]:
    """Yield a DOT document; about becomes attributes of the graph."""
    yield "digraph litkb {\n" if contents.network.directed else "graph litkb {\n"
    for name, text in contents.about.items():
        yield f'"{dot_text(name)}"="{dot_text(text)}";\n'
    yield from node_lines(contents.nodes, _TEXT, (Field("name", '"', '" ['), *_VALUES, _positions, "];\n"))
    arrow = "->" if contents.network.directed else "--"

    def end(said: str) -> str:
        values = edge_values(contents.network, said)
        shown = [
            f'{name}="{dot_text(value)}"' if is_text else f"{name}={value}" for name, is_text, value in values if value
        ]
        return f'" [{" ".join(shown)}];\n' if shown else '";\n'

    yield from edge_lines(contents, _TEXT, '"', f'" {arrow} "', end)
    yield "}\n"


def _positions(columns: Columns) -> list[str]:
    return [
        "" if x is None else f'pos="{x * _WIDE:.1f},{y * _HIGH:.1f}!"'
        for x, y in zip(columns["x"], columns["y"], strict=True)
    ]


FORMS: Final = (Format("dot", ".dot", format_dot, "text/vnd.graphviz; charset=utf-8", "Graphviz", "DOT"),)
