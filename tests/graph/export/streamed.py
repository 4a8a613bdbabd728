"""Files of nodes and edges that a test makes up, in any form."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter

from graph.export.formats.common import Contents
from graph.export.networks import CITATIONS
from graph.export.write import FORMS
from kb.queries.export.edges import PART, Star
from kb.queries.export.nodes import SEPARATOR, ExportNode, columns_of
from tests.rows import ExportEdge


def stream(
    form: str, nodes: Iterable[ExportNode], edges: Iterable[ExportEdge], about: Mapping[str, str]
) -> Iterator[str]:
    """Yield a file of the form ``form`` (a key of FORMS) piece by piece; nodes are used up before edges.

    It is a part of the citation graph. Every edge's ends must be among the nodes. Text is cleaned and escaped here.
    """
    writer = FORMS[form]
    if writer.first is None:
        return writer.write(Contents(CITATIONS, about, columns_of(nodes), _stars(edges, str)))
    kept = list(nodes)
    numbers = {node.name: str(number) for number, node in enumerate(kept, writer.first)}
    placed = [(node.x, node.y) for node in kept if node.x is not None and node.y is not None]
    bounds = (min(placed)[0], max(placed)[0], min(y for _, y in placed), max(y for _, y in placed)) if placed else None
    stars = _stars(edges, numbers.__getitem__)
    return writer.write(Contents(CITATIONS, about, columns_of(kept), stars, True, len(kept), bounds))


def _stars(edges: Iterable[ExportEdge], shown: Callable[[str], str]) -> Iterator[list[Star]]:
    for tail, group in groupby(edges, attrgetter("citing")):
        found = list(group)
        heads = SEPARATOR.join(shown(edge.cited).replace(SEPARATOR, "") for edge in found)
        yield [(shown(tail), heads, SEPARATOR.join(map(_said, found)))]


def _said(edge: ExportEdge) -> str:
    return PART.join(value or "" for value in edge[2:]).rstrip(PART)
