"""The values of the home page: what this is, how much of it there is, how complete."""

import sqlite3
from typing import Any, Final

from kb.queries.pages import read_counts, read_most_cited, read_newest, read_seed
from kb.site import wording
from kb.site.numbers import evidence_path, linked

_SHOWN: Final = 6
_COMPLETENESS: Final = (  # of its sentences, in their order
    evidence_path("with_list"),
    evidence_path("asked", list="cited_by"),
    evidence_path("asked", list="similar"),
)


def home_values(db: sqlite3.Connection) -> dict[str, Any]:
    """Return what the home page shows."""
    counts = read_counts(db)
    return {
        "counts": counts,
        "completeness": [
            linked(sentence, [path, evidence_path("all_held")])
            for sentence, path in zip(wording.completeness_sentences(counts), _COMPLETENESS, strict=False)
        ],
        "seed": read_seed(db),
        "newest": read_newest(db, _SHOWN),
        "most_cited": read_most_cited(db, _SHOWN),
    }
