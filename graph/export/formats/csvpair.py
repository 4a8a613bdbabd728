"""CSV, a file of nodes and one of edges, with the headings that Gephi knows: RFC 4180, UTF-8, no mark before.  (pure)

A file has no place for what is said about it as a whole: whether a record is synthetic stands in each row.
"""

from collections.abc import Iterator
from typing import Final

from graph.export.formats.common import KINDS, Contents, Field, Format, Part, edge_lines, edge_values, node_lines
from graph.export.formats.csvtext import CELL, csv_text

NODE_HEADINGS: Final = ("Id", *(name.capitalize() if name == "label" else name for name in KINDS))


def format_node_rows(contents: Contents) -> Iterator[str]:
    """Yield a CSV file of nodes: empty where nobody said; text that a spreadsheet could run gets an apostrophe."""
    yield ",".join(NODE_HEADINGS) + "\r\n"
    yield from node_lines(contents.nodes, CELL, (*cells(), "\r\n"))


def cells() -> list[Part]:
    """Return the cells of a row: the name and all attributes, a comma between, also where nobody said."""
    parts: list[Part] = [Field("name", '"', '"')]
    for name, kind in KINDS.items():
        parts += [",", Field(name, '"', '"') if kind == "string" else Field(name, "", "")]
    return parts


def format_edge_rows(contents: Contents) -> Iterator[str]:
    """Yield a CSV file of edges: Source is the citing work, Target the cited one."""
    directed = contents.network.directed
    headings = ["Weight" if name == "weight" else name for name in contents.network.attributes]
    yield f"Source,Target,Type,{','.join(headings)}\r\n"

    def end(said: str) -> str:
        values = edge_values(contents.network, said)
        shown = ",".join(f'"{csv_text(value)}"' if is_text and value else value for _, is_text, value in values)
        return f'",{"Directed" if directed else "Undirected"},{shown}\r\n'

    yield from edge_lines(contents, CELL, '"', '","', end)


FORMS: Final = (
    Format("nodes.csv", ".csv", format_node_rows, "text/csv; charset=utf-8", "Spreadsheets, R, pandas", "CSV of nodes"),
    Format("edges.csv", ".csv", format_edge_rows, "text/csv; charset=utf-8", "Spreadsheets, R, pandas", "CSV of edges"),
)
