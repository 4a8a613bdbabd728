"""The API key and the e-mail address are in nothing that litkb keeps, says or shows, whatever the server does."""

import base64
import logging
import subprocess
import sys
import traceback
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from graph.run import compute_graph
from harvest.archive import open_archive
from harvest.http.client import Client, Settings
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.faults import KINDS, Fault
from harvest.rehearsal.server import Rehearsal
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb
from kb.queries.archive import archive_path
from tests.campaign.scale import SHORT
from tests.harvest.jobs.network_builders import Clock
from tests.records import record

pytestmark = pytest.mark.campaign

KEY, EMAIL = "canary/key+0123", "canary.person@example.org"
FORMS = {
    form
    for word in (KEY, EMAIL)
    for form in (word, quote(word, safe=""), repr(word)[1:-1], base64.b64encode(word.encode()).decode().rstrip("="))
}
FAULTS = [kind for kind in KINDS if kind not in ("stall", "drip")]


def harvested(kb: Path, *faults: Fault) -> None:
    shelf = open_shelf({n: format_record(record(n, (n % 4 + 1,))).encode() for n in range(1, 5)})
    clock = Clock()
    with Rehearsal(shelf, faults=faults, limited=False) as rehearsal:
        settings = Settings(
            base_url=rehearsal.base_url, email=EMAIL, api_key=KEY, requests_per_second=1000, deadline=60,
            lock_folder=kb.parent,
        )  # fmt: skip
        client = Client(settings, clock=clock, sleep=clock.sleep, jitter=lambda: 0.5)
        with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
            plan = Plan(seeds=("1", "10.1/x"), query="help", references=True, cited_by=True, similar=True)
            try:
                harvest(db, archive, {"pubmed": client}, plan, command=plan.command(kb.name, [], []))
            except Exception:  # noqa: BLE001  # what a person would see of it is looked through as well
                logging.getLogger("seen").error(traceback.format_exc())
            compute_graph(db)
            assert leaks(kb.parent) == []  # while the logs of both files are there


def leaks(folder: Path, *texts: str) -> list[str]:
    """Return in which files and texts a form of the canaries stands."""
    found = [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(f.encode() in path.read_bytes() for f in FORMS)
    ]
    return found + [text[:200] for text in texts if any(form in text for form in FORMS)]


@pytest.mark.parametrize("kind", FAULTS[:: 6 if SHORT else 1])
def test_neither_is_in_a_file_a_log_or_a_sentence(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture
):
    caplog.set_level(logging.DEBUG)
    kb = tmp_path / "kb.db"
    harvested(kb, Fault(kind, times=2))
    harvested(kb, Fault(kind, times=None, after=2))
    for command in ("status {kb}", "report {kb} {out}/r.md", "export {kb} {out}/x.graphml", "check {kb}",
                    "publish {kb} {out}/published"):  # fmt: skip
        run_command(cli, command.format(kb=kb, out=tmp_path).split())

    said = capsys.readouterr()
    assert leaks(tmp_path, caplog.text, said.out, said.err) == []


def listed(command: list[str]) -> tuple[int, bool]:
    """Run a command; return how often it was seen in the list of processes, and whether the key stood in that list."""
    seen, is_told = 0, False
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            line = Path(f"/proc/{process.pid}/cmdline").read_bytes()
            seen += b"-c" in line.split(b"\0")
            is_told |= any(form.encode() in line for form in FORMS)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
    return seen, is_told


def test_the_key_is_not_in_the_list_of_processes(tmp_path: Path):
    (tmp_path / "key").write_text(KEY)
    with Rehearsal(open_shelf({1: format_record(record(1)).encode()}), limited=False) as rehearsal:
        program = "from kb.cli import main; main()"
        asked = ["harvest", str(tmp_path / "kb.db"), "1", "--no-graph", "--eutils-url", rehearsal.base_url]
        seen, is_told = listed([sys.executable, "-c", program, *asked, "--api-key-file", str(tmp_path / "key")])

        assert rehearsal.log[0].parameters["api_key"] == [KEY]
    assert (seen > 0, is_told) == (True, False)


def test_a_key_in_the_list_of_processes_is_seen():
    assert listed([sys.executable, "-c", "import time; time.sleep(0.2)", KEY])[1]


def test_a_canary_that_is_kept_is_found(tmp_path: Path):
    (tmp_path / "log").write_text(f"asked for https://example.org/?api_key={quote(KEY, safe='')}")

    assert leaks(tmp_path, f"key {KEY}", "nothing") == ["log", f"key {KEY}"]
