"""The public Python API of a litkb file: the file as a sqlite-utils Database, and the search of the site."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from kb.database import open_kb
from kb.errors import UsageError
from kb.queries.search.matches import ORDERS, read_wanted
from kb.queries.search.query import read_identified, read_query
from kb.queries.search.result_set import read_found_articles, read_page
from kb.queries.works.records import chunks, marks

_COLUMNS = """a.pmid, a.title, j.title as journal, a.year, a.doi, m.citation_count from articles a
left join journals j using (journal_id) left join article_metrics m on m.id = a.pmid"""


def open_library(path: str | Path, *, writable: bool = False) -> Database:
    """Return the litkb file at path as a sqlite-utils Database; its connection is ``.conn``.

    Without ``writable`` no byte of the file changes. Raises LitkbError in words for a file that is not litkb's, is
    damaged, or was written by a later litkb. Close it with ``.conn.close()``: a file that was written is then sealed.
    """
    return Database(open_kb(path, readonly=not writable))


def search(library: Database, text: str, *, sort: str = "relevance", limit: int = 20) -> list[dict[str, Any]]:
    """Return the articles that a search finds, in the language of the site: 'self-help year:2000-2010 -alcohol'.

    Each is a row with pmid, title, journal, year, doi, citation_count; None where unknown, citation_count also before
    `litkb graph compute`. A PMID or DOI alone finds its article. sort is one of kb.queries.search.matches.ORDERS.
    Raises UsageError where a part of the text is not understood. Milliseconds for ten thousand articles.
    """
    if sort not in ORDERS:
        raise UsageError(f"There is no order {sort!r}: name one of {', '.join(ORDERS)}.")
    db = library.conn
    work, query = read_identified(db, text), read_query(db, text)
    for part, reason in query.problems:
        raise UsageError(f"The search is not understood at {part[:80]!r}: {reason.partition(';')[0]}.")
    wanted = read_wanted(db, query) if work is None else None
    if wanted is None and work is None:
        raise UsageError(f"The search {text!r} has no word to look for.")
    pmids = [work] if wanted is None else read_page(db, read_found_articles(db, wanted), sort=sort, limit=limit)
    found = {row["pmid"]: row for row in _read_rows(library, [pmid for pmid in pmids if pmid is not None])}
    return [found[pmid] for pmid in pmids if pmid in found]


def _read_rows(library: Database, pmids: list[int]) -> Iterator[dict[str, Any]]:
    for part in chunks(pmids):
        yield from library.query(f"select {_COLUMNS} where a.pmid in ({marks(part)})", part)
