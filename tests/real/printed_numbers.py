"""A second reading of numbered citations, of what is printed alone: no tag of a mark, no id, nothing of harvest.pmc.

It reads "[3-7, 9]" and raised numbers in the lines of an article, in the style in which the article cites.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

_CUT = {
    "p", "title", "td", "th", "term", "fig", "table-wrap", "list", "list-item", "disp-formula", "disp-formula-group",
    "disp-quote", "boxed-text", "caption", "attrib", "def-list", "sec", "verse-group", "statement", "array", "media",
    "supplementary-material", "ref-list", "fn", "table", "tr", "tbody", "thead",
}  # fmt: skip
_LINES = ("p", "title", "td", "th", "term", "article-title", "attrib")
_DASH = r"‐-―−\-"
_GROUP = rf"\d{{1,3}}(?:\s*(?:[{_DASH},;]|and|to|through)+\s*\d{{1,3}})*"
_BRACKETS = re.compile(rf"(?<![=∈:])(?<!\b\w)(?<![=∈:] )\[\s*({_GROUP})\s*\](?:\s*[{_DASH}]\s*\[\s*(\d{{1,3}})\s*\])?")
_RAISED = re.compile(rf"(?<![\d×])(?<!\b[IRrχ])\x01\s*({_GROUP})(?:[\s,;]+e\d+(?:\s*[{_DASH}]\s*e\d+)?)*\s*,?\s*\x02")
_PIECE = re.compile(rf"(\d+)(?:\s*(?:[{_DASH}]|to|through)\s*(\d+))?")


class Printed(NamedTuple):
    """How an article cites, and how often it prints each number."""

    style: str  # brackets, raised
    numbers: Counter[int]


def read_printed_numbers(xml: bytes, known: frozenset[int]) -> Printed:
    """Return what is printed in all lines of an article; known are the numbers of its references."""
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False, load_dtd=False)
    root = etree.fromstring(xml, parser)
    lines = [line for element in root.iter() if _name(element) in _LINES for line in _line(element)]
    found = {
        "brackets": Counter(number for line in lines for number in _bracketed(line) if number in known),
        "raised": Counter(number for line in lines for number in _raised(line) if number in known),
    }
    style = max(found, key=lambda one: len(found[one]))
    return Printed(style, found[style])


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def _line(element: etree._Element) -> Iterator[str]:
    """Yield the line of a block outside reference lists, raised text between two signs."""
    if any(_name(one) in ("ref", "sub-article", "response") for one in element.iterancestors()):
        return
    text = re.sub(r"\s+", " ", _words(element)).replace("⇓", "")  # an arrow for a number that is not printed
    yield re.sub(r"\x02\s*\x01|\x02(\s*[,;–-]\s*)\x01", r"\1", text)


def _words(element: etree._Element) -> str:
    parts = [element.text or ""]
    for child in element:
        name = _name(child)
        if name in _CUT:
            parts.append(" ")
        elif name == "sup":
            parts.append(f"\x01{_words(child)}\x02")
        elif name not in ("tex-math", "annotation"):
            parts.append(_words(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _bracketed(line: str) -> Iterator[int]:
    plain = line.replace("\x01", " ").replace("\x02", " ")
    for match in _BRACKETS.finditer(plain):
        yield from _expanded(f"{match[1]}-{match[2]}" if match[2] else match[1])


def _raised(line: str) -> Iterator[int]:
    for match in _RAISED.finditer(line):
        yield from _expanded(match[1])


def _expanded(group: str) -> Iterator[int]:
    for match in _PIECE.finditer(group):
        first, last = int(match[1]), int(match[2] or match[1])
        yield from range(first, last + 1) if first <= last < first + 200 else (first, last)
