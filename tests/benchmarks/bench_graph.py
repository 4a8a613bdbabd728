"""From a file to stored PageRanks of a made-up citation graph: litkb on CSR arrays, and networkx, in one run.

    python -m tests.benchmarks.bench_graph [CITATIONS]

Each side is a process of its own: it reads the citations, builds its graph, ranks and stores, and prints its
CPU-seconds and peak memory. The two must agree. The stretch goal, 20 times the speed in a quarter of the memory,
is for 10,000,000 citations among a tenth as many works, which takes networkx 5 GB.
"""

import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from itertools import chain, islice
from pathlib import Path

import networkx as nx
import numpy as np

from graph.citation_graph import CitationGraph, build_citation_graph
from graph.measures.importance import pagerank
from kb.database import open_kb, transaction
from kb.store.citations import save_reference_lists
from kb.store.computed import AT_ONCE

TOLERANCE = 1e-10
PUBMED = 1  # the source of all citations here
GOAL_TIMES, GOAL_SHARE = 20.0, 0.25
STRETCH = 10_000_000  # citations from which on the goal counts


def made_graph(citations: int) -> CitationGraph:
    """Return a graph of about so many citations among a tenth as many works, no two alike."""
    rng = np.random.default_rng(20202)
    works = max(citations // 10, 2)
    citing = rng.integers(0, works, citations)
    cited = (citing * rng.random(citations) ** 2).astype(np.int64)
    pairs = np.unique(np.stack([citing, cited], axis=1)[citing != cited], axis=0)
    return CitationGraph(np.arange(1, works + 1), pairs[:, 0], pairs[:, 1])


def make_file(path: Path, citations: CitationGraph) -> None:
    ends = (citations.ids[end].tolist() for end in (citations.citing, citations.cited))
    with closing(open_kb(path, create=True)) as db:
        db.execute("pragma foreign_keys = off")
        db.execute("create table ranks (id integer primary key, pagerank real not null) strict")
        with transaction(db):
            db.executemany("insert into works (id, label) values (?, '')", ((work,) for work in citations.ids.tolist()))
            save_reference_lists(db, [(*pair, PUBMED, "") for pair in zip(*ends, strict=True)])


def litkb_ranks(db: sqlite3.Connection) -> Iterable[tuple[int, float]]:
    citations = build_citation_graph(db)
    return zip(citations.ids.tolist(), pagerank(citations, tol=TOLERANCE).tolist(), strict=True)


def networkx_ranks(db: sqlite3.Connection) -> Iterable[tuple[int, float]]:
    made = nx.DiGraph()
    made.add_edges_from(db.execute("select distinct citing_id, cited_id from citations"))
    # networkx stops at size * tol; so both stop at the same difference
    return nx.pagerank(made, tol=TOLERANCE / len(made), max_iter=1000).items()


def store(db: sqlite3.Connection, rows: Iterable[tuple[int, float]]) -> None:
    """Replace the ranks as graph runs replace theirs: a hundred rows a statement, half of the time of single ones."""
    db.execute("delete from ranks")
    left = iter(rows)
    while portion := list(islice(left, AT_ONCE)):
        many = ", ".join(["(?, ?)"] * len(portion))
        db.execute(f"insert or fail into ranks values {many}", list(chain.from_iterable(portion)))


def rank(side: str, path: Path) -> None:
    """Rank the works of a file and store it; print CPU-seconds and peak megabytes."""
    with closing(open_kb(path)) as db:
        start = time.process_time()
        rows = litkb_ranks(db) if side == "litkb" else networkx_ranks(db)
        with transaction(db):
            store(db, rows)
        print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)


def measured(side: str, path: Path) -> tuple[float, int, np.ndarray]:
    command = [sys.executable, "-m", "tests.benchmarks.bench_graph", side, str(path)]
    cpu, memory = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    with closing(open_kb(path, readonly=True)) as db:
        return float(cpu), int(memory), np.array(db.execute("select pagerank from ranks order by id").fetchall())


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kb.db"
        made = made_graph(wanted)
        make_file(path, made)
        works, citations = len(made.ids), len(made.citing)
        del made
        ours, our_memory, ranks = measured("litkb", path)
        theirs, their_memory, expected = measured("networkx", path)
    assert np.abs(ranks - expected).sum() < 10 * TOLERANCE
    print(f"{works:,} works, {citations:,} citations: file to stored PageRank")
    print(f"litkb {ours:.2f} s CPU, {our_memory} MB; networkx {theirs:.2f} s CPU, {their_memory} MB")
    print(f"{theirs / ours:.1f} times the speed, {our_memory / their_memory:.2f} of the memory")
    if wanted >= STRETCH and (theirs / ours < GOAL_TIMES or our_memory / their_memory > GOAL_SHARE):
        sys.exit(f"The stretch goal, {GOAL_TIMES:.0f} times the speed and {GOAL_SHARE} of the memory, is missed.")


if __name__ == "__main__":
    rank(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) == 3 else main()
