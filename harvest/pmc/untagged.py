"""Marks that nobody tagged: plain words that cite a reference which no mark leads to, beside others that are tagged.

Only what can be nothing else: numbers in square brackets where tagged ones stand in such, and the name and year of one
reference alone. An article without any tagged mark is not read so: its outcome says that marks are not tagged.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

from lxml.etree import _Element

from harvest.pmc.links import Link, Numbering, numbers_in
from harvest.pmc.marks import Mark, MarkedBlock, block_read
from harvest.pmc.places import SCOPES, Places
from harvest.pmc.reference_lists import Entry, ReferenceLists
from harvest.pmc.tree import STRUCTURE, all_text, read_block
from kb.full_texts import TEXT
from kb.text import collapse_spaces

_BLOCKS: Final = ("p", "td", "th", "title", "attrib", "term", "verse-line", "xref")
_BRACKET: Final = re.compile(  # raised ones may follow a word at once
    r"(?:(?<![\w=:≈∈])(?<![=:≈∈] )\[(?P<level>[\d\s,;‐-―−-]{1,60})|\[(?P<raised>[⁰¹²³⁴-⁹\s,;‐-―−-]{1,60}))\]"
)
_PLAIN: Final = re.compile(r"\[\s*\d")
_TWO: Final = 2  # numbers that may be the ends of an interval
_MARKS_IN_BRACKETS: Final = 3  # from which an article is known to cite so
_MOST_NAMES: Final = 500  # references that are looked for by name
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


class _Numbers(NamedTuple):
    """The references of an article by their numbers, and the numbers that no mark leads to."""

    positions: Mapping[int, int]
    missing: frozenset[int]


class _Reading:
    """What is read of one article so far: its blocks, and the links of their marks."""

    def __init__(self, blocks: list[MarkedBlock], found: list[list[list[Link]]]) -> None:
        self.blocks, self.found = blocks, found
        self.known = {block.element: place for place, block in enumerate(blocks)}
        self.numbers = {mark.element: mark.number for block in blocks for mark in block.marks}
        self.tagged = [list(block.marks) for block in blocks]  # in the order of their places
        self.places = Places()

    def text_of(self, element: _Element) -> str:
        """Return the text of a block."""
        return self.blocks[self.known[element]].text if element in self.known else read_block(element, {}).text

    def add(self, element: _Element, text: str, one: _Found, last: float) -> None:
        """Add a mark to a block, unless a tagged one is there; last is the number of the mark before the block."""
        place = self.known.setdefault(element, len(self.blocks))
        if place == len(self.blocks):
            self.blocks.append(block_read(element, text, [], self.places))
            self.found.append([])
            self.tagged.append([])
        tagged = self.tagged[place]
        after = bisect_left(tagged, one.end, key=attrgetter("start"))
        if not after or tagged[after - 1].end <= one.start:
            number = (tagged[after - 1].number if after else last) + 0.5
            mark = Mark(number, element, text[one.start : one.end], one.start, one.end, ())
            self.blocks[place].marks.append(mark)
            self.found[place].append([Link(position, None, TEXT) for position in one.positions])


def add_untagged(
    article: _Element, lists: ReferenceLists, blocks: list[MarkedBlock], found: list[list[list[Link]]]
) -> None:
    """Add to the blocks of an article, and to the links of their marks, what plain words cite beside them."""
    if not any(block.marks for block in blocks):
        return
    linked = {link.position for links in found for one in links for link in one}
    own = [entry for entry in lists.entries if entry.scope is None and entry.parts[0].names_a_work]
    missing = [entry for entry in own if entry.position not in linked]
    numbers = _by_number(lists, blocks, own, missing)
    names = {} if numbers else _by_name(own, missing)
    if numbers or names:
        _read(article, numbers, names, _Reading(blocks, found))


def _read(
    article: _Element,
    numbers: _Numbers | None,
    names: Mapping[str, Sequence[tuple[re.Pattern[str], Entry]]],
    reading: _Reading,
) -> None:
    last = 0.0
    for element in article.iter(*_BLOCKS):
        if element in reading.numbers:
            last = reading.numbers[element]
        elif element.tag in STRUCTURE and next(element.iterancestors("ref", *SCOPES), None) is None:
            if numbers and not _PLAIN.search(all_text(element)):  # most blocks
                continue
            text = reading.text_of(element)
            for one in _numbers(text, numbers) if numbers else _names(text, names):
                reading.add(element, text, one, last)


def _by_number(
    lists: ReferenceLists, blocks: Sequence[MarkedBlock], own: Sequence[Entry], missing: Sequence[Entry]
) -> _Numbers | None:
    """Return the numbers of references where tagged ones stand in square brackets; None where they do not."""
    bracketed = sum(
        mark.printed.startswith("[") or block.text[max(0, mark.start - 1) : mark.start] == "["
        for block in blocks
        for mark in block.marks
        if numbers_in(mark.printed)
    )
    if bracketed < _MARKS_IN_BRACKETS:
        return None
    numbering = Numbering(lists, blocks)
    told = Counter(numbering.number_of(entry.position) for entry in own)
    positions = {number: entry.position for entry in own if (number := numbering.number_of(entry.position))}
    positions = {number: position for number, position in positions.items() if told[number] == 1}
    left = {entry.position for entry in missing}
    return _Numbers(positions, frozenset(number for number, position in positions.items() if position in left))


def _numbers(text: str, numbers: _Numbers) -> Iterator[_Found]:
    """Yield numbers in brackets; two, which may be an interval, only where no mark leads to either."""
    for match in _BRACKET.finditer(text):
        said = numbers_in(match["level"] or match["raised"])
        if said and numbers.positions.keys() >= set(said) and (len(said) != _TWO or numbers.missing.issuperset(said)):
            yield _Found(match.start(), match.end(), tuple(numbers.positions[number] for number in said))


def _by_name(entries: Sequence[Entry], missing: Sequence[Entry]) -> dict[str, list[tuple[re.Pattern[str], Entry]]]:
    """Return by the first author's family name the references that alone have it with their year."""
    told = Counter(map(_name_and_year, entries))
    result: dict[str, list[tuple[re.Pattern[str], Entry]]] = {}
    for entry in missing[:_MOST_NAMES]:
        name, year = _name_and_year(entry)
        if name and year and told[name, year] == 1:
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
                    end = match.end() + (text[match.end() :][:1] == ")" and "(" in match[0])
                    yield _Found(match.start(), end, (entry.position,))


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
