"""The values of a work page: something that is named here and whose record is not."""

import sqlite3
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from kb.queries.harvest_log import read_why_not_found
from kb.queries.works.in_pubmed import read_in_pubmed
from kb.queries.works.lists_said import read_lists_said
from kb.queries.works.pages import Naming, Work, read_citing, read_namings, read_work
from kb.site.parts import messages
from kb.site.parts.full_text_values import read_why_cited
from kb.site.parts.in_pubmed import cited_in_pubmed_sentence
from kb.site.server import responses
from kb.site.server.context import LIVE_COMMAND, ask, litkb_database
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route

SHOWN: Final = 100  # links shown of one kind; what is left out is said
_OF_EACH: Final = 3  # references shown of those with the same words
_STATES: Final = {
    "known": "Cited only: its record is not in this library; the following is from works that cite it.",
    "deleted": "PubMed has deleted this record.",
    "merged": "PubMed has merged this record into another one.",
}


class Wording(NamedTuple):
    """The words in which a work is cited, how many articles print these, and the first of them."""

    citation: str | None
    articles: int
    first: Sequence[Naming]


def work_values(db: sqlite3.Connection, work: Work) -> dict[str, Any]:
    """Return what the page of a work that is not held shows."""
    citing, count = read_citing(db, work.id, SHOWN)
    in_pubmed = read_in_pubmed(db, work.id)
    return {
        "work": work,
        "state_sentence": _STATES.get(work.state) or messages.not_found_words(read_why_not_found(db, work.id)),
        "cited_in_pubmed_sentence": cited_in_pubmed_sentence(work.id, count, in_pubmed) if in_pubmed else None,
        "state_day": messages.day(work.state_at),
        "wordings": _wordings(read_namings(db, work.id, SHOWN, of_each=_OF_EACH)),
        "why": read_why_cited(db, work.id, count),
        "citing": citing,
        "citing_count": count,
        "has_more": count > len(citing),
        "said": [messages.said_sentence(work.id, one) for one in read_lists_said(db, work.id)],
        "look_up": _look_up(work) if work.state == "known" else None,
    }


def _wordings(namings: Sequence[Naming]) -> list[Wording]:
    """Return namings by their words, in their order."""
    grouped = [(citation, list(of)) for citation, of in groupby(namings, key=lambda one: one.citation)]
    return [Wording(citation, first[0].articles, first) for citation, first in grouped]


def _look_up(work: Work) -> tuple[str, str]:
    """Return what a command does that looks a work up at PubMed, and the command."""
    given = str(work.id) if work.id > 0 else work.doi
    if given:
        does = messages.FETCHES if work.id > 0 else messages.LOOKS_FOR
        return does, f"{LIVE_COMMAND.partition('32448354')[0]}{given} --references"
    return messages.IDENTIFIES, "litkb resolve kb.db --ecitmatch"


async def work(datasette: Any, request: Any) -> Any:
    """Answer /work/<id>; held and merged works are sent on to what they are."""
    database = await litkb_database(datasette)
    number = int(request.url_vars["id"])
    found = await ask(database, lambda db: read_work(db, number))
    if found is None:
        raise responses.NotFound(messages.unknown_work(number))
    if found.state == "held":
        return responses.redirect(datasette.urls.path(f"/article/{number}"))
    if found.merged_into is not None and found.merged_into != number:
        return responses.redirect(datasette.urls.path(f"/work/{found.merged_into}"))
    values = await ask(database, lambda db: work_values(db, found))
    return await page_answer(datasette, request, "litkb-work.html", values)


ROUTES: Final[Sequence[Route]] = ((r"^/work/(?P<id>-?[0-9]{1,18})$", work),)
