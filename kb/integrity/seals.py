"""Seals: what every table held when litkb last closed the file after writing, so that a flipped bit is found in any.

A transaction breaks them, closing the connection sets them again; a file whose writer was killed has none. What an
article brings into the tables of its parts is sealed with it, in the transaction that saves it. Seals are in the file,
move with it, and outlast `vacuum`. Against people they prove nothing: they are no signature.
"""

import marshal
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from itertools import zip_longest
from typing import Any, Final
from zlib import crc32

from kb.integrity.changed_keys import Watch, is_alone, read_changed, watch
from kb.integrity.pieces import (
    BYTES,
    FORMAT,
    OF_RECORDS,
    SEALS,
    TOGETHER,
    Row,
    read_pieces,
    schema,
    seal_again,
    split_seal,
)
from kb.migrations import LATE_INDEXES

_LARGE: Final = 1_000  # bytes of a seal, from some thousand rows on: smaller tables are sealed anew as a whole
_Rows = Sequence[Row]
_SEALS_OF_TABLES: Final = "name >= 'a'"  # the seal of a record has its PMID as name
_TOGETHER_READ: Final = 500  # records


def break_seals(db: sqlite3.Connection, tables: Collection[str]) -> None:
    """Break the seals of tables, within the transaction that is about to change them.

    Where none is named, those of all but computed ones: a graph run names what it changes, and what else removes
    computed rows does so as well.
    """
    some = _meant(tables)
    db.executemany(f"update {SEALS} set digests = x'' where name = ? and digests <> x''", ((name,) for name in some))


def watch_seals(db: sqlite3.Connection, tables: Collection[str]) -> Watch:
    """Keep the seals of the large ones of tables before break_seals() breaks them, and note what changes in them."""
    large = db.execute(f"select name, digests from {SEALS} where {_SEALS_OF_TABLES} and length(digests) > ?", (_LARGE,))
    keys, meant = schema().keys, _meant(tables)
    return watch(db, {name: seal for name, seal in large if name in keys and name in meant}, keys)


def _meant(tables: Collection[str]) -> Collection[str]:
    return tables or schema().names - schema().computed


def break_all_seals(db: sqlite3.Connection) -> None:
    """Break the seals of all tables, within the transaction that is about to change any of them."""
    db.execute(f"delete from {SEALS} where {_SEALS_OF_TABLES}")


def record_seal(parts: Iterable[_Rows]) -> bytes:
    """Return the seal of the rows of a record by table: a digest of all, and a byte of each to name a table by."""
    pieces = [marshal.dumps(sorted(rows), FORMAT) if rows else b"" for rows in parts]
    digest = blake2b(b"".join(pieces), digest_size=BYTES).digest()
    return digest + bytes(crc32(piece) & 0xFF for piece in pieces)


def save_record_seals(db: sqlite3.Connection, seals: Iterable[tuple[int, bytes]]) -> None:
    """Save the seals of records by their PMIDs."""
    rows = ((str(pmid), seal) for pmid, seal in seals)
    db.executemany(f"insert or replace into {SEALS} (name, digests) values (?, ?)", rows)


def break_record_seals(db: sqlite3.Connection, pmids: Iterable[int]) -> None:
    """Remove the seals of records that are about to be removed."""
    db.executemany(f"delete from {SEALS} where name = ?", ((str(pmid),) for pmid in pmids))


def seal_records(db: sqlite3.Connection, pmids: Sequence[int]) -> None:
    """Seal the records of pmids as the file holds them."""
    for pmid in pmids:
        rows = _read_parts(db, pmid, pmid, {}).get(pmid)
        save_record_seals(db, [(pmid, record_seal(rows))] if rows else [])


def seal(db: sqlite3.Connection, watched: Watch | None = None) -> None:
    """Seal what has no whole seal, as one state of the file holds it: about a second a million rows.

    Of a watched table only what changed is read, unless another process has written since. Raises
    sqlite3.OperationalError where one wrote meanwhile, which will seal in its turn.
    """
    db.execute("begin")
    try:
        whole = {row[0] for row in db.execute(f"select name from {SEALS} where {_SEALS_OF_TABLES} and digests <> x''")}
        names = [name for name in _names(db) if name not in whole]
        kept = watched.seals if watched and is_alone(db, watched) else {}
        with _as_bytes(db):
            seals = [(name, _sealed(db, name, kept.get(name))) for name in names]
        db.executemany(f"insert or replace into {SEALS} (name, digests) values (?, ?)", seals)
    except BaseException:
        if db.in_transaction:  # SQLite rolls back by itself on a full disk
            db.execute("rollback")
        raise
    db.execute("commit")


def _sealed(db: sqlite3.Connection, name: str, before: bytes | None) -> bytes:
    """Return the seal of what is called name; before is the one that it had when it began to be watched."""
    again = seal_again(db, name, before, read_changed(db, name)) if before else None
    return again or b"".join(piece for _, piece in read_pieces(db, name))


