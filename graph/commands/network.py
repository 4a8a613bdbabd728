"""litkb graph export."""

from contextlib import closing
from pathlib import Path

import click

from graph.export.networks import NETWORKS
from graph.export.write import write_export
from kb.console import kb_argument, say
from kb.database import open_kb
from kb.queries.export.nodes import Scope


@click.command("export")
@kb_argument
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--network", type=click.Choice(NETWORKS), default="citations", help="Nodes and links of the network.")
@click.option("--articles-only", is_flag=True, help="Only articles in this library.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def network_command(kb: Path, out: Path, network: str, articles_only: bool, force: bool) -> None:
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
