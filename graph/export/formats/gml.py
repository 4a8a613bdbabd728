"""GML, as Gephi, igraph, yEd and networkx read it: ASCII, and all else as entities.  (pure)"""

from collections.abc import Iterator
from typing import Final

from graph.export.formats.common import (
    KINDS,
    Contents,
    Field,
    Format,
    Text,
    counted,
    edge_lines,
    edge_values,
    node_lines,
    numbered_labels,
)
from kb.queries.export.nodes import Columns
from kb.text import without_controls

_FIRST: Final = 0  # number of the first node
_WIDE: Final = 100  # of a year from left to right
_HIGH: Final = -20  # of a row, downwards
_PRINTABLE: Final = (("&", "&amp;"), ('"', "&quot;"))


def gml_text(text: str) -> str:
    """Return text as it stands between quotation marks; line ends and tabs survive as entities."""
    clean = without_controls(text).replace("&", "&amp;").replace('"', "&quot;")
    for character in "\t\n\r":
        clean = clean.replace(character, f"&#{ord(character)};")
    return _ascii(clean)


def _ascii(text: str) -> str:
    return text if text.isascii() else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


_TEXT: Final = Text(gml_text, _PRINTABLE, _ascii)
_VALUES: Final = tuple(
    Field(name, f' {name} "', '"') if kind == "string" else Field(name, f" {name} ", "")
    for name, kind in KINDS.items()
    if kind != "double" and name != "label"
)


def format_gml(contents: Contents) -> Iterator[str]:
    """Yield a GML document; about becomes attributes of the graph."""
    yield f"graph [\n  directed {int(contents.network.directed)}\n"
    for name, text in contents.about.items():
        yield f'  {"".join(filter(str.isalnum, name))} "{gml_text(text)}"\n'
    label, work = numbered_labels(_TEXT, ' label "', '"'), Field("name", ' name "', '"')
    yield from node_lines(
        contents.nodes, _TEXT, (counted("  node [ id ", _FIRST), label, work, *_VALUES, _rank, _positions, " ]\n")
    )

    def end(said: str) -> str:
        values = edge_values(contents.network, said)
        shown = [
            f' {name} "{gml_text(value)}"' if is_text else f" {name} {value}"
            for name, is_text, value in values
            if value
        ]
        return f"{''.join(shown)} ]\n"

    yield from edge_lines(contents, _TEXT, "  edge [ source ", " target ", end)
    yield "]\n"


def _rank(columns: Columns) -> list[str]:
    return ["" if rank is None else f" pagerank {rank:.17e}" for rank in columns["pagerank"]]


def _positions(columns: Columns) -> list[str]:
    return [
        "" if x is None else f" graphics [ x {x * _WIDE:.1f} y {y * _HIGH:.1f} ]"
        for x, y in zip(columns["x"], columns["y"], strict=True)
    ]


FORMS: Final = (
    Format("gml", ".gml", format_gml, "text/plain; charset=us-ascii", "NetworkX, igraph", "GML", first=_FIRST),
)
