"""Works as BibTeX, for LaTeX: UTF-8, braces always balanced.  (pure)"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from kb.formats.common import clean, date_parts, note, page_range, title
from kb.identifiers import SYNTHETIC_FROM
from kb.queries.bibliography import Item, Name
from kb.text import fold

_TYPES: Final = {"article": "article", "book": "book", "book chapter": "incollection", "named": "misc"}
_ESCAPES: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # BibTeX counts \{ as a brace, so that one alone would break the file
    "}": r"\textbraceright{}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_SPECIAL: Final = re.compile("[" + re.escape("".join(_ESCAPES)) + "]")
_CAPITALS: Final = re.compile(r"(?<![\\{\w])(?:[^\W\d_]*[^\W\d_a-zß-öø-ÿ][\w-]*)(?![\w}])")
_PLAIN_DOI: Final = re.compile(r"[\w./:;()<>-]+", re.ASCII)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def format_bibtex(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as BibTeX entries; the key is first author, year, PMID and so unique."""
    between = ""
    for item in items:
        yield between + _entry(item)
        between = "\n"


def _entry(item: Item) -> str:
    fields = [f"  {key} = {value},\n" for key, value in _fields(item) if value not in (None, "{}")]
    return f"@{_TYPES[item.record_type]}{{{_key(item)},\n{''.join(fields)}}}\n"


def _key(item: Item) -> str:
    first = (item.names[0].family or item.names[0].short) if item.names else "work"
    surname = re.sub(r"[^a-z0-9]", "", fold(first)) or "work"
    number = str(item.id) if item.id > 0 else f"n{-item.id}"
    return f"{surname}{item.year or ''}_{number}"


def _fields(item: Item) -> Iterator[tuple[str, str | None]]:
    first, last = page_range(item.pages)
    parts = date_parts(item)
    yield "author", _names(item, "author")
    yield "editor", _names(item, "editor")
    yield "title", "{" + _protected(title(item)) + "}"
    yield "journal", _braced(item.journal or item.abbreviation)
    yield "booktitle", _braced(item.book_title if item.record_type == "book chapter" else None)
    yield "year", _braced(str(parts[0]) if parts else None)
    yield "month", _MONTHS[parts[1] - 1] if len(parts) > 1 else None
    yield from (("volume", _braced(item.volume)), ("number", _braced(item.issue)))
    yield "pages", "{" + escape(first) + (f"--{escape(last)}" if last else "") + "}"
    yield from (("publisher", _braced(item.publisher)), ("edition", _braced(item.edition)))
    yield "doi", _doi(item.doi)
    yield "pmid", _braced(str(item.id) if 0 < item.id < SYNTHETIC_FROM else None)
    yield "pmcid", _braced(item.pmcid)
    yield "keywords", _braced(", ".join(item.keywords))
    yield "abstract", _braced(item.abstract)
    yield "note", _braced(note(item))


def escape(text: str) -> str:
    """Return text with every character that TeX gives a meaning written out."""
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], text)


def _braced(text: str | None) -> str:
    return "{" + escape(clean(text)) + "}"


def _doi(doi: str | None) -> str:
    """Return a DOI as it is, since programs read it and TeX does not, unless it would break the file."""
    return "{" + doi + "}" if doi and _PLAIN_DOI.fullmatch(doi) else _braced(doi)


def _protected(text: str) -> str:
    """Return an escaped title in which words with capitals inside keep them: {DNA}, {mRNA}, {Norway}."""
    words = escape(text).split(" ")
    return " ".join([words[0], *(_CAPITALS.sub(r"{\g<0>}", word) for word in words[1:])])


def _names(item: Item, role: str) -> str | None:
    names = [_name(name) for name in item.names if name.role == role]
    return "{" + " and ".join(names) + "}" if names else None


def _name(name: Name) -> str:
    """Return a name as BibTeX splits it; a collective one in braces, so that it stays whole."""
    if name.literal or not name.family:
        return "{" + escape(clean(name.literal or name.short)) + "}"
    parts = [_part(name.family), _part(name.suffix), _part(name.given)]
    return ", ".join(part for part in parts if part)


def _part(text: str | None) -> str:
    """Return one part of a name; "and" and commas inside it are kept from splitting it."""
    escaped = escape(clean(text))
    return "{" + escaped + "}" if "," in escaped or " and " in f" {escaped.lower()} " else escaped
