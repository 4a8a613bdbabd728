"""What is kept of pages of the whole file: made once while nothing changes, and never shown after a change."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.run import compute_graph
from kb.database import open_kb, transaction
from kb.site.pages import home
from kb.site.server.unchanged import KeepingConnection, once, read_once
from kb.store.records import save_records
from tests.records import record
from tests.site.conftest import MOMENT, SEED, served

WHOLE = ("/", "/map", "/timeline", "/years", "/names", "/schema", "/map.svg", "/years/articles.svg", "/robots.txt")
JOURNALS = ("wal", "delete")


@pytest.fixture(params=JOURNALS)
def changing_file(field_file: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = Path(shutil.copy(field_file, tmp_path / "kb.db"))
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"pragma journal_mode = {request.param}")
    return path


def count_articles(db: sqlite3.Connection) -> int:
    return db.execute("select count(*) from articles").fetchone()[0]


def add_article(path: Path) -> None:
    """Add an article that every page of the whole file shows in some way."""
    db = open_kb(path, keep_journal=True)
    with transaction(db):
        added = record(1999, (SEED,), year=2025, title="A later article", names=("Vederhus JK", "Newcomer A"))
        save_records(db, [added], received_at=MOMENT)
        db.execute("create table of_ones_own (a)")
    compute_graph(db)
    db.close()


def test_after_a_change_every_page_of_the_whole_file_is_as_a_new_server_shows_it(changing_file: Path):
    with served(changing_file) as get:
        before = [get(path).text for path in WHOLE for _ in range(4)][::4]  # by each of its connections
        add_article(changing_file)
        after = [[get(path).text for _ in range(4)] for path in WHOLE]
    with served(changing_file) as get:
        fresh = [get(path).text for path in WHOLE]

    assert after == [[page] * 4 for page in fresh]
    assert [path for path, old, new in zip(WHOLE, before, fresh, strict=True) if old == new] == ["/robots.txt"]


def test_a_page_of_the_whole_file_is_read_once_while_nothing_changes(
    changing_file: Path, monkeypatch: pytest.MonkeyPatch
):
    reads = []
    counted = home.read_counts
    monkeypatch.setattr(home, "read_counts", lambda db: reads.append(id(db)) or counted(db))
    with served(changing_file) as get:
        pages = [get("/").text for _ in range(20)]

    assert len(reads) == len(set(reads))
    assert len(set(pages)) == 1


@pytest.fixture
def reader(changing_file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(changing_file, factory=KeepingConnection, isolation_level=None)) as db:
        yield db


@pytest.mark.parametrize("changing_file", ["wal"], indirect=True)  # else nobody can write while somebody reads
def test_within_a_transaction_what_is_kept_is_of_its_moment(reader: sqlite3.Connection, changing_file: Path):
    reader.execute("begin")
    before = read_once(reader, "articles", count_articles)
    add_article(changing_file)
    during = read_once(reader, "articles", count_articles)
    reader.execute("rollback")

    assert (before, during, read_once(reader, "articles", count_articles)) == (5, 5, 6)


def test_a_change_that_is_taken_back_changes_nothing_that_is_kept(reader: sqlite3.Connection, changing_file: Path):
    before = read_once(reader, "articles", count_articles)
    with closing(sqlite3.connect(changing_file)) as writer:
        writer.execute("delete from articles")
        during = read_once(reader, "articles", count_articles)
        writer.rollback()

    assert (before, during, read_once(reader, "articles", count_articles)) == (5, 5, 5)


def test_what_cannot_be_read_is_not_kept(reader: sqlite3.Connection):
    with pytest.raises(sqlite3.OperationalError):
        read_once(reader, "articles", lambda db: db.execute("select count(*) from nothing"))

    assert read_once(reader, "articles", count_articles) == 5


def test_a_connection_of_plain_datasettes_keeps_nothing(changing_file: Path):
    numbers = iter((1, 2))
    with closing(sqlite3.connect(changing_file)) as db:
        assert [read_once(db, "number", lambda _: next(numbers)) for _ in range(2)] == [1, 2]


def test_a_piece_of_a_page_is_made_once_where_it_can_be_kept():
    made, numbers = {}, iter(range(9))

    assert [once(made, lambda: next(numbers)) for _ in range(3)] == [0, 0, 0]
    assert [once(None, lambda: next(numbers)) for _ in range(3)] == [1, 2, 3]
