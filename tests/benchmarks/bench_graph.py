"""PageRank of a made-up citation graph: litkb's on CSR arrays, and networkx's, in one run.

    python -m tests.benchmarks.bench_graph [CITATIONS]

networkx's graph is built before its clock starts. The two must agree.
"""

import sys
import time
from collections.abc import Callable
from typing import TypeVar

import networkx as nx
import numpy as np

from graph.build import CitationGraph, to_networkx
from graph.importance import pagerank

_Result = TypeVar("_Result")
TOLERANCE = 1e-10


def made_graph(citations: int) -> CitationGraph:
    """Return a graph of about so many citations among a tenth as many works, no two alike."""
    rng = np.random.default_rng(20202)
    works = max(citations // 10, 2)
    citing = rng.integers(0, works, citations)
    cited = (citing * rng.random(citations) ** 2).astype(np.int64)
    pairs = np.unique(np.stack([citing, cited], axis=1)[citing != cited], axis=0)
    return CitationGraph(np.arange(1, works + 1), pairs[:, 0], pairs[:, 1])


def timed(compute: Callable[[], _Result]) -> tuple[float, _Result]:
    start = time.process_time()
    result = compute()
    return time.process_time() - start, result


def main() -> None:
    citations = made_graph(int(sys.argv[1]) if len(sys.argv) > 1 else 400_000)
    size = len(citations.ids)
    made = to_networkx(citations)
    ours, ranks = timed(lambda: pagerank(citations, tol=TOLERANCE))
    # networkx stops at size * tol; so both stop at the same difference
    theirs, expected = timed(lambda: nx.pagerank(made, tol=TOLERANCE / size, max_iter=1000))
    difference = np.abs(ranks - np.array([expected[work] for work in citations.ids.tolist()])).sum()
    assert difference < 10 * TOLERANCE, difference
    print(f"{size:,} works, {len(citations.citing):,} citations")
    print(f"litkb {ours:.3f} s, networkx {theirs:.3f} s CPU: {theirs / ours:.1f} times the time")


if __name__ == "__main__":
    main()
