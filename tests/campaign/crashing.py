"""A small harvest in a process of its own, which dies at a chosen point; run by test_crashes."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import harvest.jobs.harvest
from graph.run import compute_graph
from harvest.archive import open_archive
from harvest.http.client import Client, Settings
from harvest.jobs.plan import Plan
from kb.database import open_kb, transaction
from kb.queries.archive import archive_path

PLAN = Plan(seeds=("1", "90"), references=True, cited_by=True, similar=True)


def harvest_and_die(kb: Path, base_url: str, die_at: int, *, atomic: bool = True, graph: bool = False) -> None:
    """Harvest PLAN, and compute its graph; kill this process before SQL statement number die_at (0: never)."""
    count = _Countdown(die_at)
    if not atomic:
        switch_transactions_off()
    settings = Settings(base_url=base_url, requests_per_second=10_000, lock_folder=kb.parent)
    client = Client(settings, sleep=lambda _: None)
    with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
        db.execute("pragma synchronous = off")  # a killed process loses nothing by it; power loss is not tested here
        archive.execute("pragma synchronous = off")
        db.set_trace_callback(count)
        archive.set_trace_callback(count)
        harvest.jobs.harvest.harvest(db, archive, {"pubmed": client}, PLAN)
        if graph:
            compute_graph(db)
    kb.with_suffix(".count").write_text(str(count.seen))


class _Countdown:
    def __init__(self, die_at: int) -> None:
        self.seen = 0
        self.die_at = die_at

    def __call__(self, statement: str) -> None:
        self.seen += 1
        if self.seen == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)


def switch_transactions_off() -> None:
    """The control: every statement is kept by itself."""
    no_transaction: Callable[..., Any] = lambda *_, **__: nullcontext()  # noqa: E731  # one line says it
    for module in list(sys.modules.values()):
        if getattr(module, "transaction", None) is transaction:
            module.transaction = no_transaction  # type: ignore[attr-defined]
