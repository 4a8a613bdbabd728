"""Measures of all of a mirror, kept in it: arrays of its chunks, named in its manifest as all else is."""

from typing import Final

import numpy as np

from graph.whole.measures import WholeMeasures, measure_whole
from kb.errors import MirrorError
from kb.mirror.folder import Folder, alone
from kb.mirror.layout import (
    CHUNK,
    COUNT,
    MANIFEST,
    PERCENTILE,
    RANK,
    Manifest,
    chunk_name,
    format_manifest,
    read_manifest,
)
from kb.mirror.npy import write_array
from kb.mirror.reader import Mirror

_KINDS: Final = {COUNT: "counts", PERCENTILE: "percentiles", RANK: "ranks"}


def measure_mirror(address: str) -> Manifest:
    """Compute the measures of a mirror and keep them in it, as of its last file; return its manifest.

    Raises MirrorError where the mirror was updated meanwhile: nothing is kept then.
    """
    folder = Folder(address)
    with Mirror(address) as mirror:
        measures, measured = measure_whole(mirror), mirror.manifest
        with alone(folder):
            manifest = read_manifest(folder)
            if manifest is None or manifest.generation != measured.generation:
                raise MirrorError(f"{address} was updated while it was measured; measure it again.")
            manifest = _kept(folder, manifest, measures)
            folder.write(MANIFEST, format_manifest(manifest))
    return manifest


def _kept(folder: Folder, manifest: Manifest, measures: WholeMeasures) -> Manifest:
    """Write the arrays, chunk by chunk; return the manifest that names them."""
    chunks, digests = dict(manifest.chunks), dict(manifest.digests)
    nodes = measures.ranks.reshape(-1, CHUNK).any(axis=1)
    for kind, field in _KINDS.items():
        values = getattr(measures, field).reshape(-1, CHUNK)
        chunks[kind] = np.flatnonzero(nodes).tolist()
        for chunk in chunks[kind]:
            name = f"{manifest.whole}/{chunk_name(kind, chunk)}"
            digests[f"{name}.npy"] = write_array(folder, name, values[chunk])
    return manifest._replace(chunks=chunks, digests=digests)
