"""Tables that are too large for facets on each of their pages: SQLite would count all of their rows each time."""

import sqlite3
from typing import Any, Final

from kb.site.server.context import NAME

MOST_ROWS: Final = 100_000  # of a table with facets: each takes 5 ms


def without_slow_facets(db: sqlite3.Connection, metadata: dict[str, Any]) -> dict[str, Any]:
    """Return metadata without the facets of large tables."""
    ours = metadata["databases"][NAME]
    tables = [row[0] for row in db.execute("select name from sqlite_master where type = 'table'")]
    large = {name for name in tables if ours["tables"].get(name, {}).get("facets") and _is_large(db, name)}
    plain = {name: {key: said for key, said in ours["tables"][name].items() if key != "facets"} for name in large}
    ours = {**ours, "tables": {**ours["tables"], **plain}}
    return {**metadata, "databases": {**metadata["databases"], NAME: ours}}


def _is_large(db: sqlite3.Connection, table: str) -> bool:
    return db.execute(f"select 1 from {table} limit 1 offset ?", (MOST_ROWS,)).fetchone() is not None
