"""Every graph format of a million made-up citations: litkb's stream from the file, and networkx's writer, in one run.

    python -m tests.benchmarks.bench_export [CITATIONS] [SUFFIX ...]

networkx's graph, with the same attributes, is built before its clock starts; litkb reads the file within its
own. Each writer runs in a process of its own: each peak of memory is one writer's alone. A format that networkx
does not write is measured against its GraphML.
"""

import json
import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import networkx as nx
import numpy as np

from graph.export import FORMATS, write_export
from kb.database import open_kb, transaction
from kb.queries.edges import read_scope_edges
from kb.queries.exports import read_scope_nodes

_Result = TypeVar("_Result")
FIRST_PMID = 900_000_001
CITATIONS = 1_000_000


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


def _write_json(made: Any, out: Path, data: Callable[[Any], Any]) -> None:
    with out.open("w", encoding="utf-8") as file:
        json.dump(data(made), file)


THEIRS: Final[dict[str, Callable[[Any, Path], None]]] = {  # networkx's fastest; GraphML's is the one with lxml
    ".graphml": nx.write_graphml,
    ".gexf": lambda made, out: nx.write_gexf(made, out, version="1.2draft"),
    ".net": nx.write_pajek,
    ".gml": nx.write_gml,
    ".json": lambda made, out: _write_json(made, out, lambda graph: nx.node_link_data(graph, edges="edges")),
    ".cyjs": lambda made, out: _write_json(made, out, nx.cytoscape_data),
}


def ours(source: Path, out: Path, _suffix: str) -> float:
    db = open_kb(source, readonly=True)
    start = time.process_time()
    write_export(db, out, force=True)
    return time.process_time() - start


def theirs(source: Path, out: Path, suffix: str) -> float:
    db = open_kb(source, readonly=True)
    made: nx.DiGraph[str] = nx.DiGraph()
    for node in read_scope_nodes(db):
        made.add_node(node.name, **{name: value for name, value in node._asdict().items() if value is not None})
    made.add_edges_from((edge.citing, edge.cited, {"sources": edge.sources}) for edge in read_scope_edges(db))
    warnings.simplefilter("ignore")  # Pajek has no place for most attributes, and networkx says so for each
    start = time.process_time()
    THEIRS[suffix](made, out)
    return time.process_time() - start


def measured(writer: str, source: Path, out: Path, suffix: str) -> tuple[float, float]:
    """Return CPU seconds and peak megabytes of one writer in this process."""
    seconds = {"litkb": ours, "networkx": theirs}[writer](source, out, suffix)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_new_process(function: Callable[..., _Result], *arguments: object) -> _Result:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    suffixes = [word for word in sys.argv[1:] if not word.isdigit()] or list(FORMATS)
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "field.db", Path(folder) / "theirs"
        in_new_process(make_field, source, numbers[0] if numbers else CITATIONS)
        print("format       litkb CPU s   peak MB   networkx CPU s   peak MB   ratio")
        compared: dict[str, tuple[float, float]] = {}
        for suffix in suffixes:
            ours_seconds, ours_memory = in_new_process(measured, "litkb", source, Path(folder) / f"o{suffix}", suffix)
            against = suffix if suffix in THEIRS else ".graphml"
            if against not in compared:
                compared[against] = in_new_process(measured, "networkx", source, out, against)
            seconds, memory = compared[against]
            print(
                f"{suffix:12} {ours_seconds:11.2f} {ours_memory:9,.0f} {seconds:16.2f} {memory:9,.0f} "
                f"{seconds / ours_seconds:7.1f}{'' if against == suffix else ' (its GraphML)'}",
                flush=True,
            )


if __name__ == "__main__":
    main()
