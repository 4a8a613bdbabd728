"""litkb mirror: what it prints, and its exit codes."""

import json
import sys
from contextlib import contextmanager
from errno import ENOSPC

import pytest

from harvest.mirror.engine import run_here
from kb.cli import cli
from kb.console import run_command
from kb.errors import UsageError
from kb.mirror.folder import Folder
from kb.mirror.reader import Mirror
from tests.benchmarks.pubmed_files import Made, write_files
from tests.harvest.mirror.nlm_files import built, citing, content, write_source


@pytest.fixture
def _in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Carry out the tasks here: a cluster takes seconds to start."""

    @contextmanager
    def engine(scheduler: str | None = None, workers: int | None = None):
        yield run_here

    monkeypatch.setattr("harvest.mirror.engine.dask_engine", engine)


def mirror(*words: object) -> int:
    return run_command(cli, ["mirror", *map(str, words)])


@pytest.mark.usefixtures("_in_process")
def test_build_update_status_and_check_say_what_is_in_the_mirror(tmp_path, capsys):
    folder = tmp_path / "m"
    write_source(tmp_path / "files", 1, citing(1, 2), citing(2))
    later = write_source(tmp_path, 2, citing(3, 1, 2))
    said = f"{folder}: 2 files, 3 records, 3 links, through pubmed26n0002.xml.gz\n"

    assert mirror("build", folder, tmp_path / "files") == 0
    assert mirror("update", folder, later) == 0
    assert capsys.readouterr().out.endswith(said)
    assert mirror("status", folder) == 0
    assert capsys.readouterr().out == said
    assert mirror("status", folder, "--json") == 0
    assert [file["records"] for file in json.loads(capsys.readouterr().out)["files"]] == [2, 1]
    assert mirror("check", folder) == 0
    assert capsys.readouterr().out == f"{folder}: sound\n"


@pytest.mark.usefixtures("_in_process")
def test_the_whole_is_measured_and_exported(tmp_path, capsys):
    folder, tables = tmp_path / "m", tmp_path / "tables"
    mirror("build", folder, write_source(tmp_path / "files", 1, citing(1, 2), citing(2)))
    capsys.readouterr()

    assert mirror("measure", folder) == 0
    assert capsys.readouterr().out == f"{folder}: 2 records measured, as of pubmed26n0001.xml.gz\n"
    mirror("status", folder)
    assert "\nMeasured: counts, percentiles and PageRank\n" in capsys.readouterr().out
    assert mirror("check", folder) == 0
    assert mirror("export", folder, tables) == 2
    assert mirror("export", folder, tables, "--parquet") == 0
    assert f"{tables}: 2 articles, " in capsys.readouterr().out
    assert mirror("export", folder, tables, "--parquet") == 2


@pytest.mark.usefixtures("_in_process")
def test_what_is_damaged_or_missing_is_said_and_fails(tmp_path, capsys):
    folder = tmp_path / "m"
    files = [write_source(tmp_path, number, citing(number)) for number in (1, 2, 4)]
    files[1].write_bytes(files[1].read_bytes()[:-9])

    assert mirror("build", folder, *files) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("Not in it: pubmed26n0002.xml.gz: The gzip file is cut off")
    assert lines[1] == "Missing: pubmed26n0003.xml.gz. `litkb mirror update` adds them."
    assert mirror("status", folder) == 0

    next(folder.glob("segments/*/pmid.npy")).unlink()
    assert mirror("check", folder) == 1
    assert "pmid.npy is missing or cannot be read." in capsys.readouterr().err


@pytest.mark.usefixtures("_in_process")
@pytest.mark.parametrize("command", ["update", "status", "check"])
def test_where_no_mirror_is_one_sentence_says_so(tmp_path, capsys, command):
    assert mirror(command, tmp_path / "m") == 2
    assert "no finished mirror" in capsys.readouterr().err


@pytest.mark.usefixtures("_in_process")
def test_a_full_disk_is_said_blames_no_file_and_the_same_command_goes_on(tmp_path, capsys, monkeypatch):
    file, folder = write_source(tmp_path, 1, citing(1)), tmp_path / "m"

    @contextmanager
    def full(_: Folder, name: str):
        raise OSError(ENOSPC, "No space left on device")
        yield

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "writing", full)
        assert mirror("build", folder, file) == 1
    assert "The disk is full" in capsys.readouterr().err
    assert mirror("build", folder, file) == 0


def test_without_the_extra_records_are_read_by_nobody_and_one_sentence_says_why(tmp_path, monkeypatch):
    built(tmp_path / "m", write_source(tmp_path, 1, citing(1)))
    monkeypatch.setitem(sys.modules, "zstandard", None)

    with Mirror(tmp_path / "m") as found, pytest.raises(UsageError, match="pip install 'litkb"):
        found.record(1)


def test_without_the_extra_one_sentence_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    assert mirror("build", tmp_path / "m", write_source(tmp_path, 1, citing(1))) == 2
    assert "pip install 'litkb[mirror]'" in capsys.readouterr().err


def test_a_scheduler_that_does_not_answer_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("harvest.mirror.engine.PATIENCE", 0.1)
    nobody = "tcp://127.0.0.1:1"

    assert mirror("build", tmp_path / "m", write_source(tmp_path, 1, citing(1)), "--scheduler", nobody) == 2
    assert f"No Dask scheduler answers at {nobody}" in capsys.readouterr().err


@pytest.mark.campaign
def test_two_workers_make_the_bytes_that_one_process_makes(tmp_path):
    files = write_files(tmp_path / "files", Made(files=3, records=30, templates=5), updates=1)
    built(tmp_path / "one", *files)

    assert mirror("build", tmp_path / "two", *files, "--workers", 2) == 0
    assert content(tmp_path / "two") == content(tmp_path / "one")
