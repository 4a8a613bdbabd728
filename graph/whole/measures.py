"""Measures of every article of a mirror: how often it is cited, its percentile, its place by PageRank.

Arrays have a place for each PMID from 0 on. Links are read chunk by chunk by page fault; memory grows with the highest
PMID, by some 75 bytes for each, and not with the links: 3 GB for PubMed's 41 million.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.measures.importance import DAMPING, TOLERANCE, pagerank_rounds, year_percentiles
from kb.mirror.layout import CHUNK, CITED, CITING, DELETED, UNKNOWN
from kb.mirror.reader import Mirror
from kb.queries.citations import Ids

Floats = NDArray[np.float64]
_LINKS: Final = 2**22  # followed at once


class WholeMeasures(NamedTuple):
    """What each PMID is in all of PubMed."""

    counts: NDArray[np.int32]  # of the current records that cite it
    percentiles: NDArray[np.float32]  # of counts, among the records of its year and journal; NaN: no record, or no year
    ranks: NDArray[np.int32]  # by PageRank, 1 the highest, equal ones share it; 0: no record, and nothing cites it


def measure_whole(mirror: Mirror) -> WholeMeasures:
    """Return the measures of every PMID of a mirror. Each round of PageRank costs a pass over the links."""
    counts = degrees(mirror, CITING)
    percentiles = year_percentiles(counts, year_and_journal(mirror)).astype(np.float32)
    return WholeMeasures(counts, percentiles, ranks_of(pagerank_of_whole(mirror)))


def vector_size(mirror: Mirror) -> int:
    """Return how many PMIDs arrays of a mirror have a place for."""
    return (max(map(max, mirror.manifest.chunks.values()), default=-1) + 1) * CHUNK


def degrees(mirror: Mirror, way: str) -> NDArray[np.int32]:
    """Return how many PMIDs each PMID cites, or is cited by; way: CITED or CITING."""
    found = np.zeros(vector_size(mirror), np.int32)
    for chunk, ends, _ in _lists(mirror, way):
        found[chunk * CHUNK : (chunk + 1) * CHUNK] = np.diff(ends, prepend=np.uint32(0))
    return found


def is_record(mirror: Mirror) -> NDArray[np.bool_]:
    """Return whether a mirror has a current record of each PMID."""
    found = np.zeros(vector_size(mirror), np.bool_)
    for chunk, rows in _chunks(mirror, "row"):
        found[chunk * CHUNK : (chunk + 1) * CHUNK] = rows < DELETED
    return found


def year_and_journal(mirror: Mirror) -> Floats:
    """Return a number for the year and journal of each PMID, the same for the same two; NaN where one is not known."""
    found = np.full(vector_size(mirror), np.nan)
    for chunk, years in _chunks(mirror, "year"):
        journals = mirror.chunk("journal", chunk)
        assert journals is not None  # both are made with the index
        known = (years != UNKNOWN) & (journals != UNKNOWN)
        numbers = years.astype(np.int64) * len(mirror.journals) + journals
        found[chunk * CHUNK : (chunk + 1) * CHUNK][known] = numbers[known]
    return found


def pagerank_of_whole(mirror: Mirror, damping: float = DAMPING, tol: float = TOLERANCE) -> Floats:
    """Return the PageRank of each PMID, as graph.measures.importance.pagerank() has it; NaN for what is no node.

    Nodes are all current records and all PMIDs that one of them cites.
    """
    lengths = degrees(mirror, CITED)
    node = is_record(mirror)
    node |= degrees(mirror, CITING) > 0
    dangling = node & (lengths == 0)
    shares = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
    size = int(node.sum())
    ranks = node / max(size, 1)
    later = np.empty_like(ranks)
    for _ in range(pagerank_rounds(damping, tol)):
        stray = float(ranks[dangling].sum())
        later[:] = 0.0
        _follow(mirror, ranks * shares, later)
        later *= damping
        later[node] += (damping * stray + 1 - damping) / max(size, 1)
        change = float(np.abs(np.subtract(later, ranks, out=ranks)).sum())
        ranks, later = later, ranks
        if change < tol:
            break
    ranks[~node] = np.nan
    return ranks / np.nansum(ranks) if size else ranks


def _follow(mirror: Mirror, given: Floats, received: Floats) -> None:
    """Add to each PMID of received what those that cite it give."""
    for chunk, ends, citing in _lists(mirror, CITING):
        some = np.flatnonzero(np.diff(ends, prepend=np.uint32(0)))
        starts, stops = ends[some - 1].astype(np.int64), ends[some].astype(np.int64)
        if len(some) and some[0] == 0:
            starts[0] = 0
        # Lists are cut into parts of at most _LINKS links; a longer list is a part of its own.
        cuts = np.unique(np.searchsorted(stops, np.arange(0, int(ends[-1]) + _LINKS, _LINKS)))
        for first, last in zip(cuts, [*cuts[1:], len(some)], strict=True):
            if first < last:
                gifts = given[citing[starts[first] : stops[last - 1]]]
                received[chunk * CHUNK + some[first:last]] += np.add.reduceat(gifts, starts[first:last] - starts[first])


def ranks_of(values: Floats) -> NDArray[np.int32]:
    """Return the place of each value, the largest first, equal ones sharing the first of theirs; 0 for NaN."""
    found = np.zeros(len(values), np.int32)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(-values[known], kind="stable")]
    ordered = values[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=np.inf) != 0)
    found[order] = np.repeat(starts + 1, np.diff(starts, append=len(order)))
    return found


def _chunks(mirror: Mirror, kind: str) -> Iterator[tuple[int, Ids]]:
    for chunk in mirror.manifest.chunks.get(kind, ()):
        values = mirror.chunk(kind, chunk)
        assert values is not None  # the manifest names it
        yield chunk, values


def _lists(mirror: Mirror, way: str) -> Iterator[tuple[int, Ids, Ids]]:
    """Yield chunks of links: their number, where the list of each PMID ends, and the lists."""
    for chunk, ends in _chunks(mirror, f"{way}-ends"):
        values = mirror.chunk(way, chunk)
        assert values is not None  # both are made at once
        yield chunk, ends, values
