"""Bits flipped in a file: what it held before and after, as SQLite reads it, to compare with what a check finds."""

import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple


class Rot(NamedTuple):
    """What became of flips: how many changed content, and the bits of those that a check did not find."""

    changed: int
    missed: list[int]


def content(path: Path) -> object:
    """Return all rows and definitions of a file, less comments; in place of what cannot be read, the error."""
    try:
        with closing(sqlite3.connect(path)) as db:
            db.text_factory = bytes
            names = db.execute("select type, name, sql from sqlite_master order by rowid").fetchall()
            return [
                *map(_without_comments, names),
                *(row for kind, name, sql in names for row in _rows(db, kind, name, sql)),
            ]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)


def _without_comments(definition: tuple[bytes | None, ...]) -> tuple[bytes, ...]:
    return tuple(re.sub(rb"--.*", b"", part or b"") for part in definition)


def _rows(db: sqlite3.Connection, kind: bytes, name: bytes, sql: bytes | None) -> Iterator[object]:
    if kind == b"table" and not (sql or b"").startswith(b"CREATE VIRTUAL") and not name.startswith(b"sqlite_"):
        yield from db.execute(f'select * from "{name.decode()}" not indexed')


def flipped(path: Path, flips: int, finds: Callable[[Path], bool], *, seed: int) -> Rot:
    """Flip one bit at a time in a copy of path, not in empty room; ask finds of each copy whose content changed."""
    whole, held, rng = path.read_bytes(), content(path), random.Random(seed)
    copy, missed, changed = path.with_name(f"rotten{path.suffix}"), [], 0
    written = [place for place, byte in enumerate(whole) if byte]
    for bit in (rng.choice(written) * 8 + rng.randrange(8) for _ in range(flips)):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        copy.write_bytes(damaged)
        if content(copy) != held:
            changed += 1
            copy.write_bytes(damaged)
            missed += [] if finds(copy) else [bit]
        for beside in copy.parent.glob(f"{copy.name}-*"):
            beside.unlink()
    return Rot(changed, missed)
