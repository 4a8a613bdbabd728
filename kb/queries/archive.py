"""The archive beside a file as it is read: what was asked, when the answer came, and its bytes."""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterator, Set
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from kb.database import DAMAGED, readonly_options
from kb.errors import ArchiveError

PIECE: Final = 1 << 20  # bytes read or written in one go
TABLES: Final = (
    """create table if not exists sqlar (
        name text primary key,  -- endpoint and SHA-256 of the bytes
        mode int,               -- access rights, as SQLite Archives have them
        mtime int,              -- 0: the moment of receipt stands in answers
        sz int,                 -- bytes before compression; equal to length(data) where not compressed
        data blob               -- zlib
    )""",
    """create table if not exists answers (
        id integer primary key,     -- in order of receipt
        name text not null references sqlar (name),
        sha256 text not null,       -- of the bytes before compression
        endpoint text not null,     -- efetch, elink, esearch, icite, file
        request text not null,      -- what was asked, as JSON, without key and e-mail
        received_at text not null,  -- ISO 8601 UTC
        entry_hash text not null,   -- SHA-256 of the columns before, but id
        unique (name, request, received_at)
    )""",
)
_ANSWERS: Final = "select id, name, sha256, endpoint, request, received_at, entry_hash from answers"
_DEFINITIONS: Final = "select type, name, tbl_name, sql from sqlite_master order by rowid"
_MOST_ANSWERS: Final = 1_000_000  # looked for by number, where damage lets nobody list them
_SHOWN: Final = 200  # characters of a request in a sentence


class ArchivedResponse(NamedTuple):
    """One answer in the archive; entry_hash is that of the other fields but the first."""

    id: int
    name: str
    sha256: str
    endpoint: str
    request: dict[str, Any]
    received_at: str
    entry_hash: str


def archive_path(kb_path: Path) -> Path:
    """Return where the archive of a knowledge base is: ``kb.sqlar`` for ``kb.db``, ``a.v1.sqlar`` for ``a.v1``."""
    return kb_path.with_name(kb_path.name.removesuffix(".db") + ".sqlar")


