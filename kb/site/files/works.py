"""Works as files: one, its neighbourhood, its references, a search, a selection, all of an entity."""

import re
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from kb.queries.export.selection import read_neighbours, read_reference_list
from kb.queries.works.pages import read_work
from kb.site.files.downloads import ANY_ENDING, ENDINGS, Selected, form_of, is_bibliography, wanted_file
from kb.site.pages.entity import read_works_of_thing
from kb.site.pages.entity_types import KINDS
from kb.site.pages.search import read_works_asked
from kb.site.parts import messages
from kb.site.parts.links import thing_key
from kb.site.parts.search_state import parse_asked
from kb.site.server import responses
from kb.site.server.context import ask, litkb_database
from kb.site.server.responses import Route
from kb.site.server.streaming import FileAnswer


async def download(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>.ris, /work/<id>.gexf and the like: the work itself, or its neighbourhood as a network."""
    database = await litkb_database(datasette)
    number, form = int(request.url_vars["id"]), form_of(request.url_vars["ending"])
    if await ask(database, lambda db: read_work(db, number)) is None:
        raise responses.NotFound(messages.unknown_work(number))

    def read(db: sqlite3.Connection) -> Selected:
        return Selected({number} if is_bibliography(form) else read_neighbours(db, number))

    return FileAnswer(datasette, database, request, wanted_file(form, str(number), read))


async def references_file(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>/references.ris and the like: what it cites, in its order; a network has itself too."""
    database = await litkb_database(datasette)
    pmid, form = int(request.url_vars["pmid"]), form_of(request.url_vars["ending"])
    cited = (await ask(database, lambda db: read_reference_list(db, pmid))).works
    if not cited:
        raise responses.NotFound(f"Nothing that PMID {pmid} cites is known here.")
    selected = Selected(cited, order=cited) if is_bibliography(form) else Selected([pmid, *cited])
    wanted = wanted_file(form, f"{pmid}-references", lambda _: selected)
    return FileAnswer(datasette, database, request, wanted)


async def search_file(datasette: Any, request: Any) -> Any:
    """Answer /search.ris?q=… and the like with all that is found."""
    database = await litkb_database(datasette)
    asked, form = parse_asked(request.query_string), form_of(request.url_vars["ending"])
    wanted = wanted_file(form, "search", lambda db: Selected(read_works_asked(db, asked)))
    return FileAnswer(datasette, database, request, wanted)


async def selected_file(datasette: Any, request: Any) -> Any:
    """Answer /search/selected?id=…&as=ris: the works that were ticked in a list."""
    database = await litkb_database(datasette)
    works = {int(one) for one in request.args.getlist("id") if _WORK.fullmatch(one)}
    ending = request.args.get("as") or "ris"
    if not works or ending not in ENDINGS:
        raise responses.BadRequest(messages.NONE_SELECTED if not works else messages.NO_FORMAT)
    wanted = wanted_file(form_of(ending), "selected", lambda _: Selected(works))
    return FileAnswer(datasette, database, request, wanted)


async def thing_file(datasette: Any, request: Any) -> Any:
    """Answer /author/<name key>.ris and the like: all its articles."""
    database = await litkb_database(datasette)
    kind, key = request.url_vars["kind"], thing_key(request.url_vars["key"])
    form = form_of(request.url_vars["ending"])
    wanted = wanted_file(form, f"{kind} {key}", lambda db: Selected(read_works_of_thing(db, kind, key)))
    return FileAnswer(datasette, database, request, wanted)


_WORK: Final = re.compile(r"-?[0-9]{1,18}")
_KINDS: Final = "|".join(KINDS)
ROUTES: Final[Sequence[Route]] = (
    (rf"^/article/(?P<id>[0-9]{{1,10}})\.(?P<ending>{ANY_ENDING})$", download),
    (rf"^/work/(?P<id>-?[0-9]{{1,18}})\.(?P<ending>{ANY_ENDING})$", download),
    (rf"^/article/(?P<pmid>[0-9]{{1,10}})/references\.(?P<ending>{ANY_ENDING})$", references_file),
    (rf"^/search\.(?P<ending>{ANY_ENDING})$", search_file),
    (r"^/search/selected$", selected_file),
    (rf"^/(?P<kind>{_KINDS})/(?P<key>[^/.]*)\.(?P<ending>{ANY_ENDING})$", thing_file),
)
