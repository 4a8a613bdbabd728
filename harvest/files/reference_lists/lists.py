"""Lists of identifiers, a line each or several side by side -> seeds.  (pure)"""

import re
from collections.abc import Iterator
from typing import Final

from harvest.identify.seed import Seed, seed_of
from kb.errors import UsageError
from kb.identifiers import Identifier, parse_identifier, parse_labelled

_BULLET: Final = re.compile(r"^\s*(?:\d{1,5}[.)](?=\s)|[-*•–](?=\s))\s+")  # "1. 32448354"
_NUMBERED: Final = re.compile(r"^\s*(\d{1,5})[:,;\t ]\s*(?=[^\s\d]|\d{4})")  # a column that counts the lines
_COMMENT: Final = re.compile(r"(?:^|\s)#(?!\s?\d).*")
_LABEL: Final = re.compile(
    r"\b((?:PMC?|PubMed\s)IDs?|PubMed|MEDLINE|PMC|DOIs?)\s*(?:[:=#]\s*|(?=\s))\s*", re.IGNORECASE
)
_GROUPED: Final = re.compile(r"\d{1,3}(?:\s\d{3})+")  # one number or several, nobody knows
_BETWEEN: Final = re.compile(r"[;|]\s*|,?\s+")


def is_list(text: str) -> bool:
    """Return whether most lines of text are identifiers."""
    seeds = list(read_list("", text))
    return sum(seed.fault is None for seed in seeds) > len({seed.place for seed in seeds}) / 2


def read_list(name: str, text: str) -> Iterator[Seed]:
    """Yield a seed for each identifier; a fault for a line that holds anything else; what follows a # is a comment."""
    for number, line in enumerate(_unnumbered(text.split("\n")), 1):
        place = f"{name} line {number}"
        if said := _COMMENT.sub("", line).strip(" \t,;"):
            try:
                yield from (seed._replace(place=place) for seed in _seeds(said))
            except UsageError as error:
                yield Seed(place, fault=str(error))


def _unnumbered(lines: list[str]) -> list[str]:
    """Return the lines without bullets, and without the numbers before them where these count from 1 to the last."""
    lines = [_BULLET.sub("", line, count=1) for line in lines]
    found = [_NUMBERED.match(line) for line in lines if line.strip()]
    if len(found) < 2 or [match and match[1] for match in found] != [str(n + 1) for n in range(len(found))]:
        return lines
    return [_NUMBERED.sub("", line, count=1) for line in lines]


def _seeds(said: str) -> list[Seed]:
    """Return the seeds of a line; labelled identifiers of different kinds, as PubMed prints them, are one article's."""
    found = parse_several(said)
    kinds = {kind for kind, _ in found}
    if len(kinds) == len(found) > 1 and all(map(parse_labelled, _parts(said))):
        values = dict(found)
        return [Seed("", int(values["pmid"]) if "pmid" in values else None, values.get("doi"), values.get("pmcid"))]
    return [seed_of(identifier) for identifier in found]


def parse_several(said: str, bare: str = "pmid") -> list[Identifier]:
    """Return the identifiers in a line or cell: one, or several with blanks, commas or semicolons between.

    A label holds for the numbers after it, too. Raises UsageError for anything else.
    """
    try:
        return [parse_identifier(said, bare)]
    except UsageError:
        parts = [] if _GROUPED.fullmatch(said) else _parts(said)
        if len(parts) < 2:
            raise
    found = []
    for part in parts:
        found.append(parse_identifier(part, bare))
        bare = found[-1].kind if parse_labelled(part) and found[-1].kind != "doi" else bare
    return found


def _parts(said: str) -> list[str]:
    """Return the parts of a line; commas without blanks part PMIDs too, where they set no thousands apart."""
    words = [word for word in _BETWEEN.split(_LABEL.sub(r"\1:", said)) if word]
    return [part for word in words for part in (_numbers(word) if "," in word else [word])]


def _numbers(word: str) -> list[str]:
    numbers = [number for number in word.split(",") if number]
    is_grouped = re.fullmatch(r"\d{1,3}(?:,\d{2,3})*,\d{3}", word)
    return numbers if all(map(str.isdigit, numbers)) and not is_grouped else [word]
