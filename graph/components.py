"""Which works hang together: weakly connected components.  (pure)"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from graph.build import CitationGraph, adjacency
from kb.queries.links import Ids


def components(citations: CitationGraph) -> Ids:
    """Return the number of each work's weakly connected component, in the order of ids.

    1 is the largest; among equally large ones the lower number has the smallest id.

    Examples
    --------
    >>> import numpy as np
    >>> three = CitationGraph(np.array([1, 2, 3]), np.array([1]), np.array([2]))
    >>> components(three).tolist()
    [2, 1, 1]
    """
    if not len(citations.ids):
        return np.empty(0, dtype=np.int64)
    return numbered_by_size(connected_components(adjacency(citations), directed=True, connection="weak")[1])


def numbered_by_size(labels: NDArray[np.integer]) -> Ids:
    """Return labels numbered anew: 1 is the one that most works have, among equals the one of the first work.

    labels are in the order of ids, which ascend.
    """
    _, firsts, places, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    numbers = np.empty(len(sizes), dtype=np.int64)
    numbers[np.lexsort((firsts, -sizes))] = np.arange(1, len(sizes) + 1)
    renumbered: Ids = numbers[places]
    return renumbered
