"""Our routes: home, search, article, work; each asks its values in one thread hop and fills a template."""

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Final

from kb.metadata import read_metadata
from kb.queries.export.selection import read_neighbours, read_reference_list
from kb.queries.works.pages import read_work
from kb.site.files import renderers
from kb.site.files.downloads import ANY_ENDING, ENDINGS, Selected, form_of, is_bibliography, wanted_file
from kb.site.files.feeds import citing_feed, format_feed, notices_feed, search_feed
from kb.site.files.streaming import FileAnswer, within
from kb.site.pages.archived_response import archive_of, kept_facts, read_times, why_no_archive
from kb.site.pages.article import ORDERS, article_values
from kb.site.pages.cite import cite_values
from kb.site.pages.entity import read_works_of_thing, thing_values
from kb.site.pages.entity_types import KINDS
from kb.site.pages.evidence import citation_values, evidence_values
from kb.site.pages.home import home_values
from kb.site.pages.read_next import next_values
from kb.site.pages.run import run_values
from kb.site.pages.schema import schema_values
from kb.site.pages.search import read_works_asked, search_values
from kb.site.pages.work import work_values
from kb.site.parts import messages
from kb.site.parts.links import pubmed_url, thing_key
from kb.site.parts.search_state import Asked, format_asked, parse_asked
from kb.site.server import responses
from kb.site.server.context import NAME, ask, find_database
from kb.site.server.rendering import page_answer


async def home(datasette: Any, request: Any) -> Any:
    """Answer / with what this knowledge base is and holds."""
    database = await find_database(datasette)
    if database is None:
        return responses.redirect(datasette.urls.path("/-/databases"))
    values = await ask(database, home_values)
    values["questions"] = await _questions(datasette, database.name)
    return await page_answer(datasette, request, "litkb-home.html", values)


async def _questions(datasette: Any, database: str) -> list[dict[str, str]]:
    """Return the first five canned queries, as buttons; none where the file is served under another name."""
    described = datasette.metadata() if hasattr(datasette, "metadata") else datasette.config  # 0.65, 1.0
    queries = ((described or {}).get("databases") or {}).get(database, {}).get("queries", {})
    return [
        {"href": datasette.urls.path(f"/{database}/{name}"), "title": query["title"], "text": query["description"]}
        for name, query in list(queries.items())[:5]
        if isinstance(query, dict)
    ]


async def search(datasette: Any, request: Any) -> Any:
    """Answer /search?q=… with all its parameters; a PMID or DOI that is named here goes straight to its page."""
    database = await _database(datasette)
    asked = parse_asked(request.query_string)
    if "from" in request.args or "to" in request.args:  # the form of years
        return responses.redirect(_search_path(datasette, asked))
    values = await ask(database, lambda db: search_values(db, asked))
    if values["goto"] is not None:
        return responses.redirect(datasette.urls.path(f"/work/{values['goto']}"))
    return await page_answer(datasette, request, "litkb-search.html", values)


def _search_path(datasette: Any, asked: Asked) -> str:
    query = format_asked(asked)
    return str(datasette.urls.path(f"/search?{query}" if query else "/search"))


