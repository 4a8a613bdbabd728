"""The Datasette plugin: hooks only; each hands on to the module that does the work.

Only hooks that Datasette 0.65 and 1.0 both have. Nothing here imports datasette.app.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from datasette import hookimpl  # type: ignore[attr-defined]  # exported without saying so

from kb.queries.works.pages import read_is_litkb
from kb.site import routes, template_variables
from kb.site.files import renderers, row_pictures
from kb.site.parts import sql_functions, table_cells
from kb.site.server import (
    base_path,
    context,
    error_pages,
    public,
    requests,
    security,
    sql_throttle,
    sqlite_sandbox,
    streaming,
    table_order,
)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    return routes.find_routes()


@hookimpl
def register_output_renderer() -> list[dict[str, Any]]:
    return [*row_pictures.RENDERERS, *renderers.RENDERERS]


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    if read_is_litkb(conn):
        sql_functions.add_functions(conn)
        sqlite_sandbox.limit_connection(conn)


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, datasette: Any) -> Any:
    return table_cells.render_cell(datasette, row, value, column=column, table=table)


@hookimpl
def filters_from_request(table: str) -> None:
    table_order.note_shown(table)


@hookimpl
def extra_template_vars(datasette: Any) -> Callable[[], Awaitable[dict[str, Any]]]:
    return lambda: template_variables.page_variables(datasette)


@hookimpl
def extra_js_urls(datasette: Any, view_name: str) -> list[dict[str, Any]]:
    url = datasette.urls.static_plugins("litkb", "tables.js")
    return [{"url": url, "module": True}] if view_name in ("table", "query", "database") else []


@hookimpl
def menu_links(datasette: Any) -> Callable[[], Awaitable[list[dict[str, str]]]]:
    return lambda: template_variables.menu_links(datasette)


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[..., Any]:
    exports = streaming.exports_of(datasette)

    def wrap(app: Any) -> Any:
        counted = sql_throttle.with_typed_sql_bounded(streaming.with_pages_counted(app, exports))
        shown = counted if context.may_ask(datasette) else public.for_strangers(counted)
        readable = requests.with_readable_requests(shown)
        guarded = security.with_security_headers(
            readable, is_ours=routes.is_ours, may_embed=context.may_embed(datasette)
        )
        return base_path.with_base_path(guarded, str(datasette.setting("base_url")))

    return wrap


@hookimpl(hookwrapper=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Generator[None, Any, None]:
    """Answer with a page of ours; Datasette's own answer prints a traceback for every page not found."""
    outcome = yield
    is_ours = routes.is_ours(security.path_of(request.scope))
    outcome.force_result([lambda: error_pages.answer(datasette, request, exception, is_ours=is_ours)])
