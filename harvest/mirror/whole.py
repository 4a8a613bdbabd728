"""Segments of a mirror -> its index and its links in both directions, chunk by chunk of PMIDs.

Two rounds of tasks, one task a chunk: the index, with what each record cites; then what cites it, for which the first
round tells which records of a file are not current. The latest file that has a PMID counts; a deletion counts over
the records of its own file and of all before it. Memory is bounded by PAIRS, not by the size of PubMed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np

from harvest.mirror.chunk_runs import Runs, chunks_in, has_chunk
from harvest.mirror.links import PMIDS, SHIFT, Links, ends_between, pairs_between, sorted_once
from kb.mirror.folder import Array, Folder
from kb.mirror.layout import (
    CHUNK,
    CITED,
    CITING,
    DELETED,
    JOURNALS,
    NOWHERE,
    OCC,
    UNKNOWN,
    OccFile,
    Segment,
    chunk_name,
    parse_journals,
    read_note,
    to_json,
)
from kb.mirror.npy import write_array

PAIRS: Final = 2**22  # sorted at once
PARTS: Final = "parts.json"  # what a generation is made of
OLD: Final = "old"  # array of the records that are not current: place of the segment, PMID; in one number
INDEX: Final = "index"
ROUNDS: Final = (INDEX, CITING)
_NONE: Final[Array] = np.empty(0, np.int64)


class Part(NamedTuple):
    """A segment, or a block of links of the Open Citation Collection, that the whole is made of."""

    folder: str
    first: int  # row of its first record in the whole
    records: int
    chunks: Runs
    cited_chunks: Runs


class Done(NamedTuple):
    """What a task made of one chunk."""

    records: int
    links: int
    occ_links: int
    kinds: list[str]
    digests: dict[str, str]


def plan_parts(segments: Sequence[Segment], occ: Sequence[OccFile]) -> dict[str, list[Part]]:
    """Return what the whole is made of: segments in their order, and blocks."""
    firsts = np.cumsum([0, *(segment.records for segment in segments)]).tolist()
    return {
        "segments": [
            Part(one.folder, first, one.records, one.chunks, one.cited_chunks)
            for one, first in zip(segments, firsts, strict=False)
        ],
        "occ": [
            Part(f"{one.folder}/{block:05}", 0, 0, one.chunks, one.cited_chunks)
            for one in occ
            for block in range(one.blocks)
        ],
    }


def round_chunks(parts: Mapping[str, Sequence[Part]], round_: str) -> list[int]:
    """Return the chunks that a round has something of."""
    every = chain.from_iterable(parts.values())
    return chunks_in(part.chunks if round_ == INDEX else part.cited_chunks for part in every)


def read_parts(folder: Folder, whole: str) -> tuple[list[Part], list[Part]]:
    """Return the segments and blocks of a generation."""
    said = json.loads(folder.read(f"{whole}/{PARTS}"))
    return [Part(*one) for one in said["segments"]], [Part(*one) for one in said["occ"]]


def build_chunk(address: str, whole: str, round_: str, chunk: int) -> Done:
    """Return what a round made of one chunk, built unless it is there."""
    folder = Folder(address)
    place = f"{whole}/{chunk_name(round_, chunk)}.json"
    if note := read_note(folder, place):
        return Done(**note)
    arrays = chunk_arrays(folder, whole, round_, chunk)
    names = {kind: f"{whole}/{chunk_name(kind, chunk)}" for kind in arrays}
    digests = {f"{name}.npy": write_array(folder, name, arrays[kind]) for kind, name in names.items()}
    done = Done(
        records=int((arrays["row"] < DELETED).sum()) if "row" in arrays else 0,
        links=len(arrays.get(CITED, ())),
        occ_links=len(arrays.get(OCC + CITED, ())),
        kinds=sorted(arrays),
        digests=digests,
    )
    folder.write(place, to_json(done._asdict()))
    return done


def chunk_arrays(folder: Folder, whole: str, round_: str, chunk: int) -> dict[str, Array]:
    """Return the arrays that a round makes of one chunk, by kind; links only where there are any."""
    segments, blocks = read_parts(folder, whole)
    if round_ == INDEX:
        arrays = index_arrays(folder, whole, segments, chunk)
        old = arrays[OLD]
    else:
        arrays, old = {}, folder.array(f"{whole}/{OLD}")
    way = CITED if round_ == INDEX else CITING
    for before, parts in (("", segments), (OCC, blocks)):
        sources = list(_sources(folder, parts, way, chunk, old if not before else None))
        ends, values = merge_lists(sources, chunk)
        arrays |= {f"{before}{way}-ends": ends, f"{before}{way}": values} if len(values) else {}
    return arrays


# --- the index ---


def index_arrays(folder: Folder, whole: str, segments: Sequence[Part], chunk: int) -> dict[str, Array]:
    """Return row, year and journal of each PMID of a chunk, and the records of it that are not current."""
    low = chunk * CHUNK
    row, year = np.full(CHUNK, NOWHERE, np.uint32), np.full(CHUNK, UNKNOWN, np.int16)
    journal = np.full(CHUNK, UNKNOWN, np.int32)
    journals = np.array(parse_journals(folder.read(f"{whole}/{JOURNALS}")))
    seen: list[tuple[int, Array]] = []
    for number, part in enumerate(segments):
        if not has_chunk(part.chunks, chunk):
            continue
        pmids = folder.array(f"{part.folder}/pmid")
        rows = np.flatnonzero((pmids >= low) & (pmids < low + CHUNK) & folder.array(f"{part.folder}/wins"))
        places = pmids[rows] - low
        row[places] = part.first + rows
        year[places] = folder.array(f"{part.folder}/year")[rows]
        journal[places] = _in_whole(folder, part, rows, journals)
        gone = folder.array(f"{part.folder}/deleted")
        gone = gone[(gone >= low) & (gone < low + CHUNK)] - low
        row[gone], year[gone], journal[gone] = DELETED, UNKNOWN, UNKNOWN
        seen.append((number, places))
    old = [_old(segments[number], number, row[places], places + low) for number, places in seen]
    return {"row": row, "year": year, "journal": journal, OLD: np.sort(np.concatenate([*old, _NONE]))}


def _in_whole(folder: Folder, part: Part, rows: Array, journals: Array) -> Array:
    """Return the journals of rows of a segment as places in the list of the whole."""
    own = np.array(parse_journals(folder.read(f"{part.folder}/{JOURNALS}")), journals.dtype)
    places = np.append(np.searchsorted(journals, own), UNKNOWN).astype(np.int32)
    return np.asarray(places[folder.array(f"{part.folder}/journal")[rows]])


def _old(part: Part, number: int, row: Array, pmids: Array) -> Array:
    """Return the PMIDs that are not current in a segment, with its number before them; row is what the index says."""
    stays = (row >= part.first) & (row < part.first + part.records)
    return np.int64(number << SHIFT) | pmids[~stays].astype(np.int64)


# --- links ---


class _Source(NamedTuple):
    """Lists of links of one part, open only while they are read, and the PMIDs whose own lists do not count."""

    folder: Folder
    place: str
    way: str
    old: Array

    def _array(self, name: str) -> Array:
        return self.folder.array(f"{self.place}/{self.way}-{name}")

    def size(self, low: int, high: int) -> int:
        """Return the number of pairs whose key is from low to high - 1, those of PMIDs that do not count too."""
        _, ends = ends_between(self._array("keys"), self._array("ends"), low, high)
        return int(ends[-1] - ends[0])

    def pairs(self, low: int, high: int) -> Array:
        """Return the pairs whose key is from low to high - 1, each as one number."""
        keys, values = pairs_between(Links(*map(self._array, Links._fields)), low, high)
        if len(self.old):
            citing = keys if self.way == CITED else values
            at = np.minimum(np.searchsorted(self.old, citing), len(self.old) - 1)
            stays = self.old[at] != citing
            keys, values = keys[stays], values[stays]
        return (keys.astype(np.int64) << SHIFT) | values


def _sources(folder: Folder, parts: Sequence[Part], way: str, chunk: int, old: Array | None) -> Iterator[_Source]:
    """Yield what may have links of a chunk, key first; old: what the index says of segments, None for blocks."""
    for number, part in enumerate(parts):
        if has_chunk(part.chunks if way == CITED else part.cited_chunks, chunk):
            yield _Source(folder, part.folder, way, _NONE if old is None else _of_segment(old, number))


def _of_segment(old: Array, number: int) -> Array:
    """Return the PMIDs that are not current in one segment, ascending."""
    first, last = np.searchsorted(old, (number << SHIFT, (number + 1) << SHIFT))
    return old[first:last] & PMIDS


def merge_lists(sources: Sequence[_Source], chunk: int) -> tuple[Array, Array]:
    """Return the lists of all sources for the PMIDs of a chunk: where each ends, and the values."""
    low = chunk * CHUNK
    total = sum(one.size(low, low + CHUNK) for one in sources)
    step = -(-CHUNK // (1 + total // PAIRS))
    counts, values, filled = np.zeros(CHUNK, np.int64), np.empty(total, np.int32), 0
    for start in range(0, CHUNK if total else 0, step):
        size = min(step, CHUNK - start)
        pairs = sorted_once(np.concatenate([one.pairs(low + start, low + start + size) for one in sources]))
        counts[start : start + size] = np.bincount((pairs >> SHIFT) - low - start, minlength=size)
        values[filled : filled + len(pairs)] = pairs & PMIDS
        filled += len(pairs)
    return np.cumsum(counts).astype(np.uint32), values[:filled]


def write_old(folder: Folder, whole: str, chunks: Iterable[int]) -> dict[str, str]:
    """Write which records are not current, by segment, of all chunks; return the digest of the file."""
    found = [folder.array(f"{whole}/{chunk_name(OLD, chunk)}") for chunk in chunks]
    old = np.sort(np.concatenate([*found, _NONE]))
    return {f"{whole}/{OLD}.npy": write_array(folder, f"{whole}/{OLD}", old)}
