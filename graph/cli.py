"""litkb graph: compute the numbers of a knowledge base, and take its citation graph away."""

from contextlib import closing
from pathlib import Path

import click

from graph.export import write_export
from graph.networks import NETWORKS
from graph.run import compute_graph
from graph.structurecli import STRUCTURE_COMMANDS
from kb.console import json_option, kb_argument, say, tell
from kb.database import open_kb
from kb.queries.exports import Scope
from kb.queries.links import read_computed
from kb.queries.measures import read_communities


@click.group("graph")
def graph_commands() -> None:
    """Compute the citation graph of a knowledge base, and take it away as a file."""


@graph_commands.command("compute")
@kb_argument
@json_option
def compute(kb: Path, as_json: bool) -> None:
    """Compute all measures of DB: importance, communities, positions, related studies, and what rests on them.

    The numbers replace earlier ones and are shown on the site; every harvest of a field of ordinary size ends
    with this. They count what is in this file, not the whole world. docs/measures.md says what each one tells.

    Example: litkb graph compute kb.db
    """
    with closing(open_kb(kb)) as db:
        summary = compute_graph(db)
    if as_json:
        tell(summary._asdict() | {"measures": [measure._asdict() for measure in summary.measures]})
        return
    counts = {"held": summary.held, "citations": summary.citations} | summary.found
    for name, count in sorted(counts.items()):
        click.echo(f"{name:<18}{count:,}")
    for measure in sorted(summary.measures, key=lambda measure: measure.measure):
        say(f"{measure.measure:<18}{measure.seconds:8.3f} s")
    say(f"{'in all':<18}{summary.seconds:8.3f} s")


@graph_commands.command("communities")
@kb_argument
@json_option
def communities(kb: Path, as_json: bool) -> None:
    """List the communities of DB: what each is about, how many works it has, and those cited most.

    Example: litkb graph communities kb.db
    """
    with closing(open_kb(kb, readonly=True)) as db:
        found = list(read_communities(db))
        computed = read_computed(db)
    if as_json:
        tell([row._asdict() | {"top_works": [work._asdict() for work in row.top_works]} for row in found])
        return
    for row in found:
        click.echo(f"{row.community}. {row.label}: {row.works:,} works, {row.held:,} of them held")
        for work in row.top_works:
            click.echo(f"     {work.label} (cited by {work.citation_count:,})")
    if not computed:
        say(f"The communities are not computed yet: `litkb graph compute {kb}` does it.")


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


for command in STRUCTURE_COMMANDS:
    graph_commands.add_command(command)
