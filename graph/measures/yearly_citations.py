"""How often works are cited in each year, block by block: the matrix of all is never whole in memory.  (pure)"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from graph.citation_graph import stable_order
from kb.queries.citations import Ids

CELLS: Final = 2_000_000  # works times years, looked at in one go: bounds memory to about 150 MB


def yearly_blocks(works: int, rows: Ids, times: Ids) -> Iterator[tuple[int, Ids]]:
    """Yield the first of some works, and their citations by time: a row a work; rows and times are of each citation.

    Examples
    --------
    >>> import numpy as np
    >>> [(first, yearly.tolist()) for first, yearly in yearly_blocks(2, np.array([1, 0, 1]), np.array([0, 2, 0]))]
    [(0, [[0, 0, 1], [2, 0, 0]])]
    """
    order = stable_order(rows, works)
    rows, times = rows[order], times[order]
    width = int(times.max(initial=0)) + 1
    step = max(1, CELLS // width)
    for start in range(0, works, step):
        low, high = np.searchsorted(rows, [start, start + step])
        size = min(step, works - start)
        cells = (rows[low:high] - start) * width + times[low:high]
        yield start, np.bincount(cells, minlength=size * width).reshape(size, width)
