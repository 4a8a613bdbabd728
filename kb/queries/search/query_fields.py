"""The fields of a search, as typed before a colon or as PubMed's tags, and what a value in each means.  (pure)"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from kb.identifiers import normalise_doi, normalise_pmcid, pmid_or_none
from kb.languages import parse_language
from kb.queries.search.query_tree import (
    COLUMNS,
    Group,
    Node,
    Property,
    Term,
    both,
    format_years,
    parse_branch,
    parse_years,
)
from kb.text import fold, words_in

FIELDS: Final = {  # as typed, in small letters -> column of the index of words, or property
    "author": "authors", "authors": "authors", "au": "authors", "fau": "authors", "full author name": "authors",
    "title": "title", "ti": "title",
    "abstract": "abstract", "ab": "abstract",
    "tiab": "tiab", "title/abstract": "tiab",
    "mesh": "mesh", "mh": "mesh", "mesh terms": "mesh", "mesh:noexp": "mesh", "mh:noexp": "mesh",
    "mesh terms:noexp": "mesh",
    "majr": "majr", "mesh major topic": "majr", "majr:noexp": "majr", "mesh major topic:noexp": "majr",
    "keyword": "keywords", "keywords": "keywords", "ot": "keywords", "other term": "keywords",
    "all": "", "all fields": "", "tw": "", "text word": "", "text words": "",
    "journal": "journal", "jour": "journal", "ta": "journal",
    "branch": "branch", "tree": "branch",
    "year": "year", "years": "year",
    "dp": "date", "date - publication": "date", "publication date": "date", "pdat": "date",
    "type": "type", "pt": "type", "publication type": "type", "ptyp": "type",
    "language": "language", "la": "language", "lang": "language",
    "1au": "first_author", "author - first": "first_author", "first author": "first_author",
    "first author name": "first_author",
    "pmid": "pmid", "uid": "pmid", "pmcid": "pmcid", "pmc": "pmcid", "doi": "doi", "aid": "doi", "lid": "doi",
    "community": "community",
    "is": "is", "sb": "is", "filter": "is",
}  # fmt: skip
_FLAGS: Final = {
    "retracted": "retracted", "free": "free", "free full text": "free", "pubmed pmc": "free",
}  # fmt: skip
_DATE: Final = re.compile(r"(\d{4})(?:/(\d{1,2})(?:/(\d{1,2}))?)?|present")
_NO_END: Final = 3000  # PubMed's way to write a range without an end
_INITIALS: Final = re.compile(r".+ [^\W\d_]{1,2}")
_MOST_WORDS: Final = 4  # of a date, a language, an identifier or a filter
_STARS: Final = re.compile(r"\*(?:[^\w\s*]|_)*[^\W_]")  # before the end of a word
_OPEN_TAG: Final = re.compile(r"[^\W_]\[")  # "[Article in French]" opens before a word
REASONS: Final = {
    "": "no letter or digit is in it; left out",
    "[": "the bracket of a tag is not closed; left out",
    "*": "* stands only for the end of a word; left out",
    "year": "years are written as in year:2010, year:2000-2010 or year:>2010; left out",
    "date": "only whole years are searched here, as in 2000:2010[dp]; left out",
    "branch": "a place of the MeSH tree is written as in branch:F04.754; left out",
    "language": "a language is written in English or by NLM’s three letters, as in language:eng; left out",
    "pmid": "this is no PMID; left out",
    "pmcid": "this is no PMCID; left out",
    "doi": "this is no DOI; left out",
    "community": "a community has a number; left out",
    "is": "only is:retracted and is:free are known here; left out",
}


def field_of(typed: str) -> str | None:
    """Return what a field or a tag means, a key of REASONS or COLUMNS; "" for anywhere, None where it means nothing."""
    return FIELDS.get(re.sub(r"\s*([-:/])\s*", _spaced, " ".join(typed.lower().split())))


def _spaced(match: re.Match[str]) -> str:
    return " - " if match[1] == "-" else match[1]


def parse_value(field: str, text: str, *, is_quoted: bool) -> Node | None:
    """Return what a value in a field asks for; None where it asks for nothing that REASONS would not tell of."""
    if field in COLUMNS or not field:
        return _words(field or None, text, is_quoted=is_quoted)
    if field == "first_author":
        name = _author(text, is_quoted=is_quoted)
        term = name.parts[0] if isinstance(name, Group) else name
        return Property(field, term.text + "*" * term.is_prefix) if isinstance(term, Term) else None
    value = _VALUES[field](text)
    return Property("year" if field == "date" else field, value) if value else None


def words_before_value(field: str, words: Sequence[str]) -> int:
    """Return how many words before a tag are not of its value: 1 of lamps 2001:2003[dp], where one is no date."""
    if field in COLUMNS or field not in _VALUES:
        return 0
    last = range(max(len(words) - _MOST_WORDS, 0), len(words))
    return next((n for n in (0, *last) if _VALUES[field](" ".join(words[n:]))), len(words) - 1)


def reason_of(field: str, text: str) -> str:
    """Return why parse_value finds nothing."""
    if field and field in REASONS:
        return REASONS[field]
    return REASONS["[" if _opens_tag(text) else "*" if _STARS.search(text) else ""]


def _opens_tag(text: str) -> bool:
    return _OPEN_TAG.search(text.rpartition("]")[2]) is not None


def _words(column: str | None, text: str, *, is_quoted: bool) -> Node | None:
    if _STARS.search(text) or _opens_tag(text):
        return None
    if column == "authors":
        return _author(text, is_quoted=is_quoted)
    if is_quoted:
        return _term(text, column)
    terms = [term for word in text.split() if (term := _term(word, column))]
    return both("and", *terms) if terms else None


def _term(text: str, column: str | None) -> Term | None:
    folded = " ".join(re.findall(r"[^\W_]+", fold(text)))
    is_prefix = text.rstrip().endswith("*")
    return Term(folded, column, is_prefix=is_prefix, is_phrase=" " in folded) if folded else None


def _author(text: str, *, is_quoted: bool) -> Node | None:
    """Return a name as PubMed reads it: initials may go on, "Weiss, Rosa" is Weiss R with Rosa among the names."""
    last, comma, fore = text.partition(",")
    if comma and (given := words_in(fold(fore))) and (name := _term(last, "authors")):
        begun = Term(f"{name.text} {given[0][0]}", "authors", is_prefix=True, is_phrase=True)
        names = [Term(word, "authors") for word in given if len(word) > 2]
        return both("and", begun, *names)
    term = _term(text, "authors")
    if term and not is_quoted and _INITIALS.fullmatch(term.text):
        return term._replace(is_prefix=True)
    return term


def _year(text: str) -> str | None:
    years = parse_years(text.strip())
    return format_years(*years) if years else None


def _date(text: str) -> str | None:
    """Return years of PubMed's dates, such as 2001:2003, 2001/01/01:3000, 2001; None where they cut a year."""
    first, to, last = text.replace('"', "").replace(" ", "").partition(":")
    begin, end = _DATE.fullmatch(first), _DATE.fullmatch(last if to else first)
    if not begin or not end or not begin[1] or not _is_begin(begin) or not _is_end(end, is_range=bool(to)):
        return None
    is_open = not end[1] or int(end[1]) >= _NO_END
    return format_years(int(begin[1]), None if is_open else int(end[1]))


