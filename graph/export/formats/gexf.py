"""GEXF 1.3, Gephi's own format: years as a timeline, colours by community, sizes by citation count.  (pure)"""

import math
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
    Shown,
    edge_lines,
    node_lines,
    told,
)
from graph.export.formats.xmltext import XML, xml_edge_values, xml_text
from kb.queries.export.nodes import Columns

_TYPES: Final = {"string": "string", "integer": "long", "double": "double"}
_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd" version="1.3">
"""
_COLOURS: Final = (  # of communities, in turn; each tells itself from its neighbours on white and on black
    (31, 119, 180), (230, 126, 20), (44, 150, 70), (200, 50, 60), (140, 100, 190), (130, 90, 75), (220, 110, 185),
    (125, 125, 125), (165, 165, 35), (25, 170, 190), (90, 90, 210), (185, 135, 60),
)  # fmt: skip
SMALLEST: Final = 4.0  # size of a node that nothing cites
_WIDE: Final = 100  # Gephi's units of a year from left to right
_HIGH: Final = -20  # of a row, downwards
_VALUES: Final = tuple(
    Field(name, f'<attvalue for="{place}" value="', '"/>') for place, name in enumerate(KINDS) if name != "label"
)


def format_gexf(contents: Contents) -> Iterator[str]:
    """Yield a GEXF document; about stands in its description. The label is the node's own, not an attribute."""
    yield _HEAD
    yield f"<meta><creator>litkb</creator><description>{xml_text(told(contents.about))}</description></meta>\n"
    kind = "directed" if contents.network.directed else "undirected"
    yield f'<graph defaultedgetype="{kind}" mode="dynamic" timeformat="integer" timerepresentation="interval">\n'
    yield from _attributes(contents)
    yield "<nodes>\n"
    yield from _nodes(contents)
    yield "</nodes>\n<edges>\n"
    end = _weight if contents.network.weighted else partial(_said, contents.network)
    yield from edge_lines(contents, XML, '<edge source="', '" target="', end)
    yield "</edges>\n</graph>\n</gexf>\n"


def _attributes(contents: Contents) -> Iterator[str]:
    yield '<attributes class="node" mode="static">\n'
    for place, (name, kind) in enumerate(KINDS.items()):
        if name != "label":
            yield f'<attribute id="{place}" title="{name}" type="{_TYPES[kind]}"/>\n'
    yield "</attributes>\n"
    if not contents.network.weighted:
        yield '<attributes class="edge" mode="static">\n'
        for place, (name, kind) in enumerate(contents.network.attributes.items()):
            yield f'<attribute id="{place}" title="{name}" type="{_TYPES[kind]}"/>\n'
        yield "</attributes>\n"


def _nodes(contents: Contents) -> Iterator[str]:
    colours, sizes = Shown(_colour), Shown(_size)

    def pictured(columns: Columns) -> list[str]:
        community, count, x, y = (columns[name] for name in ("community", "citation_count", "x", "y"))
        return [
            f"{colours[a]}{sizes[b]}{'' if c is None else _position(c, d)}"
            for a, b, c, d in zip(community, count, x, y, strict=True)
        ]

    start, label, year = (
        Field("name", '<node id="', '"'),
        Field("label", ' label="', '"'),
        Field("year", ' start="', '"'),
    )
    parts: tuple[Part, ...] = (start, label, year, "><attvalues>", *_VALUES, "</attvalues>", pictured, "</node>\n")
    return node_lines(contents.nodes, XML, parts)


def _colour(community: int | None) -> str:
    if community is None:
        return ""
    red, green, blue = _COLOURS[community % len(_COLOURS)]
    return f'<viz:color r="{red}" g="{green}" b="{blue}"/>'


def _size(count: int | None) -> str:
    return "" if count is None else f'<viz:size value="{SMALLEST + 2 * math.sqrt(count):.2f}"/>'


def _position(x: float, y: float) -> str:
    return f'<viz:position x="{x * _WIDE:.1f}" y="{y * _HIGH:.1f}" z="0.0"/>'


def _said(network: Network, said: str) -> str:
    values = xml_edge_values(network, said, '<attvalue for="{}" value="{}"/>')
    return f'"><attvalues>{values}</attvalues></edge>\n' if values else '"/>\n'


def _weight(value: str) -> str:
    return f'" weight="{value}.0"/>\n'


FORMS: Final = (Format("gexf", ".gexf", format_gexf, "application/gexf+xml", "Gephi", "GEXF"),)
