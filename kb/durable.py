"""Files that are on the disk, whole, before anything leads to them."""

import os
from contextlib import suppress
from pathlib import Path


def put_in_place(new: Path, target: Path) -> None:
    """Rename new to target, durably: a reader, and the disk after a power failure, have the old file or the new one."""
    sync(new)
    new.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk; where the system cannot (Windows: folders), do without."""
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
