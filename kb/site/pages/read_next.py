"""The values of the pages of suggestions: for the library, and for one work as `litkb suggest` gives them."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kb.queries.works import local_neighbourhood
from kb.queries.works.article_metrics import read_known_sizes, read_suggested
from kb.queries.works.pages import Neighbour, read_printed, read_work
from kb.queries.works.titles import read_kind
from kb.reasons import suggestion_reason
from kb.sentences import Sentence, evidence_path
from kb.site.parts import messages
from kb.site.server import responses
from kb.site.server.context import ask, litkb_database
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route
from kb.site.server.streaming import within

_SHOWN: Final = 20
_SHOWN_OF_LIBRARY: Final = 200


def library_values(db: sqlite3.Connection) -> dict[str, Any]:
    """Return the works that fit the library best, as the last graph run stored them."""
    return {"count": read_known_sizes(db)[1], "suggested": library_suggestions(db, _SHOWN_OF_LIBRARY)}


def library_suggestions(db: sqlite3.Connection, limit: int) -> list[tuple[Neighbour, Sentence]]:
    """Return stored suggestions with their reasons, the best first."""
    found = read_suggested(db, limit)
    works = titled(db, [one for one, _ in found])
    return [(one, _reason(row, "suggested", id=one.id)) for one, (_, row) in zip(works, found, strict=True)]


def _reason(row: Mapping[str, Any], evidence: str, **of: int) -> Sentence:
    return suggestion_reason(row, lambda column: evidence_path(f"{evidence}_{column}", **of))


def titled(db: sqlite3.Connection, works: list[Neighbour]) -> list[Neighbour]:
    """Return works, those that are not held with a printed reference as their title."""
    printed = read_printed(db, [one.id for one in works if one.title is None])
    return [one._replace(title=one.title or printed.get(one.id)) for one in works]


def next_values(db: sqlite3.Connection, work: int) -> dict[str, Any]:
    """Return the works that fit a work and what it cites best, each with its reason."""
    from graph.similarity.suggest import SuggestionScope, suggestions_for

    advice = suggestions_for(db, [work], SuggestionScope(_SHOWN))
    shown = local_neighbourhood.read_standings(db, [work, *(one.id for one in advice.found)])
    printed = read_printed(db, [one.id for one in advice.found if not shown[one.id].held])
    kind = read_kind(db, work)
    return {
        "about": shown[work],
        "kind": kind,
        "sentence": messages.yours_sentence(work, kind, len(advice.yours) - 1),
        "suggested": [
            (_shown(shown[one.id], printed.get(one.id)), _reason(one._asdict(), "near", id=work, other=one.id))
            for one in advice.found
        ],
    }


def _shown(work: local_neighbourhood.WorkSummary, printed: str | None) -> Neighbour:
    """Return a work as lists show one; the title of one that is not held is a printed reference."""
    state = "held" if work.held else "known"
    return Neighbour(work.id, work.label, work.year, state, work.title or printed, None)


async def read_next(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>/next: what to read next from it, within the time that a query may take."""
    database = await litkb_database(datasette)
    number, longest = int(request.url_vars["id"]), int(datasette.setting("sql_time_limit_ms"))
    found = await ask(database, lambda db: read_work(db, number))
    if found is None:
        raise responses.NotFound(messages.unknown_work(number))
    if found.merged_into is not None and found.merged_into != number:
        return responses.redirect(datasette.urls.path(f"/work/{found.merged_into}/next"))
    values = await ask(database, lambda db: within(db, longest, lambda: next_values(db, number)))
    return await page_answer(datasette, request, "litkb-next.html", values)


async def suggestions(datasette: Any, request: Any) -> Any:
    """Answer /suggestions: what the library is missing."""
    database = await litkb_database(datasette)
    values = await ask(database, library_values)
    return await page_answer(datasette, request, "litkb-suggestions.html", values)


ROUTES: Final[Sequence[Route]] = (
    (r"^/(?:article|work)/(?P<id>-?[0-9]{1,18})/next$", read_next),
    (r"^/suggestions$", suggestions),
)
