"""The public Python API of a litkb file: the file as a sqlite-utils Database, and the search of the site."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from kb.database import open_kb
from kb.errors import UsageError
from kb.queries.search.matches import ORDERS, read_asked, read_measures
from kb.queries.search.query import read_identified, read_query
from kb.queries.search.result_set import read_found_articles, read_page
from kb.queries.works.pages import Listed, read_listed
from kb.queries.works.records import chunks


def open_library(path: str | Path, *, writable: bool = False) -> Database:
    """Return the litkb file at path as a sqlite-utils Database; its connection is ``.conn``.

    Without ``writable`` no byte of the file changes. Raises LitkbError in words for a file that is not litkb's, is
    damaged, or was written by a later litkb. Close it with ``.conn.close()``: a file that was written is then sealed.
    """
    return Database(open_kb(path, readonly=not writable))


def search(library: Database, text: str, *, sort: str = "relevance", limit: int = 20) -> list[dict[str, Any]]:
    """Return the articles that a search finds, in the language of the site: 'self-help year:2000-2010 -alcohol'.

    Each is a row with pmid, title, authors, journal, year, citation_count; None where unknown, citation_count also
    before `litkb graph compute`. A PMID or DOI alone finds its article. sort is one of
    kb.queries.search.matches.ORDERS. Raises UsageError where a part of the text is not understood. Milliseconds for
    ten thousand articles.
    """
    if sort not in ORDERS:
        raise UsageError(f"There is no order {sort!r}: name one of {', '.join(ORDERS)}.")
    db = library.conn
    named = read_identified(db, text)
    pmids = [named] if named is not None else _read_found(db, text, sort, limit)
    listed = read_listed(db, pmids)
    counts = {work: count for part in chunks(pmids) for work, (count, _) in read_measures(db, part).items()}
    return [_row(listed[pmid], counts.get(pmid)) for pmid in pmids if pmid in listed]


def _read_found(db: sqlite3.Connection, text: str, sort: str, limit: int) -> list[int]:
    wanted = read_asked(db, text, read_query(db, text))
    return read_page(db, read_found_articles(db, wanted), sort=sort, limit=limit)


def _row(article: Listed, count: int | None) -> dict[str, Any]:
    said = {name: getattr(article, name) for name in ("pmid", "title", "authors", "journal", "year")}
    return {**said, "citation_count": count}
