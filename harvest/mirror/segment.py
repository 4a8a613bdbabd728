"""One of NLM's files -> a segment of a mirror: its records in compressed frames, and arrays of what they say.

The file is read once, as a stream; nothing is kept of it unless all of it is whole: its MD5, its checksum, the end of
its document and every record.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from io import RawIOBase
from itertools import chain
from typing import IO, Any, Final, NamedTuple

import numpy as np
import zstandard
from isal import igzip, isal_zlib

from harvest.mirror.chunk_runs import chunk_runs
from harvest.mirror.links import Links, is_last, link_lists
from harvest.mirror.record_facts import Facts, read_facts
from harvest.pubmed.article import parse_articles
from harvest.pubmed.record_splitter import DELETION, REJECTED, RawRecord, split_records
from kb.errors import LitkbError, MirrorError, RecordError
from kb.garbage import collecting_seldom
from kb.mirror.folder import Array, Folder, open_address
from kb.mirror.layout import (
    CITED,
    CITING,
    FRAME,
    JOURNALS,
    RECORDS,
    SEGMENT,
    UNKNOWN,
    Fault,
    Segment,
    format_journals,
    read_note,
    segment_folder,
    to_json,
)
from kb.mirror.npy import write_array, write_bytes
from kb.records import Deletion

LEVEL: Final = 1  # of zstd: level 3 takes a third more time for a tenth less room
_READ: Final = 2**21  # bytes unpacked at once
_LONGEST: Final = 2**31 - 1
_UNREADABLE: Final[tuple[type[Exception], ...]] = (EOFError, OSError, isal_zlib.error)  # type: ignore[assignment]


class Source(NamedTuple):
    """A file to read: its name, its address, and the MD5 that the file beside it says; None without one."""

    name: str
    address: str
    size: int
    md5: str | None


class _Hashed(RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.md5 = hashlib.md5(usedforsecurity=False)

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read bytes into a buffer; return how many. Raises MirrorError where the file cannot be read."""
        try:
            data = self.file.read(len(buffer))
        except OSError as error:
            raise _unreadable(error) from error
        buffer[: len(data)] = data
        self.md5.update(data)
        return len(data)


