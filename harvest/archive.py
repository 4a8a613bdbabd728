"""The archive as it is written: raw answers kept before they are parsed, so that a knowledge base can be rebuilt.

``kb.sqlar`` beside ``kb.db`` is an SQLite Archive (``sqlite3 -A`` lists and extracts it) with a second table
that says of each answer what was asked, without key and e-mail, and when it came.
"""

import hashlib
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from kb.database import BUSY_TIMEOUT_MS, explain_sqlite, transaction
from kb.errors import ArchiveError
from kb.queries.archive import PIECE, TABLES, format_request, hash_entry, legible

_GZIP: Final = b"\x1f\x8b"
_SPOOLED: Final = 32 << 20  # bytes of a compressed answer held in memory before a temporary file is used
_LARGEST: Final = 900_000_000  # SQLite's default limit for one value is 10^9 bytes


@contextmanager
def open_archive(path: Path, *, create: bool = True) -> Iterator[sqlite3.Connection]:
    """Open the archive at path, durable after each answer; make it where it is not there, if asked."""
    if not create and not path.is_file():
        raise ArchiveError(f"There is no archive {path}; a rebuild needs the answers that were kept there.")
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
        db.text_factory = legible
        try:
            _refuse_foreign(db, path)
            db.execute("pragma journal_mode = wal")
            db.execute("pragma synchronous = full")
            with transaction(db):
                for statement in TABLES:
                    db.execute(statement)
        except BaseException:
            db.close()
            raise
    except sqlite3.Error as error:
        raise explain_sqlite(error, path) from error
    try:
        yield db
    finally:
        db.close()


def _refuse_foreign(db: sqlite3.Connection, path: Path) -> None:
    """Raise ArchiveError for somebody's own SQLite file, which may be an archive, too."""
    tables = {row[0] for row in db.execute("select name from sqlite_master where type = 'table'")}
    if tables and "answers" not in tables:
        raise ArchiveError(
            f"{path} is an SQLite file that litkb did not make; it was left alone. The answers that are kept need a "
            "place of this name: name the knowledge base otherwise."
        )


def pack(body: bytes) -> bytes:
    """Return bytes as an archive holds them."""
    return zlib.compress(body, 6)


def keep_answer(
    db: sqlite3.Connection,
    body: bytes,
    *,
    endpoint: str,
    request: dict[str, Any],
    received_at: str,
    packed: bytes | None = None,
) -> str:
    """Keep one answer, committed before this returns; return its name. packed: its bytes as pack() gives them."""
    sha256 = hashlib.sha256(body).hexdigest()
    packed = packed or pack(body)
    data = packed if len(packed) < len(body) else body
    name = f"{endpoint}/{sha256}.xml"
    with transaction(db):
        db.execute(  # what is there under this name may have been damaged
            """insert into sqlar values (?, ?, 0, ?, ?)
            on conflict do update set sz = excluded.sz, data = excluded.data where data <> excluded.data""",
            (name, 0o100644, len(body), data),
        )
        _note(db, (name, sha256, endpoint, request, received_at))
    return name


def _note(db: sqlite3.Connection, entry: tuple[str, str, str, dict[str, Any], str]) -> None:
    name, sha256, endpoint, request, received_at = entry
    db.execute(
        """insert or ignore into answers (name, sha256, endpoint, request, received_at, entry_hash)
        values (?, ?, ?, ?, ?, ?)""",
        (name, sha256, endpoint, format_request(request), received_at, hash_entry(*entry)),
    )


def keep_file(db: sqlite3.Connection, path: Path, *, request: dict[str, Any], received_at: str) -> str:
    """Keep the bytes of a file as they are, in flat memory; return its name in the archive.

    Raises ArchiveError for a file that is over 900 MB when compressed.
    """
    with tempfile.SpooledTemporaryFile(max_size=_SPOOLED) as packed:
        sha256, size = _pack(path, packed)
        length = packed.tell() or size
        if length >= _LARGEST:
            raise ArchiveError(f"{path.name} is too large to keep ({length:,} bytes); split it and load the parts.")
        name = _entry(sha256, str(request["file"]))
        with transaction(db):
            if length < size:
                _write_blob(db, name, size, packed, length)
            else:  # a gzipped file does not get smaller: it is kept as it is
                with path.open("rb") as plain:
                    _write_blob(db, name, size, plain, size)
            _note(db, (name, sha256, "file", request, received_at))
    return name


def file_entry(path: Path, name: str) -> str:
    """Return the name under which the archive keeps the bytes of a file of this name."""
    with path.open("rb") as file:
        return _entry(hashlib.file_digest(file, "sha256").hexdigest(), name)


def _entry(sha256: str, name: str) -> str:
    return f"file/{sha256[:16]}/{Path(name).name}"


def _pack(path: Path, packed: IO[bytes]) -> tuple[str, int]:
    """Write the zlib form of a file to packed, nothing for a gzipped one; return SHA-256 and size of its bytes."""
    digest, size, pack = hashlib.sha256(), 0, None
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            if size == 0 and not piece.startswith(_GZIP):
                pack = zlib.compressobj()
            size += len(piece)
            if pack:
                packed.write(pack.compress(piece))
    if pack:
        packed.write(pack.flush())
    return digest.hexdigest(), size


def _write_blob(db: sqlite3.Connection, name: str, size: int, packed: IO[bytes], length: int) -> None:
    db.execute("delete from sqlar where name = ?", (name,))  # what is there may have been damaged
    row = db.execute(
        "insert into sqlar values (?, ?, 0, ?, zeroblob(?)) returning rowid", (name, 0o100644, size, length)
    ).fetchone()
    packed.seek(0)
    with db.blobopen("sqlar", "data", row[0]) as blob:
        while piece := packed.read(PIECE):
            blob.write(piece)
