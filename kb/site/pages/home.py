"""The values of the home page: what this is, how much of it there is, how complete."""

import sqlite3
from functools import partial
from typing import Any, Final

from kb.queries.works.article_metrics import read_known_sizes, read_suggested
from kb.queries.works.pages import Neighbour, read_counts, read_most_cited, read_newest, read_printed, read_seed
from kb.site.parts import messages
from kb.site.parts.numbers import evidence_path, linked
from kb.site.parts.reasons import suggestion_reason

_SHOWN: Final = 6
_SUGGESTED: Final = 3
_COMPLETENESS: Final = (  # of its sentences, in their order
    evidence_path("with_list"),
    evidence_path("asked", list="cited_by"),
    evidence_path("asked", list="similar"),
)


def home_values(db: sqlite3.Connection) -> dict[str, Any]:
    """Return what the home page shows."""
    counts, (retracted, suggestions) = read_counts(db), read_known_sizes(db)
    return {
        "counts": counts,
        "retracted": retracted,
        "suggestions": suggestions,
        "suggested": [
            (one, suggestion_reason(one.note or "", partial(_evidence, one.id)))
            for one in _titled(db, read_suggested(db, _SUGGESTED))
        ],
        "completeness": [
            linked(sentence, [path, evidence_path("all_held")])
            for sentence, path in zip(messages.completeness_sentences(counts), _COMPLETENESS, strict=False)
        ],
        "seed": read_seed(db),
        "newest": read_newest(db, _SHOWN),
        "most_cited": _titled(db, read_most_cited(db, _SHOWN)),
    }


def _titled(db: sqlite3.Connection, works: list[Neighbour]) -> list[Neighbour]:
    """Return works, those that are not held with a printed reference as their title."""
    printed = read_printed(db, [one.id for one in works if one.title is None])
    return [one._replace(title=one.title or printed.get(one.id)) for one in works]


def _evidence(work: int, column: str) -> str:
    return evidence_path(f"suggested_{column}", id=work)
