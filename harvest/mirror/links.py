"""Links between PMIDs as sorted arrays: pairs, and lists of values by key."""

from typing import Final, NamedTuple

import numpy as np

from kb.mirror.folder import Array

SHIFT: Final = 32  # bits of a PMID beside another in one number
PMIDS: Final = 2**SHIFT - 1


class Links(NamedTuple):
    """Lists of PMIDs by key: keys ascending, each once; list i is values[ends[i - 1]:ends[i]], ascending."""

    keys: Array  # int32
    ends: Array  # uint32
    values: Array  # int32


def is_last(values: Array) -> Array:
    """Return which of ascending values are followed by another value, or by none."""
    return np.append(values[1:] != values[:-1], np.ones(min(len(values), 1), bool))


def sorted_once(pairs: Array) -> Array:
    """Return numbers in their order, each once; the argument is sorted in place: np.unique takes ten times as long."""
    pairs.sort()
    return pairs[is_last(pairs)]


def link_lists(keys: Array, values: Array) -> Links:
    """Return pairs as lists, each pair once; a PMID that is paired with itself is left out."""
    pairs = (keys.astype(np.int64) << SHIFT) | values
    pairs = sorted_once(pairs[keys != values])
    keys = (pairs >> SHIFT).astype(np.int32)
    ends = np.flatnonzero(is_last(keys)) + 1
    return Links(keys[ends - 1], ends.astype(np.uint32), (pairs & PMIDS).astype(np.int32))


def ends_between(keys: Array, ends: Array, low: int, high: int) -> tuple[slice, Array]:
    """Return which keys are from low to high - 1, where the values of the first begin, and where those of each end."""
    first = int(np.searchsorted(keys, np.int32(low)))  # of the type of keys: of another, all of them would be copied
    last = int(np.searchsorted(keys, np.int32(high - 1), "right"))
    before = int(ends[first - 1]) if first else 0
    return slice(first, last), np.concatenate(([before], ends[first:last])).astype(np.int64)


def pairs_between(links: Links, low: int, high: int) -> tuple[Array, Array]:
    """Return keys and values of the lists whose key is from low to high - 1: two arrays of one length."""
    which, ends = ends_between(links.keys, links.ends, low, high)
    return np.repeat(links.keys[which], np.diff(ends)), links.values[ends[0] : ends[-1]]
