"""Related studies: for each held article those that share the most, and the rarest, with it.  (pure)

The score of two articles is the sum, over all parts and all features that both have, of the part's factor
times the rarity of the feature (graph.features). It is no measure of quality and compares only within one
file.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.features import UNIT, Part
from graph.reasons import reason
from kb.queries.links import Ids
from kb.store.measures import RelatedStudy

LIMIT: Final = 20  # related studies of one article
NAMED: Final = 2  # things of one part that a reason names
BLOCK: Final = 8_000_000  # shared features looked at in one block of articles: bounds memory to about 200 MB

_Places: TypeAlias = NDArray[np.int32]
_Shared: TypeAlias = tuple[list[int], list[tuple[str, ...]]]


class Pairs(NamedTuple):
    """Articles, those related to them, both as places, and their scores in thousandths."""

    articles: Ids
    related: Ids
    scores: Ids


def related_studies(held: Ids, parts: Sequence[Part], limit: int = LIMIT) -> Iterator[RelatedStudy]:
    """Yield the ``limit`` strongest related studies of each article, the strongest first, equal ones by id.

    Each part is the count of all that the two share; what is too common to weigh anything counts, but makes
    nobody related. Memory is bounded: articles are compared in blocks. Time grows with the sum, over the
    features, of the square of how many articles have them, COMMON_ABOVE at most.

    Bibliographic coupling: Kessler (1963), American Documentation 14, 10-25; co-citation: Small (1973), JASIS
    24, 265-269.
    """
    for pairs in strongest_pairs(parts, limit):
        shared = [_shared(part, pairs) for part in parts]
        counts = [part_counts for part_counts, _ in shared]
        names = zip(*(part_names for _, part_names in shared), strict=True)
        reasons = map(reason, zip(*counts, strict=True), names)
        ends = held[pairs.articles].tolist(), held[pairs.related].tolist(), (pairs.scores / UNIT).tolist()
        yield from map(RelatedStudy._make, zip(*ends, *counts, reasons, strict=True))


def strongest_pairs(parts: Sequence[Part], limit: int) -> Iterator[Pairs]:
    """Yield the strongest pairs of all articles, block by block."""
    telling = [sp.csr_array(part.having[:, : int(np.count_nonzero(part.weights))]) for part in parts]
    having = _compact(sp.csr_array(sp.hstack(telling)))
    weights = np.concatenate([part.weights[part.weights > 0] for part in parts]).astype(np.int32)
    weighted = sp.csr_array((weights[having.indices], having.indices, having.indptr), shape=having.shape)
    having_by_feature = sp.csr_array(having.T)
    for start, end in _blocks(having):
        scores = sp.csr_array(weighted[start:end] @ having_by_feature)
        yield _strongest(scores, start, limit)


def _compact(matrix: sp.csr_array) -> sp.csr_array:
    """Return matrix in 32 bits: half the memory, and room for scores of 150,000 shared features."""
    parts = (matrix.data, matrix.indices, matrix.indptr)
    return sp.csr_array(tuple(array.astype(np.int32) for array in parts), shape=matrix.shape)


def _blocks(having: sp.csr_array) -> Iterator[tuple[int, int]]:
    """Yield first and last place (exclusive) of runs of articles that are compared in one go."""
    articles = having.shape[0]
    work = np.cumsum(having @ np.bincount(having.indices, minlength=having.shape[1]))
    start = 0
    while start < articles:
        done = int(work[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(work, done + BLOCK, side="right")))
        yield start, end
        start = end


def _strongest(scores: sp.csr_array, start: int, limit: int) -> Pairs:
    """Return the limit largest scores of each row, itself left out; start is the place of the first row."""
    kept: list[Ids] = []
    lengths = []
    for row, (low, high) in enumerate(zip(scores.indptr[:-1].tolist(), scores.indptr[1:].tolist(), strict=True)):
        chosen = low + _largest(scores.data[low:high], scores.indices[low:high], limit + 1)
        kept.append(chosen[scores.indices[chosen] != start + row][:limit])
        lengths.append(len(kept[-1]))
    places = np.concatenate(kept)
    articles = np.repeat(np.arange(start, start + len(lengths)), lengths)
    return Pairs(articles, scores.indices[places].astype(np.int64), scores.data[places])


def _largest(values: _Places, others: _Places, limit: int) -> Ids:
    """Return the places of the limit largest values, the largest first, equal ones by others."""
    places = np.arange(len(values))
    if len(values) > limit:
        places = np.flatnonzero(values >= np.partition(values, -limit)[-limit])
    return places[np.lexsort((others[places], -values[places]))][:limit]


def _shared(part: Part, pairs: Pairs) -> _Shared:
    """Return how many features each pair shares, and the names of the rarest."""
    both = sp.csr_array(part.having[pairs.articles].multiply(part.having[pairs.related]))
    both.sort_indices()
    counts = np.diff(both.indptr)
    telling = np.count_nonzero(part.weights) if part.names else 0
    padded = np.append(both.indices, [telling] * NAMED)
    names: list[tuple[str, ...]] = [()] * len(counts)  # one object for all that share nothing
    for nth in range(NAMED):
        features = padded[both.indptr[:-1] + nth]
        for pair in np.flatnonzero((counts > nth) & (features < telling)).tolist():
            names[pair] += (part.names[features[pair]],)
    return counts.tolist(), names
