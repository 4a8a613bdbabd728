"""How one work leads to another: the shortest paths of citations between two works.  (pure)"""

from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp

from graph.citation_graph import CitationGraph, adjacency, undirected
from kb.queries.citations import Ids

SHOWN: Final = 10  # paths of one direction, unless more are asked for


class ShortestPaths(NamedTuple):
    """All shortest paths from one work to another."""

    length: int | None  # citations of each; None: no path leads there
    total: int  # how many there are
    paths: list[list[int]]  # the first of them, as works.id from one end to the other, in the order of ids


def shortest_paths(
    citations: CitationGraph, start: int, end: int, *, most: int = SHOWN, both_ways: bool = False
) -> ShortestPaths:
    """Return the shortest paths along references from one work to another, both given by works.id of the graph.

    Each work of a path cites the next one; with ``both_ways`` it cites the next or is cited by it. All are counted,
    the first ``most`` in the order of their ids are given. From a work to itself leads one path, without citations.
    Breadth-first search; time grows with the citations of the works that are nearer than the end.

    Examples
    --------
    >>> import numpy as np
    >>> diamond = CitationGraph(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 3]), np.array([0, 0, 1, 2]))
    >>> shortest_paths(diamond, 4, 1)
    ShortestPaths(length=2, total=2, paths=[[4, 2, 1], [4, 3, 1]])
    >>> shortest_paths(diamond, 1, 4).length is None
    True
    """
    first, last = np.searchsorted(citations.ids, [start, end]).tolist()
    onwards = undirected(citations) if both_ways else adjacency(citations)
    distance = _distances(onwards, first, last)
    if distance[last] < 0:
        return ShortestPaths(None, 0, [])
    ways = _ways(sp.csr_array(onwards.T), distance, last)
    found = islice(_walk(_turned(ways), first, last), most)
    return ShortestPaths(
        int(distance[last]), _count(ways, first, last), [citations.ids[path].tolist() for path in found]
    )


def _distances(onwards: sp.csr_array, first: int, last: int) -> Ids:
    """Return how far works are from the first, as far as the last; -1: farther, or out of reach."""
    distance = np.full(onwards.shape[0], -1, dtype=np.int64)
    distance[first] = number = 0
    edge = np.array([first], dtype=np.int64)
    while len(edge) and distance[last] < 0:
        number += 1
        reached = np.unique(onwards[edge].indices)
        edge = reached[distance[reached] < 0].astype(np.int64)
        distance[edge] = number
    return distance


def _ways(backwards: sp.csr_array, distance: Ids, last: int) -> dict[int, list[int]]:
    """Return, of each work on a shortest path, the works before it; those nearest to the last come first."""
    ways: dict[int, list[int]] = {}
    edge = [last]
    for nearer in range(int(distance[last]) - 1, -1, -1):
        for work in edge:
            before = backwards[[work]].indices
            ways[work] = np.sort(before[distance[before] == nearer]).tolist()
        edge = sorted({work for later in edge for work in ways[later]})
    return ways


def _turned(ways: dict[int, list[int]]) -> dict[int, list[int]]:
    """Return the works after each, ascending."""
    turned: dict[int, list[int]] = {}
    for work in sorted(ways):
        for before in ways[work]:
            turned.setdefault(before, []).append(work)
    return turned


def _count(ways: dict[int, list[int]], first: int, last: int) -> int:
    """Return how many paths lead from the first to the last."""
    counts = {last: 1}
    for work, befores in ways.items():
        for before in befores:
            counts[before] = counts.get(before, 0) + counts[work]
    return counts[first]


def _walk(onwards: dict[int, list[int]], first: int, last: int) -> Iterator[list[int]]:
    """Yield the paths in the order of their works; each step stands on a pile, as paths may be long."""
    pile = [[first]]
    while pile:
        path = pile.pop()
        if path[-1] == last:
            yield path
        pile.extend([*path, work] for work in reversed(onwards.get(path[-1], [])))
