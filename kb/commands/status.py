"""litkb status."""

from contextlib import closing
from pathlib import Path
from typing import Any, Final

import click

from kb.console import json_option, kb_argument, say, tell
from kb.database import open_kb, read_missing_indexes
from kb.full_texts import OUTCOMES
from kb.queries.harvest_log import read_status
from kb.queries.works.totals import WorkTotals, work_totals_sentence
from kb.sentences import text_of
from kb.text import counted

_TEXTS: Final = OUTCOMES | {"no PMCID": "without a known PMCID", "not requested": "not looked up yet"}


@click.command("status")
@kb_argument
@json_option
def status_command(kb: Path, as_json: bool) -> None:
    """Print contents and completeness of DB, and the last run.

    Example: litkb status kb.db
    """
    with closing(open_kb(kb, readonly=True)) as db:
        status = read_status(db)
        missing = read_missing_indexes(db)
    tell(status) if as_json else click.echo(format_status(status))
    if missing:
        say(
            f"Reading is slow while {counted(len(missing), 'index', 'indexes')} of {kb} are missing: a large load "
            f"makes them at its end. If none goes on, one was killed: `litkb check {kb}` makes them."
        )


def _format_texts(totals: dict[str, int]) -> str:
    return ", ".join(f"{totals[name]:,} {words}" for name, words in _TEXTS.items() if name in totals) or "none"


def format_status(status: dict[str, Any]) -> str:
    """Return the status as lines for a person; what is not known is said so."""
    lists, run = status["reference_lists"], status["last_run"]
    lines = [
        f"in library    {counted(status['records'], 'record')}: {counted(status['articles'], 'article')},"
        f" {counted(status['books'], 'book')}",
        f"cited only    {counted(status['named_by_pmid'], 'work')} with a PMID,"
        f" {counted(status['cited_without_pmid'], 'work')} without",
        f"works         {text_of(work_totals_sentence(WorkTotals(**status['work_totals'])))}",
        f"references    {status['references']:,} printed, {status['references_identified']:,} of them identified:"
        " their PMID is given, printed or found",
        f"their lists   {lists['complete']:,} complete, {lists['partial']:,} partial, {lists['unknown']:,} unknown",
        f"citations     {status['citations']:,}, each once, from all sources",
        "sources       " + (", ".join(f"{name} {count:,}" for name, count in status["sources"].items()) or "none"),
        f"full texts    {_format_texts(status['full_texts'])}",
        *(f"not PubMed    {server} answered in its place" for server in status["servers"]),
        *(f"mirror        {mirror} answered in place of NCBI" for mirror in status["mirrors"]),
        f"graph         computed {status['graph_computed_at']}"
        if status["graph_computed_at"]
        else "graph         not computed yet",
    ]
    if run:
        quiet = f"{counted(run['asked'], 'request')}, all answered" if run["asked"] else "no requests"
        outcomes = ", ".join(f"{count:,} {name}" for name, count in run["outcomes"].items()) or quiet
        ended = "" if run["finished_at"] else f" (not complete; {run['to_go_on']})"
        lines.append(f"last run      {run['started_at']} {run['command']}: {outcomes}{ended}")
    if "demonstration" in status["sources"]:
        lines.append(
            "This is the demonstration: bibliographic facts, not records of NCBI. The live records:\n"
            "  litkb harvest kb.db 32448354 --references --cited-by --similar"
        )
    if "synthetic" in status["sources"]:
        lines.append("This field is made up: none of its articles exists.")
    return "\n".join(lines)
