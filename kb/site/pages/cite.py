"""The values of the page that cites an article: every form as text, to copy or to take as a file."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from kb.formats.registry import BIBLIOGRAPHIES
from kb.queries.works.bibliography import read_items
from kb.site.parts import messages
from kb.site.parts.markup import title_markup
from kb.site.server import responses
from kb.site.server.context import ask, litkb_database
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route

_SHOWN: Final = (".nlm.txt", ".apa.txt", ".vancouver.txt", ".bib", ".ris", ".nbib", ".csl.json")


class CitationText(NamedTuple):
    """A form of a reference: what it is called, how its file ends, its text."""

    name: str
    ending: str
    text: str


def cite_values(db: sqlite3.Connection, pmid: int) -> dict[str, Any] | None:
    """Return the references of an article in all forms; None where its record is not held."""
    items = [item for item in read_items(db, [pmid]) if item.source is not None]
    if not items:
        return None
    forms = [CitationText(form.name, ending[1:], "".join(form.write(items)).strip()) for ending, form in _forms()]
    return {"pmid": pmid, "title": title_markup(items[0].title, None), "forms": forms}


def _forms() -> list[tuple[str, Any]]:
    return [(ending, BIBLIOGRAPHIES[ending]) for ending in _SHOWN]


async def cite(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>/cite: the article as a reference, in all forms."""
    database = await litkb_database(datasette)
    pmid = int(request.url_vars["pmid"])
    values = await ask(database, lambda db: cite_values(db, pmid))
    if values is None:
        raise responses.NotFound(messages.unknown_work(pmid))
    return await page_answer(datasette, request, "litkb-cite.html", values)


ROUTES: Final[Sequence[Route]] = ((r"^/article/(?P<pmid>[0-9]{1,10})/cite$", cite),)
