"""litkb mirror measure: what each article is in all of PubMed."""

import click

from kb.text import counted


@click.command("measure")
@click.argument("address", metavar="DIR")
def measure_command(address: str) -> None:
    """Compute citation counts, percentiles and PageRank of all PMIDs of the mirror in DIR, and keep them in it.

    `litkb harvest --mirror DIR` stores them with each work of a field. docs/tables.md says what they are.

    Example: litkb mirror measure pubmed2026
    """
    from graph.whole.save import measure_mirror  # scipy

    manifest = measure_mirror(address)
    last = manifest.segments[-1].name
    click.echo(f"{address}: {counted(manifest.records, 'record')} measured, as of {last}")
