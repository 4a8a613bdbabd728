"""How long an article page takes while two files are being made: median, 95th and 99th percentile.

    python -m tests.benchmarks.bench_site_under_export [ARTICLES] [PAGES]

The server is a process of its own; two clients of this one ask for files all the time, a third for pages.
"""

import itertools
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from graph.run import compute_graph
from harvest.rehearsal.mesh_branches import synthetic_places
from harvest.rehearsal.synthetic import pmid_of, synthetic_records
from kb.database import open_kb, transaction
from kb.store.mesh import save_mesh_tree
from kb.store.records import save_records

ARTICLES = 5_000
PAGES = 300
WORKS = "?sql=select+pmid+from+articles+limit+5000"
LINKS = "?sql=select+citing_id,cited_id+from+citations+limit+100000"
FILES = (
    (f"/kb.apa_txt{WORKS}", f"/kb.gexf{LINKS}", f"/kb.nbib{WORKS}"),
    (f"/kb.graphml{LINKS}", f"/kb.jsonl{WORKS}", f"/kb.nlm_txt{WORKS}"),
)


def make_field(path: Path, articles: int) -> None:
    """Write a made-up field, with everything that a page shows."""
    db = open_kb(path, create=True)
    with transaction(db):
        save_mesh_tree(db, synthetic_places())
    records = synthetic_records(articles)
    while part := list(itertools.islice(records, 1_000)):
        with transaction(db):
            save_records(db, part, received_at="2026-01-01T00:00:00.000Z")
    compute_graph(db)
    db.close()


@contextmanager
def served(path: Path) -> Iterator[str]:
    """Serve a file as people do; give the address."""
    command = [sys.executable, "-c", "from kb.cli import main; main()", "serve", str(path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split(" is at ")[1].split()[0]
        finally:
            server.terminate()


def ask_for_files(client: httpx.Client, addresses: tuple[str, ...], ended: threading.Event, sizes: list[int]) -> None:
    """Ask for one file after the other until it is enough."""
    for address in itertools.cycle(addresses):
        with client.stream("GET", address) as answer:
            size = 0
            for piece in answer.iter_bytes():
                size += len(piece)
                if ended.is_set():
                    sizes.append(size)
                    return
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        sizes.append(size)


def page_times(client: httpx.Client, articles: int, pages: int) -> list[float]:
    """Return the milliseconds of so many article pages, ascending."""
    chance, times = random.Random(20201), []
    for _ in range(pages):
        start = time.perf_counter()
        client.get(f"/article/{pmid_of(chance.randrange(articles))}").raise_for_status()
        times.append((time.perf_counter() - start) * 1_000)
    return sorted(times)


def told(name: str, times: list[float]) -> str:
    shares = {"median": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    at = {word: times[min(int(len(times) * share), len(times) - 1)] for word, share in shares.items()}
    return f"{name:<24}" + "".join(f"{word:>8} {time:5.0f} ms" for word, time in at.items())


def main(articles: int, pages: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "field.db"
        make_field(path, articles)
        with served(path) as address, httpx.Client(base_url=address, timeout=300) as client:
            page_times(client, articles, 20)
            print(told("pages alone", page_times(client, articles, pages)))
            ended, sizes = threading.Event(), list[int]()
            askers = [threading.Thread(target=ask_for_files, args=(client, files, ended, sizes)) for files in FILES]
            for asker in askers:
                asker.start()
            start = time.perf_counter()
            print(told("pages beside two files", page_times(client, articles, pages)))
            ended.set()
            for asker in askers:
                asker.join()
            seconds = time.perf_counter() - start
            print(f"meanwhile {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB in {seconds:.0f} s")


if __name__ == "__main__":
    main(*[int(argument) for argument in sys.argv[1:3]] or [ARTICLES, PAGES])
