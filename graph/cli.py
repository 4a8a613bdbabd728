"""litkb graph: compute the numbers of a knowledge base, and take its citation graph away."""

from typing import Final

import click

from kb.console import LazyGroup

_COMMANDS: Final = {
    "communities": ("graph.communitiescli:communities_command", "List the communities of DB."),
    "compute": ("graph.computecli:compute_command", "Compute all measures of DB."),
    "export": ("graph.networkcli:network_command", "Write a network of DB to OUT."),
    "main-path": ("graph.structurecli:main_path_command", "Find the main path of DB."),
    "path": ("graph.structurecli:path_command", "Show how A leads to B by what each cites, and B to A."),
    "retractions": ("graph.structurecli:retractions_command", "Show the retracted articles of DB, and who cites them."),
    "rpys": ("graph.structurecli:rpys_command", "Show which years the articles of DB draw on."),
}


@click.group("graph", cls=LazyGroup, lazy=_COMMANDS)
def graph_commands() -> None:
    """Compute the citation graph of a knowledge base, and take it away as a file."""
