"""A search as it was understood: a tree of what must be found, in words and as it may be typed.  (pure)"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from kb.languages import language_name

COLUMNS: Final = {  # of the index of words: name -> its columns in FTS5
    "authors": "authors", "title": "title", "abstract": "abstract", "mesh": "mesh", "keywords": "keywords",
    "tiab": "{title abstract keywords}",
}  # fmt: skip
_COLUMN_WORDS: Final = {
    "authors": "an author called", "title": "in the title", "abstract": "in the abstract",
    "mesh": "a MeSH term with", "keywords": "a keyword with", "tiab": "in title, abstract or keywords",
}  # fmt: skip
_PROPERTY_WORDS: Final = {
    "journal": "in a journal called {}…", "branch": "in the MeSH branch {}", "type": "a publication type called {}…",
    "majr": "a MeSH major topic with {}", "first_author": "first author {}", "pmid": "PMID {}", "pmcid": "{}",
    "doi": "DOI {}", "community": "in community {}",
}  # fmt: skip
_FLAG_WORDS: Final = {"retracted": "retracted", "free": "free in PMC"}
_TYPED: Final = {"authors": "author", "keywords": "keyword", "first_author": "1au"}
_YEARS: Final = re.compile(r"(?P<first>\d{4})?(?P<to>[-–:])?(?P<last>\d{4})?")
_COMPARED: Final = re.compile(r"(?P<sign>>=|<=|[><≥≤])\s*(?P<year>\d{4})")
_TREE_NUMBER: Final = re.compile(r"[A-Z][0-9]{1,3}(\.[0-9]{1,4})*")


class Term(NamedTuple):
    """Words that must be found; column is None for anywhere, else a key of COLUMNS."""

    text: str
    column: str | None = None
    is_prefix: bool = False
    is_phrase: bool = False


class Property(NamedTuple):
    """A property that is no word of the text, such as ("year", "2001-2003"); value is in its one form."""

    name: str
    value: str


class Group(NamedTuple):
    """What of several parts must hold: kind is "and", "or", or "not", which has one part."""

    kind: str
    parts: tuple["Node", ...]


Node: TypeAlias = Term | Property | Group


class Problem(NamedTuple):
    """A part of a search that was not understood, as typed, and why."""

    part: str
    reason: str


class Query(NamedTuple):
    """A search: all parts must hold. also are the MeSH headings that searched, the parts with synonyms, asks for."""

    parts: tuple[Node, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_list: bool = False  # of identifiers
    absent: tuple[str, ...] = ()  # of a list: what nothing here has
    also: tuple[str, ...] = ()
    searched: tuple[Node, ...] = ()

    @property
    def wanted(self) -> tuple[Node, ...]:
        """What is looked for: the parts, with synonyms where there are any."""
        return self.searched or self.parts


def both(kind: str, *nodes: Node) -> Node:
    """Return the parts joined by "and" or "or"; groups of the same kind are taken in."""
    parts: list[Node] = []
    for node in nodes:
        parts.extend(node.parts if isinstance(node, Group) and node.kind == kind else (node,))
    return parts[0] if len(parts) == 1 else Group(kind, tuple(parts))


def negated(node: Node) -> Node:
    """Return what must not hold; of "not x", x."""
    return node.parts[0] if isinstance(node, Group) and node.kind == "not" else Group("not", (node,))


def parse_years(text: str) -> tuple[int | None, int | None] | None:
    """Return the first and the last year of "2001", "2001-2003", "2001-", "-2003", ">2001"; None for anything else."""
    if compared := _COMPARED.fullmatch(text):
        return _compared_years(compared["sign"], int(compared["year"]))
    match = _YEARS.fullmatch(text)
    if not match or not (match["first"] or match["last"]):
        return None
    first, last = match["first"], match["last"] if match["to"] else match["first"]
    return int(first) if first else None, int(last) if last else None


def _compared_years(sign: str, year: int) -> tuple[int | None, int | None] | None:
    first = year + (sign == ">") if sign in (">", ">=", "≥") else None
    last = year - (sign == "<") if sign in ("<", "<=", "≤") else None
    return (first, last) if (first or 0) <= 9999 and (last is None or last >= 0) else None


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


def words_of(query: Query) -> list[Term]:
    """Return the terms that snippets mark."""
    return [term for node in query.wanted for term in terms_of(node)]


def terms_of(node: Node) -> Iterator[Term]:
    """Yield the terms of a part that may be found; not those that must not."""
    if isinstance(node, Term):
        yield node
    elif isinstance(node, Group) and node.kind != "not":
        for part in node.parts:
            yield from terms_of(part)


def is_name(term: Term) -> bool:
    """Return whether a term is a name of an author with how its initials begin: weiss r*."""
    return term.column == "authors" and term.is_prefix and " " in term.text


def properties_of(node: Node) -> Iterator[Property]:
    """Yield the properties that a part names."""
    if isinstance(node, Property):
        yield node
    elif isinstance(node, Group):
        for part in node.parts:
            yield from properties_of(part)


def format_query(query: Query) -> str:
    """Return a search as it may be typed: parsed again it is the same, but for what was not understood."""
    return format_parts(query.parts)


def format_parts(parts: tuple[Node, ...]) -> str:
    """Return parts that must all hold as they may be typed."""
    return " ".join(_typed(part, is_alone=len(parts) == 1) for part in parts)


def _typed(node: Node, *, is_alone: bool = False) -> str:
    if isinstance(node, Term):
        return _typed_term(node)
    if isinstance(node, Property):
        name = _TYPED.get(node.name, node.name)
        return f"{name}:{node.value}" if re.fullmatch(r"[\w.<>=-]+", node.value) else f'{name}:"{node.value}"'
    if node.kind == "not":
        return f"-{_typed(node.parts[0])}"
    joined = (" OR " if node.kind == "or" else " ").join(_typed(part) for part in node.parts)
    return joined if is_alone else f"({joined})"


def _typed_term(term: Term) -> str:
    field = f"{_TYPED.get(term.column, term.column)}:" if term.column else ""
    text = term.text + ("*" if term.is_prefix else "")
    return f'{field}"{text}"' if term.is_phrase else f"{field}{text}"


class Part(NamedTuple):
    """A part of a search in words, and what may be typed to have all the others."""

    words: str
    others: str


def parts_of(query: Query) -> list[Part]:
    """Return the parts of a search as it was understood; an empty list where nothing is asked."""
    parts = query.parts
    return [Part(_described(part), format_parts(parts[:n] + parts[n + 1 :])) for n, part in enumerate(parts)]


def _described(node: Node, *, is_within: bool = False) -> str:
    if isinstance(node, Term):
        return _described_term(node)
    if isinstance(node, Property):
        return _described_property(node)
    if node.kind == "not":
        return f"not {_described(node.parts[0], is_within=True)}"
    words = f" {node.kind} ".join(_described(part, is_within=True) for part in node.parts)
    return f"({words})" if is_within else words


def _described_term(term: Term) -> str:
    shown = f"“{term.text}”" if term.is_phrase else term.text
    shown += "*" if term.is_prefix else ""
    return f"{_COLUMN_WORDS[term.column]} {shown}" if term.column else shown


def _described_property(one: Property) -> str:
    if one.name == "year":
        return describe_years(*(parse_years(one.value) or (None, None)))
    if one.name == "language":
        return f"in {language_name(one.value)}"
    return _FLAG_WORDS[one.value] if one.name == "is" else _PROPERTY_WORDS[one.name].format(one.value)


def describe_years(first: int | None, last: int | None) -> str:
    """Return a span of years in words; "" where there is no bound."""
    if first is None and last is None:
        return ""
    if first == last:
        return f"published in {first}"
    if first is None:
        return f"published up to {last}"
    return f"published from {first}" + (f" to {last}" if last else " on")
