"""No command writes over what it did not make, unless it is told to."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from kb.cli import cli
from kb.commands.demo import _refuse_foreign
from kb.console import run_command
from kb.database import open_kb, transaction
from kb.errors import UsageError
from kb.queries.archive import archive_path
from kb.records import DEMONSTRATION, PUBMED, SYNTHETIC
from kb.store.ledger import save_run
from kb.store.records import save_records
from tests.records import record

AT = "2026-01-01T00:00:00Z"


def make_kb(path: Path, *sources: str) -> Path:
    with closing(open_kb(path, create=True)) as db, transaction(db):
        save_records(db, [record(n, source=source) for n, source in enumerate(sources, 1)], received_at=AT)
    return path


def begin_run(kb: Path, command: str, server: str | None) -> None:
    with closing(open_kb(kb)) as db, transaction(db):
        save_run(db, started_at=AT, command=command, plan="{}", version="0", server=server)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, without those by which SQLite's readers and writers agree."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix[-4:] not in ("-wal", "-shm")}


@pytest.mark.parametrize("name", ["kb.db", "synthetic.db"])
@pytest.mark.parametrize("sources", [(PUBMED,), (PUBMED, SYNTHETIC, DEMONSTRATION)])
def test_a_demonstration_leaves_a_file_alone_that_holds_anything_else(tmp_path, capsys, name, sources):
    kb = make_kb(tmp_path / name, *sources)
    before = contents(tmp_path)

    assert run_command(cli, ["demo", str(tmp_path)]) == 2
    assert contents(tmp_path) == before
    assert f"{kb} is not the demonstration: it holds " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["kb.sqlar", "synthetic.sqlar"])
def test_a_demonstration_leaves_an_archive_alone_whose_file_is_gone(tmp_path, capsys, name):
    with open_archive(tmp_path / name):
        pass
    before = contents(tmp_path)

    assert run_command(cli, ["demo", str(tmp_path)]) == 2
    assert contents(tmp_path) == before
    assert "whose answers it keeps cannot be known" in capsys.readouterr().err


def test_a_demonstration_leaves_a_file_alone_that_is_no_knowledge_base(tmp_path, capsys):
    (tmp_path / "synthetic.db").write_text("My notes.")

    assert run_command(cli, ["demo", str(tmp_path)]) == 1
    assert contents(tmp_path) == {"synthetic.db": b"My notes."}
    assert "it was left alone" in capsys.readouterr().err


def test_a_demonstration_may_replace_its_own_files(tmp_path):
    _refuse_foreign(make_kb(tmp_path / "kb.db", DEMONSTRATION, DEMONSTRATION), DEMONSTRATION)
    _refuse_foreign(make_kb(tmp_path / "synthetic.db", SYNTHETIC), SYNTHETIC)
    _refuse_foreign(tmp_path / "none.db", SYNTHETIC)


@pytest.mark.parametrize(
    ("command", "server"),
    [
        ("litkb harvest kb.db 32448354 --references", "http://127.0.0.1:5001/"),
        ("litkb harvest synthetic.db --file synthetic-2000.xml", None),
    ],
)
def test_a_demonstration_that_was_interrupted_before_its_first_record_may_be_repeated(tmp_path, command, server):
    kb = make_kb(tmp_path / "kb.db")
    _refuse_foreign(kb, DEMONSTRATION)
    begin_run(kb, command, server)
    _refuse_foreign(kb, DEMONSTRATION)


def test_a_harvest_of_ones_own_that_was_interrupted_before_its_first_record_is_no_demonstration(tmp_path):
    kb = make_kb(tmp_path / "kb.db")
    begin_run(kb, "litkb harvest kb.db --file my-synthetic-1.xml", None)

    with pytest.raises(UsageError, match="it holds no records"):
        _refuse_foreign(kb, DEMONSTRATION)


def test_two_knowledge_bases_in_a_folder_have_two_archives(tmp_path):
    names = ("a.v1", "a.v2", "a.v1.db", "b.db", "b.sqlite")

    assert [archive_path(tmp_path / name).name for name in names] == [
        "a.v1.sqlar", "a.v2.sqlar", "a.v1.sqlar", "b.sqlar", "b.sqlite.sqlar"
    ]  # fmt: skip


def test_a_harvest_leaves_an_archive_alone_that_somebody_else_made(tmp_path, capsys):
    kb, page = tmp_path / "field.db", tmp_path / "page.xml"
    page.write_text("<PubmedArticleSet></PubmedArticleSet>")
    with closing(sqlite3.connect(archive_path(kb))) as db:
        db.execute("create table sqlar (name text primary key, mode int, mtime int, sz int, data blob)")
        db.commit()
    before = archive_path(kb).read_bytes()

    assert run_command(cli, ["harvest", str(kb), "--file", str(page)]) == 1
    assert archive_path(kb).read_bytes() == before
    assert "is an SQLite file that litkb did not make; it was left alone" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kb", "words"),
    [("field.svg", ["picture", "{}", "map", "{}"]), ("field.md", ["report", "{}", "{}"]),
     ("field.ris", ["export", "{}", "{}"]), ("field.gexf", ["export", "{}", "{}"])],
)  # fmt: skip
def test_no_file_takes_the_place_of_a_database_not_even_when_told_to(tmp_path, capsys, kb, words):
    path = make_kb(tmp_path / kb, PUBMED)
    before = path.read_bytes()

    assert run_command(cli, [word.format(path) for word in words] + ["--force"]) == 2
    assert path.read_bytes() == before
    assert "is an SQLite file, which nothing replaces" in capsys.readouterr().err


def test_a_check_of_an_archive_that_somebody_else_made_says_so(tmp_path, capsys):
    kb = make_kb(tmp_path / "kb.db", PUBMED)
    with closing(sqlite3.connect(archive_path(kb))) as db:
        db.execute("create table sqlar (name text primary key, mode int, mtime int, sz int, data blob)")

    assert run_command(cli, ["check", str(kb)]) == 1
    assert "The archive cannot be read: no such table: answers." in capsys.readouterr().err


def test_a_publish_clears_only_what_a_publish_left(tmp_path):
    (tmp_path / "pub" / ".publishing-of-mine").mkdir(parents=True)
    (tmp_path / "pub" / ".publishing-abcdefgh").symlink_to(tmp_path)
    (tmp_path / "pub" / ".publishing-0a1b2c3_").mkdir()

    assert run_command(cli, ["publish", str(make_kb(tmp_path / "kb.db", PUBMED)), str(tmp_path / "pub")]) == 0
    found = {path.name for path in (tmp_path / "pub").iterdir() if path.name.startswith(".")}
    assert found == {".publishing-of-mine", ".publishing-abcdefgh"}


@pytest.mark.parametrize("name", ["search.md", "search.svg"])
def test_a_report_replaces_no_file_unasked_nor_what_a_link_leads_to(tmp_path, capsys, name):
    kb = make_kb(tmp_path / "kb.db", PUBMED)
    (tmp_path / name).symlink_to(tmp_path / "notes.txt")

    assert run_command(cli, ["report", str(kb), str(tmp_path / "search.md")]) == 2
    assert "--force replaces it" in capsys.readouterr().err
    (tmp_path / "notes.txt").write_text("My notes.")
    assert run_command(cli, ["report", str(kb), str(tmp_path / "search.md"), "--force"]) == 0
    assert (tmp_path / "notes.txt").read_text() == "My notes."
    assert {path.name for path in tmp_path.iterdir()} >= {"search.md", "search.svg"}
