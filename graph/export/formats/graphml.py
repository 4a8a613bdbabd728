"""GraphML, as networkx, yEd, Cytoscape, igraph and Gephi read it.  (pure)"""

from collections.abc import Iterator
from functools import partial
from typing import Final

from graph.export.formats.common import (
    KINDS,
    Contents,
    Field,
    Format,
    Network,
    Part,
    edge_lines,
    node_lines,
)
from graph.export.formats.xmltext import XML, xml_edge_values, xml_text

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
    yield from edge_lines(contents, XML, '<edge source="', '" target="', partial(_end, contents.network))
    yield "</graph>\n</graphml>\n"


def _keys(contents: Contents) -> Iterator[str]:
    for place, name in enumerate(contents.about):
        yield f'<key id="g{place}" for="graph" attr.name="{xml_text(name)}" attr.type="string"/>\n'
    for place, (name, kind) in enumerate(KINDS.items()):
        yield f'<key id="n{place}" for="node" attr.name="{name}" attr.type="{_TYPES[kind]}"/>\n'
    for place, (name, kind) in enumerate(contents.network.attributes.items()):
        yield f'<key id="e{place}" for="edge" attr.name="{name}" attr.type="{_TYPES[kind]}"/>\n'


def _end(network: Network, said: str) -> str:
    values = xml_edge_values(network, said, '<data key="e{}">{}</data>')
    return f'">{values}</edge>\n' if values else '"/>\n'


FORMS: Final = (Format("graphml", ".graphml", format_graphml, "application/graphml+xml", "Gephi", "GraphML"),)
