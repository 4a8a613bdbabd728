"""Who shares most with whom, block by block: a sparse matrix times its transpose, never whole in memory.  (pure)"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse import _sparsetools  # the public product counts all entries first: half as much time again

PRODUCTS: Final = 1_000_000  # of two entries, made in one go: bounds memory to about 30 MB
WORD_BITS: Final = 6  # of the place of a bit in a word
WORD: Final = 1 << WORD_BITS  # bits
ROWS: Final = 4_096  # of a block, 12 bits: 52 are left for the place of another row and a value

_PARTS: Final = 3  # of a long row for each value wanted, whose maxima tell which of its values need no look
_BITS: Final = 32  # of a number that is gone through quickly, with its sign

_Item = TypeVar("_Item")
Numbers: TypeAlias = NDArray[np.int32]  # half the memory of 64 bits
Bits: TypeAlias = NDArray[np.uint64]


class Pairs(NamedTuple):
    """Rows, those they share most with, and how much; by row, the strongest first, equal ones by place."""

    rows: Numbers
    others: Numbers
    values: Numbers


class Rows(NamedTuple):
    """A sparse matrix of whole numbers: the entries of row i are those from starts[i] to starts[i + 1]."""

    starts: Numbers
    others: Numbers
    values: Numbers


def compact(matrix: sp.csr_array) -> sp.csr_array:
    """Return a matrix of whole numbers in 32 bits, half the memory; its values and their sums must have room."""
    parts = (matrix.data, matrix.indices, matrix.indptr)
    return sp.csr_array(tuple(array.astype(np.int32) for array in parts), shape=matrix.shape)


def row_blocks(work: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Yield first and last row (exclusive) of blocks that take so much work at most, or are one row."""
    done = np.cumsum(work)
    start = 0
    while start < len(work):
        before = int(done[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(done, before + most, side="right")))
        end = min(end, start + ROWS)
        yield start, end
        start = end


def row_products(left: sp.csr_array, right: sp.csr_array) -> NDArray[np.int64]:
    """Return how many products of two entries each row of left takes with right."""
    ones = np.ones(len(left.indices), dtype=np.int64)
    found: NDArray[np.int64] = sp.csr_array((ones, left.indices, left.indptr), left.shape) @ np.diff(right.indptr)
    return found


def products(left: sp.csr_array, right: sp.csr_array, beside: int = 0) -> Iterator[tuple[int, int, Rows]]:
    """Yield the product of two matrices of 32 bits in blocks: first and last row (exclusive), and its entries.

    They stand in room that is used again for the next block. A row also takes what is made ``beside`` its products.
    """
    work = row_products(left, right)
    room = np.empty((2, max(PRODUCTS, int(work.max(initial=0)))), dtype=np.int32)
    for start, end in row_blocks(work + beside, PRODUCTS):
        yield start, end, _product(left[start:end], right, room)


