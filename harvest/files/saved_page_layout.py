"""The lines of a saved PubMed page (text) under their headings, and the patterns of what it prints."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from kb.errors import RecordError
from kb.text import YEAR, collapse_spaces, without_controls

NOTICES: Final = {
    "Comment in": "CommentIn",
    "Comment on": "CommentOn",
    "Corrected and republished from": "CorrectedandRepublishedFrom",
    "Corrected and republished in": "CorrectedandRepublishedIn",
    "Erratum for": "ErratumFor",
    "Erratum in": "ErratumIn",
    "Expression of concern in": "ExpressionOfConcernIn",
    "Expression of concern for": "ExpressionOfConcernFor",
    "Partial retraction in": "PartialRetractionIn",
    "Partial retraction of": "PartialRetractionOf",
    "Republished in": "RepublishedIn",
    "Republished from": "RepublishedFrom",
    "Retracted and republished from": "RetractedandRepublishedFrom",
    "Retracted and republished in": "RetractedandRepublishedIn",
    "Retraction in": "RetractionIn",
    "Retraction of": "RetractionOf",
    "Update in": "UpdateIn",
    "Update of": "UpdateOf",
}

_ABOVE: Final = ("Authors", "Affiliations")  # headings of the title block, above the abstract
_HEADINGS: Final = frozenset(
    (
        *_ABOVE, *NOTICES, "Abstract", "Abstract in", "Actions", "Associated data", "Cite", "Cited by",
        "Conflict of interest statement", "Connect with NLM", "Figures", "Follow NCBI", "Full text links",
        "Full text sources", "Grants and funding", "Grant support", "LinkOut - more resources", "MeSH terms",
        "NCBI Literature Resources", "Page navigation", "Personal name as subject", "Publication types",
        "PubMed Disclaimer", "References", "Related information", "Share", "Similar articles", "Substances",
        "Supplementary concepts", "Supplementary info", "Title & authors",
    )
)  # fmt: skip
_OF_A_PAGE: Final = frozenset(("Abstract", "Affiliations", "Cited by", "PubMed Disclaimer", "Similar articles"))


_CITATION: Final = re.compile(
    r"(?:(?P<journal>[^\W\d][^.;]*)?\.\s*)?"
    rf"(?P<line>(?P<date>(?P<year>{YEAR})(?: [A-Z][^;:.]*?)?)"
    r"(?:[;:](?P<volume>[^():;.]+)?(?:\((?P<issue>[^)]+)\))?(?::(?P<pages>.+?))?)?\.)"
    r"(?P<rest>(?: .*)?)"
)

_BYLINE: Final = re.compile(r"(?P<names>[^.]\D*?(?: et al)?)\. (?P<journal>[^.]+)\.(?: [^.]*)?\.?")
SMALL_PRINT: Final = re.compile(
    r"(?:doi: ?10|PMID: ?\d|PMCID: ?PMC|Epub \d|Free (?:PMC )?article|No abstract available|Online ahead of print"
    r"|\[Article in )",
    re.IGNORECASE,
)
KEYWORDS: Final = re.compile(r"Keywords?: *(?P<words>.*)")
MARKS: Final = re.compile(r"(?<![\d#*†‡§])(?<![\d#*†‡§] )(?: ?[\d#*†‡§])+$")  # numbers of affiliations after a name

LABEL: Final = re.compile(r"(?P<label>[A-Z][^.:;]{1,60}):\s+(?P<text>\S.*)")

ENTRY: Final = re.compile(r"\d{1,4}\.\s+(.+)")
LINKS: Final = re.compile(r"(?<! - DOI)(?<! - PMC)(?<! - PubMed)(?: - (?:DOI|PMC|PubMed))+$")
_LINK: Final = 40  # characters at the end of an entry by which it is seen to end with a link

_LABEL_WORDS: Final = 6  # a printed label has no more; a longer run before a colon is a sentence


class Page(NamedTuple):
    """The lines of a page under their headings; "" is what stands between the citation line and the first."""

    citation: re.Match[str]
    blocks: dict[str, list[str]]

    def paragraphs(self, heading: str) -> list[str]:
        return [line for line in self.blocks.get(heading, ()) if line]

    def top(self) -> list[str]:
        """Return the lines of the title block, in their order."""
        return [line for heading in ("", *_ABOVE) for line in self.paragraphs(heading)]


def _lines(text: str) -> list[str]:
    return [collapse_spaces(without_controls(line)) for line in text.removeprefix("\ufeff").splitlines()]


def _citation_at(lines: list[str]) -> int | None:
    found = (n for n, line in enumerate(lines) if line and _is_citation(line))
    return next(found, None)


def _is_citation(line: str) -> bool:
    match = _CITATION.fullmatch(line)
    return match is not None and (match["volume"] is not None or line.startswith(".") or "doi:" in line.lower())


def parse_layout(text: str, pmid: int | None) -> Page:
    """Return the lines of a saved page under their headings; what stands above the citation line is left.

    Raises RecordError, with the PMID that the caller gave, where text is no such page.
    """
    lines = _lines(text)
    start = _citation_at(lines)
    citation = None if start is None else _CITATION.fullmatch(lines[start])
    if start is None or citation is None or not _OF_A_PAGE.intersection(lines):
        reason = "The text is no saved PubMed page: it lacks a citation line ('2020 May 24;15(1):18.') or headings."
        raise RecordError(reason, pmid=pmid)
    blocks: dict[str, list[str]] = {"": []}
    heading = ""
    for line in lines[start + 1 :]:
        if line in _HEADINGS:
            heading = line
            blocks.setdefault(heading, [])
        else:
            blocks[heading].append(line)
    return Page(citation, blocks)


def small_print(page: Page) -> list[str]:
    """Return the lines that give the article's own identifiers and dates."""
    return [page.citation["rest"], *(line for line in page.top() if SMALL_PRINT.match(line))]


