"""What a run found, printed for a person: what changed to stdout, what could not be done to stderr."""

from collections.abc import Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Final

import click

from kb.console import say
from kb.database import open_kb
from kb.failure_reasons import format_reason, group_reasons
from kb.queries.harvest_log import Task
from kb.queries.works.pages import read_labels
from kb.queries.works.records import read_held
from kb.record_diff import CHANGED, CORRECTED, GONE, RETRACTED, Change

SHOWN: Final = 20  # articles of one kind that are printed; all of them are in harvest_changes, and in --json
_GROUPS: Final = {
    "newly retracted": (RETRACTED,), "newly corrected": (CORRECTED,), "changed": (CHANGED,), "gone": GONE
}  # fmt: skip


def show_changes(kb: Path, changes: Sequence[Change], *, new: Sequence[int] = (), empty: bool = False) -> None:
    """Print which articles are new, newly retracted or corrected, changed or gone; empty: groups of none, too."""
    with closing(open_kb(kb, readonly=True)) as db:
        labels = read_labels(db, {*new, *(change.pmid for change in changes)})
        back = read_held(db, {change.pmid for change in changes if change.kind in GONE})
    changes = [change for change in changes if change.kind not in GONE or change.pmid not in back]
    groups = {"new": [(pmid, "") for pmid in new]}
    groups |= {title: _told([one for one in changes if one.kind in kinds]) for title, kinds in _GROUPS.items()}
    for title, articles in groups.items():
        if articles or empty:
            _show_group(title, articles, labels)


def show_unknown() -> None:
    """Print that nobody can say which articles are new, retracted, changed or gone."""
    for title in ("new", *_GROUPS):
        click.echo(f"{title:<16} unknown")


def _told(changes: Sequence[Change]) -> list[tuple[int, str]]:
    """Return each article once, with what changed, or what became of it."""
    grouped = groupby(changes, key=lambda change: change.pmid)
    return [(pmid, ", ".join(dict.fromkeys(map(_what, found)))) for pmid, found in grouped]


def _what(change: Change) -> str:
    if change.kind in GONE:
        return f"{change.kind} into {change.after}" if change.after else change.kind
    return change.field


def _show_group(title: str, articles: Sequence[tuple[int, str]], labels: dict[int, str]) -> None:
    click.echo(f"{title:<16} {len(articles):,}")
    for pmid, what in articles[:SHOWN]:
        click.echo(f"  {pmid}  {labels.get(pmid, '')}" + (f": {what}" if what else ""))
    if len(articles) > SHOWN:
        click.echo(f"  … and {len(articles) - SHOWN:,} more (--json lists them all)")


def show_problems(problems: Sequence[Task]) -> None:
    """Print to stderr what could not be done, a line for each reason, and what to do about it."""
    reasons = group_reasons(problems)
    for reason in reasons:
        say(f"  {format_reason(reason)}")
    if any(reason.number > len(reason.examples) for reason in reasons):
        say("  … stands for more of them: the table harvest_tasks, and --json, have all.")
    if any(task.outcome in (None, "failed") for task in problems):
        say("Not complete: run the same command again; it repeats only failed requests.")
