"""The values of the schema page: every table and what it means, how they join, examples, functions."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from kb.integrity.check import INDEX_TABLES, RUN_TABLES
from kb.metadata import read_metadata
from kb.queries.computed_tables import read_computed_tables
from kb.queries.examples import JOINS
from kb.queries.invariants import read_tables
from kb.queries.publishing import Column, read_columns, read_views
from kb.site.parts.sql_functions import FUNCTIONS
from kb.site.pictures.schema import Box, draw_schema
from kb.site.server.context import NAME, ask, litkb_database
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route
from kb.site.server.unchanged import page_once

_CORE: Final = ("journals", "articles", "works")
_LINKS: Final = (
    "article_references", "citations", "citation_sources", "article_lists", "similar_articles", "icite_metrics",
    "mirror_metrics", "resolutions", "resolution_candidates",
)  # fmt: skip
GROUPS: Final = {  # name -> what stands in it
    "record": "Parts of a record",
    "core": "Works and articles",
    "links": "Links and their sources",
    "computed": "Computed by graph runs",
    "runs": "Harvests and graph runs",
}


class Table(NamedTuple):
    """A table or view: what it holds, its columns with their meaning, and its group; "" for a view."""

    name: str
    about: str
    columns: list[tuple[Column, str]]
    group: str


def schema_values(db: sqlite3.Connection, described: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the schema page shows; described is what metadata.yml says of tables, by their names."""
    computed = INDEX_TABLES | read_computed_tables(db)
    tables = [_table(db, name, described, group=_group(name, computed)) for name in read_tables(db)]
    in_groups = {group: [one for one in tables if one.group == group] for group in GROUPS}
    boxes = [Box(one.name, one.group, _referred(one)) for group in in_groups.values() for one in group]
    return {
        "drawing": draw_schema(boxes, GROUPS),
        "groups": [(GROUPS[group], found) for group, found in in_groups.items()],
        "views": [_table(db, name, described) for name in read_views(db)],
        "examples": [(one, urlencode({"sql": one.sql})) for one in JOINS],
        "functions": [(one, urlencode({"sql": one.example})) for one in FUNCTIONS],
    }


def _referred(table: Table) -> tuple[str, ...]:
    """Return the tables that columns of a table refer to, each once."""
    return tuple(dict.fromkeys(column.refers.partition(".")[0] for column, _ in table.columns if column.refers))


def _table(db: sqlite3.Connection, name: str, described: Mapping[str, Any], *, group: str = "") -> Table:
    said = described.get(name, {})
    meanings = said.get("columns", {})
    columns = [(column, str(meanings.get(column.name, ""))) for column in read_columns(db, name)]
    return Table(name, str(said.get("description", "")).strip(), columns, group)


def _group(name: str, computed: Collection[str]) -> str:
    """Return the group of a table; what refers to no run and is no link is part of a record."""
    if name in computed:
        return "computed"
    if name in RUN_TABLES or name == "omissions":
        return "runs"
    if name in _CORE:
        return "core"
    return "links" if name in _LINKS else "record"


async def schema(datasette: Any, request: Any) -> Any:
    """Answer /schema: the tables and how they join."""
    database = await litkb_database(datasette)
    described = read_metadata()["databases"][NAME]["tables"]
    page = await ask(database, lambda db: page_once(db, "/schema", lambda db: schema_values(db, described)))
    return await page_answer(datasette, request, "litkb-schema.html", {**page.values, "made": page.made})


ROUTES: Final[Sequence[Route]] = ((r"^/schema$", schema),)
