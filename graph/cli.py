"""litkb graph: compute the numbers of a knowledge base, and take its citation graph away."""

from contextlib import closing
from pathlib import Path

import click

from graph.export import write_export
from graph.run import compute_graph
from kb.console import kb_argument, say
from kb.database import open_kb


@click.group("graph")
def graph_commands() -> None:
    """Compute the citation graph of a knowledge base, and take it away as a file."""


@graph_commands.command("compute")
@kb_argument
def compute(kb: Path) -> None:
    """Compute citation counts, PageRank, components and related studies of DB.

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
        f"related studies  {summary.related_studies:,}"
    )


@graph_commands.command("export")
@kb_argument
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--articles-only", is_flag=True, help="Leave out works whose record is not held.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def export(kb: Path, out: Path, articles_only: bool, force: bool) -> None:
    """Write the citation graph of DB to OUT, which ends in .graphml, .gexf, .json or .csv.

    An edge leads from the citing to the cited work. Works are named pmid:15063905, doi:10.1111/add.12471, or
    ref: and the key of the printed reference. OUT.csv stands for two files, OUT-nodes.csv and OUT-edges.csv.

    Example: litkb graph export kb.db field.graphml
    """
    with closing(open_kb(kb, readonly=True)) as db:
        summary = write_export(db, out, articles_only=articles_only, force=force)
    for path in summary.files:
        click.echo(path)
    say(f"works {summary.nodes:,}, citations {summary.edges:,}")
    if not summary.computed:
        say(f"The computed numbers are missing or old: `litkb graph compute {kb}` brings them up to date.")