def _is_begin(date: re.Match[str]) -> bool:
    return int(date[2] or 1) == 1 and int(date[3] or 1) == 1


def _is_end(date: re.Match[str], *, is_range: bool) -> bool:
    is_whole = not date[2] or (is_range and int(date[2]) == 12 and int(date[3] or 31) == 31)
    return is_whole or (is_range and int(date[1] or 0) >= _NO_END)


def _key(text: str) -> str | None:
    return " ".join(fold(text).replace('"', "").split()).strip(" *") or None


def _heading(text: str) -> str | None:
    return " ".join(words_in(fold(text))) or None


def _pmid(text: str) -> str | None:
    number = pmid_or_none(text)
    return str(number) if number else None


def _doi(text: str) -> str | None:
    doi = normalise_doi(text)
    return doi if doi and '"' not in doi else None


def _number(text: str) -> str | None:
    return str(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None


_VALUES: Final[dict[str, Callable[[str], str | None]]] = {
    "journal": _key, "branch": parse_branch, "type": _key, "year": _year, "date": _date, "majr": _heading,
    "language": parse_language, "pmid": _pmid, "pmcid": normalise_pmcid, "doi": _doi, "community": _number,
    "is": lambda text: _FLAGS.get(" ".join(text.lower().split())),
}  # fmt: skip
