"""The values of the page of a harvest run: what was asked, what came of it, what is missing."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from kb.queries import harvest_log
from kb.queries.evidence.registry import read_count
from kb.queries.search_log import read_searches
from kb.site.parts import messages
from kb.site.server import responses
from kb.site.server.context import ask, litkb_database
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route

_SHOWN: Final = 200  # tasks of one kind; what is left out is said


class TaskOutcomes(NamedTuple):
    """A kind of task, how many there were, and how many came to each outcome."""

    task: str
    words: str
    asked: int
    outcomes: list[tuple[str, int]]


def run_values(db: sqlite3.Connection, run_id: int) -> dict[str, Any] | None:
    """Return what the page of a run shows; None where there was no such run."""
    run = harvest_log.read_run(db, run_id)
    if run is None:
        return None
    rows = harvest_log.read_outcomes_by_task(db, run_id)
    missing = harvest_log.read_missing(db, run_id, _SHOWN)
    count = read_count(db, "missing", run=run_id)
    answered = harvest_log.read_answered(db, run_id)
    before, after = harvest_log.read_runs_beside(db, run_id)
    return {
        "run": run,
        "state": messages.run_sentence(run, answered),
        "to_go_on": None if run.finished_at else harvest_log.read_how_to_go_on(db, run_id),
        "server": messages.run_server(run, answered),
        "tasks": _tasks(rows),
        "searches": read_searches(db, run_id),
        "asked_for": harvest_log.read_asked_for(db, run_id, _SHOWN),
        "missing": missing,
        "missing_more": count.number - len(missing),
        "missing_sentence": messages.missing_sentence(run, count),
        "before": before,
        "after": after,
    }


def _tasks(rows: list[harvest_log.OutcomeRow]) -> list[TaskOutcomes]:
    grouped: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        grouped.setdefault(row.task, []).append((row.outcome or "pending", row.number))
    return [
        TaskOutcomes(task, messages.TASK_WORDS.get(task, task), sum(n for _, n in outcomes), outcomes)
        for task, outcomes in grouped.items()
    ]


async def run(datasette: Any, request: Any) -> Any:
    """Answer /run/<n>: a harvest run."""
    database = await litkb_database(datasette)
    number = int(request.url_vars["id"])
    values = await ask(database, lambda db: run_values(db, number))
    if values is None:
        raise responses.NotFound(messages.NO_SUCH_RUN)
    return await page_answer(datasette, request, "litkb-run.html", values)


ROUTES: Final[Sequence[Route]] = ((r"^/run/(?P<id>[0-9]{1,15})$", run),)
