"""The main path of a citation graph: the chain of citations that most of its paths run through."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np

from graph.citation_graph import CitationGraph
from graph.measure import Measure, MeasureCommand
from graph.measures.big_float import Scaled, largest, log10_of, nothing, plus, rounded, shares_of, taken
from graph.measures.path_counts import PathCounts, Stops, Sweep, cycles, path_counts
from graph.run_context import Job
from kb.queries.citations import Ids, read_work_ids
from kb.store.computed import as_columns, replace_rows

KEYS: Final = 10  # citations with the highest counts whose routes are taken


class MainPaths(NamedTuple):
    """Paths as places of citations of the graph, from the oldest knowledge to the newest."""

    counts: PathCounts
    main: Ids  # the global main path; empty: there are no citations between stops
    routes: list[Ids]  # the key routes, the one of the highest count first, none twice


class _Step(NamedTuple):
    """A citation of a path, as main_path has it."""

    path: str
    route: int
    position: int
    cited_id: int
    citing_id: int
    share: float
    log10_paths: float


class _Best(NamedTuple):
    """The way on from each stop whose counts sum up to most."""

    sums: Scaled  # of each stop
    citation: Ids  # the first of the way, among the citations between stops; -1: the way ends here


def main_paths(citations: CitationGraph, keys: int = KEYS) -> MainPaths:
    """Return the global main path and the key routes of a graph, by search path counts.

    Of all paths from works that cite nothing to works that nobody cites, the global main path is the one whose counts
    sum up to most. The route of a key citation is the path through it whose counts sum up to most; keys are the
    citations with the highest counts, so none of these is missed. Within a cycle a path may go on from another work
    than the one at which it arrived. Among equal ones the citation with the smaller ids, of the cited work first,
    comes first. Liu and Lu (2012), J Am Soc Inf Sci Tec 63(3), 528-542.

    The search path counts, and twice as much again.

    Examples
    --------
    >>> import numpy as np
    >>> few = CitationGraph(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 3]), np.array([0, 1, 1, 2]))
    >>> main_paths(few, keys=1).main.tolist()
    [0, 1, 3]
    """
    counts = path_counts(citations)
    stops, weights = counts.stops, rounded(counts.weights)
    if not len(stops.places):
        return MainPaths(counts, stops.places, [])
    ahead, behind = _best(counts.backwards, weights, stops), _best(counts.onwards, weights, stops)
    routes = [_through(stops, key, ahead, behind) for key in _highest(weights, keys)]
    first = _first(stops, weights, ahead)
    return MainPaths(counts, stops.places[_way(first, stops.citing, ahead)], _unlike(stops, routes))


def _best(sweep: Sweep, weights: Scaled, stops: Stops) -> _Best:
    """Return the best way from each stop; a sweep leads against it, from where it ends."""
    size = len(stops.level)
    best = _Best(nothing(size), np.full(size, -1, dtype=np.int64))
    for step in sweep.steps():
        sums = rounded(plus(taken(weights, step.citations), taken(best.sums, sweep.tails[step.citations])))
        chosen = largest(sums, step.firsts)
        best.citation[step.heads] = step.citations[chosen]
        best.sums.mantissa[step.heads], best.sums.exponent[step.heads] = taken(sums, chosen)
    return best


def _first(stops: Stops, weights: Scaled, ahead: _Best) -> int:
    """Return the first citation of the global main path."""
    starting = np.flatnonzero(stops.level[stops.cited] == 0)
    sums = rounded(plus(taken(weights, starting), taken(ahead.sums, stops.citing[starting])))
    return int(starting[largest(sums, np.zeros(1, dtype=np.int64))[0]])


def _highest(numbers: Scaled, most: int) -> list[int]:
    """Return the places of the highest numbers, the highest first, equal ones in their order."""
    least = np.sort(numbers.exponent)[-most:][:1]
    places = np.flatnonzero(numbers.exponent >= least)
    order = np.lexsort((places, -numbers.mantissa[places], -numbers.exponent[places]))
    found: list[int] = places[order[:most]].tolist()
    return found


def _way(first: int, ends: Ids, best: _Best) -> list[int]:
    """Return a citation and the best way on; ends says where each citation leads to."""
    way, citation = [], first
    while citation >= 0:
        way.append(citation)
        citation = int(best.citation[ends[citation]])
    return way


def _through(stops: Stops, key: int, ahead: _Best, behind: _Best) -> tuple[int, ...]:
    """Return the best path through a citation."""
    return (*_way(key, stops.cited, behind)[:0:-1], *_way(key, stops.citing, ahead))


def _unlike(stops: Stops, routes: list[tuple[int, ...]]) -> list[Ids]:
    return [stops.places[list(route)] for route in dict.fromkeys(routes)]


def main_path_step(job: Job, keys: int = KEYS) -> None:
    """Compute and keep the global main path and key routes, and the cycles that they pass as one."""
    citations = job.field.citations
    found = job.timed("main_path", lambda: main_paths(citations, keys), weights="search path count", keys=keys)
    numbers = job.timed("citation_cycles", lambda: cycles(citations))
    steps = list(_path_rows(citations, found))
    on_cycle = np.flatnonzero(numbers)
    members = {"id": citations.ids[on_cycle], "cycle": numbers[on_cycle]}
    job.keep("main_path", "main path", lambda db, run_id: _save_path(db, steps, run_id))
    job.keep_rows("citation_cycles", "citation_cycles", [members], found="works on cycles")


def _path_rows(citations: CitationGraph, found: MainPaths) -> Iterator[_Step]:
    counts = found.counts
    routes = [("main", 1, found.main), *(("key route", n, route) for n, route in enumerate(found.routes, start=1))]
    if not len(found.main):
        return
    shares, logarithms = shares_of(counts.weights, counts.total), log10_of(counts.weights)
    order = np.argsort(counts.stops.places)
    for path, route, places in routes:
        weights = order[np.searchsorted(counts.stops.places, places, sorter=order)]
        columns = (
            citations.ids[citations.cited[places]], citations.ids[citations.citing[places]],
            shares[weights], logarithms[weights],
        )  # fmt: skip
        for position, row in enumerate(zip(*(column.tolist() for column in columns), strict=True), start=1):
            yield _Step(path, route, position, *row)


def _save_path(db: sqlite3.Connection, steps: Iterable[_Step], run_id: int) -> int:
    """Save paths, without those that lead over a forgotten work; return how many citations the main path has."""
    rows, works = list(steps), set(read_work_ids(db).tolist())
    broken = {(row.path, row.route) for row in rows if not {row.cited_id, row.citing_id} <= works}
    kept = [row for row in rows if (row.path, row.route) not in broken]
    replace_rows(db, "main_path", [as_columns(_Step._fields, kept)], run_id=run_id)
    return sum(row.path == "main" for row in kept)


MEASURES: Final = (
    Measure(
        name="main_path",
        tables=("main_path", "citation_cycles"),
        step=main_path_step,
        tells="the chain of citations along which most knowledge can have flowed",
        paper="Liu and Lu 2012",
        cost="a sort of m and four passes",
        parts=("main_path", "citation_cycles"),
        command=MeasureCommand("main-path", "graph.commands.structure:main_path_command", "Find the main path of DB."),
    ),
)
