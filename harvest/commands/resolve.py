"""litkb resolve."""

import re
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

import click

from harvest.archive import open_archive
from harvest.commands.harvest import clients_of
from harvest.http.client import settings_from_environment
from harvest.jobs.resolve import Resolved, resolve_offline, resolve_online
from harvest.sources.registry import PUBMED
from kb.clock import now
from kb.console import json_option, kb_argument, litkb_version, renamed_option, say, shown_progress, tell
from kb.database import open_kb, transaction
from kb.errors import UsageError
from kb.identifiers import PMID_LIMIT, doi_key, normalise_doi
from kb.queries.archive import archive_path
from kb.queries.resolutions import (
    Candidate,
    read_candidates,
    read_cited_work,
    read_meant,
    read_printed_key,
    read_resolution,
    read_waiting,
)
from kb.store.resolutions import Decision, save_persons_decision
from kb.text import counted

SHOWN: Final = 20  # references of the queue that are printed; --json gives all
AUTHORS: Final = 3  # of a candidate that are printed
_PRINTED: Final = re.compile(r"(\d{1,10}):(\d{1,6})")
_PERSON: Final = "person"


@click.command("resolve")
@kb_argument
@click.argument("references", metavar="[REF]...", nargs=-1)
@click.option("--list", "listed", is_flag=True, help="List the references that need a decision, with candidates.")
@click.option("--accept", multiple=True, metavar="REF...", help="Accept the best candidate of each reference.")
@click.option("--reject", multiple=True, metavar="REF...", help="Reject all candidates; an accepted one is withdrawn.")
@click.option(
    "--set",
    "chosen",
    multiple=True,
    nargs=2,
    type=(str, click.IntRange(1, PMID_LIMIT)),
    metavar="REF PMID",
    help="The article of a reference, in this library or not; repeatable.",
)
@click.option("--ecitmatch", is_flag=True, help="Also look up the rest with ECitMatch, a service of PubMed.")
@renamed_option("--ask", "--ecitmatch", is_flag=True)
@click.option("--no-graph", is_flag=True, help="Do not compute the citation graph afterwards.")
@json_option
@click.pass_context
def resolve_command(ctx: click.Context, /, kb: Path, *, no_graph: bool, as_json: bool, **options: Any) -> None:
    """Identify printed references that have no PMID.

    Without options all such references are matched with the articles in this library: certain matches are accepted,
    doubtful ones need --accept, --reject or --set. REF is what --list prints (ref:... or doi:...), or an article and
    the number of its reference, 32448354:12; --accept and --reject take several. Your decisions are never
    overwritten. The citation graph is computed once at the end, or not at all with --no-graph.

    Example: litkb resolve kb.db
    """
    options |= _with_more(options, options.pop("references"))
    decides = any(options[name] for name in ("accept", "reject", "chosen"))
    if options["ecitmatch"] and (decides or options["listed"]):
        raise UsageError("--ecitmatch looks up all references: leave out --list and decisions.")
    with closing(open_kb(kb)) as db:
        before = read_meant(db)
        if decides:
            _decide(db, options)
        if options["listed"]:
            _list(db, as_json=as_json)
        elif not decides:
            _resolve(db, kb, ask=options["ecitmatch"], as_json=as_json)
        changed = read_meant(db) != before
    if changed and not no_graph and (after := (ctx.obj or {}).get("after_harvest")):
        after(kb)


def _with_more(options: dict[str, Any], references: tuple[str, ...]) -> dict[str, Any]:
    """Return the option to which REFs without one belong: --accept or --reject, whichever is given."""
    given = [name for name in ("accept", "reject") if options[name]]
    if references and len(given) != 1:
        raise UsageError(f"{references[0]!r}: say --accept or --reject before each reference.")
    return {given[0]: (*options[given[0]], *references)} if references else {}


