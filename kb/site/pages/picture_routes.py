"""Routes of the pictures: a page with the drawing, and the drawing as SVG and PNG."""

import sqlite3
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from kb.queries.works.pages import read_work
from kb.site.pages import picture_pages
from kb.site.pages.chart_pages import citing_years, year_pictures
from kb.site.pages.picture_pages import Picture
from kb.site.pages.search import search_picture
from kb.site.parts.search_state import format_asked, parse_asked
from kb.site.pictures.palette import BY_DAY, BY_NIGHT, PHONE
from kb.site.pictures.svg import Drawing, as_file
from kb.site.server import responses
from kb.site.server.context import ask, find_database, may_embed
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route
from kb.site.server.security import path_of
from kb.site.server.unchanged import Page, page_once

_FILE: Final = r"\.(?P<ending>svg|png)"
_PICTURE: Final = rf"(?:{_FILE})?"
_PNG_WIDTH: Final = 2_000  # pixels: enough for a column of print
_TEXT: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
    "<text x=\"2\" y=\"15\" font-family=\"Helvetica, Arial, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', "
    "'DejaVu Sans', sans-serif\">{}</text></svg>"
)
_WHOLE: Final[dict[str, Callable[[sqlite3.Connection], Picture]]] = {
    "map": picture_pages.field_map,
    "timeline": picture_pages.timeline,
    "names": picture_pages.names,
}


async def field_map(datasette: Any, request: Any) -> Any:
    """Answer /map."""
    return await _answer_whole(datasette, request, "map")


