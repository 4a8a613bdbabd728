"""The values of the search page: the query as understood, counts, results with snippets."""

import sqlite3
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from kb.errors import UsageError
from kb.identifiers import parse_identifier
from kb.queries.pages import Listed, read_listed, read_work, read_work_by_identifier
from kb.queries.search import Wanted, read_abstract_texts, read_found, read_found_count, read_journal_names
from kb.site.query import Query, describe, fts_expression, parse_query, words_of
from kb.site.snippets import marked, snippet
from kb.text import fold

PAGE_SIZE: Final = 20
_LAST_PAGE: Final = 500
_LONGEST: Final = 1_000  # characters of a search that are read
_JOURNALS: Final = 500


class Result(NamedTuple):
    """One article found; title and snippet are HTML with the matching words marked."""

    listed: Listed
    title: Markup
    snippet: Markup | None


def search_values(db: sqlite3.Connection, text: str, page: int) -> dict[str, Any]:
    """Return what the search page shows; goto is the work that text names by an identifier, or None."""
    text = text.strip()[:_LONGEST]
    goto = find_identified(db, text)
    values: dict[str, Any] = {"q": text, "goto": goto, "results": [], "count": 0, "understood": "", "left_out": ()}
    if goto is not None or not text:
        return values
    query = parse_query(text)
    wanted = _wanted(db, query)
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


def _wanted(db: sqlite3.Connection, query: Query) -> Wanted | None:
    """Return what to ask of the database; None where the query asks for nothing."""
    match = fts_expression(query)
    if match is None and not query.journals and query.first_year is None and query.last_year is None:
        return None
    journals = _journals(db, query.journals) if query.journals else None
    return Wanted(match, journals, query.first_year, query.last_year)


def _journals(db: sqlite3.Connection, keys: tuple[str, ...]) -> list[str]:
    """Return the journals whose name begins so, or has a word that does."""
    names = [(journal_id, f" {fold(name)}") for journal_id, name in read_journal_names(db)]
    return [journal_id for journal_id, name in names if all(f" {key}" in name for key in keys)][:_JOURNALS]


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
