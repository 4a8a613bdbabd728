"""Arrays as .npy files, and the digests of what is written; nothing is copied for it."""

import hashlib
from io import BytesIO

import numpy as np
from numpy.lib import format as npy_format

from kb.mirror.folder import Array, Folder


def write_array(folder: Folder, name: str, values: Array) -> str:
    """Write an array to the file name.npy; return its SHA-256."""
    head, body = _parts(values)
    with folder.writing(f"{name}.npy") as file:
        file.write(head)
        file.write(body)
    return _digest(head, body)


def array_digest(values: Array) -> str:
    """Return the SHA-256 of the file that write_array() writes."""
    return _digest(*_parts(values))


def write_bytes(folder: Folder, name: str, content: bytes) -> str:
    """Write a file; return its SHA-256."""
    folder.write(name, content)
    return _digest(content)


def _parts(values: Array) -> tuple[bytes, memoryview]:
    head, body = BytesIO(), np.ascontiguousarray(values)
    npy_format.write_array_header_1_0(head, npy_format.header_data_from_array_1_0(body))
    return head.getvalue(), body.reshape(-1).view(np.uint8).data


def _digest(*parts: bytes | memoryview) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
