"""What every template may use: the litkb file being served, where its records are from, addresses, exports."""

import sqlite3
from functools import partial
from typing import Any, NamedTuple

from kb.languages import LANGUAGE_TAGS, language_name
from kb.queries.harvest_log import read_servers
from kb.queries.works.pages import Provenance, read_provenance
from kb.records import DEMONSTRATION, PAGE, SYNTHETIC
from kb.site.files import downloads, renderers
from kb.site.parts import links, messages
from kb.site.parts.markup import title_markup
from kb.site.parts.sources import source_words
from kb.site.parts.table_cells import rows_markup
from kb.site.pictures import svg
from kb.site.server.context import LIVE_COMMAND, ask, find_database, may_ask
from kb.site.server.unchanged import once, read_once
from kb.text import fold, noun


class Served(NamedTuple):
    """The foot of every page: which file, from which sources."""

    database: str
    sources: tuple[str, ...]
    source_words: str
    last_run_on: str
    last_run: int | None
    is_demonstration: bool
    is_synthetic: bool
    has_page: bool
    servers: str  # that answered in place of PubMed; "" for none


async def page_variables(datasette: Any) -> dict[str, Any]:
    """Return what the templates of all pages, Datasette's own too, may use."""
    database = await find_database(datasette)
    if database is None:
        return {"litkb": None}
    provenance, servers = await database.execute_fn(_provenance)
    return {
        "litkb": _served(database.name, provenance, servers),
        "live_command": LIVE_COMMAND,
        "may_ask": may_ask(datasette),
        "pubmed_url": links.pubmed_url,
        "doi_url": links.doi_url,
        "pmc_url": links.pmc_url,
        "orcid_url": links.orcid_url,
        "source_words": source_words,
        "safe_title": title_markup,
        "fold": fold,
        "language_name": language_name,
        "noun": noun,
        "language_tag": LANGUAGE_TAGS.get,
        "thing": links.thing_path,
        "exports": downloads.EXPORTS,
        "picture_exports": downloads.PICTURE_EXPORTS,
        "names_works": renderers.can_render,
        "once": once,
        "table_rows": partial(rows_markup, datasette),
        "row_counts": partial(ask, database, read_row_counts),
        "in_page": partial(svg.in_page, base=str(datasette.urls.path("/")).rstrip("/")),
        "swatch": svg.swatch,
        "path_with_replaced_args": partial(_with_args, datasette.urls),
    }


def _with_args(urls: Any, request: Any, args: dict[str, Any]) -> Any:
    """Return the address of a request with other args, below the address of the site; Datasette's own is without it."""
    from datasette.utils import path_with_replaced_args  # a plugin must not import it before Datasette itself has

    return urls.path(path_with_replaced_args(request, args))  # type: ignore[no-untyped-call]


def read_row_counts(db: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows each table has; Datasette's own counts end after 10 ms, and differ with the machine."""
    return read_once(db, "row counts", _read_row_counts)


def _read_row_counts(db: sqlite3.Connection) -> dict[str, int]:
    names = [
        row[0]
        for row in db.execute("""select name from sqlite_master where type = 'table'
            and name not like '%\\_search\\_%' escape '\\' and sql not like 'create virtual%'""")
    ]
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in names}
    return {name: db.execute(f"select count(*) from {quoted[name]}").fetchone()[0] for name in names}


def _provenance(db: sqlite3.Connection) -> tuple[Provenance, list[str]]:
    return read_once(db, "provenance", lambda db: (read_provenance(db), read_servers(db)))


def _served(name: str, provenance: Provenance, servers: list[str]) -> Served:
    sources = provenance.sources
    return Served(
        database=name,
        sources=sources,
        source_words=source_words(",".join(sources)),
        last_run_on=messages.day(provenance.last_run_at),
        last_run=provenance.last_run,
        is_demonstration=DEMONSTRATION in sources,
        is_synthetic=SYNTHETIC in sources,
        has_page=PAGE in sources,
        servers=", ".join(servers),
    )


async def menu_links(datasette: Any) -> list[dict[str, str]]:
    """Return the links at the head of every page."""
    database = await find_database(datasette)
    if database is None:
        return []
    tables = datasette.urls.database(database.name)
    shown = [
        {"href": datasette.urls.path("/search"), "label": "Search"},
        {"href": datasette.urls.path("/map"), "label": "Map"},
        {"href": f"{tables}#queries", "label": "Queries"},
        {"href": f"{tables}#tables", "label": "Tables"},
    ]
    return [*shown, {"href": f"{tables}#sql", "label": "SQL"}] if may_ask(datasette) else shown
