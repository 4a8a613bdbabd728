"""Lists of articles, paged and in an order: what search and the pages of things share."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from kb.queries.citations import read_computed
from kb.queries.search.matches import ORDERS, read_abstract_texts, read_measures
from kb.queries.search.query_tree import Term
from kb.queries.search.result_set import ResultSet, read_page
from kb.queries.works.in_pubmed import read_counts_in_pubmed
from kb.queries.works.notices import read_retracted
from kb.queries.works.pages import Listed, PrintedName, read_listed, read_names
from kb.site.parts.markup import title_markup
from kb.site.parts.messages import NO_TITLE
from kb.site.parts.search_state import LAST_PAGE, Asked, format_asked
from kb.site.parts.snippets import marked, snippet

PAGE_SIZE: Final = 20
_NAMES: Final = 6  # of an author list
_AROUND: Final = 2  # pages before and after this one that are linked


class Result(NamedTuple):
    """An article in a list; title and snippet are HTML with the words that match marked, counts those of this file."""

    listed: Listed
    title: Markup | str
    names: list[PrintedName]
    snippet: Markup | None
    abstract: str | None  # where it is to be unfolded
    is_retracted: bool
    in_pubmed: int | None  # citing articles in all of PubMed, by a mirror
    citation_count: int | None
    pagerank: float | None


class Tab(NamedTuple):
    """One of several ways to see a list, and the query string that asks for it."""

    words: str
    query: str
    is_current: bool


def article_results(
    db: sqlite3.Connection, found: ResultSet, asked: Asked, *, terms: Sequence[Term] = (), size: int = PAGE_SIZE
) -> list[Result]:
    """Return the articles of one page of a list."""
    pmids = read_page(db, found, sort=asked.sort, limit=size, offset=(asked.page - 1) * size)
    listed, names, measures = read_listed(db, pmids), read_names(db, pmids, _NAMES), read_measures(db, pmids)
    retracted, in_pubmed = read_retracted(db, pmids), read_counts_in_pubmed(db, pmids)
    is_list = asked.view == "list"
    abstracts = read_abstract_texts(db, pmids) if terms or is_list else {}
    return [
        Result(
            listed[pmid],
            _title(listed[pmid], terms),
            names.get(pmid, []),
            _snippet(abstracts.get(pmid), terms) if terms else None,
            abstracts.get(pmid) if is_list else None,
            pmid in retracted,
            in_pubmed.get(pmid),
            *measures.get(pmid, (None, None)),
        )
        for pmid in pmids
    ]


def _title(listed: Listed, terms: Sequence[Term]) -> Markup | str:
    """Return a title with the words that match marked; with its own markup where nothing is to be marked."""
    in_title = [term for term in terms if term.column in (None, "title")]
    return marked(listed.title or NO_TITLE, in_title) if in_title else title_markup(listed.title, listed.title_html)


def _snippet(abstract: str | None, terms: Sequence[Term]) -> Markup | None:
    in_abstract = [term for term in terms if term.column in (None, "abstract")]
    return snippet(abstract, in_abstract) if abstract is not None else None


def orders(db: sqlite3.Connection) -> list[str]:
    """Return the orders that a list can have: those by measures where a graph run has measured."""
    is_measured = read_computed(db) is not None
    return [order for order in ORDERS if order in ("relevance", "date") or is_measured]


def tabs(asked: Asked, field: str, values: Iterable[str], words: dict[str, str]) -> list[Tab]:
    """Return the values of a field, sort or view, as ways to see a list."""

    def chosen(value: str) -> Asked:
        return asked._replace(sort=value, page=1) if field == "sort" else asked._replace(view=value, page=1)

    current = getattr(asked, field)
    return [Tab(words[value], format_asked(chosen(value)), value == current) for value in values]


def place(asked: Asked, count: int, size: int) -> dict[str, Any]:
    """Return where in a list of ``count`` a page is, with the query strings of the pages beside it."""
    last = min(asked.page * size, count)
    is_more = last < count and asked.page < LAST_PAGE
    return {
        "first": (asked.page - 1) * size + 1,
        "last": last,
        "previous": format_asked(asked._replace(page=asked.page - 1)) if asked.page > 1 else None,
        "next": format_asked(asked._replace(page=asked.page + 1)) if is_more else None,
        "numbers": _numbers(asked, min(-(-count // size), LAST_PAGE)),
    }


def _numbers(asked: Asked, pages: int) -> list[Tab | None]:
    """Return the first page, those around this one, and the last; None for a gap. None at all of a single page."""
    shown = sorted({1, pages, *range(asked.page - _AROUND, asked.page + _AROUND + 1)} & {*range(1, pages + 1)})
    found: list[Tab | None] = []
    for before, number in zip([0, *shown], shown, strict=False):
        if number > before + 1:
            found.append(None)
        found.append(Tab(str(number), format_asked(asked._replace(page=number)), number == asked.page))
    return found if pages > 1 else []
