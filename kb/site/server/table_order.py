"""Pages of a table in one order: rows that are equal in it follow by key, on the first page as on the later ones.

Datasette leaves open how they follow on its first page, and goes on as if by key. Where an index gives the order
backwards, some rows came twice and others not at all.
"""

import re
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any, Final

_NAME: Final = r"(?:\w+|\[[^\]]+\])"
_FIRST_PAGE: Final = re.compile(
    rf"(select (?:{_NAME}, )*{_NAME} from {_NAME} (?:where .* )?order by {_NAME}(?: desc)?)( limit [0-9]+)", re.DOTALL
)
_COMPOUND: Final = re.compile(r"\b(?:union|intersect|except|group)\b", re.IGNORECASE)  # a visitor's own where clause
_SHOWN: ContextVar[str | None] = ContextVar("table_shown", default=None)


def note_shown(table: str) -> None:
    """Note that the request of this moment shows a table."""
    _SHOWN.set(table)


async def ordered_by_key(database: Any, sql: str) -> str:
    """Return the statement of the first page of the table shown, with its key in the order; any other as it is."""
    table, found = _SHOWN.get(), _FIRST_PAGE.fullmatch(sql)
    if table is None or found is None or _COMPOUND.search(sql):
        return sql
    return _with_key(found, await database.primary_keys(table) or ["rowid"])


def _with_key(found: re.Match[str], keys: Sequence[str]) -> str:
    from datasette.utils import escape_sqlite  # a plugin must not import it before Datasette itself has

    return f"{found[1]}, {', '.join(map(escape_sqlite, keys))}{found[2]}"
