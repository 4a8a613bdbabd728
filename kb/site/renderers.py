"""Any rows of articles or works as .ris, .bib, .graphml or .gexf, past the rows that Datasette shows."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from graph.export import read_about, stream
from kb.errors import UsageError
from kb.formats import format_bibtex, format_ris
from kb.queries.bibliography import Item, read_items
from kb.queries.selection import read_selected_edges, read_selected_nodes
from kb.site import answers
from kb.site.cells import WORK_TABLES

MOST_ROWS: Final = 200_000
MOST_ITEMS: Final = 20_000
_SECONDS: Final = 30.0
_STEPS: Final = 10_000  # instructions of SQLite between two looks at the clock
_KEYS: Final = ("pmid", "citing_pmid", "similar_pmid", "id")
_PAIRS: Final = (("citing_id", "cited_id"), ("citing_pmid", "cited_id"), ("id", "related_id"), ("pmid", "similar_pmid"))
_PAGE: Final = re.compile(r"\s+limit\s+\d+(?:\s+offset\s+\d+)?\s*$", re.IGNORECASE)
_BIBLIOGRAPHIES: Final[dict[str, tuple[Callable[[Iterator[Item]], str], str]]] = {
    "ris": (format_ris, "application/x-research-info-systems"),
    "bib": (format_bibtex, "application/x-bibtex"),
}
_NO_WORKS: Final = "These rows name no articles: a column pmid, or citing_id and cited_id, is needed."
_GRAPHS: Final = {"graphml": "application/graphml+xml", "gexf": "application/gexf+xml"}


class Columns(NamedTuple):
    """Where a result names works: in two columns that are linked, or in one."""

    first: int
    second: int | None


def find_columns(names: Sequence[str], table: str | None) -> Columns | None:
    """Return where rows with these columns name works; None where they do not."""
    places = {name: place for place, name in reversed(list(enumerate(names)))}
    if "id" in places and not (table in WORK_TABLES if table else "label" in places):
        del places["id"]
    for first, second in _PAIRS:
        if first in places and second in places:
            return Columns(places[first], places[second])
    return next((Columns(places[key], None) for key in _KEYS if key in places), None)


def can_render(columns: Sequence[str], table: str | None) -> bool:
    """Return whether these rows name works."""
    return find_columns(columns, table) is not None


def _renderer(suffix: str) -> Callable[..., Any]:
    async def render(
        datasette: Any, request: Any, database: str, table: str | None, columns: list[str], data: dict[str, Any]
    ) -> Any:
        return await _render(suffix, datasette.get_database(database), request, table, columns, data)

    return render


async def _render(  # what Datasette hands to a renderer
    suffix: str, database: Any, request: Any, table: str | None, columns: list[str], data: dict[str, Any]
) -> Any:
    """Answer with all rows as a file, or with a sentence where they name no works or are too many."""
    if request.args.get("_next"):
        return answers.redirect(_first_page(request))
    found = find_columns(columns, table)
    if found is None:
        return answers.sentence(_NO_WORKS, status=400)
    query, rows = data.get("query") or {}, data.get("rows") or []
    try:
        if query.get("sql"):
            sql = _PAGE.sub("", query["sql"]) if table else query["sql"]
            rows = await database.execute_fn(lambda db: _read_all(db, sql, query.get("params") or {}))
        body = await database.execute_fn(lambda db: _file(db, suffix, rows, found))
    except UsageError as error:
        return answers.sentence(str(error), status=413)
    content_type = _GRAPHS.get(suffix) or _BIBLIOGRAPHIES[suffix][1]
    name = re.sub(r"[^\w-]", "-", str(table or data.get("query_name") or "works"))
    return answers.file(body, name=f"{name}.{suffix}", content_type=content_type)


def _first_page(request: Any) -> str:
    """Return the address without its place in a paged table: a file holds all rows."""
    args = [(key, value) for key, value in parse_qsl(request.query_string, keep_blank_values=True) if key != "_next"]
    return f"{request.path}?{urlencode(args)}" if args else str(request.path)


def _read_all(db: sqlite3.Connection, sql: str, params: Any) -> list[Sequence[Any]]:
    """Return all rows of a query, within a longer time limit; raises UsageError where they are too many."""
    deadline = time.monotonic() + _SECONDS
    db.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        rows = db.execute(sql, params).fetchmany(MOST_ROWS + 1)
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise UsageError("This selection takes too long here; narrow it down.") from error
        raise UsageError(f"This query cannot be answered: {error}.") from error
    finally:
        db.set_progress_handler(None, _STEPS)
    if len(rows) > MOST_ROWS:
        raise UsageError(f"These are more than {MOST_ROWS:,} rows. `litkb graph export` writes graphs of any size.")
    return rows


def _file(db: sqlite3.Connection, suffix: str, rows: Sequence[Sequence[Any]], found: Columns) -> str:
    first = [_work(row[found.first]) for row in rows]
    second = [_work(row[found.second]) for row in rows] if found.second is not None else []
    works = {work for work in [*first, *second] if work is not None}
    if suffix in _BIBLIOGRAPHIES:
        if len(works) > MOST_ITEMS:
            raise UsageError(f"These are {len(works):,} works; a bibliography here holds {MOST_ITEMS:,} at most.")
        return _BIBLIOGRAPHIES[suffix][0](read_items(db, works))
    pairs = None
    if found.second is not None:
        pairs = {(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None}
    nodes, edges = read_selected_nodes(db, works), read_selected_edges(db, works, pairs)
    return "".join(stream(suffix, nodes, edges, read_about(db)))


def _work(value: Any) -> int | None:
    """Return the work that a cell names; Datasette gives linked cells as value and label."""
    value = value.get("value") if isinstance(value, dict) else value
    return value if isinstance(value, int) else None


RENDERERS: Final[list[dict[str, Any]]] = [
    {"extension": suffix, "render": _renderer(suffix), "can_render": can_render}
    for suffix in ("ris", "bib", "graphml", "gexf")
]
