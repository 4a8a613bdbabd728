"""litkb graph: compute and list the citation graph of a knowledge base."""

import shlex
from typing import Final

import click

from kb.console import LazyGroup
from kb.errors import UsageError

_COMMANDS: Final = {
    "communities": ("graph.commands.communities:communities_command", "List the communities of DB."),
    "compute": ("graph.commands.compute:compute_command", "Compute all measures of DB."),
    "main-path": ("graph.commands.structure:main_path_command", "Find the main path of DB."),
    "path": ("graph.commands.structure:path_command", "Find the shortest chains of citations from A to B."),
    "retractions": (
        "graph.commands.structure:retractions_command",
        "List the retracted articles of DB and the works that cite them.",
    ),
    "rpys": ("graph.commands.structure:rpys_command", "List the peaks of cited years (RPYS)."),
}


@click.group("graph", cls=LazyGroup, sections={"Commands": _COMMANDS})
def graph_commands() -> None:
    """Compute and list the citation graph of a knowledge base; litkb export writes it to a file."""


@graph_commands.command("export", hidden=True, add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def former_export(words: tuple[str, ...]) -> None:
    """Name the command that took the place of this one, for one release."""
    raise UsageError(f"`litkb graph export` is now: {shlex.join(['litkb', 'export', *words])}")
