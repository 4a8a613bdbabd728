"""The values of a page about full texts: why a work is cited, and how an article cites its own references."""

import sqlite3
from typing import Any, Final

from kb.full_texts import BODY, NO_MARKS
from kb.queries.works.citing_sentences import (
    read_cited_in,
    read_citing_texts,
    read_said_of,
    read_text_known,
)
from kb.queries.works.own_references import read_entries
from kb.site.parts.own_references import full_text_words, own_references
from kb.site.parts.why_cited import ShownText, shown_text, texts_sentence

SHOWN: Final = 20  # full texts that cite a work, on its page


def read_full_text_values(db: sqlite3.Connection, pmid: int, citing: int) -> dict[str, Any]:
    """Return what the page of an article shows of full texts; citing is by how many works it is cited."""
    known = read_text_known(db, pmid)
    entries = read_entries(db, pmid) if known.outcome in (BODY, NO_MARKS) else []
    return {
        "full_text_words": full_text_words(known),
        "own_references": own_references(pmid, entries, has_marks=known.outcome == BODY) if entries else None,
        "why": _why_cited(db, pmid, citing) if known.is_any and citing else None,
    }


def read_why_cited(db: sqlite3.Connection, work: int, citing: int) -> dict[str, Any] | None:
    """Return why a work is cited; None where it is not, or no full text was read at all."""
    return _why_cited(db, work, citing) if citing and read_text_known(db, work).is_any else None


def _why_cited(db: sqlite3.Connection, work: int, citing: int) -> dict[str, Any]:
    """Return the first full texts that cite a work with sentences, and of how many citing works they are known."""
    texts = read_citing_texts(db, work)
    shown = read_shown_texts(db, work, SHOWN, is_short=True) if "sentences" in texts else []
    return {
        "sentence": texts_sentence(work, citing, texts),
        "texts": shown,
        "is_more": texts.get("sentences", 0) > len(shown),
    }


def read_shown_texts(
    db: sqlite3.Connection, work: int, limit: int, *, citing: int | None = None, is_short: bool
) -> list[ShownText]:
    """Return the full texts that cite a work, or that of citing, with their sentences."""
    texts = read_cited_in(db, work, limit, citing=citing)
    said = read_said_of(db, work, [text.pmid for text in texts])
    return [shown_text(text, work, said[text.pmid], is_short=is_short) for text in texts]
