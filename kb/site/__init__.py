"""The Datasette plugin: hooks only; each hands on to the module that does the work.

Only hooks that Datasette 0.65 and 1.0 both have. Nothing here imports datasette.app.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from datasette import hookimpl  # type: ignore[attr-defined]  # exported without saying so

from kb.queries.works.pages import read_is_litkb
from kb.site import (
    base_path,
    cells,
    context,
    errors,
    functions,
    headers,
    kept,
    limits,
    maps,
    pages,
    public,
    renderers,
    rowpictures,
    strangers,
    streaming,
)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    return [*maps.ROUTES, *rowpictures.ROUTES, *kept.ROUTES, *pages.ROUTES]


@hookimpl
def register_output_renderer() -> list[dict[str, Any]]:
    return [*rowpictures.RENDERERS, *renderers.RENDERERS]


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    if read_is_litkb(conn):
        functions.add_functions(conn)
        limits.limit_connection(conn)


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, datasette: Any) -> Any:
    return cells.render_cell(datasette, row, value, column=column, table=table)


@hookimpl
def extra_template_vars(datasette: Any) -> Callable[[], Awaitable[dict[str, Any]]]:
    return lambda: context.page_variables(datasette)


@hookimpl
def extra_js_urls(datasette: Any, view_name: str) -> list[dict[str, Any]]:
    return (
        [{"url": datasette.urls.static_plugins("litkb", "tables.js"), "module": True}] if view_name == "table" else []
    )


@hookimpl
def menu_links(datasette: Any) -> Callable[[], Awaitable[list[dict[str, str]]]]:
    return lambda: context.menu_links(datasette)


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[..., Any]:
    exports = streaming.exports_of(datasette)

    def wrap(app: Any) -> Any:
        counted = strangers.with_typed_sql_bounded(streaming.with_pages_counted(app, exports))
        shown = counted if context.may_ask(datasette) else public.for_strangers(counted)
        return base_path.with_base_path(
            headers.with_security_headers(shown, may_embed=context.may_embed(datasette)),
            str(datasette.setting("base_url")),
        )

    return wrap


@hookimpl(hookwrapper=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Generator[None, Any, None]:
    """Answer with a page of ours; Datasette's own answer prints a traceback for every page not found."""
    outcome = yield
    outcome.force_result([lambda: errors.answer(datasette, request, exception)])
