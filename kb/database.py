"""Opening a litkb file: foreign keys on, application and version checked, read-only on request."""

import os
import sqlite3
import weakref
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from errno import EACCES
from functools import partial
from pathlib import Path
from stat import S_ISREG
from typing import Final

from kb.errors import DatabaseError, NewerSchemaError, NotLitkbError
from kb.integrity.changed_keys import Watch, end_long_watches
from kb.integrity.seals import break_seals, seal, watch_seals
from kb.lock import take_lock
from kb.migrations import APPLICATION_ID, LATE_INDEXES, MIGRATIONS
from kb.text import search_form

BUSY_TIMEOUT_MS: Final = 30_000
_CACHE_KB: Final = 32_768  # of a writer: with the 2,000 of SQLite, a batch writes pages of the indexes several times
_SORTING_KB: Final = 8_192  # of it while an index is made: entries are sorted in pieces of that size, no slower
_LOG_PAGES: Final = 4_000  # 16 MB: what several batches write of one page goes from the log into the file once
_LONG_LOG: Final = 32_000_000  # bytes of the log from which a writer waits for readers, to begin it anew,
_PATIENCE_MS: Final = 2_000  # so long
_LONGEST: Final = 1_000_000_000  # bytes: SQLite's own limit
DAMAGED: Final = (sqlite3.DatabaseError, UnicodeDecodeError)  # SQLite's message may quote bytes that are no text


class _Connection(sqlite3.Connection):
    """A connection that seals the file when it is closed after writing, and lets go of its share of it."""

    let_go: Callable[[], object] = staticmethod(lambda: None)
    check_place: Callable[[], object] = staticmethod(lambda: None)
    has_written = False
    watched: Watch | None = None  # since the first transaction

    def close(self) -> None:
        has_written = self.has_written
        if self.has_written and not self.in_transaction:
            with suppress(sqlite3.Error):  # a full disk, or somebody else writes: a file without seals is told of
                seal(self, self.watched)
        self.has_written = False
        super().close()
        self.let_go()
        if has_written:
            self.check_place()


def open_kb(
    path: str | Path,
    *,
    create: bool = False,
    readonly: bool = False,
    keep_journal: bool = False,
    is_locked: bool = False,
) -> sqlite3.Connection:
    """Return a connection to the litkb file at path, its schema brought up to this version.

    ``create`` makes a file that is not there; ``readonly`` opens without changing a byte; ``keep_journal``
    leaves the journal mode, which is in the bytes of a published file, as it is; ``is_locked``: the caller has the
    file for itself. While it is open for writing, no rebuild replaces it. Transactions
    are begun by transaction(), never by the module sqlite3. Raises NotLitkbError for a file that is not
    litkb's (it is left alone), NewerSchemaError for one by a later litkb, DatabaseError for the rest.
    """
    path = Path(path)
    check_file(path, create=create)
    let_go = _Connection.let_go if readonly or is_locked else take_lock(path)
    try:
        db = _connect(path, readonly=readonly)
    except sqlite3.Error as error:
        let_go()
        raise DatabaseError(f"{path} cannot be opened: {error}.") from error
    db.let_go = weakref.finalize(db, let_go)
    db.check_place = partial(_check_place, path, path.stat())
    try:
        _prepare(db, path, readonly=readonly, keep_journal=keep_journal)
    except DAMAGED as error:
        db.close()
        raise _explained(error, path) from error
    except BaseException:
        db.close()
        raise
    return db


def _check_place(path: Path, opened: os.stat_result) -> None:
    """Raise DatabaseError where the file that was opened is not at path any more: not every system has locks."""
    if not (path.exists() and os.path.samestat(opened, path.stat())):
        raise DatabaseError(
            f"{path} was moved, removed or replaced while this command wrote to it: what it wrote is not there. "
            "Run the command again."
        )


def check_file(path: Path, *, create: bool) -> None:
    """Raise DatabaseError, with a sentence, unless path is a file of SQLite's, or with create one that may be made."""
    if path.is_dir():
        raise DatabaseError(f"{path} is a folder; name the file of a knowledge base, such as {path / 'kb.db'}.")
    try:
        is_empty = not _regular_file(path).st_size
    except FileNotFoundError:
        if create and path.parent.is_dir():
            return
        if create:
            raise DatabaseError(f"There is no folder {path.parent} to make {path.name} in.") from None
        raise DatabaseError(f"There is no file {path}. `litkb harvest {path} PMID` makes one.") from None
    except OSError as error:
        raise DatabaseError(f"{path} cannot be read: {error.strerror}.") from error
    if is_empty and not create:
        raise NotLitkbError(f"{path} is empty; it is not a litkb file.")
    if not is_empty and not _has_header(path):
        raise NotLitkbError(f"{path} is not an SQLite file; it was left alone.")


def is_sqlite(path: Path) -> bool:
    """Return whether path is a file of SQLite's; False for what cannot be read."""
    try:
        return _regular_file(path).st_size > 0 and _has_header(path)
    except (OSError, NotLitkbError):
        return False


