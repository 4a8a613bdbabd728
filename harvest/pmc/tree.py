"""JATS elements -> words: the text of a block, with the places of marks in it; nested blocks are cut out."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from lxml.etree import _Element

from harvest.pubmed.inline_text import script
from harvest.pubmed.mathml import NAMESPACE, formula

_split: Final = str.split
HREF: Final = "{http://www.w3.org/1999/xlink}href"
STRUCTURE: Final = frozenset(  # what is no part of a line of text; all other elements are
    _split(
        "abstract ack alt-title answer answer-set app app-group array article article-meta article-title attrib "
        "author-notes back bio body book-title boxed-text caption chem-struct-wrap code contrib contrib-group "
        "corresp def def-item def-list disp-formula disp-formula-group disp-quote explanation fig fig-group "
        "floats-group floats-wrap fn fn-group front front-stub funding-statement glossary journal-meta kwd "
        "kwd-group license license-p list list-item long-desc media note notes p permissions preformat product "
        "question question-wrap question-wrap-group ref ref-list response sec sig sig-block speaker speech "
        "statement sub-article subject subtitle supplementary-material table table-wrap table-wrap-foot "
        "table-wrap-group tbody td term term-head tfoot th thead title title-group tr trans-abstract "
        "trans-subtitle trans-title trans-title-group verse-group verse-line"
    )
)
SILENT: Final = frozenset(  # what is no words
    _split("alt-text annotation annotation-xml graphic index-term inline-graphic object-id tex-math textual-form")
)
_MATH: Final = frozenset({f"{NAMESPACE}math", "math"})
_ALTERNATIVES: Final = frozenset({"alternatives", "citation-alternatives", "name-alternatives", "collab-alternatives"})
_IN_BRACKETS: Final = re.compile(r"\s*\[\d")  # raised numbers that nobody tagged
_SPACES: Final = re.compile(r"\s+")
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NUMBERS: Final = re.compile(r"\d{1,6}(?:[ ,‐-―-]+\d{1,6})*")
_YEAR: Final = re.compile(r"(?:1[6-9]|20)\d\d")
_STUCK_TO: Final = re.compile(
    r"(?:[^\W\d_]|[.;:)?!”’\"%]|(?<!\d),|[⁰¹²³⁴-⁹][,‐-―-]?)$"
)  # no blank, no bracket, no number
_BASE: Final = 5  # characters before a script that tell what it means there


class Span(NamedTuple):
    """Where a mark stands in the text of its block."""

    number: int
    start: int
    end: int


class Block(NamedTuple):
    """The text of a block, white space folded, and its marks in order."""

    text: str
    spans: list[Span]


class _Line:
    """A text in the making, in which all white space is folded."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.at_gap = True  # white space that comes next says nothing

    def add(self, text: str) -> None:
        """Add words."""
        text = _SPACES.sub(" ", text)
        if self.at_gap:
            text = text.lstrip(" ")
        if text:
            self.parts.append(text)
            self.length += len(text)
            self.at_gap = text[-1] == " "

    def tail(self) -> str:
        """Return the last characters."""
        return "".join(self.parts[-_BASE:])[-_BASE:]


def read_block(block: _Element, marks: Mapping[_Element, int]) -> Block:
    """Return the text of a block and the places of the marks in it, which have numbers."""
    line = _Line()
    spans: list[Span] = []
    _add_content(line, block, marks, spans, raised=False)
    text = "".join(line.parts).rstrip()
    return Block(text, [_trimmed(text, span) for span in spans])


def text_of(element: _Element | None) -> str | None:
    """Return the words of an element in one line; None for none."""
    return (read_block(element, {}).text or None) if element is not None else None


def _trimmed(text: str, span: Span) -> Span:
    """Return the place of a mark without blanks at its ends; where only blanks are, it has no length."""
    start, end = min(span.start, len(text)), min(span.end, len(text))
    printed = text[start:end]
    if not printed.strip():
        return Span(span.number, start, start)
    return Span(span.number, end - len(printed.lstrip()), start + len(printed.rstrip()))


def _add_content(
    line: _Line, element: _Element, marks: Mapping[_Element, int], spans: list[Span], *, raised: bool
) -> None:
    _add_text(line, element.text, raised=raised)
    for child in element:
        _add_child(line, child, marks, spans, raised=raised)
        _add_text(line, child.tail, raised=raised)


def _add_text(line: _Line, text: str | None, *, raised: bool) -> None:
    if text:
        line.add(text.translate(_RAISED) if raised else text)


def _add_child(line: _Line, child: _Element, marks: Mapping[_Element, int], spans: list[Span], *, raised: bool) -> None:
    """Add what an element inside a block says there."""
    tag = child.tag
    if not isinstance(tag, str) or tag in SILENT:
        return
    if tag in STRUCTURE or tag == "break":
        line.add(" ")
    elif child in marks:
        start = line.length
        _add_content(line, child, marks, spans, raised=raised or is_raised(child) or _is_shown_raised(line, child))
        spans.append(Span(marks[child], start, line.length))
    elif tag in _ALTERNATIVES:
        first = next((one for one in child if isinstance(one.tag, str) and _says(one)), None)
        if first is not None:
            _add_child(line, first, marks, spans, raised=raised)
    elif tag in _MATH:
        line.add(_plain(formula(child, line.tail()), line.tail()))
    elif (
        tag in ("sup", "sub")
        and not raised
        and not _holds_mark(child, marks)
        and not _IN_BRACKETS.match(child.text or "")
    ):
        line.add(script(tag, _plain(child, ""), line.tail()))
    else:
        _add_content(line, child, marks, spans, raised=raised or tag == "sup")


def is_raised(element: _Element) -> bool:
    """Return whether all that an element says is in a raised element of its own."""
    inner = [child for child in element if isinstance(child.tag, str)]
    return len(inner) == 1 and inner[0].tag == "sup" and not (element.text or "").strip()


def _is_shown_raised(line: _Line, mark: _Element) -> bool:
    """Return whether a mark prints numbers right after a word or a sign: publishers raise these when they show them."""
    printed = all_text(mark)
    return bool(_NUMBERS.fullmatch(printed) and not _YEAR.fullmatch(printed) and _STUCK_TO.search(line.tail()))


def _says(element: _Element) -> bool:
    """Return whether an alternative has words."""
    return element.tag not in SILENT and bool(all_text(element).strip())


def _holds_mark(element: _Element, marks: Mapping[_Element, int]) -> bool:
    return bool(marks) and any(inner in marks for inner in element.iter("xref"))


def _plain(element: _Element, before: str) -> str:
    """Return the words of an element in which no mark is."""
    text = element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag not in SILENT:
            inner = formula(child, text[-_BASE:]) if child.tag in _MATH else child
            said = _plain(inner, "")
            text += script(child.tag, said, (before + text)[-_BASE:]) if child.tag in ("sup", "sub") else said
        text += child.tail or ""
    return text


def all_text(element: _Element) -> str:
    """Return all text of an element as it stands."""
    return "".join(map(str, element.itertext()))


def block_of(mark: _Element) -> _Element | None:
    """Return the block of text in which an element stands."""
    return next((element for element in mark.iterancestors() if element.tag in STRUCTURE), None)


def children(element: _Element | None, *tags: str) -> Iterator[_Element]:
    """Yield the children of an element with one of these names."""
    if element is not None:
        for child in element:
            if child.tag in tags:
                yield child
