"""Cytoscape's .cyjs, as Cytoscape, cytoscape.js and networkx.cytoscape_graph() read it.  (pure)"""

from collections.abc import Iterator
from typing import Final

from graph.export.formats.common import Contents, Field, Format
from graph.export.formats.jsontext import VALUES, encoded, json_text, listed
from graph.export.formats.nodelink import edges
from kb.queries.export.nodes import Columns

_WIDE: Final = 100  # of a year from left to right
_HIGH: Final = 20  # of a row; Cytoscape counts downwards too
# value is what networkx takes for the node itself, name what Cytoscape shows.
_ID: Final = (
    Field("name", ',\n{"data": {"id": "', '"'),
    Field("name", ', "value": "', '"'),
    Field("label", ', "name": "', '"'),
)


def format_cyjs(contents: Contents) -> Iterator[str]:
    """Yield a JSON document; about is the network's data, positions are the timeline's."""
    about = {name: json_text(text) for name, text in contents.about.items()}
    data = ", ".join(f'"{json_text(name)}": "{text}"' for name, text in about.items())
    directed = encoded(contents.network.directed)
    yield '{"format_version": "1.0", "generated_by": "litkb", "target_cytoscapejs_version": "~2.1",\n'
    yield f' "directed": {directed}, "multigraph": false, "data": {{{data}}},\n "elements": {{"nodes": [\n'
    yield from listed(contents.nodes, (*_ID, *VALUES, "}", _positions, "}"))
    yield '\n], "edges": [\n'
    yield from edges(contents, "}}", ',\n{"data": {"source": "')
    yield "\n]}}\n"


def _positions(columns: Columns) -> list[str]:
    return [
        "" if x is None else f', "position": {{"x": {x * _WIDE:.1f}, "y": {y * _HIGH:.1f}}}'
        for x, y in zip(columns["x"], columns["y"], strict=True)
    ]


FORMS: Final = (Format("cyjs", ".cyjs", format_cyjs, "application/json", "Cytoscape", "Cytoscape JSON"),)
