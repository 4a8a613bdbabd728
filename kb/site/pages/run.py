"""The values of the page of a harvest run: what was asked, what came of it, what is missing."""

import sqlite3
from typing import Any, Final, NamedTuple

from kb.queries import harvest_log
from kb.queries.search_log import read_searches
from kb.site.parts import messages
from kb.site.parts.numbers import evidence_path, linked

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
    count = sum(row.number for row in rows if row.task != "records of files" and (row.outcome or "failed") in _MISSING)
    before, after = harvest_log.read_runs_beside(db, run_id)
    return {
        "run": run,
        "state": messages.run_sentence(run, harvest_log.read_answered(db, run_id)),
        "tasks": _tasks(rows),
        "searches": read_searches(db, run_id),
        "asked_for": harvest_log.read_asked_for(db, run_id, _SHOWN),
        "missing": missing,
        "missing_more": count - len(missing),
        "missing_sentence": linked(
            messages.missing_sentence(count, is_finished=run.finished_at is not None),
            [evidence_path("missing", run=run_id)],
        ),
        "before": before,
        "after": after,
    }


_MISSING: Final = frozenset({"failed", "rejected", "not identified", "not found", "deleted"})


def _tasks(rows: list[harvest_log.OutcomeRow]) -> list[TaskOutcomes]:
    grouped: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        grouped.setdefault(row.task, []).append((row.outcome or "pending", row.number))
    return [
        TaskOutcomes(task, messages.TASK_WORDS.get(task, task), sum(n for _, n in outcomes), outcomes)
        for task, outcomes in grouped.items()
    ]
