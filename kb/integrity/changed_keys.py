"""Which rows of large tables a connection changes: temporary triggers note their keys until the file is sealed."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

Key = tuple[int, ...]
_MOST: Final = 200_000  # notes of one table: then it is sealed as a whole
_EVENTS: Final = {"insert": ("new",), "update": ("old", "new"), "delete": ("old",)}


class Watch(NamedTuple):
    """The seals that tables had when the watch began, and the state of the file by which other writers are told."""

    seals: dict[str, bytes]
    version: int


def watch(db: sqlite3.Connection, seals: dict[str, bytes], keys: Mapping[str, Sequence[str]]) -> Watch:
    """Note from now on the keys, of whole numbers, of rows that this connection changes in the tables of seals.

    Called in the write transaction that changes the first.
    """
    for table in seals:
        columns = keys[table]
        db.execute(f"create temp table changed_{table} ({', '.join(columns)})")  # "or ignore" does not hold in triggers
        for event, rows in _EVENTS.items():
            values = ", ".join(f"({', '.join(f'{row}.{one}' for one in columns)})" for row in rows)
            db.execute(f"""create temp trigger changed_{table}_by_{event} after {event} on main.{table} begin
                insert into changed_{table} values {values}; end""")
    return Watch(seals, _version(db))


def end_long_watches(db: sqlite3.Connection, watched: Watch) -> None:
    """Watch tables no more in which much has changed; called within a transaction."""
    for table in [*watched.seals]:
        if (db.execute(f"select max(rowid) from changed_{table}").fetchone()[0] or 0) > _MOST:
            for event in _EVENTS:
                db.execute(f"drop trigger changed_{table}_by_{event}")
            db.execute(f"drop table changed_{table}")
            del watched.seals[table]


def is_alone(db: sqlite3.Connection, watched: Watch) -> bool:
    """Return whether no other connection has changed the file since; called within a transaction that has read."""
    return _version(db) == watched.version


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("pragma data_version").fetchone()[0])


def read_changed(db: sqlite3.Connection, table: str) -> Iterator[Key]:
    """Yield the keys noted of a table."""
    yield from db.execute(f"select distinct * from changed_{table}")
