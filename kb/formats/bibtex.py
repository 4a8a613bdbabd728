"""Works as BibTeX, for LaTeX: UTF-8, braces always balanced.  (pure)"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from kb.formats.bibliography import Bibliography
from kb.formats.common import (
    MONTHS_SHORT,
    NAMED_ARTICLE,
    chapter_number,
    clean,
    date_parts,
    isbns,
    names_of,
    page_range,
    printed_pages,
    remarks,
    season,
    subjects,
    taken_apart,
    title,
)  # fmt: skip
from kb.identifiers import SYNTHETIC_FROM
from kb.languages import language_tag
from kb.queries.works.bibliography import Item, Name
from kb.text import fold

_TYPES: Final = {
    "article": "article", "book": "book", "book chapter": "incollection", "named": "misc", NAMED_ARTICLE: "article"
}  # fmt: skip
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
    "<": r"\textless{}",  # TeX's old fonts have ¡, ¿ and — in the places of < > |
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}
_SPECIAL: Final = re.compile("[" + re.escape("".join(_ESCAPES)) + "]")
_WORD: Final = re.compile(r"[^\W_][\w'’-]*")
_PLAIN_DOI: Final = re.compile(r"[\w./:;()<>-]+", re.ASCII)


def format_bibtex(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as BibTeX entries; the key is first author, year, PMID and so unique."""
    between = ""
    for item in map(taken_apart, items):
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
    for field, role in (("author", "author"), ("bookauthor", "book author"), ("editor", "editor")):
        yield field, _names(names_of(item, role))
    yield "title", _protected(title(item))
    yield from _place(item)
    yield "doi", _doi(item.doi)
    yield "pmid", _braced(str(item.id) if 0 < item.id < SYNTHETIC_FROM else None)
    yield from (("pmcid", _braced(item.pmcid)), ("issn", _braced(item.issn)), ("isbn", _braced(" ".join(isbns(item)))))
    yield "language", _braced(", ".join(filter(None, map(language_tag, item.languages))))
    yield "keywords", _listed(*subjects(item))
    yield "abstract", _braced(item.abstract)
    yield "note", _braced(". ".join(remark.rstrip(".") for remark in remarks(item)))


def _place(item: Item) -> Iterator[tuple[str, str | None]]:
    first, last = page_range(printed_pages(item))
    parts = date_parts(item)
    yield "journal", _braced(item.journal or item.abbreviation)
    yield "booktitle", _protected(clean(item.book_title)) if item.record_type == "book chapter" else None
    yield "year", _braced(str(parts[0]) if parts else None)
    yield "month", _braced(season(item)) if season(item) else MONTHS_SHORT[parts[1] - 1] if len(parts) > 1 else None
    yield from (("volume", _braced(item.volume)), ("number", _braced(item.issue)))
    yield "series", _protected(clean(item.series_title))
    yield from (("chapter", _braced(chapter_number(item))), ("edition", _braced(item.edition)))
    yield "pages", "{" + escape(first) + (f"--{escape(last)}" if last else "") + "}"
    yield from (("publisher", _listed(item.publisher)), ("address", _listed(item.publisher_place)))


def escape(text: str) -> str:
    """Return text with every character that TeX gives a meaning written out."""
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], text)


def _braced(text: str | None) -> str:
    return "{" + escape(clean(text)) + "}"


def _listed(*values: str | None) -> str:
    """Return a field that programs take for a list: keywords, publishers, places."""
    return "{" + ", ".join(map(_part, values)) + "}"


def _doi(doi: str | None) -> str:
    """Return a DOI as it is, since programs read it and TeX does not, unless it would break the file."""
    return "{" + doi + "}" if doi and _PLAIN_DOI.fullmatch(doi) else _braced(doi)


def _protected(text: str) -> str:
    """Return a title in which words with capitals keep them, {DNA}, {Norway}: styles lower all but the first letter."""
    shown, end = "", 0
    for match in _WORD.finditer(text):
        word = escape(match[0])
        lowered = match[0][match.start() == 0 :]
        shown += escape(text[end : match.start()]) + (f"{{{word}}}" if lowered != lowered.lower() else word)
        end = match.end()
    return "{" + shown + escape(text[end:]) + "}"


def _names(names: Iterable[Name]) -> str | None:
    shown = [_name(name) for name in names]
    return "{" + " and ".join(shown) + "}" if shown else None


def _name(name: Name) -> str:
    """Return a name as BibTeX splits it; a collective one in braces, so that it stays whole."""
    if name.literal or not name.family:
        return "{" + escape(clean(name.literal or name.short)) + "}"
    if not name.given and not name.suffix:
        return _whole(name.family)
    parts = [_part(name.family), _part(name.suffix), _part(name.given)]
    return ", ".join(part for part in parts if part)


def _whole(family: str) -> str:
    """Return a name that is all family name: one of several words in braces, since its first word is no given name."""
    escaped = escape(clean(family))
    return "{" + escaped + "}" if " " in escaped else _part(family)


def _part(text: str | None) -> str:
    """Return a part of a name or of a list, in braces where "and", a comma or semicolon would split it."""
    escaped = escape(clean(text))
    splits = any(sign in escaped for sign in ",;") or " and " in f" {escaped.lower()} "
    return "{" + escaped + "}" if splits else escaped


BIBLIOGRAPHIES: Final = (Bibliography("BibTeX", ".bib", format_bibtex, "application/x-bibtex", "LaTeX"),)
