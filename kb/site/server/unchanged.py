"""What pages of the whole file show, kept as long as the file stays as it is: most of the time of a mixed walk."""

import sqlite3
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

_Found = TypeVar("_Found")


class KeepingConnection(sqlite3.Connection):
    """A connection that only reads, and keeps what was made of the present state of the file, by name."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.version: int | None = None  # of the file, as SQLite counts it for this connection
        self.kept: dict[str, Any] = {}


class Page(NamedTuple):
    """The values of a page of the whole file, and what its template has made of them."""

    values: dict[str, Any]
    made: dict[str, Any]


def read_once(db: sqlite3.Connection, name: str, read: Callable[[sqlite3.Connection], _Found]) -> _Found:
    """Return what read returns, or what it returned before where nobody has changed the file since.

    ``name`` says what is read; there must be few names, as all are kept. What is returned must not be altered.
    A connection of plain Datasette's keeps nothing.
    """
    if not isinstance(db, KeepingConnection):
        return read(db)
    version = db.execute("pragma data_version").fetchone()[0]  # in a transaction: of the moment that it reads
    if version != db.version:
        db.kept, db.version = {}, version
    if name not in db.kept:
        db.kept[name] = read(db)
    found: _Found = db.kept[name]
    return found


def page_once(db: sqlite3.Connection, name: str, read: Callable[[sqlite3.Connection], dict[str, Any]]) -> Page:
    """Return a page of the whole file; name: its path."""
    return read_once(db, f"page {name}", lambda db: Page(read(db), {}))


def once(made: Any, caller: Callable[[], Any]) -> Any:
    """Return what stands between ``{% call once(made) %}`` and its end, made once for a Page and else each time."""
    if not isinstance(made, dict):
        return caller()
    if "content" not in made:
        made["content"] = caller()
    return made["content"]
