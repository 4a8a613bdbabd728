"""Works as formatted references, one a line: NLM, APA, Vancouver, by a CSL processor and styles of our own.  (pure)"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc.formatter import plain
from citeproc.source.json import CiteProcJSON

from kb.formats.bibliography import Bibliography
from kb.formats.common import clean, date_parts, doubts, note, original_title, page_range, title
from kb.formats.csl import csl_values
from kb.languages import UNDETERMINED, language_name
from kb.queries.works.bibliography import Item

_STYLES: Final = Path(__file__).parent / "styles"
_USED: Final = frozenset(
    {
        "id", "type", "genre", "title", "author", "container-author", "editor", "container-title",
        "container-title-short", "collection-title", "issued", "volume", "issue", "number", "chapter-number", "page",
        "publisher", "publisher-place", "edition", "DOI", "PMID", "PMCID",
    }
)  # fmt: skip
_KEY: Final = "1"
# What citeproc-py has no variable for, or changes, goes under the name of one that the styles need for nothing else.
_BOOK_AUTHORS: Final = "composer"  # it finds no role whose name has a hyphen
_DAY: Final = "event"  # PubMed's words, "2003 Jan-Feb": it shows no seasons, and spans without their sign
_AS_PRINTED: Final = "section"  # pages that are no plain span: it would shorten them
_LANGUAGE_NAMES: Final = "medium"
_OF_PERIODICALS: Final = ("article-journal", "article")
_SICI: Final = re.compile(r"\d{4}-?\d{3}[\dX]\(")  # S0140-6736(20)30183-5 is no number of an article
_EDITION: Final = re.compile(r"(?<!\s)\s*\b(ed|edition)\.?$", re.IGNORECASE)
_INITIALS: Final = re.compile(r"[^\W\d_a-z]{2,4}")


def format_nlm(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as the references of Citing Medicine: all authors, the day, the identifiers."""
    style = _style("nlm")
    yield from (f"{_reference(style, item, _values(item))}\n" for item in items)


def format_apa(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as references by author and year."""
    style = _style("apa")
    yield from (f"{_reference(style, item, _values(item) | _apa_title(item))}\n" for item in items)


def format_vancouver(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as numbered references of medical journals: six authors, then et al."""
    style = _style("vancouver")
    yield from (f"{number}. {_reference(style, item, _values(item))}\n" for number, item in enumerate(items, start=1))


def _style(name: str) -> Any:
    return CitationStylesStyle(str(_STYLES / f"{name}.csl"), validate=False)


def _reference(style: Any, item: Item, values: dict[str, Any]) -> str:
    """Return one reference on one line, and in brackets what must be said of the item."""
    bibliography = CitationStylesBibliography(style, CiteProcJSON([values]), plain)
    bibliography.register(Citation([CitationItem(_KEY)]))
    [reference] = bibliography.bibliography()
    said = [*doubts(item), *filter(None, [note(item) if item.source is not None else None])]
    return " ".join([clean(str(reference)), *(f"[{text}]" for text in said)])


def _values(item: Item) -> dict[str, Any]:
    """Return what the styles use; a journal without abbreviation goes by its name."""
    values: dict[str, Any] = {name: value for name, value in csl_values(item).items() if name in _USED}
    if values["type"] == "article":  # a preprint, whose server stands where a journal does
        values["container-title"] = values.pop("publisher", "")
    if "container-title" in values:
        values.setdefault("container-title-short", values["container-title"])
    if item.source is not None and "title" in values:
        values["title"] = _pointed(values["title"])
    values[_BOOK_AUTHORS] = values.pop("container-author", [])
    for role in ("author", _BOOK_AUTHORS, "editor"):
        values[role] = [_with_initials(name) for name in values.get(role, [])]
    if parts := date_parts(item):
        values |= {"issued": {"date-parts": [parts[:1]]}, _DAY: clean(item.pub_date) or str(parts[0])}
    values["edition"] = _EDITION.sub("", values.get("edition", ""))
    values["volume"] = ", ".join(filter(None, (values.get("volume"), clean(item.volume_title))))
    values[_LANGUAGE_NAMES] = _languages(item)
    return {name: value for name, value in (values | _pages(values)).items() if value} | {"id": _KEY}


def _pages(values: dict[str, Any]) -> dict[str, Any]:
    """Return a plain span of pages as "page", the number of an article as "number", all else to be shown as printed."""
    page, number = values.get("page"), values.get("number")
    if values["type"] in _OF_PERIODICALS and number:
        return {"page": None} | ({"number": None, _AS_PRINTED: number} if _SICI.search(number) else {})
    first, last = page_range(page)
    if first == last:
        return {"page": first}
    would_lose = first[:1].isalpha() and len(first) != len(last or "")  # citeproc makes "e1-0" of e1-e10
    return {"page": None, _AS_PRINTED: page} if page and (last is None or would_lose) else {}


def _languages(item: Item) -> str:
    """Return the languages of an item, "Norwegian", for styles that name those that are not English alone."""
    names = [language_name(language) for language in item.languages if language != UNDETERMINED]
    return "" if names == ["English"] else ", ".join(names)


def _apa_title(item: Item) -> dict[str, str]:
    """Return the title as APA has it: the original one before its translation, what kind of work it is after."""
    original, translated = original_title(item), title(item)
    if original:
        translated = f"{original} [{translated.removeprefix('[').removesuffix(']')}]"
    values = csl_values(item)
    kind = f" [{values['genre']}]" if "genre" in values else ""
    if item.record_type == "book":  # whose edition stands before the point
        return {"title": translated}
    return {"title": _pointed(translated + kind)} if original or kind else {}


def _pointed(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else text + "."


def _with_initials(name: dict[str, str]) -> dict[str, str]:
    """Return a name whose initials stand apart, since a processor takes "JK" for one given name, J."""
    given = name.get("given", "")
    return name | {"given": " ".join(given)} if _INITIALS.fullmatch(given) else name


BIBLIOGRAPHIES: Final = (
    Bibliography("NLM", ".nlm.txt", format_nlm, "text/plain", "Word and other text"),
    Bibliography("APA", ".apa.txt", format_apa, "text/plain", "Word and other text"),
    Bibliography("Vancouver", ".vancouver.txt", format_vancouver, "text/plain", "Word and other text"),
)
