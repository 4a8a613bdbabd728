"""Large loads: the indexes that loading does not read are made at its end, and nothing else differs."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import harvest.jobs.harvest as harvest
from harvest.jobs.ingest import FileResult, load_file
from kb.cli import cli
from kb.console import run_command
from kb.database import indexes_made_last, open_kb, transaction, unchecked_keys
from kb.integrity.check import check_kb, logical_hash
from kb.migrations import LATE_INDEXES
from kb.publish.run import publish_kb
from kb.records import Keyword, MeshDescriptor, MeshHeading
from kb.store.records import save_deletion, save_records
from kb.store.works import save_touched
from tests.harvest.jobs.test_harvest import load
from tests.records import MOMENT, record

INDEXES = "select name, tbl_name, sql from sqlite_master where type = 'index' order by name"
RECORDS = [
    record(1, (2, 3, "10.1/four", "10.1/five"), keywords=(Keyword(1, 1, "care", 0, "NOTNLM"),)),
    record(2, (3, "10.1/four"))._replace(
        mesh_headings=(MeshHeading(2, 1, 1, "D1", None, 1, 0),), mesh_descriptors=(MeshDescriptor("D1", "Care", None),)
    ),
    record(4, (1,), doi="10.1/four"),
    record(6, (4, "10.1/five"), notices=(("RetractionOf", 2, None, None),)),
]


@pytest.fixture
def is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harvest, "_MANY", 0)


def read(kb: Path) -> tuple[str, list[tuple[str, ...]]]:
    with closing(open_kb(kb, readonly=True)) as db:
        return logical_hash(db), db.execute(INDEXES).fetchall()


@pytest.mark.usefixtures("is_large")
def test_a_large_load_leaves_the_same_file_as_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small").mkdir()
    dropped: list[str] = []

    def load_noting(db: sqlite3.Connection, *some: Any, **named: Any) -> Iterator[FileResult]:
        dropped.extend(missing(db))
        return load_file(db, *some, **named)

    monkeypatch.setattr(harvest, "load_file", load_noting)
    load(tmp_path / "large.db", *RECORDS)
    monkeypatch.setattr(harvest, "_MANY", 1_000)
    load(tmp_path / "small" / "small.db", *RECORDS)

    assert sorted(dropped) == sorted(LATE_INDEXES)
    assert read(tmp_path / "large.db") == read(tmp_path / "small" / "small.db")
    with closing(open_kb(tmp_path / "large.db")) as db:
        assert check_kb(db) == []


def missing(db: sqlite3.Connection) -> list[str]:
    held = {row[0] for row in db.execute("select name from sqlite_master")}
    return [name for name in LATE_INDEXES if name not in held]


def test_what_a_killed_load_left_out_is_made_when_the_file_is_opened_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kb, killed = tmp_path / "kb.db", tmp_path / "killed.db"
    with closing(open_kb(kb, create=True)) as db, indexes_made_last(db):
        save_records(db, RECORDS, received_at=MOMENT)
        for suffix in ("", "-wal"):
            shutil.copy(f"{kb}{suffix}", f"{killed}{suffix}")
    with closing(open_kb(killed, readonly=True)) as db:
        assert sorted(missing(db)) == sorted(LATE_INDEXES)
    assert run_command(cli, ["status", str(killed)]) == 0
    assert f"`litkb check {killed}` makes them" in capsys.readouterr().err

    assert run_command(cli, ["check", str(killed)]) == 0

    with closing(open_kb(killed, readonly=True)) as db:
        assert missing(db) == []
    assert run_command(cli, ["status", str(killed)]) == 0
    assert "missing" not in capsys.readouterr().err

    assert read(killed) == read(kb)
    with closing(open_kb(killed, readonly=True)) as db:
        assert check_kb(db) == []


def test_a_file_that_is_being_loaded_is_sound_and_can_be_published(tmp_path: Path) -> None:
    kb = tmp_path / "kb.db"
    with closing(open_kb(kb, create=True)) as db, transaction(db):
        save_records(db, RECORDS, received_at=MOMENT)
    with closing(open_kb(kb)) as db, indexes_made_last(db):
        with closing(open_kb(kb, readonly=True)) as reader:
            assert check_kb(reader) == []
        published = publish_kb(kb, tmp_path / "site").path
        assert sorted(missing(db)) == sorted(LATE_INDEXES)

    assert read(published) == read(kb)


def test_a_load_that_fails_makes_the_indexes_as_well(db: sqlite3.Connection) -> None:
    with pytest.raises(ValueError, match="torn"), indexes_made_last(db):
        raise ValueError("torn")

    assert missing(db) == []


def test_loading_reads_none_of_the_indexes_that_are_made_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: dict[str, None] = {}

    def load_noting(db: sqlite3.Connection, *some: Any, **named: Any) -> Iterator[FileResult]:
        db.set_trace_callback(statements.setdefault)
        yield from load_file(db, *some, **named)
        db.set_trace_callback(None)

    monkeypatch.setattr(harvest, "load_file", load_noting)
    notices = (("RetractionOf", 2, None, None), ("RetractionOf", None, "J. 2001. doi: 10.1/four", None))
    load(tmp_path / "kb.db", *RECORDS, name="a.xml")
    load(tmp_path / "kb.db", record(1, (5, "10.1/five"), date_revised="2030-01-01", notices=notices), name="b.xml")

    with closing(open_kb(tmp_path / "kb.db")) as db, unchecked_keys(db):
        save_touched(db)  # makes the temporary tables that statements name
        plans = {step for statement in statements for step in plan(db, statement)}
        db.set_trace_callback(statements.setdefault)
        save_deletion(db, 2, at="2031-01-01T00:00:00Z")
        db.set_trace_callback(None)
        plans |= {step for statement in statements for step in plan(db, statement)}

    assert len(plans) > 50
    assert {step for step in plans for name in LATE_INDEXES if f"INDEX {name} " in f"{step} "} == set()


def plan(db: sqlite3.Connection, statement: str) -> Iterator[str]:
    if statement.lower().lstrip().startswith(("select", "insert", "update", "delete", "with")):
        yield from (row[3] for row in db.execute(f"explain query plan {statement}"))
