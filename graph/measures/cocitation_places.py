"""How near to each other full texts cite two works: in one list, one section, one sentence.

Gipp and Beel (2009), Proc ISSI 2, 571-575: works that are cited in one sentence have more in common than works that
only share a list of references.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.similarity.sparse_topk import Pairs
from kb.queries.citations import Ids
from kb.queries.works.cited_places import NONE, CitedPlaces
from kb.store.computed import TableColumns

_COLUMNS: Final = ("texts", "one_section", "one_sentence")


class CocitationPlaces(NamedTuple):
    """How many texts list both works of a pair, cite both in one section, and in one sentence."""

    size: int  # works of the graph
    pairs: Ids  # as numbers, ascending
    counts: NDArray[np.int32]  # by column of _COLUMNS, pair by pair

    def columns(self, block: Pairs) -> TableColumns:
        """Return the counts of the pairs of a block; where no text lists both, the nearer ones are NaN: unknown."""
        if not len(self.pairs):
            unknown = np.full(len(block.rows), np.nan)
            return dict(zip(_COLUMNS, (np.zeros_like(block.rows), unknown, unknown), strict=True))
        places = np.searchsorted(self.pairs, _numbers(block.rows, block.others, self.size))
        listed, *nearer = self.counts[:, places]
        known = (np.where(listed > 0, count, np.nan) for count in nearer)
        return dict(zip(_COLUMNS, (listed, *known), strict=True))


def count_cocitation_places(ids: Ids, blocks: Sequence[Pairs], texts: Iterable[CitedPlaces]) -> CocitationPlaces:
    """Count, each text once, how near the texts cite the pairs of all blocks.

    Time grows with the sum of squares of the lists of the texts; memory with the pairs, where there is a text.
    """
    found = CocitationPlaces(len(ids), np.empty(0, dtype=np.int64), np.empty((len(_COLUMNS), 0), dtype=np.int32))
    for places in texts:
        if not len(found.pairs) and blocks:
            pairs = np.sort(np.concatenate([_numbers(block.rows, block.others, len(ids)) for block in blocks]))
            pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # np.unique() and np.isin() take a minute for a million
            found = CocitationPlaces(len(ids), pairs, np.zeros((len(_COLUMNS), len(pairs)), dtype=np.int32))
        for count, near in zip(found.counts, _near(ids, places), strict=True):
            is_kept, at = _places(found.pairs, near)
            np.add.at(count, at[is_kept], 1)
    return found


def _numbers(first: NDArray[np.integer], second: NDArray[np.integer], size: int) -> Ids:
    """Return a number for each pair of places, whichever comes first."""
    numbers: Ids = np.minimum(first, second).astype(np.int64) * size + np.maximum(first, second)
    return numbers


def _near(ids: Ids, places: CitedPlaces) -> Iterator[Ids]:
    """Yield the pairs that stand in one list, in one section, in one sentence: once for each text."""
    is_node, at = _places(ids, places.cited)
    kept = is_node & (places.cited != places.citing)
    citing, cited, sections, sentences = (column[kept] for column in places._replace(cited=at))
    entries, entry = _distinct(citing, cited)
    for numbers in (np.zeros_like(citing), sections, sentences):
        there = numbers != NONE
        units, unit = _distinct(citing[there], numbers[there])
        shape = len(units), len(entries)
        having = sp.csr_array((np.ones(len(unit), dtype=np.int32), (unit, entry[there])), shape=shape)
        first, second = (having.T @ having).nonzero()
        ahead = first < second
        yield _numbers(entries[first[ahead], 1], entries[second[ahead], 1], len(ids))


def _places(ordered: Ids, values: Ids) -> tuple[NDArray[np.bool_], Ids]:
    """Return which of values are among ordered ones, and where."""
    if not len(ordered):
        return np.zeros(len(values), dtype=np.bool_), np.zeros(len(values), dtype=np.int64)
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return ordered[at] == values, at


def _distinct(first: Ids, second: Ids) -> tuple[Ids, Ids]:
    """Return the distinct pairs of two columns, a row each, and which of them each pair is."""
    pairs, places = np.unique(np.stack([first, second], axis=1), axis=0, return_inverse=True)
    return pairs, places.ravel()
