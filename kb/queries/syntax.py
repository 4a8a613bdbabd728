"""A search as typed -> what it means: words, phrases, prefixes, fields, years. Nothing typed is an error.  (pure)"""

import re
from typing import Final, NamedTuple

from kb.text import fold

_TOKEN: Final = re.compile(r'(?:(?P<field>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_COLUMNS: Final = {
    "author": "authors", "authors": "authors", "au": "authors",
    "title": "title", "ti": "title",
    "abstract": "abstract",
    "mesh": "mesh", "mh": "mesh",
    "keyword": "keywords", "keywords": "keywords",
}  # fmt: skip
_COLUMN_WORDS: Final = {
    "authors": "an author called", "title": "in the title", "abstract": "in the abstract",
    "mesh": "a MeSH term with", "keywords": "a keyword with",
}  # fmt: skip
_JOURNAL: Final = frozenset({"journal", "ta", "jour"})
_YEAR: Final = frozenset({"year", "years", "dp"})
_YEARS: Final = re.compile(r"(?P<first>\d{4})?(?P<to>[-–:])?(?P<last>\d{4})?")


class Term(NamedTuple):
    """One thing that must be found; column is None for anywhere."""

    text: str
    column: str | None = None
    is_prefix: bool = False
    is_phrase: bool = False


class Query(NamedTuple):
    """A parsed search: every group holds alternatives, one of which must be found; excluded ones must not."""

    groups: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[Term, ...] = ()
    journals: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    left_out: tuple[str, ...] = ()


def parse_query(text: str) -> Query:
    """Return what text asks for; what has no meaning is left out, and said to be."""
    query, joined, negated = Query(), False, False
    for match in _TOKEN.finditer(text):
        word = match["word"]
        if match["field"] is None and word in ("AND", "OR", "NOT"):
            joined, negated = word == "OR" and bool(query.groups), word == "NOT"
            continue
        query = _with_token(query, match, joined=joined, negated=negated)
        joined, negated = False, False
    return query


def _with_token(query: Query, match: re.Match[str], *, joined: bool, negated: bool) -> Query:
    field, word = (match["field"] or "").lower(), match["word"]
    value = word if word is not None else match["phrase"]
    if field in _YEAR:
        return _with_years(query, value, match[0])
    if field in _JOURNAL:
        key = fold(value).strip(" *")
        return query._replace(journals=(*query.journals, key)) if key else _without(query, match[0])
    if field and field not in _COLUMNS:
        value = match[0].replace('"', "")
    term = _term(value, _COLUMNS.get(field), is_phrase=word is None)
    if term is None:
        return _without(query, match[0])
    if negated:
        return query._replace(excluded=(*query.excluded, term))
    if joined:
        return query._replace(groups=(*query.groups[:-1], (*query.groups[-1], term)))
    return query._replace(groups=(*query.groups, (term,)))


def _term(value: str, column: str | None, *, is_phrase: bool) -> Term | None:
    folded = " ".join(re.findall(r"[^\W_]+", fold(value)))
    if not folded:
        return None
    return Term(folded, column, is_prefix=not is_phrase and value.endswith("*"), is_phrase=" " in folded)


def _with_years(query: Query, value: str, token: str) -> Query:
    match = _YEARS.fullmatch(value)
    if not match or not (match["first"] or match["last"]):
        return _without(query, token)
    first, last = match["first"], match["last"] if match["to"] else match["first"]
    return query._replace(first_year=int(first) if first else None, last_year=int(last) if last else None)


def _without(query: Query, token: str) -> Query:
    return query._replace(left_out=(*query.left_out, token))


def fts_expression(query: Query) -> str | None:
    """Return the FTS5 expression of a query, every term quoted; None where nothing is to be matched."""
    if not query.groups:
        return None
    wanted = " AND ".join(f"({' OR '.join(_fts_term(term) for term in group)})" for group in query.groups)
    if not query.excluded:
        return wanted
    return f"({wanted}) NOT ({' OR '.join(_fts_term(term) for term in query.excluded)})"


def _fts_term(term: Term) -> str:
    quoted = f'"{term.text}"' + (" *" if term.is_prefix else "")
    return f"{term.column} : {quoted}" if term.column else quoted


def words_of(query: Query) -> list[Term]:
    """Return the terms that snippets mark."""
    return [term for group in query.groups for term in group]


def describe(query: Query) -> str:
    """Return the query as it was understood, as a sentence; "" where nothing is asked."""
    parts = [" or ".join(_described(term) for term in group) for group in query.groups]
    parts += [f"not {_described(term)}" for term in query.excluded]
    parts += [f"in a journal called {key}…" for key in query.journals]
    if years := _described_years(query.first_year, query.last_year):
        parts.append(years)
    return "; ".join(parts)


def _described(term: Term) -> str:
    shown = f"“{term.text}”" if term.is_phrase else term.text
    shown += "*" if term.is_prefix else ""
    return f"{_COLUMN_WORDS[term.column]} {shown}" if term.column else shown


def _described_years(first: int | None, last: int | None) -> str:
    if first is None and last is None:
        return ""
    if first == last:
        return f"published in {first}"
    if first is None:
        return f"published up to {last}"
    return f"published from {first}" + (f" to {last}" if last else " on")
