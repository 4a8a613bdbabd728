"""What every export says of a work and of a citation: the attributes, their kinds and their order.  (pure)"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from kb.queries.links import ExportNode

KINDS: Final[Mapping[str, str]] = {  # attribute of a node -> how a file declares it; the name is the node's id
    "label": "string",
    "title": "string",
    "year": "integer",
    "authors": "string",
    "journal": "string",
    "doi": "string",
    "pmid": "integer",
    "state": "string",
    "citation_count": "integer",
    "pagerank": "double",
    "component": "integer",
    "source": "string",
}


def known(node: ExportNode, clean: Callable[[str], str]) -> Iterator[tuple[int, str, str | int | float]]:
    """Yield (place, attribute, value) of what is known of node, text cleaned; what nobody said is left out."""
    for place, (name, value) in enumerate(zip(KINDS, node[1:], strict=True)):
        shown = clean(value) if isinstance(value, str) else value
        if shown is not None and shown != "":
            yield place, name, shown
