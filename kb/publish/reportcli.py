"""litkb report."""

from contextlib import closing
from pathlib import Path

import click

from graph.export.atomic_write import refuse_replacing, write_whole
from kb.console import kb_argument, say
from kb.database import open_kb
from kb.errors import UsageError
from kb.publish.flow import FLOW, format_flow
from kb.publish.searchreport import format_search_report
from kb.queries.search_log import read_search_flow


@click.command("report")
@kb_argument
@click.argument("out", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace files that are there.")
def report_command(kb: Path, out: Path | None, force: bool) -> None:
    """Write the report of the searches that made DB: queries, sources, rounds, counts, dates, what was left out.

    OUT.md gets the report, with the items of PRISMA-S, and OUT.svg beside it the flow drawing. Without OUT the
    report is printed. What only you can know is left open, and said so.

    Example: litkb report kb.db search-report.md
    """
    with closing(open_kb(kb, readonly=True)) as db:
        if out is None:
            click.echo(format_search_report(db), nl=False)
            return
        if out.suffix != ".md":
            raise UsageError(f"{out} does not end in .md: the report is Markdown.")
        drawing = out.with_suffix(".svg")
        for path in (out, drawing):
            refuse_replacing(path, force=force)
        flow = format_flow(read_search_flow(db), FLOW)
        write_whole({out: iter([format_search_report(db, drawing.name)]), drawing: iter([flow])})
    say(f"{out} and {drawing} written.")
