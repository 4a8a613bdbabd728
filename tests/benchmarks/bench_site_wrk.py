"""Pages of the site as wrk asks for them, beside plain Datasette's: requests a second, 99 of 100 within how long.

    python -m tests.benchmarks.bench_site_wrk [ARTICLES | FILE] [SECONDS]

wrk is a program of its own (package wrk of Debian). One connection asks one page after the other: a page of a person
who waits; then four at once. Nothing is cached. Goals are those of bench_site and bench_search; with four at once a
page waits for three others.
"""

import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from tests.benchmarks.bench_search import FACET_MS, OURS, PLAIN, SEARCH_MS, STOCK, drawn, searches, served
from tests.benchmarks.bench_site import ARTICLE_MS, ARTICLE_SHARE, ARTICLES, TABLE_SHARE, resident_mb, sample
from tests.benchmarks.bench_site_under_export import make_field

SECONDS = 10
PATHS = 500  # that a run repeats
UNITS = {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}
SCRIPT = "local n = 0 local paths = {%s} request = function() n = n %% #paths + 1 return wrk.format(nil, paths[n]) end"


class Load(NamedTuple):
    """What wrk says: requests a second, milliseconds of the slowest of 100, answers in all and not 2xx or 3xx."""

    rate: float
    p99: float
    answers: int
    failed: int


def loaded(address: str, paths: list[str], *, connections: int, seconds: int) -> Load:
    """Ask for pages in turn by wrk."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % ",".join(f'"{path}"' for path in paths))
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "--latency"]
        told = subprocess.run([*command, "-s", script.name, address], capture_output=True, text=True, check=True).stdout
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", told)
    rate, failed = re.search(r"Requests/sec:\s+([\d.]+)", told), re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    assert p99 is not None, told
    assert rate is not None, told
    answers = re.search(r"(\d+) requests in", told)
    assert answers is not None, told
    return Load(float(rate[1]), float(p99[1]) * UNITS[p99[2]], int(answers[1]), int(failed[1]) if failed else 0)


def pages(path: Path, database: str) -> dict[str, list[str]]:
    """Return addresses of each kind of page that plain Datasette has too."""
    pmids = sample(path, PATHS)
    tables = [f"/{database}/articles?_sort=pmid&_next={pmid}" for pmid in pmids]
    return {"row page": [f"/{database}/articles/{pmid}" for pmid in pmids], "table page": tables}


def measured(path: Path, *, connections: int, seconds: int) -> dict[str, Load]:
    """Return what wrk measures of each kind of page, ours and plain Datasette's."""
    chance = random.Random(20201)
    asked = [f"/search?{urlencode({'q': text})}" for text in searches(drawn(path, chance), PATHS, chance)]
    kinds = {
        "article page": [f"/article/{pmid}" for pmid in sample(path, PATHS)],
        "table page": pages(path, "kb")["table page"],
        "search": asked,
        "search with facets chosen": [f"{address}&year=2000-2019&type=Journal+Article" for address in asked],
    }
    with served(OURS, str(path)) as (address, process):
        found = {
            name: loaded(address, paths, connections=connections, seconds=seconds) for name, paths in kinds.items()
        }
        print(f"our server holds {resident_mb(process):.0f} MB after them")
    with served(PLAIN, str(path), *STOCK, plugins=False) as (address, _):
        for name, paths in pages(path, path.stem).items():
            found[f"{name}, plain"] = loaded(address, paths, connections=connections, seconds=seconds)
    return found


def is_met(found: dict[str, Load]) -> bool:
    article = found["article page"].rate / found["row page, plain"].rate
    table = found["table page"].rate / max(found["table page, plain"].rate, 0.1)
    print(f"of plain Datasette's requests a second: article page {article:.2f}, table page {table:.2f}")
    limits = {"article page": ARTICLE_MS, "search": SEARCH_MS, "search with facets chosen": FACET_MS}
    is_quick = all(found[name].p99 <= limit for name, limit in limits.items())
    return article >= ARTICLE_SHARE and table >= TABLE_SHARE and is_quick and not any(f.failed for f in found.values())


def shown(path: Path, *, connections: int, seconds: int) -> bool:
    """Print what wrk measures, and return whether the goals are met."""
    print(f"{connections} at a time")
    found = measured(path, connections=connections, seconds=seconds)
    for name, load in found.items():
        print(f"{name:<26}{load.rate:8.1f} a second{load.p99:8.0f} ms p99{load.failed:6} failed")
    return is_met(found)


def main(field: str = str(ARTICLES), seconds: str = str(SECONDS)) -> int:
    if shutil.which("wrk") is None:
        print("wrk is not installed; bench_site and bench_search measure without it")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(field)
        if field.isdigit():
            path = Path(folder) / "field.db"
            make_field(path, int(field))
        alone = shown(path, connections=1, seconds=int(seconds))
        shown(path, connections=4, seconds=int(seconds))
    return 0 if alone else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
