"""Bits flip in a knowledge base and in its archive: each flip that changes content is found, and named."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.jobs.rebuild import rebuild_kb
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.server import Rehearsal
from harvest.rehearsal.synthetic import synthetic_records
from kb.database import close_log, open_kb
from kb.errors import LitkbError
from kb.integrity.check import check_kb
from kb.queries.archive import archive_path, read_damage
from tests.campaign.rot import flipped
from tests.campaign.scale import SHORT
from tests.harvest.jobs.network_builders import client_of

pytestmark = pytest.mark.campaign

FLIPS = 100 if SHORT else 1_000
ARTICLES = 30


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A harvested file with its archive, neither with a log beside it."""
    kb = tmp_path_factory.mktemp("whole") / "kb.db"
    shelf = open_shelf({one.article.pmid: format_record(one).encode() for one in synthetic_records(ARTICLES)})
    plan = Plan(seeds=tuple(map(str, sorted(shelf.records)[:10])), references=True, cited_by=True, similar=True)
    with (
        Rehearsal(shelf, limited=False) as rehearsal,
        closing(open_kb(kb, create=True)) as db,
        open_archive(archive_path(kb)) as archive,
    ):
        harvest(db, archive, {"pubmed": client_of(rehearsal, kb.parent)}, plan)
        archive.execute("pragma journal_mode = delete")
    close_log(kb)
    return kb


def is_unsound(kb: Path) -> bool:
    try:
        with closing(open_kb(kb, keep_journal=True)) as db:
            return check_kb(db) != []
    except LitkbError:
        return True


def test_each_flip_that_changes_content_of_a_knowledge_base_is_found(whole: Path):
    rot = flipped(whole, FLIPS, is_unsound, seed=7)
    print(f"{FLIPS} flips, {rot.changed} changed content, {len(rot.missed)} were missed")

    assert rot.missed == []
    assert rot.changed > FLIPS / 3
    assert not is_unsound(whole)


def test_without_seals_flips_are_missed(whole: Path, tmp_path: Path):
    bare = Path(shutil.copy(whole, tmp_path / "kb.db"))
    with closing(sqlite3.connect(bare)) as db, db:
        db.execute("delete from seals")

    assert flipped(bare, FLIPS, is_unsound, seed=7).missed != []


def test_each_flip_that_changes_content_of_an_archive_is_found(whole: Path):
    rot = flipped(archive_path(whole), FLIPS, lambda path: any(read_damage(path, set())), seed=7)
    print(f"{FLIPS} flips, {rot.changed} changed content, {len(rot.missed)} were missed")

    assert rot.missed == []
    assert rot.changed > FLIPS / 3
    assert list(read_damage(archive_path(whole), set())) == []


def test_whatever_flips_in_an_archive_a_rebuild_ends_in_a_sound_file_or_a_sentence(whole: Path, tmp_path: Path):
    kb = Path(shutil.copy(whole, tmp_path / "kb.db"))
    told = 0

    def rebuilds(path: Path) -> bool:
        nonlocal told
        shutil.copy(path, archive_path(kb))
        shutil.copy(whole, kb)
        try:
            rebuilt = rebuild_kb(kb)
            told += bool(rebuilt.damaged or rebuilt.faults)
        except LitkbError:
            told += 1
        for before in tmp_path.glob("kb-before-*"):
            before.unlink()
        return not is_unsound(kb)

    rot = flipped(archive_path(whole), FLIPS // 5, rebuilds, seed=8)
    print(f"{FLIPS // 5} flips, {rot.changed} changed content, {told} told")

    assert (rot.missed, told) == ([], rot.changed)
