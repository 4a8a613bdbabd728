"""Every graph format of a million made-up citations: litkb's stream from the file, and networkx's writer, in one run.

    python -m tests.benchmarks.bench_export [CITATIONS] [SUFFIX or NETWORK ...]

networkx's graph, with the same attributes, is built before its clock starts; litkb reads the file within its
own. Each writer runs in a process of its own, RUNS times, litkb's before and after the other, and the fastest
counts: each peak of memory is one writer's alone. A format that networkx does not write is measured against its
GraphML. Of the other networks, which networkx does not make, seconds and memory are shown.
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
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any, Final, TypeVar

import networkx as nx
import numpy as np

from graph.export.export_request import select_works, write_export
from graph.export.networks import WEIGHTED
from graph.export.write import FORMATS
from kb.database import open_kb, transaction
from kb.store.citations import save_reference_lists
from tests.rows import scope_edges, scope_nodes

_Result = TypeVar("_Result")
FIRST_PMID = 900_000_001
CITATIONS = 1_000_000
RUNS = 3
NAMES, KEYWORDS, JOURNALS = 20_000, 5_000, 500  # among which each article has three, three and one
SHOWN_IN = (".graphml", ".net")  # formats of the other networks: one of names, one of numbers


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
        _add_items(db, rng, articles)
        save_reference_lists(db, [(*pair, 8, "2026-01-01T00:00:00Z") for pair in pairs.tolist()])
    db.close()


def _add_articles(db: sqlite3.Connection, pmids: range) -> None:
    db.executemany(
        "insert into journals (journal_id, abbreviation) values (?, ?)",
        ((f"ta:J {n}", f"J {n}") for n in range(JOURNALS)),
    )
    db.executemany(
        "insert into works (id, label, year, state) values (?, ?, 2000, 'held')",
        ((pmid, f"Author {pmid % 977:04} 2000 J Synth") for pmid in pmids),
    )
    db.executemany(
        """insert into articles
            (pmid, record_type, title, authors, year, source_id, received_at, checked_at, content_hash, journal_id)
        values (?, 'article', ?, ?, 2000, 8, '', '', '', ?)""",
        ((pmid, f"Synthetic article {pmid}", f"Author {pmid % 977:04}", f"ta:J {pmid % JOURNALS}") for pmid in pmids),
    )


def _add_items(db: sqlite3.Connection, rng: np.random.Generator, articles: int) -> None:
    """Give each article three names and three keywords."""
    names, keywords = rng.integers(0, NAMES, (articles, 3)), rng.integers(0, KEYWORDS, (articles, 3))
    db.executemany(
        "insert into authorships (pmid, position, name, name_key, role) values (?, ?, ?, ?, 'author')",
        ((pmid, place, f"Name {n}", f"name {n}") for pmid, row in enumerate(names.tolist(), FIRST_PMID)
            for place, n in enumerate(row, start=1)),
    )  # fmt: skip
    db.executemany(
        "insert into keywords (pmid, position, keyword, keyword_key) values (?, ?, ?, ?)",
        ((pmid, place, f"Word {n}", f"word {n}") for pmid, row in enumerate(keywords.tolist(), FIRST_PMID)
            for place, n in enumerate(row, start=1)),
    )  # fmt: skip


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


def ours(source: Path, out: Path, network: str) -> float:
    with closing(open_kb(source, readonly=True)) as db:
        start = time.process_time()
        write_export(db, out, select_works(db, network=network), force=True)
        return time.process_time() - start


def build_theirs(source: Path) -> "nx.DiGraph[str]":
    made: nx.DiGraph[str] = nx.DiGraph()
    with closing(open_kb(source, readonly=True)) as db:
        for node in scope_nodes(db):
            made.add_node(node.name, **{name: value for name, value in node._asdict().items() if value is not None})
        made.add_edges_from((edge.citing, edge.cited, {"sources": edge.sources}) for edge in scope_edges(db))
    return made


def theirs(made: "nx.DiGraph[str]", out: Path, suffix: str) -> float:
    warnings.simplefilter("ignore")  # Pajek has no place for most attributes, and networkx says so for each
    start = time.process_time()
    THEIRS[suffix](made, out)
    return time.process_time() - start


def peak() -> float:
    """Return the most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_ours(source: Path, out: Path, network: str = "citations", runs: int = RUNS) -> tuple[float, float]:
    """Return CPU seconds, the fewest of some runs, and peak megabytes."""
    return min(ours(source, out, network) for _ in range(runs)), peak()


def measure_theirs(source: Path, out: Path, suffix: str) -> tuple[float, float]:
    """Return the same of networkx's writer."""
    made = build_theirs(source)
    return min(theirs(made, out, suffix) for _ in range(RUNS)), peak()


def in_new_process(function: Callable[..., _Result], *arguments: object) -> _Result:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def compare(source: Path, folder: Path, suffixes: list[str]) -> None:
    """Show how both write the citation graph."""
    print("format       litkb CPU s   peak MB   networkx CPU s   peak MB   ratio")
    compared: dict[str, tuple[float, float]] = {}
    for suffix in suffixes:
        out = folder / f"ours{suffix}"
        before = in_new_process(measure_ours, source, out)
        against = suffix if suffix in THEIRS else ".graphml"
        if against not in compared:
            compared[against] = in_new_process(measure_theirs, source, folder / "theirs", against)
        seconds, memory = compared[against]
        after = in_new_process(measure_ours, source, out)  # what else the machine does weighs on both sides alike
        ours_seconds, ours_memory = min(before[0], after[0]), max(before[1], after[1])
        print(
            f"{suffix:12} {ours_seconds:11.2f} {ours_memory:9,.0f} {seconds:16.2f} {memory:9,.0f} "
            f"{seconds / ours_seconds:7.1f}{'' if against == suffix else ' (its GraphML)'}",
            flush=True,
        )


def show_networks(source: Path, folder: Path, networks: list[str]) -> None:
    """Show what the other networks take."""
    print("network      format     CPU s   peak MB   file MB")
    for network, suffix in product(networks, SHOWN_IN):
        out = folder / f"{network}{suffix}"
        seconds, memory = in_new_process(measure_ours, source, out, network, 1)
        print(f"{network:12} {suffix:8} {seconds:7.2f} {memory:9,.0f} {out.stat().st_size / 1e6:9,.0f}", flush=True)
        out.unlink()


def main() -> None:
    words = [word for word in sys.argv[1:] if not word.isdigit()]
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    suffixes, networks = ([word for word in known if not words or word in words] for known in (FORMATS, WEIGHTED))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "field.db"
        in_new_process(make_field, source, numbers[0] if numbers else CITATIONS)
        compare(source, folder, suffixes)
        show_networks(source, folder, networks)


if __name__ == "__main__":
    main()
