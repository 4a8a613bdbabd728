"""litkb graph communities."""

from contextlib import closing
from pathlib import Path

import click

from kb.console import json_option, kb_argument, say, tell
from kb.database import open_kb
from kb.queries.citations import read_computed
from kb.queries.measures import read_communities
from kb.text import counted


@click.command("communities")
@kb_argument
@json_option
def communities_command(kb: Path, as_json: bool) -> None:
    """List the communities of DB with topics, number of works and most cited works.

    Example: litkb graph communities kb.db
    """
    with closing(open_kb(kb, readonly=True)) as db:
        found = list(read_communities(db))
        computed = read_computed(db)
    if as_json:
        tell([row._asdict() | {"top_works": [work._asdict() for work in row.top_works]} for row in found])
        return
    for row in found:
        click.echo(f"{row.community}. {row.label}: {counted(row.works, 'work')}, {row.held:,} in this library")
        for work in row.top_works:
            click.echo(f"     {work.label} (cited by {work.citation_count:,})")
    if not computed:
        say(f"The communities are not computed yet: `litkb graph compute {kb}` does it.")
