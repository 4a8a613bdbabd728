"""A field cut out of a mirror equals the same field harvested from a server, also where the cut is killed anywhere."""

import multiprocessing
import os
import random
import signal
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.mirror.source import MirrorSource
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.server import Rehearsal
from kb.database import open_kb
from kb.integrity.check import check_kb
from kb.mirror.reader import Mirror
from kb.queries.archive import archive_path
from tests.benchmarks.pubmed_files import FIRST, Made, write_files
from tests.campaign.crashing import switch_transactions_off
from tests.campaign.scale import SHORT
from tests.harvest.jobs.network_builders import client_of
from tests.harvest.mirror.nlm_files import built
from tests.harvest.mirror_builders import content_of

pytestmark = pytest.mark.campaign
KILLS = 4 if SHORT else 50
MADE = Made(files=3, records=1_000, templates=60)
SEEDS = (str(FIRST + 40), str(FIRST + 2_900), str(FIRST + 999_999))


def plan_of(mirror: str | None, most: int) -> Plan:
    return Plan(seeds=SEEDS, references=True, cited_by=True, depth=3, most=most, mirror=mirror)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror of three baseline files and two update files."""
    folder = tmp_path_factory.mktemp("mirror")
    built(folder, *write_files(tmp_path_factory.mktemp("files"), MADE, updates=2))
    return folder


def cut(folder: Path, kb: Path, most: int, die_at: int = 0, *, atomic: bool = True) -> int:
    """Cut a field out; end this process before SQL statement number die_at. Return how many statements it took."""
    seen = 0
    if not atomic:
        switch_transactions_off()

    def count(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    with Mirror(folder) as reader, closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
        db.set_trace_callback(count)
        archive.set_trace_callback(count)
        mirror = MirrorSource(reader)
        harvest(db, archive, {}, plan_of(mirror.through, most), mirror=mirror)
    return seen


def harvested(folder: Path, kb: Path, most: int) -> None:
    """Harvest the same from a server that has the current records of the mirror."""
    with Mirror(folder) as reader:
        records = dict(reader.records(range(FIRST, FIRST + 6_000)))
    with (
        Rehearsal(open_shelf(records), limited=False) as rehearsal,
        closing(open_kb(kb, create=True)) as db,
        open_archive(archive_path(kb)) as archive,
    ):
        harvest(db, archive, {"pubmed": client_of(rehearsal, kb.parent)}, plan_of(None, most))


@pytest.mark.parametrize("most", [1_000] if SHORT else [1_000, 4_000])
def test_a_field_cut_out_equals_the_same_field_harvested(folder: Path, tmp_path: Path, most: int):
    mirrored, networked = tmp_path / "mirrored.db", tmp_path / "networked.db"
    cut(folder, mirrored, most)
    harvested(folder, networked, most)

    assert content_of(mirrored) == content_of(networked)
    with closing(open_kb(mirrored)) as db:
        assert check_kb(db) == []
        assert db.execute("select count(*) from articles").fetchone()[0] > most - 50


def test_a_cut_that_is_killed_anywhere_goes_on_to_the_same_rows(folder: Path, tmp_path: Path):
    statements = cut(folder, tmp_path / "whole.db", 300)
    expected = content_of(tmp_path / "whole.db")
    draw = random.Random(17)
    for kill in range(KILLS):
        kb = tmp_path / f"killed{kill}.db"
        die(folder, kb, draw.randrange(1, statements))
        cut(folder, kb, 300)
        assert content_of(kb) == expected


def test_without_transactions_a_killed_cut_leaves_what_is_not_sound(folder: Path, tmp_path: Path):
    statements = cut(folder, tmp_path / "whole.db", 300)
    sound = []
    for kill in range(4):
        kb = tmp_path / f"killed{kill}.db"
        die(folder, kb, statements * (kill + 2) // 8, atomic=False)
        with closing(open_kb(kb)) as db:
            sound.append(check_kb(db) == [])

    assert not all(sound)


def die(folder: Path, kb: Path, at: int, *, atomic: bool = True) -> None:
    """Begin a cut in a process of its own, which is killed before SQL statement number at."""
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=cut, args=(folder, kb, 300, at), kwargs={"atomic": atomic})
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