def _regular_file(path: Path) -> os.stat_result:
    """Return what the system says of a file that can be read; raises OSError, or NotLitkbError for what is no file."""
    found = path.stat()
    if not S_ISREG(found.st_mode):  # a pipe waits for ever, a device has no end
        raise NotLitkbError(f"{path} is no file, but a device, pipe or socket; it was left alone.")
    if not os.access(path, os.R_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))
    return found


def _has_header(path: Path) -> bool:
    """Return whether a file begins as SQLite's do. SQLite itself looks.

    Were the file opened here and closed again, the system would drop all locks that this process has on it, those of
    other connections too (POSIX): a writer that ends would then take away the log that they read from.
    """
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        db.execute("pragma schema_version").fetchone()
    except sqlite3.DatabaseError as error:
        return error.sqlite_errorcode != sqlite3.SQLITE_NOTADB
    finally:
        db.close()
    return True


def _connect(path: Path, *, readonly: bool) -> _Connection:
    options = readonly_options(path) if readonly else "mode=rwc"
    uri = f"{path.absolute().as_uri()}?{options}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000, factory=_Connection)
    db.execute("pragma foreign_keys = on")
    add_fold(db)
    return db


def add_fold(db: sqlite3.Connection) -> None:
    """Give a connection the function of SQL by which texts are searched."""
    db.create_function("fold", 1, _fold, deterministic=True)


def _fold(text: str | None) -> str | None:
    return None if text is None else search_form(text)


def readonly_options(path: Path) -> str:
    """Return how SQLite can read the file at path without writing anything.

    Beside a writer (``mode=ro``); a file in WAL mode in a folder that cannot be written, where nobody else can
    write either, only as one that does not change (``immutable=1``).
    """
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        db.execute("pragma schema_version").fetchone()
    except sqlite3.OperationalError:
        return "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    except DAMAGED:
        return "mode=ro"  # it opens, and is no database: open_kb says so
    finally:
        db.close()
    return "mode=ro"


def _prepare(db: _Connection, path: Path, *, readonly: bool, keep_journal: bool) -> None:
    found = db.execute("pragma application_id").fetchone()[0]
    version = db.execute("pragma user_version").fetchone()[0]
    tables = db.execute("select count(*) from sqlite_master").fetchone()[0]
    if found != APPLICATION_ID and (tables or version or found):
        raise NotLitkbError(f"{path} is an SQLite file, but not a litkb knowledge base; it was left alone.")
    if version > len(MIGRATIONS):
        raise NewerSchemaError(
            f"{path} was written by a later litkb (schema {version}, this one knows {len(MIGRATIONS)}); "
            "install the current litkb to open it."
        )
    if readonly:
        if version < len(MIGRATIONS):
            raise DatabaseError(f"{path} has an older schema; open it once with `litkb check {path}`.")
        return
    if not keep_journal:
        db.execute("pragma journal_mode = wal")
    db.execute(f"pragma cache_size = -{_CACHE_KB}")
    db.execute(f"pragma wal_autocheckpoint = {_LOG_PAGES}")
    db.execute("pragma synchronous = full")  # WAL with normal loses acknowledged commits on power loss
    if version < len(MIGRATIONS):
        _migrate(db)
    _make_late_indexes(db)  # those that a killed load left out


def _migrate(db: _Connection) -> None:
    with _atomic(db):
        version = db.execute("pragma user_version").fetchone()[0]  # another process may have been faster
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            for statement in split_statements(script):
                db.execute(statement)
            db.execute(f"pragma user_version = {number}")
        db.execute(f"pragma application_id = {APPLICATION_ID}")
        break_seals(db, ())
    db.has_written = version > 0


@contextmanager
def indexes_made_last(db: sqlite3.Connection) -> Iterator[None]:
    """Run a block that loads many records while LATE_INDEXES are not there: made at its end, they cost a tenth.

    Meanwhile the file holds all the same, read more slowly. Where the process is killed, open_kb() makes them. No
    foreign keys are looked up either: some of them are found by these indexes.
    """
    with transaction(db, changes=LATE_INDEXES):
        for name in LATE_INDEXES:
            db.execute(f"drop index if exists {name}")
    try:
        with unchecked_keys(db):
            yield
    finally:
        _make_late_indexes(db)


def _make_late_indexes(db: sqlite3.Connection) -> None:
    """Make those of LATE_INDEXES that are missing, a transaction for each: others may write between."""
    missing = read_missing_indexes(db)
    if not missing:
        return
    definitions = {one.split()[2]: one for one in split_statements(MIGRATIONS[0]) if one.startswith("create index ")}
    db.execute(f"pragma cache_size = -{_SORTING_KB}")
    for name in missing:
        with transaction(db, changes=LATE_INDEXES):
            db.execute(definitions[name].replace("index", "index if not exists", 1))
    db.execute(f"pragma cache_size = -{_CACHE_KB}")


