"""Who is at work on a file: writers, or one that replaces it. A hidden file beside it is locked meanwhile.

The system frees the lock of a process that has ended, however it ended. Windows, which replaces no file that
another program has open, needs none.
"""

import os
import platform
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from kb.errors import DatabaseError

_TRIES: Final = 50  # half a second: one that lets go has the file for itself for a moment, to remove it
_BETWEEN: Final = 0.01  # seconds

if sys.platform == "win32":

    def take_lock(path: Path, *, alone: bool = False) -> Callable[[], None]:  # noqa: ARG001
        """Return what lets go of nothing."""
        return lambda: None
else:
    import fcntl

    def take_lock(path: Path, *, alone: bool = False) -> Callable[[], None]:
        """Take a share of the file at path, or all of it; return what lets go of it.

        Raises DatabaseError that names a process where another one has all of it, or any share of what is wanted alone.
        """
        place = path.resolve().with_name(f".{path.resolve().name}.lock")
        for left in reversed(range(_TRIES)):
            try:
                handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
            except OSError:  # a folder in which nothing can be written, or what is there is no file
                return lambda: None
            try:
                fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.pread(handle, 200, 0).decode("utf-8", "replace")
                os.close(handle)
                if not left:
                    raise _in_use(path, holder) from None
                time.sleep(_BETWEEN)
                continue
            except OSError:  # a file system without locks
                return partial(os.close, handle)
            if _is_at(handle, place):
                with suppress(OSError):  # a full disk: only the name of who has the file is missing
                    os.ftruncate(handle, 0)
                    os.pwrite(handle, f"process {os.getpid()} on {platform.node()}".encode(), 0)
                return partial(_let_go, handle, place)
            os.close(handle)  # who let go has removed it
        raise _in_use(path, "")

    def _let_go(handle: int, place: Path) -> None:
        """Let go, and remove the file where nobody else has a share."""
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            place.unlink()
        os.close(handle)

    def _is_at(handle: int, place: Path) -> bool:
        try:
            return os.path.samestat(os.fstat(handle), place.stat())
        except FileNotFoundError:
            return False


def _in_use(path: Path, holder: str) -> DatabaseError:
    return DatabaseError(
        f"{path} is in use by another litkb, {holder or 'a process that has just begun'}; "
        "try again when it has ended. Nothing was changed."
    )
