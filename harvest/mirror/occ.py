"""The NIH Open Citation Collection, a CSV of citing and referenced PMIDs or a zip of it -> blocks of sorted links."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

import numpy as np

from harvest.mirror.chunk_runs import chunk_runs, chunks_in, runs_of
from harvest.mirror.links import Links, link_lists
from harvest.mirror.segment import md5_of
from kb.errors import UsageError
from kb.identifiers import PMID_LIMIT
from kb.mirror.folder import Array, Folder, open_address
from kb.mirror.layout import CITED, CITING, OccFile, read_note, to_json
from kb.mirror.npy import write_array

BLOCK: Final = 2**26  # bytes of CSV, some 4 million links
_HEADER: Final = ("citing", "referenced")
DONE: Final = "occ.json"


def build_occ(address: str, source: str, name: str) -> OccFile:
    """Return what a file of the Open Citation Collection has, built as blocks of links unless they are there.

    Raises UsageError for another file.
    """
    folder = Folder(address)
    md5 = md5_of(source)
    if note := read_note(folder, f"occ/{md5}/{DONE}"):
        return OccFile(**note)
    draft = _Draft(folder, f"occ/{md5}")
    with open_address(source) as file, _csv(file) as text:
        for rows in _rows(text, name):
            draft.add(rows)
    citing, cited = (runs_of(sorted(chunks)) for chunks in draft.chunks)
    made = OccFile(name, md5, draft.rows, draft.rejected, draft.blocks, citing, cited, draft.digests)
    folder.write(f"occ/{md5}/{DONE}", to_json(made._asdict()))
    return made


@contextmanager
def _csv(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """Give the CSV that is in a file: the largest of a zip, or the file itself."""
    if not zipfile.is_zipfile(file):
        file.seek(0)
        yield file
        return
    with zipfile.ZipFile(file) as packed:
        largest = max(packed.infolist(), key=lambda one: one.file_size)
        with packed.open(largest) as text:
            yield text


def _rows(text: IO[bytes], name: str) -> Iterator[Array]:
    """Yield the numbers of each BLOCK bytes of a CSV, two in a row; a row that has no two whole numbers is -1, -1."""
    header = text.readline().decode("utf-8-sig", "replace").strip().lower().replace('"', "").split(",")
    if tuple(header[:2]) != _HEADER:
        raise UsageError(f"{name} is no file of the Open Citation Collection: its columns are citing, referenced.")
    rest = b""
    while data := text.read(BLOCK):
        whole, _, rest = (rest + data).rpartition(b"\n")
        yield _numbers(whole)
    yield _numbers(rest)


def _numbers(lines: bytes) -> Array:
    """Return the numbers of lines, two in a row."""
    lines = lines.replace(b"\r", b"").strip(b"\n")
    count = lines.count(b"\n") + 1 if lines else 0
    try:
        numbers = np.fromstring(lines.replace(b"\n", b",").decode("ascii"), np.int64, sep=",")
        if lines.count(b",") == count and len(numbers) == 2 * count:
            return numbers.reshape(-1, 2)
    except (ValueError, DeprecationWarning):
        pass
    return np.array([_pair(line) for line in lines.split(b"\n") if line], np.int64).reshape(-1, 2)


def _pair(line: bytes) -> tuple[int, int]:
    parts = line.replace(b'"', b"").split(b",")
    usual = len(parts) >= 2 and all(part.strip().isdigit() and len(part) < 18 for part in parts[:2])
    return (int(parts[0]), int(parts[1])) if usual else (-1, -1)


class _Draft:
    """What has been written of a file so far."""

    def __init__(self, folder: Folder, place: str) -> None:
        self.folder, self.place = folder, place
        self.rows = self.rejected = self.blocks = 0
        self.chunks: tuple[set[int], set[int]] = (set(), set())
        self.digests: dict[str, str] = {}

    def add(self, rows: Array) -> None:
        """Write a block of links, in both directions."""
        good = rows[((rows > 0) & (rows <= PMID_LIMIT)).all(axis=1)].astype(np.int32)
        self.rows += len(rows)
        self.rejected += len(rows) - len(good)
        if not len(good):
            return
        ways = {CITED: link_lists(good[:, 0], good[:, 1]), CITING: link_lists(good[:, 1], good[:, 0])}
        for way, found, chunks in zip(ways, ways.values(), self.chunks, strict=True):
            chunks.update(chunks_in([chunk_runs(found.keys)]))
            for part in Links._fields:
                name = f"{self.blocks:05}/{way}-{part}"
                self.digests[f"{name}.npy"] = write_array(self.folder, f"{self.place}/{name}", getattr(found, part))
        self.blocks += 1
