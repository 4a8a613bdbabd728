"""Entries whose lines begin with a tag (RefWorks, Web of Science, EndNote; RIS in part) -> seeds.  (pure)"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from harvest.files.reference_lists.entry import Printed, Said, build_seed, find_addressed, find_labelled
from harvest.identify.seed import Seed

Fields = dict[str, list[str]]

_OF_PUBMED: Final = re.compile(r"(?:ovid )?(?:pubmed|medline)\b.*|nlm|cmedm|mdc|mnh", re.IGNORECASE)
_NUMBER: Final = re.compile(
    r"\s*(?:NLM)?(\d{1,8})(?:[.,]?\s{1,20}\D.*|[.\s]*)", re.IGNORECASE
)  # ProQuest's own have more digits

_NOTED: Final = re.compile(r"^Accession Number: (\d{1,8})[.;]", re.MULTILINE)  # EBSCO


class Layout(NamedTuple):
    """How a format is built: the line with which an entry begins, its tags, and which hold what."""

    begins: re.Pattern[str]
    tag: re.Pattern[str]
    pmid: tuple[str, ...]
    doi: tuple[str, ...]
    accession: tuple[str, ...]  # a PMID where the database is PubMed's or MEDLINE's
    database: tuple[str, ...]
    notes: tuple[str, ...]
    addresses: tuple[str, ...]
    title: tuple[str, ...]
    year: tuple[str, ...]
    author: tuple[str, ...]
    volume: tuple[str, ...]
    pages: tuple[str, ...]
    end: str | None = None  # the line with which a whole entry ends


REFWORKS: Final = Layout(
    re.compile(r"RT [A-Z]"), re.compile(r"([A-Z][A-Z0-9])(?: (.*))?"), pmid=("PM",), doi=("DO",), accession=("AN",),
    database=("DB", "DS"), notes=("NO", "AN"), addresses=("UL", "LK"), title=("T1", "TI"), year=("YR", "FD"),
    author=("A1",), volume=("VO",), pages=("SP",),
)  # fmt: skip
WEB_OF_SCIENCE: Final = Layout(
    re.compile("PT [A-Z]"), re.compile(r"([A-Z][A-Z0-9])(?: (.*))?"), pmid=("PM",), doi=("DI",), accession=(),
    database=(), notes=("UT",), addresses=(), title=("TI",), year=("PY",), author=("AU",), volume=("VL",),
    pages=("BP",), end="ER",
)  # fmt: skip
ENDNOTE: Final = Layout(
    re.compile("%0 "), re.compile(r"%(\S)(?: (.*))?"), pmid=(), doi=("R",), accession=("M",), database=("W", "~"),
    notes=("Z", "M", "2"), addresses=("U",), title=("T",), year=("D",), author=("A",), volume=("V",), pages=("P",),
)  # fmt: skip
ENDNOTE_XML: Final = Layout(
    re.compile(""), re.compile(""), pmid=(), doi=("electronic-resource-num",), accession=("accession-num",),
    database=("remote-database-name", "remote-database-provider"),
    notes=("notes", "accession-num", *(f"custom{number}" for number in range(1, 8))),
    addresses=("urls/related-urls/url", "urls/web-urls/url"), title=("titles/title",), year=("dates/year",),
    author=("contributors/authors/author",), volume=("volume",), pages=("pages",),
)  # fmt: skip


def is_refworks(text: str) -> bool:
    """Return whether a line of text begins an entry of RefWorks."""
    return re.search(r"^RT [A-Z][a-z].*\n(?:[A-Z][A-Z0-9] |\n)", text, re.MULTILINE) is not None


def is_web_of_science(text: str) -> bool:
    """Return whether text begins as the plain text of Web of Science does."""
    return re.match(r"(?:FN .*\n)?(?:VR .*\n)?\n{0,9}PT [A-Z]\n[A-Z][A-Z0-9] ", text.lstrip()) is not None


def is_endnote(text: str) -> bool:
    """Return whether text begins as EndNote's own tagged format (.enw) does."""
    return re.match(r"\s*%0 \S.*\n%\S ", text) is not None


def read_tagged(name: str, text: str, layout: Layout) -> Iterator[Seed]:
    """Yield a seed for each entry; a fault for one without the line that ends it."""
    for number, lines in enumerate(_entries(text, layout.begins), 1):
        place = f"{name} entry {number}"
        if layout.end and layout.end not in lines:
            yield Seed(place, fault=f"The entry is cut off: it has no {layout.end} at its end.")
            continue
        fields = read_fields(lines[: lines.index(layout.end)] if layout.end else lines, layout.tag)
        yield seed_of_fields(place, fields, layout)


def _entries(text: str, begins: re.Pattern[str]) -> Iterator[list[str]]:
    entry: list[str] = []
    for line in text.split("\n"):
        if begins.match(line):
            if entry:
                yield entry
            entry = [line]
        elif entry:
            entry.append(line)
    if entry:
        yield entry


def read_fields(lines: Iterable[str], pattern: re.Pattern[str]) -> Fields:
    """Return the values of each tag, none of them empty; a line without a tag goes on with the one before."""
    found: dict[str, list[list[str]]] = {}
    last: list[str] = []
    for line in lines:
        if match := pattern.fullmatch(line):
            last = [(match[2] or "").strip()]
            found.setdefault(match[1], []).append(last)
        elif line.strip():
            last.append(line.strip())
    joined = {tag: ["\n".join(parts).strip() for parts in values] for tag, values in found.items()}
    return {tag: [value for value in values if value] for tag, values in joined.items()}


def values_of(fields: Fields, tags: Iterable[str]) -> list[str]:
    """Return the values of all these tags, in the order of the tags."""
    return [value for tag in tags for value in fields.get(tag, ())]


def seed_of_fields(place: str, fields: Fields, layout: Layout, more: Iterable[Said] = ()) -> Seed:
    """Return the seed of an entry; more is what else it says of its identifiers."""

    def first(tags: Iterable[str]) -> str:
        return next(iter(values_of(fields, tags)), "")

    tagged = ((tag, kind) for kind, tags in (("pmid", layout.pmid), ("doi", layout.doi)) for tag in tags)
    said = [Said(tag, kind, " ".join(value.split("\n"))) for tag, kind in tagged for value in fields.get(tag, ())]
    if any(_OF_PUBMED.fullmatch(value) for value in values_of(fields, layout.database)):
        said += [Said(tag, "pmid", found) for tag in layout.accession for found in _accession(fields.get(tag, []))]
        noted = [match for note in values_of(fields, layout.notes) for match in _NOTED.finditer(note)]
        said += [Said("Accession Number", "pmid", match[1]) for match in noted]
    hints = [
        *find_labelled(values_of(fields, layout.notes)),
        *find_addressed(values_of(fields, layout.addresses)),
    ]
    author = first(layout.author).partition("\n")[0]  # Web of Science has each in a line
    printed = Printed(first(layout.title), first(layout.year), author, first(layout.volume), first(layout.pages))
    return build_seed(place, [*said, *more], hints, printed)


def _accession(values: Iterable[str]) -> list[str]:
    """Return the PMID among accession numbers of MEDLINE ("39990002. Language: English", "2930000001; 39990002")."""
    parts = [part.strip() for value in values for part in value.split(";")]
    numbers = {match[1] for part in parts if (match := _NUMBER.fullmatch(part))}
    return list(numbers) if len(numbers) == 1 else [part for part in parts if part[:1].isdigit()]
