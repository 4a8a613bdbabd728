"""GraphML of a million made-up citations: litkb's stream from the file, and networkx's writer, in one run.

    python -m tests.benchmarks.bench_export [CITATIONS]

networkx's graph is built before its clock starts; litkb reads the file within its own. Each writer runs in a
process of its own, and so does what makes the file: each peak of memory is one writer's alone. Both files
must hold as many citations.
"""

import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import networkx as nx
import numpy as np

from graph.export import write_export
from kb.database import open_kb, transaction
from kb.queries.links import read_export_edges, read_export_nodes

_Result = TypeVar("_Result")
FIRST_PMID = 900_000_001


def make_field(path: Path, citations: int) -> None:
    """Write a file of about so many citations among a tenth as many articles, no two alike."""
    rng = np.random.default_rng(20201)
    articles = max(citations // 10, 2)
    citing = rng.integers(0, articles, citations)
    cited = (citing * rng.random(citations) ** 2).astype(np.int64)  # older works, and some of them often
    pairs = np.unique(np.stack([citing, cited], axis=1)[citing != cited], axis=0) + FIRST_PMID
    db = open_kb(path, create=True)
    with transaction(db):
        _add_articles(db, range(FIRST_PMID, FIRST_PMID + articles))
        db.executemany("insert into citations values (?, ?, 8, '2026-01-01T00:00:00Z')", pairs.tolist())
    db.close()


def _add_articles(db: sqlite3.Connection, pmids: range) -> None:
    db.executemany(
        "insert into works (id, label, year, state) values (?, ?, 2000, 'held')",
        ((pmid, f"Author {pmid % 977:04} 2000 J Synth") for pmid in pmids),
    )
    db.executemany(
        """insert into articles (pmid, record_type, title, authors, year, source_id, checked_at, content_hash)
        values (?, 'article', ?, ?, 2000, 8, '', '')""",
        ((pmid, f"Synthetic article {pmid}", f"Author {pmid % 977:04}") for pmid in pmids),
    )


def ours(source: Path, out: Path) -> float:
    db = open_kb(source, readonly=True)
    start = time.process_time()
    write_export(db, out, force=True)
    return time.process_time() - start


def theirs(source: Path, out: Path) -> float:
    db = open_kb(source, readonly=True)
    made: nx.DiGraph[str] = nx.DiGraph()
    for node in read_export_nodes(db):
        made.add_node(node.name, **{name: value for name, value in node._asdict().items() if value is not None})
    made.add_edges_from((edge.citing, edge.cited, {"sources": edge.sources}) for edge in read_export_edges(db))
    start = time.process_time()
    nx.write_graphml(made, out)  # with lxml, networkx's fastest
    return time.process_time() - start


def measured(writer: str, source: Path, out: Path) -> tuple[float, float]:
    """Return CPU seconds and peak megabytes of one writer in this process."""
    seconds = {"litkb": ours, "networkx": theirs}[writer](source, out)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_new_process(function: Callable[..., _Result], *arguments: object) -> _Result:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def main() -> None:
    citations = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "field.db"
        in_new_process(make_field, source, citations)
        files = {writer: Path(folder) / f"{writer}.graphml" for writer in ("litkb", "networkx")}
        results = {writer: in_new_process(measured, writer, source, out) for writer, out in files.items()}
        edges = {writer: out.read_bytes().count(b"<edge ") for writer, out in files.items()}
    assert edges["litkb"] == edges["networkx"], edges
    print(f"{edges['litkb']:,} citations")
    for writer, (seconds, memory) in results.items():
        print(f"{writer:9} {seconds:6.2f} s CPU {memory:8,.0f} MB peak")
    print(f"networkx / litkb: {results['networkx'][0] / results['litkb'][0]:.2f} times the time")


if __name__ == "__main__":
    main()
