"""RIS, as PubMed, Ovid, Embase, Scopus, Cochrane, EBSCO, ProQuest and others write it -> seeds.  (pure)"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from harvest.files.reference_lists.entry import Said
from harvest.files.reference_lists.tagged import Fields, Layout, read_fields, seed_of_fields, values_of
from harvest.identify.seed import Seed
from kb.identifiers import normalise_doi

CUT_OFF: Final = "The entry is cut off: it has no TY at its beginning or no ER at its end."

_BEGINS: Final = re.compile("TY {1,2}-")
_ENDS: Final = re.compile(r"ER {1,2}-\s*$|ER  -")
_TAG: Final = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: {0,2}(.*))?")
_TELLING: Final = re.compile("T[I1T2]|DO|A[U1BN]|PY|Y1|UR|J[OF]|N[12]|PM")  # tags of an entry whose TY is missing
_OF_EMBASE: Final = re.compile(r"\bembase\b|^L\d{6,}", re.IGNORECASE | re.MULTILINE)
_CUSTOM: Final = tuple(f"{letter}{number}" for letter in "CU" for number in range(1, 9))
_RIS: Final = Layout(
    _BEGINS, _TAG, pmid=("PM",), doi=("DO",), accession=("AN",), database=("DB", "DP"), notes=("N1", "AN", *_CUSTOM),
    addresses=("UR", "L1", "L2", "LK"), title=("TI", "T1", "TT", "BT"), year=("PY", "Y1", "DA"), author=("AU", "A1"),
    volume=("VL",), pages=("SP",),
)  # fmt: skip


def read_ris(name: str, text: str) -> Iterator[Seed]:
    """Yield a seed for each entry, a fault for each that is cut off; other text between entries is none."""
    for number, (lines, is_whole) in enumerate(_entries(text), 1):
        place = f"{name} entry {number}"
        if is_whole:
            fields = read_fields(lines, _TAG)
            yield seed_of_fields(place, fields, _RIS, _further(fields))
        else:
            yield Seed(place, fault=CUT_OFF)


def is_ris(text: str) -> bool:
    """Return whether a line of text begins an entry."""
    return re.search("^TY {1,2}-", text, re.MULTILINE) is not None


def _entries(text: str) -> Iterator[tuple[list[str], bool]]:
    """Yield (lines, whether all of them are there); an entry without ER is whole where another begins after it."""
    lines: list[str] = []
    is_open = False  # a TY has been read, and no ER
    for line in text.split("\n"):
        if _BEGINS.match(line):
            yield from [(lines, True)] if is_open else _stray(lines)
            lines, is_open = [line], True
        elif _ENDS.match(line):
            yield from [(lines, True)] if is_open else _stray(lines)
            lines, is_open = [], False
        elif is_open or _TAG.fullmatch(line):
            lines.append(line)
    yield from [(lines, False)] if is_open else _stray(lines)


def _stray(lines: Sequence[str]) -> Iterator[tuple[list[str], bool]]:
    """Yield lines between entries, where they look like an entry whose beginning is missing."""
    if any(map(_TELLING.match, lines)):
        yield list(lines), False


def _further(fields: Fields) -> Iterator[Said]:
    """Yield what databases say of PMIDs and DOIs in fields that mean other things elsewhere."""
    database = "\n".join(values_of(fields, ("DB", "DP", "U2")))
    yield from _numbers("C2", fields) if "scopus" in database.lower() else ()
    yield from _numbers("C5", fields) if _OF_EMBASE.search(database) else ()
    yield from (Said("C2", "pmcid", text) for text in fields.get("C2", ()) if text.upper().startswith("PMC"))
    if "DO" not in fields or not fields["DO"]:
        dois = list(filter(None, map(normalise_doi, values_of(fields, ("L3", "M3")))))
        yield from (Said("L3", "doi", doi) for doi in dois[:1])


def _numbers(tag: str, fields: Fields) -> Iterable[Said]:
    return (Said(tag, "pmid", text) for text in fields.get(tag, ()) if text[:1].isdigit())
