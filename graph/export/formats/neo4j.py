"""CSV for `neo4j-admin database import`: typed headings, one line a record, lists with semicolons.  (pure)"""

from collections.abc import Iterator
from typing import Final

from graph.export.formats.common import KINDS, Contents, Format, edge_lines, node_lines
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
    said = "weight:long" if contents.network.weighted else "sources:string[]"
    yield f":START_ID,:END_ID,{said},:TYPE\r\n"

    def end(value: str) -> str:
        shown = value if contents.network.weighted or not value else f'"{csv_line_text(value.replace(",", ";"))}"'
        return f'",{shown},{contents.network.link}\r\n'

    yield from edge_lines(contents, LINE, '"', '","', end)


FORMS: Final = (
    Format("nodes.neo4j.csv", ".neo4j.csv", format_neo4j_nodes, "text/csv; charset=utf-8", "Neo4j", "nodes"),
    Format("edges.neo4j.csv", ".neo4j.csv", format_neo4j_edges, "text/csv; charset=utf-8", "Neo4j", "relationships"),
)
