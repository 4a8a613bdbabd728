"""Related studies: for each held article those that share the most, and the rarest, with it.  (pure)

The score of two articles is the sum, over all parts and all features that both have, of the part's factor
times the rarity of the feature (graph.features). It is no measure of quality and compares only within one
file.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.blocks import Pairs, compact, strongest_pairs
from graph.features import UNIT, Part
from graph.reasons import SAID, phrase
from kb.queries.links import Ids
from kb.store.measures import RelatedStudies

LIMIT: Final = 20  # related studies of one article
NAMED: Final = 2  # things of one part that a reason names

_AND: Final = "; "  # after each part of a reason

_Texts: TypeAlias = list[str]


class _Shared(NamedTuple):
    """What the pairs of a block share of one part: how much, and in words."""

    counts: NDArray[np.int32]
    phrases: _Texts


def related_studies(held: Ids, parts: Sequence[Part], limit: int = LIMIT) -> Iterator[RelatedStudies]:
    """Yield, block by block, the ``limit`` strongest related studies of each article, equal ones by id.

    Each part is the count of all that the two share; what is too common to weigh anything counts, but makes
    nobody related. Memory is bounded: articles are compared in blocks. Time grows with the sum, over the
    features, of the square of how many articles have them, COMMON_ABOVE at most.

    Bibliographic coupling: Kessler (1963), American Documentation 14, 10-25; co-citation: Small (1973), JASIS
    24, 265-269.
    """
    return described(held, parts, related_pairs(parts, limit))


def described(held: Ids, parts: Sequence[Part], blocks: Iterable[Pairs]) -> Iterator[RelatedStudies]:
    """Yield the pairs of related_pairs() with each part as a count, and in words."""
    for pairs in blocks:
        shared = {part.measure: _shared(part, pairs) for part in parts}
        counts = [found.counts.tolist() for found in shared.values()]
        said = zip(*(shared[measure].phrases for measure in SAID if measure in shared), strict=True)
        reasons = [text[: -len(_AND)] for text in map("".join, said)]
        ends = held[pairs.rows], held[pairs.others]
        yield RelatedStudies._make([*ends, (pairs.values / UNIT).tolist(), *counts, reasons])


def related_pairs(parts: Sequence[Part], limit: int = LIMIT) -> Iterator[Pairs]:
    """Yield the pairs of articles with their scores in thousandths; 32 bits hold 150,000 shared features."""
    telling = [sp.csr_array(part.having[:, : int(np.count_nonzero(part.weights))]) for part in parts]
    having = compact(sp.csr_array(sp.hstack(telling)))
    weights = np.concatenate([part.weights[part.weights > 0] for part in parts]).astype(np.int32)
    weighted = sp.csr_array((weights[having.indices], having.indices, having.indptr), shape=having.shape)
    return strongest_pairs(weighted, having, limit)


def _shared(part: Part, pairs: Pairs) -> _Shared:
    """Return how many features each pair shares, and which are the rarest, in words."""
    both = sp.csr_array(part.having[pairs.rows].multiply(part.having[pairs.others]))
    both.sort_indices()
    counts = np.diff(both.indptr)
    telling = np.count_nonzero(part.weights) if part.names else 0
    padded = np.append(both.indices, [telling] * NAMED)
    named = [np.where(counts > nth, padded[both.indptr[:-1] + nth], telling) for nth in range(NAMED)]
    return _Shared(counts, _phrases(part, counts, [np.minimum(features, telling) for features in named]))


def _phrases(part: Part, counts: NDArray[np.int32], named: Sequence[NDArray[np.integer]]) -> _Texts:
    """Return the phrase of each pair, "" or with _AND after it; what many pairs share alike is put into words once.

    named are the rarest features, the first and so on; one past the last telling one: there is none.
    """
    names = [*part.names, ""] if part.names else [""]
    telling = np.count_nonzero(part.weights) if part.names else 0
    codes = counts.astype(np.int64)
    for features in named:
        codes = codes * (telling + 1) + features
    _, firsts, places = np.unique(codes, return_index=True, return_inverse=True)
    phrases = np.empty(len(firsts), dtype=object)
    for place, first in enumerate(firsts.tolist()):
        rarest = [names[features[first]] for features in named if features[first] < telling]
        said = phrase(part.measure, int(counts[first]), rarest)
        phrases[place] = said and said + _AND
    found: _Texts = phrases[places].tolist()
    return found
