"""litkb graph compute."""

from contextlib import closing
from pathlib import Path

import click

from graph.run import compute_graph
from kb.console import json_option, kb_argument, say, tell
from kb.database import open_kb


@click.command("compute")
@kb_argument
@json_option
def compute_command(kb: Path, as_json: bool) -> None:
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
    counts = {"in library": summary.held, "citations": summary.citations} | summary.found
    for name, count in sorted(counts.items()):
        click.echo(f"{name:<18}{count:,}")
    for measure in sorted(summary.measures, key=lambda measure: measure.measure):
        say(f"{measure.measure:<18}{measure.seconds:8.3f} s")
    say(f"{'in all':<18}{summary.seconds:8.3f} s")
