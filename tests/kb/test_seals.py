"""Seals: whatever is altered in a file is found by a check, and no command of litkb makes it cry."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.run import compute_graph
from harvest.pubmed.write_article import format_article_set
from kb.cli import cli
from kb.console import run_command
from kb.database import close_log, open_kb, transaction, unchecked_keys
from kb.errors import LitkbError
from kb.integrity import changed_keys, seals
from kb.integrity.check import check_kb
from kb.integrity.seals import read_altered, read_is_sealed, seal
from kb.queries.invariants import read_violations
from kb.records import MeshPlace
from kb.store.citations import save_citations
from kb.store.mesh import save_mesh_tree
from kb.store.records import save_gone
from tests.site.conftest import LINKS, WAITING, field, fill

ANOTHER = {
    "integer": "coalesce({0} + 1, 1)", "real": "coalesce({0} + 1, 1)", "text": "coalesce({0} || 'x', 'x')",
    "blob": "x'00ff'", "any": "coalesce({0} || 'x', 'x')", "": "coalesce({0} || 'x', 'x')",
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed file with rows in most tables, without a log beside it."""
    path = fill(tmp_path_factory.mktemp("sealed") / "kb.db", field(), LINKS, (WAITING,))
    close_log(path)
    return path


@pytest.fixture
def raw(whole: Path) -> Iterator[sqlite3.Connection]:
    """The same file in memory, as somebody other than litkb changes it."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db, closing(sqlite3.connect(whole)) as file:
        file.backup(db)
        for pragma in ("foreign_keys = off", "ignore_check_constraints = on", "writable_schema = on"):
            db.execute(f"pragma {pragma}")
        yield db


def altered_by(db: sqlite3.Connection, *statements: str) -> list[str]:
    """Return which tables are found altered by statements, which are taken back."""
    db.execute("savepoint here")
    for statement in statements:
        db.execute(statement)
    found = [sentence.split(":")[0].split(" ")[0] for sentence in read_altered(db)]
    db.execute("rollback to here")
    return found


def tables_of(db: sqlite3.Connection) -> list[str]:
    names = "select name from pragma_table_list where schema = 'main' and type in ('table', 'shadow')"
    return [name for (name,) in db.execute(names) if not name.startswith("sqlite_")]


def filled(db: sqlite3.Connection) -> list[str]:
    return [table for table in tables_of(db) if table != "seals" and db.execute(f"select 1 from {table}").fetchone()]


def test_any_value_of_any_table_that_is_altered_is_found(raw: sqlite3.Connection):
    for trigger in ("articles_update", "works_merged"):  # they would alter more
        raw.execute(f"drop trigger {trigger}")
    columns = {table: raw.execute(f"pragma table_info({table})").fetchall() for table in filled(raw)}
    for place in range(max(map(len, columns.values()))):
        having = {table: of_table[place] for table, of_table in columns.items() if place < len(of_table)}
        updates = [
            f"update or replace {table} set {name} = {ANOTHER[kind.lower()].format(name)}"
            for table, (_, name, kind, *_) in having.items()
        ]

        assert having.keys() - {*altered_by(raw, *updates)} == set(), place


def test_rows_that_are_lost_are_found_in_every_table(raw: sqlite3.Connection):
    raw.execute("drop trigger articles_delete")  # it would alter more
    tables = filled(raw)

    assert {*tables} - {*altered_by(raw, *(f"delete from {table}" for table in tables))} == set()


@pytest.mark.parametrize("kind", ["table", "view", "index", "trigger"])
def test_a_definition_that_is_altered_is_found(raw: sqlite3.Connection, kind: str):
    [name] = raw.execute(
        "select name from sqlite_master where type = ? and sql not null and name <> 'seals' limit 1", (kind,)
    ).fetchone()

    assert altered_by(raw, f"update sqlite_master set sql = sql || ' ' where name = '{name}'") == [name]
    assert altered_by(raw, f"delete from sqlite_master where name = '{name}'") == [name]


def test_a_kind_of_index_that_is_altered_is_found(raw: sqlite3.Connection):
    before = list(read_violations(raw))
    raw.execute("pragma writable_schema = on")
    raw.execute("update sqlite_master set type = 'i.dex' where name = 'sqlite_autoindex_reference_years_1'")

    [found] = [one for one in read_violations(raw) if one not in before]
    assert found.examples == ["sqlite_autoindex_reference_years_1"]


def test_a_seal_that_is_lost_or_altered_is_told(raw: sqlite3.Connection):
    assert altered_by(raw, "delete from seals where name = 'works'") == ["works"]
    assert altered_by(raw, "update seals set name = 'workz' where name = 'works'") == ["workz", "works"]
    assert altered_by(raw, "update seals set digests = x'00' where name = 'works'") == ["works"]


def test_what_is_altered_is_named_within_32_rows(tmp_path: Path):
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db:
        with transaction(db):
            save_mesh_tree(db, [MeshPlace(f"A{number:03}", f"D{number}", f"Name {number}") for number in range(100)])
        seal(db)
        db.execute("update mesh_tree set descriptor_ui = 'D' where tree_number = 'A070'")

        assert list(read_altered(db)) == ["mesh_tree: among the 32 rows from (A064) on"]


def test_tables_of_others_are_theirs(raw: sqlite3.Connection):
    assert altered_by(raw, "create table mine (a)") == []


def finds(path: Path) -> bool:
    try:
        with closing(open_kb(path, keep_journal=True)) as db:
            return check_kb(db) != []
    except (LitkbError, sqlite3.Error):
        return True


def test_after_every_command_that_writes_the_file_is_sealed_and_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(seals, "_LARGE", 0)
    kb, xml, revised, mesh = (tmp_path / name for name in ("kb.db", "a.xml", "b.xml", "mesh.xml"))
    xml.write_bytes(b"".join(format_article_set(field())))
    later = [one._replace(article=one.article._replace(title="Revised", version=2)) for one in field()[:2]]
    revised.write_bytes(b"".join(format_article_set(later)))
    mesh.write_text(
        "<DescriptorRecordSet><DescriptorRecord><DescriptorUI>D1</DescriptorUI><DescriptorName><String>Norway</String>"
        "</DescriptorName><TreeNumberList><TreeNumber>Z01</TreeNumber></TreeNumberList></DescriptorRecord>"
        "</DescriptorRecordSet>"
    )
    for command in (
        f"harvest {kb} --file {xml} --no-graph", f"harvest {kb} --file {revised}", f"graph compute {kb}",
        f"mesh {kb} {mesh}", f"resolve {kb}",
        f"graph main-path {kb}", f"publish {kb} {tmp_path / 'published'} --no-abstracts", f"rebuild {kb}",
        f"check {kb}",
    ):  # fmt: skip
        assert run_command(cli, command.split()) == 0, (command, capsys.readouterr().err)
        with closing(open_kb(kb, readonly=True)) as db:
            assert (read_is_sealed(db), check_kb(db)) == (True, []), command
    with closing(open_kb(tmp_path / "published" / "kb.db", readonly=True)) as db:
        assert (read_is_sealed(db), check_kb(db)) == (True, [])


def test_a_writer_that_was_killed_leaves_no_seals_and_a_check_says_so(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    kb = Path(shutil.copy(whole, tmp_path / "kb.db"))
    db = open_kb(kb)
    with transaction(db):
        db.execute("update works set label = 'Another' where id = 3001")
    shutil.copy(f"{kb}-wal", tmp_path / "killed.db-wal")
    killed = Path(shutil.copy(kb, tmp_path / "killed.db"))
    db.close()

    assert run_command(cli, ["check", str(killed)]) == 0
    assert "Not every table could be compared" in capsys.readouterr().err
    assert run_command(cli, ["check", str(kb)]) == 0
    assert "Not every table" not in capsys.readouterr().err


def test_a_graph_run_breaks_the_seals_of_its_own_tables_alone(whole: Path, tmp_path: Path):
    kb = Path(shutil.copy(whole, tmp_path / "kb.db"))
    with closing(open_kb(kb)) as db:
        compute_graph(db)  # and the process might be killed here

        assert (read_is_sealed(db), check_kb(db)) == (False, [])
        db.execute("update works set label = 'Forged' where id = 3001")
        assert [one.split(":")[0] for one in read_altered(db)] == ["works"]


def test_of_two_writers_the_last_one_seals(whole: Path, tmp_path: Path):
    kb = Path(shutil.copy(whole, tmp_path / "kb.db"))
    first, second = open_kb(kb), open_kb(kb)
    for db in (first, second):
        with transaction(db):
            db.execute("update harvest_runs set command = command || ' again'")
    first.close()
    with transaction(second):
        db.execute("update harvest_runs set command = command || ' and again'")
    with closing(open_kb(kb, readonly=True)) as db:
        assert not read_is_sealed(db)
    second.close()

    with closing(open_kb(kb)) as db:
        assert (read_is_sealed(db), check_kb(db)) == (True, [])


def test_a_published_file_whose_bytes_changed_is_told(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    assert run_command(cli, ["publish", str(whole), str(tmp_path)]) == 0
    file = (tmp_path / "kb.db").resolve()
    file.chmod(0o644)
    with closing(sqlite3.connect(file)) as db:
        db.execute("pragma user_version = 1")
        db.execute("pragma default_cache_size = 7")
    capsys.readouterr()

    assert run_command(cli, ["check", str(tmp_path / "kb.db")]) == 1
    assert "the bytes of a published file are those of its name" in capsys.readouterr().err


def test_what_was_altered_in_an_article_is_found_after_a_later_command_has_sealed_the_file(whole: Path, tmp_path: Path):
    kb = Path(shutil.copy(whole, tmp_path / "kb.db"))
    with closing(sqlite3.connect(kb)) as db, db:
        db.execute("update authorships set name_key = 'forged' where pmid = 1001 and position = 1")

    with closing(open_kb(kb)) as db, transaction(db):
        save_mesh_tree(db, [MeshPlace("A1", "D1", "Name")])

    with closing(open_kb(kb)) as db:
        assert read_is_sealed(db)
        assert list(read_altered(db)) == ["authorships: the rows of PMID 1001"]


def test_what_a_harvest_does_not_change_keeps_its_seal_and_what_it_removes_is_sealed_anew(whole: Path, tmp_path: Path):
    kb = Path(shutil.copy(whole, tmp_path / "kb.db"))
    with closing(open_kb(kb)) as db:
        compute_graph(db)
    with closing(open_kb(kb)) as db, transaction(db):
        select = (
            "select name from seals where digests <> x'' and name in ('article_metrics', 'works', 'work_positions')"
        )
        assert {name for (name,) in db.execute(select)} == {"article_metrics", "work_positions"}

        pmid = db.execute("select id from article_metrics join articles on pmid = id limit 1").fetchone()[0]
        save_gone(db, pmid, "deleted", at="2030-01-01T00:00:00Z")

    with closing(open_kb(kb)) as db:
        assert (read_is_sealed(db), check_kb(db)) == (True, [])


def test_the_seal_of_an_article_that_is_lost_is_told(raw: sqlite3.Connection):
    assert altered_by(raw, "delete from seals where name = '1001'") == ["seals"]
    assert altered_by(raw, "update seals set name = '77' where name = '1001'")[0] == "seals"


def test_an_article_alone_is_named_by_its_pmid_as_well(whole: Path, tmp_path: Path):
    kb = Path(shutil.copy(whole, tmp_path / "kb.db"))
    with closing(sqlite3.connect(kb)) as db, db:
        db.execute("update abstract_sections set text = 'Forged' where pmid = 1001")

    with closing(open_kb(kb)) as db:
        named = {violation.rule: violation.examples for violation in check_kb(db)}

    assert named["the rows of an article are as they were stored"] == ["1001"]
    assert named["every table holds what litkb wrote"] == ["abstract_sections: the rows of PMID 1001"]


def test_bytes_in_place_of_words_are_found_without_seals(whole: Path, tmp_path: Path):
    bare = Path(shutil.copy(whole, tmp_path / "kb.db"))
    strict = "update sqlite_master set sql = {} where name = 'articles'"
    changes = (
        "delete from seals; " + strict.format("substr(sql, 1, length(sql) - length('strict'))"),
        "update articles set title = cast(title as blob); " + strict.format("sql || ' STRICT'"),
    )
    for change in changes:  # a connection that has read the definition goes by it
        with closing(sqlite3.connect(bare)) as db:
            db.executescript(f"pragma writable_schema = on; {change}")

    assert finds(bare)


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with 300 works and 1,200 citations, which counts as large."""
    monkeypatch.setattr(seals, "_LARGE", 0)
    kb = tmp_path / "large.db"
    with closing(open_kb(kb, create=True)) as db, transaction(db):
        db.executemany("insert into works (id, label) values (?, 'Work')", ((2 * n,) for n in range(-150, 150)))
        save_citations(db, [(2 * n, 2 * (n - d), 1, "2020") for n in range(-100, 140) for d in range(1, 6)])
    return kb


