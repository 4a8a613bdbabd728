"""Arrays as bytes of .npy files, and their digests."""

import hashlib
from collections.abc import Mapping
from io import BytesIO

import numpy as np

from kb.mirror.folder import Array


def npy(values: Array) -> bytes:
    """Return an array as an .npy file."""
    out = BytesIO()
    np.save(out, np.ascontiguousarray(values), allow_pickle=False)
    return out.getvalue()


def digests_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each content, by its name."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
