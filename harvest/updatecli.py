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
from kb.text import counted

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
    help="Repeat requests that are older than DAYS.",
)
@yes_option
@click.option("--dry-run", is_flag=True, help="Print what is due; request and write nothing.")
@click.option("--no-graph", is_flag=True, help="Do not compute the citation graph afterwards.")
@json_option
@click.pass_context
def update_command(
    ctx: click.Context, /, kb: Path, *, days: int, yes: bool, dry_run: bool, no_graph: bool, as_json: bool
) -> int:
    """Bring DB up to date: repeat queries, records and lists that are due, and fetch what is new.

    Prints what is new, changed, newly retracted and gone; the table harvest_changes stores it. Nothing is removed
    because of one empty response.

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
    parts = [counted(len(due.queries), "query", "queries")] if due.queries else []
    parts += [counted(len(due.articles), "record")] if due.articles else []
    parts += [f"{counted(len(pmids), 'list')} ({name.replace('_', ' ')})" for name, pmids in due.lists.items() if pmids]
    return f"Due: {', '.join(parts)}; {counted(due.requests, 'request')}." if parts else "Nothing is due."


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
        click.echo(f"  … and {len(articles) - SHOWN:,} more (--json lists all)")
