"""The power fails: of what was written and not yet brought to the disk any part may be there; what was told stays."""

import random
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.campaign.scale import SHORT

pytestmark = pytest.mark.campaign

IMAGES = 150 if SHORT else 3_000
ARTICLES = 12
PROGRAM = """
import os, sys
from kb.database import open_kb, transaction
from kb.store.records import save_records
from tests.records import MOMENT, record
db = open_kb(sys.argv[1], create=True)
db.execute(f"pragma synchronous = {sys.argv[2]}")
db.execute("pragma wal_autocheckpoint = 40")
for pmid in range(1, int(sys.argv[3]) + 1):
    with transaction(db):
        save_records(db, [record(pmid, (pmid + 1,))], received_at=MOMENT)
    os.write(1, b"%d\\n" % pmid)
os._exit(0)
"""
CALL = re.compile(
    r"""\d+\s+(?P<call>\w+)\((?P<fd>\d+)<(?P<path>[^>]*)>
    (?:,\ "(?P<data>(?:\\x[0-9a-f]{2})*)")?(?:,\ (?P<one>\d+))?(?:,\ (?P<two>\d+))?""",
    re.VERBOSE,
)


class Event(NamedTuple):
    """One call of the writer, in its order; data of a write, offset of it or of a cut."""

    call: str
    name: str
    data: bytes
    offset: int


def traced(folder: Path, synchronous: str) -> list[Event]:
    """Return what a writer of ARTICLES asked the system to write and to bring to the disk, and what it told."""
    log, kb = folder / "strace", folder / "kb.db"
    command = [
        shutil.which("strace") or pytest.fail("strace is missing: apt-get install strace"), "-f", "-y", "-xx", "-qq",
        "-s", "70000", "-o", str(log), "-e", "trace=write,pwrite64,fsync,fdatasync,ftruncate",
        sys.executable, "-c", PROGRAM, str(kb), synchronous, str(ARTICLES),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    found = [event for line in log.read_text().splitlines() if (event := parse(line))]
    return [one for one in found if one.call == "told" or one.name in ("kb.db", "kb.db-wal")]


def parse(line: str) -> Event | None:
    part = CALL.match(line)
    if part is None:
        return None
    path = bytes.fromhex(part["path"].replace("\\x", "")).decode() if "\\x" in part["path"] else part["path"]
    data = bytes.fromhex((part["data"] or "").replace("\\x", ""))
    if part["call"] == "write":
        return Event("told", "", data, 0) if part["fd"] == "1" else None
    offset = part["two"] if part["call"] == "pwrite64" else part["one"]
    return Event(part["call"], Path(path).name, data, int(offset or 0))


class Disk:
    """Files of which the last writes are not certain."""

    def __init__(self) -> None:
        self.durable: dict[str, bytearray] = {}
        self.pending: dict[str, list[Event]] = {}
        self.told = 0

    def take(self, event: Event) -> None:
        if event.call == "told":
            self.told = int(event.data)
        elif event.call in ("fsync", "fdatasync"):
            for one in self.pending.pop(event.name, []):
                apply(self.durable.setdefault(event.name, bytearray()), one)
        else:
            self.pending.setdefault(event.name, []).append(event)

    def image(self, folder: Path, rng: random.Random) -> Path:
        """Write the files as they may be after a loss of power: any choice of the writes that are pending."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in self.durable.keys() | self.pending.keys():
            content = bytearray(self.durable.get(name, b""))
            share = rng.random()
            for one in self.pending.get(name, []):
                if rng.random() < share:
                    apply(content, one)
            (folder / name).write_bytes(content)
        return folder / "kb.db"


def apply(content: bytearray, event: Event) -> None:
    if event.call == "ftruncate":
        del content[event.offset :]
    else:
        content.extend(bytes(max(0, event.offset - len(content))))
        content[event.offset : event.offset + len(event.data)] = event.data


def losses(folder: Path, synchronous: str) -> tuple[int, int]:
    """Return of how many images some are no sound file, and some lack what was told."""
    folder.mkdir()
    events, rng = traced(folder, synchronous), random.Random(3)
    assert [one.data for one in events if one.call == "told"] == [b"%d\n" % n for n in range(1, ARTICLES + 1)]
    first = next(place for place, one in enumerate(events) if one.call == "told")
    points = sorted(rng.choices(range(first, len(events)), k=IMAGES))
    disk, at, broken, lost = Disk(), 0, 0, 0
    for point in points:
        while at <= point:
            disk.take(events[at])
            at += 1
        held = articles(disk.image(folder / "image", rng))
        broken += held is None
        lost += held is not None and held < disk.told
    print(f"synchronous = {synchronous}: {IMAGES} images, {broken} not sound, {lost} without what was told")
    return broken, lost


def articles(kb: Path) -> int | None:
    """Return how many articles, from the first on, a file holds; None for one that is not sound."""
    try:
        with closing(sqlite3.connect(kb)) as db:
            if db.execute("pragma integrity_check").fetchall() != [("ok",)]:
                return None
            return int(db.execute("select count(*) from articles").fetchone()[0])
    except sqlite3.Error:
        return None


def test_after_a_loss_of_power_the_file_is_sound_and_holds_what_was_told(tmp_path: Path):
    assert losses(tmp_path / "full", "full") == (0, 0)


def test_a_writer_that_does_not_wait_for_the_disk_loses_what_it_told(tmp_path: Path):
    assert losses(tmp_path / "normal", "normal")[1] > 0


def test_a_writer_that_never_asks_the_disk_breaks_the_file(tmp_path: Path):
    assert losses(tmp_path / "off", "off")[0] > 0
