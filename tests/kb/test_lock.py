"""A file has many writers or one that replaces it: nothing that is written, or decided, is lost to a rebuild."""

import os
import platform
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import keep_answer, open_archive
from harvest.jobs.rebuild import rebuild_kb
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb, transaction
from kb.errors import DatabaseError
from kb.lock import take_lock
from kb.queries.archive import archive_path
from kb.store.records import save_records
from tests.builders import article_set, article_xml
from tests.records import record

AT = "2026-01-01T00:00:00Z"
IN_USE = rf"is in use by another litkb, process {os.getpid()} on {platform.node()}; try again when it has ended"


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    path = tmp_path / "kb.db"
    with closing(open_kb(path, create=True)) as db, open_archive(archive_path(path)) as archive, transaction(db):
        save_records(db, [record(1)], received_at=AT)
        body = article_set(article_xml(1))
        keep_answer(archive, body, endpoint="efetch", request={"id": "1"}, received_at=AT)
    return path


def files(path: Path) -> set[str]:
    return {one.name for one in path.parent.iterdir()}


def test_while_a_rebuild_runs_nobody_else_writes_and_everybody_reads(kb: Path, capsys: pytest.CaptureFixture[str]):
    codes: list[int] = []

    def meanwhile(_: int) -> None:
        open_kb(kb, readonly=True).close()
        with pytest.raises(DatabaseError, match=IN_USE):
            open_kb(kb)
        commands = (
            ["resolve", str(kb)],
            ["graph", "compute", str(kb)],
            ["rebuild", str(kb)],
            ["harvest", str(kb), "7"],
        )
        codes.extend(run_command(cli, command) for command in commands)

    rebuild_kb(kb, progress=meanwhile)

    assert codes == [1, 1, 1, 1]
    assert capsys.readouterr().err.count("Nothing was changed.") == 4
    with closing(open_kb(kb)) as db:
        assert db.execute("select pmid from articles").fetchall() == [(1,)]


def test_a_rebuild_does_not_begin_while_somebody_writes(kb: Path):
    with closing(open_kb(kb)) as db:
        with pytest.raises(DatabaseError, match=IN_USE):
            rebuild_kb(kb)
        with transaction(db):
            db.execute("update works set label = 'decided' where id = 1")

    with closing(open_kb(kb)) as db:
        assert db.execute("select label from works where id = 1").fetchone() == ("decided",)
    assert rebuild_kb(kb).answers == 1


def test_writers_share_a_file_also_under_another_name_and_leave_nothing_beside_it(kb: Path):
    (kb.parent / "other.db").symlink_to(kb)
    before = files(kb)
    first, second = open_kb(kb), open_kb(kb.parent / "other.db")
    first.close()

    with pytest.raises(DatabaseError, match="in use"):
        take_lock(kb, alone=True)
    second.close()

    assert files(kb) == before


def test_what_was_written_to_a_file_that_was_replaced_meanwhile_is_not_told_as_done(kb: Path):
    db = open_kb(kb)
    with transaction(db):
        db.execute("update works set label = 'decided' where id = 1")
    (copy := kb.with_name("copy.db")).write_bytes(kb.read_bytes())
    copy.replace(kb)

    with pytest.raises(DatabaseError, match="was moved, removed or replaced while this command wrote to it"):
        db.close()


def test_a_lock_that_is_a_link_is_not_followed(kb: Path):
    (notes := kb.with_name("notes.txt")).write_text("My notes.")
    (link := kb.with_name(".kb.db.lock")).symlink_to(notes)

    rebuild_kb(kb)

    assert notes.read_text() == "My notes."
    assert link.is_symlink()


def test_a_rebuild_keeps_beside_it_the_file_with_tables_that_are_not_litkbs(kb: Path, capsys):
    with closing(sqlite3.connect(kb)) as db:
        db.execute("create table notes as select 'mine' as note")
        db.execute("create view read_notes as select * from notes")
        db.commit()

    assert run_command(cli, ["rebuild", str(kb)]) == 0
    with closing(sqlite3.connect(kb.with_name("kb-before-1.db"))) as db:
        assert db.execute("select note from read_notes").fetchall() == [("mine",)]
    assert "Not litkb's, and so not rebuilt: notes, read_notes." in capsys.readouterr().err


def test_a_rebuild_keeps_the_rights_of_a_file_and_the_link_that_leads_to_it(kb: Path):
    kb.chmod(0o600)
    (folder := kb.parent / "links").mkdir()
    (link := folder / "kb.db").symlink_to(kb)
    archive_path(link).symlink_to(archive_path(kb))

    rebuild_kb(link)

    assert link.is_symlink()
    assert stat.S_IMODE(kb.stat().st_mode) == 0o600


def test_what_a_process_that_died_left_is_taken_over(kb: Path):
    (kb.parent / ".kb.db.lock").write_text("process 1 on elsewhere")

    rebuild_kb(kb)

    assert ".kb.db.lock" not in files(kb)


def test_a_file_that_cannot_be_opened_is_let_go(kb: Path):
    kb.write_bytes(b"SQLite format 3\x00" + bytes(84))
    with pytest.raises(DatabaseError):
        open_kb(kb)

    take_lock(kb, alone=True)()
