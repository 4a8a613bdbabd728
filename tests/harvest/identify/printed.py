"""References as people print them: a record in one of the styles seen, with one of the errors seen."""

import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kb.records import Record


class Fields(NamedTuple):
    """What a style prints; "" where it is missing."""

    authors: tuple[str, ...]  # "Laudet AB"
    title: str
    journal: str
    year: str
    volume: str
    issue: str
    pages: str


class Printed(NamedTuple):
    """A printed reference and the article that it means."""

    pmid: int
    text: str
    style: str
    error: str


def fields_of(record: Record) -> Fields:
    article, journal = record.article, record.journal
    return Fields(
        tuple(row.name for row in record.authorships if row.role == "author"),
        (article.title or "").rstrip("."),
        (journal.abbreviation or journal.title or "") if journal else "",
        str(article.year or ""),
        article.volume or "",
        article.issue or "",
        article.pages or "",
    )


def _joined(*parts: str, between: str = " ") -> str:
    return between.join(part for part in parts if part)


def _place(f: Fields) -> str:
    issue = f"({f.issue})" if f.issue else ""
    return f"{f.year};{f.volume}{issue}" + (f":{f.pages}" if f.pages else "")


def _nlm(f: Fields) -> str:
    return _joined(
        f"{', '.join(f.authors)}." if f.authors else "", f"{f.title}." if f.title else "", f"{f.journal}.", _place(f)
    )


def _et_al(f: Fields) -> str:
    names = [*f.authors[:3], *(["et al"] if len(f.authors) > 3 else [])]
    return _nlm(f._replace(authors=tuple(names)))


def _apa(f: Fields) -> str:
    names = [_joined(name.rpartition(" ")[0] + ",", ". ".join(name.rpartition(" ")[2]) + ".") for name in f.authors]
    who = ", & ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    issue = f"({f.issue})" if f.issue else ""
    where = _joined(f.journal, f"{f.volume}{issue}", f.pages, between=", ")
    return _joined(who, f"({f.year})." if f.year else "", f"{f.title}." if f.title else "", f"{where}.")


def _nature(f: Fields) -> str:
    who = ", ".join(f"{name.rpartition(' ')[0]}, {name.rpartition(' ')[2]}." for name in f.authors[:4])
    where = _joined(f.journal, f.volume, f.pages, between=", ")
    return _joined(
        f"{who} et al." if who else "", f"{f.title}." if f.title else "", where, f"({f.year})." if f.year else ""
    )


def _without_title(f: Fields) -> str:
    return _nlm(f._replace(title=""))


def _place_only(f: Fields) -> str:
    return f"{f.journal}. {_place(f)}"


STYLES: dict[str, Callable[[Fields], str]] = {
    "NLM": _nlm, "et al": _et_al, "APA": _apa, "Nature": _nature, "no title": _without_title, "place only": _place_only,
}  # fmt: skip


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _short(journal: str) -> str:
    return " ".join(word[:4] + "." if len(word) > 5 else word for word in journal.split())


def _wrong_page(pages: str) -> str:
    digits = [place for place, c in enumerate(pages) if c.isdigit()]
    return pages[: digits[0]] + str((int(pages[digits[0]]) + 3) % 10) + pages[digits[0] + 1 :] if digits else pages


def _slip(title: str) -> str:
    middle = len(title) // 2
    return title[:middle] + title[middle + 1 : middle + 2] + title[middle : middle + 1] + title[middle + 2 :]


def _suffixed(names: Sequence[str]) -> tuple[str, ...]:
    return (f"{names[0]}, Jr", *names[1:]) if names else ()


ERRORS: dict[str, Callable[[Fields], Fields]] = {
    "none": lambda f: f,
    "no year": lambda f: f._replace(year=""),
    "no volume": lambda f: f._replace(volume="", issue=""),
    "no pages": lambda f: f._replace(pages=""),
    "no authors": lambda f: f._replace(authors=()),
    "no title": lambda f: f._replace(title=""),
    "no journal": lambda f: f._replace(journal=""),
    "abbreviated journal": lambda f: f._replace(journal=_short(f.journal)),
    "wrong first page": lambda f: f._replace(pages=_wrong_page(f.pages)),
    "no diacritics": lambda f: f._replace(authors=tuple(map(_plain, f.authors)), title=_plain(f.title)),
    "slip in the title": lambda f: f._replace(title=_slip(f.title)),
    "Jr": lambda f: f._replace(authors=_suffixed(f.authors)),
}


def printed_references(records: Sequence[Record], count: int, seed: int = 1) -> Iterator[Printed]:
    """Yield so many references to records, each in a style and with an error drawn by chance.

    Only articles with authors, title, journal, year, volume and pages are printed, and only one thing goes wrong at a
    time; where a style has no place for the error, or leaves nothing but a place that is wrong, another is drawn.
    """
    whole = [
        record
        for record in records
        if record.article.record_type == "article" and all(fields_of(record)._replace(issue="-"))
    ]
    draw = random.Random(seed)
    while count:
        record, style, error = draw.choice(whole), draw.choice(list(STYLES)), draw.choice(list(ERRORS))
        fields = fields_of(record)
        if STYLES[style](fields) == (text := STYLES[style](ERRORS[error](fields))) and error != "none":
            continue
        if style == "place only" and error not in ("none", "abbreviated journal"):
            continue
        count -= 1
        yield Printed(record.article.pmid, text, style, error)
