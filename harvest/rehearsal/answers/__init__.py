"""What sources would answer if they knew only the records of a rehearsal: a module for each.  (pure)"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeAlias

from harvest.rehearsal.collection import Shelf
from harvest.rehearsal.faults import Reply

Answering: TypeAlias = Callable[[Shelf, Mapping[str, list[str]]], Reply]  # the records, the parameters of a request


def read_answers() -> dict[str, Answering]:
    """Return who answers each endpoint: what ``ANSWERS`` of the modules of this package says."""
    return {endpoint: answering for answers in _found() for endpoint, answering in answers.items()}


def _found() -> Iterator[Mapping[str, Answering]]:
    for module in iter_modules(__path__):
        yield import_module(f"{__name__}.{module.name}").ANSWERS
