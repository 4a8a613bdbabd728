"""PageRank of a made-up graph as large as a part of PubMed: memory-mapped on one core, and over Dask from Parquet.

    python -m tests.benchmarks.bench_whole [ARTICLES]

5,000,000 articles without a number, each with 20 references to older ones by preferential attachment: 100 million
links. The first way reads them from the arrays of a mirror, the second from the Parquet table of its export, by a
cluster of a process a core on this machine. Seconds by the clock and of CPU, and the most memory: that of the process
without pages of the mapped files, and those pages; of the cluster, all its processes together, sampled.
"""

import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from graph.whole.measures import measure_whole, pagerank_of_whole
from graph.whole.parquet import pagerank_from_parquet
from kb.mirror.folder import Folder
from kb.mirror.layout import (
    CHUNK,
    CITED,
    CITING,
    FORMAT,
    MANIFEST,
    NOWHERE,
    UNKNOWN,
    Manifest,
    chunk_name,
    format_manifest,
)
from kb.mirror.npy import write_array
from kb.mirror.reader import Mirror

ARTICLES: Final = 5_000_000
EACH: Final = 20  # references
_MB: Final = 1e6


def make_graph(articles: int, each: int = EACH) -> tuple[Any, Any]:
    """Return citing and cited of all links, in the order of the citing articles, each pair once."""
    rng = np.random.default_rng(0)
    citing = np.repeat(np.arange(1, articles, dtype=np.int64), each)
    pairs = np.unique(citing << 32 | (citing * rng.random(len(citing)) ** 2).astype(np.int64))
    return (pairs >> 32).astype(np.int32), (pairs & (2**32 - 1)).astype(np.int32)


def write_mirror(place: Path, articles: int, citing: Any, cited: Any) -> None:
    """Write index and links of a mirror that has no records."""
    folder, whole = Folder(str(place)), "whole-made"
    numbers = list(range(-(-articles // CHUNK)))
    order = np.argsort(cited, kind="stable")
    for way, keys, values in ((CITED, citing, cited), (CITING, cited[order], citing[order])):
        for chunk in numbers:
            first, last = np.searchsorted(keys, (chunk * CHUNK, (chunk + 1) * CHUNK))
            ends = np.cumsum(np.bincount(keys[first:last] - chunk * CHUNK, minlength=CHUNK)).astype(np.uint32)
            write_array(folder, f"{whole}/{chunk_name(f'{way}-ends', chunk)}", ends)
            write_array(folder, f"{whole}/{chunk_name(way, chunk)}", values[first:last])
    for chunk in numbers:
        there = np.arange(chunk * CHUNK, (chunk + 1) * CHUNK) < articles
        arrays = {"row": np.where(there, 0, NOWHERE).astype(np.uint32), "year": np.full(CHUNK, 2000, np.int16)}
        arrays["journal"] = np.full(CHUNK, UNKNOWN, np.int32)
        for kind, values in arrays.items():
            write_array(folder, f"{whole}/{chunk_name(kind, chunk)}", values)
    folder.write(f"{whole}/journals.txt", b"")
    kinds = ("row", "year", "journal", CITED, f"{CITED}-ends", CITING, f"{CITING}-ends")
    chunks = dict.fromkeys(kinds, numbers)
    manifest = Manifest(FORMAT, 26, "made", [], [], [], chunks, {}, articles, len(citing), None)
    folder.write(MANIFEST, format_manifest(manifest))


def write_tables(place: Path, articles: int, citing: Any, cited: Any, parts: int = 32) -> None:
    """Write the two tables that PageRank reads, in parts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for table in ("articles", "citations"):
        (place / table).mkdir(parents=True)
    for part in range(parts):
        low, high = (articles * at // parts for at in (part, part + 1))
        pmids = np.arange(low, high, dtype=np.int64)
        pq.write_table(pa.table({"pmid": pmids}), place / "articles" / f"{part:03}.parquet")
        first, last = np.searchsorted(citing, (low, high))
        ends = {"citing_id": citing[first:last].astype(np.int64), "cited_id": cited[first:last].astype(np.int64)}
        pq.write_table(pa.table(ends), place / "citations" / f"{part:03}.parquet")


def memory(process: int) -> tuple[int, int]:
    """Return the bytes that a process holds: its own, and pages of files."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except FileNotFoundError:  # it has ended
        return 0, 0
    found = {
        name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines) if "Rss" in name
    }
    return found.get("RssAnon", 0), found.get("RssFile", 0)


def family() -> list[int]:
    """Return this process and all below it."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(place.parent.name)] = int(fields[1])
    found = [os.getpid()]
    for one in found:
        found += [process for process, parent in parents.items() if parent == one]
    return found


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print seconds and the most memory of what is done meanwhile, by this process and those below it."""
    most, ended = [0, 0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            now = [sum(values) for values in zip(*map(memory, family()), strict=True)]
            most[:] = map(max, most, now)

    watcher = threading.Thread(target=watch, daemon=True)
    before, began = used(), time.monotonic()
    watcher.start()
    yield
    ended.set()
    watcher.join()
    print(
        f"{what:34} {time.monotonic() - began:7.1f} s, {used() - before:7.1f} CPU-s, "
        f"{most[0] / _MB:,.0f} MB of its own, {most[1] / _MB:,.0f} MB of files",
        flush=True,
    )


def used() -> float:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, who))


def apart(do: Callable[..., None], *arguments: object) -> None:
    """Do something in a process of its own, whose memory is its alone."""
    import multiprocessing

    process = multiprocessing.get_context("spawn").Process(target=do, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{do.__name__} failed.")


def make(folder: Path, articles: int) -> None:
    citing, cited = make_graph(articles)
    write_mirror(folder / "mirror", articles, citing, cited)
    write_tables(folder / "tables", articles, citing, cited)
    print(f"{articles:,} articles, {len(citing):,} links")


def on_one_machine(folder: Path) -> None:
    with Mirror(folder / "mirror") as mirror:
        with measured("PageRank, memory-mapped, one core"):
            ranks = pagerank_of_whole(mirror)
        np.save(folder / "ranks.npy", ranks)
        with measured("counts, percentiles and PageRank"):
            measure_whole(mirror)


def over_dask(folder: Path) -> None:
    from distributed import Client, LocalCluster

    with (
        measured("PageRank, from Parquet over Dask"),
        LocalCluster(threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        ranks = pagerank_from_parquet(folder / "tables", client)
    same = np.load(folder / "ranks.npy")[ranks.index.to_numpy()]
    print(f"the largest difference of a rank: {np.abs(same - ranks.to_numpy()).max():.1e}")


def main() -> None:
    articles = int(sys.argv[1]) if sys.argv[1:] else ARTICLES
    with tempfile.TemporaryDirectory() as name:
        for step in (make, on_one_machine, over_dask):
            apart(step, Path(name), *((articles,) if step is make else ()))


if __name__ == "__main__":
    main()
