"""The values of the search page: the query as understood, counts, results with snippets."""

import sqlite3
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from kb.errors import UsageError
from kb.identifiers import parse_identifier
from kb.queries.pages import Listed, read_listed, read_work, read_work_by_identifier
from kb.queries.search import read_abstract_texts, read_found, read_found_count, read_wanted
from kb.queries.syntax import Query, describe, parse_query, words_of
from kb.site.snippets import marked, snippet

PAGE_SIZE: Final = 20
_LAST_PAGE: Final = 500
LONGEST: Final = 1_000  # characters of a search that are read


class Result(NamedTuple):
    """One article found; title and snippet are HTML with the matching words marked."""

    listed: Listed
    title: Markup
    snippet: Markup | None


def search_values(db: sqlite3.Connection, text: str, page: int) -> dict[str, Any]:
    """Return what the search page shows; goto is the work that text names by an identifier, or None."""
    text = text.strip()[:LONGEST]
    goto = find_identified(db, text)
    values: dict[str, Any] = {"q": text, "goto": goto, "results": [], "count": 0, "understood": "", "left_out": ()}
    if goto is not None or not text:
        return values
    query = parse_query(text)
    wanted = read_wanted(db, query)
    values.update(understood=describe(query), left_out=query.left_out)
    if wanted is None:
        return values
    page = min(page, _LAST_PAGE)
    count = read_found_count(db, wanted)
    found = read_found(db, wanted, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    values.update(count=count, results=_results(db, found, query), page=page, first=(page - 1) * PAGE_SIZE + 1)
    values.update(previous=page - 1 if page > 1 else None, next=page + 1 if page * PAGE_SIZE < count else None)
    return values


def find_identified(db: sqlite3.Connection, text: str) -> int | None:
    """Return the work that text names by PMID, PMCID, DOI or an address; None where it names none of this file."""
    try:
        identifier = parse_identifier(text)
    except UsageError:
        return None
    if identifier.kind == "pmid":
        found = read_work(db, int(identifier.value))
        return found.id if found else None
    return read_work_by_identifier(db, identifier.kind, identifier.value)


def _results(db: sqlite3.Connection, pmids: list[int], query: Query) -> list[Result]:
    listed, abstracts, terms = read_listed(db, pmids), read_abstract_texts(db, pmids), words_of(query)
    return [
        Result(
            listed[pmid],
            marked(listed[pmid].title or "(without a title)", [t for t in terms if t.column in (None, "title")]),
            snippet(abstracts[pmid], [t for t in terms if t.column in (None, "abstract")])
            if pmid in abstracts
            else None,
        )
        for pmid in pmids
    ]
