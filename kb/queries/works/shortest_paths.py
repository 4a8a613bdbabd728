"""How one work leads to another: the shortest paths of citations between two works."""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from kb.queries.citations import Ids
from kb.queries.works.local_neighbourhood import read_citers_of, read_references_of

SHOWN: Final = 10  # paths of one direction, unless more are asked for

Links: TypeAlias = Callable[[Ids], tuple[Ids, Ids]]  # works -> the ends of their links: themselves, and the other works
_Steps: TypeAlias = dict[int, list[int]]  # work -> the works one step nearer to where the search began


class ShortestPaths(NamedTuple):
    """All shortest paths from one work to another."""

    length: int | None  # citations of each; None: no path leads there
    total: int  # how many there are
    paths: list[list[int]]  # the first of them, as works.id from one end to the other, in the order of ids


def read_shortest_paths(
    db: sqlite3.Connection,
    start: int,
    end: int,
    *,
    most: int = SHOWN,
    both_ways: bool = False,
    looked_at: int | None = None,
) -> ShortestPaths:
    """Return the shortest paths along references from one work to another, as find_shortest_paths() does.

    Links are read work by work: cost grows with what stands around the two, not with the file. With ``both_ways`` a
    work cites the next one or is cited by it. Neither work is merged into another.
    """

    def cited(works: Ids) -> tuple[Ids, Ids]:
        return read_references_of(db, works)

    def citing(works: Ids) -> tuple[Ids, Ids]:
        return read_citers_of(db, works)[::-1]

    def linked(works: Ids) -> tuple[Ids, Ids]:
        near, far = zip(cited(works), citing(works), strict=True)
        return np.concatenate(near), np.concatenate(far)

    links = (linked, linked) if both_ways else (cited, citing)
    return find_shortest_paths(*links, start, end, most=most, looked_at=looked_at)


def find_shortest_paths(
    onwards: Links, back: Links, start: int, end: int, *, most: int = SHOWN, looked_at: int | None = None
) -> ShortestPaths:
    """Return the shortest paths from start to end; onwards and back give the links of works in both directions.

    All are counted, the first ``most`` in the order of their ids are given. From a work to itself leads one path,
    without citations. Breadth first from both ends, the smaller edge first. Raises ValueError where so many works
    were looked at in vain.
    """
    ahead: _Steps = {start: []}
    behind: _Steps = {end: []}
    edges, length = {True: _ids([start]), False: _ids([end])}, 0
    while not (met := ahead.keys() & behind.keys()):
        is_ahead = len(edges[True]) <= len(edges[False])
        seen, links = (ahead, onwards) if is_ahead else (behind, back)
        edges[is_ahead] = _step(edges[is_ahead], seen, links)
        length += 1
        if not len(edges[is_ahead]):
            return ShortestPaths(None, 0, [])
        if looked_at is not None and len(ahead) + len(behind) > looked_at:
            raise ValueError(f"more than {looked_at:,} works lie between")
    ways = _ways(ahead, behind, met)
    return ShortestPaths(length, _count(ways, start, end), list(islice(_walk(ways, start, end), most)))


def _step(edge: Ids, seen: _Steps, links: Links) -> Ids:
    """Add the works one step on to seen, each with those of the edge that lead to it; return them."""
    near, far = links(edge)
    found: dict[int, set[int]] = {}
    for one, other in zip(near.tolist(), far.tolist(), strict=True):
        if other not in seen:
            found.setdefault(other, set()).add(one)
    seen.update((work, sorted(before)) for work, before in found.items())
    return _ids(sorted(found))


def _ids(works: list[int]) -> Ids:
    return np.array(works, dtype=np.int64)


def _ways(ahead: _Steps, behind: _Steps, met: set[int]) -> _Steps:
    """Return, of each work on a shortest path, the works after it, ascending; met are those in the middle."""
    ways: dict[int, set[int]] = {}
    edge = met
    while edge:
        steps = [(before, work) for work in edge for before in ahead[work]]
        for before, work in steps:
            ways.setdefault(before, set()).add(work)
        edge = {before for before, _ in steps}
    edge = met
    while edge:
        for work in edge:
            ways.setdefault(work, set()).update(behind[work])
        edge = {after for work in edge for after in behind[work]}
    return {work: sorted(after) for work, after in ways.items()}


def _count(ways: _Steps, start: int, end: int) -> int:
    """Return how many paths lead from start to end."""
    counts, edge = {start: 1}, {start}
    while end not in counts:
        for before in edge:
            for work in ways[before]:
                counts[work] = counts.get(work, 0) + counts[before]
        edge = {work for before in edge for work in ways[before]}
    return counts[end]


def _walk(ways: _Steps, start: int, end: int) -> Iterator[list[int]]:
    """Yield the paths in the order of their works; each step stands on a pile, as paths may be long."""
    pile = [[start]]
    while pile:
        path = pile.pop()
        if path[-1] == end:
            yield path
        else:
            pile.extend([*path, work] for work in reversed(ways[path[-1]]))