async def article(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>; a PMID that is not held is sent on to its work page."""
    database = await _database(datasette)
    pmid, sort = int(request.url_vars["pmid"]), request.args.get("sort")
    sort = sort if sort in ORDERS else "given"
    values = await ask(database, lambda db: article_values(db, pmid, sort))
    if values is None:
        if await ask(database, lambda db: read_work(db, pmid)) is None:
            raise responses.NotFound(_unknown(pmid))
        return responses.redirect(datasette.urls.path(f"/work/{pmid}"))
    return await page_answer(datasette, request, "litkb-article.html", values)


async def cite(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>/cite: the article as a reference, in all forms."""
    database = await _database(datasette)
    pmid = int(request.url_vars["pmid"])
    values = await ask(database, lambda db: cite_values(db, pmid))
    if values is None:
        raise responses.NotFound(_unknown(pmid))
    return await page_answer(datasette, request, "litkb-cite.html", values)


async def read_next(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>/next: what to read next from it, within the time that a query may take."""
    database = await _database(datasette)
    number, longest = int(request.url_vars["id"]), int(datasette.setting("sql_time_limit_ms"))
    found = await ask(database, lambda db: read_work(db, number))
    if found is None:
        raise responses.NotFound(_unknown(number))
    if found.merged_into is not None and found.merged_into != number:
        return responses.redirect(datasette.urls.path(f"/work/{found.merged_into}/next"))
    values = await ask(database, lambda db: within(db, longest, lambda: next_values(db, number)))
    return await page_answer(datasette, request, "litkb-next.html", values)


async def download(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>.ris, /work/<id>.gexf and the like: the work itself, or its neighbourhood as a network."""
    database = await _database(datasette)
    number, form = int(request.url_vars["id"]), form_of(request.url_vars["ending"])
    if await ask(database, lambda db: read_work(db, number)) is None:
        raise responses.NotFound(_unknown(number))

    def read(db: sqlite3.Connection) -> Selected:
        return Selected({number} if is_bibliography(form) else read_neighbours(db, number))

    return FileAnswer(datasette, database, request, wanted_file(form, str(number), read))


async def references_file(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>/references.ris and the like: what it cites, in its order; a network has itself too."""
    database = await _database(datasette)
    pmid, form = int(request.url_vars["pmid"]), form_of(request.url_vars["ending"])
    cited = (await ask(database, lambda db: read_reference_list(db, pmid))).works
    if not cited:
        raise responses.NotFound(f"Nothing that PMID {pmid} cites is known here.")
    selected = Selected(cited, order=cited) if is_bibliography(form) else Selected([pmid, *cited])
    wanted = wanted_file(form, f"{pmid}-references", lambda _: selected)
    return FileAnswer(datasette, database, request, wanted)


async def search_file(datasette: Any, request: Any) -> Any:
    """Answer /search.ris?q=… and the like with all that is found."""
    database = await _database(datasette)
    asked, form = parse_asked(request.query_string), form_of(request.url_vars["ending"])
    wanted = wanted_file(form, "search", lambda db: Selected(read_works_asked(db, asked)))
    return FileAnswer(datasette, database, request, wanted)


async def selected_file(datasette: Any, request: Any) -> Any:
    """Answer /search/selected?id=…&as=ris: the works that were ticked in a list."""
    database = await _database(datasette)
    works = {int(one) for one in request.args.getlist("id") if _WORK.fullmatch(one)}
    ending = request.args.get("as") or "ris"
    if not works or ending not in ENDINGS:
        return responses.sentence(messages.NONE_SELECTED if not works else messages.NO_FORMAT, status=400)
    wanted = wanted_file(form_of(ending), "selected", lambda _: Selected(works))
    return FileAnswer(datasette, database, request, wanted)


async def search_atom(datasette: Any, request: Any) -> Any:
    """Answer /search.atom?q=…: the articles that a search finds, those that came last first."""
    database = await _database(datasette)
    asked, address = parse_asked(request.query_string), _address(datasette, request)
    feed = await ask(database, lambda db: search_feed(db, asked, address))
    return responses.feed(format_feed(feed)) if feed else responses.sentence(messages.NO_FEED, status=400)


async def citing_atom(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>/citing.atom: the works that cite it, those heard of last first."""
    database = await _database(datasette)
    pmid, address = int(request.url_vars["pmid"]), _address(datasette, request)
    feed = await ask(database, lambda db: citing_feed(db, pmid, address))
    if feed is None:
        raise responses.NotFound(_unknown(pmid))
    return responses.feed(format_feed(feed))


async def notices_atom(datasette: Any, request: Any) -> Any:
    """Answer /notices.atom: retractions, corrections and concerns, those that came last first."""
    database = await _database(datasette)
    address = _address(datasette, request)
    return responses.feed(format_feed(await ask(database, lambda db: notices_feed(db, address))))


def _address(datasette: Any, request: Any) -> Callable[[str], str]:
    return lambda path: str(datasette.absolute_url(request, datasette.urls.path(path)))


async def robots(datasette: Any) -> Any:
    """Answer /robots.txt: articles and works may be read; searches, files and SQL have no end."""
    database = await _database(datasette)
    paths = ("/search", f"/{database.name}", "/-/", "/*/next", "/*?", "/*.")
    lines = [f"Disallow: {datasette.urls.path(path)}" for path in paths]
    return responses.Response.text("\n".join(["User-agent: *", *lines, ""]))


async def thing(datasette: Any, request: Any) -> Any:
    """Answer /author/<name key>, /journal/<id>, /mesh/<ui>, /keyword/<key>, /community/<n> and /year/<y>."""
    database = await _database(datasette)
    kind, key = request.url_vars["kind"], thing_key(request.url_vars["key"])
    asked = parse_asked(request.query_string)
    values = await ask(database, lambda db: thing_values(db, kind, key, asked))
    if values is None:
        raise responses.NotFound(messages.unknown_thing(kind))
    return await page_answer(datasette, request, "litkb-thing.html", values)


async def thing_file(datasette: Any, request: Any) -> Any:
    """Answer /author/<name key>.ris and the like: all its articles."""
    database = await _database(datasette)
    kind, key = request.url_vars["kind"], thing_key(request.url_vars["key"])
    form = form_of(request.url_vars["ending"])
    wanted = wanted_file(form, f"{kind} {key}", lambda db: Selected(read_works_of_thing(db, kind, key)))
    return FileAnswer(datasette, database, request, wanted)


async def run(datasette: Any, request: Any) -> Any:
    """Answer /run/<n>: a harvest run."""
    database = await _database(datasette)
    number = int(request.url_vars["id"])
    values = await ask(database, lambda db: run_values(db, number))
    if values is None:
        raise responses.NotFound(messages.NO_SUCH_RUN)
    return await page_answer(datasette, request, "litkb-run.html", values)


async def evidence(datasette: Any, request: Any) -> Any:
    """Answer /evidence/<name>?…: the SQL and the rows behind a number."""
    database = await _database(datasette)
    name, query = request.url_vars["name"], request.query_string
    args = {key: request.args.get(key) for key in request.args}
    limit = int(datasette.setting("sql_time_limit_ms"))
    values = await ask(database, lambda db: within(db, limit, lambda: evidence_values(db, name, query, args)))
    if values is None:
        raise responses.NotFound(messages.NO_EVIDENCE)
    return await page_answer(datasette, request, "litkb-evidence.html", values)


async def citation(datasette: Any, request: Any) -> Any:
    """Answer /evidence/citation?citing=…&cited=…: who says that a work cites another one."""
    database = await _database(datasette)
    citing, cited = (_number(request.args.get(name)) for name in ("citing", "cited"))
    values = await ask(database, lambda db: citation_values(db, citing, cited))
    if values is None:
        raise responses.NotFound(messages.NO_CITATION)
    archive, names = await archive_of(datasette, database), {one.answer for one in values["answers"]}
    kept = kept_facts(await asyncio.to_thread(read_times, archive, names))
    values |= {"kept": kept, "no_archive": why_no_archive(datasette)}
    return await page_answer(datasette, request, "litkb-citation.html", values)


def _number(text: str | None) -> int:
    """Return the number of a work in an address; 0, which none has, where it is none."""
    digits = (text or "").removeprefix("-")
    return int(text or 0) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


async def schema(datasette: Any, request: Any) -> Any:
    """Answer /schema: the tables and how they join."""
    database = await _database(datasette)
    described = read_metadata()["databases"][NAME]["tables"]
    values = await ask(database, lambda db: schema_values(db, described))
    return await page_answer(datasette, request, "litkb-schema.html", values)


async def work(datasette: Any, request: Any) -> Any:
    """Answer /work/<id>; held and merged works are sent on to what they are."""
    database = await _database(datasette)
    number = int(request.url_vars["id"])
    found = await ask(database, lambda db: read_work(db, number))
    if found is None:
        raise responses.NotFound(_unknown(number))
    if found.state == "held":
        return responses.redirect(datasette.urls.path(f"/article/{number}"))
    if found.merged_into is not None and found.merged_into != number:
        return responses.redirect(datasette.urls.path(f"/work/{found.merged_into}"))
    values = await ask(database, lambda db: work_values(db, found))
    return await page_answer(datasette, request, "litkb-work.html", values)


def _unknown(number: int) -> str:
    if number <= 0:
        return "No work in this library has this number."
    at_pubmed = " It may exist at PubMed all the same." if pubmed_url(number) else ""
    return f"Nothing in this knowledge base holds or names PMID {number}.{at_pubmed}"


async def _database(datasette: Any) -> Any:
    database = await find_database(datasette)
    if database is None:
        raise responses.NotFound("No litkb knowledge base is served here.")
    return database


_WORK: Final = re.compile(r"-?[0-9]{1,18}")
_KINDS: Final = "|".join(KINDS)
ROUTES: Final[list[tuple[str, Callable[..., Awaitable[Any]]]]] = [
    (r"^/$", home),
    (r"^/search$", search),
    (r"^/article/(?P<pmid>[0-9]{1,10})$", article),
    (r"^/article/(?P<pmid>[0-9]{1,10})/cite$", cite),
    (r"^/work/(?P<id>-?[0-9]{1,18})$", work),
    (r"^/(?:article|work)/(?P<id>-?[0-9]{1,18})/next$", read_next),
    (rf"^/search\.(?P<ending>{ANY_ENDING})$", search_file),
    (rf"^/article/(?P<id>[0-9]{{1,10}})\.(?P<ending>{ANY_ENDING})$", download),
    (rf"^/article/(?P<pmid>[0-9]{{1,10}})/references\.(?P<ending>{ANY_ENDING})$", references_file),
    (rf"^/work/(?P<id>-?[0-9]{{1,18}})\.(?P<ending>{ANY_ENDING})$", download),
    (rf"^/(?P<kind>{_KINDS})/(?P<key>[^/.]*)$", thing),
    (rf"^/(?P<kind>{_KINDS})/(?P<key>[^/.]*)\.(?P<ending>{ANY_ENDING})$", thing_file),
    (r"^/search\.atom$", search_atom),
    (r"^/search/selected$", selected_file),
    (r"^/article/(?P<pmid>[0-9]{1,10})/citing\.atom$", citing_atom),
    (r"^/notices\.atom$", notices_atom),
    (r"^/robots\.txt$", robots),
    (r"^/run/(?P<id>[0-9]{1,15})$", run),
    (r"^/evidence/citation$", citation),
    (r"^/evidence/(?P<name>[a-z0-9_]{1,60})$", evidence),
    (r"^/schema$", schema),
    *renderers.ROUTES,
]
