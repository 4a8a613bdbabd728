"""litkb graph: compute, list and export the citation graph of a knowledge base."""

from typing import Final

import click

from kb.console import LazyGroup

_COMMANDS: Final = {
    "communities": ("graph.commands.communities:communities_command", "List the communities of DB."),
    "compute": ("graph.commands.compute:compute_command", "Compute all measures of DB."),
    "export": ("graph.commands.network:network_command", "Write a network of DB to OUT."),
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
    """Compute, list and export the citation graph of a knowledge base."""
