"""litkb graph: compute the numbers of a knowledge base, and take its citation graph away."""

from contextlib import closing
from pathlib import Path

import click

from graph.export import write_export
from graph.networks import NETWORKS
from graph.run import compute_graph
from kb.console import kb_argument, say
from kb.database import open_kb
from kb.queries.exports import Scope


@click.group("graph")
def graph_commands() -> None:
    """Compute the citation graph of a knowledge base, and take it away as a file."""


@graph_commands.command("compute")
@kb_argument
def compute(kb: Path) -> None:
    """Compute citation counts, PageRank, components, communities, positions and related studies of DB.

    The numbers replace earlier ones and are shown on the site; every harvest of a field of ordinary size ends
    with this. They count what is in this file, not the whole world.

    Example: litkb graph compute kb.db
    """
    with closing(open_kb(kb)) as db:
        summary = compute_graph(db)
    click.echo(
        f"works            {summary.works:,}, {summary.held:,} of them held\n"
        f"citations        {summary.citations:,}\n"
        f"components       {summary.components:,}\n"
        f"communities      {summary.communities:,}\n"
        f"related studies  {summary.related_studies:,}"
    )


@graph_commands.command("export")
@kb_argument
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--network", type=click.Choice(NETWORKS), default="citations", help="What is linked with what.")
@click.option("--articles-only", is_flag=True, help="Leave out works whose record is not held.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def export(kb: Path, out: Path, network: str, articles_only: bool, force: bool) -> None:
    """Write a network of DB to OUT, in the format that its end says: docs/formats.md lists them.

    An edge leads from the citing to the cited work. Works are named pmid:15063905, doi:10.1111/add.12471, or
    ref: and the key of the printed reference. OUT.csv stands for two files, OUT-nodes.csv and OUT-edges.csv.

    Example: litkb graph export kb.db field.graphml
    """
    with closing(open_kb(kb, readonly=True)) as db:
        summary = write_export(db, out, network=network, scope=Scope(articles_only), force=force)
    for path in summary.files:
        click.echo(path)
    nodes, edges = ("works", "citations") if network == "citations" else ("nodes", "edges")
    say(f"{nodes} {summary.nodes:,}, {edges} {summary.edges:,}")
    if not summary.computed:
        say(f"The computed numbers are missing or old: `litkb graph compute {kb}` brings them up to date.")
