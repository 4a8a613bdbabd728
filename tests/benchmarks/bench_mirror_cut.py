"""What it costs to cut a field out of a mirror of PubMed, against the same harvest at PubMed's limit of requests.

    python -m tests.benchmarks.bench_mirror_cut [MIRROR [ARTICLES…]]

MIRROR: one that `litkb mirror build` made of files of tests.benchmarks.pubmed_files; without it one of 30,000 records
is made. Cut are 1,000, 10,000 and, where the mirror has so many, 100,000 articles that stand evenly in it, named one by
one, each with its record and the list of what cites it. Three threads share the work: one saves, one reads the
mirror and packs answers, one process parses; on two free cores the first is the time that it takes. The harvest at
PubMed's limit is run for 1,000 articles against a rehearsal server; for more it is computed, requests at 3 a second.
Goals: 10,000 articles within 30 s, of which what the mirror itself takes is below 5 s.
"""

import math
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

from harvest.archive import open_archive
from harvest.http.client import Client, Settings
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.mirror.build import build_mirror
from harvest.mirror.engine import run_here
from harvest.mirror.source import MirrorSource
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.server import Rehearsal
from harvest.sources.entrez import BATCH
from harvest.sources.mirror import Located
from kb.database import open_kb
from kb.mirror.reader import Mirror
from kb.queries.archive import archive_path
from tests.benchmarks.pubmed_files import Made, write_files
from tests.benchmarks.pubmed_shaped import FIRST

SIZES: Final = (1_000, 10_000, 100_000)
RUN: Final = 1_000  # articles of which the harvest from a server is run
LIMIT: Final = 3  # requests a second
GOAL: Final = 10_000  # articles
SECONDS, OWN = 30, 5


class Timed(MirrorSource):
    """A mirror that counts the CPU seconds of the threads that read it."""

    def __init__(self, reader: Mirror) -> None:
        super().__init__(reader)
        self.own = 0.0
        self.pubmed = _Timed(self, self.pubmed)  # type: ignore[assignment]

    def records(self, pmids: Sequence[int]) -> Iterator[Located]:
        began = time.thread_time()
        found = list(super().records(pmids))
        self.own += time.thread_time() - began
        return iter(found)


class _Timed:
    """The links of a mirror, timed alike."""

    def __init__(self, source: Timed, links: Any) -> None:
        self.source, self.links = source, links

    def citing(self, pmid: int) -> Any:
        began = time.thread_time()
        found = self.links.citing(pmid)
        self.source.own += time.thread_time() - began
        return found


class Cut(NamedTuple):
    """What a cut took, in CPU seconds but for clock, and what it holds."""

    saving: float
    beside: float  # the other threads and the process that parses
    own: float  # of the mirror itself
    clock: float
    articles: int
    links: int
    size: int  # bytes of the file


def cut(folder: Path, reader: Mirror, pmids: Sequence[int]) -> Cut:
    """Cut articles out of a mirror."""
    kb, mirror = folder / "kb.db", Timed(reader)
    plan = Plan(seeds=tuple(map(str, pmids)), ask=("cited_by",), mirror=mirror.through)
    with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
        thread, process, began = time.thread_time(), time.process_time(), time.monotonic()
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        harvest(db, archive, {}, plan, mirror=mirror)
        saving, clock = time.thread_time() - thread, time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        beside = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
        beside += time.process_time() - process - saving
        held, links = (
            db.execute(f"select count(*) from {table}").fetchone()[0] for table in ("articles", "citation_links")
        )
    return Cut(saving, beside, mirror.own, clock, held, links, kb.stat().st_size)


def networked(folder: Path, reader: Mirror, pmids: Sequence[int]) -> float:
    """Return the seconds of the same harvest from a server that keeps PubMed's limit."""
    shelf = open_shelf(dict(reader.records(pmids)))
    with (
        Rehearsal(shelf) as rehearsal,
        closing(open_kb(folder / "networked.db", create=True)) as db,
        open_archive(folder / "networked.sqlar") as archive,
    ):
        client = Client(Settings(base_url=rehearsal.base_url, lock_folder=folder))
        began = time.monotonic()
        harvest(db, archive, {"pubmed": client}, Plan(seeds=tuple(map(str, pmids)), ask=("cited_by",)))
        return time.monotonic() - began


def say(made: Cut, requests: int, seconds: float | None) -> None:
    """Print what a cut took, and the harvest."""
    print(f"{made.articles:,} articles, {made.links:,} citations, {made.size / 1e6:,.0f} MB")
    each = 1000 * made.saving / made.articles
    print(f"  cut          {made.saving:8.1f} CPU-s to save, {each:.2f} ms an article; {made.beside:.1f} beside it")
    print(f"  the mirror   {made.own:8.2f} CPU-s of these to read records and lists")
    print(f"  clock        {made.clock:8.1f} s, load {os.getloadavg()[0]:.1f}")
    if seconds is None:
        seconds, how = requests / LIMIT, "computed"
    else:
        how = "run"
    print(f"  at the limit {seconds:8.1f} s ({how}): {requests} requests at {LIMIT} a second", flush=True)


def mirror_of(folder: Path) -> Path:
    """Return a mirror of 30,000 records."""
    files = write_files(folder / "files", Made(files=2, records=15_000))
    build_mirror(str(folder / "mirror"), list(map(str, files)), run_here)
    return folder / "mirror"


def main() -> int:
    missed = False
    with tempfile.TemporaryDirectory() as name:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else mirror_of(Path(name))
        with Mirror(path) as reader:
            total = reader.manifest.records
            print(f"mirror: {total:,} records, {reader.manifest.links:,} links", flush=True)
            for size in map(int, sys.argv[2:]) if sys.argv[2:] else SIZES:
                if size > total:
                    continue
                pmids = [FIRST + place * total // size for place in range(size)]
                with tempfile.TemporaryDirectory() as place:
                    made = cut(Path(place), reader, pmids)
                    seconds = networked(Path(place), reader, pmids) if size <= RUN else None
                say(made, 2 * math.ceil(size / BATCH), seconds)
                missed |= size == GOAL and (made.saving > SECONDS or made.own > OWN)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
