"""Reasons of related studies and of suggestions, their numbers linked.  (pure)"""

import re
from collections.abc import Callable
from typing import Final

from kb.site.parts.numbers import Part, evidence_path

_SHARED: Final = {  # how a part begins -> what is counted
    "shares ": "shared_authors", "both cited by ": "cited_together", "both on ": "shared_mesh",
    "both have the keyword": "shared_keywords", "titles share ": "shared_title_words",
    "abstracts share ": "shared_abstract_words",
}  # fmt: skip
_SAME: Final = re.compile(r"(?<=^cites )\d+(?= of the same works)")
_BESIDE: Final = re.compile(r"(?<= and )\d+(?= more$)")
_QUOTED: Final = re.compile(r'"[^"]*"')
_ONE: Final = re.compile(r'(?:^|; )((?:"[^"]*"|[^;]|;(?! ))+)')  # a part; what stands in quotation marks is a name
_SUGGESTED: Final = (
    (re.compile(r"(?<=^cited by )[\d,]+(?= of yours)"), "cited_by"),
    (re.compile(r"(?<=^cites )[\d,]+(?= of yours)"), "cites"),
    (re.compile(r"(?<=^cited together with yours by )[\d,]+(?= works?)"), "co_cited"),
    (re.compile(r"(?<=^cites )[\d,]+(?= works? that yours cite)"), "coupled"),
    (re.compile(r"(?<=, rank )\d+$"), "similar_rank"),
)


def related_reason(reason: str, work: int, other: int) -> list[Part]:
    """Return why two studies are related."""
    return _in_parts(reason, lambda said: _shared(said, work, other))


def suggestion_reason(reason: str, evidence: Callable[[str], str]) -> list[Part]:
    """Return why a work is suggested; evidence gives the path of what a part counts: cited_by, cites …"""
    return _in_parts(reason, lambda said: _fit(said, evidence))


def _in_parts(reason: str, read: Callable[[str], list[Part]]) -> list[Part]:
    parts: list[Part] = []
    for said in _ONE.findall(reason):
        parts += [Part("; "), *read(said)] if parts else read(said)
    return parts


def _shared(said: str, work: int, other: int) -> list[Part]:
    """Return what two works share of one kind; "and 3 more" is what is counted less the names that are said."""
    if same := _SAME.search(said):
        return _linked(said, same, evidence_path("related_shared_references", id=work, other=other, named=0))
    beside = _BESIDE.search(said)
    column = next((column for beginning, column in _SHARED.items() if said.startswith(beginning)), None)
    if beside is None or column is None:
        return [Part(said)]
    named = 2 if ", " in _QUOTED.sub("", said) else 1
    return _linked(said, beside, evidence_path(f"related_{column}", id=work, other=other, named=named))


def _fit(said: str, evidence: Callable[[str], str]) -> list[Part]:
    for pattern, column in _SUGGESTED:
        if found := pattern.search(said):
            return _linked(said, found, evidence(column))
    return [Part(said)]


def _linked(said: str, found: re.Match[str], path: str) -> list[Part]:
    return [Part(said[: found.start()]), Part(found[0], path), Part(said[found.end() :])]
