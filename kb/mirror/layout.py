"""What is where in a mirror: names, arrays, and the manifest that alone says what belongs to it.

    manifest.json                   written last: what a reader may read, and what became of each file
    segments/pubmed26n0001-<md5>/   one for each source file: records.zst, arrays, segment.json
    occ/<md5>/                      blocks of links of the NIH Open Citation Collection
    whole-<generation>/             index and links of all segments, in chunks of 2**18 PMIDs

Arrays are .npy files. Links are lists of PMIDs, ascending, each once: list i is values[ends[i - 1]:ends[i]].
"""

import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from kb.errors import MirrorError
from kb.mirror.folder import Folder

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
SEGMENT: Final = "segment.json"  # in the folder of a segment, written last
RECORDS: Final = "records.zst"
JOURNALS: Final = "journals.txt"  # NLM's ids, sorted; arrays hold places in it
FRAME: Final = 32  # records in a compressed frame
CHUNK: Final = 2**18  # PMIDs

NOWHERE: Final = 2**32 - 1  # in place of a row: PubMed's files have no such record
DELETED: Final = 2**32 - 2  # in place of a row: an update file deleted it
UNKNOWN: Final = -1  # in place of a year, a journal, or the length of a list that PubMed does not have

CITED, CITING = "cited", "citing"  # the two directions of links: PMIDs cited by the key, PMIDs citing it
COUNT, PERCENTILE, RANK = "count", "percentile", "pagerank-rank"  # kinds of array that `litkb mirror measure` adds
OCC: Final = "occ-"  # before them: links of the Open Citation Collection


class Segment(NamedTuple):
    """What the manifest says of one source file that is in the mirror."""

    name: str  # pubmed26n0001.xml.gz
    md5: str  # of the source file
    size: int  # bytes of the source file
    unpacked: int  # bytes
    records: int
    deletions: int
    references: int  # entries of reference lists, with a PMID or not
    links: int  # distinct pairs of PMIDs
    chunks: list[list[int]]  # of PMIDs that are recorded or deleted here, as runs: first and last number
    cited_chunks: list[list[int]]
    digests: dict[str, str]  # SHA-256 by name of file

    @property
    def folder(self) -> str:
        """The folder of its files."""
        return segment_folder(self.name, self.md5)

    @property
    def number(self) -> int:
        """The number of the source file."""
        return int(self.name[9:13])


class Fault(NamedTuple):
    """A file of which nothing is in the mirror, and why."""

    name: str
    reason: str


class OccFile(NamedTuple):
    """What the manifest says of one file of the Open Citation Collection."""

    name: str
    md5: str
    rows: int
    rejected: int  # rows that are no two PMIDs
    blocks: int
    chunks: list[list[int]]  # of citing PMIDs, as runs
    cited_chunks: list[list[int]]
    digests: dict[str, str]

    @property
    def folder(self) -> str:
        """The folder of its blocks."""
        return f"occ/{self.md5}"


class Manifest(NamedTuple):
    """What is in a mirror."""

    format: int
    year: int  # of the baseline, two digits
    generation: str  # made from the names and digests of all sources
    segments: list[Segment]  # in the order of the files
    faults: list[Fault]
    occ: list[OccFile]
    chunks: dict[str, list[int]]  # by kind of array, in the order of PMIDs
    digests: dict[str, str]  # of the files of the whole, by name
    records: int  # current ones
    links: int  # of current records
    occ_links: int | None  # None: the mirror has no Open Citation Collection

    @property
    def missing(self) -> list[str]:
        """The names of the files before the last one that are not in the mirror."""
        have = {segment.number for segment in self.segments}
        return [source_name(self.year, n) for n in range(1, max(have, default=0) + 1) if n not in have]

    @property
    def whole(self) -> str:
        """The folder of index and links."""
        return f"whole-{self.generation}"


def source_name(year: int, number: int) -> str:
    """Return the name of a file as NLM publishes it."""
    return f"pubmed{year:02}n{number:04}.xml.gz"


def segment_folder(name: str, md5: str) -> str:
    """Return the folder of the segment of a source file."""
    return f"segments/{name.removesuffix('.xml.gz')}-{md5[:16]}"


def chunk_name(kind: str, chunk: int) -> str:
    """Return the name of an array of one chunk of PMIDs."""
    return f"{kind}-{chunk:04}"


def to_json(value: Any) -> bytes:
    """Return JSON that is the same for the same value, a line for each entry."""
    return (json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def read_note(folder: Folder, name: str) -> dict[str, Any] | None:
    """Return the JSON that says that something is finished; None where there is none, or it is damaged."""
    try:
        found: dict[str, Any] | None = json.loads(folder.read(name)) if folder.has(name) else None
    except ValueError:
        return None
    return found


def format_journals(journals: Iterable[str]) -> bytes:
    """Return ids of journals as the lines of a file, in their order."""
    return "".join(f"{journal}\n" for journal in sorted(journals)).encode()


def parse_journals(text: bytes) -> list[str]:
    """Return the ids of journals in a file; one may be an abbreviation with blanks."""
    return text.decode().split("\n")[:-1]


def format_manifest(manifest: Manifest) -> bytes:
    """Return a manifest as JSON."""
    parts = {name: [one._asdict() for one in getattr(manifest, name)] for name in ("segments", "faults", "occ")}
    return to_json(manifest._asdict() | parts)


def parse_manifest(text: bytes, address: str) -> Manifest:
    """Return the manifest that this JSON is. Raises MirrorError for another one."""
    try:
        said = json.loads(text)
        if said["format"] != FORMAT:
            raise MirrorError(f"{address} is a mirror of another litkb, format {said['format']}; build it anew.")
        said["segments"] = [Segment(**one) for one in said["segments"]]
        said["faults"] = [Fault(**one) for one in said["faults"]]
        said["occ"] = [OccFile(**one) for one in said["occ"]]
        return Manifest(**said)
    except (ValueError, KeyError, TypeError) as error:
        raise MirrorError(f"{address}/{MANIFEST} is damaged; build the mirror anew.") from error


def read_manifest(folder: Folder) -> Manifest | None:
    """Return the manifest of a folder; None where no mirror is finished there."""
    return parse_manifest(folder.read(MANIFEST), folder.address) if folder.has(MANIFEST) else None
