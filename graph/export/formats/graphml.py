"""GraphML, as networkx, yEd, Cytoscape, igraph and Gephi read it.  (pure)"""

from collections.abc import Iterator
from typing import Final

from graph.export.formats.common import KINDS, Contents, Field, Format, Part, edge_lines, node_lines
from graph.export.formats.xmltext import XML, xml_text

_TYPES: Final = {"string": "string", "integer": "long", "double": "double"}
_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""
_NODE: Final[tuple[Part, ...]] = (
    Field("name", '<node id="', '">'),
    *(Field(name, f'<data key="n{place}">', "</data>") for place, name in enumerate(KINDS)),
    "</node>\n",
)


def format_graphml(contents: Contents) -> Iterator[str]:
    """Yield a GraphML document; about becomes attributes of the graph."""
    yield _HEAD
    yield from _keys(contents)
    yield f'<graph edgedefault="{"directed" if contents.network.directed else "undirected"}">\n'
    for place, text in enumerate(contents.about.values()):
        yield f'<data key="g{place}">{xml_text(text)}</data>\n'
    yield from node_lines(contents.nodes, XML, _NODE)
    yield from edge_lines(contents, XML, '<edge source="', '" target="', _end)
    yield "</graph>\n</graphml>\n"


def _keys(contents: Contents) -> Iterator[str]:
    for place, name in enumerate(contents.about):
        yield f'<key id="g{place}" for="graph" attr.name="{xml_text(name)}" attr.type="string"/>\n'
    for place, (name, kind) in enumerate(KINDS.items()):
        yield f'<key id="n{place}" for="node" attr.name="{name}" attr.type="{_TYPES[kind]}"/>\n'
    kind = "long" if contents.network.weighted else "string"
    yield f'<key id="e0" for="edge" attr.name="{contents.network.value}" attr.type="{kind}"/>\n'


def _end(value: str) -> str:
    return f'"><data key="e0">{xml_text(value)}</data></edge>\n' if value else '"/>\n'


FORMS: Final = (Format("graphml", ".graphml", format_graphml, "application/graphml+xml", "Gephi", "GraphML"),)
