"""A small load and publish in a process of its own, with whose calls to the disk strace interferes; by test_crashes."""

import ctypes
import multiprocessing
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import graph.run  # noqa: F401  # what the commands import is loaded once, before processes are forked
import harvest.commands.harvest  # noqa: F401
import kb.publish.cli  # noqa: F401
from kb.cli import cli
from kb.console import run_command
from tests.campaign.crashing import switch_transactions_off

CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "rename", "unlink", "write")
PATIENCE = 600  # seconds after which a command hangs
STRACE = shutil.which("strace")
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.campaign.injecting"])
_ANY_TRACER = (0x59616D61, -1)  # prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY): where only parents may trace


class Ended(NamedTuple):
    """How the commands ended: exit code, -9 for a killed one, and what they told."""

    code: int | None
    told: str


class Job(NamedTuple):
    """A load of the file xml into kb and a publish of it in a folder, or one of them; the switches are for controls."""

    xml: Path
    kb: Path
    parts: tuple[str, ...] = ("harvest", "publish")
    atomic: bool = True
    is_honest: bool = True

    @property
    def folder(self) -> Path:
        return self.kb.with_suffix(".published")

    @property
    def log(self) -> Path:
        return self.kb.with_suffix(".strace")

    def run(self, fault: str | None = None) -> Ended:
        """Run the commands under a fault of strace's, such as pwrite64:error=EIO:when=3; None: under none."""
        told = self.kb.with_suffix(".told")
        process = _CONTEXT.Process(target=_run, args=(self, fault, told))
        process.start()
        process.join(PATIENCE)
        return Ended(process.exitcode, told.read_text())

    def calls(self) -> dict[str, int]:
        """Return how many of CALLS a run makes that nothing disturbs."""
        assert self.run("fsync:error=EIO:when=60000").code == 0
        made = re.findall(rf"\b({'|'.join(CALLS)})\(", self.log.read_text())
        return {call: made.count(call) for call in CALLS}

    def clear(self) -> None:
        """Remove all that the runs left."""
        for path in self.kb.parent.glob(f"*{self.kb.stem}.*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _run(job: Job, fault: str | None, told: Path) -> None:
    """Run the commands; exit with the first code that is not 0."""
    commands = {
        "harvest": ["harvest", str(job.kb), "--file", str(job.xml), "--no-graph"],
        "publish": ["publish", str(job.kb), str(job.folder)],
    }
    os.dup2(os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
    os.dup2(2, 1)
    if not job.atomic:
        switch_transactions_off()
    tracer = _traced(job.log, fault) if fault else None
    code = next((code for part in job.parts if (code := run_command(cli, commands[part]))), 0)
    if tracer:
        tracer.terminate()
        tracer.wait()
    os._exit(code if job.is_honest else 0)


def _traced(log: Path, fault: str) -> subprocess.Popen[bytes]:
    """Let strace interfere with this process from here on."""
    ctypes.CDLL(None).prctl(*_ANY_TRACER)
    filters = ("-e", f"trace={','.join(CALLS)}", "-e", f"inject={fault}")
    tracer = subprocess.Popen([STRACE or "", "-qq", "-f", "-p", str(os.getpid()), "-o", str(log), *filters])
    while "TracerPid:\t0\n" in Path("/proc/self/status").read_text():
        assert tracer.poll() is None, "strace may not trace here"
        time.sleep(0.001)
    return tracer
