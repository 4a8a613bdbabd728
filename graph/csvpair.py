"""CSV, a file of nodes and one of edges, with the headings that Gephi knows: RFC 4180, UTF-8, no mark before.  (pure)

A file has no place for what is said about it as a whole: whether a record is synthetic stands in each row.
"""

import csv
from collections.abc import Iterable, Iterator
from typing import Final

from graph.attributes import KINDS
from kb.queries.links import ExportEdge, ExportNode
from kb.text import without_controls

NODE_HEADINGS: Final = ("Id", *(name.capitalize() if name == "label" else name for name in KINDS))
EDGE_HEADINGS: Final = ("Source", "Target", "Type", "sources")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet may run as a formula


class _Line:
    """A file that gives back the line written to it."""

    def write(self, line: str) -> str:
        return line


def format_node_rows(nodes: Iterable[ExportNode]) -> Iterator[str]:
    """Yield a CSV file of nodes: empty where nobody said; text that a spreadsheet could run gets an apostrophe."""
    return _lines(NODE_HEADINGS, nodes)


def format_edge_rows(edges: Iterable[ExportEdge]) -> Iterator[str]:
    """Yield a CSV file of edges: Source is the citing work, Target the cited one."""
    return _lines(EDGE_HEADINGS, ((edge.citing, edge.cited, "Directed", edge.sources) for edge in edges))


def _lines(headings: tuple[str, ...], rows: Iterable[Iterable[str | int | float | None]]) -> Iterator[str]:
    write = csv.writer(_Line(), lineterminator="\r\n").writerow
    yield str(write(headings))
    for row in rows:
        yield str(write([_cell(value) if isinstance(value, str) else value for value in row]))


def _cell(text: str) -> str:
    """Return text as a cell that no spreadsheet takes for a formula."""
    clean = without_controls(text)
    return "'" + clean if clean.startswith(_FORMULA) else clean
