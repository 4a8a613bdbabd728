"""The command litkb: the only file that sees all three packages."""

import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import click

from kb.console import LazyGroup, Listed, litkb_version, run_command, say
from kb.database import open_kb
from kb.queries.harvest_log import read_status

GRAPH_LIMIT: Final = 50_000  # citations up to which a harvest computes the graph by itself
_SECTIONS: Final = {
    "Get articles": {
        "harvest": (
            "harvest.commands.harvest:harvest_command",
            "Fetch articles and their citations from PubMed or from files.",
        ),
        "update": ("harvest.commands.update:update_command", "Bring DB up to date."),
        "resolve": ("harvest.commands.resolve:resolve_command", "Identify printed references that have no PMID."),
        "mesh": ("harvest.commands.mesh:mesh_command", "Load NLM's MeSH descriptor file into DB."),
        "mirror": ("harvest.commands.mirror:mirror_commands", "Build a mirror of all of PubMed."),
        "rehearse": ("harvest.commands.rehearse:rehearse_command", "Run a local PubMed that has only these records."),
    },
    "Look": {
        "serve": ("kb.site.server.serve:serve", "Show DB, or the kb.db of a folder, as a site in a browser."),
        "status": ("kb.commands.status:status_command", "Print contents and completeness of DB, and the last run."),
        "suggest": ("graph.commands.suggest:suggest_command", "Say what to read next."),
        "picture": ("kb.site.picture_command:picture_command", "Write a picture of DB to OUT, as .svg, .png or .html."),
    },
    "Export": {
        "export": (
            "graph.commands.export:export_command",
            "Write the works of DB to OUT, as a graph or a bibliography.",
        ),
        "report": ("kb.publish.reportcli:report_command", "Write the report of the searches that made DB."),
        "publish": ("kb.publish.cli:publish_command", "Write a copy of DB into DIR, to serve or to hand on."),
    },
    "Maintain": {
        "check": ("kb.commands.check:check_command", "Check the integrity of DB."),
        "rebuild": ("harvest.commands.harvest:rebuild_command", "Rebuild DB from the raw responses in its archive."),
        "graph": ("graph.cli:graph_commands", "Compute and list the citation graph."),
        "demo": ("kb.commands.demo:demo_command", "Build DIR/kb.db (bundled facts on self-help groups)."),
    },
}


def _compute_after_harvest(kb: Path) -> None:
    with closing(open_kb(kb)) as db:
        citations = read_status(db)["citations"]
        if citations > GRAPH_LIMIT:
            say(f"{citations:,} citations: compute the graph with `litkb graph compute {kb}`.")
            return
        from graph.run import compute_graph  # scipy is loaded where a graph is computed

        compute_graph(db)


def _find_listed(db: sqlite3.Connection, words: Sequence[str], paths: Sequence[Path]) -> Listed:
    from harvest.commands.listed import find_listed

    return find_listed(db, words, paths)


@click.group(
    cls=LazyGroup,
    sections=_SECTIONS,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "obj": {"after_harvest": _compute_after_harvest, "find_listed": _find_listed},
    },
)
@click.version_option(litkb_version(), prog_name="litkb")
def cli() -> None:
    """One article, or one question, becomes one SQLite file that holds a field."""


def main() -> None:
    """Run litkb; the exit code is 0 done, 1 failed, 2 misuse."""
    sys.exit(run_command(cli))
