"""Files and folders that a person names -> what is in them: unpacked bytes, in a fixed order.

What a folder holds beside PubMed's files is skipped and counted; a file that is named is never skipped.
"""

import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from harvest.files.nbib import is_nbib
from kb.errors import DamagedFileError, UsageError

PUBMED_XML: Final = "pubmed-xml"
JATS_XML: Final = "jats"
NBIB_TEXT: Final = "nbib"
PAGE_TEXT: Final = "page text"
UNKNOWN: Final = "unknown"

CHUNK: Final = 2**18  # bytes
_STEP: Final = 2**16  # bytes unpacked at once
MAX_INFLATED: Final = 8 * 2**30  # bytes from one file; the largest file of NLM's baseline has 0.4 GB
MAX_RATIO: Final = 200  # PubMed XML packs 8 to 12 times, hardly structured repetition 50 times
RATIO_FROM: Final = 2**20  # bytes: a ratio is judged only beyond the first MB

_GZIP: Final = b"\x1f\x8b"
_SNIFFED: Final = 4096  # bytes
_UPDATE_FILE: Final = re.compile(r"pubmed(\d\d)n(\d{4})\.xml(?:\.gz)?")
_JATS: Final = re.compile(  # of an article, or of what EFetch and OAI-PMH put articles into
    rb"<(?:!DOCTYPE\s+(?:article|pmc-articleset)\b|(?:[A-Za-z_][\w.-]{0,15}:)?(?:article|pmc-articleset|OAI-PMH)[\s>])"
)
_XML_START: Final = re.compile(rb"\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\x00?\s*\x00?<")
_NOT_XML: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)", re.IGNORECASE)
_SKIPPED_SUFFIXES: Final = frozenset(
    {".md", ".json", ".csv", ".tsv", ".jsonl", ".html", ".htm", ".pdf", ".db", ".sqlite", ".sqlar", ".py", ".md5",
     ".log", ".zip", ".ris", ".toml", ".yml", ".yaml", ".dtd", ".xsd"}
)  # fmt: skip
_PAGE_MARKS: Final = ("pubmed disclaimer", "doi:", "abstract", "references", "similar articles", "pmid:")


class InputFile(NamedTuple):
    """One file to read; name is what reports call it: its path from the folder that was given, that folder first."""

    path: Path
    name: str


class InputFiles(NamedTuple):
    """The files to read, in their order, and how many others in the folders were skipped."""

    files: tuple[InputFile, ...]
    skipped: int


def list_files(paths: Iterable[str | Path]) -> InputFiles:
    """Return all files of these paths: a file as it is, of a folder every file in it that may be PubMed's.

    Raises UsageError for a path that is not there, a named file that is none of these, or nothing to read at all.
    """
    files: list[InputFile] = []
    skipped = 0
    for path in map(Path, paths):
        if path.is_dir():
            found, left = _in_folder(path)
            files += found
            skipped += left
        else:
            files.append(_named(path))
    if not files:
        raise UsageError("There is no PubMed XML, no JATS, no NBIB file and no saved page in what was named.")
    return InputFiles(tuple(_told_apart(files)), skipped)


def _told_apart(files: Iterable[InputFile]) -> list[InputFile]:
    """Return files, each once; those of one name are called by their paths from the folder that they share."""
    different: dict[Path, InputFile] = {}
    alike: dict[str, list[Path]] = {}
    for file in files:
        place = file.path.resolve()
        if different.setdefault(place, file) is file:
            alike.setdefault(file.name, []).append(place)
    return [
        file if len(alike[file.name]) == 1 else InputFile(file.path, _name_among(place, alike[file.name]))
        for place, file in different.items()
    ]


def _name_among(place: Path, others: Iterable[Path]) -> str:
    return _legible(place.relative_to(os.path.commonpath([other.parent for other in others])).as_posix())


def _named(path: Path) -> InputFile:
    if not path.exists():
        raise UsageError(f"There is no file {path}.")
    if not path.is_file() or sniff(path) == UNKNOWN:
        raise UsageError(
            f"{path} is neither PubMed XML nor JATS nor NBIB nor the saved text of a PubMed page; it was not read. "
            "A file of references (RIS, BibTeX, CSL-JSON, CSV, PMIDs) is named with --seeds."
        )
    return InputFile(path, _legible(path.name))


def _in_folder(folder: Path) -> tuple[list[InputFile], int]:
    """Return the files below folder that may be PubMed's, sorted by name, and how many are not."""
    root = folder.resolve()
    found: list[InputFile] = []
    skipped = 0
    for parent, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if _may_be_pubmed(path):
                found.append(InputFile(path, _legible(path.relative_to(root.parent).as_posix())))
            else:
                skipped += 1
    return sorted(found, key=lambda file: file.name), skipped


