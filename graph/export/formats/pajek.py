"""Pajek's .net: labels, positions between 0 and 1, arcs or edges with weights; UTF-8, no mark before.  (pure)

It has no place for other attributes.
"""

from collections.abc import Iterator
from typing import Final

from graph.export.formats.common import (
    Contents,
    Format,
    Text,
    counted,
    edge_lines,
    node_lines,
    numbered_labels,
    one_line,
    told,
)
from kb.queries.export.nodes import Columns

_PRINTABLE: Final = (('"', "'"), ("\\", "/"))  # a label has no way to hold these
SHOWS: Final = ("label", "x", "y")  # attributes of nodes
_FIRST: Final = 1  # number of the first node
MIDDLE: Final = "0.5000"  # where a work without a position stands


def pajek_text(text: str) -> str:
    """Return text for a label: one line, apostrophes for quotation marks, slashes for backslashes."""
    return one_line(text).replace('"', "'").replace("\\", "/")


_TEXT: Final = Text(pajek_text, _PRINTABLE)


def format_pajek(contents: Contents) -> Iterator[str]:
    """Yield a Pajek network; about stands in a comment."""
    yield f"% {told(contents.about)}\n" if contents.about else ""
    yield f"*Vertices {contents.size}\n"
    label = numbered_labels(_TEXT, ' "', '"')
    yield from node_lines(contents.nodes, _TEXT, (counted("", _FIRST), label, _Positions(contents.bounds), "\n"))
    weighted = contents.network.weighted
    yield "*Arcs\n" if contents.network.directed else "*Edges\n"
    yield from edge_lines(contents, _TEXT, "", " ", lambda value: f" {value if weighted else 1}\n")


class _Positions:
    """Positions as parts of the picture's width and height; nothing where no work has one."""

    def __init__(self, bounds: tuple[float, float, float, float] | None) -> None:
        self.bounds = bounds

    def __call__(self, columns: Columns) -> list[str]:
        if self.bounds is None:
            return [""] * columns.size
        left, right, top, bottom = self.bounds
        wide, high = (right - left) or 1.0, (bottom - top) or 1.0
        return [
            f" {MIDDLE} {MIDDLE} 0.5" if x is None else f" {(x - left) / wide:.4f} {(y - top) / high:.4f} 0.5"
            for x, y in zip(columns["x"], columns["y"], strict=True)
        ]


_PLAIN: Final = "text/plain; charset=utf-8"
FORMS: Final = (Format("net", ".net", format_pajek, _PLAIN, "Pajek", "NET file", _FIRST, SHOWS, describes_edges=False),)
