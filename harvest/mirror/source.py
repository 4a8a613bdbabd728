"""A mirror's folder as a source of a harvest: what harvest.sources.mirror asks, answered by kb.mirror.reader."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from harvest.sources.mirror import Located
from kb.mirror.folder import Array
from kb.mirror.layout import CHUNK, PERCENTILE, RANK, Manifest
from kb.mirror.reader import Mirror as Reader

_KINDS: Final = {"percentile": PERCENTILE, "pagerank_rank": RANK}  # by column of mirror_metrics


class _Links(NamedTuple):
    """The links of a mirror: of the records, or of the Open Citation Collection."""

    reader: Reader
    occ: bool

    def cited(self, pmid: int) -> Array:
        """Return what pmid cites."""
        return self.reader.cited(pmid, occ=self.occ)

    def citing(self, pmid: int) -> Array:
        """Return what cites pmid."""
        return self.reader.citing(pmid, occ=self.occ)


class MirrorSource:
    """A mirror as harvest.sources.mirror.Mirror asks it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.through = _through(reader.manifest)
        self.pubmed = _Links(reader, occ=False)
        self.occ = None if reader.manifest.occ_links is None else _Links(reader, occ=True)

    def records(self, pmids: Sequence[int]) -> Iterator[Located]:
        """Yield the records of pmids, each frame of the mirror unpacked once."""
        for pmid, xml in self._reader.records(pmids):
            place = self._reader.find(pmid)
            assert place is not None
            yield Located(pmid, place.segment.name, place.row + 1, xml)

    def measured(self, name: str, pmids: Sequence[int]) -> list[float | None] | None:
        """Return a measure of the whole of each of pmids; None where the mirror has not computed it."""
        kind = _KINDS[name]
        return [self._value(kind, pmid) for pmid in pmids] if kind in self._reader.manifest.chunks else None

    def _value(self, kind: str, pmid: int) -> float | None:
        values = self._reader.chunk(kind, pmid // CHUNK)
        value = np.nan if values is None else values[pmid % CHUNK].item()
        return None if np.isnan(value) or (kind == RANK and not value) else value


def _through(manifest: Manifest) -> str:
    """Return the last file of a mirror, and how many before it are missing: pubmed26n1334.xml.gz."""
    missing = len(manifest.missing)
    last = manifest.segments[-1].name
    return f"{last}, {missing} of the files before it missing" if missing else last
