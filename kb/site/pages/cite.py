"""The values of the page that cites an article: every form as text, to copy or to take as a file."""

import sqlite3
from typing import Any, Final, NamedTuple

from kb.formats.registry import BIBLIOGRAPHIES
from kb.queries.works.bibliography import read_items
from kb.site.parts.markup import title_markup

_SHOWN: Final = (".nlm.txt", ".apa.txt", ".vancouver.txt", ".bib", ".ris", ".nbib", ".csl.json")


class Form(NamedTuple):
    """A form of a reference: what it is called, how its file ends, its text."""

    name: str
    ending: str
    text: str


def cite_values(db: sqlite3.Connection, pmid: int) -> dict[str, Any] | None:
    """Return the references of an article in all forms; None where its record is not held."""
    items = [item for item in read_items(db, [pmid]) if item.source is not None]
    if not items:
        return None
    forms = [Form(form.name, ending[1:], "".join(form.write(items)).strip()) for ending, form in _forms()]
    return {"pmid": pmid, "title": title_markup(items[0].title, None), "forms": forms}


def _forms() -> list[tuple[str, Any]]:
    return [(ending, BIBLIOGRAPHIES[ending]) for ending in _SHOWN]
