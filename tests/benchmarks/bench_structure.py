"""Structure of a made-up field: main path, cycles, reference years, retractions and map; and networkx's, in one run.

    python -m tests.benchmarks.bench_structure [CITATIONS]

The goal: all of it in 3 CPU-seconds for a million citations. The peer counts search paths in Python's integers over
networkx's graph, which is built before its clock starts; the two must agree. Older works cite newer ones here and
there, so that there are cycles.
"""

import math
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import networkx as nx
import numpy as np

from graph.citation_graph import CitationGraph, to_networkx
from graph.layout.field_map import field_map
from graph.measures.big_float import Floats, log10_of
from graph.measures.communities import communities
from graph.measures.main_path import main_paths
from graph.measures.path_counts import cycles
from graph.measures.retractions import Retracted, exposure
from graph.measures.rpys import spectrum

_Result = TypeVar("_Result")
GOAL = 3.0  # CPU-seconds for a million citations
CITATIONS = 1_000_000
TOPICS = 40


def made_field(citations: int) -> tuple[CitationGraph, Floats]:
    """Return about so many citations among a twentieth as many works, most within a topic, and the works' years."""
    rng = np.random.default_rng(1989)
    works = max(citations // 20, 2)
    citing = rng.integers(0, works, citations)
    cited = (citing * (1 - rng.random(citations) ** 3)).astype(np.int64)
    same = rng.random(citations) < 0.8
    cited[same] -= (cited[same] - citing[same]) % TOPICS
    ahead = rng.random(citations) < 0.0005
    cited[ahead] = citing[ahead] + rng.integers(1, 40, int(ahead.sum()))
    fits = (citing != cited) & (cited >= 0) & (cited < works)
    pairs = np.unique(np.stack([citing, cited], axis=1)[fits], axis=0)
    years = 1980.0 + 45 * np.arange(works) // works
    return CitationGraph(np.arange(1, works + 1), pairs[:, 0], pairs[:, 1]), years


def timed(compute: Callable[[], _Result]) -> tuple[float, _Result]:
    start = time.process_time()
    result = compute()
    return time.process_time() - start, result


def log10_of_paths(made: "nx.DiGraph[int]") -> float:
    """Return how many paths there are, as decimal logarithm, by Python's integers; several citations are several."""
    condensed = nx.condensation(made)
    stop = condensed.graph["mapping"]
    ways: dict[int, list[int]] = {}
    for citing, cited in made.edges:
        if stop[citing] != stop[cited]:
            ways.setdefault(stop[citing], []).append(stop[cited])
    here: dict[int, int] = {}
    for at in reversed(list(nx.topological_sort(condensed))):
        here[at] = sum(here[before] for before in ways.get(at, ())) or 1
    ends = [at for at in condensed if not list(condensed.predecessors(at)) and ways.get(at)]
    return math.log10(sum(here[at] for at in ends))


def main() -> int:
    field, years = made_field(int(sys.argv[1]) if len(sys.argv) > 1 else CITATIONS)
    numbers = communities(field).numbers
    retracted = [Retracted(work, 2010) for work in field.ids[::250].tolist()]
    field_map(*made_field(2_000), np.zeros(100, dtype=np.int64))  # what is imported late is imported now
    spent = {
        "main path": timed(lambda: main_paths(field)),
        "cycles": timed(lambda: cycles(field)),
        "reference years": timed(lambda: spectrum(field, years)),
        "retractions": timed(lambda: exposure(field, years, retracted)),
        "map": timed(lambda: field_map(field, years, numbers)),
    }
    made = to_networkx(field)
    theirs, expected = timed(lambda: log10_of_paths(made))
    found = float(log10_of(spent["main path"][1].counts.total)[0])
    assert math.isclose(found, expected, rel_tol=1e-12), (found, expected)
    print(f"{len(field.ids):,} works, {len(field.citing):,} citations, 10^{found:.0f} paths, cycles of up to ", end="")
    print(f"{np.bincount(spent['cycles'][1])[1:].max(initial=0):,} works, {len(retracted):,} retracted")
    for name, (seconds, _) in spent.items():
        print(f"{name:<16}{seconds:7.3f} s CPU")
    ours = spent["main path"][0]
    print(f"networkx and integers, counts without paths: {theirs:.3f} s CPU, {theirs / ours:.1f} times the main path's")
    in_all, allowed = sum(seconds for seconds, _ in spent.values()), GOAL * len(field.citing) / CITATIONS
    print(f"in all {in_all:.3f} s CPU; the goal is {allowed:.1f}")
    return int(in_all > allowed)


if __name__ == "__main__":
    sys.exit(main())
