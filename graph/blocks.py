"""Who shares most with whom, block by block: a sparse matrix times its transpose, never whole in memory.  (pure)"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple, TypeAlias, TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

PRODUCTS: Final = 1_000_000  # of two entries, made in one go: bounds memory to about 30 MB

_COUNTED: Final = 4096  # values up to which each is counted, to find the largest

_Item = TypeVar("_Item")
Numbers: TypeAlias = NDArray[np.int32]  # half the memory of 64 bits


class Pairs(NamedTuple):
    """Rows, those they share most with, and how much; by row, the strongest first, equal ones by place."""

    rows: Numbers
    others: Numbers
    values: Numbers


def compact(matrix: sp.csr_array) -> sp.csr_array:
    """Return a matrix of whole numbers in 32 bits, half the memory; its values and their sums must have room."""
    parts = (matrix.data, matrix.indices, matrix.indptr)
    return sp.csr_array(tuple(array.astype(np.int32) for array in parts), shape=matrix.shape)


def row_blocks(having: sp.csr_array, products: int) -> Iterator[tuple[int, int]]:
    """Yield first and last row (exclusive) of blocks whose product with the transpose takes so many products."""
    rows = having.shape[0]
    work = np.cumsum(having @ np.bincount(having.indices, minlength=having.shape[1]))
    start = 0
    while start < rows:
        done = int(work[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(work, done + products, side="right")))
        yield start, end
        start = end


def strongest_pairs(weighted: sp.csr_array, having: sp.csr_array, limit: int, at_least: int = 1) -> Iterator[Pairs]:
    """Yield of each row the ``limit`` others that it shares most with, block by block.

    What two rows share is their entry in weighted times the transpose of having, both in 32 bits: with ones in both,
    how many columns they have in common. Rows themselves, and others with less than ``at_least``, are left out.
    Time grows with the sum, over the columns, of the square of how many rows have them.
    """
    by_column = sp.csr_array(having.T)
    for start, end in row_blocks(having, PRODUCTS):
        shared = sp.csr_array(weighted[start:end] @ by_column)
        yield _strongest(shared, start, limit, at_least)


def _strongest(shared: sp.csr_array, start: int, limit: int, at_least: int) -> Pairs:
    """Return the limit largest values of each row of a block; start is the place of its first row."""
    lengths = np.diff(shared.indptr)
    least = np.full(len(lengths), at_least, dtype=np.int32)
    for row in np.flatnonzero(lengths > limit).tolist():
        values = shared.data[shared.indptr[row] : shared.indptr[row + 1]]
        least[row] = max(at_least, _nth_largest(values, limit + 1))  # with itself, which is left out
    rows = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    kept = np.flatnonzero((shared.data >= np.repeat(least, lengths)) & (shared.indices != rows + start))
    rows, others, values = rows[kept], shared.indices[kept], shared.data[kept]
    order = np.lexsort((others, -values, rows))
    rows = rows[order]
    ranks = np.arange(len(rows)) - np.searchsorted(rows, rows)
    first = order[ranks < limit]
    return Pairs(rows[ranks < limit] + np.int32(start), others[first], values[first])


def _nth_largest(values: Numbers, n: int) -> int:
    """Return the nth largest of values, 0 where there are fewer."""
    if len(values) < n:
        return 0
    top = int(values.max())
    if top > _COUNTED:
        return int(np.partition(values, -n)[-n])
    from_top = np.cumsum(np.bincount(values)[::-1])  # among many equal values it takes a fifth of partition's time
    return top - int(np.searchsorted(from_top, n))


def ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """Yield the same items, each made by a second thread while the one before is used.

    scipy and SQLite let other threads run while they work, so one core makes what the other one saves.
    """
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