def as_bits(having: sp.csr_array) -> Bits:
    """Return the rows of a matrix as bits, WORD columns a number."""
    bits = np.zeros((having.shape[0], -(-having.shape[1] // WORD)), dtype=np.uint64)
    rows = np.repeat(np.arange(having.shape[0]), np.diff(having.indptr))
    np.bitwise_or.at(bits, (rows, having.indices // WORD), np.uint64(1) << (having.indices % WORD).astype(np.uint64))
    return bits


def entries_of_both(
    having: sp.csr_array, marked: Numbers, looked_at: Numbers
) -> tuple[sp.csr_array, NDArray[np.bool_]]:
    """Return the rows looked_at of having, and which of their entries the rows marked have as well, pair by pair.

    Equal ones of marked stand side by side: what such a row has is marked once, for all that it is compared with.
    """
    entries, is_marked = having[looked_at], np.zeros(having.shape[1], dtype=np.bool_)
    is_shared = np.empty(len(entries.indices), dtype=np.bool_)
    firsts = np.flatnonzero(np.diff(marked, prepend=-1))
    bounds = entries.indptr[[*firsts, -1]].tolist()
    for row, (start, end) in zip(marked[firsts].tolist(), pairwise(bounds), strict=True):
        columns = having.indices[having.indptr[row] : having.indptr[row + 1]]
        is_marked[columns] = True
        is_shared[start:end] = is_marked[entries.indices[start:end]]
        is_marked[columns] = False
    return entries, is_shared


def strongest_pairs(
    weighted: sp.csr_array, having: sp.csr_array, limit: int, at_least: int = 1, order: NDArray[np.int64] | None = None
) -> Iterator[Pairs]:
    """Yield of each row the ``limit`` others that it shares most with, block by block.

    What two rows share is their entry in weighted times the transpose of having, both in 32 bits: with ones in both,
    how many columns they have in common. Rows themselves, and others with less than ``at_least``, are left out. Equal
    ones come by place, or as order has their places. Time grows with the sum, over the columns, of the square of how
    many rows have them.
    """
    order = np.arange(having.shape[0]) if order is None else order
    own = np.argsort(order)
    by_column = sp.csr_array(having[order].T)
    for start, end, shared in products(weighted, by_column):
        found = _strongest(shared, own[start:end], limit, at_least)
        yield Pairs(found.rows + np.int32(start), order[found.others].astype(np.int32), found.values)


def _product(left: sp.csr_array, right: sp.csr_array, room: Numbers) -> Rows:
    """Return the product of two matrices of 32 bits; it stands in room, which is used again and again."""
    others, values = room
    starts = np.empty(left.shape[0] + 1, dtype=np.int32)
    size = (left.shape[0], right.shape[1])
    ours, theirs = ((matrix.indptr, matrix.indices, matrix.data) for matrix in (left, right))
    _sparsetools.csr_matmat(*size, *ours, *theirs, starts, others, values)
    return Rows(starts, others[: starts[-1]], values[: starts[-1]])


def _strongest(shared: Rows, own: NDArray[np.int64], limit: int, at_least: int) -> Pairs:
    """Return the limit largest values of each row of a block, rows from 0; own are their places among the others."""
    lengths = np.diff(shared.starts)
    ranks = _ranks(shared.others, shared.values).ranks
    least = _lower_bounds(shared.starts, ranks, limit + 1)  # with the row itself, which is left out
    kept = np.flatnonzero((ranks >= np.repeat(least, lengths)) & (shared.values >= at_least))
    rows = np.searchsorted(shared.starts, kept, side="right") - 1
    is_other = shared.others[kept] != own[rows]
    kept, rows = kept[is_other], rows[is_other]
    return first_pairs(Pairs(rows.astype(np.int32), shared.others[kept], shared.values[kept]), limit)


class _Ranks(NamedTuple):
    """Numbers in the order of the values, of equal ones the first place the largest: no two of a row are equal."""

    ranks: NDArray[np.integer[Any]]  # in 32 bits where they have room: gone through in a third of the time
    bits: int  # of a place
    most_place: int


def _ranks(others: Numbers, values: Numbers) -> _Ranks:
    most_place, most = (int(column.max(initial=0)) for column in (others, values))
    bits = most_place.bit_length()
    values = values if bits + most.bit_length() < _BITS else values.astype(np.int64)
    return _Ranks((values << bits) + (most_place - others), bits, most_place)


def first_pairs(pairs: Pairs, limit: int) -> Pairs:
    """Return the limit strongest pairs of each row, the strongest first, equal ones by place; values are positive."""
    if not len(pairs.rows):
        return Pairs(*(column.astype(np.int32) for column in pairs))
    low = pairs.rows[0]
    ranks, bits, most_place = _ranks(pairs.others, pairs.values)
    found = _largest(pairs.rows - low, ranks, limit)
    rows = np.nonzero(found >= 0)[0]
    best = found[found >= 0]
    columns = rows + low, most_place - (best & ((1 << bits) - 1)), best >> bits
    return Pairs(*(column.astype(np.int32) for column in columns))


def _largest(rows: Numbers, ranks: NDArray[np.integer[Any]], limit: int) -> NDArray[np.integer[Any]]:
    """Return the limit largest ranks of each row, the largest first, then -1; rows ascend from 0.

    Short rows are sorted side by side, those of like lengths together: 20 times as fast as all numbers at once.
    """
    lengths = np.bincount(rows)
    starts, widths = np.cumsum(lengths) - lengths, np.ceil(np.log2(np.maximum(lengths, 1))).astype(np.int64)
    found = np.full((len(lengths), limit), -1, dtype=ranks.dtype)
    for width in np.flatnonzero(np.bincount(widths)).tolist():
        some = np.flatnonzero(widths == width)
        within = np.arange(1 << width)
        cells = ranks[np.minimum(starts[some, None] + within, len(ranks) - 1)]
        cells[within >= lengths[some, None]] = -1
        cells.sort(axis=1)
        found[some, : 1 << width] = cells[:, : -limit - 1 : -1]
    return found


def _lower_bounds(starts: Numbers, ranks: NDArray[np.integer[Any]], n: int) -> NDArray[np.integer[Any]]:
    """Return of each row a rank that its nth largest is not below: the nth largest of the maxima of its parts."""
    lengths = np.diff(starts)
    found = np.zeros(len(lengths), dtype=ranks.dtype)
    parts = _PARTS * n
    long = np.flatnonzero(lengths >= parts)
    if len(long):
        edges = starts[long, None] + lengths[long, None].astype(np.int64) * np.arange(parts + 1) // parts
        edges = np.minimum(edges, len(ranks) - 1)  # reduceat knows no end: the last part of all is one short
        maxima = np.maximum.reduceat(ranks, edges.ravel()).reshape(edges.shape)[:, :-1]
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
