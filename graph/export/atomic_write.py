"""Files that appear whole or not at all, and never in place of others unasked."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from kb.database import is_sqlite
from kb.errors import LitkbError, UsageError
from kb.garbage import collecting_seldom

_BUFFER: Final = 1 << 18  # characters written in one go


def find_targets(out: Path, suffix: str, forms: Mapping[str, str], *, force: bool) -> dict[Path, str]:
    """Return the files that out stands for, with their forms; these come by what is put between name and suffix.

    Raises UsageError where they cannot be written, or are there already and ``force`` was not given.
    """
    end = out.name[-len(suffix) :] if out.name.lower().endswith(suffix) else ""
    stem = out.name[: len(out.name) - len(end)]
    if not out.name:
        raise UsageError(f"{out} is a folder; name a file.")
    targets = {out.with_name(f"{stem}{part}{end}"): form for part, form in forms.items()}
    if not os.path.isdir(out.parent):  # noqa: PTH112  # Path.is_dir raises for a name that is too long
        raise UsageError(f"There is no folder {out.parent} to write {out.name} in.")
    for target in targets:
        refuse_replacing(target, force=force)
    return targets


def refuse_replacing(target: Path, *, force: bool) -> None:
    """Raise UsageError where a file to be written is a folder or database, or is there and ``force`` is not given."""
    if os.path.isdir(target):  # noqa: PTH112
        raise UsageError(f"{target} is a folder; name a file.")
    if os.path.lexists(target) and not force:
        raise UsageError(f"{target} is there already; --force replaces it.")
    if is_sqlite(target):
        raise UsageError(f"{target} is an SQLite file, which nothing replaces; name another file.")


def write_whole(files: Mapping[Path, Iterator[str] | bytes]) -> None:
    """Write each file beside its place, then put all in place; after a failure none has changed."""
    with ExitStack() as undone, collecting_seldom():
        parts = {path: path.with_name(f".litkb-{os.getpid()}-{place}.part") for place, path in enumerate(files)}
        try:
            for path, part in parts.items():
                undone.callback(part.unlink, missing_ok=True)
                with part.open("xb", 0) as file:
                    for piece in _pieces(files[path]):
                        file.write(piece)
            for path, part in parts.items():
                part.replace(path)
        except OSError as error:
            raise LitkbError(f"{next(iter(files))} could not be written: {error.strerror}.") from error


def _pieces(content: Iterator[str] | bytes) -> Iterator[bytes]:
    return iter([content]) if isinstance(content, bytes) else (text.encode() for text in _joined(content))


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    """Yield pieces put together to about _BUFFER."""
    waiting: list[str] = []
    length = 0
    for piece in pieces:
        waiting.append(piece)
        length += len(piece)
        if length >= _BUFFER:
            yield "".join(waiting)
            waiting, length = [], 0
    yield "".join(waiting)
