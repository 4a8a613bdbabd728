"""The command litkb: the only file that sees all three packages."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import click

from graph.cli import graph_commands
from graph.exportcli import export_command
from graph.run import compute_graph
from graph.suggestcli import suggest_command
from harvest.cli import harvest_command, rebuild_command
from harvest.meshcli import mesh_command
from harvest.resolvecli import resolve_command
from harvest.updatecli import update_command
from kb.check import check_kb, logical_hash
from kb.console import json_option, kb_argument, litkb_version, run_command, say, tell
from kb.database import open_kb
from kb.demo import demo_command
from kb.publish.cli import publish_command
from kb.publish.reportcli import report_command
from kb.queries.ledger import read_status
from kb.site.serve import serve

GRAPH_LIMIT: Final = 50_000  # citations up to which a harvest computes the graph by itself


def _compute_after_harvest(kb: Path) -> None:
    with closing(open_kb(kb)) as db:
        citations = read_status(db)["citations"]
        if citations > GRAPH_LIMIT:
            say(f"{citations:,} citations: compute the graph with `litkb graph compute {kb}`.")
            return
        compute_graph(db)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "obj": {"after_harvest": _compute_after_harvest}})
@click.version_option(litkb_version(), prog_name="litkb")
def cli() -> None:
    """One article, or one question, becomes one SQLite file that holds a field."""


@cli.command("status")
@kb_argument
@json_option
def status_command(kb: Path, as_json: bool) -> None:
    """Say what DB holds, how complete it is, and what the last run did.

    Example: litkb status kb.db
    """
    with closing(open_kb(kb, readonly=True)) as db:
        status = read_status(db)
    tell(status) if as_json else click.echo(_format_status(status))


def _format_status(status: dict[str, Any]) -> str:
    """Return the status as lines for a person; what is not known is said so."""
    works, lists, run = status["works"], status["reference_lists"], status["last_run"]
    lines = [
        f"held          {status['articles']:,} articles, {status['books']:,} books",
        f"known         {works.get('known', 0):,} works that are named and not held",
        f"references    {status['references']:,} printed, {status['references_identified']:,} of them identified",
        f"their lists   {lists['complete']:,} complete, {lists['partial']:,} partial, {lists['unknown']:,} unknown",
        f"citations     {status['citations']:,}",
        "sources       " + (", ".join(f"{name} {count:,}" for name, count in status["sources"].items()) or "none"),
        f"graph         computed {status['graph_computed_at']}"
        if status["graph_computed_at"]
        else "graph         never computed",
    ]
    if run:
        outcomes = ", ".join(f"{count:,} {name}" for name, count in run["outcomes"].items()) or "nothing asked"
        ended = "" if run["finished_at"] else " (not complete; the same command goes on with it)"
        lines.append(f"last run      {run['started_at']} {run['command']}: {outcomes}{ended}")
    if "demonstration" in status["sources"]:
        lines.append(
            "This is the demonstration: bibliographic facts, not records of NCBI. The live records:\n"
            "  litkb harvest kb.db 32448354 --references --cited-by --similar"
        )
    if "synthetic" in status["sources"]:
        lines.append("This field is made up: none of its articles exists.")
    return "\n".join(lines)


@cli.command("check")
@kb_argument
@click.option("--hash", "only_hash", is_flag=True, help="Print the SHA-256 of the logical content.")
@json_option
def check_command(kb: Path, only_hash: bool, as_json: bool) -> int:
    """Check that DB is whole: every rule that a database constraint cannot say.

    Example: litkb check kb.db
    """
    with closing(open_kb(kb, keep_journal=True)) as db:
        violations = check_kb(db)
        digest = logical_hash(db) if only_hash or as_json else None
    if as_json:
        tell({"sound": not violations, "hash": digest, "violations": [v._asdict() for v in violations]})
    elif digest and not violations:
        click.echo(digest)
    elif not violations:
        click.echo(f"{kb}: sound")
    for violation in [] if as_json else violations:
        say(f"Broken: {violation.rule} ({violation.rows:,}: {', '.join(violation.examples)})")
    return 1 if violations else 0


for command in (
    harvest_command, resolve_command, update_command, mesh_command, rebuild_command, graph_commands, suggest_command,
    export_command, serve, demo_command, publish_command, report_command,
):  # fmt: skip
    cli.add_command(command)


def main() -> None:
    """Run litkb; the exit code is 0 done, 1 failed, 2 misuse."""
    sys.exit(run_command(cli))
