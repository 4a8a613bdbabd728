"""GEXF 1.3, Gephi's own format.  (pure)"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from graph.attributes import KINDS, known
from graph.xmltext import xml_text
from kb.queries.links import ExportEdge, ExportNode

_TYPES: Final = {"string": "string", "integer": "long", "double": "double"}
_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd" version="1.3">
"""


def format_gexf(nodes: Iterable[ExportNode], edges: Iterable[ExportEdge], about: Mapping[str, str]) -> Iterator[str]:
    """Yield a GEXF document; about stands in its description. The label is the node's own, not an attribute."""
    yield _HEAD
    yield from _meta(about)
    yield '<graph defaultedgetype="directed" mode="static">\n'
    yield from _attributes()
    yield "<nodes>\n"
    yield from map(_node, nodes)
    yield "</nodes>\n<edges>\n"
    yield from _edges(edges)
    yield "</edges>\n</graph>\n</gexf>\n"


def _meta(about: Mapping[str, str]) -> Iterator[str]:
    description = "; ".join(f"{name}: {text}" for name, text in about.items())
    yield f"<meta><creator>litkb</creator><description>{xml_text(description)}</description></meta>\n"


def _attributes() -> Iterator[str]:
    yield '<attributes class="node" mode="static">\n'
    for place, (name, kind) in enumerate(KINDS.items()):
        if name != "label":
            yield f'<attribute id="{place}" title="{name}" type="{_TYPES[kind]}"/>\n'
    yield '</attributes>\n<attributes class="edge" mode="static">\n'
    yield '<attribute id="0" title="sources" type="string"/>\n</attributes>\n'


def _node(node: ExportNode) -> str:
    values = "".join(
        f'<attvalue for="{place}" value="{value}"/>' for place, name, value in known(node, xml_text) if name != "label"
    )
    name, label = xml_text(node.name), xml_text(node.label or node.name)
    return f'<node id="{name}" label="{label}"><attvalues>{values}</attvalues></node>\n'


def _edges(edges: Iterable[ExportEdge]) -> Iterator[str]:
    ends: dict[str | None, str] = {None: "/>\n"}  # few sources are named, and often
    for number, (citing, cited, sources) in enumerate(edges):
        end = ends.get(sources)
        if end is None:
            value = xml_text(sources or "")
            end = ends[sources] = f'><attvalues><attvalue for="0" value="{value}"/></attvalues></edge>\n'
        yield f'<edge id="{number}" source="{xml_text(citing)}" target="{xml_text(cited)}"{end}'
