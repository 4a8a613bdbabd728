"""litkb serve: any file, read-only, for this machine, ending with a sentence and never with a traceback."""

import asyncio
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from datasette.app import Datasette

from kb.console import run_command
from kb.database import open_kb
from kb.errors import DatabaseError, LitkbError, NotLitkbError
from kb.metadata import read_metadata
from kb.site.server.context import ask
from kb.site.server.serve import build_app, open_listener, serve
from tests.site.conftest import SEED, field, fill, served

COMMAND = [
    sys.executable,
    "-c",
    "import sys; from kb.console import run_command; from kb.site.server.serve import serve; "
    "sys.exit(run_command(serve))",
]
PATIENCE = 600  # seconds after which a server hangs


def test_the_command_prints_its_address_serves_and_ends_cleanly(field_file: Path):
    with subprocess.Popen(
        [*COMMAND, str(field_file), "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        line = run.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)[0]
        with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
            page = client.get(f"{address}article/{SEED}")
            foreign = client.get(address, headers={"host": "evil.example"})
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=PATIENCE)

    assert line.startswith("addiction.db is at http://127.0.0.1:")
    assert page.status_code == 200
    assert foreign.status_code == 421
    assert "Traceback" not in errors
    assert run.returncode in (0, 130)


def test_a_port_in_use_is_one_sentence(field_file: Path, capsys: pytest.CaptureFixture[str]):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        code = run_command(serve, [str(field_file), "--port", str(port)])

    assert code == 1
    assert capsys.readouterr().err == (
        f"Error: Port {port} is in use by another program; try --port 0, which picks a free one.\n"
    )


def test_of_a_folder_its_kb_db_is_served(tmp_path: Path, field_file: Path, capsys: pytest.CaptureFixture[str]):
    assert run_command(serve, [str(tmp_path)]) == 1
    assert f"There is no file {tmp_path / 'kb.db'}" in capsys.readouterr().err
    shutil.copy(field_file, tmp_path / "kb.db")

    assert run_command(serve, [str(tmp_path), "--host", "192.0.2.1"]) == 1

    assert "192.0.2.1:8001 cannot be listened on" in capsys.readouterr().err


def test_an_address_that_is_not_ours_is_one_sentence():
    with pytest.raises(LitkbError, match=r"192\.0\.2\.1:0 cannot be listened on"):
        open_listener("192.0.2.1", 0)


def test_small_answers_are_sent_at_once():
    with open_listener("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP  # without it asyncio leaves TCP_NODELAY off: 40 ms a page


def test_what_is_no_litkb_file_is_refused(tmp_path: Path):
    (tmp_path / "text.db").write_text("This is a text file, no database.")
    sqlite3.connect(tmp_path / "other.db").executescript(
        "create table t (x); insert into t values (1)"
    ).connection.close()

    with pytest.raises(NotLitkbError):
        build_app(tmp_path / "text.db")
    with pytest.raises(NotLitkbError):
        build_app(tmp_path / "other.db")
    with pytest.raises(DatabaseError, match="There is no file"):
        build_app(tmp_path / "missing.db")


@pytest.mark.parametrize("name", ["kb.db", "a b?c#d%20e.db", "ø.sqlite", "no-suffix"])
def test_a_file_of_any_name_is_database_kb(tmp_path: Path, field_file: Path, name: str):
    with served(Path(shutil.copy(field_file, tmp_path / name))) as get:
        assert get(f"/article/{SEED}").status_code == 200
        assert get("/kb").status_code == 200
        assert [row["pmid"] for row in get("/kb/articles.json?_shape=array&_sort=pmid&_size=1").json()] == [SEED]


def test_serving_changes_no_byte(tmp_path: Path, field_file: Path):
    path = shutil.copy(field_file, tmp_path / "kb.db")
    before = Path(path).read_bytes()
    with served(Path(path)) as get:
        for address in ("/", f"/article/{SEED}", "/kb", "/kb/articles", "/search?q=norway"):
            assert get(address).status_code == 200

    assert Path(path).read_bytes() == before


@pytest.fixture
def unwritable(tmp_path: Path, field_file: Path) -> Iterator[Path]:
    """A file beside which SQLite can write nothing, whoever asks: the folder is read-only, and its place is taken."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    path = Path(shutil.copy(field_file, folder / "kb.db"))
    for ending in ("-shm", "-wal"):
        path.with_name(f"kb.db{ending}").symlink_to("nowhere")  # stops SQLite also where the user is root
    path.chmod(0o444)
    folder.chmod(0o555)
    yield path
    folder.chmod(0o755)


def test_a_file_in_a_folder_that_nobody_can_write_is_read_and_served(unwritable: Path):
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        sqlite3.connect(f"{unwritable.as_uri()}?mode=ro", uri=True).execute("select 1 from articles")
    with closing(open_kb(unwritable, readonly=True)) as db:
        assert list(db.execute("select pmid from articles where pmid = ?", (SEED,))) == [(SEED,)]
    with served(unwritable) as get:
        assert get(f"/article/{SEED}").status_code == 200


def test_plain_datasette_shows_the_same(field_file: Path, tmp_path: Path):
    """The plugin and metadata.yml alone, as `datasette kb.db -m metadata.yml` loads them."""
    path = shutil.copy(field_file, tmp_path / "kb.db")
    app = Datasette([str(path)], metadata=read_metadata())
    with served(field_file) as get:
        pages = ("/", f"/article/{SEED}", "/search?q=norway", "/kb/seed_references")
        ours = {page: get(page).text for page in pages}

    async def ask() -> dict[str, str]:
        await app.invoke_startup()
        return {page: (await app.client.get(page)).text for page in pages}

    plain = asyncio.run(ask())
    app.executor.shutdown()
    for database in app.databases.values():
        database.close()
    without_times = {page: re.sub(r"Queries took [\d.]+ ms", "", html) for page, html in plain.items()}
    assert without_times == {page: re.sub(r"Queries took [\d.]+ ms", "", html) for page, html in ours.items()}


def test_the_plugin_does_not_import_datasette_app():
    code = (
        "import sys, kb.site; print('datasette.app' in sys.modules, any(m.startswith('harvest') for m in sys.modules))"
    )

    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "False False\n"
    )


def test_a_page_reads_all_that_it_shows_at_one_moment(tmp_path: Path):
    path = fill(tmp_path / "kb.db", field())
    app = build_app(path)
    writer = sqlite3.connect(path, check_same_thread=False)

    def read(db: sqlite3.Connection) -> tuple[int, int]:
        [before] = db.execute("select count(*) from works").fetchone()
        with writer:
            writer.execute("insert into works (id, label, state) values (77, 'A 2000 J', 'known')")
        [after] = db.execute("select count(*) from works").fetchone()
        return before, after

    before, after = asyncio.run(ask(app.databases["kb"], read))
    app.executor.shutdown()
    writer.close()

    assert before == after


def test_open_shows_the_site_in_a_browser(field_file: Path, monkeypatch: pytest.MonkeyPatch):
    shown: list[str] = []
    monkeypatch.setattr("click.launch", shown.append)
    monkeypatch.setattr("kb.site.server.serve._run", lambda _app, listener: listener.close())

    assert run_command(serve, [str(field_file), "--port", "0", "--open", "--base-url", "/lit/"]) == 0

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/lit/", shown[0])
