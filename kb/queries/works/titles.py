"""Held articles by their titles."""

import sqlite3
from typing import NamedTuple

from kb.text import fold, words_in


class Titled(NamedTuple):
    """What tells one article from another by what is printed of it."""

    pmid: int
    title: str | None
    vernacular_title: str | None
    year: int | None
    authors: str | None
    doi: str | None
    volume: str | None = None
    pages: str | None = None


def read_titled(db: sqlite3.Connection, title: str) -> list[Titled]:
    """Return the held articles in whose titles the words of title stand one after another."""
    words = " ".join(words_in(fold(title)))
    if not words:
        return []
    rows = db.execute(
        """select a.pmid, a.title, a.vernacular_title, a.year, a.authors, a.doi, a.volume, a.pages
        from article_search s join articles a on a.pmid = s.rowid where article_search match ? order by a.pmid""",
        (f'title : "{words}"',),
    )
    return [Titled(*row) for row in rows]


def read_kind(db: sqlite3.Connection, work: int) -> str:
    """Return what a work is called on pages: article, book or book chapter; work, where its record is not here."""
    row = db.execute("select record_type from articles where pmid = ?", (work,)).fetchone()
    return str(row[0]) if row else "work"
