"""A folder of published files: written aside, made durable, moved into place whole, the link last."""

import errno
import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from kb.durable import put_in_place, sync
from kb.errors import DatabaseError, UsageError

LINK: Final = "kb.db"
SUMS: Final = "SHA256SUMS"
MARK: Final = "Made by litkb publish"  # in what the next publish may replace
_VERSION: Final = re.compile(r"kb-[0-9a-f]{12}\.db")
_SUMS_LINE: Final = re.compile(r"[0-9a-f]{64}  [\w.-]+")
_WORK: Final = ".publishing-"
_LEFT: Final = re.compile(r"\.publishing-[a-z0-9_]{8}")  # as tempfile names folders
_PIECE: Final = 1 << 20

if sys.platform == "win32":

    def _lock(folder: int) -> None:
        """Windows cannot lock a folder."""
else:
    import fcntl

    def _lock(folder: int) -> None:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def open_folder(folder: Path) -> Iterator[Path]:
    """Give a new folder in ``folder`` to work in, which is gone afterwards; what a killed publish left goes, too.

    Only one publish works in a folder at a time.
    """
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"{folder} is not a folder; name a folder to publish in.") from None
    except OSError as error:
        raise DatabaseError(f"{folder} cannot be made or opened: {error.strerror}.") from error
    try:
        _lock_folder(handle, folder)
        for left in filter(_is_left, folder.iterdir()):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix=_WORK, dir=folder) as work:
            yield Path(work)
    finally:
        os.close(handle)
        if is_new:
            with suppress(OSError):  # only an empty folder goes: nothing was published
                folder.rmdir()


def _is_left(path: Path) -> bool:
    """Return whether a killed publish left this: a folder of a name that only litkb gives."""
    return bool(_LEFT.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()


def _lock_folder(handle: int, folder: Path) -> None:
    try:
        _lock(handle)
    except BlockingIOError:
        raise DatabaseError(f"Another `litkb publish` is at work in {folder}; try again when it has ended.") from None


def check_replaceable(folder: Path, names: list[str], *, force: bool) -> None:
    """Raise UsageError where publishing would replace what litkb publish did not make. A real kb.db always stays."""
    link = folder / LINK
    if os.path.lexists(link) and not link.is_symlink():
        raise UsageError(f"{link} is a file, not the link to a published one; name another folder, such as published.")
    for name in names:
        if (folder / name).is_dir():
            raise UsageError(f"{folder / name} is a folder; name another folder to publish in.")
    if force:
        return
    if link.is_symlink() and not _VERSION.fullmatch(str(link.readlink())):
        raise UsageError(f"{link} is a link to {link.readlink()}, which is not a published file; --force replaces it.")
    for name in names:
        if os.path.lexists(folder / name) and not _is_ours(folder / name):
            raise UsageError(f"{folder / name} was not made by litkb publish; --force replaces it.")


def _is_ours(path: Path) -> bool:
    if not path.is_file() or path.is_symlink():
        return False
    lines = path.read_text("utf-8", "replace").splitlines()
    if path.name == SUMS:
        return all(_SUMS_LINE.fullmatch(line) for line in lines)
    return bool(lines) and MARK in lines[0]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def place_version(new: Path, folder: Path, name: str, *, force: bool) -> bool:
    """Move the file new to its name in folder, read-only; False where it is there already, whole.

    A file of this name with other bytes is damaged or not ours: it is replaced only by force.
    """
    target = folder / name
    if os.path.lexists(target):
        if target.is_file() and sha256(target) == sha256(new):
            return False
        if not force:
            raise DatabaseError(f"{target} is there with other content than its name says; --force replaces it.")
    new.chmod(new.stat().st_mode & 0o444)
    put_in_place(new, target)
    return True


def place_text(work: Path, folder: Path, name: str, text: str) -> None:
    """Put a text file into folder under name, in place of the last one."""
    new = work / name
    new.write_text(text, encoding="utf-8", newline="\n")
    put_in_place(new, folder / name)


def move_link(work: Path, folder: Path, name: str) -> None:
    """Let the link of folder lead to name; a reader sees the old file or the new one, never none."""
    sync(folder)
    new = work / LINK
    try:
        new.symlink_to(name)
    except OSError as error:
        if error.errno in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
            raise DatabaseError(f"{folder} is on a file system without links; {name} is there, whole.") from error
        raise
    new.replace(folder / LINK)
    sync(folder)


def count_versions(folder: Path) -> int:
    """Return how many published versions folder holds."""
    return sum(1 for path in folder.iterdir() if _VERSION.fullmatch(path.name))
