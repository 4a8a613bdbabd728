"""A disk that is full, and writers that crowd: what was written stays, the rest is told, nobody is refused."""

import multiprocessing
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from harvest.pubmed.write_article import format_article_set
from harvest.rehearsal.synthetic import synthetic_records
from kb.database import open_kb, transaction
from kb.integrity.check import check_kb, logical_hash
from kb.store.records import save_records
from tests.campaign.scale import SHORT
from tests.records import record

pytestmark = pytest.mark.campaign

CONTEXT = multiprocessing.get_context("spawn")
WRITERS, WRITES = (4, 50) if SHORT else (8, 250)


def litkb(*words: object, switched_off: str = "") -> subprocess.CompletedProcess[str]:
    """Run litkb; switched_off: a program that runs before, for a control."""
    command = [sys.executable, "-c", f"{switched_off}\nfrom kb.cli import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def hash_of(kb: Path) -> str:
    with closing(open_kb(kb)) as db:
        assert check_kb(db) == []
        return logical_hash(db)


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[None]:
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("nothing may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture(scope="module")
def xml(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("field") / "field.xml"
    with path.open("wb") as file:
        file.writelines(format_article_set(synthetic_records(900)))
    return path


def stopped(kb: Path, xml: Path, switched_off: str = "") -> list[str]:
    """Load a file on a disk that is too small for it; return what is wrong with how that ends."""
    ended = litkb("harvest", kb, "--file", xml, "--no-graph", switched_off=switched_off)
    print(f"{ended.returncode} {ended.stderr.strip().splitlines()[-1]}")
    found = {
        f"ended with {ended.returncode}": ended.returncode != 1,
        "a traceback": "Traceback" in ended.stderr,
        "no sentence": not re.search(r"full|room", ended.stderr),
        "the file is not sound": not is_sound(kb),
    }
    return [what for what, is_so in found.items() if is_so]


def is_sound(kb: Path) -> bool:
    """Tell whether a file that was left can be read and breaks no rule; one that holds nothing yet can."""
    if not kb.exists() or not kb.stat().st_size:
        return True
    with closing(sqlite3.connect(f"{kb.as_uri()}?mode=ro", uri=True)) as db:
        made = db.execute("pragma user_version").fetchone()[0]
        if not made:
            return db.execute("pragma integrity_check").fetchone() == ("ok",)
    with closing(open_kb(kb, readonly=True)) as db:
        return check_kb(db) == []


@pytest.mark.parametrize("megabytes", [1, 2, 3, 5, 8])
def test_on_a_full_disk_a_harvest_stops_with_a_sentence_and_goes_on_when_there_is_room(
    tmp_path: Path, xml: Path, megabytes: int
):
    whole, disk = tmp_path / "whole.db", tmp_path / "disk"
    assert litkb("harvest", whole, "--file", xml, "--no-graph").returncode == 0
    with small_disk(disk, megabytes):
        kb = disk / "kb.db"
        assert stopped(kb, xml) == []
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        assert litkb("harvest", kb, "--file", xml, "--no-graph").returncode == 0
        assert hash_of(kb) == hash_of(whole)


def test_without_transactions_a_full_disk_leaves_what_is_not_sound(tmp_path: Path, xml: Path):
    each_by_itself = "import kb.database, contextlib; kb.database._atomic = lambda _: contextlib.nullcontext()"
    with small_disk(tmp_path / "disk", 6):
        assert "the file is not sound" in stopped(tmp_path / "disk/kb.db", xml, each_by_itself)


def write_often(kb: Path) -> None:
    """Add one to a count again and again; exit 1 at the first refusal."""
    with closing(open_kb(kb)) as db:
        for _ in range(WRITES):
            with transaction(db):
                [[count]] = db.execute("select version from articles where pmid = 1")
                db.execute("update articles set version = ? where pmid = 1", (count + 1,))


def crowd(kb: Path) -> list[int | None]:
    with closing(open_kb(kb, create=True)) as db, transaction(db):
        save_records(db, [record(1, version=0)], received_at="2026-01-01T00:00:00.000Z")
    writers = [CONTEXT.Process(target=write_often, args=(kb,)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(300)
    return [writer.exitcode for writer in writers]


def version(kb: Path) -> int:
    with closing(open_kb(kb)) as db:
        return int(db.execute("select version from articles").fetchone()[0])


def test_many_writers_wait_for_one_another_and_nothing_is_lost(tmp_path: Path):
    assert crowd(tmp_path / "kb.db") == [0] * WRITERS
    assert version(tmp_path / "kb.db") == WRITERS * WRITES


def test_writers_that_read_before_they_say_that_they_write_are_refused(tmp_path: Path):
    crowd(tmp_path / "kb.db")
    with closing(open_kb(tmp_path / "kb.db")) as db, closing(open_kb(tmp_path / "kb.db")) as other:
        db.execute("begin")  # as the module sqlite3 begins, and transaction() does not
        [[count]] = db.execute("select version from articles where pmid = 1")
        other.execute("update articles set version = version + 1 where pmid = 1")

        with pytest.raises(sqlite3.OperationalError, match="locked"):
            db.execute("update articles set version = ? where pmid = 1", (count + 1,))
