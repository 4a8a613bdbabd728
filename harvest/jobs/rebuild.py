"""A knowledge base made anew from its archive: all answers parsed in order of receipt, nothing asked."""

import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

from harvest.archive import open_archive
from harvest.files.input_files import JATS_XML, unpack
from harvest.jobs.asked_texts import ORIGINS, load_asked_text
from harvest.jobs.file_reader import parse_batches
from harvest.jobs.full_texts import load_full_texts
from harvest.jobs.ingest import (
    TOGETHER,
    File,
    asked_pmids,
    load_articles,
    load_file,
    load_lists,
    load_metrics,
    load_page,
)
from harvest.jobs.mirror_metrics import METRICS
from harvest.sources import mirror
from harvest.sources.registry import LISTS
from kb.database import check_file, close_log, indexes_made_last, open_kb, transaction
from kb.durable import put_in_place
from kb.errors import ArchiveError, DatabaseError, RecordError, SourceError
from kb.garbage import collecting_seldom
from kb.lock import take_lock
from kb.queries.archive import (
    ArchivedResponse,
    archive_path,
    check_answer,
    format_asked,
    format_lost,
    read_answers,
    read_body,
    read_faults,
)
from kb.queries.harvest_log import read_answer_names
from kb.queries.publishing import read_schema_differences
from kb.store.ledger import copy_ledger, save_lost_answers
from kb.store.resolutions import save_decisions_applied

_LOG: Final = logging.getLogger(__name__)
_BESIDE: Final = ("-wal", "-shm", "-journal")


class Rebuilt(NamedTuple):
    """How many answers were read, a sentence for each that is damaged, and what else only the file before has.

    faults: sentences on the archive itself, of which each answer may yet be whole;
    own: names of tables and views that are not litkb's; kept_at: where the file before is, None where nothing is lost.
    """

    answers: int
    damaged: list[str]
    faults: list[str]
    own: list[str]
    kept_at: Path | None


def rebuild_kb(path: Path, *, progress: Callable[[int], None] = lambda _: None) -> Rebuilt:
    """Make the file at path anew from the archive beside it.

    The old file stays in place until the new one is whole, and nobody else writes to it meanwhile. The ledger is
    carried over. A damaged answer is left out: its tasks have failed, so that the command that asked for it asks
    again, and the file before is kept beside, as it is for tables that are not litkb's. A link leads to the new file.
    Raises ArchiveError where there is no archive.
    """
    check_file(path, create=True)
    let_go = take_lock(path, alone=True)
    try:
        return _rebuild(path, progress)
    finally:
        let_go()


def _rebuild(path: Path, progress: Callable[[int], None]) -> Rebuilt:
    archived, path = archive_path(path), path.resolve()
    new = path.with_name(f".{path.name}.rebuilding")
    _remove(new)
    own: list[str] = []
    try:
        with open_archive(archived, create=False) as archive:
            db = open_kb(new, create=True, is_locked=True)
            try:
                faults = list(read_faults(archive))
                with collecting_seldom(), indexes_made_last(db):
                    loaded, damaged = _load_all(db, archive, progress)
                if path.exists():
                    own = _read_own(path)
                    damaged = _carry_over(db, path, loaded) | damaged
            finally:
                db.close()
        close_log(new, is_locked=True)
        kept_at = _keep_beside(path) if (damaged or faults or own) and path.exists() else None
        if path.exists():
            shutil.copymode(path, new)
        _put_in_place(new, path)
    except OSError as error:
        raise DatabaseError(f"{path} cannot be rebuilt: {error.strerror}.") from error
    finally:
        _remove(new)
    return Rebuilt(len(loaded), [*damaged.values()], faults, own, kept_at)


def _read_own(path: Path) -> list[str]:
    """Return the names of tables, views and the like in the file at path that are not litkb's."""
    with closing(open_kb(path, is_locked=True)) as db:
        return read_schema_differences(db)[1]


def _carry_over(db: sqlite3.Connection, path: Path, loaded: Collection[str]) -> dict[str, str]:
    """Copy the ledger of the file at path; return the answers that it names and that were not loaded, as lost."""
    close_log(path, is_locked=True)
    copy_ledger(db, path)
    lost = sorted(read_answer_names(db).difference(loaded))
    with transaction(db):
        save_decisions_applied(db)
        save_lost_answers(db, lost)
    return {name: format_lost(name) for name in lost}


def _load_all(
    db: sqlite3.Connection, archive: sqlite3.Connection, progress: Callable[[int], None]
) -> tuple[list[str], dict[str, str]]:
    """Load all answers; return the names of those that are whole, and of the others a sentence by name."""
    loaded, damaged = [], {}
    for number, kept in enumerate(read_answers(archive), start=1):
        progress(number)
        try:
            check_answer(archive, kept)
            _load(db, archive, kept)
        except RecordError:  # the harvest noted it in the ledger, which is carried over
            _LOG.info("Nothing of %s can be read.", kept.name)
        except (ArchiveError, SourceError) as error:
            damaged[kept.name] = f"{error} {format_asked(kept)}"
            continue
        loaded.append(kept.name)
    return loaded, damaged


def _load(db: sqlite3.Connection, archive: sqlite3.Connection, kept: ArchivedResponse) -> None:
    request, at = kept.request, kept.received_at
    if kept.endpoint == "file" and request["kind"] == "page":
        text = b"".join(unpack(str(request["file"]), read_body(archive, kept))).decode("utf-8-sig", "replace")
        load_page(db, text, int(request["pmid"]), name=str(request["file"]), received_at=at)
    elif kept.endpoint == "file" and request["kind"] == JATS_XML:
        file = File(str(request["file"]), at, None)
        for _ in load_full_texts(db, unpack(file.name, read_body(archive, kept)), file):
            pass
    elif kept.endpoint == "file":
        name = str(request["file"])
        chunks = unpack(name, read_body(archive, kept))
        for _ in load_file(db, parse_batches(chunks, str(request["kind"])), name=name, received_at=at):
            pass
    elif (load := _loading(kept)) is not None:
        body, asked = b"".join(read_body(archive, kept)), asked_pmids(request)
        with transaction(db):
            load(db, body, asked, received_at=at, request=request)


def _loading(kept: ArchivedResponse) -> Callable[..., object] | None:
    """Return how an answer about PMIDs is loaded; None for one that is not, as that of a search."""
    if kept.request.get("list") in ORIGINS:
        return partial(load_asked_text, name=kept.request["list"])
    if "step" in kept.request or kept.endpoint == "efetch":
        return partial(load_articles, step=kept.request.get("step", TOGETHER))
    name = kept.request.get("list", kept.endpoint)  # what iCite said was once kept without its list
    if name == METRICS:
        return load_metrics
    return partial(load_lists, name=name) if name in LISTS or name in mirror.LISTS else None


def _keep_beside(path: Path) -> Path:
    """Give the file at path a second name that nothing has; return it."""
    free = next(
        place for n in count(1) if not os.path.lexists(place := path.with_name(f"{path.stem}-before-{n}{path.suffix}"))
    )
    shutil.copy2(path, free)
    return free


def _put_in_place(new: Path, path: Path) -> None:
    """Rename new to path, durably; what belonged to the old file goes."""
    for suffix in _BESIDE:  # a log of the old file must never be read into the new one
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    put_in_place(new, path)


def _remove(path: Path) -> None:
    for suffix in ("", *_BESIDE):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
