"""Many visitors at once on a mixed walk through the site, as wrk plays them: requests a second, 99 of 100 within.

    python -m tests.benchmarks.bench_visitors [ARTICLES | FILE] [SECONDS]

wrk is a program of its own (package wrk of Debian) and runs on the same cores as the site; the CPU time of the server
for a request depends least on what else runs there, and is compared with a row page of plain Datasette on the same
file. Fails on any answer of 400 or above; prints memory.
"""

import random
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.bench_search import PLAIN, STOCK, cpu_seconds, served
from tests.benchmarks.bench_site import sample
from tests.benchmarks.bench_site_under_export import make_field
from tests.benchmarks.bench_site_wrk import Load, loaded
from tests.campaign.test_visitors import running, walk

ARTICLES, SECONDS = 50_000, 30
VISITORS = (1, 50, 200)
PATHS = 2_000


def main() -> int:
    given = sys.argv[1] if len(sys.argv) > 1 else str(ARTICLES)
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "kb.db") if given.isdecimal() else Path(given)
        if given.isdecimal():
            make_field(file, int(given))
        return measure(file, seconds)


def measure(file: Path, seconds: int) -> int:
    draw = random.Random(1)
    works = sample(file, PATHS)
    step = walk(draw, works)
    paths, failed = ["/" + step() for _ in range(PATHS)], 0
    with served(PLAIN, str(file), *STOCK, plugins=False) as (address, process):
        rows = [f"/{file.stem}/articles/{work}" for work in works]
        row, cost = weighed(address, process, rows, visitors=1, seconds=seconds)
        print(f"row page of plain Datasette: {row.rate:.1f} requests/s, {cost:.1f} ms of CPU each")
    with running(file) as site:
        site.get("")
        print(f"{site.resident_kb() / 1024:.0f} MB")
        for visitors in VISITORS:
            load, each = weighed(site.address, site.process.pid, paths, visitors=visitors, seconds=seconds)
            failed += load.failed
            print(
                f"{visitors:4} visitors: {load.rate:6.1f} requests/s, p99 {load.p99:7.0f} ms, {load.failed} failed, "
                f"{each:.1f} ms of CPU each, {each / cost:.2f} row pages, {site.resident_kb() / 1024:.0f} MB"
            )
    return 1 if failed else 0


def weighed(address: str, process: int, paths: list[str], *, visitors: int, seconds: int) -> tuple[Load, float]:
    """Return what wrk says, and the milliseconds of CPU of the server for each answer."""
    before = cpu_seconds(process)
    load = loaded(address, paths, connections=visitors, seconds=seconds)
    return load, (cpu_seconds(process) - before) * 1_000 / max(load.answers, 1)


if __name__ == "__main__":
    sys.exit(main())
