"""Which works hang together, and how closely: weakly connected components, cores.  (pure)"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from graph.citation_graph import CitationGraph, adjacency, undirected
from kb.queries.citations import Ids


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


def core_numbers(citations: CitationGraph) -> Ids:
    """Return the core number of each work, in the order of ids: the largest k of a k-core that it is in.

    The k-core is what is left when works linked with fewer than k others are taken away, until there are none.
    Direction, mutual citations and self-references do not count: two works are linked or not; 0: linked with none.
    Seidman (1983), Social Networks 5, 269-287. Time grows with the citations, and with the rounds of taking away.

    Examples
    --------
    >>> import numpy as np
    >>> triangle_and_tail = CitationGraph(np.array([1, 2, 3, 4]), np.array([1, 2, 2, 3]), np.array([0, 0, 1, 0]))
    >>> core_numbers(triangle_and_tail).tolist()
    [2, 2, 2, 1]
    """
    links = undirected(citations)
    left = np.diff(links.indptr).astype(np.int64)
    cores = np.zeros(len(left), dtype=np.int64)
    alive = np.ones(len(left), dtype=np.bool_)
    core = 0
    while alive.any():
        core = max(core, int(left[alive].min()))
        taken = np.flatnonzero(alive & (left <= core))
        while len(taken):
            cores[taken] = core
            alive[taken] = False
            losing, losses = np.unique(links[taken].indices, return_counts=True)
            left[losing] -= losses
            taken = losing[alive[losing] & (left[losing] <= core)].astype(np.int64)
    return cores
