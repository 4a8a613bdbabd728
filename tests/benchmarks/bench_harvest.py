"""Requests and wall time of a harvest with cited-by and similar, against NCBI's limit of 3 a second, in one run.

    python -m tests.benchmarks.bench_harvest [ARTICLES]

A rehearsal in a process of its own answers after 0.7 s, as NCBI does, and refuses what exceeds the limit. The floors:
requests = ceil(N / 200) for the records and as many for each list; seconds = requests / 3. Goals: at most 1.05 and
1.1 times these.
"""

import math
import multiprocessing
import resource
import sys
import tempfile
import time
from contextlib import closing
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from harvest.archive import open_archive
from harvest.http.client import Client, Settings
from harvest.jobs.harvest import Summary, harvest
from harvest.jobs.plan import Plan
from harvest.pubmed.write_article import format_article_set
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.server import Rehearsal
from harvest.rehearsal.synthetic import pmid_of, synthetic_records
from harvest.sources.entrez import BATCH
from kb.database import open_kb
from kb.queries.archive import archive_path

LATENCY: Final = 0.7  # seconds before each answer
LIMIT: Final = 3  # requests a second
SIMILAR: Final = 100  # similar articles of one
REQUESTS: Final = 1.05
SECONDS: Final = 1.1


def serve(records: Path, articles: int, pipe: Connection) -> None:
    """Answer until told to stop; then say when each request came, and with which status it was answered.

    Similar articles are the next in number: finding them by words would take the time that is measured.
    """
    pmids = [pmid_of(number) for number in range(1, articles + 1)]
    links = {("pubmed_pubmed", pmid): pmids[place : place + SIMILAR] for place, pmid in enumerate(pmids)}
    with Rehearsal(open_shelf(records, links=links), latency=LATENCY) as rehearsal:
        pipe.send(rehearsal.base_url)
        pipe.recv()
        pipe.send(sorted((asked.moment, asked.status) for asked in rehearsal.log))


def timed_harvest(folder: Path, base_url: str, articles: int) -> tuple[float, Summary]:
    path = folder / "kb.db"
    pmids = tuple(str(pmid_of(number)) for number in range(1, articles + 1))
    client = Client(Settings(base_url=base_url, lock_folder=folder))
    with closing(open_kb(path, create=True)) as db, open_archive(archive_path(path)) as archive:
        start = time.monotonic()
        summary = harvest(db, archive, {"pubmed": client}, Plan(seeds=pmids, cited_by=True, similar=True))
        return time.monotonic() - start, summary


def pause(moments: list[float]) -> float:
    """Return the longest time in which no request came."""
    return max(later - earlier for earlier, later in pairwise(moments))


def fullest(moments: list[float]) -> int:
    """Return how many requests came in the second in which most came."""
    return max(sum(first <= moment < first + 1 for moment in moments) for first in moments)


def main() -> int:
    articles = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "field.xml").open("wb") as file:
            file.writelines(format_article_set(synthetic_records(articles)))
        ours, theirs = multiprocessing.Pipe()
        server = multiprocessing.Process(target=serve, args=(folder / "field.xml", articles, theirs))
        server.start()
        cpu = time.process_time()
        seconds, summary = timed_harvest(folder, ours.recv(), articles)
        ours.send("stop")
        log: list[tuple[float, int]] = ours.recv()
        server.join()
    cpu, served = time.process_time() - cpu, resource.getrusage(resource.RUSAGE_CHILDREN)
    floor = 3 * math.ceil(articles / BATCH)
    moments = [moment for moment, _ in log]
    requests, refused = len(log), sum(status == 429 for _, status in log)
    print(f"{summary.asked:,} articles asked: {summary.outcomes}")
    print(f"requests  {requests:,}, {refused} of them refused; {requests / floor:.3f} of the floor of {floor:,}")
    print(f"seconds   {seconds:.1f}; {seconds * LIMIT / floor:.3f} of the floor of {floor / LIMIT:.1f}")
    print(f"the first to the last request: {moments[-1] - moments[0]:.1f} s; the longest pause {pause(moments):.1f} s;")
    print(f"at most {fullest(moments)} in any second")
    print(f"CPU       {cpu:.1f} s of the harvest, {served.ru_utime + served.ru_stime:.1f} s of the rehearsal")
    return 0 if requests <= REQUESTS * floor and seconds <= SECONDS * floor / LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
