"""PubMed's downloads "Summary (text)" and "Abstract (text)" -> seeds.  (pure)"""

import re
from collections.abc import Iterator
from typing import Final

from harvest.identify.seed import Seed
from kb.identifiers import pmid_or_none

_FIRST: Final = re.compile(r"\s*\d+[.:] \S")
_SUMMARY: Final = re.compile(r"(\d+): \S")
_ABSTRACT: Final = re.compile(r"(\d+)\. \S")
_AT_END: Final = re.compile(r"\bPMID:\s(\d+)(?:;\s(?:PMCID|Free PMC):?\s[^;]*)*\.?(?:\s\[[^\]]*\])?\s*$")
_LONGEST_END: Final = 1_000  # characters of a citation in which its PMID is looked for
_OWN_LINE: Final = re.compile(r"PMID: ?(\d+)(?: \[[^\]]*\])?\s*")


def is_pubmed_text(text: str) -> bool:
    """Return whether text begins with a numbered citation and names a PMID as PubMed does."""
    return _FIRST.match(text) is not None and re.search(r"\bPMID:\s\d+", text) is not None


def read_pubmed_text(name: str, text: str) -> Iterator[Seed]:
    """Yield a seed for each numbered citation: by its PMID, which stands at its end or in a line of its own."""
    for number, lines in _entries(text):
        place = f"{name} citation {number}"
        own = {match[1] for line in lines if (match := _OWN_LINE.fullmatch(line))}
        at_end = _at_end([line.strip() for line in lines])
        own = own or ({at_end[1]} if at_end else set())
        pmid = pmid_or_none(next(iter(own))) if len(own) == 1 else None
        if pmid:
            yield Seed(place, pmid=pmid)
        else:
            yield Seed(
                place, fault="The citation names several PMIDs." if own else "The citation does not end with its PMID."
            )


def _at_end(lines: list[str]) -> "re.Match[str] | None":
    return _AT_END.search(" ".join(lines)[-_LONGEST_END:])


def _entries(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (number, lines) of each citation: numbered one after another, apart from each other as PubMed sets them."""
    is_summary = _SUMMARY.match(text.lstrip()) is not None
    pattern, apart = (_SUMMARY, 1) if is_summary else (_ABSTRACT, 2)  # empty lines before a citation; one within it
    apart = apart if "\n\n" in text.strip() else 0
    lines: list[str] = []
    number, empty = "", apart
    for line in text.split("\n"):
        match = pattern.match(line) if empty >= apart or _at_end(lines[-2:]) else None
        if match and (not number or int(match[1][:9]) == int(number) + 1):
            if number:
                yield number, lines
            number, lines = match[1][:9], []
        lines.append(line)
        empty = 0 if line.strip() else empty + 1
    if number:
        yield number, lines
