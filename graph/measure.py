"""What describes a measure: its tables, its step of a graph run, its command; all are found in their own modules.

A measure is a module of graph/measures, graph/similarity or graph/layout with MEASURES, and one of DDL in
kb/migrations/computed. The steps of a run, the commands of `litkb graph` and the list in docs/measures.md derive from
it; checks, removal of forgotten works, hashes and pages know its tables from the schema.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple

import graph.layout
import graph.measures
import graph.similarity

if TYPE_CHECKING:
    from graph.run_context import Job  # loads numpy and scipy, which the list of commands must not

PLACES: Final = (graph.measures, graph.similarity, graph.layout)
EARLY, USUAL, LATE = range(3)  # when a step is run
_HEAD: Final = "| measure | tables | tells | paper | cost | command |\n|---|---|---|---|---|---|\n"


class MeasureCommand(NamedTuple):
    """A command of `litkb graph`: its name, the function as module:name, and a sentence.

    Three literals without names in the source: graph.cli reads them there.
    """

    name: str
    function: str
    summary: str


class Measure(NamedTuple):
    """What a graph run computes in one step and stores together."""

    name: str
    tables: tuple[str, ...]
    step: "Callable[[Job], None]"
    tells: str
    paper: str
    cost: str  # how time grows; n works, m citations
    parts: tuple[str, ...] = ()  # names in metric_runs, where they are not the measure's own
    when: int = USUAL  # EARLY: begins what takes longest in a thread; LATE: uses what others found
    command: MeasureCommand | None = None


def find_measures() -> list[Measure]:
    """Return all measures, in the order of a graph run."""
    found = [measure for place in PLACES for module in _modules(place) for measure in getattr(module, "MEASURES", ())]
    return sorted(found, key=lambda measure: (measure.when, measure.name))


def _modules(package: ModuleType) -> list[ModuleType]:
    return [import_module(f"{package.__name__}.{found.name}") for found in iter_modules(package.__path__)]


def format_measures() -> str:
    """Return the list of all measures as docs/measures.md has it."""
    return _HEAD + "".join(map(_line, sorted(find_measures())))


def _line(measure: Measure) -> str:
    names, tables = (", ".join(f"`{one}`" for one in some) for some in (_parts(measure), measure.tables))
    command = f"`litkb graph {measure.command.name}`" if measure.command else ""
    return f"| {names} | {tables} | {measure.tells} | {measure.paper} | {measure.cost} | {command} |\n"


def _parts(measure: Measure) -> tuple[str, ...]:
    return measure.parts or (measure.name,)
