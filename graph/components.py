"""Which works hang together: weakly connected components.  (pure)"""

import numpy as np
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
    count, labels = connected_components(adjacency(citations), directed=True, connection="weak")
    sizes = np.bincount(labels, minlength=count)
    _, firsts = np.unique(labels, return_index=True)  # ids ascend, so the first place has the smallest id
    numbers = np.empty(count, dtype=np.int64)
    numbers[np.lexsort((firsts, -sizes))] = np.arange(1, count + 1)
    return numbers[labels]
