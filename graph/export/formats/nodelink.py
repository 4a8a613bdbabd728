"""Node-link JSON, as networkx.node_link_graph(data, edges="edges") and D3 read it.  (pure)"""

from collections.abc import Iterator
from typing import Final

from graph.export.formats.common import Contents, Field, Format, Part, edge_lines, edge_values, without_first
from graph.export.formats.jsontext import JSON, VALUES, encoded, json_text, listed

_NODE: Final[tuple[Part, ...]] = (Field("name", ',\n{"id": "', '"'), *VALUES, "}")


def format_nodelink(contents: Contents) -> Iterator[str]:
    """Yield a JSON document, equal to networkx.node_link_data() of the same graph; a line a node or edge."""
    told = {json_text(name): json_text(text) for name, text in contents.about.items()}
    about = ", ".join(f'"{name}": "{text}"' for name, text in told.items())
    directed = encoded(contents.network.directed)
    yield f'{{"directed": {directed}, "multigraph": false, "graph": {{{about}}}, "nodes": [\n'
    yield from listed(contents.nodes, _NODE)
    yield '\n], "edges": [\n'
    yield from edges(contents, "}")
    yield "\n]}\n"


def edges(contents: Contents, end: str, start: str = ',\n{"source": "') -> Iterator[str]:
    """Yield edges with a comma between."""

    def ended(said: str) -> str:
        shown = [
            f', "{name}": "{json_text(value)}"' if is_text else f', "{name}": {value}'
            for name, is_text, value in edge_values(contents.network, said)
            if value
        ]
        return f'"{"".join(shown)}{end}'

    return without_first(edge_lines(contents, JSON, start, '", "target": "', ended), ",\n")


FORMS: Final = (Format("json", ".json", format_nodelink, "application/json", "NetworkX, igraph", "node-link JSON"),)