def _legible(name: str) -> str:
    """Return the name of a file as text: on Linux it may be any bytes."""
    return os.fsencode(name).decode("utf-8", "replace")


def _may_be_pubmed(path: Path) -> bool:
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if path.name.startswith(".") or suffix in _SKIPPED_SUFFIXES or not path.is_file():
        return False
    return sniff(path) != UNKNOWN


def sniff(path: Path) -> str:
    """Return what a file seems to be: ``jats``, ``pubmed-xml`` (any other XML), ``nbib``, ``page text`` (of a PubMed
    page) or ``unknown``.

    Raises UsageError where it cannot be read.
    """
    try:
        head = b"".join(read_chunks(path, limit=_SNIFFED))[:_SNIFFED]
    except DamagedFileError:
        return PUBMED_XML  # so that it is read, and reported with its fault
    if _NOT_XML.match(head):
        return UNKNOWN
    if _XML_START.match(head) and _JATS.search(head):
        return JATS_XML
    if _XML_START.match(head) or b"<PubmedArticle" in head:
        return PUBMED_XML
    if is_nbib(head):
        return NBIB_TEXT
    return PAGE_TEXT if _is_page(path, head) else UNKNOWN


def _is_page(path: Path, head: bytes) -> bool:
    """Return whether a text has the words of a PubMed page; two of them must be there."""
    if b"\x00" in head or not head.strip():
        return False
    text = b"".join(read_chunks(path, limit=2**20)).decode("utf-8", "replace").lower()
    return sum(mark in text for mark in _PAGE_MARKS) >= 2


def update_file_number(name: str) -> int | None:
    """Return year * 10000 + file for one of NLM's files, 210001 for pubmed21n0001.xml.gz; None for others."""
    match = _UPDATE_FILE.fullmatch(Path(name).name)
    return int(match[1]) * 10_000 + int(match[2]) if match else None


def read_chunks(path: Path, *, limit: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked if it is gzipped (its name does not matter), up to limit bytes.

    Raises UsageError if it cannot be opened; DamagedFileError, after all that could be unpacked, for a packed
    file that is cut off, damaged, or a bomb.
    """
    given = 0
    for chunk in _unpacked(path):
        yield chunk
        given += len(chunk)
        if limit is not None and given >= limit:
            return


def check_packed(path: Path) -> int:
    """Return the bytes of a file, unpacked.

    Raises DamagedFileError for a gzip file that is not whole: before the damage is told, words may be altered.
    """
    try:
        return sum(map(len, read_chunks(path)))
    except DamagedFileError as error:
        raise DamagedFileError(f"Nothing was loaded, since its checksum vouches for nothing: {error}") from error


def unpack(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of pieces, unpacked if they begin as gzip does; DamagedFileError as read_chunks raises it."""
    remaining = iter(pieces)
    first = next(remaining, b"")
    whole = chain([first], remaining)
    yield from _inflated(name, whole) if first[:2] == _GZIP else whole


def _unpacked(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from unpack(path.name, iter(lambda: file.read(CHUNK), b""))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error


def _inflated(name: str, packed: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip members one after another hold; all that can be unpacked comes before the error."""
    engine = zlib.decompressobj(wbits=31)
    taken = made = 0
    for piece in packed:
        taken += len(piece)
        data = piece
        while data:
            before = engine.copy()
            try:
                out = engine.decompress(data, _STEP)
            except zlib.error as error:
                yield _salvaged(before, data)
                raise DamagedFileError(f"{name} is a damaged gzip file; what follows the damage is lost.") from error
            made += len(out)
            _check_size(name, taken, made)
            if out:
                yield out
            data = engine.unconsumed_tail
            if engine.eof:
                data = engine.unused_data.lstrip(b"\x00")
                engine = zlib.decompressobj(wbits=31) if data else engine
    if not engine.eof:
        raise DamagedFileError(f"{name} is a cut-off gzip file; what would follow its end is lost.")


def _salvaged(engine: "zlib._Decompress", data: bytes) -> bytes:
    """Return what comes before the damage, found byte by byte; a wrong checksum comes after all of it."""
    found = bytearray()
    with suppress(zlib.error):
        for position in range(len(data)):
            found += engine.decompress(data[position : position + 1])
    return bytes(found)


def _check_size(name: str, taken: int, made: int) -> None:
    if made > MAX_INFLATED:
        raise DamagedFileError(f"{name} unpacks to more than {MAX_INFLATED // 2**30} GB; the rest was not read.")
    if made > RATIO_FROM and made > taken * MAX_RATIO:
        raise DamagedFileError(f"{name} unpacks to more than {MAX_RATIO} times its size; the rest was not read.")
