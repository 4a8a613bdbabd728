"""The archive beside a file as it is read: what was asked, when the answer came, and its bytes."""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from kb.database import readonly_options
from kb.errors import ArchiveError

PIECE: Final = 1 << 20  # bytes read or written in one go


class Kept(NamedTuple):
    """One answer in the archive."""

    id: int
    name: str
    sha256: str
    endpoint: str
    request: dict[str, Any]
    received_at: str


def archive_path(kb_path: Path) -> Path:
    """Return where the archive of a knowledge base is: ``kb.sqlar`` for ``kb.db``."""
    return kb_path.with_suffix(".sqlar")


@contextmanager
def open_kept(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the archive at path for reading alone."""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?{readonly_options(path)}", uri=True)
    try:
        yield db
    finally:
        db.close()


def read_answers(db: sqlite3.Connection) -> Iterator[Kept]:
    """Yield all answers kept, in order of receipt."""
    for row in db.execute(
        "select id, name, sha256, endpoint, request, received_at from answers order by received_at, id"
    ):
        yield _kept(row)


def read_body(db: sqlite3.Connection, kept: Kept) -> Iterator[bytes]:
    """Yield the bytes of an answer in pieces. Raises ArchiveError at the end if they are not those kept."""
    rowid, size, length = db.execute(
        "select rowid, sz, length(data) from sqlar where name = ?", (kept.name,)
    ).fetchone() or (None, 0, 0)
    if rowid is None:
        raise ArchiveError(f"The archive has lost the answer {kept.name}.")
    digest, unpack = hashlib.sha256(), zlib.decompressobj()
    with db.blobopen("sqlar", "data", rowid, readonly=True) as blob:
        while piece := blob.read(PIECE):
            plain = piece if size == length else unpack.decompress(piece)
            digest.update(plain)
            yield plain
    if digest.hexdigest() != kept.sha256:
        raise ArchiveError(f"The answer {kept.name} in the archive is damaged.")


def read_kept(db: sqlite3.Connection, name: str) -> list[Kept]:
    """Return when and how an answer of this name was asked for, the first time first: equal bytes have one name."""
    rows = db.execute(
        "select id, name, sha256, endpoint, request, received_at from answers where name = ? order by received_at, id",
        (name,),
    )
    return [_kept(row) for row in rows]


def read_size(db: sqlite3.Connection, name: str) -> int:
    """Return how many bytes an answer has; 0 where the archive has lost it."""
    row = db.execute("select sz from sqlar where name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def _kept(row: tuple[int, str, str, str, str, str]) -> Kept:
    number, name, sha256, endpoint, request, received_at = row
    return Kept(number, name, sha256, endpoint, json.loads(request), received_at)
