"""The values of the pages of evidence: the SQL and the rows behind a number, and who asserts a citation."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from kb.queries.evidence import selects
from kb.queries.evidence.registry import EVIDENCE
from kb.queries.evidence.selects import Evidence
from kb.queries.evidence.servers import read_servers_of_assertion
from kb.queries.search.matches import EVERYTHING
from kb.queries.search.query import read_query
from kb.queries.works.pages import read_labels
from kb.site.pages.archived_response import archive_of, kept_facts, read_times, why_no_archive
from kb.site.pages.search import wanted_articles
from kb.site.parts import messages, sources
from kb.site.parts.full_text_values import read_shown_texts
from kb.site.parts.search_state import parse_asked
from kb.site.parts.table_cells import cell_path
from kb.site.server import responses
from kb.site.server.context import ask, litkb_database
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route
from kb.site.server.streaming import within

SHOWN: Final = 200  # rows on a page
_LONGEST: Final = 1_000  # characters of a value
_NAMES: Final = frozenset({"label", "title"})  # columns that say which work a row is of


def evidence_values(
    db: sqlite3.Connection, name: str, query_string: str, args: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return what the page of the evidence of a number shows; None for an unknown name, or where a value is missing."""
    if name in _OF_SEARCH:
        return _of_search(db, name, query_string, {key: value[:_LONGEST] for key, value in args.items()})
    found = EVIDENCE.get(name)
    if found is None or any(value not in args for value in found.values):
        return None
    return _shown(db, found, {value: args[value][:_LONGEST] for value in found.values})


_OF_SEARCH: Final = {
    "search": selects.wanted_evidence,
    "published": selects.published_evidence,
    "received": selects.received_evidence,
    "received_dated": selects.received_dated_evidence,
    "named": None,
}


def _of_search(db: sqlite3.Connection, name: str, query_string: str, args: Mapping[str, str]) -> dict[str, Any]:
    """Return what a number tells of a search or of the articles of a thing."""
    asked = parse_asked(query_string)
    make = _OF_SEARCH[name]
    if make is None:
        rows = selects.read_named_evidence(db, read_query(db, asked.text), asked.filters, SHOWN)
        known = EVIDENCE["known"]._replace(title=messages.NAMED_ONLY.capitalize(), sql=messages.NAMED_SQL)
        return _page(db, known, {}, rows) | {"note": messages.NAMED_NOTE, "query": None}
    wanted = wanted_articles(db, asked) or EVERYTHING
    found = make(wanted)
    return _shown(db, found, {value: wanted.values.get(value, args.get(value, "")) for value in found.values})


def _shown(db: sqlite3.Connection, found: Evidence, values: Mapping[str, Any]) -> dict[str, Any]:
    return _page(db, found, values, selects.read_evidence(db, found, values, SHOWN))


def _page(db: sqlite3.Connection, found: Evidence, values: Mapping[str, Any], rows: selects.Rows) -> dict[str, Any]:
    return {
        "title": found.title,
        "sql": found.sql,
        "parameters": list(values.items()),
        "query": urlencode([("sql", found.sql), *((name, str(value)) for name, value in values.items())]),
        "columns": rows.columns,
        "rows": _rows(db, rows),
        "number": rows.number,
        "is_counted": found.column is None,
        "is_year": (found.column or "").endswith("year"),
        "note": None,
    }


def _rows(db: sqlite3.Connection, rows: selects.Rows) -> list[list[tuple[Any, str | None, str | None]]]:
    """Return the cells of rows, each with the path that it leads to, and a label where none names the work."""
    is_named = not _NAMES.isdisjoint(rows.columns)
    cells = [
        [(cell, cell_path(column, cell)) for column, cell in zip(rows.columns, row, strict=True)] for row in rows.rows
    ]
    works = {cell for row in cells for cell, path in row if not is_named and _is_work(path)}
    labels = read_labels(db, works)
    return [[(cell, path, labels.get(cell) if _is_work(path) else None) for cell, path in row] for row in cells]


def _is_work(path: str | None) -> bool:
    return path is not None and path.startswith(("/work/", "/article/"))


def _how(one: selects.Assertion) -> str | None:
    return messages.resolution_words(one.identified_by, None, is_looked_at=False)


def citation_values(db: sqlite3.Connection, citing: int, cited: int) -> dict[str, Any] | None:
    """Return what the page of a citation shows: who says so, since when, what was kept; None where nobody does."""
    assertions = selects.read_assertions_of(db, citing, cited)
    if not assertions:
        return None
    labels, answers = read_labels(db, [citing, cited]), selects.read_kept_answers(db, citing, cited)
    return {
        "citing": (citing, labels.get(citing, str(citing))),
        "cited": (cited, labels.get(cited, str(cited))),
        "assertions": [
            (sources.asserting_words(one.source, read_servers_of_assertion(db, one, answers)), one, _how(one))
            for one in assertions
        ],
        "answers": answers,
        "said": [
            (one, other, read_shown_texts(db, other, 1, citing=one, is_short=False))
            for one, other in ((citing, cited), (cited, citing))
        ],
        "labels": labels,
    }


async def evidence(datasette: Any, request: Any) -> Any:
    """Answer /evidence/<name>?…: the SQL and the rows behind a number."""
    database = await litkb_database(datasette)
    name, query = request.url_vars["name"], request.query_string
    args = {key: request.args.get(key) for key in request.args}
    limit = int(datasette.setting("sql_time_limit_ms"))
    values = await ask(database, lambda db: within(db, limit, lambda: evidence_values(db, name, query, args)))
    if values is None:
        raise responses.NotFound(messages.NO_EVIDENCE)
    return await page_answer(datasette, request, "litkb-evidence.html", values)


async def citation(datasette: Any, request: Any) -> Any:
    """Answer /evidence/citation?citing=…&cited=…: who says that a work cites another one."""
    database = await litkb_database(datasette)
    citing, cited = (_number(request.args.get(name)) for name in ("citing", "cited"))
    values = await ask(database, lambda db: citation_values(db, citing, cited))
    if values is None:
        raise responses.NotFound(messages.NO_CITATION)
    archive, names = await archive_of(datasette, database), {one.answer for one in values["answers"]}
    times = await asyncio.to_thread(read_times, archive, names)
    kept = await ask(database, lambda db: kept_facts(db, times))
    values |= {"kept": kept, "no_archive": why_no_archive(datasette)}
    return await page_answer(datasette, request, "litkb-citation.html", values)


def _number(text: str | None) -> int:
    """Return the number of a work in an address; 0, which none has, where it is none."""
    digits = (text or "").removeprefix("-")
    return int(text or 0) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


ROUTES: Final[Sequence[Route]] = (
    (r"^/evidence/(?P<name>[a-z0-9_]{1,60})$", evidence),
    (r"^/evidence/citation$", citation),
)