# --- title block


def _titles(page: Page) -> list[str]:
    """Return the lines of the title block that can be title, names or places."""
    return [line for line in page.top() if not SMALL_PRINT.match(line)]


def title_line(page: Page) -> str | None:
    """Return the line that is printed twice, else the first."""
    lines = _titles(page)
    printed = Counter(lines)
    return next((line for line in lines if printed[line] > 1), lines[0] if lines else None)


def byline(page: Page) -> re.Match[str] | None:
    """Return "John-Kåre Vederhus et al. Addict Sci Clin Pract. ." taken apart; it follows a title."""
    lines = _titles(page)
    title = title_line(page)
    after = (b for a, b in pairwise(lines) if a == title)
    return next((match for line in after if (match := _BYLINE.fullmatch(line))), None)


def numbered_entries(page: Page, heading: str) -> Iterator[str]:
    """Yield the printed entries of a numbered list, a wrapped one as one line, link names at its end."""
    parts: list[str] = []
    tail = ""
    for line in [*page.blocks.get(heading, ()), ""]:
        match = ENTRY.fullmatch(line)
        if parts and (match or not line or LINKS.search(tail)):
            yield " ".join(parts)
            parts = []
        if match or parts:
            parts.append(match[1] if match else line)
        tail = (match[1] if match else f"{tail} {line}")[-_LINK:]


def paragraphs_of(lines: list[str]) -> Iterator[str]:
    """Yield paragraphs: a blank line parts them, and so does a printed label where blanks were lost."""
    chunk: list[str] = []
    for line in [*lines, ""]:
        begins = not line or is_label(line) or KEYWORDS.match(line) or line.startswith("©")
        if begins and chunk:
            yield " ".join(chunk)
            chunk = []
        if line:
            chunk.append(line)


def is_label(line: str) -> bool:
    match = LABEL.fullmatch(line)
    return match is not None and len(match["label"].split()) <= _LABEL_WORDS


def is_page(text: str) -> bool:
    """Return whether text looks like a saved PubMed page: a citation line, and a heading that such a page has."""
    lines = _lines(text)
    return _citation_at(lines) is not None and not _OF_A_PAGE.isdisjoint(lines)