def read_is_sealed(db: sqlite3.Connection) -> bool:
    """Return whether the file has seals to compare with, none of them broken."""
    of_tables = f"from {SEALS} where {_SEALS_OF_TABLES}"
    return bool(db.execute(f"select count(*) > 0 and min(digests <> x'') {of_tables}").fetchone()[0])


def read_altered(db: sqlite3.Connection) -> Iterator[str]:
    """Yield what does not hold what it was sealed with: a table and the rows that the first change is among."""
    yield from _altered_records(db)
    stored: dict[str, bytes] = dict(db.execute(f"select name, digests from {SEALS} where {_SEALS_OF_TABLES}"))
    if not stored:
        return
    expected = {name for name, digests in stored.items() if digests or name not in LATE_INDEXES}  # a load makes those
    yield from (f"{name} is missing, or its name is not as it was" for name in sorted(expected - {*_names(db)}))
    for name in _names(db):
        if name not in stored:
            yield f"{name} has no seal"
        elif stored[name] and (altered := _first_altered(db, name, stored[name])):  # else it is broken
            yield altered


def _altered_records(db: sqlite3.Connection) -> Iterator[str]:
    """Yield each table of parts in which a record is not as it was saved, with the first such record."""
    names = f"select cast(name as integer), digests from {SEALS} where not {_SEALS_OF_TABLES} order by 1"
    seals = db.execute(names).fetchall()
    held = {pmid for (pmid,) in db.execute("select pmid from articles")} if seals else set()
    if others := held.symmetric_difference(pmid for pmid, _ in seals):
        yield f"{SEALS}: an article without its seal, or a seal without its article, such as PMID {min(others)}"
    found: dict[str, str] = {}
    for start in range(0, len(seals), _TOGETHER_READ):
        some = seals[start : start + _TOGETHER_READ]
        read = _read_parts(db, some[0][0], some[-1][0], found)
        for pmid, seal in some:
            for table in _tables_altered(seal, record_seal(read.get(pmid, [()] * len(OF_RECORDS)))):
                found.setdefault(table, f"the rows of PMID {pmid}")
    yield from (f"{table}: {where}" for table, where in found.items())


def _tables_altered(seal: bytes, now: bytes) -> list[str]:
    """Return the tables of parts in which a record differs; all of them where the bytes that name them do not tell."""
    tables = [table for table, one, other in zip(OF_RECORDS, seal[BYTES:], now[BYTES:], strict=False) if one != other]
    return tables if seal == now or tables else [*OF_RECORDS]


def _read_parts(db: sqlite3.Connection, first: int, last: int, faults: dict[str, str]) -> dict[int, list[list[Row]]]:
    """Return the rows of the records of a range of PMIDs by table; what cannot be read is said in faults."""
    found: dict[int, list[list[Row]]] = {}
    for place, (table, columns) in enumerate(OF_RECORDS.items()):
        select = f"select {', '.join(columns)} from {table} not indexed where {columns[0]} between ? and ?"
        try:
            for row in db.execute(select, (first, last)):
                found.setdefault(row[0], [[] for _ in OF_RECORDS])[place].append(row)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            faults.setdefault(table, str(error))
    return found


def _first_altered(db: sqlite3.Connection, name: str, digests: bytes) -> str | None:
    last: Row = ()
    try:
        with _as_bytes(db):
            pieces = zip_longest(read_pieces(db, name, digests), split_seal(name, digests))
            for number, (piece, expected) in enumerate(pieces):
                first, found = piece or ((), b"")
                last = first or last
                if found != expected:
                    return f"{name}: {_place(number, _key_of(db, name, last))}"
    except TypeError:
        return f"{name}: a key is no number"
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return f"{name}: {error}"
    return None


def _key_of(db: sqlite3.Connection, name: str, row: Row) -> list[Any]:
    return [row[column[0]] for column in db.execute(f"pragma table_info({name})") if column[5]] if row else []


def _place(number: int, key: list[Any]) -> str:
    if number == 0 or not key:
        return "its definition, or all its rows"
    shown = ", ".join(one.decode("utf-8", "replace")[:40] if isinstance(one, bytes) else str(one) for one in key)
    return f"among the {TOGETHER} rows from ({shown}) on"


@contextmanager
def _as_bytes(db: sqlite3.Connection) -> Iterator[None]:
    """Run a block that reads text as its bytes, which need not be UTF-8 any more."""
    before, db.text_factory = db.text_factory, bytes
    try:
        yield
    finally:
        db.text_factory = before


def _names(db: sqlite3.Connection) -> list[str]:
    """Return what is sealed: all that the schema of litkb names. Tables that somebody added are theirs."""
    names = (row[0] for row in db.execute("select cast(name as blob) from sqlite_master order by name"))
    return [name for name in (bytes(one).decode("utf-8", "replace") for one in names) if name in schema().names]
