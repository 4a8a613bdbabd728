"""Opening a litkb file: what is refused, what is left alone, and reading where nobody can write."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kb.database import check_file, is_sqlite, one_moment, open_kb, split_statements, transaction
from kb.errors import DatabaseError, NotLitkbError
from tests.conftest import PREPARE


def test_a_file_made_is_marked_as_litkbs_and_keeps_its_promises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.database._prepare", PREPARE)
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db:
        assert db.execute("pragma foreign_keys").fetchone() == (1,)
        assert db.execute("pragma journal_mode").fetchone() == ("wal",)
        assert db.execute("pragma synchronous").fetchone() == (2,)
        assert db.execute("pragma application_id").fetchone() == (0x6C69746B,)


def test_every_table_is_strict_and_every_foreign_key_has_an_index(db: sqlite3.Connection) -> None:
    tables = db.execute(
        "select name, strict from pragma_table_list where type = 'table' and schema = 'main'"
    ).fetchall()
    assert [name for name, strict in tables if not strict and not name.startswith("sqlite_")] == []
    for name, _ in tables:
        keys = {row[3] for row in db.execute(f"pragma foreign_key_list({name})") if row[1] == 0}
        first = {
            db.execute(f"pragma index_info({row[1]})").fetchone()[2] for row in db.execute(f"pragma index_list({name})")
        }
        first |= {row[1] for row in db.execute(f"pragma table_info({name})") if row[5] == 1}
        assert keys - first - {"source_id", "qualifier_ui", "named_by"} <= {"run_id", "graph_run_id"}, name


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("readonly", [True, False])
def test_a_pipe_or_a_device_is_no_file_and_is_not_waited_for(tmp_path: Path, readonly: bool) -> None:
    os.mkfifo(tmp_path / "kb.db")

    for path in (tmp_path / "kb.db", "/dev/zero"):
        with pytest.raises(NotLitkbError, match="is no file, but a device, pipe or socket"):
            open_kb(path, create=not readonly, readonly=readonly)


def test_a_transaction_keeps_all_or_nothing(db: sqlite3.Connection) -> None:
    def fail() -> None:
        with transaction(db):
            db.execute("insert into works (id, label) values (1, 'one')")
            db.execute("insert into works (id, label) values (1, 'one again')")

    with pytest.raises(sqlite3.IntegrityError):
        fail()

    assert db.execute("select count(*) from works").fetchone() == (0,)


@pytest.mark.parametrize("content", [b"", b"short", b"SQLite format 3\x00 and then nothing of the kind" * 100])
def test_what_is_no_litkb_file_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kb.db"
    path.write_bytes(content)

    for readonly in (True, False):
        with pytest.raises(NotLitkbError):
            open_kb(path, readonly=readonly)
        assert path.read_bytes() == content
    assert [other.name for other in tmp_path.iterdir()] == ["kb.db"]


def test_an_older_schema_is_not_opened_for_reading_alone(tmp_path: Path) -> None:
    path = tmp_path / "kb.db"
    with closing(open_kb(path, create=True)) as db:
        db.execute("pragma user_version = 0")
    with pytest.raises(DatabaseError, match="older schema"):
        open_kb(path, readonly=True)


def test_a_script_is_split_at_its_statements_only() -> None:
    trigger = "create trigger t after insert on a begin\n select 1; select 2;\nend;"

    assert list(split_statements(f"create table a (b); -- c;\n{trigger}\n")) == ["create table a (b); -- c;", trigger]


def test_what_is_read_in_one_block_is_of_one_moment(tmp_path: Path):
    path = tmp_path / "kb.db"
    writer, reader = open_kb(path, create=True), open_kb(path, readonly=True)
    count = "select count(*) from works"
    with one_moment(reader):
        before = reader.execute(count).fetchone()
        writer.execute("insert into works (id, label, state) values (1, 'A 2000 J', 'known')")
        after = reader.execute(count).fetchone()

    assert (before, after, reader.execute(count).fetchone()) == ((0,), (0,), (1,))
    writer.close()
    reader.close()


def test_to_look_at_a_file_again_lets_no_connection_of_this_process_lose_its_locks(tmp_path: Path):
    """A writer that ends takes the log away when nobody else has the file, as far as locks tell."""
    path = tmp_path / "kb.db"
    open_kb(path, create=True).close()
    writes = (
        "import sys; from kb.database import open_kb, transaction\n"
        "db = open_kb(sys.argv[1])\n"
        "with transaction(db): db.execute(\"insert into works (id, label) values (1, 'x')\")\n"
        "db.close()"
    )
    with closing(open_kb(path, readonly=True)) as reader:
        assert reader.execute("select count(*) from works").fetchone() == (0,)
        open_kb(path, readonly=True).close()
        assert is_sqlite(path)
        check_file(path, create=False)
        subprocess.run([sys.executable, "-c", writes, str(path)], check=True)

        assert path.with_name("kb.db-wal").exists()
        assert reader.execute("select label from works").fetchall() == [("x",)]


def test_a_long_log_is_begun_anew_once_no_page_is_read_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kb.database._LONG_LOG", 1_000_000)
    monkeypatch.setattr("kb.database._PATIENCE_MS", 1)
    path = tmp_path / "kb.db"
    log = path.with_name("kb.db-wal")
    with closing(open_kb(path, create=True)) as db, closing(open_kb(path, readonly=True)) as reader:

        def write() -> int:
            with transaction(db):
                db.execute("insert or replace into mine values (1, randomblob(600000))")
            return log.stat().st_size

        with transaction(db):
            db.execute("create table mine (id integer primary key, x blob)")
        reader.execute("begin")
        reader.execute("select count(*) from mine").fetchone()
        while_read = [write() for _ in range(4)]
        reader.execute("rollback")

        assert while_read == sorted(set(while_read))  # it grows, and nobody fails
        assert write() == 0
