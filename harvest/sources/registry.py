"""The sources there are: every module of harvest.sources with a ``SOURCE``, PubMed first."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

import harvest.sources
from harvest.sources import mirror
from harvest.sources.source import ListRequest, Source

PUBMED: Final = "pubmed"


def _found() -> Iterator[Source]:
    for module in iter_modules(harvest.sources.__path__):
        source = getattr(import_module(f"harvest.sources.{module.name}"), "SOURCE", None)
        if isinstance(source, Source):
            yield source


SOURCES: Final = {one.name: one for one in sorted(_found(), key=lambda one: (one.name != PUBMED, one.name))}
LISTS: Final[dict[str, tuple[Source, ListRequest]]] = {
    one.name: (source, one) for source in SOURCES.values() for one in source.lists
}
OFFERED: Final = {
    one.name: one.offered for one in (*(one for _, one in LISTS.values()), *mirror.LISTS.values()) if one.offered
}
"""What `litkb harvest --ask` offers, and what it says of each."""
