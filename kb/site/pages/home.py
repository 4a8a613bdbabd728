"""The values of the home page: what this is, how much of it there is, how complete."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from kb.queries.works.article_metrics import read_known_sizes
from kb.queries.works.pages import read_counts, read_most_cited, read_newest, read_seed
from kb.queries.works.totals import read_work_totals, work_totals_sentence
from kb.sentences import sentence
from kb.site.pages.read_next import library_suggestions, titled
from kb.site.parts import messages
from kb.site.server import responses
from kb.site.server.context import ask, find_database, litkb_database
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route
from kb.site.server.unchanged import page_once

_SHOWN: Final = 6
_SUGGESTED: Final = 3


def home_values(db: sqlite3.Connection) -> dict[str, Any]:
    """Return what the home page shows."""
    counts, (retracted, suggestions) = read_counts(db), read_known_sizes(db)
    return {
        "counts": counts,
        "retracted": retracted,
        "suggestions": suggestions,
        "suggested": library_suggestions(db, _SUGGESTED),
        "completeness": messages.completeness_sentences(counts),
        "works": sentence("Works: {totals}.", totals=work_totals_sentence(read_work_totals(db))),
        "seed": read_seed(db),
        "newest": read_newest(db, _SHOWN),
        "most_cited": titled(db, read_most_cited(db, _SHOWN)),
    }


async def home(datasette: Any, request: Any) -> Any:
    """Answer / with what this knowledge base is and holds."""
    database = await find_database(datasette)
    if database is None:
        return responses.redirect(datasette.urls.path("/-/databases"))
    page = await ask(database, lambda db: page_once(db, "/", home_values))
    values = {**page.values, "made": page.made, "questions": await _questions(datasette, database.name)}
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


async def robots(datasette: Any) -> Any:
    """Answer /robots.txt: articles and works may be read; searches, files and SQL have no end."""
    database = await litkb_database(datasette)
    paths = ("/search", f"/{database.name}", "/-/", "/*/next", "/*?", "/*.")
    lines = [f"Disallow: {datasette.urls.path(path)}" for path in paths]
    return responses.Response.text("\n".join(["User-agent: *", *lines, ""]))


async def threads() -> Any:
    """Answer Datasette's page on its threads, which names files of the machine, as any page that is not there."""
    raise responses.NotFound("There is no such page here.")


ROUTES: Final[Sequence[Route]] = (
    (r"^/$", home),
    (r"^/-/threads(?:\.json)?$", threads),
    (r"^/robots\.txt$", robots),
)
