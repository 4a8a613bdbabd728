"""What a mirror of PubMed costs to build and to read, at three sizes, and so for all of PubMed.

    python -m tests.benchmarks.bench_mirror [FOLDER]

Files of 30,000 made-up records of PubMed's shape, 15 kB each, are put into FOLDER, and used again where they are there;
the mirrors are built beside them and removed: at most 7 GB. Goals: 8,000 records a CPU-second, two workers 1.8 times
one, 400 MB in any process, and the CPU of a record within 15 % from 30,000 to 1,000,000 records.
"""

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from isal import igzip

from kb.mirror.reader import Mirror
from tests.benchmarks.pubmed_files import Made, write_file, write_files
from tests.benchmarks.pubmed_shaped import FIRST

RECORDS: Final = 30_000  # of a file, as in NLM's
FILES: Final = (1, 10, 33)
CLOCKED: Final = 10  # files with which one worker and two are compared
RATE, SPEED_UP, MEMORY, GROWTH = 8_000, 1.8, 400, 0.15
READ: Final = 10_000  # records
LINKS: Final = 50_000  # lists, in both directions
PUBMED: Final = 40_000_000  # records, in 51 GB
LITKB: Final = str(Path(sys.executable).with_name("litkb"))


class Built(NamedTuple):
    """What a build took."""

    records: int
    cpu: float  # seconds, of all processes
    clock: float  # seconds
    memory: float  # MB, of the process that took most
    size: int  # bytes


def built(folder: Path, files: Sequence[Path], workers: int) -> Built:
    """Build a mirror, or what is missing of it; return what it took; the peak memory is that of all builds so far."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [LITKB, "mirror", "build", str(folder), *map(str, files), "--workers", str(workers)]
    subprocess.run(command, check=True, capture_output=True)
    after, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with Mirror(folder) as mirror:
        records = sum(segment.records for segment in mirror.manifest.segments)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Built(records, cpu, clock, after.ru_maxrss / 1e3, size)


def say_whole(folder: Path, files: Sequence[Path], start: float) -> None:
    """Print what index and links take, when the segments are there."""
    with Mirror(folder) as mirror:
        links, whole = mirror.manifest.links, mirror.manifest.whole
    shutil.rmtree(folder / whole)
    (folder / "manifest.json").unlink()
    cpu = built(folder, files, 1).cpu - start
    print(f"  index, links {cpu:10.1f} CPU-s of it for {links:,} links, {1e6 * cpu / links:.1f} a million", flush=True)


def a_second(count: int, do: Callable[[], object]) -> float:
    """Return how many are done in a CPU-second."""
    before = time.process_time()
    do()
    return count / (time.process_time() - before)


def gunzip(path: Path) -> float:
    """Return the CPU seconds of unpacking a file and doing nothing with it."""
    before = time.process_time()
    with igzip.open(path, "rb") as file:
        while file.read(2**21):
            pass
    return time.process_time() - before


def say_reading(folder: Path) -> None:
    """Print how fast records and links are read at random places."""
    with Mirror(folder) as mirror:
        total, draw = mirror.manifest.records, random.Random(1)
        some = [FIRST + draw.randrange(total) for _ in range(LINKS)]
        one_by_one = a_second(READ, lambda: [mirror.record(pmid) for pmid in some[:READ]])
        together = a_second(READ, lambda: [1 for _ in mirror.records(some[:READ])])
        found = 0

        def read_links() -> None:
            nonlocal found
            found = sum(len(mirror.cited(pmid)) + len(mirror.citing(pmid)) for pmid in some)

        rate = a_second(2 * LINKS, read_links)
    print(f"  records      {one_by_one:10,.0f} a CPU-second one by one, {together:,.0f} of {READ:,} asked together")
    print(f"  lists        {rate:10,.0f} a CPU-second, {rate * found / (2 * LINKS):,.0f} links", flush=True)


def say_built(made: Built, files: Sequence[Path], start: float) -> None:
    """Print what a build took; start: the CPU seconds of the smallest one."""
    packed = sum(path.stat().st_size for path in files)
    print(f"{made.records:,} records, {len(files)} files, {packed / 1e6:,.0f} MB")
    rates = f"{made.records / made.cpu:10,.0f} records a CPU-second, {made.records / (made.cpu - start):,.0f}"
    print(f"  build        {rates} without the start; {made.cpu:.1f} CPU-s, {made.clock:.1f} s by the clock")
    print(f"  memory       {made.memory:10,.0f} MB at most in one process")
    print(
        f"  bytes        {made.size / made.records:10,.0f} a record, {made.size / packed:.2f} of the files", flush=True
    )


def say_pubmed(small: Built, large: Built, start: float) -> float:
    """Print what all of PubMed would take; return by how much the CPU of a record grew, without that of the start."""
    each = [(made.cpu - start) / made.records for made in (small, large)]
    print(f"growth: {each[1] / each[0] - 1:+.0%} CPU a record from {small.records:,} to {large.records:,} records")
    for times in (1, 10):
        hours, size = each[1] * PUBMED * times / 3600, large.size / large.records * PUBMED * times / 1e9
        print(f"  {times:2} x PubMed: {hours:,.1f} CPU-hours, {size:,.0f} GB, at records as large as these")
    return each[1] / each[0] - 1


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else name)
        made, mirror = Made(max(FILES), RECORDS), folder / "mirror"
        start = built(mirror, write_files(folder / "small", Made(1, 100)), 1).cpu
        print(f"start: {start:.1f} CPU-s for 100 records")
        paths = [folder / made.name(number) for number in range(1, max(FILES) + 1)]
        for number, path in enumerate(paths, start=1):
            if not path.with_name(f"{path.name}.md5").exists():
                write_file(folder, made, number)
        found: list[Built] = []
        for count in FILES:
            shutil.rmtree(mirror, ignore_errors=True)
            found.append(built(mirror, paths[:count], 1))
            say_built(found[-1], paths[:count], start)
            if count == FILES[0]:
                alone = gunzip(paths[0])
                print(f"  unpacking    {alone:10.2f} CPU-s alone, {alone / (found[0].cpu - start):.0%} of the build")
            say_reading(mirror)
        say_whole(mirror, paths, start)
        clocks: list[float] = []
        for workers in (1, 2):
            shutil.rmtree(mirror)
            clocks.append(built(mirror, paths[:CLOCKED], workers).clock)
        one, two = clocks
        shutil.rmtree(mirror)
    busy = os.getloadavg()[0]
    print(f"clock: {one:.1f} s with one worker, {two:.1f} s with two: {one / two:.2f} times, load {busy:.1f}")
    growth = say_pubmed(found[0], found[-1], start)
    missed = found[-1].records / found[-1].cpu < RATE or one / two < SPEED_UP or found[-1].memory > MEMORY
    return 1 if missed or growth > GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
