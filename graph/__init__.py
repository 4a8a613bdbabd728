"""litkb graph: from rows to a citation graph, to numbers, to files.

Public, as docs/python.md shows: build_citation_graph, adjacency, to_networkx, compute_graph, suggestions_for,
select_works, write_export.
"""

from typing import TYPE_CHECKING

from kb.lazy import lazy_names

if TYPE_CHECKING:
    from graph.citation_graph import adjacency, build_citation_graph, to_networkx
    from graph.export.export_request import select_works, write_export
    from graph.run import compute_graph
    from graph.similarity.suggest import suggestions_for

__all__ = [
    "adjacency",
    "build_citation_graph",
    "compute_graph",
    "select_works",
    "suggestions_for",
    "to_networkx",
    "write_export",
]
__getattr__ = lazy_names(
    __name__,
    {
        "adjacency": "graph.citation_graph",
        "build_citation_graph": "graph.citation_graph",
        "compute_graph": "graph.run",
        "select_works": "graph.export.export_request",
        "suggestions_for": "graph.similarity.suggest",
        "to_networkx": "graph.citation_graph",
        "write_export": "graph.export.export_request",
    },
)
