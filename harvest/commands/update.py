"""litkb update."""

import shlex
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

import click

from harvest.archive import open_archive
from harvest.commands.harvest import clients_of, full_text_option, person_at_terminal, yes_option
from harvest.commands.mirrored import PLACE, mirror_option, open_mirror
from harvest.commands.outcome import show_changes, show_problems, show_unknown
from harvest.http.client import settings_from_environment
from harvest.jobs.asked_texts import cost_sentence, estimate_texts
from harvest.jobs.plan import NO_TEXTS_IN_MIRROR
from harvest.jobs.update import DUE, Due, UpdateSummary, due_before, read_due, update
from harvest.sources.mirror import Mirror
from kb.clock import now
from kb.console import json_option, kb_argument, litkb_version, say, shown_progress, tell
from kb.database import open_kb
from kb.errors import UsageError
from kb.queries.archive import archive_path
from kb.text import counted

LONGEST_DUE: Final = 36_500  # days; PubMed is younger


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
@full_text_option
@mirror_option
@json_option
@click.pass_context
def update_command(
    ctx: click.Context, /, kb: Path, *, days: int, yes: bool, dry_run: bool, no_graph: bool, as_json: bool,
    full_text: bool, mirror: str | None,
) -> int:  # fmt: skip
    """Bring DB up to date: repeat queries, records and lists that are due, and fetch what is new.

    Prints what is new, changed, newly retracted and gone; the table harvest_changes stores it. Nothing is removed
    because of one empty response.

    Example: litkb update kb.db --due 30
    """
    if mirror and full_text:
        raise UsageError(NO_TEXTS_IN_MIRROR)
    answering = open_mirror(mirror) if mirror else None
    with closing(open_kb(kb)) as db:
        due = read_due(db, days=days, at=now(), mirror=answering)
        texts = estimate_texts(db, before=due_before(days, now())) if full_text else None
    say(_format_due(due, answering))
    if dry_run:
        if texts:
            say(cost_sentence("Would ask", texts))
        if as_json:
            more = {"full_texts": texts._asdict()} if texts else {}
            tell({**due._asdict(), "requests": due.requests, **more})
        return 0
    summary = _run(kb, days, yes=yes, mirror=answering, mirror_name=Path(mirror or "").name, full_text=full_text)
    if as_json:
        tell(_as_json(summary))
    else:
        _show(kb, summary)
    if not no_graph and (after := (ctx.obj or {}).get("after_harvest")):
        after(kb)
    return 0 if summary.complete else 1


def _as_json(summary: UpdateSummary) -> dict[str, Any]:
    """Return the summary; new and changes are None where nobody answered: unknown is not none."""
    found = {"new": summary.new, "changes": [change._asdict() for change in summary.changes]}
    unknown = dict.fromkeys(found) if summary.answered.nothing else {}
    return {**summary._asdict(), "answered": summary.answered._asdict(), **found, **unknown}


def _format_due(due: Due, mirror: Mirror | None) -> str:
    """Return what is due, and what of it is left for another update."""
    parts = [counted(len(due.queries), "query", "queries")] if due.queries else []
    parts += [counted(len(due.articles), "record")] if due.articles else []
    parts += [f"{counted(len(pmids), 'list')} ({name.replace('_', ' ')})" for name, pmids in due.lists.items()]
    left = [
        counted(n, "query", "queries") if name == "query" else f"{counted(n, 'list')} ({name.replace('_', ' ')})"
        for name, n in due.left.items()
    ]
    cost = f"read from {PLACE.format(mirror.through)}" if mirror else counted(due.requests, "request")
    said = f"Due: {', '.join(parts)}; {cost}." if parts else "Nothing is due."
    if not left:
        return said
    of_whom = "a mirror cannot answer: update these without --mirror" if mirror else "only a mirror answers: --mirror"
    return f"{said} Left due: {', '.join(left)}, which {of_whom}."


def _run(kb: Path, days: int, *, yes: bool, mirror: Mirror | None, mirror_name: str, full_text: bool) -> UpdateSummary:
    clients = {} if mirror else clients_of(settings_from_environment())
    with ExitStack() as stack:
        db = stack.enter_context(closing(open_kb(kb)))
        archive = stack.enter_context(open_archive(archive_path(kb)))
        person = person_at_terminal(stack.enter_context(shown_progress()), yes=yes)
        words = ["litkb", "update", kb.name, "--due", str(days), *(["--mirror", mirror_name] if mirror else [])]
        words += ["--full-text"] if full_text else []
        return update(
            db, archive, clients, days=days, command=shlex.join(words), version=litkb_version(), person=person,
            mirror=mirror, full_text=full_text,
        )  # fmt: skip


def _show(kb: Path, summary: UpdateSummary) -> None:
    answered = summary.answered
    if answered.nothing:
        click.echo(f"tried {summary.tried_at[:10]}, failed: nothing that was due was answered")
        show_unknown()
    elif answered.asked:
        if answered.unanswered:
            of = f"{answered.unanswered:,} of {answered.asked:,} records, lists and queries"
            click.echo(f"not answered     {of}: what these would say is unknown")
        show_changes(kb, summary.changes, new=summary.new, empty=True)
    show_problems(summary.problems)
