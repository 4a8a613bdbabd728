"""The whole job of publishing: one state of a knowledge base, fit to be served or handed on, in a folder."""

import errno
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from kb.database import explain_sqlite, open_kb, transaction
from kb.errors import DatabaseError, LitkbError
from kb.integrity.check import check_kb, logical_hash
from kb.integrity.seals import break_all_seals, seal
from kb.metadata import read_metadata
from kb.publish.citation import format_citation
from kb.publish.dictionary import format_dictionary
from kb.publish.files import (
    SUMS,
    check_replaceable,
    count_versions,
    move_link,
    open_folder,
    place_text,
    place_version,
    sha256,
)
from kb.publish.readme import format_metadata, format_readme
from kb.publish.report import Publication, format_report
from kb.queries.invariants import Violation, read_damage
from kb.queries.publishing import read_omissions, read_schema_differences
from kb.store.publishing import (
    save_omission,
    save_search_index,
    save_statistics,
    save_without_abstracts,
    save_without_emails,
)
from kb.store.sentences_left_out import save_without_sentences

_TEXTS: Final = ("CITATION.cff", "DICTIONARY.md", "README.md", "REPORT.md", "metadata.yml")
_RESTRICTED: Final = "sentences whose licence does not allow it"
_OMITTERS: Final[dict[str, Callable[[sqlite3.Connection], set[int]]]] = {
    "abstracts": save_without_abstracts,
    "e-mail addresses": save_without_emails,
    "sentences": partial(save_without_sentences, all_of_them=True),
    _RESTRICTED: partial(save_without_sentences, all_of_them=False),
}
_SCHEMA_VERSION: Final = 1  # SQLite counts changes of the schema; equal content must have equal bytes


@dataclass(frozen=True)
class Options:
    """How to publish: what to leave out, what to call it, whether files of others may be replaced."""

    abstracts: bool = True
    emails: bool = True
    sentences: bool = True  # of full texts, where their licence allows it
    force: bool = False
    title: str | None = None  # None: from the seed
    authors: tuple[str, ...] = ()

    @property
    def left_out(self) -> list[str]:
        """What is to be left out, besides sentences whose licence does not allow to hand them on."""
        kept = {"abstracts": self.abstracts, "e-mail addresses": self.emails, "sentences": self.sentences}
        return [name for name, is_kept in kept.items() if not is_kept]


class Published(NamedTuple):
    """What is in the folder now; is_new False: this version was there, versions counts it and the older ones."""

    path: Path
    sha256: str
    size: int
    is_new: bool
    versions: int
    omissions: dict[str, int]


def publish_kb(kb: Path, folder: Path, options: Options = Options()) -> Published:
    """Publish the present state of the file kb in folder; a harvest may be writing it meanwhile.

    Nothing in folder has changed when this raises: UsageError where something is in the way, DatabaseError
    for a file that cannot be read, or a full disk, LitkbError for one that is not sound.
    """
    with closing(open_kb(kb, readonly=True)) as db:
        try:
            with open_folder(folder) as work:
                check_replaceable(folder, [*_TEXTS, SUMS], force=options.force)
                final = _make_file(db, kb, work, options)
                return _place(final, folder, options)
        except sqlite3.Error as error:
            raise _explained(error, kb, folder) from error
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DatabaseError(_no_room(folder)) from error
            raise DatabaseError(f"{folder} cannot be written: {error.strerror}.") from error


def _make_file(db: sqlite3.Connection, kb: Path, work: Path, options: Options) -> Path:
    """Return the file to publish, made in work: a copy of one state, changed, checked, and copied in order."""
    _check_schema(db, kb, options)
    copy, final = work / "copy.db", work / "final.db"
    db.execute("vacuum into ?", (str(copy),))
    with closing(open_kb(copy, keep_journal=True)) as scratch:
        scratch.execute("pragma journal_mode = memory")  # nothing of it is kept if this ends early
        scratch.execute("pragma synchronous = off")
        _refuse_unsound(kb, check_kb(scratch))
        left_out = _leave_out(scratch, options.left_out)
        with transaction(scratch):
            break_all_seals(scratch)
            save_search_index(scratch)
            save_statistics(scratch)
        seal(scratch)
        if left_out:
            _refuse_unsound(kb, check_kb(scratch))
        scratch.execute(f"pragma schema_version = {_SCHEMA_VERSION}")
        scratch.execute("vacuum into ?", (str(final),))  # no free page, no trace of what was there before
    copy.unlink()
    return final


def _check_schema(db: sqlite3.Connection, kb: Path, options: Options) -> None:
    missing, foreign = read_schema_differences(db)
    if missing:
        raise DatabaseError(
            f"{kb} was made by another litkb and lacks {missing[0]}; `litkb rebuild {kb}` makes it anew."
        )
    if foreign and options.left_out:
        raise LitkbError(
            f"{kb} holds tables that are not litkb's ({', '.join(foreign[:5])}); whether they repeat what is to be "
            "left out cannot be known. Drop them from a copy, and publish that."
        )


def _refuse_unsound(kb: Path, violations: list[Violation]) -> None:
    if violations:
        first = violations[0]
        raise LitkbError(
            f"{kb} is not sound and was not published. Broken: {first.rule} "
            f"({first.rows:,}: {', '.join(first.examples)}). `litkb check {kb}` says all; `litkb rebuild {kb}` repairs."
        )


def _leave_out(db: sqlite3.Connection, names: list[str]) -> list[str]:
    """Leave out what is named, and sentences that may not be handed on; return what was."""
    left_out = list(names)
    for name in [*names, _RESTRICTED]:
        with transaction(db):
            articles = _OMITTERS[name](db)
            if articles or name in names:
                save_omission(db, name, articles)
        if articles and name not in names:
            left_out.append(name)
    return left_out


def _place(final: Path, folder: Path, options: Options) -> Published:
    """Put the file, what describes it, and then the link into folder."""
    digest, size = sha256(final), final.stat().st_size
    name = f"kb-{digest[:12]}.db"
    with closing(open_kb(final, readonly=True)) as db:
        _refuse_unsound(final, list(read_damage(db)))
        texts = _format_texts(db, Publication(name, digest, size, logical_hash(db), options.title, options.authors))
        omissions = read_omissions(db)
    is_new = place_version(final, folder, name, force=options.force)
    for text in _TEXTS:
        place_text(final.parent, folder, text, texts[text])
    sums = {name: digest} | {text: sha256(folder / text) for text in _TEXTS}
    place_text(final.parent, folder, SUMS, "".join(f"{sums[key]}  {key}\n" for key in sorted(sums)))
    move_link(final.parent, folder, name)
    return Published(folder / name, digest, size, is_new, count_versions(folder), omissions)


def _format_texts(db: sqlite3.Connection, publication: Publication) -> dict[str, str]:
    """Return the texts beside the file, by their names."""
    return {
        "CITATION.cff": format_citation(db, publication),
        "DICTIONARY.md": format_dictionary(db, read_metadata()["databases"]["kb"]["tables"], publication.name),
        "README.md": format_readme(db, publication),
        "REPORT.md": format_report(db, publication),
        "metadata.yml": format_metadata(),
    }


def _explained(error: sqlite3.Error, kb: Path, folder: Path) -> DatabaseError:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return DatabaseError(_no_room(folder))
    if isinstance(error, sqlite3.IntegrityError):
        return DatabaseError(f"{kb} cannot be published without addresses: they tell two of its rows apart ({error}).")
    return explain_sqlite(error, kb)


def _no_room(folder: Path) -> str:
    return f"There is no room in {folder}: publishing needs three times the size of the file. Nothing was published."
