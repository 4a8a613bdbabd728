"""The values of the page of what to read next from one work: what `litkb suggest` gives for it."""

import sqlite3
from functools import partial
from typing import Any, Final, NamedTuple

from kb.queries.works import local_neighbourhood
from kb.queries.works.pages import read_printed
from kb.site.parts import messages
from kb.site.parts.numbers import evidence_path, linked
from kb.site.parts.reasons import suggestion_reason

_SHOWN: Final = 20


class Next(NamedTuple):
    """A suggested work as lists show one; the title of one that is not held is a printed reference."""

    id: int
    label: str
    title: str | None
    state: str


def next_values(db: sqlite3.Connection, work: int) -> dict[str, Any]:
    """Return the works that fit a work and what it cites best, each with its reason."""
    from graph.similarity.suggest import Wanted, suggestions_for

    advice = suggestions_for(db, [work], Wanted(_SHOWN))
    shown = local_neighbourhood.read_standings(db, [work, *(one.id for one in advice.found)])
    printed = read_printed(db, [one.id for one in advice.found if not shown[one.id].held])
    return {
        "about": shown[work],
        "sentence": linked(messages.yours_sentence(len(advice.yours) - 1), [evidence_path("near_yours", id=work)]),
        "suggested": [
            (_next(shown[one.id], printed.get(one.id)), suggestion_reason(one.reason, partial(_evidence, work, one.id)))
            for one in advice.found
        ],
    }


def _next(work: local_neighbourhood.Standing, printed: str | None) -> Next:
    return Next(work.id, work.label, work.title or printed, "held" if work.held else "known")


def _evidence(work: int, other: int, column: str) -> str:
    return evidence_path(f"near_{column}", id=work, other=other)
