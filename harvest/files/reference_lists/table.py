"""Tables (CSV, text with tabs, sheets of Excel) with a column of PMIDs, DOIs, PMCIDs or titles -> seeds.  (pure)"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Final, NamedTuple

from harvest.files.reference_lists.entry import Printed, Said, build_seed, find_addressed, find_labelled
from harvest.files.reference_lists.lists import parse_several
from harvest.files.reference_lists.names import kind_of
from harvest.identify.seed import Seed, seed_of
from kb.errors import UsageError

_MOST_ABOVE: Final = 20  # lines above the headings, in which databases tell of the search
_LONGEST: Final = 20_000  # characters of a line of headings
_DELIMITERS: Final = ",;\t|"
_TELLING: Final = frozenset({"pmid", "doi", "pmcid", "title"})
_NEUTRALISED: Final = re.compile(r"'(?=[=+\-@\t\r])")  # as CSV text is written for spreadsheets


class Heading(NamedTuple):
    """The names of the columns, and what those hold that are known, by their place."""

    names: Sequence[str]
    kinds: Mapping[int, str]

    @property
    def is_telling(self) -> bool:
        """Whether a column tells whose article a row is."""
        return not _TELLING.isdisjoint(self.kinds.values())


def build_heading(names: Sequence[str]) -> Heading:
    """Return the heading of a row of names."""
    return Heading(names, {place: kind for place, name in enumerate(names) if (kind := kind_of(name))})


def is_csv(text: str) -> bool:
    """Return whether one of the first lines names columns that tell whose article a row is."""
    return _begin(text) is not None


def read_csv(name: str, text: str) -> Iterator[Seed]:
    """Yield a seed for each row; a fault for a row that is no CSV, or has too few or too many cells."""
    number, heading, delimiter = _begin(text) or (0, build_heading(()), ",")
    rest = text.split("\n", number)[-1] if number else text
    rows = csv.reader(StringIO(rest), delimiter=delimiter, strict=True)
    next(rows)
    while True:
        place = f"{name} line {number + rows.line_num + 1}"
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Seed(place, fault=f"The row that begins here cannot be read: {error}.")
            continue
        yield from read_row(place, row, heading)


def _begin(text: str) -> tuple[int, Heading, str] | None:
    """Return (lines above, headings, delimiter) of a table; None where no line is one of headings."""
    for number, line in enumerate(text.split("\n", _MOST_ABOVE)[:_MOST_ABOVE]):
        delimiter = max(_DELIMITERS, key=line.count)
        try:
            names = next(csv.reader([line[:_LONGEST]], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        if (heading := build_heading(names)).is_telling and (number == 0 or len(names) > 1):
            return number, heading, delimiter
    return None


def find_heading(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the place of the row of headings among the first of a sheet; None where there is none."""
    return next((n for n, row in enumerate(rows[:_MOST_ABOVE]) if build_heading(row).is_telling), None)


def read_row(place: str, row: Sequence[str], heading: Heading) -> Iterator[Seed]:
    """Yield the seed of a row, or several where its cell holds several PMIDs; none for an empty row or the headings."""
    if not any(cell.strip() for cell in row) or list(row) == list(heading.names):
        return
    width = len(heading.names)
    if len(row) < width:
        yield Seed(place, fault=f"The row has {len(row)} of {width} columns; it may be cut off.")
    elif any(cell.strip() for cell in row[width:]):
        yield Seed(
            place, fault=f"The row has {len(row)} cells for {width} columns; a cell may hold the delimiter unquoted."
        )
    else:
        yield from _row_seeds(place, row, heading)


def _row_seeds(place: str, row: Sequence[str], heading: Heading) -> Iterator[Seed]:
    cells = [(heading.names[n].strip(), kind, row[n].strip()) for n, kind in heading.kinds.items()]
    said = [
        Said(f"column {name}", kind, text) for name, kind, text in cells if kind in ("pmid", "doi", "pmcid") and text
    ]
    if several := _several(said):
        yield from (seed._replace(place=place) for seed in several)
        return
    texts = {kind: [text for _, other, text in cells if other == kind and text] for kind in ("note", "address")}
    first = {
        kind: next((text for _, other, text in cells if other == kind and text), "")
        for kind in ("title", "year", "author", "volume", "pages")
    }
    title = _NEUTRALISED.sub("", first["title"], count=1)
    author = re.split("[,;]", first["author"], maxsplit=1)[0].rstrip(". ")
    hints = [*find_labelled(texts["note"]), *find_addressed(texts["address"])]
    printed = Printed(title, first["year"], author, first["volume"], first["pages"])
    yield build_seed(place, said, hints, printed)


def _several(said: Iterable[Said]) -> list[Seed]:
    """Return the seeds of a row whose only identifiers are several PMIDs in one cell."""
    cells = list(said)
    if len(cells) != 1 or cells[0].kind != "pmid":
        return []
    try:
        found = parse_several(cells[0].text)
    except UsageError:
        return []
    return [seed_of(identifier) for identifier in found] if len(found) > 1 else []