def _resolve(db: sqlite3.Connection, kb: Path, *, ask: bool, as_json: bool) -> None:
    results = {}
    with shown_progress() as progress, ExitStack() as stack:
        results["offline"] = resolve_offline(db, version=litkb_version(), progress=progress)
        if ask:
            archive = stack.enter_context(open_archive(archive_path(kb)))
            client = clients_of(settings_from_environment())[PUBMED]
            results["ecitmatch"] = resolve_online(db, archive, client, version=litkb_version(), progress=progress)
    waiting = len(read_waiting(db))
    if as_json:
        tell({name: result._asdict() for name, result in results.items()} | {"waiting": waiting})
        return
    for name, result in results.items():
        click.echo(_format_result(name, result))
    if waiting:
        say(f"{counted(waiting, 'reference')} to decide: litkb resolve {kb} --list")


def _format_result(name: str, result: Resolved) -> str:
    where = "with the articles in this library" if name == "offline" else "by PubMed"
    return (
        f"matched {counted(result.works, 'cited work')} without a PMID {where}: "
        f"{result.accepted:,} accepted, {result.proposed:,} proposed"
    )


def _list(db: sqlite3.Connection, *, as_json: bool) -> None:
    queue = [(waiting, read_candidates(db, waiting.id)) for waiting in read_waiting(db)]
    if as_json:
        tell([waiting._asdict() | {"candidates": [one._asdict() for one in found]} for waiting, found in queue])
        return
    for waiting, candidates in queue[:SHOWN]:
        click.echo(f"{waiting.reference_key}\n  {waiting.citation or '(nothing printed but its DOI)'}")
        for one in candidates:
            click.echo(f"  {one.score:5.1f}  {one.pmid}  {one.agreement}\n         {_format_candidate(one)}")
    if len(queue) > SHOWN:
        click.echo(f"… and {len(queue) - SHOWN:,} more (--json lists them all)")
    if not queue:
        say("No reference needs a decision.")


def _format_candidate(one: Candidate) -> str:
    """Return authors, title, journal and year of a candidate, as far as they are known here."""
    if one.title is None and one.authors is None:
        return f"{one.label or 'unknown'} (not in this library)"
    parts = (_few(one.authors), (one.title or "[no title]").rstrip("."), one.journal, one.year and str(one.year))
    return ". ".join(part for part in parts if part)


def _few(authors: str | None) -> str | None:
    names = (authors or "").split(", ")
    return ", ".join([*names[:AUTHORS], "et al"] if len(names) > AUTHORS else names) or None


def _decide(db: sqlite3.Connection, options: dict[str, Any]) -> None:
    """Save what a person decided: all of it, or nothing where one of the references is not to be found."""
    decisions = [_accepted(db, _key(db, text)) for text in options["accept"]]
    decisions += [Decision(_key(db, text), _PERSON, "rejected", None, None) for text in options["reject"]]
    decisions += [Decision(_key(db, text), _PERSON, "accepted", pmid, None) for text, pmid in options["chosen"]]
    keys = [decision.reference_key for decision in decisions]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise UsageError(f"{twice} is decided twice in one command; nothing was changed.")
    with transaction(db):
        for decision in decisions:
            save_persons_decision(db, decision, at=now())
    for decision in decisions:
        say(f"{decision.reference_key}: {decision.state}" + (f", PMID {decision.pmid}" if decision.pmid else ""))


def _key(db: sqlite3.Connection, text: str) -> str:
    """Return the key of the reference that a person names. Raises UsageError where no reference here has it."""
    if printed := _PRINTED.fullmatch(text.strip()):
        key = read_printed_key(db, int(printed[1]), int(printed[2]))
        if key is None:
            raise UsageError(f"{text} is no reference here that lacks a PMID; the page of the article numbers them.")
        return key
    text = f"doi:{doi_key(doi)}" if text.lower().startswith("doi:") and (doi := normalise_doi(text)) else text
    if read_cited_work(db, text) is None and read_resolution(db, text) is None:
        raise UsageError(f"No reference here has the key {text[:80]!r}; --list prints those that wait.")
    return text


def _accepted(db: sqlite3.Connection, key: str) -> Decision:
    found = read_resolution(db, key)
    candidates = read_candidates(db, found.id) if found else []
    if not candidates:
        raise UsageError(f"{key} has no candidate to accept; name the article: --set {key} PMID")
    best = candidates[0]
    if len(candidates) > 1 and candidates[1].score == best.score:
        raise UsageError(f"{key} has two candidates with the same score; name the article: --set {key} PMID")
    return Decision(key, _PERSON, "accepted", best.pmid, best.score)
