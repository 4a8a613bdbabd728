"""GraphML, as networkx, yEd, Cytoscape, igraph and Gephi read it.  (pure)"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from graph.attributes import KINDS, known
from graph.xmltext import xml_text
from kb.queries.links import ExportEdge, ExportNode

_TYPES: Final = {"string": "string", "integer": "long", "double": "double"}
_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""


def format_graphml(nodes: Iterable[ExportNode], edges: Iterable[ExportEdge], about: Mapping[str, str]) -> Iterator[str]:
    """Yield a GraphML document; about becomes attributes of the graph."""
    yield _HEAD
    yield from _keys(about)
    yield '<graph edgedefault="directed">\n'
    yield from (f'<data key="g{place}">{xml_text(text)}</data>\n' for place, text in enumerate(about.values()))
    yield from map(_node, nodes)
    yield from _edges(edges)
    yield "</graph>\n</graphml>\n"


def _keys(about: Mapping[str, str]) -> Iterator[str]:
    for place, name in enumerate(about):
        yield f'<key id="g{place}" for="graph" attr.name="{xml_text(name)}" attr.type="string"/>\n'
    for place, (name, kind) in enumerate(KINDS.items()):
        yield f'<key id="n{place}" for="node" attr.name="{name}" attr.type="{_TYPES[kind]}"/>\n'
    yield '<key id="e0" for="edge" attr.name="sources" attr.type="string"/>\n'


def _node(node: ExportNode) -> str:
    values = "".join(f'<data key="n{place}">{value}</data>' for place, _, value in known(node, xml_text))
    return f'<node id="{xml_text(node.name)}">{values}</node>\n'


def _edges(edges: Iterable[ExportEdge]) -> Iterator[str]:
    ends: dict[str | None, str] = {None: "/>\n"}  # few sources are named, and often
    for citing, cited, sources in edges:
        end = ends.get(sources)
        if end is None:
            end = ends[sources] = f'><data key="e0">{xml_text(sources or "")}</data></edge>\n'
        yield f'<edge source="{xml_text(citing)}" target="{xml_text(cited)}"{end}'
