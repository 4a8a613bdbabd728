"""Tables of what graph runs compute, whose rows each run replaces: one module a measure, with its DDL.

A table is known to be computed by its column graph_run_id, and its works by their keys to works (id): checks, removal
of works, hashes and pages read both from the schema (kb.queries.computed_tables).
"""

from importlib import import_module
from pkgutil import iter_modules


def find_ddl() -> list[str]:
    """Return the DDL of each module of this package, by the name of the module."""
    return [import_module(f"{__name__}.{module.name}").DDL for module in iter_modules(__path__)]
