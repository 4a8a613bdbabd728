"""The values of the home page: what this is, how much of it there is, how complete."""

import sqlite3
from typing import Any, Final

from kb.queries.works.article_metrics import read_known_sizes
from kb.queries.works.pages import read_counts, read_most_cited, read_newest, read_seed
from kb.site.pages.read_next import library_suggestions, titled
from kb.site.parts import messages
from kb.site.parts.numbers import evidence_path, linked

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
        "suggested": library_suggestions(db, _SUGGESTED),
        "completeness": [
            linked(sentence, [path, evidence_path("all_held")])
            for sentence, path in zip(messages.completeness_sentences(counts), _COMPLETENESS, strict=False)
        ],
        "seed": read_seed(db),
        "newest": read_newest(db, _SHOWN),
        "most_cited": titled(db, read_most_cited(db, _SHOWN)),
    }
