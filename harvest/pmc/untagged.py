"""Marks that nobody tagged: plain words that cite a reference which no mark leads to, beside others that are tagged.

Only what can be nothing else: numbers in square brackets where tagged ones stand in such, and the name and year of one
reference alone. An article without any tagged mark is not read so: its outcome says that marks are not tagged.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from lxml.etree import _Element

from harvest.pmc.links import Link, Numbering, numbers_in
from harvest.pmc.marks import Mark, MarkedBlock, block_read
from harvest.pmc.places import Places
from harvest.pmc.reference_lists import Entry, ReferenceLists
from harvest.pmc.tree import STRUCTURE, all_text, read_block
from kb.full_texts import TEXT
from kb.text import collapse_spaces

_BLOCKS: Final = ("p", "td", "th", "title", "attrib", "term", "verse-line", "xref")
_BRACKET: Final = re.compile(r"(?<![\w=:≈∈])(?<![=:≈∈] )\[([\d\s,;‐-―−-]{1,60})\]")
_MARKS_IN_BRACKETS: Final = 5  # from which an article is known to cite so
_YEAR: Final = r"(?:1[89]|20)\d\d"
_FOLLOWS: Final = (
    rf"(?P<others>,? et al\.?| (?:and|&) [A-Z][\w'’-]+)?,?\s?[(\[]?(?P<year>{_YEAR})(?P<letter>[a-z]?)(?![\w-])"
)
_NOT_FIRST: Final = re.compile(r"(?:and|&|,|-)\s*$")  # before the name of a second author


class _Found(NamedTuple):
    """Words that cite: where they stand in a block, and the references."""

    start: int
    end: int
    positions: tuple[int, ...]


def add_untagged(
    article: _Element, lists: ReferenceLists, blocks: list[MarkedBlock], found: list[list[list[Link]]]
) -> None:
    """Add to the blocks of an article, and to the links of their marks, what plain words cite beside them."""
    linked = {link.position for links in found for one in links for link in one}
    missing = [entry for entry in lists.entries if entry.position not in linked and entry.parts[0].names_a_work]
    if not missing or not any(block.marks for block in blocks):
        return
    by_number = _by_number(lists, blocks, missing)
    by_name = {} if by_number else _by_name(lists.entries, missing)
    if not by_number and not by_name:
        return
    known = {block.element: place for place, block in enumerate(blocks)}
    numbers = {mark.element: mark.number for block in blocks for mark in block.marks}
    places = Places()
    last = 0.0
    for element in article.iter(*_BLOCKS):
        if element in numbers:
            last = numbers[element]
        elif element.tag in STRUCTURE and next(element.iterancestors("ref"), None) is None:
            _add(element, last + 0.5, by_number, by_name, (known, blocks, found, places))


def _add(
    element: _Element,
    number: float,
    by_number: Mapping[int, int],
    by_name: Mapping[str, Sequence[tuple[re.Pattern[str], Entry]]],
    so_far: tuple[dict[_Element, int], list[MarkedBlock], list[list[list[Link]]], Places],
) -> None:
    """Add what the plain words of one block cite."""
    known, blocks, found, places = so_far
    text = blocks[known[element]].text if element in known else read_block(element, {}).text
    cited = [*_numbers(text, by_number), *_names(text, by_name)]
    if not cited:
        return
    if element not in known:
        known[element] = len(blocks)
        blocks.append(block_read(element, text, [], places))
        found.append([])
    block = blocks[known[element]]
    for one in cited:
        if all(one.end <= mark.start or one.start >= mark.end for mark in block.marks):
            block.marks.append(Mark(number, element, text[one.start : one.end], one.start, one.end, ()))
            found[known[element]].append([Link(position, None, TEXT) for position in one.positions])


def _by_number(lists: ReferenceLists, blocks: Sequence[MarkedBlock], missing: Sequence[Entry]) -> dict[int, int]:
    """Return the references without marks by their numbers, where tagged numbers stand in square brackets."""
    bracketed = sum(
        mark.printed.startswith("[") or block.text[: mark.start].endswith("[")
        for block in blocks
        for mark in block.marks
        if numbers_in(mark.printed)
    )
    if bracketed < _MARKS_IN_BRACKETS:
        return {}
    numbering = Numbering(lists, blocks)
    numbers = {entry.position: numbering.number_of(entry.position) for entry in missing if entry.scope is None}
    return {number: position for position, number in numbers.items() if number is not None}


def _numbers(text: str, by_number: Mapping[int, int]) -> Iterator[_Found]:
    for match in _BRACKET.finditer(text) if by_number and "[" in text else ():
        numbers = numbers_in(match[1])
        if numbers and all(number in by_number for number in numbers):
            yield _Found(match.start(), match.end(), tuple(by_number[number] for number in numbers))


def _by_name(entries: Sequence[Entry], missing: Sequence[Entry]) -> dict[str, list[tuple[re.Pattern[str], Entry]]]:
    """Return by the first author's family name the references that alone have it with their year."""
    keys = [_name_and_year(entry) for entry in entries]
    result: dict[str, list[tuple[re.Pattern[str], Entry]]] = {}
    for entry in missing:
        name, year = _name_and_year(entry)
        if name and year and keys.count((name, year)) == 1:
            pattern = re.compile(rf"(?<![\w'’-]){re.escape(name)}(?:['’]s)?{_FOLLOWS}")
            result.setdefault(name, []).append((pattern, entry))
    return result


def _surnames(entry: Entry) -> list[str]:
    return [collapse_spaces(all_text(element)) for element in entry.element.iter("surname")]


def _name_and_year(entry: Entry) -> tuple[str | None, str | None]:
    years = {match[0] for element in entry.element.iter("year") for match in re.finditer(_YEAR, all_text(element))}
    names = _surnames(entry)
    name = names[0] if names and len(names[0]) > 1 else None
    return name, next(iter(years)) if len(years) == 1 else None


def _names(text: str, by_name: Mapping[str, Sequence[tuple[re.Pattern[str], Entry]]]) -> Iterator[_Found]:
    for name, candidates in by_name.items():
        for pattern, entry in candidates if name in text else ():
            _, year = _name_and_year(entry)
            for match in pattern.finditer(text):
                if match["year"] == year and _agrees(text, match, entry):
                    yield _Found(match.start(), match.end("letter"), (entry.position,))


def _agrees(text: str, match: "re.Match[str]", entry: Entry) -> bool:
    """Return whether the authors printed, and the letter after the year, are those of the reference."""
    names = _surnames(entry)
    others = (match["others"] or "").strip(" ,")
    if _NOT_FIRST.search(text, max(0, match.start() - 8), match.start()):
        return False
    if match["letter"] and f"{match['year']}{match['letter']}" not in (entry.parts[0].citation or ""):
        return False
    if others.startswith("et al"):
        return len(names) > 1
    return others.split()[-1] in names[1:] if others else len(names) == 1
