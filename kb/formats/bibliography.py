"""What describes a format of references."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kb.queries.works.bibliography import Item


class Bibliography(NamedTuple):
    """A format: how it is called, who writes it, and whether it holds works without a PMID.

    opened_by: the programs of which the menu of the site says that they open it.
    """

    name: str  # "RIS"
    suffix: str  # ".ris"
    write: Callable[[Iterable[Item]], Iterator[str]]
    media_type: str
    opened_by: str
    holds_all: bool = True
