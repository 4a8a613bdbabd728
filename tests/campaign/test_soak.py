"""Hours of work in one: a harvest that meets faults, a site that is read, publishes; and files too large for memory."""

import multiprocessing
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from harvest.pubmed.write_article import format_article_set, format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.faults import Fault
from harvest.rehearsal.server import Rehearsal
from harvest.rehearsal.synthetic import pmid_of, synthetic_records
from kb.database import open_kb
from kb.integrity.check import check_kb
from kb.publish.run import publish_kb
from tests.campaign.scale import PEAK, SHORT
from tests.campaign.soaking import harvest_until

pytestmark = pytest.mark.campaign

CONTEXT = multiprocessing.get_context("spawn")
SECONDS, ARTICLES, EACH = (20, 200, 5) if SHORT else (600, 2_000, 30)
DRIFT_KB, LOG_BYTES = 10_000, 64 * 2**20
FEWEST = 15  # pages before the first look at memory, and after it, however slow the machine
PAGES = ("", "search?q=synthetic", "article/{}", "work/{}", "kb/articles.json?_shape=array", "map", "years", "schema")
RECORDS, MEMORY_MB = (6_000, 150) if SHORT else (30_000, 150)


class Site:
    """A site in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.pid = process.pid
        self.address = re.search(r"http://\S+", process.stdout.readline())[0]

    def resident_kb(self) -> int:
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())[1])

    def open_files(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))


def serving(kb: Path) -> list[str]:
    """Return the command of a site."""
    return [sys.executable, "-c", "from kb.cli import main; main()", "serve", str(kb), "--port", "0"]


@contextmanager
def running(command: list[str]) -> Iterator[Site]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield Site(process)
        finally:
            process.kill()


def failing() -> list[Fault]:
    """Return faults that pass, each once in a while: about one request in twenty."""
    kinds = ("server error", "reset", "short")
    return [Fault(kind, times=1, after=20 * n) for n, kind in enumerate(kinds * 200, start=1)]


@pytest.fixture
def base_url() -> Iterator[str]:
    shelf = open_shelf({one.article.pmid: format_record(one).encode() for one in synthetic_records(ARTICLES)})
    with Rehearsal(shelf, faults=failing(), limited=False) as rehearsal:
        yield rehearsal.base_url


class Soak(NamedTuple):
    """What was seen of a site in so many seconds."""

    asked: int
    bad: list[tuple[str, int]]
    drift_kb: int
    more_files: int
    published: int
    largest_log: int

    @property
    def faults(self) -> list[str]:
        found = [f"/{path} was answered {status}" for path, status in self.bad]
        found += [f"{self.more_files} files stay open"] if self.more_files >= 10 else []
        found += [f"the log has {self.largest_log:,} bytes"] if self.largest_log >= LOG_BYTES else []
        return found + ([f"{self.drift_kb:,} kB more"] if self.drift_kb >= DRIFT_KB else [])


def soaked(site: Site, kb: Path, seconds: float) -> Soak:
    """Read a site, and publish its file now and then; memory and files are compared with those half-way."""
    asked, bad, published, warm, files, largest_log = 0, [], 0, 0, 0, 0
    began, log = time.monotonic(), kb.with_name(f"{kb.name}-wal")
    with httpx.Client(base_url=site.address, trust_env=False, timeout=60) as client:
        while (passed := time.monotonic() - began) < seconds or asked < 2 * FEWEST:
            path = PAGES[asked % len(PAGES)].format(pmid_of(asked % ARTICLES + 1))
            status = client.get(path).status_code
            bad += [(path, status)] if status >= 500 else []
            asked += 1
            if passed > seconds / 2 and asked >= FEWEST and not warm:  # by then a whole run has all articles
                warm, files = site.resident_kb(), site.open_files()
            if passed > EACH * (published + 1):
                publish_kb(kb, kb.with_name("published"))
                published += 1
            largest_log = max(largest_log, log.stat().st_size if log.exists() else 0)
        return Soak(asked, bad, site.resident_kb() - warm, site.open_files() - files, published, largest_log)


def test_harvest_site_and_publishing_go_on_side_by_side(tmp_path: Path, base_url: str):
    kb, ended = tmp_path / "kb.db", CONTEXT.Event()
    open_kb(kb, create=True).close()
    writer = CONTEXT.Process(target=harvest_until, args=(kb, base_url, ARTICLES, ended))
    with running(serving(kb)) as site:
        writer.start()
        soak = soaked(site, kb, SECONDS)
        was_writing = writer.is_alive()
        ended.set()
        writer.join(300)
    print(f"{SECONDS} s, {soak._replace(bad=soak.bad[:9])}")
    with closing(open_kb(kb)) as db:
        assert check_kb(db) == []
    seen = soak._replace(drift_kb=0) if SHORT else soak  # a short run ends while the field still grows
    assert (seen.faults, was_writing, writer.exitcode) == ([], True, 0)
    assert soak.published >= 2


LEAKING = """
import http.server

class Leaking(http.server.BaseHTTPRequestHandler):
    kept = []

    def do_GET(self):
        self.kept.append((open("/dev/null"), b"x" * 1_000_000))
        self.send_error(500)

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Leaking)
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
"""


def test_a_site_that_fails_and_keeps_files_open_is_seen(tmp_path: Path):
    with running([sys.executable, "-c", LEAKING]) as site:
        soak = soaked(site, tmp_path / "kb.db", 0)

    assert len(soak.bad) == soak.asked
    assert {"files stay open", "kB more"} <= {fault.partition(" ")[2] for fault in soak.faults}


def peak_mb(kb: Path, xml: Path) -> float:
    """Load a file in a process of its own; return the largest memory that it took."""
    program = (
        "import sys; from kb.cli import cli; from kb.console import run_command; "
        "code = run_command(cli, ['harvest', sys.argv[1], '--file', sys.argv[2], '--no-graph']); "
        f"{PEAK}; sys.exit(code)"
    )
    command = [sys.executable, "-c", program, str(kb), str(xml)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]) / 1024


def test_memory_does_not_grow_with_a_file_that_is_loaded(tmp_path: Path):
    peaks = []
    for count in (RECORDS // 6, RECORDS):
        xml = tmp_path / f"{count}.xml"
        with xml.open("wb") as file:
            file.writelines(format_article_set(synthetic_records(count)))
        peaks.append(peak_mb(tmp_path / f"{count}.db", xml))
    print(f"{RECORDS // 6:,} records {peaks[0]:.0f} MB, {RECORDS:,} records {peaks[1]:.0f} MB")

    assert peaks[1] < MEMORY_MB
