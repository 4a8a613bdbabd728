"""How much a work is cited: citation counts, reference counts, PageRank.  (pure)"""

import math
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.build import CitationGraph, adjacency
from kb.queries.links import Ids

DAMPING: Final = 0.85  # Brin and Page's
TOLERANCE: Final = 1e-12


def citation_counts(citations: CitationGraph) -> Ids:
    """Return how many works of the graph cite each work, in the order of ids."""
    return np.bincount(citations.cited, minlength=len(citations.ids)).astype(np.int64)


def reference_counts(citations: CitationGraph) -> Ids:
    """Return how many works of the graph each work cites, in the order of ids."""
    return np.bincount(citations.citing, minlength=len(citations.ids)).astype(np.int64)


def pagerank(citations: CitationGraph, damping: float = DAMPING, tol: float = TOLERANCE) -> NDArray[np.float64]:
    """Return the PageRank of each work, in the order of ids; the values add up to 1.

    A reader follows one of a work's references with probability ``damping``, else goes to any work; from a
    work without references, to any work. This is ``networkx.pagerank``'s definition, by power iteration on
    CSR arrays until two rounds differ by less than ``tol`` in sum. Brin and Page (1998), Computer Networks
    30, 107-117.

    Each round costs one pass over the citations; a round shrinks the error by ``damping`` at least, which
    bounds their number (175 for the defaults).

    Examples
    --------
    >>> import numpy as np
    >>> two = CitationGraph(np.array([1, 2]), np.array([0]), np.array([1]))
    >>> pagerank(two).round(4).tolist()
    [0.3509, 0.6491]
    """
    size = len(citations.ids)
    if not size:
        return np.empty(0)
    arriving, dangling = _transitions(citations)
    ranks = np.full(size, 1 / size)
    for _ in range(_rounds(damping, tol)):
        stray = float(ranks[dangling].sum())
        later: NDArray[np.float64] = damping * (arriving @ ranks) + (damping * stray + 1 - damping) / size
        change = float(np.abs(later - ranks).sum())
        ranks = later
        if change < tol:
            break
    ranks /= ranks.sum()
    return ranks


def _transitions(citations: CitationGraph) -> tuple[sp.csr_array, NDArray[np.bool_]]:
    """Return the matrix whose product with ranks is what arrives by references, and which works have none."""
    matrix = adjacency(citations)
    lengths = np.diff(matrix.indptr)
    matrix.data /= np.repeat(lengths, lengths)
    return sp.csr_array(matrix.T), lengths == 0


def _rounds(damping: float, tol: float) -> int:
    """Return after how many rounds two ranks cannot differ by tol any more: they begin at most 2 apart."""
    return 2 if damping <= 0 else math.ceil(math.log(tol / 2) / math.log(damping)) + 1
