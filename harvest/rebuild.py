"""A knowledge base made anew from its archive: all answers parsed in order of receipt, nothing asked."""

import logging
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from harvest.archive import open_archive
from harvest.files import unpack
from harvest.load import TOGETHER, asked_pmids, load_articles, load_file, load_icite, load_links, load_page
from kb.database import close_log, open_kb, transaction
from kb.errors import ArchiveError, DatabaseError, RecordError, SourceError
from kb.lock import take_lock
from kb.queries.archive import Kept, archive_path, read_answers, read_body
from kb.store.ledger import copy_ledger
from kb.store.resolutions import save_decisions_applied

_LOG: Final = logging.getLogger(__name__)
_BESIDE: Final = ("-wal", "-shm", "-journal")


def rebuild_kb(path: Path, *, progress: Callable[[int], None] = lambda _: None) -> int:
    """Make the file at path anew from the archive beside it; return how many answers were read.

    The old file stays in place until the new one is whole, and nobody else writes to it meanwhile. The ledger is
    carried over. Raises ArchiveError where there is no archive or an answer in it is damaged.
    """
    let_go = take_lock(path, alone=True)
    try:
        return _rebuild(path, progress)
    finally:
        let_go()


def _rebuild(path: Path, progress: Callable[[int], None]) -> int:
    new = path.with_name(f".{path.name}.rebuilding")
    _remove(new)
    try:
        with open_archive(archive_path(path), create=False) as archive:
            db = open_kb(new, create=True, is_locked=True)
            try:
                count = _load_all(db, archive, progress)
                if path.exists():
                    close_log(path, is_locked=True)
                    copy_ledger(db, path)
                    with transaction(db):
                        save_decisions_applied(db)
                db.execute("pragma wal_checkpoint(truncate)")
                db.execute("pragma journal_mode = delete")
            finally:
                db.close()
        _put_in_place(new, path)
    except OSError as error:
        raise DatabaseError(f"{path} cannot be rebuilt: {error.strerror}.") from error
    finally:
        _remove(new)
    return count


def _load_all(db: sqlite3.Connection, archive: sqlite3.Connection, progress: Callable[[int], None]) -> int:
    count = 0
    for count, kept in enumerate(list(read_answers(archive)), start=1):
        try:
            _load(db, archive, kept)
        except RecordError:  # the harvest noted it in the ledger, which is carried over
            _LOG.info("Nothing of %s can be read.", kept.name)
        except SourceError as error:
            raise ArchiveError(f"The answer {kept.name} in the archive cannot be read: {error}") from error
        progress(count)
    return count


def _load(db: sqlite3.Connection, archive: sqlite3.Connection, kept: Kept) -> None:
    request, at = kept.request, kept.received_at
    if kept.endpoint == "file" and request["kind"] == "page":
        text = b"".join(unpack(str(request["file"]), read_body(archive, kept))).decode("utf-8-sig", "replace")
        load_page(db, text, int(request["pmid"]), name=str(request["file"]), received_at=at)
    elif kept.endpoint == "file":
        name = str(request["file"])
        chunks = unpack(name, read_body(archive, kept))
        for _ in load_file(db, chunks, name=name, kind=str(request["kind"]), received_at=at):
            pass
    elif kept.endpoint == "efetch":
        body, asked = b"".join(read_body(archive, kept)), asked_pmids(request)
        with transaction(db):
            load_articles(db, body, asked, step=request.get("step", TOGETHER), received_at=at)
    elif kept.endpoint == "elink":
        body, asked = b"".join(read_body(archive, kept)), asked_pmids(request)
        with transaction(db):
            load_links(db, body, asked, list_name=request["list"], received_at=at)
    elif kept.endpoint == "icite":
        body, asked = b"".join(read_body(archive, kept)), asked_pmids(request)
        with transaction(db):
            load_icite(db, body, asked, received_at=at)


def _put_in_place(new: Path, path: Path) -> None:
    """Rename new to path, durably; what belonged to the old file goes."""
    with new.open("rb") as file:
        os.fsync(file.fileno())
    for suffix in _BESIDE:  # a log of the old file must never be read into the new one
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remove(path: Path) -> None:
    for suffix in ("", *_BESIDE):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
