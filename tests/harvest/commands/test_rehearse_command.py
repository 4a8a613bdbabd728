"""litkb rehearse: a PubMed of one's own records, in another terminal."""

import gzip
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from harvest.pubmed.write_article import format_article_set
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb
from kb.records import Record
from tests.records import record

COMMAND = [sys.executable, "-c", "from kb.cli import main; main()", "rehearse", "--port", "0", "--unlimited"]
BEFORE = [record(1, (2,), title="Groups"), record(2, title="Help")]
RETRACTED = record(2, title="Help", notices=(("RetractionIn", None, "Journal. 2026;1:1", None),))


def written(folder: Path, records: list[Record]) -> Path:
    folder.mkdir(exist_ok=True)
    folder.joinpath("records.xml").write_bytes(b"".join(format_article_set(records)))
    return folder


@contextmanager
def rehearsed(source: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals) -> Iterator[None]:
    """Run the command, set what it prints, and stop it."""
    with subprocess.Popen([*COMMAND, str(source)], stdout=subprocess.PIPE, text=True) as process:
        export, *settings = process.stdout.readline().split()
        assert export == "export"
        for setting in settings:
            monkeypatch.setenv(*setting.split("=", 1))
        yield
        process.send_signal(how)
        assert process.wait() == 0


def test_a_harvest_and_an_update_with_a_retraction_are_practised_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("NCBI_EMAIL", "practice@localhost")
    kb = tmp_path / "kb.db"
    with rehearsed(written(tmp_path / "practice", BEFORE), monkeypatch, signal.SIGINT):
        assert run_command(cli, ["harvest", str(kb), "1", "--references", "--no-graph"]) == 0
    with closing(open_kb(kb)) as db, db:
        db.execute("update articles set checked_at = '2020-01-01T00:00:00Z'")
    with rehearsed(written(tmp_path / "practice", [BEFORE[0], RETRACTED]), monkeypatch, signal.SIGTERM):
        assert run_command(cli, ["update", str(kb), "--no-graph"]) == 0

    with closing(open_kb(kb, readonly=True)) as db:
        assert db.execute("select pmid from retracted_articles").fetchall() == [(2,)]


def test_a_folder_without_records_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run_command(cli, ["rehearse", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"Error: {tmp_path} holds no PubMed record.\n"


def test_of_a_packed_file_that_is_cut_off_nothing_is_served(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    packed = gzip.compress(b"".join(format_article_set(BEFORE)))
    (tmp_path / "records.xml.gz").write_bytes(packed[: len(packed) // 2])

    assert run_command(cli, ["rehearse", str(tmp_path)]) == 1
    assert "records.xml.gz is a cut-off gzip file" in capsys.readouterr().err


def test_a_port_in_use_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = written(tmp_path / "practice", BEFORE)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        assert run_command(cli, ["rehearse", str(source), "--port", str(port)]) == 1

    assert capsys.readouterr().err == (
        f"Error: Port {port} is in use by another program; try --port 0, which picks a free one.\n"
    )