@contextmanager
def _opened(address: str) -> Iterator[_Hashed]:
    """Give a source file. Raises MirrorError where it cannot be opened; an error of the mirror itself is another."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(open_address(address))
        except OSError as error:
            raise _unreadable(error) from error
        yield _Hashed(file)


def _unreadable(error: OSError) -> MirrorError:
    return MirrorError(f"It cannot be read: {error.strerror or error}.")


def build_segment(address: str, source: Source) -> Segment | Fault:
    """Return the segment of a source file in the mirror at address, built unless it is there; else why it is not."""
    folder = Folder(address)
    try:
        md5 = source.md5 or md5_of(source.address)
        held = read_segment(folder, source.name, md5)
        with collecting_seldom():
            return held or _build(folder, source, md5)
    except LitkbError as error:
        return Fault(source.name, str(error))


def read_segment(folder: Folder, name: str, md5: str) -> Segment | None:
    """Return what was built of a source file; None where nothing was finished."""
    note = read_note(folder, f"{segment_folder(name, md5)}/{SEGMENT}")
    return Segment(**note) if note else None


def md5_of(address: str) -> str:
    """Return the MD5 of a file."""
    with _opened(address) as file:
        while file.read(_READ):
            pass
        return file.md5.hexdigest()


def _build(folder: Folder, source: Source, md5: str) -> Segment:
    place = segment_folder(source.name, md5)
    with _opened(source.address) as hashed, folder.writing(f"{place}/{RECORDS}") as out:
        draft = _Draft(out)
        draft.read(_unpacked(hashed))
        while hashed.read(_READ):
            pass
        if hashed.md5.hexdigest() != md5:
            raise MirrorError(f"Its MD5 is {hashed.md5.hexdigest()}; the file beside it says {md5}.")
    return _save(folder, source, md5, draft)


def _unpacked(file: _Hashed) -> Iterator[bytes]:
    """Yield the bytes of a gzip file. Raises MirrorError where it is not whole."""
    try:
        with igzip.IGzipFile(fileobj=file, mode="rb") as packed:
            while data := packed.read(_READ):
                yield data
    except _UNREADABLE as error:
        reason = "cut off" if isinstance(error, EOFError) else "damaged"
        raise MirrorError(f"The gzip file is {reason}: {error}.") from error


class _Draft:
    """What has been read of a file so far; its records are written to out, FRAME of them in a frame."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out = out
        self.packer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
        self.pending: list[bytes] = []
        self.digest = hashlib.sha256()
        self.frames = [0]  # where each begins, and the last one ends
        self.starts: list[int] = []  # of each record in its frame, unpacked
        self.start = 0  # of the next one
        self.facts: list[Facts] = []
        self.deleted: list[int] = []
        self.unpacked = 0

    def read(self, chunks: Iterator[bytes]) -> None:
        """Read a document. Raises RecordError, that says where, at the first thing that cannot be read."""
        for raw in split_records(self._counted(chunks)):
            if raw.kind == DELETION:
                self._delete(raw)
            elif raw.kind == REJECTED:
                raise RecordError(f"Byte {raw.offset:,}, unpacked: {raw.reason}")
            else:
                self._add(raw)
        self._pack()

    def _counted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.unpacked += len(chunk)
            yield chunk

    def _delete(self, raw: RawRecord) -> None:
        for item in parse_articles(b"<PubmedArticleSet>%b</PubmedArticleSet>" % raw.xml):
            if not isinstance(item, Deletion):
                raise RecordError(f"Byte {raw.offset:,}, unpacked: {item}")
            self.deleted.append(item.pmid)

    def _add(self, raw: RawRecord) -> None:
        try:
            facts = read_facts(raw)
        except RecordError as error:
            raise RecordError(f"Byte {raw.offset:,}, unpacked: {error}") from error
        self.facts.append(facts)
        self.starts.append(self.start)
        self.start += len(raw.xml)
        self.pending.append(raw.xml)
        if len(self.pending) == FRAME:
            self._pack()

    def _pack(self) -> None:
        if self.pending:
            frame = self.packer.compress(b"".join(self.pending))
            self.digest.update(frame)
            self.out.write(frame)
            self.frames.append(self.frames[-1] + len(frame))
            self.pending, self.start = [], 0

    @cached_property
    def journals(self) -> list[str]:
        """The ids of all journals, sorted."""
        return sorted({one.journal_id for one in self.facts if one.journal_id is not None})

    def arrays(self) -> dict[str, Array]:
        """Return all arrays but the links, by name."""
        places = {None: UNKNOWN} | {journal: place for place, journal in enumerate(self.journals)}
        pmids = np.array([one.pmid for one in self.facts], np.int32)
        versions = np.array([min(one.version, _LONGEST) for one in self.facts], np.int32)
        return {
            "pmid": pmids,
            "version": versions,
            "year": np.array([_number(one.year) for one in self.facts], np.int16),
            "journal": np.array([places[one.journal_id] for one in self.facts], np.int32),
            "references": np.array([_number(one.references) for one in self.facts], np.int32),
            "wins": _winners(pmids, versions),
            "start": np.array(self.starts, np.uint32),
            "frame": np.array(self.frames, np.uint64),
            "deleted": np.unique(np.array(self.deleted, np.int32)),
        }

    def links(self, pmids: Array, wins: Array) -> dict[str, Links]:
        """Return the links of the records that win, in both directions."""
        counts = [len(one.cited) for one in self.facts]
        citing, stays = np.repeat(pmids, counts), np.repeat(wins, counts)
        cited = np.fromiter(chain.from_iterable(one.cited for one in self.facts), np.int32, len(citing))
        citing, cited = citing[stays], cited[stays]
        return {CITED: link_lists(citing, cited), CITING: link_lists(cited, citing)}


def _number(value: int | None) -> int:
    return UNKNOWN if value is None else value


def _winners(pmids: Array, versions: Array) -> Array:
    """Return which rows are the record of their PMID in this file: the highest version, of two alike the later."""
    order = np.lexsort((np.arange(len(pmids)), versions, pmids))
    wins = np.zeros(len(pmids), bool)
    wins[order[is_last(pmids[order])]] = True
    return wins


def _save(folder: Folder, source: Source, md5: str, draft: _Draft) -> Segment:
    """Write the arrays of a segment and, last, what it holds."""
    place = segment_folder(source.name, md5)
    arrays = draft.arrays()
    links = draft.links(arrays["pmid"], arrays["wins"])
    arrays |= {f"{way}-{part}": getattr(found, part) for way, found in links.items() for part in Links._fields}
    digests = {f"{name}.npy": write_array(folder, f"{place}/{name}", values) for name, values in arrays.items()}
    digests |= {JOURNALS: write_bytes(folder, f"{place}/{JOURNALS}", format_journals(draft.journals))}
    segment = Segment(
        name=source.name,
        md5=md5,
        size=source.size,
        unpacked=draft.unpacked,
        records=len(arrays["pmid"]),
        deletions=len(arrays["deleted"]),
        references=int(np.maximum(arrays["references"], 0).sum()),
        links=len(links[CITED].values),
        chunks=chunk_runs(arrays["pmid"], arrays["deleted"]),
        cited_chunks=chunk_runs(links[CITING].keys),
        digests=digests | {RECORDS: draft.digest.hexdigest()},
    )
    folder.write(f"{place}/{SEGMENT}", to_json(segment._asdict()))
    return segment
