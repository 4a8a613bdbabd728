"""Killed at any point, a harvest leaves a sound file, and the same command brings it to the same content."""

import multiprocessing
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harvest.pubmed.write_article import format_article_set, format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.server import Rehearsal
from kb.database import open_kb
from kb.integrity.check import check_kb, logical_hash
from kb.queries.works.records import read_held_pmids
from tests.campaign.crashing import harvest_and_die
from tests.campaign.scale import SHORT
from tests.records import record

FIELD = [record(n, tuple({n % 30 + 1, n * 7 % 30 + 1, f"10.1000/{n % 5}"}), doi=f"10.1000/{n}") for n in range(1, 31)]
STRACE = shutil.which("strace")
PATIENCE = 600  # seconds after which a harvest hangs
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.campaign.crashing"])


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    shelf = open_shelf({one.article.pmid: format_record(one).encode() for one in FIELD}, merged={90: 9})
    with Rehearsal(shelf, limited=False) as rehearsal:
        yield rehearsal.base_url


def run(kb: Path, base_url: str, die_at: int = 0, *, atomic: bool = True) -> int | None:
    """Harvest in a process of its own; return its exit code, -9 if it was killed."""
    process = CONTEXT.Process(target=harvest_and_die, args=(kb, base_url, die_at), kwargs={"atomic": atomic})
    process.start()
    process.join(PATIENCE)
    return process.exitcode


def state(kb: Path) -> tuple[list[object], str]:
    """Return the rules that the file breaks, and the hash of its logical content."""
    with closing(open_kb(kb, create=True)) as db:
        pending = db.execute("select count(*) from harvest_runs where finished_at is null").fetchone()[0]
        return [*check_kb(db), *(["a run is not finished"] if pending else [])], logical_hash(db)


def crash_and_resume(folder: Path, base_url: str, points: int) -> None:
    """Assert that a harvest killed at so many random points is sound at once, and complete when it is resumed."""
    whole = folder / "whole.db"
    assert run(whole, base_url) == 0
    expected = state(whole)
    assert expected[0] == []
    statements = int(whole.with_suffix(".count").read_text())
    for number, die_at in enumerate(random.Random(1).sample(range(1, statements), points)):
        kb = folder / f"{number}.db"
        assert run(kb, base_url, die_at) == -9, die_at
        with closing(open_kb(kb, create=True)) as db:
            assert check_kb(db) == [], die_at
        assert run(kb, base_url) == 0
        assert state(kb) == expected, die_at


def test_killed_at_20_random_statements_a_harvest_resumes_to_the_same_content(tmp_path: Path, base_url: str) -> None:
    crash_and_resume(tmp_path, base_url, 20)


@pytest.mark.campaign
def test_killed_at_200_random_statements_a_harvest_resumes_to_the_same_content(tmp_path: Path, base_url: str) -> None:
    crash_and_resume(tmp_path, base_url, 50 if SHORT else 200)


def test_without_transactions_a_killed_harvest_is_not_sound(tmp_path: Path, base_url: str) -> None:
    whole, broken = tmp_path / "whole.db", 0
    assert run(whole, base_url, atomic=False) == 0
    statements = int(whole.with_suffix(".count").read_text())
    for number, die_at in enumerate(range(statements // 2, statements, statements // 12)):
        kb = tmp_path / f"{number}.db"
        assert run(kb, base_url, die_at, atomic=False) == -9
        with closing(open_kb(kb, create=True)) as db:
            broken += check_kb(db) != []
    assert broken > 0


def traced(kb: Path, xml: Path, inject: str) -> subprocess.CompletedProcess[str]:
    """Load a file while strace interferes with its writes."""
    command = [
        STRACE or "", "-f", "-qq", "-o", str(kb.with_suffix(".strace")), "-e", "trace=pwrite64,fdatasync,fsync",
        "-e", f"inject={inject}", sys.executable, "-m", "tests.campaign.crashing", str(kb), str(xml),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)


@pytest.mark.campaign
@pytest.mark.parametrize(
    "fault", ["pwrite64:signal=SIGKILL", "pwrite64:error=ENOSPC", "pwrite64:error=EIO", "fdatasync:error=EIO"]
)
def test_whatever_write_fails_the_file_is_sound_and_the_same_command_completes_it(tmp_path: Path, fault: str) -> None:
    if STRACE is None:
        pytest.fail("strace is missing: apt-get install strace")
    xml = tmp_path / "field.xml"
    xml.write_bytes(b"".join(format_article_set(FIELD[:4])))
    whole = tmp_path / "whole.db"
    call = fault.split(":")[0]
    assert traced(whole, xml, f"{call}:error=EIO:when=60000").returncode == 0
    expected = state(whole)
    writes = whole.with_suffix(".strace").read_text().count(f"{call}(")
    assert writes > 5
    for point in range(1, writes + 1, max(1, writes // 12) if SHORT else 1):
        kb = tmp_path / f"{point}.db"
        result = traced(kb, xml, f"{fault}:when={point}")
        assert "Traceback" not in result.stderr
        resumed = subprocess.run(
            [sys.executable, "-m", "tests.campaign.crashing", str(kb), str(xml)], capture_output=True, text=True
        )
        assert (resumed.returncode, resumed.stderr) == (0, ""), point
        assert state(kb) == expected, point
        with closing(open_kb(kb)) as db:
            assert list(read_held_pmids(db)) == [1, 2, 3, 4]
        for path in tmp_path.glob(f"{point}.*"):
            path.unlink()
