"""A search as typed -> what this file is asked for: identifiers that it knows, and other names of MeSH headings."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from kb.errors import UsageError
from kb.identifiers import Identifier, parse_identifier
from kb.queries.search.broad_prefixes import without_broad_prefixes
from kb.queries.search.query_parser import parse_query
from kb.queries.search.query_tree import Group, Node, Property, Query, Term, both
from kb.queries.works.pages import read_work, read_work_by_identifier
from kb.text import fold, words_in

_BETWEEN: Final = re.compile(r"[,;]?\s+(?:OR\s+)?|(?<=\d)[,;](?=(?:PMC)?\d+(?:[,;\s]|$))", re.IGNORECASE)
_PREFIX: Final = re.compile(r"\b(pmid|pmcid|doi):\s+", re.IGNORECASE)
_SURE: Final = 5  # digits of a number that is no year, count or dose
_LONGEST: Final = 6  # words of another name of a heading


def read_query(db: sqlite3.Connection, text: str) -> Query:
    """Return what text asks of this file."""
    listed = _read_list(db, text)
    return listed or without_broad_prefixes(db, _with_synonyms(db, parse_query(text)))


def read_identified(db: sqlite3.Connection, text: str) -> int | None:
    """Return the work that text names by PMID, PMCID, DOI or an address; None where it names none of this file."""
    identifier = _identifier(text)
    return _read_known(db, identifier) if identifier else None


def _read_known(db: sqlite3.Connection, identifier: Identifier) -> int | None:
    if identifier.kind != "pmid":
        return read_work_by_identifier(db, identifier.kind, identifier.value)
    found = read_work(db, int(identifier.value))
    return (found.merged_into or found.id) if found else None


def _identifier(text: str) -> Identifier | None:
    try:
        return parse_identifier(text)
    except UsageError:
        return None


def _read_list(db: sqlite3.Connection, text: str) -> Query | None:
    """Return several identifiers as one search; None for anything else, such as two years that are no PMIDs here."""
    pieces = [piece for piece in _BETWEEN.split(_PREFIX.sub(r"\1:", text.strip())) if piece]
    identifiers = [found for piece in pieces if (found := _identifier(piece))]
    if len(pieces) < 2 or len(identifiers) < len(pieces) or '"' in text:
        return None
    works = [_read_known(db, one) for one in identifiers]
    if not any(works) and any(len(piece) < _SURE for piece in pieces):
        return None
    named = dict.fromkeys(
        Property("pmid", str(work)) if work and work > 0 else Property(one.kind, one.value)
        for work, one in zip(works, identifiers, strict=True)
    )
    absent = [piece for piece, work in zip(pieces, works, strict=True) if work is None]
    return Query((both("or", *named),), is_list=True, absent=tuple(dict.fromkeys(absent)))


def _with_synonyms(db: sqlite3.Connection, query: Query) -> Query:
    if not db.execute("select exists (select 1 from mesh_entry_terms)").fetchone()[0]:
        return query
    also: list[str] = []
    searched = _expanded(db, query.parts, also)
    return query._replace(searched=searched, also=tuple(dict.fromkeys(also))) if also else query


def _expanded(db: sqlite3.Connection, parts: Sequence[Node], also: list[str]) -> tuple[Node, ...]:
    """Return parts that stand beside one another, where words are another name of a heading with the heading too."""
    found: list[Node] = []
    at = 0
    while at < len(parts):
        node = parts[at]
        for named in _runs(parts, at):
            if headings := _read_headings(db, " ".join(term.text for term in named)):
                also.extend(headings)
                terms = [Term(text, "mesh", is_phrase=" " in text) for text in map(_folded, headings)]
                node = both("or", both("and", *named), *terms)
                at += len(named) - 1
                break
        if isinstance(node, Group) and node is parts[at]:
            node = Group(node.kind, _expanded(db, node.parts, also)) if node.kind == "and" else _each(db, node, also)
        found.append(node)
        at += 1
    return tuple(found)


def _each(db: sqlite3.Connection, group: Group, also: list[str]) -> Group:
    """Return a group whose parts do not stand beside one another: each is looked at alone."""
    return Group(group.kind, tuple(both("and", *_expanded(db, [part], also)) for part in group.parts))


def _runs(parts: Sequence[Node], at: int) -> Iterator[list[Term]]:
    """Yield the words from a place on that may be one name, the longest first."""
    run: list[Term] = []
    for part in parts[at : at + _LONGEST]:
        is_same = isinstance(part, Term) and not part.is_prefix and part.column in (None, "mesh")
        if not is_same or (run and part[1] != run[0].column):
            break
        assert isinstance(part, Term)
        run.append(part)
    for size in range(len(run), 0, -1):
        yield run[:size]


def _read_headings(db: sqlite3.Connection, key: str) -> list[str]:
    rows = db.execute("select heading from mesh_entry_terms where term_key = ? order by 1", (key,))
    return [row[0] for row in rows]


def _folded(text: str) -> str:
    return " ".join(words_in(fold(text)))