def sealed_works(kb: Path) -> bytes:
    with closing(sqlite3.connect(kb)) as db:
        return bytes(db.execute("select digests from seals where name = 'works'").fetchone()[0])


CHANGES = st.tuples(st.sampled_from(("insert", "update", "delete", "link")), st.integers(-320, 320))


@given(st.lists(CHANGES, max_size=12))
@settings(max_examples=settings.default.max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_large_table_is_sealed_right_whatever_changes_in_it(large: Path, changes: list[tuple[str, int]]):
    statements = {
        "insert": "insert or ignore into works (id, label) values (?1, 'New')",
        "update": "update works set label = label || '.' where id between ?1 and ?1 + 40",
        "delete": "delete from citations where citing_id between ?1 and ?1 + 90",
        "link": "update works set merged_into = id + 2 where id = ?1 and id < 280 and merged_into is null",
    }
    with closing(open_kb(large)) as db, unchecked_keys(db), transaction(db):
        for kind, number in changes:
            db.execute(statements[kind], (number,))

    with closing(open_kb(large, readonly=True)) as db:
        assert (read_is_sealed(db), list(read_altered(db))) == (True, [])


def test_only_what_changed_in_a_large_table_is_sealed_anew(large: Path):
    with closing(sqlite3.connect(large)) as db, db:
        db.execute("update works set label = 'Forged' where id = 200")
    with closing(open_kb(large)) as db, transaction(db):
        db.execute("update works set label = 'Renamed' where id = -200")

    with closing(open_kb(large)) as db:
        assert read_is_sealed(db)
        assert list(read_altered(db)) == ["works: among the 32 rows from (148) on"]


def test_a_large_table_in_which_much_changes_is_sealed_as_a_whole(large: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(changed_keys, "_MOST", 10)
    with closing(open_kb(large)) as db:
        for last in (-280, 0):
            with transaction(db):
                db.execute("update works set label = 'Renamed' where id < ?", (last,))
        notes = "select name from sqlite_temp_master where name like 'changed%'"
        assert not {name for (name,) in db.execute(notes) if "works" in name}

    with closing(open_kb(large)) as db:
        assert (read_is_sealed(db), list(read_altered(db))) == (True, [])


def test_beside_another_writer_or_after_a_failure_a_large_table_is_sealed_as_a_whole(large: Path):
    before = sealed_works(large)
    first, second = open_kb(large), open_kb(large)
    for number, db in enumerate((first, second)):
        with transaction(db):
            db.execute("update works set label = 'Renamed' where id = ?", (100 * number,))
    first.close()
    second.close()
    assert sealed_works(large) != before

    with closing(open_kb(large)) as db:
        with pytest.raises(sqlite3.IntegrityError), transaction(db):
            db.execute("update works set label = nullif(label, 'Renamed')")
        with transaction(db):
            db.execute("update works set label = 'Again' where id = 4")
    with closing(open_kb(large)) as db:
        assert (read_is_sealed(db), list(read_altered(db))) == (True, [])
