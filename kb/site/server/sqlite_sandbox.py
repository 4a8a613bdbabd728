"""What SQL from strangers may use: the time limit of Datasette alone is no bound on memory or CPU."""

import sqlite3
from typing import Any, Final

LONGEST_VALUE: Final = 1_000_000  # bytes of one text or row; a whole field's plan in the ledger fits
LONGEST_PATTERN: Final = 100  # bytes of a pattern of like or glob, which cost their length squared
HEAP_BYTES: Final = 256 * 2**20  # of SQLite in this process
_FORBIDDEN: Final = frozenset({"printf", "format", "zeroblob", "randomblob", "load_extension", "fts3_tokenizer"})
_PRAGMAS: Final = frozenset(
    {
        "application_id", "collation_list", "compile_options", "data_version", "database_list", "encoding",
        "foreign_key_list", "function_list", "index_info", "index_list", "index_xinfo", "module_list",
        "page_count", "page_size", "query_only", "recursive_triggers", "schema_version", "table_info", "table_list",
        "table_xinfo", "user_version",
    }
)  # fmt: skip


def limit_connection(db: sqlite3.Connection) -> None:
    """Limit an open connection to a litkb file."""
    db.execute(f"pragma hard_heap_limit = {HEAP_BYTES}")
    db.execute("pragma query_only = 1")
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    db.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN)
    db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    db.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Deny the functions that make something of nothing, and every pragma that changes a setting."""
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FORBIDDEN:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() not in _PRAGMAS:
        return sqlite3.SQLITE_DENY
    if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def open_connections(database: Any) -> list[sqlite3.Connection]:
    """Return Datasette's own list of the connections to a database, which it closes at its end."""
    tracked = vars(database)
    found = tracked["_all_connections" if "_all_connections" in tracked else "_all_file_connections"]  # 1.0, 0.65
    assert isinstance(found, list)
    return found
