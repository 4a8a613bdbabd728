"""Node-link JSON, as networkx.node_link_graph(data, edges="edges") and D3 read it.  (pure)"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from graph.attributes import known
from kb.queries.links import ExportEdge, ExportNode
from kb.text import without_controls

_json: Final = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps() would make a new encoder each time


def format_nodelink(
    nodes: Iterable[ExportNode], edges: Iterable[ExportEdge], about: Mapping[str, str]
) -> Iterator[str]:
    """Yield a JSON document, equal to networkx.node_link_data() of the same graph; a line a node or edge."""
    told = {without_controls(name): without_controls(text) for name, text in about.items()}
    yield f'{{"directed": true, "multigraph": false, "graph": {_json(told)}, "nodes": [\n'
    yield from _items(map(_node, nodes))
    yield '], "edges": [\n'
    yield from _items(_edges(edges))
    yield "]}\n"


def _items(items: Iterable[str]) -> Iterator[str]:
    """Yield items with a comma between."""
    before = ""
    for item in items:
        yield before + item
        before = ",\n"
    yield "\n"


def _node(node: ExportNode) -> str:
    values = {name: value for _, name, value in known(node, without_controls)}
    return _json(values | {"id": without_controls(node.name)})


def _edges(edges: Iterable[ExportEdge]) -> Iterator[str]:
    starts: dict[str | None, str] = {None: "{"}  # few sources are named, and often
    for citing, cited, sources in edges:
        start = starts.get(sources)
        if start is None:
            start = starts[sources] = f'{{"sources": {_json(without_controls(sources or ""))}, '
        yield f'{start}"source": {_json(without_controls(citing))}, "target": {_json(without_controls(cited))}}}'
