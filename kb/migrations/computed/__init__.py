"""Tables of what graph runs compute, whose rows each run replaces: one module a measure, with its DDL.

A table is known to be computed by its column graph_run_id, and its works by their keys to works (id): checks, removal
of works, hashes and pages read both from the schema (kb.queries.computed_tables). A module may also have SHOWN: what
article pages say of its rows.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import NamedTuple


class Shown(NamedTuple):
    """What the page of an article says, under "Citation metrics", of its row in a computed table.

    Columns stand in braces; each becomes a number that leads to the row. Of several sentences the first is said whose
    columns are all known, or none.
    """

    table: str
    title: str
    sentences: tuple[str, ...]
    order: str = ""  # which row comes first, where an article can have several

    @property
    def sql(self) -> str:
        """The select of the row; its value is id."""
        return f"select * from {self.table} where id = :id {self.order}".rstrip()


def find_ddl() -> list[str]:
    """Return the DDL of each module of this package, by the name of the module."""
    return [module.DDL for module in _modules()]


def find_shown() -> list[Shown]:
    """Return what article pages show of the tables of this package."""
    return [shown for module in _modules() for shown in getattr(module, "SHOWN", ())]


def _modules() -> list[ModuleType]:
    return [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
