"""Beginnings of words that would take long: those of very many words are left out, initials become names of the file.

FTS5 puts the entries of all words with a beginning together, each time that it is asked: of 500,000 articles and one
letter, up to a second of CPU time.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import Final

from kb.queries.search.matches import read_matching
from kb.queries.search.query_sql import term_expression
from kb.queries.search.query_tree import Group, Node, Problem, Query, Term, both, format_parts, is_name
from kb.text import fold, words_in

MOST_PAGES: Final = 500  # of the index of words, on which a word begins that a search has by its beginning: 0.1 s
MOST_READ: Final = 2_000  # articles whose author lists are read for names: 0.1 s
_TOO_MANY: Final = "too many words of this library have this beginning; left out: type more letters"
_PAGES: Final = "select count(*) from article_search_idx where term >= ? and term < ?"
_LISTS: Final = "select authors from article_texts where pmid in (select value from json_each(?))"


def without_broad_prefixes(db: sqlite3.Connection, query: Query) -> Query:
    """Return a search that takes no long time for its beginnings of words; what is left out is one of its problems."""
    prefixes = dict.fromkeys(term for part in query.wanted for term in _all_terms(part) if term.is_prefix)
    if not prefixes:
        return query
    names = {term: _full_names(db, term) for term in prefixes if is_name(term)}
    broad = [*_broad(db, [term for term in prefixes if term not in names])]
    problems = [Problem(format_parts((term,)), _TOO_MANY) for term in broad]
    others: dict[Term, Node | None] = {**names, **dict.fromkeys(broad)}
    return query._replace(
        parts=_with(query.parts, dict.fromkeys(broad)),
        searched=_with(query.wanted, others),
        problems=(*query.problems, *problems),
    )


def _all_terms(node: Node) -> Iterator[Term]:
    """Yield the terms of a part, those too that must not be found."""
    if isinstance(node, Group):
        for part in node.parts:
            yield from _all_terms(part)
    elif isinstance(node, Term):
        yield node


def _broad(db: sqlite3.Connection, prefixes: Collection[Term]) -> Iterator[Term]:
    """Yield the terms with which a search would have to put together more than MOST_PAGES."""
    pages = 0
    for term in prefixes:
        first = b"0" + term.text.split()[-1].encode()  # "0" is before each word
        more = int(db.execute(_PAGES, (first, first + b"\xff")).fetchone()[0])
        if pages + more > MOST_PAGES:
            yield term
        else:
            pages += more


def _full_names(db: sqlite3.Connection, term: Term) -> Node:
    """Return weiss r* as the names with this beginning, unless too many articles have the first word."""
    family, _, initials = term.text.rpartition(" ")
    pmids = read_matching(db, term_expression(Term(family, term.column, is_phrase=True)), MOST_READ + 1)
    if len(pmids) > MOST_READ:
        return term
    before, found = family.split(), dict[str, None]()
    for (authors,) in db.execute(_LISTS, (json.dumps(pmids.tolist()),)):
        words = words_in(fold(authors))
        for at in range(len(before), len(words)):
            if words[at].startswith(initials) and words[at - len(before) : at] == before:
                found[words[at]] = None
    names = [Term(f"{family} {last}", term.column, is_phrase=True) for last in sorted(found or {initials: None})]
    return both("or", *names)


def _with(parts: Collection[Node], others: dict[Term, Node | None]) -> tuple[Node, ...]:
    """Return parts with other parts in place of terms; None: without it."""
    return tuple(found for part in parts if (found := _other(part, others)) is not None)


def _other(node: Node, others: dict[Term, Node | None]) -> Node | None:
    if isinstance(node, Group):
        parts = _with(node.parts, others)
        if not parts:
            return None
        return Group("not", parts) if node.kind == "not" else both(node.kind, *parts)
    return others.get(node, node) if isinstance(node, Term) else node
