"""What all tests share: a fresh litkb file, the real data beside the checkout, and no network but loopback."""

import gc
import os
import re
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from kb import database
from kb.database import open_kb

# A test that needs more examples, or fewer, says so itself; how long one takes depends on the machine. The suite draws
# the same few examples each time; `pytest --hypothesis-profile explore`, a part of the campaign, draws others and more.
settings.register_profile("explore", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("suite", settings.get_profile("explore"), max_examples=20, derandomize=True)
settings.load_profile("suite")

MEMORY, NEEDED_BYTES = Path("/dev/shm"), 2**30
PREPARE, MIGRATE = database._prepare, database._migrate
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """Let the files of the suite lie in memory where there is room: on a disk they take half of its time.

    Those of campaigns and of real data may be large.
    """
    is_suite, is_there = "not campaign" in config.option.markexpr, os.access(MEMORY, os.W_OK)
    if is_suite and is_there and shutil.disk_usage(MEMORY).free > NEEDED_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave a file unread of which no test was asked for: importing some takes a second."""
    if collection_path.suffix != ".py":
        return None
    left_out = re.findall(r"not (\w+)", config.option.markexpr)
    mark = re.search(r"^pytestmark = pytest\.mark\.(\w+)$", collection_path.read_text(), re.MULTILINE)
    return True if mark and mark[1] in left_out else None


def pytest_collection_finish() -> None:
    """Leave what is loaded by now out of every later search for cycles of objects."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Leave what is garbage by now, after one search, out of the ten by which pytest ends."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data; a test that needs it is marked ``real``."""
    if not SHARED_DATA.is_dir():
        pytest.fail(f"the real data is not at {SHARED_DATA.parent.name}/{SHARED_DATA.name} beside the checkout")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def _without_waiting_for_the_disk() -> Iterator[None]:
    """Leave out waiting for the disk, which only a failure of power would show: half the time of a small write."""

    def prepare_quickly(db: sqlite3.Connection, path: Path, **how: bool) -> None:
        PREPARE(db, path, **how)  # type: ignore[arg-type]
        db.execute("pragma synchronous = off")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_prepare", prepare_quickly)
        patch.setattr("os.fsync", lambda _: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def empty_kb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new, empty litkb file, of which every other new one is a copy: making one takes six times as long."""
    path = tmp_path_factory.mktemp("empty") / "kb.db"
    open_kb(path, create=True).close()
    with closing(sqlite3.connect(path)) as empty, pytest.MonkeyPatch.context() as patch:

        def migrate_quickly(db: sqlite3.Connection) -> None:
            if db.execute("select count(*) from sqlite_master").fetchone()[0]:
                MIGRATE(db)  # type: ignore[arg-type]
            else:
                empty.backup(db)

        patch.setattr(database, "_migrate", migrate_quickly)
        yield path


@pytest.fixture
def db(tmp_path: Path, empty_kb: Path) -> Iterator[sqlite3.Connection]:
    """A new, empty litkb file, open for writing."""
    connection = open_kb(Path(shutil.copy(empty_kb, tmp_path / "kb.db")))
    yield connection
    connection.close()


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in (socket.AF_INET, socket.AF_INET6) and host not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)  # type: ignore[arg-type]  # the stub wants a union of address forms

    monkeypatch.setattr(socket.socket, "connect", guarded)
