"""Backup and migration: a copy is the same content, a newer schema is refused, an interrupted migration is none."""

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
from kb import database
from kb.database import open_kb
from kb.errors import NewerSchemaError
from kb.integrity.check import check_kb, logical_hash
from kb.integrity.seals import read_is_sealed
from kb.migrations import MIGRATIONS
from kb.queries.archive import archive_path
from tests.harvest.jobs.network_builders import client_of
from tests.records import record

LATER = """create table later (id integer primary key, words text) strict;
insert into later (words) select title from articles;
alter table works add column more text;
update works set more = label;
"""


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    """A harvested file with its archive."""
    path = tmp_path / "kb.db"
    shelf = open_shelf({n: format_record(record(n, (n % 5 + 1, "10.1/x"))).encode() for n in range(1, 6)})
    with Rehearsal(shelf, limited=False) as rehearsal, closing(open_kb(path, create=True)) as db:
        plan = Plan(seeds=("1",), references=True, cited_by=True, depth=3)
        with open_archive(archive_path(path)) as archive:
            harvest(db, archive, {"pubmed": client_of(rehearsal, tmp_path)}, plan)
    return path


def state(kb: Path) -> tuple[str, list[object], bool]:
    with closing(open_kb(kb)) as db:
        return logical_hash(db), check_kb(db), read_is_sealed(db)


def test_a_copy_while_somebody_writes_is_one_moment_and_sound(kb: Path, tmp_path: Path):
    before, copy = state(kb), tmp_path / "copy.db"
    with (
        closing(open_kb(kb)) as writer,
        closing(sqlite3.connect(kb)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        writer.execute("begin immediate")
        writer.execute("delete from citations")
        source.backup(target)
        writer.execute("rollback")

    assert state(copy) == before == (before[0], [], True)


def test_from_the_archive_alone_the_same_content_comes_back(kb: Path, tmp_path: Path):
    before = state(kb)[0]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(archive_path(kb), elsewhere)

    rebuild_kb(elsewhere / "kb.db")

    assert state(elsewhere / "kb.db") == (before, [], True)


def test_an_archive_that_lacks_an_answer_does_not_give_the_same_content(kb: Path, tmp_path: Path):
    before = state(kb)[0]
    with closing(sqlite3.connect(archive_path(kb))) as archive, archive:
        archive.execute("delete from answers where endpoint = 'efetch'")

    assert rebuild_kb(kb).damaged != []
    assert state(kb)[0] != before


def test_a_file_by_a_later_litkb_is_refused_and_no_byte_is_changed(kb: Path):
    database.close_log(kb)
    with closing(sqlite3.connect(kb)) as db:
        db.execute(f"pragma user_version = {len(MIGRATIONS) + 1}")
    before = kb.read_bytes()

    for readonly in (True, False):
        with pytest.raises(NewerSchemaError, match="install the current litkb"):
            open_kb(kb, readonly=readonly)

    assert kb.read_bytes() == before


def test_a_migration_that_ends_at_any_statement_changes_nothing_and_can_be_repeated(
    kb: Path, monkeypatch: pytest.MonkeyPatch
):
    before = state(kb)[0]
    monkeypatch.setattr(database, "MIGRATIONS", (*MIGRATIONS, LATER))
    split = database.split_statements
    for end in range(4):

        def ending(script: str, end: int = end):
            for number, statement in enumerate(split(script)):
                if number == end:
                    raise KeyboardInterrupt
                yield statement

        monkeypatch.setattr(database, "split_statements", ending)
        with pytest.raises(KeyboardInterrupt):
            open_kb(kb)
        with closing(sqlite3.connect(kb)) as db:
            assert db.execute("pragma user_version").fetchone() == (len(MIGRATIONS),)
            assert db.execute("select count(*) from sqlite_master where name = 'later'").fetchone() == (0,)

    monkeypatch.setattr(database, "split_statements", split)
    with closing(open_kb(kb)) as db:
        assert db.execute("select count(*) from later").fetchone() == (5,)
        assert db.execute("pragma user_version").fetchone() == (len(MIGRATIONS) + 1,)
        db.execute("drop table later")
        db.execute("alter table works drop column more")
        assert logical_hash(db) == before
