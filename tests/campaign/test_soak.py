"""Hours of work in one: a harvest that meets faults, a site that is read, publishes; and files too large for memory."""

import multiprocessing
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

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
from tests.campaign.scale import SHORT
from tests.campaign.soaking import harvest_until

pytestmark = pytest.mark.campaign

CONTEXT = multiprocessing.get_context("spawn")
SECONDS, ARTICLES, EACH = (20, 200, 5) if SHORT else (600, 2_000, 30)
WARM = SECONDS / 2  # before the first look at memory: by then a whole run has all articles
DRIFT_KB, LOG_BYTES = 10_000, 64 * 2**20
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


@contextmanager
def running(kb: Path) -> Iterator[Site]:
    command = [sys.executable, "-c", "from kb.cli import main; main()", "serve", str(kb), "--port", "0"]
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


def test_harvest_site_and_publishing_go_on_side_by_side(tmp_path: Path, base_url: str):
    kb, ended, bad, published = tmp_path / "kb.db", CONTEXT.Event(), [], 0
    open_kb(kb, create=True).close()
    writer = CONTEXT.Process(target=harvest_until, args=(kb, base_url, ARTICLES, ended))
    with running(kb) as site, httpx.Client(base_url=site.address, trust_env=False, timeout=60) as client:
        writer.start()
        began, asked, warm, files, largest_log = time.monotonic(), 0, 0, 0, 0
        while (passed := time.monotonic() - began) < SECONDS:
            path = PAGES[asked % len(PAGES)].format(pmid_of(asked % ARTICLES + 1))
            status = client.get(path).status_code
            bad += [(path, status)] if status >= 500 else []
            asked += 1
            if passed > WARM and not warm:
                warm, files = site.resident_kb(), site.open_files()
            if passed > EACH * (published + 1):
                publish_kb(kb, tmp_path / "published")
                published += 1
            log = kb.with_name("kb.db-wal")
            largest_log = max(largest_log, log.stat().st_size if log.exists() else 0)
        drift, more_files, was_writing = site.resident_kb() - warm, site.open_files() - files, writer.is_alive()
        ended.set()
        writer.join(300)
    print(
        f"{SECONDS} s, {asked:,} pages, {published} publishes, drift {drift:,} kB, {more_files} more files, "
        f"log {largest_log:,} bytes"
    )
    with closing(open_kb(kb)) as db:
        assert check_kb(db) == []
    assert (bad, was_writing, writer.exitcode) == ([], True, 0)
    assert published >= 2
    assert (more_files < 10, largest_log < LOG_BYTES) == (True, True)
    assert SHORT or drift < DRIFT_KB  # a short run ends while the field still grows


def peak_mb(kb: Path, xml: Path) -> float:
    """Load a file in a process of its own; return the largest memory that it took."""
    program = (
        "import sys, resource; from kb.cli import cli; from kb.console import run_command;"
        "code = run_command(cli, ['harvest', sys.argv[1], '--file', sys.argv[2], '--no-graph']);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss); sys.exit(code)"
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
