"""Works as formatted references, one a line: NLM, APA, Vancouver, by a CSL processor and styles of our own.  (pure)"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc.formatter import plain
from citeproc.source.json import CiteProcJSON

from kb.formats.common import clean, note
from kb.formats.csl import csl_values
from kb.queries.bibliography import Item

_STYLES: Final = Path(__file__).parent / "styles"
_USED: Final = frozenset(
    {
        "id", "type", "title", "author", "editor", "container-title", "container-title-short", "issued", "volume",
        "issue", "page", "publisher", "edition", "DOI", "PMID", "PMCID",
    }
)  # fmt: skip
_KEY: Final = "1"
_INITIALS: Final = re.compile(r"[^\W\d_a-z]{2,4}")


def format_nlm(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as the references of Citing Medicine: all authors, the day, the identifiers."""
    style = _style("nlm")
    yield from (f"{_reference(style, item)}\n" for item in items)


def format_apa(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as references by author and year."""
    style = _style("apa")
    yield from (f"{_reference(style, item)}\n" for item in items)


def format_vancouver(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as numbered references of medical journals: six authors, then et al."""
    style = _style("vancouver")
    yield from (f"{number}. {_reference(style, item)}\n" for number, item in enumerate(items, start=1))


def _style(name: str) -> Any:
    return CitationStylesStyle(str(_STYLES / f"{name}.csl"), validate=False)


def _reference(style: Any, item: Item) -> str:
    """Return one reference on one line, and in brackets what must be said of an item that is no record of PubMed."""
    bibliography = CitationStylesBibliography(style, CiteProcJSON([_values(item)]), plain)
    bibliography.register(Citation([CitationItem(_KEY)]))
    [reference] = bibliography.bibliography()
    said = note(item) if item.source is not None else None
    return clean(str(reference)) + (f" [{said}]" if said else "")


def _values(item: Item) -> dict[str, Any]:
    """Return what the styles use; a journal without abbreviation goes by its name."""
    values: dict[str, Any] = {name: value for name, value in csl_values(item).items() if name in _USED}
    if "container-title" in values:
        values.setdefault("container-title-short", values["container-title"])
    if item.source is not None and "title" in values:
        values["title"] += "" if values["title"].endswith((".", "?", "!")) else "."
    for role in ("author", "editor"):
        values[role] = [_with_initials(name) for name in values.get(role, [])]
    return {name: value for name, value in values.items() if value} | {"id": _KEY}


def _with_initials(name: dict[str, str]) -> dict[str, str]:
    """Return a name whose initials stand apart, since a processor takes "JK" for one given name, J."""
    given = name.get("given", "")
    return name | {"given": " ".join(given)} if _INITIALS.fullmatch(given) else name
