"""The folder that a mirror is in: a local one, whose arrays are memory-mapped, or any that fsspec opens by address."""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO, Any, Final
from uuid import uuid4

import numpy as np
from numpy.lib import format as npy_format

from kb.durable import put_in_place
from kb.errors import MirrorError, UsageError
from kb.lock import take_lock

Array = np.ndarray[Any, Any]
_READ: Final = 2**22  # bytes
_HEADER: Final = 128  # bytes of the header of a list of numbers, in an .npy file


def is_remote(address: str) -> bool:
    """Return whether an address has a protocol: s3://bucket/mirror."""
    return "://" in address


def file_system(address: str) -> tuple[Any, str]:
    """Return fsspec's file system for an address, and the path in it; UsageError for one that cannot be reached."""
    try:
        import fsspec
    except ImportError as error:
        raise UsageError(f"{address} is read by fsspec: pip install 'litkb[mirror]'.") from error
    try:
        system, path = fsspec.core.url_to_fs(address)
    except (ValueError, ImportError) as error:
        raise UsageError(f"{address} cannot be reached: {error}") from error
    return system, path


def absolute(address: str) -> str:
    """Return an address that means the same to a process with another working folder."""
    return address if is_remote(address) else str(Path(address).absolute())


@contextmanager
def open_address(address: str) -> Iterator[IO[bytes]]:
    """Give a file, local or remote, open for reading."""
    if is_remote(address):
        system, path = file_system(address)
        with system.open(path, "rb") as file:
            yield file
    else:
        with Path(address).open("rb") as file:
            yield file


def _mapped(path: Path) -> Array:
    """Return an array of a file, mapped into memory; np.load takes six times as long, most of it for the header."""
    with path.open("rb") as file:
        content = mmap(file.fileno(), 0, access=ACCESS_READ)
    shape, dtype, start = _header(content[:_HEADER])
    return np.ndarray(shape, dtype, content, start)


@lru_cache(maxsize=2**16)
def _header(head: bytes) -> tuple[tuple[int, ...], np.dtype[Any], int]:
    """Return shape, type and beginning of an array, by the header of its file. Raises ValueError for another file."""
    file = io.BytesIO(head)
    npy_format.read_magic(file)
    shape, _, dtype = npy_format.read_array_header_1_0(file)
    return shape, dtype, file.tell()


class Folder:
    """A folder by its address; names in it are relative, with "/" between their parts."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/") or address
        self.local = None if is_remote(address) else Path(address)
        self._system: Any = None
        self._root = ""
        if not self.local:
            self._system, self._root = file_system(self.address)

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    def read(self, name: str) -> bytes:
        """Return the bytes of a file. Raises MirrorError where it is not there."""
        try:
            if self.local:
                return (self.local / name).read_bytes()
            found: bytes = self._system.cat_file(self._at(name))
        except OSError as error:
            raise self._missing(name, error) from error
        return found

    def sha256(self, name: str) -> str:
        """Return the SHA-256 of a file. Raises MirrorError where it cannot be read."""
        digest = hashlib.sha256()
        try:
            with open_address(f"{self.address}/{name}") as file:
                while data := file.read(_READ):
                    digest.update(data)
        except OSError as error:
            raise self._missing(name, error) from error
        return digest.hexdigest()

    def read_part(self, name: str, start: int, end: int) -> bytes:
        """Return the bytes from start to end of a file."""
        try:
            if self.local:
                with (self.local / name).open("rb") as file:
                    return os.pread(file.fileno(), end - start, start)
            found: bytes = self._system.cat_file(self._at(name), start=start, end=end)
        except OSError as error:
            raise self._missing(name, error) from error
        return found

    def array(self, name: str) -> Array:
        """Return an array: memory-mapped where the folder is local, else read as a whole."""
        try:
            if self.local:
                return _mapped(self.local / f"{name}.npy")
            return np.asarray(np.load(io.BytesIO(self.read(f"{name}.npy"))))
        except (OSError, ValueError, TypeError) as error:
            raise self._missing(f"{name}.npy", error) from error

    def _missing(self, name: str, error: Exception) -> MirrorError:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        return MirrorError(
            f"{self.address}/{name} cannot be read: {why}. `litkb mirror check` names all that is damaged."
        )

    def has(self, name: str) -> bool:
        """Return whether there is such a file."""
        return (self.local / name).exists() if self.local else bool(self._system.exists(self._at(name)))

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """Give a file to write; it has its name only when it is whole and on the disk."""
        if not self.local:
            with self._system.open(self._at(name), "wb") as file:
                yield file
            return
        path = self.local / name
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.{uuid4().hex}")
        try:
            with new.open("xb") as file:
                yield file
            put_in_place(new, path)
        finally:
            new.unlink(missing_ok=True)

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whole."""
        with self.writing(name) as file:
            file.write(content)

    def names(self, below: str) -> list[str]:
        """Return the names of all files in a folder of this one, those that were never finished too; sorted."""
        if self.local:
            found = [path for path in (self.local / below).rglob("*") if path.is_file()]
            return sorted(path.relative_to(self.local).as_posix() for path in found)
        with suppress(FileNotFoundError):
            return sorted(name.removeprefix(f"{self._root}/") for name in self._system.find(self._at(below)))
        return []

    def remove(self, name: str) -> None:
        """Remove a file, and the folder that it leaves empty."""
        if not self.local:
            self._system.rm_file(self._at(name))
            return
        path = self.local / name
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()


@contextmanager
def alone(folder: Folder) -> Iterator[None]:
    """Hold a folder against whoever else would write to it."""
    if folder.local is None:
        yield
        return
    folder.local.mkdir(parents=True, exist_ok=True)
    let_go = take_lock(folder.local / "build", alone=True)
    try:
        yield
    finally:
        let_go()
