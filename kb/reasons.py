"""Why two studies are related, and why a work is suggested, in words: from what a row counts and names.  (pure)"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from kb.sentences import Count, Sentence, joined, sentence, text_of
from kb.text import noun

ONE_SENTENCE: Final = "one_sentence"  # column of cocitations
RELATED: Final = {  # columns of related_studies, and one of cocitations, in the order in which they are said
    "shared_authors": "shares {listed}",
    "cited_together": "both cited by {listed}",
    ONE_SENTENCE: "both in one sentence of {rest:work}",
    "shared_references": "cites {rest} of the same works",
    "shared_mesh": "both on {listed}",
    "shared_keywords": "both have the {keyword} {listed}",
    "shared_title_words": "titles share {listed}",
    "shared_abstract_words": "abstracts share {listed}",
    "similar_in_pubmed": "PubMed lists {one} as similar to the other",
}
SUGGESTED: Final = {  # columns of suggestions likewise
    "is_retracted": "retracted",
    "cited_by": "cited by {number} of yours",
    "cites": "cites {number} of yours",
    "co_cited": "cited together with yours by {number:work}",
    "coupled": "cites {number:work} that yours cite{partner}",
    "text_likeness": "like yours in words: {names}",
    "similar_rank": "PubMed lists it as similar, rank {number}",
}
_COUNTED: Final = frozenset({"shared_references", "similar_in_pubmed", ONE_SENTENCE})  # said without names
_WORDS: Final = frozenset({"shared_title_words", "shared_abstract_words"})
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode


def format_names(names: Mapping[str, Sequence[str]]) -> str:
    """Return what can be named of each part of a row, by column, as the column ``named`` stores it.

    Examples
    --------
    >>> print(format_names({"shared_mesh": ["Self-Help Groups"], "shared_authors": []}))
    {"shared_mesh": ["Self-Help Groups"]}
    """
    return _ENCODE({column: [*found] for column, found in names.items() if found})


def _unlinked(*_: object) -> None:
    """Give no path: a sentence without links."""


def related_reason(row: Mapping[str, Any], evidence: Callable[[str, int], str | None] = _unlinked) -> Sentence:
    """Return why two studies are related, by a row of related_studies, with that column of cocitations if it is known.

    A part whose things are all too common to be named is passed over. evidence gives the path of what a column counts
    beside so many that are named.

    Examples
    --------
    >>> row = dict.fromkeys(RELATED, 0) | {"shared_mesh": 4, "shared_keywords": 1, "shared_references": 3}
    >>> names = {"shared_mesh": ["Self-Help Groups"], "shared_keywords": ["anxiety; fear"]}
    >>> text_of(related_reason(row | {"named": format_names(names)}))
    'cites 3 of the same works; both on Self-Help Groups and 3 more; both have the keyword "anxiety; fear"'
    """
    named = json.loads(row["named"])
    return joined("; ", (_related(of, row.get(of) or 0, named.get(of, ()), evidence) for of in RELATED))


def _related(column: str, count: int, names: Sequence[str], evidence: Callable[[str, int], str | None]) -> Sentence:
    names = () if column in _COUNTED else names
    if not (names or (count and column in _COUNTED)):
        return []
    shown = [quoted(f"'{name}'" if column in _WORDS else name) for name in names]
    listed, keyword, one = " and ".join(shown), noun(count, "keyword"), noun(count, "one", "each")
    if count == len(names) or column == "similar_in_pubmed":
        return sentence(RELATED[column], listed=listed, keyword=keyword, one=one)
    rest = Count(count - len(names), evidence(column, len(names)))
    more = sentence("{names} and {rest} more", names=", ".join(shown), rest=rest)
    return sentence(RELATED[column], listed=more, keyword=keyword, rest=rest)


def suggestion_reason(row: Mapping[str, Any], evidence: Callable[[str], str | None] = _unlinked) -> Sentence:
    """Return why a work is suggested, by a row of suggestions; evidence gives the path of what a column counts.

    Examples
    --------
    >>> row = dict.fromkeys(SUGGESTED) | {"cited_by": 1200, "cites": 0, "co_cited": 0, "coupled": 1}
    >>> text_of(suggestion_reason(row | {"named": format_names({"coupled": ["Moos 2008 Addiction"]})}))
    'cited by 1,200 of yours; cites 1 work that yours cite, most like Moos 2008 Addiction'
    """
    named = json.loads(row["named"])
    return joined("; ", (_suggested(of, row[of], named.get(of, ()), evidence) for of in SUGGESTED))


def _suggested(
    column: str, value: float | None, names: Sequence[str], evidence: Callable[[str], str | None]
) -> Sentence:
    if not (names if column == "text_likeness" else value):
        return []
    partner = f", most like {quoted(names[0])}" if names else ""
    number = Count(value or 0, evidence(column))
    return sentence(SUGGESTED[column], number=number, partner=partner, names=", ".join(names))


def quoted(name: str) -> str:
    """Return a name in quotation marks where it has a comma or semicolon, which part a reason, or such marks."""
    return '"' + name.replace('"', "'") + '"' if set(name) & set(',;"') else name


def reason_of(row: Mapping[str, Any]) -> str:
    """Return in words why two studies are related, or why a work is suggested.

    row has all columns of a row of related_studies, or of suggestions.
    """
    return text_of((related_reason if "shared_authors" in row else suggestion_reason)(row))
