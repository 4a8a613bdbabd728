"""Which entry of a full text's reference list is which entry of the record's: never two to one.  (pure)"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from kb.identifiers import doi_key
from kb.printed.reference import parse_reference
from kb.text import fold, words_in

Entry: TypeAlias = tuple[int, int]  # position and part
_NUMBER: Final = re.compile(r"\s*\[?(\d{1,4})[.)\]]\s*[^\W\d_]")
_LIKE: Final = 0.6  # share of words that two printings of one reference have in common at least
_FEW: Final = 4  # words that tell too little
_MOST: Final = 250_000  # pairs of entries whose words are compared
_LETTERS: Final = 4  # of a word that tells references apart


class Printed(NamedTuple):
    """An entry of either list: where it stands, what it prints, by which identifiers it is known."""

    entry: Entry
    citation: str | None
    number: int | None = None  # its label, or the number before its words
    pmid: int | None = None
    doi: str | None = None
    pmcid: str | None = None

    @property
    def ids(self) -> set[str]:
        """The identifiers that it has."""
        ids = {f"pmid:{self.pmid}", f"doi:{doi_key(self.doi or '')}", f"pmcid:{self.pmcid}"}
        return ids - {"pmid:None", "doi:", "pmcid:None"}


def number_before(citation: str | None) -> int | None:
    """Return the number that a printed reference begins with: "12. Okoro T. Lamps."; None where it has none."""
    match = _NUMBER.match(citation or "")
    return int(match[1]) if match else None


def match_references(text: Sequence[Printed], record: Sequence[Printed]) -> dict[Entry, tuple[int, str]]:
    """Return for entries of a full text the position in the record, and how that is known: id, order, label, words.

    An entry that cannot be told, or that contradicts, has none.
    """
    found: dict[Entry, tuple[int, str]] = {}
    _add(found, _by_ids(text, record), "id")
    places = {one.entry[0]: place for place, one in enumerate(record)}
    straight = all(places[found[one.entry][0]] == place for place, one in enumerate(text) if one.entry in found)
    if len(text) == len(record) and straight:
        pairs = (
            (one.entry, other.entry[0]) for one, other in zip(text, record, strict=True) if not _differ(one, other)
        )
        _add(found, pairs, "order")
    _add(found, _by_numbers(text, record), "label")
    _add(found, _by_words(text, record, found), "words")
    return found


def _add(found: dict[Entry, tuple[int, str]], pairs: Iterable[tuple[Entry, int]], how: str) -> None:
    """Add pairs of which neither is matched yet."""
    taken = {position for position, _ in found.values()}
    for entry, position in pairs:
        if entry not in found and position not in taken:
            found[entry] = (position, how)
            taken.add(position)


def _differ(one: Printed, other: Printed) -> bool:
    """Return whether two entries have different identifiers of one kind."""
    kinds = [(one.pmid, other.pmid), (one.pmcid, other.pmcid), (doi_key(one.doi or ""), doi_key(other.doi or ""))]
    return any(mine and yours and mine != yours for mine, yours in kinds)


def _by_ids(text: Sequence[Printed], record: Sequence[Printed]) -> Iterator[tuple[Entry, int]]:
    """Yield the entries that share an identifier which is of one entry alone in both lists."""
    told = Counter(one for entry in text for one in entry.ids)
    of_record = Counter(one for entry in record for one in entry.ids)
    where = {one: entry for entry in record for one in entry.ids if of_record[one] == 1}
    for entry in text:
        others = {where[one].entry: where[one] for one in entry.ids if told[one] == 1 and one in where}
        if len(others) == 1:
            [other] = others.values()
            if entry.pmid is None or other.pmid is None or entry.pmid == other.pmid:
                yield entry.entry, other.entry[0]


def _by_numbers(text: Sequence[Printed], record: Sequence[Printed]) -> Iterator[tuple[Entry, int]]:
    """Yield the entries whose label is the number that the record prints, each of one entry alone."""
    labels, numbers = Counter(one.number for one in text), Counter(one.number for one in record)
    where = {one.number: one for one in record if one.number is not None and numbers[one.number] == 1}
    for one in text:
        other = where.get(one.number) if one.number is not None and labels[one.number] == 1 else None
        if other is not None and not _differ(one, other):
            yield one.entry, other.entry[0]


def _by_words(
    text: Sequence[Printed], record: Sequence[Printed], found: Mapping[Entry, tuple[int, str]]
) -> list[tuple[Entry, int]]:
    """Return the entries that print the same words, each the other's best, between neighbours that are matched."""
    taken = {position for position, _ in found.values()}
    free = [other for other in record if other.entry[0] not in taken]
    between = [(one, *bounds) for one, bounds in zip(text, _bounds(text, found), strict=True) if one.entry not in found]
    if len(between) * len(free) > _MOST:
        return []
    told = [(other, _words(other)) for other in free]
    likeness = {
        (one.entry, other.entry[0]): _likeness(words, others)
        for one, after, before, words in [(*one, _words(one[0])) for one in between]
        for other, others in told
        if after < other.entry[0] < before and not _differ(one, other)
    }
    pairs = [pair for pair, like in likeness.items() if like >= _LIKE]
    entries, positions = Counter(entry for entry, _ in pairs), Counter(position for _, position in pairs)
    return [(entry, position) for entry, position in pairs if entries[entry] == positions[position] == 1]


def _bounds(text: Sequence[Printed], found: Mapping[Entry, tuple[int, str]]) -> list[tuple[float, float]]:
    """Return for each entry the positions in the record of the matched neighbours before and after it."""
    places = [found[one.entry][0] if one.entry in found else None for one in text]
    return list(zip(_latest(places, 0), reversed(_latest(places[::-1], float("inf"))), strict=True))


def _latest(places: Sequence[int | None], first: float) -> list[float]:
    """Return for each place the last one before it that is known."""
    found = [first]
    for place in places:
        found.append(found[-1] if place is None else place)
    return found[:-1]


def _words(one: Printed) -> tuple[int | None, frozenset[str]]:
    citation = one.citation or ""
    return parse_reference(citation).year, frozenset(word for word in words_in(fold(citation)) if len(word) >= _LETTERS)


def _likeness(one: tuple[int | None, frozenset[str]], other: tuple[int | None, frozenset[str]]) -> float:
    """Return which share of the words of the shorter of two printings the other has; 0 where their years differ."""
    if one[0] != other[0] or min(len(one[1]), len(other[1])) < _FEW:
        return 0.0
    return len(one[1] & other[1]) / min(len(one[1]), len(other[1]))