async def neighbourhood(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>/map and /work/<id>/map."""
    work, kind = int(request.url_vars["id"]), request.url_vars["kind"]
    database = await _database(datasette)
    found = await ask(database, lambda db: read_work(db, work))
    if found is None:
        raise responses.NotFound("No work in this library has this number.")
    right = "article" if found.state == "held" else "work"
    target = work if found.merged_into is None else found.merged_into
    if (right, target) != (kind, work):
        ending = request.url_vars.get("ending")
        return responses.redirect(datasette.urls.path(f"/{right}/{target}/map" + (f".{ending}" if ending else "")))
    picture, path = await ask(database, lambda db: picture_pages.neighbourhood(db, work)), f"/{kind}/{work}"
    return await _answer(datasette, request, f"{path}/map", picture, back=datasette.urls.path(path))


async def timeline(datasette: Any, request: Any) -> Any:
    """Answer /timeline."""
    return await _answer_whole(datasette, request, "timeline")


async def names(datasette: Any, request: Any) -> Any:
    """Answer /names."""
    return await _answer_whole(datasette, request, "names")


async def found(datasette: Any, request: Any) -> Any:
    """Answer /search/map.svg?q=… and the like: all that a search finds, drawn; without an ending the search itself."""
    view, ending = request.url_vars["view"], request.url_vars.get("ending")
    asked = parse_asked(request.query_string)._replace(view=view)
    if not ending:
        return responses.redirect(datasette.urls.path(f"/search?{format_asked(asked)}"))
    database = await _database(datasette)
    picture = await ask(database, lambda db: search_picture(db, asked))
    if picture is None:
        raise responses.NotFound("This search has no picture.")
    return file_answer(datasette, request, picture, ending)


async def years(datasette: Any, request: Any) -> Any:
    """Answer /years: the charts of the whole field."""
    page, path = await _year_pictures(datasette), datasette.urls.path("/years")
    charts = [(f"{path}/{name}", chart) for name, chart in page.values.items()]
    values = {"heading": "Over the years", "charts": charts, "path": path, "back": "", "made": page.made}
    return await page_answer(datasette, request, "litkb-years.html", values)


async def year_file(datasette: Any, request: Any) -> Any:
    """Answer /years/articles.svg and the like."""
    page, name = await _year_pictures(datasette), request.url_vars["name"]
    return file_answer(datasette, request, page.values[name], request.url_vars["ending"])


async def _year_pictures(datasette: Any) -> Page:
    return await ask(await _database(datasette), lambda db: page_once(db, "/years", year_pictures))


async def cited(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>/years, and /article/<pmid>/years.svg: the works that cite it, by year."""
    work, ending = int(request.url_vars["id"]), request.url_vars.get("ending")
    database = await _database(datasette)
    chart = await ask(database, lambda db: citing_years(db, work))
    if chart is None:
        raise responses.NotFound("No work in this library has this number.")
    if ending:
        return file_answer(datasette, request, chart, ending)
    path = datasette.urls.path(f"/work/{work}")
    values = {"charts": [(f"{path}/years", chart)], "heading": chart.heading, "path": "", "back": path}
    return await page_answer(datasette, request, "litkb-years.html", values)


async def embedded(datasette: Any, request: Any) -> Any:
    """Answer /embed/map and the like: a picture alone, for the page of another site."""
    if not may_embed(datasette):
        raise responses.NotFound(
            "Pictures for other sites are shown where `litkb serve` is started with --allow-embed."
        )
    database = await _database(datasette)
    page = await _whole(database, request.url_vars["what"])
    source = f"From {database.name}, a litkb knowledge base."
    picture = page.values["picture"]
    values = {"title": picture.heading, "pictures": [picture], "source": source, "styles": "", "script": ""}
    return await page_answer(datasette, request, "litkb-alone.html", values)


async def _whole(database: Any, what: str) -> Page:
    """Return one of the pictures of the whole field."""
    return await ask(database, lambda db: page_once(db, f"/{what}", lambda db: {"picture": _WHOLE[what](db)}))


async def _answer_whole(datasette: Any, request: Any, what: str) -> Any:
    page = await _whole(await _database(datasette), what)
    return await _answer(datasette, request, f"/{what}", page.values["picture"], made=page.made)


async def _answer(
    datasette: Any, request: Any, path: str, picture: Picture, *, back: str = "", made: dict[str, Any] | None = None
) -> Any:
    """Answer with the page of a picture, or with its file."""
    if ending := request.url_vars.get("ending"):
        return file_answer(datasette, request, picture, ending)
    values = {"picture": picture, "path": datasette.urls.path(path), "back": back, "made": made}
    return await page_answer(datasette, request, "litkb-picture.html", values)


def file_answer(datasette: Any, request: Any, picture: Picture, ending: str) -> Any:
    """Return a picture as a file; NotFound with a sentence where there is nothing to draw."""
    if picture.drawing is None:
        raise responses.NotFound(picture.missing)
    return _file(datasette, request, picture.drawing, ending)


def _file(datasette: Any, request: Any, drawing: Drawing, ending: str) -> Any:
    """Return a drawing as a file; ?dark, ?phone and ?bare have it as the page of an article shows it."""
    base = datasette.absolute_url(request, datasette.urls.path("/")).rstrip("/")
    dress = BY_NIGHT if request.args.get("dark") else BY_DAY
    dress = dress._replace(more=PHONE) if request.args.get("phone") else dress
    document = as_file(drawing, dress, base, is_bare=bool(request.args.get("bare")))
    name = f"{path_of(request.scope).strip('/').replace('/', '-').rpartition('.')[0]}.{ending}"
    if ending == "svg":
        return responses.file(document, name, "image/svg+xml; charset=utf-8")
    if not has_letters():
        raise responses.NotFound("This server has no font for PNG files; use the SVG.")
    return responses.file(png(document), name, "image/png")


def png(document: str, width: int | None = _PNG_WIDTH) -> bytes:
    """Return an SVG as PNG, so many pixels wide; its words are drawn in a font of this machine."""
    import resvg_py  # only this needs it

    return bytes(resvg_py.svg_to_bytes(svg_string=document, width=width))


@cache
def has_letters() -> bool:
    """Return whether this machine has one of the fonts: without, a PNG would lack its words and say nothing of it."""
    return png(_TEXT.format("Words"), None) != png(_TEXT.format(""), None)


async def _database(datasette: Any) -> Any:
    database = await find_database(datasette)
    if database is None:
        raise responses.NotFound("No litkb knowledge base is served here.")
    return database


ROUTES: Final[list[Route]] = [
    (rf"^/map{_PICTURE}$", field_map),
    (rf"^/timeline{_PICTURE}$", timeline),
    (rf"^/names{_PICTURE}$", names),
    (rf"^/search/(?P<view>map|timeline){_PICTURE}$", found),
    (r"^/embed/(?P<what>map|timeline|names)$", embedded),
    (r"^/years$", years),
    (rf"^/years/(?P<name>articles|citations|communities|references){_FILE}$", year_file),
    (rf"^/(?P<kind>article|work)/(?P<id>-?[0-9]{{1,18}})/map{_PICTURE}$", neighbourhood),
    (rf"^/(?:article|work)/(?P<id>-?[0-9]{{1,18}})/years{_PICTURE}$", cited),
]
