"""A search as typed -> what it means: words, phrases, prefixes, fields, years. Nothing typed is an error.  (pure)"""

import re
from typing import Final, NamedTuple, TypeVar

from kb.text import fold

_Value = TypeVar("_Value")
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
_TYPED: Final = {
    "authors": "author", "title": "title", "abstract": "abstract", "mesh": "mesh", "keywords": "keyword"
}  # fmt: skip
_JOURNAL: Final = frozenset({"journal", "ta", "jour"})
_YEAR: Final = frozenset({"year", "years", "dp"})
_BRANCH: Final = frozenset({"branch", "tree"})
_TREE_NUMBER: Final = re.compile(r"[A-Z][0-9]{1,3}(\.[0-9]{1,4})*")
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
    branches: tuple[str, ...] = ()  # tree numbers of MeSH
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
        key = fold(value).replace('"', "").strip(" *")
        return query._replace(journals=(*query.journals, key)) if key else _without(query, match[0])
    if field in _BRANCH:
        branch = parse_branch(value)
        return query._replace(branches=(*query.branches, branch)) if branch else _without(query, match[0])
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
    years = parse_years(value)
    return query._replace(first_year=years[0], last_year=years[1]) if years else _without(query, token)


def parse_years(text: str) -> tuple[int | None, int | None] | None:
    """Return the first and the last year of "2001", "2001-2003", "2001-" or "-2003"; None for anything else."""
    match = _YEARS.fullmatch(text)
    if not match or not (match["first"] or match["last"]):
        return None
    first, last = match["first"], match["last"] if match["to"] else match["first"]
    return int(first) if first else None, int(last) if last else None


def parse_branch(text: str) -> str | None:
    """Return a tree number of MeSH as NLM writes it, F04.754; None for anything else."""
    number = text.strip().upper()
    return number if _TREE_NUMBER.fullmatch(number) else None


def format_years(first: int | None, last: int | None) -> str:
    """Return years as they are typed, "2001-2003"; "" where there is no bound."""
    if first is None and last is None:
        return ""
    return f"{first:04}" if first == last else f"{_typed_year(first)}-{_typed_year(last)}"


def _typed_year(year: int | None) -> str:
    return "" if year is None else f"{year:04}"


def _without(query: Query, token: str) -> Query:
    return query._replace(left_out=(*query.left_out, token))


def fts_expression(query: Query) -> str | None:
    """Return the FTS5 expression of a query, every term quoted; None where nothing is to be matched."""
    if not query.groups:
        return None
    wanted = " AND ".join(f"({' OR '.join(_fts_term(term) for term in group)})" for group in query.groups)
    return f"({wanted}) NOT ({excluded_expression(query)})" if query.excluded else wanted


def excluded_expression(query: Query) -> str:
    """Return the FTS5 expression of what must not be found; "" for nothing."""
    return " OR ".join(_fts_term(term) for term in query.excluded)


def _fts_term(term: Term) -> str:
    quoted = f'"{term.text}"' + (" *" if term.is_prefix else "")
    return f"{term.column} : {quoted}" if term.column else quoted


def words_of(query: Query) -> list[Term]:
    """Return the terms that snippets mark."""
    return [term for group in query.groups for term in group]


def format_query(query: Query) -> str:
    """Return a query as it may be typed: parsed again it is the same, but for what was left out."""
    parts = [" OR ".join(_typed(term) for term in group) for group in query.groups]
    parts += [f"NOT {_typed(term)}" for term in query.excluded]
    parts += [f'journal:"{key}"' for key in query.journals]
    parts += [f"branch:{number}" for number in query.branches]
    if years := format_years(query.first_year, query.last_year):
        parts.append(f"year:{years}")
    return " ".join(parts)


def _typed(term: Term) -> str:
    field = f"{_TYPED[term.column]}:" if term.column else ""
    if term.is_prefix:
        return f"{field}{term.text.replace(' ', '-')}*"
    return f'{field}"{term.text}"' if term.is_phrase else f"{field}{term.text}"


class Part(NamedTuple):
    """A part of a query in words, and what may be typed to have all the others."""

    words: str
    others: str


def parts_of(query: Query) -> list[Part]:
    """Return the parts of a query as it was understood; an empty list where nothing is asked."""
    groups, excluded, journals, branches = query.groups, query.excluded, query.journals, query.branches
    found = [
        (" or ".join(_described(term) for term in group), query._replace(groups=_but(groups, n)))
        for n, group in enumerate(groups)
    ]
    found += [
        (f"not {_described(term)}", query._replace(excluded=_but(excluded, n))) for n, term in enumerate(excluded)
    ]
    found += [
        (f"in a journal called {key}…", query._replace(journals=_but(journals, n))) for n, key in enumerate(journals)
    ]
    found += [
        (f"in the MeSH branch {number}", query._replace(branches=_but(branches, n)))
        for n, number in enumerate(branches)
    ]
    if years := describe_years(query.first_year, query.last_year):
        found.append((years, query._replace(first_year=None, last_year=None)))
    return [Part(words, format_query(others)) for words, others in found]


def _but(values: tuple[_Value, ...], place: int) -> tuple[_Value, ...]:
    return values[:place] + values[place + 1 :]


def describe(query: Query) -> str:
    """Return the query as it was understood, as a sentence; "" where nothing is asked."""
    return "; ".join(part.words for part in parts_of(query))


def _described(term: Term) -> str:
    shown = f"“{term.text}”" if term.is_phrase else term.text
    shown += "*" if term.is_prefix else ""
    return f"{_COLUMN_WORDS[term.column]} {shown}" if term.column else shown


def describe_years(first: int | None, last: int | None) -> str:
    """Return a span of years in words; "" where there is no bound."""
    if first is None and last is None:
        return ""
    if first == last:
        return f"published in {first}"
    if first is None:
        return f"published up to {last}"
    return f"published from {first}" + (f" to {last}" if last else " on")
