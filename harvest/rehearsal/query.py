"""A PubMed query -> the records of a shelf that it finds, by the part of PubMed's language that litkb uses.  (pure)"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from harvest.rehearsal.collection import IndexedRecord, Shelf
from kb.identifiers import normalise_doi, normalise_pmcid, pmid_or_none
from kb.text import fold

_TOKEN: Final = re.compile(
    r"(?P<open>\()|(?P<close>\))"
    r'|(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"\[\]()]+(?:\([^\s"()]*\)[^\s"\[\]()]*)*))\s*(?:\[(?P<tag>[^\]]*)\])?'
)
_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})


class Clause(NamedTuple):
    """Words in a field, as PubMed names it; operator: how it is joined to what stands before (AND, OR, NOT)."""

    operator: str
    field: str
    words: str


class Group(NamedTuple):
    """What stands in brackets, or the whole query."""

    operator: str
    parts: "tuple[Clause | Group, ...]"


_FIELDS: Final = {
    "uid": "UID", "pmid": "UID", "doi": "DOI", "aid": "DOI", "lid": "DOI", "pmcid": "PMCID", "pmc": "PMCID",
    "au": "Author", "author": "Author", "ti": "Title", "title": "Title", "mh": "MeSH Terms", "mesh": "MeSH Terms",
    "mesh terms": "MeSH Terms", "ot": "Other Term", "pt": "Publication Type",
    "publication type": "Publication Type", "other term": "Other Term", "dp": "Date - Publication",
    "pdat": "Date - Publication", "date - publication": "Date - Publication", "tiab": "Title/Abstract",
    "title/abstract": "Title/Abstract", "all": "All Fields", "all fields": "All Fields", "tw": "All Fields",
    "": "All Fields",
}  # fmt: skip

_SEARCHED: Final = {  # a field of PubMed -> those of a record on the shelf, which has no words of abstracts
    "Title": ("title",), "Title/Abstract": ("title", "keyword"), "MeSH Terms": ("mesh",), "Other Term": ("keyword",),
    "Publication Type": ("type",),
}  # fmt: skip
_NUMBERS: Final = frozenset({"UID", "Date - Publication"})
_ONE_WORD: Final = _NUMBERS | {"DOI", "PMCID"}  # fields whose value is the word before the tag alone


def parse_term(term: str) -> tuple[Group, list[str]]:
    """Return a query, and the field tags in it that are unknown. Words without an operator are joined by AND."""
    unknown: list[str] = []
    return Group("AND", tuple(_parts(_TOKEN.finditer(term), unknown))), unknown


def _parts(tokens: "Iterator[re.Match[str]]", unknown: list[str]) -> "Iterator[Clause | Group]":
    """Yield the parts up to the bracket that closes them, or the end."""
    operator = "AND"
    run: list[Clause] = []  # bare words beside one another: a tag after them is of all, as in Laudet AB[au]
    for token in tokens:
        is_bare = token["bare"] is not None and token["bare"] not in _OPERATORS
        if run and not is_bare:
            yield from run
            run = []
        if token["close"]:
            break
        if token["bare"] in _OPERATORS and token["tag"] is None:
            operator = token["bare"]
            continue
        if is_bare:
            run.append(_clause(operator, token, unknown))
            if token["tag"] is not None:
                yield from _joined(run)
                run = []
        else:
            yield (
                Group(operator, tuple(_parts(tokens, unknown))) if token["open"] else _clause(operator, token, unknown)
            )
        operator = "AND"
    yield from run


def _joined(run: list[Clause]) -> list[Clause]:
    """Return bare words of which the last has a tag as one clause, where the field takes more than one word."""
    if run[-1].field in _ONE_WORD:
        return run
    return [Clause(run[0].operator, run[-1].field, " ".join(clause.words for clause in run))]


def _clause(operator: str, token: "re.Match[str]", unknown: list[str]) -> Clause:
    words = token["quoted"] if token["quoted"] is not None else token["bare"]
    tag = (token["tag"] or "").strip().lower()
    if tag not in _FIELDS:
        unknown.append(tag)
    return Clause(operator, _FIELDS.get(tag, "All Fields"), words.strip())


def translated(query: Group) -> str:
    """Return a query as PubMed says it back."""
    return " ".join((f"{part.operator} " if place else "") + _said(part) for place, part in enumerate(query.parts))


def _said(part: Clause | Group) -> str:
    return f'"{part.words}"[{part.field}]' if isinstance(part, Clause) else f"({translated(part)})"


def phrases_of(group: Group) -> Iterator[Clause]:
    """Yield the clauses of a query that PubMed looks up as words, in their order: PMIDs and dates are none."""
    for part in group.parts:
        if isinstance(part, Group):
            yield from phrases_of(part)
        elif part.field not in _NUMBERS:
            yield part


def find_hits(shelf: Shelf, part: Clause | Group) -> list[int]:
    """Return the PMIDs that a query finds, the highest first; it is read from left to right, as PubMed does."""
    return sorted(_found(shelf, part), reverse=True)


def _found(shelf: Shelf, part: Clause | Group) -> set[int]:
    if isinstance(part, Clause):
        fits = _matcher(part)
        return {pmid for pmid, record in shelf.records.items() if fits(record)}
    hits: set[int] = set()
    for place, one in enumerate(part.parts):
        found = _found(shelf, one)
        if place == 0 or one.operator == "OR":
            hits |= found
        else:
            hits = hits - found if one.operator == "NOT" else hits & found
    return hits


def _matcher(clause: Clause) -> Callable[[IndexedRecord], bool]:
    """Return the test whether a record fits one clause."""
    words = clause.words
    if clause.field == "UID":
        first, _, last = words.partition(":")
        low, high = pmid_or_none(first) or 0, pmid_or_none(last or first) or 0
        return lambda record: low <= record.pmid <= high
    if clause.field == "DOI":
        doi = normalise_doi(words)
        return lambda record: doi is not None and record.doi == doi
    if clause.field == "PMCID":
        pmcid = normalise_pmcid(words)
        return lambda record: pmcid is not None and record.pmcid == pmcid
    if clause.field == "Date - Publication":
        first, _, last = words.partition(":")
        return lambda record: record.year is not None and first[:4] <= str(record.year) <= (last or first)[:4]
    return _word_matcher(clause)


def _word_matcher(clause: Clause) -> Callable[[IndexedRecord], bool]:
    wanted = re.findall(r"[^\W_]+", fold(clause.words))
    if clause.field == "Author":
        name = " ".join(wanted)
        return lambda record: any(f"{author} ".startswith(f"{name} ") for author in record.fields["author"])
    wanted = [word for word in wanted if len(word) > 2]  # as the records' own words were chosen
    fields = _SEARCHED.get(clause.field)
    if fields:
        return lambda record: bool(wanted) and _words_in(record, fields).issuperset(wanted)
    return lambda record: bool(wanted) and record.words.issuperset(wanted)


def _words_in(record: IndexedRecord, fields: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(record.fields[field] for field in fields))
