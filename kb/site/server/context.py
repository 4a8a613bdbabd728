"""The litkb file that is served, how it is asked, and what strangers may do with it."""

import sqlite3
from collections.abc import Callable
from typing import Any, Final, TypeVar

from kb.database import one_moment
from kb.queries.works.pages import read_is_litkb
from kb.site.server import responses

_Found = TypeVar("_Found")
NAME: Final = "kb"  # the name under which metadata.yml describes a file
EMBED: Final = "_litkb_may_embed"  # of a Datasette: set by `litkb serve --allow-embed`
_KNOWN: Final = "_is_litkb"  # of a database of Datasette's
LIVE_COMMAND: Final = "litkb harvest kb.db 32448354 --references --cited-by --similar"


async def find_database(datasette: Any) -> Any:
    """Return the litkb file among the databases, one named ``kb`` first; None where there is none."""
    named = sorted(datasette.databases.items(), key=lambda pair: pair[0] != NAME)
    for name, database in named:
        if not name.startswith("_") and await _is_litkb(database):
            return database
    return None


async def litkb_database(datasette: Any) -> Any:
    """Return the litkb file that is served; raises NotFound where there is none."""
    database = await find_database(datasette)
    if database is None:
        raise responses.NotFound("No litkb knowledge base is served here.")
    return database


async def _is_litkb(database: Any) -> bool:
    """Return whether a database is a litkb file; one that is stays so, as the connections to it stay open."""
    if not getattr(database, _KNOWN, False):
        setattr(database, _KNOWN, await database.execute_fn(read_is_litkb))
    return bool(getattr(database, _KNOWN))


async def ask(database: Any, read: Callable[[sqlite3.Connection], _Found]) -> _Found:
    """Return what read returns, all of it as the file was at one moment: a harvest may be writing into it."""

    def at_one_moment(db: sqlite3.Connection) -> _Found:
        with one_moment(db):
            return read(db)

    found: _Found = await database.execute_fn(at_one_moment)
    return found


def may_ask(datasette: Any) -> bool:
    """Return whether strangers may ask in SQL of their own."""
    return bool(datasette.setting("default_allow_sql"))


def may_embed(datasette: Any) -> bool:
    """Return whether other sites may show pictures of this one in a frame."""
    return bool(getattr(datasette, EMBED, False))
