"""litkb graph: compute and list the citation graph of a knowledge base."""

import ast
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

import click

from graph.measure import PLACES
from kb.console import LazyGroup
from kb.errors import UsageError

_OWN: Final = {  # what is no measure's
    "compute": ("graph.commands.compute:compute_command", "Compute all measures of DB."),
    "path": ("graph.commands.structure:path_command", "Find the shortest chains of citations from A to B."),
}


def find_commands() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """Return all commands; those of measures from the source of their modules, which load numpy and scipy."""
    sources = [source for place in PLACES for source in _sources(place) if "MeasureCommand(" in source]
    commands = [command for source in sources for command in _commands_in(source)]
    return {"Commands": dict(sorted([*_OWN.items(), *commands]))}


def _sources(package: ModuleType) -> list[str]:
    folders = map(Path, package.__path__)
    return [path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.glob("*.py"))]


def _commands_in(source: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the commands in MEASURES, the end of a source: MeasureCommand("name", "module:function", "summary")."""
    _, start, measures = source.partition("MEASURES")
    for node in ast.walk(ast.parse(start + measures)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "MeasureCommand":
            name, function, summary = map(ast.literal_eval, node.args)
            yield name, (function, summary)


@click.group("graph", cls=LazyGroup, sections=find_commands())
def graph_commands() -> None:
    """Compute and list the citation graph of a knowledge base; litkb export writes it to a file."""


@graph_commands.command("export", hidden=True, add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def former_export(words: tuple[str, ...]) -> None:
    """Name the command that took the place of this one, for one release."""
    raise UsageError(f"`litkb graph export` is now: {shlex.join(['litkb', 'export', *words])}")