def read_missing_indexes(db: sqlite3.Connection) -> list[str]:
    """Return those of LATE_INDEXES that are not there: a large load goes on, or was killed, and reading is slow."""
    held = {row[0] for row in db.execute("select name from sqlite_master where type = 'index'")}
    return [name for name in LATE_INDEXES if name not in held]


def split_statements(script: str) -> Iterator[str]:
    """Yield the statements of an SQL script; a trigger with its inner statements is one."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""


@contextmanager
def long_values(db: sqlite3.Connection) -> Iterator[None]:
    """Run a block in which values may be as long as SQLite has them, whatever strangers may ask for."""
    limit = db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    try:
        yield
    finally:
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limit)


@contextmanager
def transaction(db: sqlite3.Connection, *, changes: Collection[str] = ()) -> Iterator[None]:
    """Run a block in one write transaction: all of it is kept, or nothing.

    It breaks the seals of a litkb file: those of the tables in changes, where the block changes no others, else those
    of all tables but computed ones.
    """
    try:
        with _atomic(db):
            if isinstance(db, _Connection):
                _break_seals(db, changes)
            yield
    except BaseException:
        if isinstance(db, _Connection):
            db.watched = None  # what watched was rolled back, too
        raise
    if isinstance(db, _Connection):
        _shorten_log(db)


def _break_seals(db: _Connection, changes: Collection[str]) -> None:
    if not db.has_written:
        db.watched = watch_seals(db, changes)
    elif db.watched:
        end_long_watches(db, db.watched)
    break_seals(db, changes)
    db.has_written = True


def _shorten_log(db: _Connection) -> None:
    """Begin the write-ahead log anew where it is long: by itself SQLite does so only at a moment when nobody reads."""
    log = Path(f"{db.execute('pragma database_list').fetchone()[2]}-wal")
    if not log.is_file() or log.stat().st_size < _LONG_LOG:
        return
    db.execute(f"pragma busy_timeout = {_PATIENCE_MS}")
    with suppress(sqlite3.Error):  # a long read goes on: after the next transaction, then
        db.execute("pragma wal_checkpoint(truncate)")
    db.execute(f"pragma busy_timeout = {BUSY_TIMEOUT_MS}")


@contextmanager
def _atomic(db: sqlite3.Connection) -> Iterator[None]:
    """``begin immediate``: a deferred begin under concurrent writers fails with "database is locked"."""
    db.execute("begin immediate")
    try:
        yield
    except BaseException:
        if db.in_transaction:  # SQLite rolls back by itself on a full disk
            db.execute("rollback")
        raise
    db.execute("commit")


@contextmanager
def one_moment(db: sqlite3.Connection) -> Iterator[None]:
    """Run a block that reads, all of it from one moment of the file: somebody may be writing."""
    db.execute("begin")
    try:
        yield
    finally:
        if db.in_transaction:  # SQLite ends it itself where memory runs out or the file is damaged
            db.execute("rollback")


@contextmanager
def unchecked_keys(db: sqlite3.Connection) -> Iterator[None]:
    """Run a block in which SQLite looks up no foreign keys, half of the time of many rows: the block knows its own.

    It must stand around a transaction: within one, SQLite leaves the keys as they are.
    """
    before = db.execute("pragma foreign_keys").fetchone()[0]
    db.execute("pragma foreign_keys = off")
    try:
        yield
    finally:
        db.execute(f"pragma foreign_keys = {before}")


@contextmanager
def snapshot(db: sqlite3.Connection) -> Iterator[None]:
    """Run a block that reads one state of the file, whatever others write meanwhile; writers do not wait."""
    if db.in_transaction:
        yield
    else:
        with one_moment(db):
            yield


def _explained(error: sqlite3.DatabaseError | UnicodeDecodeError, path: Path) -> DatabaseError:
    """Return error as a sentence that names the file and what to do."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return DatabaseError(f"{path} is being written by another program; try again when it has ended.")
    if "readonly" in text or "read-only" in text:
        return DatabaseError(f"{path} cannot be written: it, or its folder, is read-only.")
    if "full" in text:
        return DatabaseError(f"The disk is full: {path} was left as it was after the last whole batch.")
    if isinstance(error, UnicodeDecodeError) or "not a database" in text or "malformed" in text:
        return NotLitkbError(f"{path} is damaged or not an SQLite file; it was left alone.")
    return DatabaseError(f"{path} cannot be used: {text}.")


def explain_sqlite(error: sqlite3.Error, path: str | Path) -> DatabaseError:
    """Return an SQLite error as one of ours, with a sentence; for commands that write."""
    if isinstance(error, sqlite3.DatabaseError):
        return _explained(error, Path(path))
    return DatabaseError(f"{path} cannot be used: {error}.")


def close_log(path: Path, *, is_locked: bool = False) -> None:
    """Bring what the write-ahead log of a litkb file holds into the file itself, so that it stands alone."""
    db = open_kb(path, is_locked=is_locked)
    try:
        db.execute("pragma wal_checkpoint(truncate)")
        db.execute("pragma journal_mode = delete")
    except sqlite3.Error as error:
        raise explain_sqlite(error, path) from error
    finally:
        db.close()
