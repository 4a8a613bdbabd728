"""Marks -> references: what a mark names, what lies between two of them, and what is printed beside them.  (pure)

A link by what a mark names is kept as the publisher made it, and flagged where another number or year is printed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from harvest.pmc.marks import Mark, MarkedBlock
from harvest.pmc.reference_lists import Entry, ReferenceLists
from kb.full_texts import ADJACENT, LIST, RANGE, RID, TEXT

MOST: Final = 500  # references in a range
_DASH: Final = r"‐-―−⁻\-"
_BETWEEN_ENDS: Final = re.compile(rf"[\s\[\]()]*(?:[{_DASH}]+|to|through)[\s\[\]()]*")
_NUMBERS: Final = re.compile(rf"\d{{1,4}}(?:\s*(?:[{_DASH}]|,|;|&|\band\b|\s)+\s*\d{{1,4}})*")
_PIECE: Final = re.compile(rf"(\d{{1,4}})(?:\s*[{_DASH}]+\s*(\d{{1,4}}))?")
_DASHES: Final = re.compile(rf"[{_DASH}]")
_ONE: Final = re.compile(r"[\s\[\](){}.,;*]*(\d{1,4})[\s\[\](){}.,;*]*")
_AFTER: Final = re.compile(rf"(?:\s*(?:[{_DASH},;]|and|&)\s*\d{{1,4}})+(?=\s*[\])])")
_BEFORE: Final = re.compile(rf"[\[(]\s*((?:\d{{1,4}}\s*(?:[{_DASH},;]|and|&)\s*)+)$")
_IN_BRACKET: Final = re.compile(r"\[[^\[\]]*$|\([^()]*$")
_WIDE: Final = 300  # characters before a mark in which its bracket opens
_YEAR: Final = re.compile(r"(?<!\d)(?:1[6-9]|20)\d\d(?!\d)")
_UNCITED: Final = 0.05  # share of references between numbers with nothing between that nothing else cites
_SURE: Final = 0.9  # share of marks that a list without labels must be right for to be a numbered one
_NORMAL: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


class Link(NamedTuple):
    """A reference that a mark means, by its place among the entries; part None: all of its citations."""

    position: int
    part: int | None
    how: str
    contradicts: str | None = None


class Numbering:
    """What the numbers of one document mean: printed labels, else places in a list whose marks bear these out."""

    def __init__(self, lists: ReferenceLists, blocks: Iterable[MarkedBlock]) -> None:
        self.entries = lists.entries
        labelled = {entry.list_number for entry in lists.entries if entry.number is not None}
        self.numbers: dict[int, int] = {}  # by position
        for entry in lists.entries:
            number = entry.number if entry.list_number in labelled else entry.order
            if number is not None:
                self.numbers[entry.position] = number
        unlabelled = {entry.list_number for entry in lists.entries} - labelled
        for one in unlabelled - _borne_out(self, unlabelled, blocks):
            for entry in lists.entries:
                if entry.list_number == one:
                    self.numbers.pop(entry.position, None)
        self.by_list: dict[int, dict[int, int]] = {}  # list: number: position
        self.by_scope: dict[object, dict[int, int]] = {}  # only where a number is of one reference
        for entry in lists.entries:
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        number = self.numbers.get(entry.position)
        if number is not None:
            self.by_list.setdefault(entry.list_number, {}).setdefault(number, entry.position)
            of_scope = self.by_scope.setdefault(entry.scope, {})
            of_scope[number] = 0 if number in of_scope else entry.position

    def number_of(self, position: int) -> int | None:
        """Return the number of a reference; None where its list is not numbered."""
        return self.numbers.get(position)

    def position_of(self, number: int, beside: int) -> int | None:
        """Return the reference with a number in the list of another one; in another list where only that has it."""
        entry = self.entries[beside - 1]
        return self.by_list.get(entry.list_number, {}).get(number) or (
            self.by_scope.get(entry.scope, {}).get(number) or None
        )


def _borne_out(numbering: Numbering, unlabelled: set[int], blocks: Iterable[MarkedBlock]) -> set[int]:
    """Return the lists without labels of which marks print places as numbers."""
    right: dict[int, int] = {}
    told: dict[int, int] = {}
    for mark in (mark for block in blocks for mark in block.marks if len(mark.targets) == 1):
        entry = numbering.entries[mark.targets[0][0] - 1]
        match = _ONE.fullmatch(mark.printed)
        if match and entry.list_number in unlabelled:
            told[entry.list_number] = told.get(entry.list_number, 0) + 1
            right[entry.list_number] = right.get(entry.list_number, 0) + (int(match[1]) == entry.order)
    return {one for one, count in told.items() if right[one] >= _SURE * count}


def find_links(blocks: Sequence[MarkedBlock], lists: ReferenceLists) -> list[list[list[Link]]]:
    """Return for each block, for each of its marks, the references that it means."""
    numbering = Numbering(lists, blocks)
    found = [_links_of(block, numbering) for block in blocks]
    _add_adjacent(blocks, found, numbering)
    return found


def _links_of(block: MarkedBlock, numbering: Numbering) -> list[list[Link]]:
    found: list[list[Link]] = []
    for place, mark in enumerate(block.marks):
        links = _named(mark, numbering) if mark.targets else _unnamed(mark, block, numbering)
        links += _inside(mark, links, numbering)
        if place and _is_range(block, place):
            links += _between(block.marks[place - 1], mark, numbering)
        links += _beside(block, place, numbering)
        found.append(_each_once(links))
    return found


def _each_once(links: Iterable[Link]) -> list[Link]:
    first: dict[tuple[int, int | None], Link] = {}
    for link in links:
        if (link.position, None) not in first:
            first.setdefault((link.position, link.part), link)
    return list(first.values())


def _named(mark: Mark, numbering: Numbering) -> list[Link]:
    """Return what a mark names, and whether another number or year is printed."""
    if len(mark.targets) != 1:
        return [Link(position, part, RID) for position, part in mark.targets]
    [(position, part)] = mark.targets
    return [Link(position, part, RID, _contradiction(mark, numbering))]


def _unnamed(mark: Mark, block: MarkedBlock, numbering: Numbering) -> list[Link]:
    """Return the references whose numbers a mark prints that names nothing there is."""
    known = numbering.by_scope.get(block.scope, {})
    positions = [known.get(number) for number in numbers_in(mark.printed)]
    return [Link(position, None, TEXT) for position in positions if position] if all(positions) else []


def _contradiction(mark: Mark, numbering: Numbering) -> str | None:
    """Return whether a mark prints another number, or another year, than the reference that it names."""
    entry = numbering.entries[mark.targets[0][0] - 1]
    number = numbering.number_of(entry.position)
    said, years = _numbers_of(mark, numbering), {match[0] for match in _YEAR.finditer(mark.printed)}
    if said and number is not None and not years.issuperset(map(str, said)):
        return None if number in said else "number"
    of_reference = _years_of(entry) if len(years) == 1 else set()
    return "year" if of_reference and not years & of_reference else None


def _years_of(entry: Entry) -> set[str]:
    return {
        match[0]
        for part in entry.parts
        for text in (part.citation, part.label, part.doi)
        if text
        for match in _YEAR.finditer(text)
    }


def numbers_in(printed: str) -> list[int]:
    """Return the numbers that a mark prints, ranges filled; none where anything else is printed."""
    plain = printed.translate(_NORMAL).strip(" []()*.,;")
    if not _NUMBERS.fullmatch(plain):
        return []
    numbers: list[int] = []
    for match in _PIECE.finditer(plain):
        first, last = int(match[1]), int(match[2] or match[1])
        numbers += range(first, last + 1) if first <= last <= first + MOST else [first, last]
    return numbers


def _numbers_of(mark: Mark, numbering: Numbering) -> list[int]:
    """Return the numbers that a mark prints; of "2527 30" at reference 25, where a blank was lost, 25, 27 and 30."""
    numbers = numbers_in(mark.printed)
    if len(numbers) > 1 and mark.printed.replace(" ", "").isdigit() and mark.targets:
        parted = _parted(numbers[0], mark, numbering)
        rising = [*parted, *numbers[1:]]
        if parted and rising == sorted(set(rising)):
            return rising
    return numbers


def _parted(number: int, mark: Mark, numbering: Numbering) -> list[int]:
    """Return the two numbers of which one is made: the label of the reference named, and a higher one; else nothing."""
    own = numbering.number_of(mark.targets[0][0])
    rest = str(number).removeprefix(str(own))
    if own is None or rest in ("", str(number)) or rest[0] == "0" or not int(rest) > own:
        return []
    return [own, int(rest)] if numbering.position_of(int(rest), mark.targets[0][0]) else []


def _inside(mark: Mark, named: Sequence[Link], numbering: Numbering) -> Iterator[Link]:
    """Yield the other numbers that a mark prints, provided that one of them is that of the reference it names."""
    numbers = _numbers_of(mark, numbering)
    if len(numbers) < 2 or not named:
        return
    if any(numbering.number_of(link.position) in numbers for link in named):
        yield from _listed(numbers, mark, numbering)


def _listed(numbers: Iterable[int], mark: Mark, numbering: Numbering) -> Iterator[Link]:
    """Yield the references of numbers that a mark prints, or that lie between two that it prints."""
    shown = {int(number) for number in re.findall(r"\d+", mark.printed.translate(_NORMAL))}
    for number in numbers:
        if position := numbering.position_of(number, mark.targets[0][0]):
            yield Link(position, None, LIST if number in shown or _DASHES.search(mark.printed) is None else RANGE)


def _is_range(block: MarkedBlock, place: int) -> bool:
    last, mark = block.marks[place - 1], block.marks[place]
    return _BETWEEN_ENDS.fullmatch(block.text[last.end : mark.start].translate(_NORMAL)) is not None


def _between(last: Mark, mark: Mark, numbering: Numbering) -> Iterator[Link]:
    """Yield the references between the ends of a range, by the numbers that are printed, else by those of its ends."""
    if not last.targets or not mark.targets:
        return
    first, final = _end_number(last, -1, numbering), _end_number(mark, 0, numbering)
    if first is None or final is None or not first < final <= first + MOST:
        return
    for number in range(first + 1, final):
        if position := numbering.position_of(number, mark.targets[0][0]):
            yield Link(position, None, RANGE)


def _end_number(mark: Mark, place: int, numbering: Numbering) -> int | None:
    """Return the number at one end of a mark; None where it prints words, or numbers that no reference has."""
    own = numbering.number_of(mark.targets[place][0])
    numbers = numbers_in(mark.printed)
    if own is None or (mark.printed and not numbers):
        return None
    if numbers and not numbering.position_of(numbers[place], mark.targets[place][0]):
        return None
    return numbers[place] if numbers else own


def _beside(block: MarkedBlock, place: int, numbering: Numbering) -> Iterator[Link]:
    """Yield numbers beside a mark in the same brackets that are not tagged: "[3,5, 80]" where only 3 and 5 are."""
    mark = block.marks[place]
    numbers = numbers_in(mark.printed) if mark.targets and numbering.number_of(mark.targets[0][0]) else []
    if not numbers:
        return
    start = block.marks[place - 1].end if place else max(0, mark.start - _WIDE)
    end = block.marks[place + 1].start if place + 1 < len(block.marks) else len(block.text)
    if (after := _AFTER.match(block.text, mark.end, end)) and _IN_BRACKET.search(
        block.text[max(0, mark.start - _WIDE) : mark.start]
    ):
        yield from _printed(f"{numbers[-1]}{after[0]}", mark, numbering)
    if before := _BEFORE.search(block.text[start : mark.start]):
        yield from _printed(f"{before[1]}{numbers[0]}", mark, numbering)


def _printed(text: str, mark: Mark, numbering: Numbering) -> Iterator[Link]:
    """Yield the references of numbers in plain text; nothing where one of them is no reference's."""
    numbers = numbers_in(text)
    positions = [numbering.position_of(number, mark.targets[0][0]) for number in numbers]
    if all(positions):
        yield from (Link(position, None, TEXT) for position in positions if position)


