"""Digests of the rows of a table, 32 together in the order of their keys: what a table is sealed with.

The digest of a table's definition comes first. Where keys are whole numbers, each digest has the first key of its rows
before it, so that a piece in which rows changed can be digested by itself.
"""

import marshal
import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache
from hashlib import blake2b
from struct import calcsize, pack, unpack
from typing import Any, Final, NamedTuple

from kb.migrations import MIGRATIONS
from kb.records import PARTS

SEALS: Final = "seals"  # the table of them
TOGETHER: Final = 32  # rows of one digest
BYTES: Final = 8  # of a digest, and of a number of a key
FORMAT: Final = 2  # of marshal: the last one whose bytes depend on nothing but the values

Row = tuple[Any, ...]
Key = tuple[int, ...]
Piece = tuple[Row, bytes]  # the first row of some rows, and their digest with the key before it
OF_RECORDS: Final = {part.table: part.columns for part in PARTS.values()}  # sealed with their article


class Schema(NamedTuple):
    """What a file has that was made just now."""

    names: frozenset[str]  # of all that is sealed
    computed: frozenset[str]  # tables that graph runs compute, and their indexes
    keys: dict[str, tuple[str, ...]]  # of tables that begin with a key of whole numbers


@cache
def schema() -> Schema:
    """Return what litkb's own schema has."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript("".join(MIGRATIONS))
        names = fresh.execute("select name from sqlite_master where name not like 'sqlite\\_%' escape '\\'")
        computed = fresh.execute("""select name from sqlite_master where type <> 'view' and tbl_name <> 'metric_runs'
            and exists (select 1 from pragma_table_info(tbl_name) c where c.name = 'graph_run_id')""")
        tables = fresh.execute("""select name from pragma_table_list
            where schema = 'main' and type in ('table', 'shadow')""").fetchall()
        keys = {table: _key_of(fresh, table) for (table,) in tables if table not in OF_RECORDS}
        return Schema(
            frozenset(name for (name,) in names) - {SEALS},
            frozenset(name for (name,) in computed),
            {table: key for table, key in keys.items() if key},
        )


def _key_of(db: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """Return the first columns of a table, as long as they are whole numbers and the same columns of its key."""
    columns = db.execute(f"select name, type, pk from pragma_table_info('{table}') order by cid").fetchall()
    wrong = [place for place, (_, kind, pk) in enumerate(columns, 1) if kind.lower() != "integer" or pk != place]
    return tuple(name for name, _, _ in columns[: wrong[0] - 1 if wrong else None])


def read_pieces(db: sqlite3.Connection, name: str, sealed: bytes | None = None) -> Iterator[Piece]:
    """Yield the definition of what is called name, then, of an ordinary table, its rows in the order of their keys.

    They are cut where they were when sealed, if that is given.
    """
    sql = db.execute("select type, sql from sqlite_master where name = ?", (name,)).fetchall()
    yield (), _digest(sql)
    if sql[0][0] != b"table" or sql[0][1].startswith(b"CREATE VIRTUAL") or name in OF_RECORDS:
        return
    width = len(schema().keys.get(name, ()))
    rows = db.execute(f"select * from {name} not indexed")  # the table itself; indexes are compared with it by SQLite
    starts = _starts(name, sealed) if sealed and width else []
    for some in _cut_at(rows, starts) if starts else _cut(rows, width):
        yield some[0] if some else (), _key(some, width) + _digest(some)


def split_seal(name: str, sealed: bytes) -> list[bytes]:
    """Return the pieces that a table was sealed with, as read_pieces() gives them."""
    step = BYTES * (1 + len(schema().keys.get(name, ())))
    return [sealed[:BYTES], *(sealed[at : at + step] for at in range(BYTES, len(sealed), step))]


def seal_again(db: sqlite3.Connection, name: str, sealed: bytes, changed: Iterable[Key]) -> bytes | None:
    """Return the seal of a table in which rows with the changed keys are not as sealed; None: it is due as a whole."""
    pieces, starts = split_seal(name, sealed), _starts(name, sealed)
    touched = sorted({max(bisect_right(starts, key), 1) for key in changed})
    definition = next(read_pieces(db, name))[1]
    if 2 * len(touched) > len(starts):
        return None
    made, kept = [definition], 1
    for place in touched:
        made += pieces[kept:place]
        made += _between(db, name, starts[place - 1] if place > 1 else None, next(iter(starts[place:]), None))
        kept = place + 1
    return b"".join(made + pieces[kept:])


def _between(db: sqlite3.Connection, name: str, first: Key | None, end: Key | None) -> Iterator[bytes]:
    """Yield the pieces of the rows from one key up to another."""
    columns = schema().keys[name]
    bounds = [(sign, key) for sign, key in ((">=", first), ("<", end)) if key is not None]
    which = " and ".join(f"({', '.join(columns)}) {sign} ({', '.join('?' * len(columns))})" for sign, _ in bounds)
    values = [number for _, key in bounds for number in key]
    for some in _cut(db.execute(f"select * from {name} not indexed where {which}", values), len(columns)):
        yield _key(some, len(columns)) + _digest(some)


def _cut(rows: sqlite3.Cursor, width: int) -> Iterator[list[Row]]:
    """Yield rows, 32 together and those that share a key with the last of them."""
    some = rows.fetchmany(TOGETHER)
    while some:
        following = rows.fetchmany(TOGETHER)
        while width and following and following[0][:width] == some[-1][:width]:
            some.append(following.pop(0))
            following = following or rows.fetchmany(TOGETHER)
        yield some
        some = following


def _cut_at(rows: Iterable[Row], starts: Sequence[Key]) -> Iterator[list[Row]]:
    """Yield rows as they were cut: each piece goes up to the key that the next one began with."""
    some: list[Row] = []
    place, width = 1, len(starts[0])
    for row in rows:
        while place < len(starts) and row[:width] >= starts[place]:
            yield some
            some, place = [], place + 1
        some.append(row)
    yield some


def _starts(name: str, sealed: bytes) -> list[Key]:
    form = f">{len(schema().keys[name])}q"
    pieces = split_seal(name, sealed)[1:]
    return [unpack(form, piece[:-BYTES]) for piece in pieces if len(piece) == calcsize(form) + BYTES]


def _key(rows: list[Row], width: int) -> bytes:
    """Return the key of the first row; what is damaged may have a key that is no number."""
    numbers = [one if isinstance(one, int) else 0 for one in rows[0][:width]] if rows else [0] * width
    return pack(f">{width}q", *numbers)


def _digest(rows: list[Row]) -> bytes:
    return blake2b(marshal.dumps(rows, FORMAT), digest_size=BYTES).digest()
