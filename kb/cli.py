"""The command litkb: the only file that sees all three packages."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Final

import click

from kb.console import LazyGroup, litkb_version, run_command, say
from kb.database import open_kb
from kb.queries.ledger import read_status

GRAPH_LIMIT: Final = 50_000  # citations up to which a harvest computes the graph by itself
_COMMANDS: Final = {
    "check": ("kb.checkcli:check_command", "Check that DB is whole."),
    "demo": ("kb.demo:demo_command", "Build DIR/kb.db (bundled facts on self-help groups)."),
    "export": ("graph.exportcli:export_command", "Write the works of DB to OUT, as a graph or a bibliography."),
    "graph": ("graph.cli:graph_commands", "Compute the citation graph of a knowledge base, and take it away."),
    "harvest": ("harvest.cli:harvest_command", "Pull articles, and what they cite, from PubMed or from files."),
    "mesh": ("harvest.meshcli:mesh_command", "Read NLM's MeSH descriptor file into DB."),
    "picture": ("kb.site.picturecli:picture_command", "Write a picture of DB to OUT, as .svg, .png or .html."),
    "publish": ("kb.publish.cli:publish_command", "Put DB into DIR as a file to serve or to hand on."),
    "rebuild": ("harvest.cli:rebuild_command", "Make DB anew from the answers kept in the archive beside it."),
    "rehearse": ("harvest.rehearsecli:rehearse_command", "Answer as PubMed would if it held only these records."),
    "report": ("kb.publish.reportcli:report_command", "Write the report of the searches that made DB."),
    "resolve": ("harvest.resolvecli:resolve_command", "Find the articles that printed references without a PMID mean."),
    "serve": ("kb.site.serve:serve", "Show the knowledge base DB in a browser, until Ctrl-C."),
    "status": ("kb.statuscli:status_command", "Say what DB holds, how complete it is, and what the last run did."),
    "suggest": ("graph.suggestcli:suggest_command", "Say what to read next."),
    "update": ("harvest.updatecli:update_command", "Bring DB up to date."),
}


def _compute_after_harvest(kb: Path) -> None:
    with closing(open_kb(kb)) as db:
        citations = read_status(db)["citations"]
        if citations > GRAPH_LIMIT:
            say(f"{citations:,} citations: compute the graph with `litkb graph compute {kb}`.")
            return
        from graph.run import compute_graph  # scipy is loaded where a graph is computed

        compute_graph(db)


@click.group(
    cls=LazyGroup,
    lazy=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "obj": {"after_harvest": _compute_after_harvest}},
)
@click.version_option(litkb_version(), prog_name="litkb")
def cli() -> None:
    """One article, or one question, becomes one SQLite file that holds a field."""


def main() -> None:
    """Run litkb; the exit code is 0 done, 1 failed, 2 misuse."""
    sys.exit(run_command(cli))
