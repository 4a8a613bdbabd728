"""Reading a mirror: the record of a PMID, what it cites, what cites it. Local files are read by page fault."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import numpy as np

from kb.errors import MirrorError, UsageError
from kb.lock import take_lock
from kb.mirror.folder import Array, Folder
from kb.mirror.layout import (
    CHUNK,
    CITED,
    CITING,
    DELETED,
    FRAME,
    JOURNALS,
    NOWHERE,
    OCC,
    RECORDS,
    UNKNOWN,
    Manifest,
    Segment,
    chunk_name,
    parse_journals,
    read_manifest,
)

_NO_LIST: Final[Array] = np.empty(0, np.int32)


class Place(NamedTuple):
    """Where the record of a PMID is: the source file, and its row there."""

    pmid: int
    segment: Segment
    row: int


class Mirror:
    """A mirror, as its manifest was when it was opened: an update beside it changes nothing."""

    def __init__(self, address: str | Path) -> None:
        self.folder = Folder(str(address))
        self.manifest, self._let_go = _held_manifest(self.folder)
        self._arrays: dict[str, Array] = {}
        self._firsts = np.cumsum([0, *(segment.records for segment in self.manifest.segments)])
        self._chunks = {kind: frozenset(chunks) for kind, chunks in self.manifest.chunks.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the mirror: an update may remove what it has replaced."""
        self._arrays.clear()
        self._let_go()

    # --- records

    def find(self, pmid: int) -> Place | None:
        """Return where the record of a PMID is; None where PubMed has none, or no longer."""
        row = self._row(pmid)
        return None if row >= DELETED else self._place(pmid, row)

    def is_deleted(self, pmid: int) -> bool:
        """Return whether an update file deleted the record of a PMID, and no later one brought it back."""
        return self._row(pmid) == DELETED

    def record(self, pmid: int) -> bytes | None:
        """Return the PubmedArticle or PubmedBookArticle of a PMID, None where there is none."""
        return next((xml for _, xml in self.records([pmid])), None)

    def records(self, pmids: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Yield the records of PMIDs, each once, in the order in which they lie in the mirror; those that it has."""
        rows = sorted((row, pmid) for pmid in set(pmids) if (row := self._row(pmid)) < DELETED)
        places = [self._place(pmid, row) for row, pmid in rows]
        for (segment, frame), some in groupby(places, lambda place: (place.segment, place.row // FRAME)):
            unpacked, starts = self._frame(segment, frame), self._of(segment, "start")
            for place in some:
                last = place.row % FRAME == FRAME - 1 or place.row == segment.records - 1
                yield place.pmid, unpacked[starts[place.row] : len(unpacked) if last else starts[place.row + 1]]

    def records_of(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Yield the records of one source file that no later one replaced or deleted, as records() does."""
        number = next(at for at, segment in enumerate(self.manifest.segments) if segment.name == name)
        first, last = self._firsts[number : number + 2]
        pmids = self._of(self.manifest.segments[number], "pmid").tolist()
        yield from self.records(pmid for pmid in pmids if first <= self._row(pmid) < last)

    def reference_count(self, pmid: int) -> int | None:
        """Return how many entries the reference list of a PMID has in PubMed; None: no record, or no list in it."""
        place = self.find(pmid)
        count = int(self._of(place.segment, "references")[place.row]) if place else UNKNOWN
        return None if count == UNKNOWN else count

    # --- links

    def cited(self, pmid: int, *, occ: bool = False) -> Array:
        """Return the PMIDs that an article cites, ascending, by its record; occ: by the Open Citation Collection."""
        return self._list(CITED, pmid, occ=occ)

    def citing(self, pmid: int, *, occ: bool = False) -> Array:
        """Return the PMIDs of the articles that cite a PMID, ascending, by all current records; occ: as cited()."""
        return self._list(CITING, pmid, occ=occ)

    def chunk(self, kind: str, chunk: int) -> Array | None:
        """Return an array of one chunk of PMIDs (row, year, journal, cited, cited-ends …), None without one."""
        return self._array(f"{self.manifest.whole}/{chunk_name(kind, chunk)}") if self._has(kind, chunk) else None

    @cached_property
    def journals(self) -> list[str]:
        """NLM's ids of all journals: array journal has places in it."""
        return parse_journals(self.folder.read(f"{self.manifest.whole}/{JOURNALS}"))

    # --- arrays

    def _has(self, kind: str, chunk: int) -> bool:
        return chunk in self._chunks.get(kind, ())

    def _row(self, pmid: int) -> int:
        rows = self.chunk("row", pmid // CHUNK)
        return NOWHERE if rows is None else int(rows[pmid % CHUNK])

    def _place(self, pmid: int, row: int) -> Place:
        at = int(np.searchsorted(self._firsts, row, "right")) - 1
        return Place(pmid, self.manifest.segments[at], row - int(self._firsts[at]))

    def _list(self, way: str, pmid: int, *, occ: bool) -> Array:
        if occ and self.manifest.occ_links is None:
            where = self.folder.address
            raise UsageError(f"{where} has no Open Citation Collection; `litkb mirror update --occ` adds it.")
        kind, place = f"{OCC}{way}" if occ else way, pmid % CHUNK
        values, ends = (self.chunk(one, pmid // CHUNK) for one in (kind, f"{kind}-ends"))
        if values is None or ends is None:
            return _NO_LIST
        return values[int(ends[place - 1]) if place else 0 : int(ends[place])]

    def _of(self, segment: Segment, name: str) -> Array:
        return self._array(f"{segment.folder}/{name}")

    def _array(self, name: str) -> Array:
        found = self._arrays.get(name)
        if found is None:
            found = self._arrays[name] = self.folder.array(name)
        return found

    def _frame(self, segment: Segment, frame: int) -> bytes:
        start, end = (int(at) for at in self._of(segment, "frame")[frame : frame + 2])
        name = f"{segment.folder}/{RECORDS}"
        packed = self.folder.read_part(name, start, end)
        zstandard = _zstandard()
        try:
            return bytes(zstandard.ZstdDecompressor().decompress(packed))
        except zstandard.ZstdError as error:
            raise MirrorError(f"{self.folder.address}/{name} is damaged at byte {start:,}: {error}.") from error


def _zstandard() -> Any:
    """Return the library of the extra, or say that it is missing."""
    try:
        import zstandard
    except ImportError as error:
        raise UsageError("Records of a mirror are packed with zstandard: pip install 'litkb[mirror]'.") from error
    return zstandard


def _held_manifest(folder: Folder) -> tuple[Manifest, Callable[[], Any]]:
    """Return the manifest and what lets go of its files; UsageError where there is no mirror."""
    while (manifest := read_manifest(folder)) is not None:
        let_go = take_lock(folder.local / manifest.whole) if folder.local else lambda: None
        if read_manifest(folder) == manifest:  # none of it was removed before it was held
            return manifest, let_go
        let_go()
    raise UsageError(f"There is no finished mirror in {folder.address}. `litkb mirror build` makes one.")
