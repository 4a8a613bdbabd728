"""litkb update."""

import shlex
from contextlib import ExitStack, closing
from itertools import groupby
from pathlib import Path
from typing import Final

import click

from harvest.archive import open_archive
from harvest.asking import now
from harvest.cli import clients_of, person_at_terminal, show_problems, yes_option
from harvest.client import settings_from_environment
from harvest.update import DUE, Due, UpdateSummary, read_due, update
from kb.changes import CHANGED, CORRECTED, GONE, RETRACTED, Change
from kb.console import json_option, kb_argument, litkb_version, say, shown_progress, tell
from kb.database import open_kb
from kb.queries.archive import archive_path
from kb.queries.pages import read_labels

LONGEST_DUE: Final = 36_500  # days; PubMed is younger
SHOWN: Final = 20  # articles of one kind that are printed; all of them are in harvest_changes, and in --json


@click.command("update")
@kb_argument
@click.option(
    "--due",
    "days",
    type=click.IntRange(0, LONGEST_DUE),
    default=DUE,
    show_default=True,
    metavar="DAYS",
    help="Ask again what was asked more than so many days ago.",
)
@yes_option
@click.option("--dry-run", is_flag=True, help="Say what is due, ask and write nothing.")
@click.option("--no-graph", is_flag=True, help="Do not compute the citation graph afterwards.")
@json_option
@click.pass_context
def update_command(
    ctx: click.Context, /, kb: Path, *, days: int, yes: bool, dry_run: bool, no_graph: bool, as_json: bool
) -> int:
    """Bring DB up to date: queries, records and lists that are due are asked again, what is new is fetched.

    Prints what is new, changed, newly retracted and gone; the table harvest_changes keeps it. Nothing that is held
    goes because of one empty answer.

    Example: litkb update kb.db --due 30
    """
    with closing(open_kb(kb)) as db:
        due = read_due(db, days=days, at=now())
    say(_format_due(due))
    if dry_run:
        if as_json:
            tell({**due._asdict(), "requests": due.requests})
        return 0
    summary = _run(kb, days, yes=yes)
    if as_json:
        tell({**summary._asdict(), "changes": [change._asdict() for change in summary.changes]})
    else:
        _show(kb, summary)
    if not no_graph and (after := (ctx.obj or {}).get("after_harvest")):
        after(kb)
    return 0 if summary.complete else 1


def _format_due(due: Due) -> str:
    counts = {"queries": len(due.queries), "records": len(due.articles)}
    counts |= {f"lists ({name.replace('_', ' ')})": len(pmids) for name, pmids in due.lists.items()}
    parts = [f"{count:,} {name}" for name, count in counts.items() if count]
    return (
        f"Due: {', '.join(parts)}; {due.requests:,} request{'' if due.requests == 1 else 's'}."
        if parts
        else "Nothing is due."
    )


def _run(kb: Path, days: int, *, yes: bool) -> UpdateSummary:
    settings = settings_from_environment()
    with ExitStack() as stack:
        db = stack.enter_context(closing(open_kb(kb)))
        archive = stack.enter_context(open_archive(archive_path(kb)))
        person = person_at_terminal(stack.enter_context(shown_progress()), yes=yes)
        command = shlex.join(["litkb", "update", kb.name, "--due", str(days)])
        return update(
            db, archive, clients_of(settings), days=days, command=command, version=litkb_version(), person=person
        )


def _show(kb: Path, summary: UpdateSummary) -> None:
    with closing(open_kb(kb, readonly=True)) as db:
        labels = read_labels(db, {*summary.new, *(change.pmid for change in summary.changes)})
    by_kind = {kind: [one for one in summary.changes if one.kind == kind] for kind in (RETRACTED, CORRECTED, CHANGED)}
    gone = [one for one in summary.changes if one.kind in GONE]
    _show_group("new", [(pmid, "") for pmid in summary.new], labels)
    _show_group("newly retracted", _told(by_kind[RETRACTED]), labels)
    _show_group("newly corrected", _told(by_kind[CORRECTED]), labels)
    _show_group("changed", _told(by_kind[CHANGED]), labels)
    _show_group("gone", [(one.pmid, f"{one.kind} {one.after or ''}".strip()) for one in gone], labels)
    show_problems(summary.problems)


def _told(changes: list[Change]) -> list[tuple[int, str]]:
    """Return each article once, with the fields that changed."""
    grouped = groupby(changes, key=lambda change: change.pmid)
    return [(pmid, ", ".join(dict.fromkeys(change.field for change in found))) for pmid, found in grouped]


def _show_group(title: str, articles: list[tuple[int, str]], labels: dict[int, str]) -> None:
    click.echo(f"{title:<16} {len(articles):,}")
    for pmid, what in articles[:SHOWN]:
        click.echo(f"  {pmid}  {labels.get(pmid, '')}" + (f": {what}" if what else ""))
    if len(articles) > SHOWN:
        click.echo(f"  … and {len(articles) - SHOWN:,} more (--json lists them all)")
