"""Marks of JATS: the places of a text that cite, each with what is printed, what it points to, and its sentence."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from lxml import etree
from lxml.etree import _Element

from harvest.pmc.places import Place, Places, scope_of
from harvest.pmc.reference_lists import ReferenceLists
from harvest.pmc.sentences import split_sentences
from harvest.pmc.tree import Block, Span, all_text, block_of, read_block
from kb.text import collapse_spaces

_split: Final = str.split
_NO_MARK: Final = frozenset(_split("fig table sec aff corresp supplementary-material disp-formula app boxed-text"))
_NO_TEXT: Final = ("ref", "contrib-group", "aff")  # in which no mark cites
_DASH: Final = re.compile(r"[\s‐-―−⁻-]+")
_GLUE: Final = re.compile(r"[\s,(\[]*")  # between the name and the year of one mark
_WHOLE: Final = frozenset({"title", "subtitle", "td", "th", "term", "article-title", "label"})  # one sentence, however


class Mark(NamedTuple):
    """A mark as it stands in its block: what is printed, the references that it names, and where it is."""

    number: float  # its place in the order of the document
    element: _Element  # its first xref; of one that is not tagged, its block
    printed: str
    start: int  # in the text of the block
    end: int
    targets: tuple[tuple[int, int | None], ...]  # position, and the part where it names one


class MarkedBlock(NamedTuple):
    """A block with marks: its text, where its sentences are, its place, and the sub-article that it belongs to."""

    element: _Element
    text: str
    sentences: list[tuple[int, int]]
    place: Place
    scope: _Element | None
    marks: list[Mark]


def read_marked_blocks(article: _Element, lists: ReferenceLists) -> list[MarkedBlock]:
    """Return the blocks of an article in which marks are, in the order of their first marks."""
    targets: dict[_Element, tuple[tuple[int, int | None], ...]] = {}
    others: set[str] | None = None  # ids that are first of something else than a reference
    for xref in article.iter("xref"):
        found = _targets(xref, lists)
        if found and xref.get("ref-type") in _NO_MARK:
            others = _ids_of_others(article) if others is None else others
            found = None if xref.get("rid") in others else found
        if found is not None:
            targets[xref] = found
    numbers = {xref: number for number, xref in enumerate(targets)}
    blocks: dict[_Element, None] = {}
    for xref in targets:
        block = block_of(xref)
        if block is not None and next(xref.iterancestors(*_NO_TEXT), None) is None:
            blocks[block] = None
    places = Places()
    xrefs = list(targets)
    return [_read(block, numbers, xrefs, targets, places) for block in blocks]


def _targets(xref: _Element, lists: ReferenceLists) -> tuple[tuple[int, int | None], ...] | None:
    """Return the references that an xref names; none where it names nothing there is; None: it is no mark."""
    scope = scope_of(xref)
    found = [lists.find(rid, scope) for rid in (xref.get("rid") or "").split()]
    targets = tuple(dict.fromkeys(target for target in found if target))
    return targets or (() if xref.get("ref-type") == "bibr" else None)


def _ids_of_others(article: _Element) -> set[str]:
    """Return the ids of which the first element is no reference: a figure may bear that of one."""
    first: dict[str, bool] = {}
    for element in article.iter(etree.Element):
        if name := element.get("id"):
            first.setdefault(name, element.tag != "ref" and next(element.iterancestors("ref"), None) is None)
    return {name for name, is_other in first.items() if is_other}


def _read(
    element: _Element,
    numbers: dict[_Element, int],
    xrefs: Sequence[_Element],
    targets: dict[_Element, tuple[tuple[int, int | None], ...]],
    places: Places,
) -> MarkedBlock:
    block = read_block(element, numbers)
    marks = _one_by_one(block, (_mark(span, xrefs[span.number], targets) for span in block.spans))
    return block_read(element, block.text, marks, places)


def block_read(element: _Element, text: str, marks: list[Mark], places: Places) -> MarkedBlock:
    """Return a block whose text and marks are known with its sentences and its place."""
    sentences = [(0, len(text))] if element.tag in _WHOLE else _around(split_sentences(text), marks)
    return MarkedBlock(element, text, sentences, places.place_of(element), scope_of(element), marks)


def _around(sentences: list[tuple[int, int]], marks: Sequence[Mark]) -> list[tuple[int, int]]:
    """Return sentences of which none ends inside a mark."""
    result: list[tuple[int, int]] = []
    place = 0
    for start, end in sentences:
        while place < len(marks) and marks[place].end <= start:
            place += 1
        if result and place < len(marks) and marks[place].start < start:
            result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def _mark(span: Span, xref: _Element, targets: dict[_Element, tuple[tuple[int, int | None], ...]]) -> Mark:
    printed = collapse_spaces(all_text(xref))
    return Mark(span.number, xref, printed, span.start, span.end, targets[xref])


def _one_by_one(block: Block, marks: Iterable[Mark]) -> list[Mark]:
    """Return the marks of a block; a dash that is tagged is none, name and year of one reference are one."""
    result: list[Mark] = []
    for mark in marks:
        if mark.printed and _DASH.fullmatch(mark.printed):
            continue
        last = result[-1] if result else None
        if last is not None and _continues(block.text, last, mark):
            printed = f"{last.printed}{block.text[last.end : mark.start]}{mark.printed}"
            result[-1] = last._replace(printed=printed, end=mark.end)
        else:
            result.append(mark)
    return result


def _continues(text: str, last: Mark, mark: Mark) -> bool:
    """Return whether a mark is the year to the name that the mark before it printed, or the rest of its number."""
    if last.targets != mark.targets or not mark.targets or not last.printed:
        return False
    is_name = not any(sign.isdigit() for sign in last.printed)
    return mark.start == last.end or (is_name and _GLUE.fullmatch(text[last.end : mark.start]) is not None)
