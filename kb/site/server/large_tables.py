"""Tables that are too large for facets on each of their pages: SQLite would count all of their rows each time."""

import sqlite3
from typing import Any, Final

from kb.queries.computed_tables import read_large_tables
from kb.site.server.context import NAME

MOST_ROWS: Final = 100_000  # of a table with facets: each takes 5 ms


def without_slow_facets(db: sqlite3.Connection, metadata: dict[str, Any]) -> dict[str, Any]:
    """Return metadata without the facets of large tables."""
    ours = metadata["databases"][NAME]
    with_facets = [name for name, said in ours["tables"].items() if said.get("facets")]
    plain = {
        name: {key: said for key, said in ours["tables"][name].items() if key != "facets"}
        for name in read_large_tables(db, with_facets, MOST_ROWS)
    }
    ours = {**ours, "tables": {**ours["tables"], **plain}}
    return {**metadata, "databases": {**metadata["databases"], NAME: ours}}