def _add_adjacent(blocks: Sequence[MarkedBlock], found: list[list[list[Link]]], numbering: Numbering) -> None:
    """Add what marks with nothing between them mean: some publishers have lost the dashes and blanks there.

    Only where none of these references is cited anywhere else, or where it happens several times in an article and a
    part of them is not: where a comma is lost, all are.
    """
    cited = {link.position for links in found for one in links for link in one}
    pairs = [
        (links, place, between)
        for block, links in zip(blocks, found, strict=True)
        for place in range(1, len(block.marks))
        if (between := _lost(block.marks[place - 1], block.marks[place], numbering))
    ]
    between_all = {position for _, _, between in pairs for position in between}
    several = len(pairs) > 1 and len(between_all - cited) >= _UNCITED * len(between_all)
    for links, place, between in pairs:
        known = {link.position for link in (*links[place - 1], *links[place])}
        new = [position for position in between if position not in known]
        if several or cited.isdisjoint(new):
            links[place - 1] = [
                link._replace(contradicts=None) for link in links[place - 1]
            ]  # a lost blank explains it
            links[place] += [Link(position, None, ADJACENT) for position in new]


def _lost(last: Mark, mark: Mark, numbering: Numbering) -> list[int]:
    """Return the references that two marks with nothing between them mean by a dash or blanks lost; none for others."""
    if last.end != mark.start or len(last.targets) != 1 or len(mark.targets) != 1:
        return []
    beside = mark.targets[0][0]
    first, numbers = _last_number(last, numbering), numbers_in(mark.printed)
    if first is None or not numbers or not mark.printed.replace(" ", "").isdigit() or not first < numbers[0]:
        return []
    if numbers[0] == numbering.number_of(beside) and numbers[0] <= first + MOST:
        numbers = [*range(first, numbers[0]), *numbers]
    elif len(numbers) < 2 or numbers != sorted(numbers):
        return []
    return [position for number in numbers if (position := numbering.position_of(number, beside))]


def _last_number(mark: Mark, numbering: Numbering) -> int | None:
    """Return the last number of a mark that prints its reference's: 20 of "220" at reference 2; None of others."""
    numbers = _numbers_of(mark, numbering)
    if not numbers or not mark.printed.replace(" ", "").isdigit():
        return None
    if numbering.number_of(mark.targets[0][0]) in numbers:
        return numbers[-1]
    parted = _parted(numbers[0], mark, numbering) if len(numbers) == 1 else []
    return parted[-1] if parted else None