@contextmanager
def open_kept(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the archive at path for reading alone."""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?{readonly_options(path)}", uri=True)
    db.text_factory = legible
    try:
        yield db
    finally:
        db.close()


def legible(text: bytes) -> str:
    """Return text of a row, which a flipped bit may have made no UTF-8: its hash tells."""
    return text.decode("utf-8", "replace")


def read_answers(db: sqlite3.Connection) -> list[ArchivedResponse]:
    """Return all answers kept, in order of receipt; of damaged pages, what can be read. See read_damage().

    Raises ArchiveError where the definitions of its tables let nobody read them.
    """
    try:
        found = db.execute(f"{_ANSWERS} not indexed").fetchall()
    except DAMAGED as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:  # no such table or column
            raise ArchiveError(f"The archive cannot be read: {error}.") from error
        found = [row for number in range(1, _MOST_ANSWERS) for row in _read_answer(db, number)]
    return sorted(map(_kept, found), key=lambda kept: (kept.received_at, kept.id))


def _read_answer(db: sqlite3.Connection, number: int) -> list[Any]:
    try:
        return db.execute(f"{_ANSWERS} where id = ?", (number,)).fetchall()
    except DAMAGED:
        return []


def check_answer(db: sqlite3.Connection, kept: ArchivedResponse) -> None:
    """Raise ArchiveError where an answer, or what is noted of it, is not what was kept."""
    if kept.entry_hash != hash_entry(*kept[1:6]):
        raise ArchiveError(f"What the archive notes of the answer {kept.name} is damaged.")
    for _ in read_body(db, kept):
        pass


def hash_entry(name: str, sha256: str, endpoint: str, request: dict[str, Any], received_at: str) -> str:
    """Return the SHA-256 of what is noted of an answer."""
    return hashlib.sha256(
        "\n".join((name, sha256, endpoint, format_request(request), received_at)).encode()
    ).hexdigest()


def format_request(request: dict[str, Any]) -> str:
    """Return what was asked as the archive notes it."""
    return json.dumps(request, sort_keys=True, ensure_ascii=False)


def read_damage(path: Path, wanted: Set[str]) -> Iterator[str]:
    """Yield a sentence for each answer in the archive at path that is damaged, or of those wanted is not there."""
    try:
        with open_kept(path) as db:
            yield from read_faults(db)
            answers = read_answers(db)
            for kept in answers:
                try:
                    check_answer(db, kept)
                except ArchiveError as error:
                    yield f"{error} {format_asked(kept)}"
            yield from map(format_lost, sorted(wanted - {kept.name for kept in answers}))
    except ArchiveError as error:
        yield str(error)
    except DAMAGED as error:
        yield f"The archive cannot be read: {error}."


def read_faults(db: sqlite3.Connection) -> Iterator[str]:
    """Yield a sentence for each fault that SQLite finds, and for definitions other than the archive was made with."""
    try:
        found = [row[0] for row in db.execute("pragma integrity_check")]
    except DAMAGED as error:
        found = [str(error)]
    yield from (f"SQLite: {words}" for words in found if words != "ok")
    with closing(sqlite3.connect(":memory:")) as made:
        for statement in TABLES:
            made.execute(statement)
        if db.execute(_DEFINITIONS).fetchall() != made.execute(_DEFINITIONS).fetchall():
            yield "The definitions of its tables are not as they were."


def format_lost(name: str) -> str:
    """Return a sentence for an answer that is not there any more."""
    return f"The archive has lost the answer {name}."


def format_asked(kept: ArchivedResponse) -> str:
    """Return what an answer was asked for, and when it came, in words."""
    asked = format_request(kept.request)
    return f"It answered {asked if len(asked) <= _SHOWN else asked[:_SHOWN] + '…'} at {kept.received_at}."


def read_body(db: sqlite3.Connection, kept: ArchivedResponse) -> Iterator[bytes]:
    """Yield the bytes of an answer in pieces. Raises ArchiveError at the end if they are not those kept."""
    try:
        yield from _read_body(db, kept)
    except (sqlite3.Error, UnicodeDecodeError, zlib.error) as error:
        raise _damaged(kept) from error


def _damaged(kept: ArchivedResponse) -> ArchiveError:
    return ArchiveError(f"The answer {kept.name} in the archive is damaged.")


def _read_body(db: sqlite3.Connection, kept: ArchivedResponse) -> Iterator[bytes]:
    rowid, size, length = db.execute(
        "select rowid, sz, length(data) from sqlar where name = ?", (kept.name,)
    ).fetchone() or (None, 0, 0)
    if rowid is None:
        raise ArchiveError(format_lost(kept.name))
    digest, unpack, given = hashlib.sha256(), zlib.decompressobj(), 0
    with db.blobopen("sqlar", "data", rowid, readonly=True) as blob:
        while piece := blob.read(PIECE):
            plain = piece if size == length else unpack.decompress(piece)
            digest.update(plain)
            given += len(plain)
            yield plain
    if (digest.hexdigest(), given) != (kept.sha256, size):
        raise _damaged(kept)


def read_kept(db: sqlite3.Connection, name: str) -> list[ArchivedResponse]:
    """Return when and how an answer of this name was asked for, the first time first: equal bytes have one name."""
    rows = db.execute(f"{_ANSWERS} where name = ? order by received_at, id", (name,))
    return [_kept(row) for row in rows]


def read_size(db: sqlite3.Connection, name: str) -> int:
    """Return how many bytes an answer has; 0 where the archive has lost it."""
    row = db.execute("select sz from sqlar where name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def _kept(row: tuple[int, str, str, str, str, str, str]) -> ArchivedResponse:
    number, name, sha256, endpoint, request, received_at, entry_hash = row
    try:
        asked = json.loads(request)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        asked = {"damaged": request}
    return ArchivedResponse(number, name, sha256, endpoint, asked, received_at, entry_hash)
