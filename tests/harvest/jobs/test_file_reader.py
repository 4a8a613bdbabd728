"""Files are read into batches here or in a process beside this one, and the same comes of both."""

import gzip
import signal
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from harvest.jobs import file_reader
from harvest.jobs.file_reader import is_worth_a_process, parse_batches, parse_beside
from kb.errors import LitkbError
from tests.builders import article_set, article_xml, reference_xml

XML = article_set(
    article_xml(
        1, references=[reference_xml("Wick A. Lamps. J Lamp. 2001;1:2.", pmid=7), reference_xml("Moos R. Oil.")]
    ),
    article_xml(2).replace("</PMID>", "</PMID><Glow>\u00f8 & more</Glow>"),
    "<DeleteCitation><PMID>9</PMID></DeleteCitation>",
    article_xml(3),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.xml.gz"
    path.write_bytes(gzip.compress(XML.encode() if isinstance(XML, str) else XML))
    return path


def test_a_file_read_in_a_process_beside_gives_the_same_batches(file: Path, monkeypatch: pytest.MonkeyPatch):
    here = list(parse_batches([gzip.decompress(file.read_bytes())], "pubmed-xml"))
    with closing(parse_beside(file, "pubmed-xml")) as beside:
        [batch] = beside

    assert [(error.reason, error.pmid, error.offset) for error in batch.rejected] == [
        (error.reason, error.pmid, error.offset) for error in here[0].rejected
    ]
    assert len(batch.rejected) == 1
    assert batch._replace(rejected=[]) == here[0]._replace(rejected=[])
    assert (batch.deletions, [record.pmid for record in batch.records]) == ([9], [1, 3])


def test_a_file_that_cannot_be_opened_beside_is_told_in_a_sentence(tmp_path: Path):
    with (
        closing(parse_beside(tmp_path / "gone.xml", "pubmed-xml")) as beside,
        pytest.raises(LitkbError, match=r"gone\.xml"),
    ):
        next(beside)


def test_a_process_beside_that_is_killed_is_told_in_a_sentence(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(file_reader, "_CODE", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")

    with closing(parse_beside(file, "pubmed-xml")) as beside, pytest.raises(LitkbError, match="Run the command again"):
        next(beside)


def test_a_process_beside_ends_when_nobody_reads_on(file: Path, monkeypatch: pytest.MonkeyPatch):
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **more: started.append(popen(*args, **more)) or started[0])

    beside = parse_beside(file, "pubmed-xml")
    next(beside)
    beside.close()

    assert started[0].returncode in (0, -signal.SIGKILL)


@pytest.mark.parametrize(
    ("size", "cores", "expected"), [(1 << 30, {0, 1}, True), (1 << 30, {0}, False), (999, {0, 1}, False)]
)
def test_a_second_process_reads_large_files_where_two_cores_are(
    size: int, cores: set[int], expected: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: cores, raising=False)

    assert is_worth_a_process(size) is expected
