"""References to what is not held, though an article that is held shares most of what they print."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kb.records import Record
from tests.harvest.identify.printed import STYLES, Fields, fields_of

Draw = random.Random
JOURNAL = "Made Up Lamp Lett"
OTHERS = ("Okoro AB", "Ekman C", "Lamplough-Wick D")
PARTS = (
    "Part 2",
    "Part II",
    "II",
    "2",
    "second report",
    "Part B",
    "an update",
    "results of 1994",
    "a reply",
    "erratum",
)
BEFORE = ("Reply to", "Erratum", "Comment on", "Re", "Second report", "Corrigendum", "Response to", "Letter")


class Contradicted(NamedTuple):
    """A reference, the article that it resembles and does not mean, and how they differ."""

    pmid: int
    text: str
    kind: str


def _next(number: str, draw: Draw) -> str:
    """Return another number, beyond the last page of any short article: "72" -> "95"."""
    digits = "".join(c for c in number if c.isdigit())
    return str(int(digits or 1) + draw.randint(20, 90)) if digits else "77"


def _pages(f: Fields, draw: Draw) -> str:
    first = int("".join(c for c in f.pages.split("-")[0] if c.isdigit()) or 1) + draw.randint(300, 900)
    return f"{first}-{first + 11}"


def _other_place(f: Fields, draw: Draw) -> Fields:
    return f._replace(volume=_next(f.volume, draw), issue="", pages=_pages(f, draw))


def _next_year(f: Fields, draw: Draw) -> Fields:
    return f._replace(year=str(int(f.year) + draw.choice((-1, 1))))


def _part(f: Fields, draw: Draw) -> Fields:
    return f._replace(title=f"{f.title}: {draw.choice(PARTS)}" if draw.random() < 0.5 else f"{f.title}. {PARTS[1]}")


def _about(f: Fields, draw: Draw) -> Fields:
    return f._replace(title=f"{draw.choice(BEFORE)}: {f.title}")


def _without_place(f: Fields, _: Draw) -> Fields:
    return f._replace(volume="", issue="", pages="")


def _other_author(f: Fields, draw: Draw) -> Fields:
    return f._replace(authors=(draw.choice(OTHERS), *f.authors[1:]))


def _later_author(f: Fields, _: Draw) -> Fields:
    """Return the reference without its first author, unless the next has the same surname."""
    surnames = [name.rpartition(" ")[0] for name in f.authors]
    return f._replace(authors=f.authors[1:]) if len(set(surnames[:2])) > 1 else f


def _swapped(f: Fields, draw: Draw) -> Fields:
    first = f.pages.split("-")[0]
    return f._replace(volume=first, issue="", pages=f"{f.volume}-{_next(f.volume, draw)}")


def kinds(other: Fields) -> dict[str, Callable[[Fields, Draw], Fields]]:
    """Return the ways in which a reference differs from an article; other is another article."""
    return {
        "same title, other place": _other_place,
        "same title, other year and place": lambda f, draw: _next_year(_other_place(f, draw), draw),
        "same title, other year, no place": lambda f, draw: _next_year(_without_place(f, draw), draw),
        "same title, other journal and place": lambda f, draw: _other_place(f._replace(journal=JOURNAL), draw),
        "same title, other journal, no place": lambda f, draw: _without_place(f._replace(journal=JOURNAL), draw),
        "same title and volume, other page": lambda f, draw: f._replace(pages=_pages(f, draw)),
        "same place, other title": lambda f, _: f._replace(title=other.title),
        "same author and year, other title and page": lambda f, draw: f._replace(
            title=other.title, pages=_pages(f, draw)
        ),
        "same author, year and volume, no page": lambda f, _: f._replace(title="", pages=""),
        "another part": _part,
        "another part, no place": lambda f, draw: _part(_without_place(f, draw), draw),
        "about the article": _about,
        "another first author": _other_author,
        "one other author": lambda f, draw: f._replace(authors=(draw.choice(OTHERS),)),
        "a later author first": _later_author,
        "numbers in each other's place": _swapped,
    }  # fmt: skip


def contradicted_references(records: Sequence[Record], count: int, seed: int = 1) -> Iterator[Contradicted]:
    """Yield so many references in a style and with a difference drawn by chance; the style must show the difference."""
    titles = Counter(record.article.title for record in records)  # one record of two may say nothing of its place
    whole = [
        record
        for record in records
        if record.article.record_type == "article"
        and titles[record.article.title] == 1
        and all(fields_of(record)._replace(issue="-"))
    ]
    draw = Draw(seed)
    while count:
        record, other = draw.sample(whole, 2)
        fields, style = fields_of(record), draw.choice(list(STYLES.values()))
        kind, change = draw.choice(list(kinds(fields_of(other)).items()))
        if style(changed := change(fields, draw)) == style(fields) or style(changed) == style(fields_of(other)):
            continue
        count -= 1
        yield Contradicted(record.article.pmid, style(changed), kind)
