"""What is to be known of tables: which are computed, which of their columns name works, which have many rows."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from functools import cache
from typing import Final

from kb.database import split_statements
from kb.migrations import MIGRATIONS

_COMPUTED: Final = """select t.name from sqlite_master t where t.type = 'table' and t.name <> 'metric_runs'
    and t.sql like '%graph_run_id%'
    and exists (select 1 from pragma_table_info(t.name) c where c.name = 'graph_run_id')"""
_WORKS: Final = """select t.name, f."from" from sqlite_master t join pragma_foreign_key_list(t.name) f
    where t.type = 'table' and t.sql like '%references works%' and f."table" = 'works'"""


def read_computed_tables(db: sqlite3.Connection) -> frozenset[str]:
    """Return the names of the tables that graph runs compute: those whose rows name a run."""
    return frozenset(row[0] for row in db.execute(_COMPUTED))


def read_work_columns(db: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Return the columns of each computed table that name works, by table; both in ascending order."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(sorted(read_computed_tables(db)), ())
    for table, column in db.execute(f"{_WORKS} order by 1, 2"):
        if table in found:
            found[table] += (column,)
    return found


def read_large_tables(db: sqlite3.Connection, tables: Iterable[str], most: int) -> set[str]:
    """Return those of tables, as far as they are there, that have more than so many rows."""
    there = {row[0] for row in db.execute("select name from sqlite_master where type = 'table'")}
    return {name for name in there.intersection(tables) if _has_more(db, name, most)}


def _has_more(db: sqlite3.Connection, table: str, rows: int) -> bool:
    return db.execute(f"select 1 from {table} limit 1 offset ?", (rows,)).fetchone() is not None


@cache
def work_tables() -> frozenset[str]:
    """Return the names of the tables of this version whose column id names a work."""
    with closing(sqlite3.connect(":memory:")) as db:
        for statement in split_statements("".join(MIGRATIONS)):
            db.execute(statement)
        return frozenset(table for table, column in db.execute(_WORKS) if column == "id") | {"works"}
