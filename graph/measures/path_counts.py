"""How many paths run through each citation: search path counts, of a graph whose cycles are condensed.  (pure)

Knowledge flows from the cited to the citing work, and so do the paths. Works that cite each other in a circle are
one stop of a path: their strongly connected component. What is called a stop here is such a component; most are one
work.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse.csgraph import connected_components

from graph.citation_graph import CitationGraph, adjacency, stable_order
from graph.measures.big_float import Scaled, sums, taken, times
from graph.measures.components import numbered_by_size
from kb.queries.citations import Ids


class Stops(NamedTuple):
    """A citation graph without cycles: its stops, and the citations between them."""

    of_work: Ids  # the stop of each work, in the order of ids
    level: Ids  # of each stop: citations on the longest path that leads to it
    places: Ids  # of the citations between stops, among all citations of the graph
    citing: Ids  # their stops
    cited: Ids


class Step(NamedTuple):
    """The citations that lead to the stops of one level, those of each stop side by side."""

    citations: Ids
    firsts: Ids  # where those of each stop begin
    heads: Ids  # the stops, ascending


class Sweep:
    """All citations between stops in an order in which everything that leads to a stop comes before what leads on.

    Each citation leads from its tail to its head, whose level is higher. Those of one head keep their order.
    """

    def __init__(self, heads: Ids, tails: Ids, level: Ids) -> None:
        self.tails = tails
        order = np.lexsort((np.arange(len(level)), level))  # of stops
        turn = np.empty(len(level), dtype=np.int64)
        turn[order] = np.arange(len(level))
        self._citations = stable_order(turn[heads], len(level))
        turns = turn[heads][self._citations]
        self._firsts = np.flatnonzero(np.diff(turns, prepend=-1))
        self._heads = order[turns[self._firsts]]
        self._bounds = [0, *(np.flatnonzero(np.diff(level[self._heads])) + 1).tolist(), len(self._heads)]
        self._firsts = np.append(self._firsts, len(heads))

    def steps(self) -> Iterator[Step]:
        """Yield the levels, from the lowest that a citation leads to."""
        for begin, end in pairwise(self._bounds):
            firsts = self._firsts[begin : end + 1]
            yield Step(self._citations[firsts[0] : firsts[-1]], firsts[:-1] - firsts[0], self._heads[begin:end])


class PathCounts(NamedTuple):
    """The search path counts of the citations between stops."""

    stops: Stops
    onwards: Sweep  # from the cited to the citing
    backwards: Sweep
    weights: Scaled  # in the order of stops.places
    total: Scaled  # one number: all paths


def cycles(citations: CitationGraph) -> Ids:
    """Return the number of each work's cycle, in the order of ids; 0: it is on none.

    Works on one cycle cite each other in a circle, directly or by others (strongly connected components of two
    works or more). 1 is the largest; among equally large ones the lower number has the smallest id.

    Examples
    --------
    >>> import numpy as np
    >>> mutual = CitationGraph(np.array([1, 2, 3]), np.array([0, 1, 2]), np.array([1, 0, 0]))
    >>> cycles(mutual).tolist()
    [1, 1, 0]
    """
    numbers = numbered_by_size(_components(citations))
    return np.where(np.bincount(numbers)[numbers] > 1, numbers, 0)


def _components(citations: CitationGraph) -> Ids:
    if not len(citations.ids):
        return np.empty(0, dtype=np.int64)
    found: Ids = connected_components(adjacency(citations), connection="strong")[1].astype(np.int64)
    return found


def path_counts(citations: CitationGraph) -> PathCounts:
    """Return how many paths run through each citation, from works that cite nothing to works that nobody cites.

    The search path count of a citation is the number of paths that lead from any such start to the cited work,
    times that of paths from the citing work to any such end. Citations within a cycle, and self-references, are on
    no path; several citations between the same two cycles are several paths. Hummon and Doreian (1989), Social
    Networks 11, 39-63; Batagelj (2003), arXiv cs/0309023.

    Three sorts of the citations, two passes over them, and some steps for each level of the longest path.

    Examples
    --------
    >>> import numpy as np
    >>> from graph.measures.big_float import log10_of
    >>> diamond = CitationGraph(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 3]), np.array([0, 0, 1, 2]))
    >>> found = path_counts(diamond)
    >>> log10_of(found.weights).round(3).tolist(), log10_of(found.total).round(3).tolist()
    ([0.0, 0.0, 0.0, 0.0], [0.301])
    """
    stops = condensed(citations)
    size = len(stops.level)
    onwards = Sweep(stops.citing, stops.cited, stops.level)
    backwards = Sweep(stops.cited, stops.citing, -stops.level)
    weights = times(taken(_arriving(onwards, size), stops.cited), taken(_arriving(backwards, size), stops.citing))
    starting = np.flatnonzero(stops.level[stops.cited] == 0)
    total = sums(taken(weights, starting), np.zeros(min(1, len(starting)), dtype=np.int64))
    return PathCounts(stops, onwards, backwards, weights, total)


def condensed(citations: CitationGraph) -> Stops:
    """Return the graph without its cycles; its citations are in the order of the cited, then the citing work."""
    of_work = _components(citations)
    places = np.flatnonzero(of_work[citations.citing] != of_work[citations.cited])
    for ends in (citations.citing, citations.cited):
        places = places[stable_order(ends[places], len(of_work))]
    citing, cited = of_work[citations.citing[places]], of_work[citations.cited[places]]
    return Stops(of_work, _levels(citing, cited, int(of_work.max(initial=-1)) + 1), places, citing, cited)


def _levels(citing: Ids, cited: Ids, size: int) -> Ids:
    """Return how long the longest path to each stop is: works that cite nothing have 0."""
    heads, bounds = citing[stable_order(cited, size)], np.append(0, np.cumsum(np.bincount(cited, minlength=size)))
    waiting = np.bincount(citing, minlength=size)
    level, number = np.zeros(size, dtype=np.int64), 0
    ready = np.flatnonzero(waiting == 0)
    while len(ready):
        level[ready] = number
        reached, often = np.unique(heads[_ranges(bounds[ready], bounds[ready + 1])], return_counts=True)
        waiting[reached] -= often
        ready = reached[waiting[reached] == 0]
        number += 1
    return level


def _ranges(starts: Ids, ends: Ids) -> Ids:
    """Return the numbers from each start to before its end, one after the other."""
    sizes = ends - starts
    numbers: Ids = np.arange(int(sizes.sum())) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
    return numbers


def _arriving(sweep: Sweep, size: int) -> Scaled:
    """Return how many paths arrive at each stop; one begins at each stop that none leads to."""
    counts = Scaled(np.full(size, 0.5), np.ones(size, dtype=np.int64))
    for step in sweep.steps():
        arrived = sums(taken(counts, sweep.tails[step.citations]), step.firsts)
        counts.mantissa[step.heads], counts.exponent[step.heads] = arrived
    return counts
