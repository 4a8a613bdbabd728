"""Any rows of articles or works as pictures: their map and their timeline, on a page and as files."""

import re
import sqlite3
from collections.abc import Callable
from typing import Any, Final

from kb.metadata import read_metadata
from kb.site.files.renderers import Answer, Rows, can_render, never, read_selected, renderer
from kb.site.pages.picture_pages import Found, Picture
from kb.site.pages.picture_routes import file_answer
from kb.site.pages.search import PICTURES
from kb.site.parts.messages import ROWS_DRAWN
from kb.site.server import responses
from kb.site.server.context import NAME, ask
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route
from kb.site.server.streaming import within

_ENDINGS: Final = re.compile(r"\.(?:map|timeline)(?:_svg|_png)?$")


def _as_picture(view: str, ending: str) -> Answer:
    async def answer(datasette: Any, request: Any, database: Any, rows: Rows) -> Any:
        picture = await ask(database, _draw(view, rows, _limit(datasette)))
        return await _answer(datasette, request, picture, view=view, ending=ending)

    return answer


def _limit(datasette: Any) -> int:
    return int(datasette.setting("sql_time_limit_ms"))


def _draw(view: str, rows: Rows, milliseconds: int) -> Callable[[sqlite3.Connection], Picture]:
    """Return what draws the works of rows; their query has the time that any query of a stranger has."""

    def draw(db: sqlite3.Connection) -> Picture:
        works = within(db, milliseconds, lambda: read_selected(db, rows)).works
        picture = PICTURES[view](db, Found([*works], len(works), ""))
        return picture._replace(heading=_title(rows.name), lead=ROWS_DRAWN[view])

    return draw


def _title(name: str) -> str:
    """Return the question that a ready query answers, else the name of the table."""
    query = read_metadata()["databases"][NAME]["queries"].get(name)
    return str(query["title"]) if query else name.capitalize().replace("_", " ")


async def _answer(datasette: Any, request: Any, picture: Picture, *, view: str, ending: str) -> Any:
    if ending:
        return file_answer(datasette, request, picture, ending)
    query = f"?{request.query_string}" if request.query_string else ""
    rows = datasette.urls.path(_ENDINGS.sub("", request.path))
    values = {"path": f"{rows}.{view}", "query": query, "back": f"{rows}{query}", "back_words": "Back to the rows"}
    return await page_answer(datasette, request, "litkb-picture.html", {"picture": picture, **values})


async def undotted(datasette: Any, request: Any) -> Any:
    """Send question.map.svg on to question.map_svg: an ending of Datasette's is one word."""
    path = datasette.urls.path(re.sub(r"\.(svg|png)$", r"_\1", request.path))
    return responses.redirect(f"{path}?{request.query_string}" if request.query_string else path)


RENDERERS: Final[list[dict[str, Any]]] = [
    {
        "extension": f"{view}_{ending}" if ending else view,
        "render": renderer(_as_picture(view, ending)),
        "can_render": never if ending else can_render,
    }
    for view in PICTURES
    for ending in ("", "svg", "png")
]
ROUTES: Final[list[Route]] = [
    (r"^/(?P<database>[^/.]+)(?:/[^/.]+){0,2}\.(?:map|timeline)\.(?:svg|png)$", undotted),
]
