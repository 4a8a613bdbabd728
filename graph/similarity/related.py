"""Related studies: for each held article those that share the most, and the rarest, with it.

The score of two articles is the sum, over all parts and all features that both have, of the part's factor
times the rarity of the feature (graph.similarity.features). It is no measure of quality and compares only within one
file.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from json.encoder import encode_basestring
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp

from graph.measure import EARLY, Measure
from graph.run_context import Job
from graph.similarity.features import COMMON_ABOVE, COMMON_FROM, COMMON_SHARE, FACTORS, UNIT, FeatureMatrix
from graph.similarity.sparse_topk import Pairs, ahead, compact, entries_of_both, strongest_pairs
from kb.queries.citations import Ids
from kb.store.computed import TableColumns

LIMIT: Final = 20  # related studies of one article
PAIRS: Final = 30_000  # described in one go, as what many share is marked once,
ENTRIES: Final = 2_000_000  # with so many features to look at: bounds memory to about 80 MB
MANY: Final = 200  # features of a study; a few thousand have more
NAMED: Final = 2  # things of one part that are named


class RelatedStudies(NamedTuple):
    """Neighbours that litkb computed, as columns: their scores, each part as a count, and what can be named of it."""

    id: Ids
    related_id: Ids
    score: Sequence[float]
    shared_references: Sequence[int]
    cited_together: Sequence[int]
    shared_authors: Sequence[int]
    shared_keywords: Sequence[int]
    shared_mesh: Sequence[int]
    shared_title_words: Sequence[int]
    shared_abstract_words: Sequence[int]
    similar_in_pubmed: Sequence[int]
    named: Sequence[str]  # JSON


class _Stack(NamedTuple):
    """The features of all parts side by side, so that pairs are compared in all of them at once."""

    having: sp.csr_array
    starts: Ids  # the first column of each part, and the end of the last


class _Shared(NamedTuple):
    """What the pairs of a block share: how much of each part, and the rarest features of it."""

    counts: Ids  # pairs x parts
    named: list[Ids]  # the rarest, the next: their places in the part; what counts does not reach says nothing


def related_studies(held: Ids, parts: Sequence[FeatureMatrix], limit: int = LIMIT) -> Iterator[RelatedStudies]:
    """Yield, block by block, the ``limit`` strongest related studies of each article, equal ones by id.

    Each part is the count of all that the two share; what is too common to weigh anything counts, but makes
    nobody related. Memory is bounded: articles are compared in blocks. Time grows with the sum, over the
    features, of the square of how many articles have them, COMMON_ABOVE at most.

    Bibliographic coupling: Kessler (1963), American Documentation 14, 10-25; co-citation: Small (1973), JASIS
    24, 265-269.
    """
    return described(held, parts, related_pairs(parts, limit))


def described(held: Ids, parts: Sequence[FeatureMatrix], blocks: Iterable[Pairs]) -> Iterator[RelatedStudies]:
    """Yield the pairs of related_pairs() with each part as a count, and the names of its rarest features."""
    widths = [part.having.shape[1] for part in parts]
    stack = _Stack(compact(sp.csr_array(sp.hstack([part.having for part in parts]))), np.cumsum([0, *widths]))
    sizes = np.diff(stack.having.indptr)
    quoted = [list(map(encode_basestring, part.names[: int(np.count_nonzero(part.weights))])) for part in parts]
    for pairs in chain.from_iterable(_pieces(block, sizes) for block in _together(blocks)):
        shared = _shared(stack, pairs)
        names = [
            _names(part.measure, quoted[i], shared.counts[:, i], [nth[:, i] for nth in shared.named])
            for i, part in enumerate(parts)
        ]
        named = [f"{{{', '.join(filter(None, found))}}}" for found in zip(*names, strict=True)]
        ends = held[pairs.rows], held[pairs.others]
        yield RelatedStudies._make([*ends, (pairs.values / UNIT).tolist(), *shared.counts.T.tolist(), named])


def _together(blocks: Iterable[Pairs]) -> Iterator[Pairs]:
    """Yield the pairs of blocks, PAIRS together or somewhat more."""
    waiting: list[Pairs] = []
    for block in chain(blocks, [None]):
        if block is not None:
            waiting.append(block)
        if waiting and (block is None or sum(len(pairs.rows) for pairs in waiting) >= PAIRS):
            yield Pairs(*map(np.concatenate, zip(*waiting, strict=True)))
            waiting = []


def _pieces(block: Pairs, sizes: Ids) -> Iterator[Pairs]:
    """Yield the pairs of a block, so many at a time as have ENTRIES features to look at."""
    work = np.cumsum(np.minimum(sizes[block.rows], sizes[block.others]), dtype=np.int64) // ENTRIES
    cuts = np.flatnonzero(np.diff(work)) + 1
    return map(Pairs._make, zip(*(np.split(column, cuts) for column in block), strict=True))


def related_pairs(parts: Sequence[FeatureMatrix], limit: int = LIMIT) -> Iterator[Pairs]:
    """Yield the pairs of articles with their scores in thousandths; 32 bits hold 150,000 shared features."""
    informative = [sp.csr_array(part.having[:, : int(np.count_nonzero(part.weights))]) for part in parts]
    having = compact(sp.csr_array(sp.hstack(informative)))
    weights = np.concatenate([part.weights[part.weights > 0] for part in parts]).astype(np.int32)
    weighted = sp.csr_array((weights[having.indices], having.indices, having.indptr), shape=having.shape)
    return strongest_pairs(weighted, having, limit)


def _shared(stack: _Stack, pairs: Pairs) -> _Shared:
    """Return how many features of each part each pair shares, and which are the rarest."""
    order, pair_of, both = _features_of_both(stack.having, pairs)
    parts = np.searchsorted(stack.starts, both, side="right") - 1
    width = len(stack.starts) - 1
    counts = np.bincount(pair_of * width + parts, minlength=len(order) * width)
    firsts = np.cumsum(counts) - counts
    features: Ids = np.append(both - stack.starts[parts], [0] * NAMED)
    back, shape = np.argsort(order), (len(order), width)
    return _Shared(counts.reshape(shape)[back], [features[firsts + nth].reshape(shape)[back] for nth in range(NAMED)])


def _features_of_both(having: sp.csr_array, pairs: Pairs) -> tuple[Ids, Ids, Ids]:
    """Return an order of pairs, and in this order the features that both have, ascending: place of the pair, feature.

    Those of one end are marked once for all its partners, and those of the other looked at: of a row with its
    partners; of a partner with MANY features, and more than the row has, with the rows.
    """
    sizes = np.diff(having.indptr)
    is_turned = sizes[pairs.others] > np.maximum(sizes[pairs.rows], MANY)
    marked, looked_at = np.where(is_turned, pairs[1::-1], pairs[:2])
    order = np.argsort(marked, kind="stable")
    entries, is_shared = entries_of_both(having, marked[order], looked_at[order])
    kept = np.flatnonzero(is_shared)
    return order, np.searchsorted(entries.indptr, kept, side="right") - 1, entries.indices[kept].astype(np.int64)


def _names(measure: str, quoted: Sequence[str], counts: Ids, rarest: Sequence[Ids]) -> list[str]:
    """Return by pair the names of its rarest informative features as a member of a JSON object; "" for none.

    quoted are the names of the informative features of the part, as JSON has them; rarest are the rarest features, the
    first and so on, of pairs that share as many. What many pairs share alike is written once.
    """
    informative = len(quoted)  # also the place that stands for none
    named = [np.where(counts > nth, np.minimum(found, informative), informative) for nth, found in enumerate(rarest)]
    codes = np.zeros(len(counts), dtype=np.int64)
    for features in named:
        codes = codes * (informative + 1) + features
    _, firsts, places = np.unique(codes, return_index=True, return_inverse=True)
    texts = np.empty(len(firsts), dtype=object)
    for place, shared in enumerate(zip(*(features[firsts].tolist() for features in named), strict=True)):
        named_here = ", ".join([quoted[n] for n in shared if n < informative])
        texts[place] = f'"{measure}": [{named_here}]' if named_here else ""
    found: list[str] = texts[places].tolist()
    return found


def _step(job: Job) -> None:
    """Begin to compute, in a thread, and keep the related studies of each held article, with what they share."""
    held, parts = job.field.held, job.field.parts
    found = job.begin(
        "related_studies", lambda: list(related_pairs(parts)),
        factors=FACTORS, limit=LIMIT, common_share=COMMON_SHARE, common_from=COMMON_FROM, common_above=COMMON_ABOVE,
    )  # fmt: skip

    def blocks() -> Iterator[TableColumns]:
        return (block._asdict() for block in ahead(described(held, parts, found())))

    job.keep_rows("related_studies", "related_studies", blocks, found="related studies")


MEASURES: Final = (
    Measure(
        name="related_studies",
        tables=("related_studies",),
        step=_step,
        tells="which articles share most with each article, and what",
        paper="Robertson and Sparck Jones 1976",
        cost="sum of squares of how many articles have a feature, 1,000 at most",
        when=EARLY,
    ),
)
