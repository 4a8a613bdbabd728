"""CSV for `neo4j-admin database import`: typed headings, one line a record, lists with semicolons.  (pure)"""

from collections.abc import Iterator
from typing import Final

from graph.export.formats.common import KINDS, Contents, Format, edge_lines, edge_values, node_lines
from graph.export.formats.csvpair import cells
from graph.export.formats.csvtext import LINE, csv_line_text

_TYPES: Final = {"string": "", "integer": ":long", "double": ":double"}
NODE_HEADINGS: Final = ("name:ID", *(f"{name}{_TYPES[kind]}" for name, kind in KINDS.items()), ":LABEL")


def format_neo4j_nodes(contents: Contents) -> Iterator[str]:
    """Yield a CSV file of nodes; a cell is empty, and no property made, where nobody said."""
    yield ",".join(NODE_HEADINGS) + "\r\n"
    yield from node_lines(contents.nodes, LINE, (*cells(), f",{contents.network.item}\r\n"))


def format_neo4j_edges(contents: Contents) -> Iterator[str]:
    """Yield a CSV file of relationships."""
    types = {"integer": "long", "string": "string[]"}
    headings = [f"{name}:{types[kind]}" for name, kind in contents.network.attributes.items()]
    yield f":START_ID,:END_ID,{','.join(headings)},:TYPE\r\n"

    def cell(value: str) -> str:
        return f'"{csv_line_text(value.replace(",", ";"))}"'

    def end(said: str) -> str:
        values = edge_values(contents.network, said)
        shown = ",".join(cell(value) if is_text and value else value for _, is_text, value in values)
        return f'",{shown},{contents.network.link}\r\n'

    yield from edge_lines(contents, LINE, '"', '","', end)


FORMS: Final = (
    Format("nodes.neo4j.csv", ".neo4j.csv", format_neo4j_nodes, "text/csv; charset=utf-8", "Neo4j", "nodes"),
    Format("edges.neo4j.csv", ".neo4j.csv", format_neo4j_edges, "text/csv; charset=utf-8", "Neo4j", "relationships"),
)
