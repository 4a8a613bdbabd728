"""Making a copy fit to be handed on as to sentences: the words of full texts go only where their licence allows it."""

import sqlite3

from kb.full_texts import PUBLISHABLE

_OF = "select pmid from full_texts where ?1 or coalesce(license, '') not in (select value from json_each(?2))"
_WORDS = f"""select pmid from citing_sentences where text is not null and pmid in ({_OF})
    union select pmid from mentions where marker is not null and pmid in ({_OF})"""


def save_without_sentences(db: sqlite3.Connection, *, all_of_them: bool) -> set[int]:
    """Remove the words of sentences and marks, all or those that may not be handed on; return the PMIDs that had any.

    Places, sections and what marks mean stay.
    """
    chosen = (all_of_them, _as_json())
    pmids = {row[0] for row in db.execute(_WORDS, chosen)}
    db.execute(f"update citing_sentences set text = null where pmid in ({_OF})", chosen)
    db.execute(f"update mentions set marker = null where pmid in ({_OF})", chosen)
    return pmids


def _as_json() -> str:
    return "[" + ", ".join(f'"{name}"' for name in sorted(PUBLISHABLE)) + "]"
