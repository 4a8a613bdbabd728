"""Who shares most with whom, block by block: a sparse matrix times its transpose, never whole in memory.  (pure)"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple, TypeAlias, TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse import _sparsetools  # the public product counts all entries first: half as much time again

PRODUCTS: Final = 1_000_000  # of two entries, made in one go: bounds memory to about 30 MB
ROWS: Final = 4_096  # of a block, 12 bits: 52 are left for the place of another row and a value

_PARTS: Final = 256  # of a long row, whose maxima tell which of its values need no look

_Item = TypeVar("_Item")
Numbers: TypeAlias = NDArray[np.int32]  # half the memory of 64 bits


class Pairs(NamedTuple):
    """Rows, those they share most with, and how much; by row, the strongest first, equal ones by place."""

    rows: Numbers
    others: Numbers
    values: Numbers


class _Rows(NamedTuple):
    """A sparse matrix of whole numbers: the entries of row i are those from starts[i] to starts[i + 1]."""

    starts: Numbers
    others: Numbers
    values: Numbers


def compact(matrix: sp.csr_array) -> sp.csr_array:
    """Return a matrix of whole numbers in 32 bits, half the memory; its values and their sums must have room."""
    parts = (matrix.data, matrix.indices, matrix.indptr)
    return sp.csr_array(tuple(array.astype(np.int32) for array in parts), shape=matrix.shape)


def row_blocks(having: sp.csr_array, products: int) -> Iterator[tuple[int, int]]:
    """Yield first and last row (exclusive) of blocks whose product with the transpose takes so many products."""
    rows = having.shape[0]
    work = np.cumsum(_row_products(having))
    start = 0
    while start < rows:
        done = int(work[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(work, done + products, side="right")))
        end = min(end, start + ROWS)
        yield start, end
        start = end


def _row_products(having: sp.csr_array) -> NDArray[np.int64]:
    """Return how many products of two entries each row takes with the transpose."""
    found: NDArray[np.int64] = having @ np.bincount(having.indices, minlength=having.shape[1])
    return found


def strongest_pairs(weighted: sp.csr_array, having: sp.csr_array, limit: int, at_least: int = 1) -> Iterator[Pairs]:
    """Yield of each row the ``limit`` others that it shares most with, block by block.

    What two rows share is their entry in weighted times the transpose of having, both in 32 bits: with ones in both,
    how many columns they have in common. Rows themselves, and others with less than ``at_least``, are left out.
    Time grows with the sum, over the columns, of the square of how many rows have them.
    """
    by_column = sp.csr_array(having.T)
    room = np.empty((2, max(PRODUCTS, int(_row_products(having).max(initial=0)))), dtype=np.int32)
    for start, end in row_blocks(having, PRODUCTS):
        yield _strongest(_product(weighted[start:end], by_column, room), start, limit, at_least)


def _product(left: sp.csr_array, right: sp.csr_array, room: Numbers) -> _Rows:
    """Return the product of two matrices of 32 bits; it stands in room, which is used again and again."""
    others, values = room
    starts = np.empty(left.shape[0] + 1, dtype=np.int32)
    size = (left.shape[0], right.shape[1])
    ours, theirs = ((matrix.indptr, matrix.indices, matrix.data) for matrix in (left, right))
    _sparsetools.csr_matmat(*size, *ours, *theirs, starts, others, values)
    return _Rows(starts, others[: starts[-1]], values[: starts[-1]])


def _strongest(shared: _Rows, start: int, limit: int, at_least: int) -> Pairs:
    """Return the limit largest values of each row of a block; start is the place of its first row."""
    lengths = np.diff(shared.starts)
    least = np.maximum(_lower_bounds(shared, limit + 1), at_least)  # with the row itself, which is left out
    kept = np.flatnonzero(shared.values >= np.repeat(least, lengths))
    rows = np.repeat(np.arange(len(lengths)), lengths)[kept]
    others = shared.others[kept]
    is_other = others != rows + start
    found = first_pairs(Pairs(rows[is_other], others[is_other], shared.values[kept][is_other]), limit)
    return found._replace(rows=found.rows + np.int32(start))


def first_pairs(pairs: Pairs, limit: int) -> Pairs:
    """Return the limit strongest pairs of each row, the strongest first, equal ones by place; values are positive.

    One number tells row, value and place, and such numbers are sorted ten times as fast as three columns.
    """
    if not len(pairs.rows):
        return Pairs(*(column.astype(np.int32) for column in pairs))
    bits, most = (int(column.max()).bit_length() for column in (pairs.others, pairs.values))
    low = pairs.rows.min()
    keys = ((pairs.rows - low).astype(np.uint64) << np.uint64(bits + most)) | pairs.others.astype(np.uint64)
    keys |= ((1 << most) - 1 - pairs.values).astype(np.uint64) << np.uint64(bits)
    keys.sort()
    rows = keys >> np.uint64(bits + most)
    starts = np.flatnonzero(np.diff(rows, prepend=rows.max() + np.uint64(1)))
    ranks = np.arange(len(rows)) - np.repeat(starts, np.diff(starts, append=len(rows)))
    keys = keys[ranks < limit]
    values = (1 << most) - 1 - (keys >> np.uint64(bits) & np.uint64((1 << most) - 1)).astype(np.int32)
    others = (keys & np.uint64((1 << bits) - 1)).astype(np.int32)
    return Pairs((rows[ranks < limit]).astype(np.int32) + np.int32(low), others, values.astype(np.int32))


def _lower_bounds(shared: _Rows, n: int) -> Numbers:
    """Return of each row a value that its nth largest is not below: the nth largest of the maxima of its parts."""
    lengths = np.diff(shared.starts)
    found = np.zeros(len(lengths), dtype=np.int32)
    parts = max(_PARTS, n)
    long = np.flatnonzero(lengths >= parts)
    if len(long):
        edges = shared.starts[long, None] + lengths[long, None].astype(np.int64) * np.arange(parts + 1) // parts
        edges = np.minimum(edges, len(shared.values) - 1)  # reduceat knows no end: the last part of all is one short
        maxima = np.maximum.reduceat(shared.values, edges.ravel()).reshape(edges.shape)[:, :-1]
        found[long] = np.partition(maxima, -n, axis=1)[:, -n]
    return found


def ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """Yield the same items, each made by a second thread while the one before is used.

    scipy and SQLite let other threads run while they work, so one core makes what the other one saves.
    """
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
