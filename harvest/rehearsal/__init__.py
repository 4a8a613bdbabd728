"""A local PubMed for tests, teaching and the demonstration, with faults on demand and made-up fields."""

from typing import TYPE_CHECKING

from kb.lazy import lazy_names

if TYPE_CHECKING:
    from harvest.rehearsal.collection import open_shelf
    from harvest.rehearsal.server import Rehearsal

__all__ = ["Rehearsal", "open_shelf"]
__getattr__ = lazy_names(
    __name__, {"Rehearsal": "harvest.rehearsal.server", "open_shelf": "harvest.rehearsal.collection"}
)
