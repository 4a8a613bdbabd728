"""While new files are published, a running site answers every request, each from one file, and comes to the newest."""

import random
import re
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from kb.database import open_kb, transaction
from kb.publish.run import publish_kb
from kb.store.records import save_records
from tests.campaign.scale import SHORT
from tests.campaign.test_visitors import Site, running
from tests.records import MOMENT, record

pytestmark = pytest.mark.campaign

PUBLISHES = 4 if SHORT else 20
READERS = 3
PATIENCE = 60  # seconds in which a new file is seen on any machine; the figure is printed
PAGES = (
    "", "search?q=version", "article/1", "article/7.ris", "kb/articles", "kb/articles.json?_shape=array", "map",
    "kb/articles.csl.json", "search.atom?q=version", "kb/articles.graphml", "years",
)  # fmt: skip


def save_version(kb: Path, version: int) -> None:
    """Give every article of a field the title of this version."""
    field = [record(n, (n % 30 + 1,), title=f"Version {version}", version=version) for n in range(1, 31)]
    with closing(open_kb(kb, create=True)) as db, transaction(db):
        save_records(db, field, received_at=MOMENT)


def versions(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"Version (\d+)", text)}


class Readers:
    """Threads that ask for pages until they are told to end, and note every answer that is none or of two files."""

    def __init__(self, address: str) -> None:
        self.asked, self.wrong, self._ended = 0, [], threading.Event()
        self._client = httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE)
        self._threads = [threading.Thread(target=self._read, args=(seed,)) for seed in range(READERS)]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._client.close()

    def _read(self, seed: int) -> None:
        draw = random.Random(seed)
        while not self._ended.is_set():
            path = draw.choice(PAGES)
            answer = self._client.get(path)
            self.asked += 1
            if answer.status_code not in (200, 302) or len(versions(answer.text)) > 1:
                self.wrong.append((path, answer.status_code, versions(answer.text)))


def seconds_until_shown(site: Site, version: int) -> float:
    began = time.monotonic()
    while versions(site.get("article/1").text) != {version}:
        assert time.monotonic() - began < PATIENCE, f"version {version} is not shown"
    return time.monotonic() - began


def files_held(site: Site) -> set[str]:
    """Return the published files that the process of a site has open."""
    held = set()
    for one in Path(f"/proc/{site.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since the folder was listed
            held.add(one.readlink().name)
    return {name for name in held if re.search(r"kb-\w+\.db$", name)}


def test_publishing_under_requests_fails_none_and_each_new_file_is_shown(tmp_path: Path):
    kb, folder = tmp_path / "kb.db", tmp_path / "published"
    save_version(kb, 0)
    publish_kb(kb, folder)
    delays, warm = [], 0
    with running(folder) as site:
        assert versions(site.get("article/1").text) == {0}
        with Readers(site.address) as readers:
            for version in range(1, PUBLISHES + 1):
                save_version(kb, version)
                publish_kb(kb, folder)
                delays.append(seconds_until_shown(site, version))
                warm = site.resident_kb() if version == PUBLISHES // 2 else warm
        print(
            f"{PUBLISHES} publishes, {readers.asked:,} requests, {len(readers.wrong)} failed or mixed; shown after "
            f"{max(delays):.1f} s at most; {site.resident_kb() - warm:,} kB more than half-way"
        )
        newest, began = {(folder / "kb.db").resolve().name}, time.monotonic()
        while (held := files_held(site)) > newest and time.monotonic() - began < PATIENCE:
            site.get("")  # until the last request on an older file has ended

    assert readers.wrong == []
    assert held == newest


def test_an_answer_of_two_files_is_seen():
    assert versions("<li>Version 3</li><li>Version 4</li>") == {3, 4}
