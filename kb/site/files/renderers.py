"""Any rows of articles or works as files of every format, past the rows that Datasette shows."""

import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from kb.queries.export.selection import Columns, find_columns
from kb.site.files.downloads import DOTTED, ENDINGS, Selected, form_of, read_rows, wanted_file
from kb.site.parts.table_cells import has_work_ids
from kb.site.server import responses
from kb.site.server.responses import Route
from kb.site.server.streaming import FileAnswer

_PAGE: Final = re.compile(r"(?<!\s)\s+limit\s+\d+(?:\s+offset\s+\d+)?\s*$", re.IGNORECASE)
NO_WORKS: Final = "These rows name no articles: a column pmid, or citing_id and cited_id, is needed."


def find_places(columns: Sequence[str], table: str | None) -> Columns | None:
    """Return where rows with these columns name works; column id does in tables of works, or beside a label."""
    return find_columns(columns, has_ids=has_work_ids(table) if table else "label" in columns)


def can_render(columns: Sequence[str], table: str | None) -> bool:
    """Return whether these rows name works."""
    return find_places(columns, table) is not None


def never() -> bool:
    """Return that Datasette's list above the rows does not have a format: a page of ours, or its menu, offers it."""
    return False


class Rows(NamedTuple):
    """What Datasette hands to a renderer: the rows that it shows, and the query that gives all of them."""

    table: str | None
    sql: str | None
    params: Any
    shown: Sequence[Sequence[Any]]
    name: str
    found: Columns


Answer = Callable[[Any, Any, Any, Rows], Awaitable[Any]]  # Datasette, request, database, rows -> what is answered


def renderer(answer: Answer) -> Callable[..., Any]:
    """Return a renderer that answers with all rows, past those shown, or with a sentence where they name no works."""

    async def render(  # Datasette gives these by their names
        datasette: Any,
        request: Any,
        database: str,
        table: str | None,
        query_name: str | None,
        columns: list[str],
        data: dict[str, Any],
    ) -> Any:
        if (whole := whole_address(request, data)) is not None:
            return responses.redirect(datasette.urls.path(whole))
        rows = rows_of(table, query_name, columns, data)
        if rows is None:
            raise responses.BadRequest(NO_WORKS)
        return await answer(datasette, request, datasette.get_database(database), rows)

    return render


def _as_file(ending: str) -> Answer:
    form = form_of(ending)

    async def answer(datasette: Any, request: Any, database: Any, rows: Rows) -> Any:
        wanted = wanted_file(form, rows.name, partial(read_selected, rows=rows))
        return FileAnswer(datasette, database, request, wanted)

    return answer


def rows_of(table: str | None, query_name: str | None, columns: list[str], data: dict[str, Any]) -> Rows | None:
    found, query = find_places(columns, table), data.get("query") or {}
    if found is None:
        return None
    shown = [tuple(row.values()) if isinstance(row, dict) else row for row in data.get("rows") or []]
    return Rows(table, query.get("sql"), query.get("params") or {}, shown, table or query_name or "works", found)


def read_selected(db: sqlite3.Connection, rows: Rows) -> Selected:
    if not rows.sql:
        return _selected(rows.shown, rows.found)
    sql = _PAGE.sub("", rows.sql) if rows.table else rows.sql
    return _selected(read_rows(db, sql, rows.params), rows.found)


def whole_address(request: Any, data: dict[str, Any]) -> str | None:
    """Return where Datasette gives all rows and their query, None if here: not on a later page, and 1.0 if asked."""
    is_told = "query" in data or "primary_key_values" in data or "_extra" in request.args
    if is_told and not request.args.get("_next"):
        return None
    args = [(key, value) for key, value in parse_qsl(request.query_string, keep_blank_values=True) if key != "_next"]
    args += [] if is_told else [("_extra", "query")]
    return f"{request.path}?{urlencode(args)}" if args else str(request.path)


def _selected(rows: Iterable[Sequence[Any]], found: Columns) -> Selected:
    if found.second is None:
        return Selected({work for row in rows if (work := _work(row[found.first])) is not None})
    ends = [(_work(row[found.first]), _work(row[found.second])) for row in rows]
    pairs = {(a, b) for a, b in ends if a is not None and b is not None}
    return Selected({work for pair in ends for work in pair if work is not None}, pairs)


def _work(value: Any) -> int | None:
    """Return the work that a cell names; Datasette gives linked cells as value and label."""
    value = value.get("value") if isinstance(value, dict) else value
    return value if isinstance(value, int) else None


async def undotted(datasette: Any, request: Any) -> Any:
    """Send articles.csl.json on to articles.csl_json: an ending of Datasette's is one word."""
    ending = request.url_vars["ending"]
    path = datasette.urls.path(request.path[: -len(ending)] + DOTTED[ending])
    return responses.redirect(f"{path}?{request.query_string}" if request.query_string else path)


RENDERERS: Final[list[dict[str, Any]]] = [
    {"extension": ending, "render": renderer(_as_file(ending)), "can_render": never} for ending in ENDINGS
]
_DOTTED: Final = "|".join(re.escape(ending) for ending in DOTTED)
ROUTES: Final[list[Route]] = [
    (rf"^/(?P<database>[^/.]+)(?:/[^/.]+){{0,2}}\.(?P<ending>{_DOTTED})$", undotted),
]
