"""Many visitors, slow ones, silent ones: the site answers the others, keeps its memory, and stops when told to."""

import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from harvest.rehearsal.synthetic import pmid_of
from tests.benchmarks.bench_site_under_export import make_field
from tests.campaign.scale import SHORT

pytestmark = pytest.mark.campaign

ARTICLES = 300 if SHORT else 5_000
WARM, ALL = (300, 2_000) if SHORT else (2_000, 20_000)
SILENT = 200 if SHORT else 1_000
GROWTH = 1.1  # memory after ALL requests, of that after WARM
WALK = (
    "", "search?q=synthetic", "search?q=year:2000-", "search?q=author:0007&view=table", "map", "timeline", "years",
    "article/{}", "article/{}", "article/{}", "article/{}/cite", "article/{}/map.svg", "article/{}.ris", "work/{}",
    "kb/articles?_next={}", "kb/articles/{}", "evidence/citing?id={}", "kb/most_cited_works", "search.atom?q=synthetic",
)  # fmt: skip


class Site:
    """A site in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port
        self.address = f"http://127.0.0.1:{port}/"

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.address + path, trust_env=False, timeout=60)

    def resident_kb(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def open_files(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def connect(self, path: str | None = None) -> socket.socket:
        """Return a connection; with a path, one that has asked for it and reads nothing."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        if path is not None:
            connection.sendall(f"GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return connection


@pytest.fixture(scope="module")
def field_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("visited") / "kb.db"
    make_field(path, ARTICLES)
    return path


@contextmanager
def running(file: Path) -> Iterator[Site]:
    command = [sys.executable, "-c", "from kb.cli import main; main()", "serve", str(file), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Site(process, int(re.search(r":(\d+)/", process.stdout.readline())[1]))
        finally:
            process.kill()


@pytest.fixture
def site(field_file: Path) -> Iterator[Site]:
    with running(field_file) as found:
        yield found


def walk(draw: random.Random, works: list[int]) -> Callable[[], str]:
    """Return a function that gives the next address of a mixed walk over works."""
    return lambda: draw.choice(WALK).format(draw.choice(works))


def failures(site: Site, requests: int, seed: int) -> list[tuple[str, int]]:
    """Ask for so many pages of a mixed walk, eight at a time; return those that were no answer."""
    step = walk(random.Random(seed), [pmid_of(number) for number in range(1, ARTICLES + 1)])
    paths = [step() for _ in range(requests)]
    limits = httpx.Limits(max_connections=8)
    with httpx.Client(trust_env=False, timeout=60, limits=limits) as client, ThreadPoolExecutor(8) as visitors:
        statuses = visitors.map(lambda path: client.get(site.address + path).status_code, paths)
        return [(path, status) for path, status in zip(paths, statuses, strict=True) if status >= 400]


def test_memory_does_not_grow_with_requests(site: Site):
    print("seed", 1)
    assert failures(site, WARM, 1) == []
    warm = site.resident_kb()
    assert failures(site, ALL - WARM, 2) == []
    print(f"after {WARM:,} requests {warm:,} kB, after {ALL:,} {site.resident_kb():,} kB")

    assert site.resident_kb() < GROWTH * warm


def test_silent_connections_keep_nobody_from_a_page_and_leave_nothing_behind(site: Site):
    site.get("")
    before = site.open_files()
    with ExitStack() as open_ones:
        for _ in range(SILENT):
            open_ones.enter_context(site.connect())
        assert site.get("").status_code == 200
    while site.open_files() > before + 5:  # until the server has seen all of them leave
        assert site.get("").status_code == 200


def test_two_who_read_nothing_keep_no_third_from_a_file(site: Site):
    with site.connect("kb/articles.nbib"), site.connect("kb/articles.graphml"):
        answers = [site.get(f"kb/articles.{ending}") for ending in ("ris", "jsonl", "gexf")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[1].text.count("\n") == ARTICLES


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_with_clients_connected_ends_without_a_traceback(site: Site, how: signal.Signals):
    site.get("")
    with ExitStack() as clients:
        for path in (None, "kb/articles.nbib", "kb/articles.graphml", "map", "search?q=synthetic", None) * 8:
            clients.enter_context(site.connect(path))
        site.get("")
        site.process.send_signal(how)
        _, errors = site.process.communicate(timeout=60)

    assert "Traceback" not in errors
    assert site.process.returncode in (0, 130, -how)
