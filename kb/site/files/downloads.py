"""What the site gives as files: every format under an ending, of rows, searches, articles and works."""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple

from graph.export.export_request import Selection, format_selection, media_type
from graph.export.write import FORMS
from kb.formats.registry import BIBLIOGRAPHIES
from kb.queries.export.selection import choose, choose_pairs
from kb.site.server.streaming import Download, TooMuchError

MOST_ROWS: Final = 200_000
MOST_ITEMS: Final = 20_000
_LONGEST_STEM: Final = 100  # characters of the name of a file
_DEVICE: Final = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)")  # of Windows, whatever the ending


class Selected(NamedTuple):
    """The works that a file is of, in an order where they have one; of pairs these alone are its citations."""

    works: Collection[int]
    pairs: Collection[tuple[int, int]] | None = None
    order: Sequence[int] = ()


def _ending(form: str) -> str:
    """Return a form as Datasette takes it at the end of an address: one word. json is Datasette's own."""
    return "nodelink" if form == "json" else form.strip(".").replace(".", "_")


ENDINGS: Final = {_ending(form): form for form in (*BIBLIOGRAPHIES, *FORMS)}
DOTTED: Final = {ending.replace("_", "."): ending for ending in ENDINGS if "_" in ending}
ANY_ENDING: Final = "|".join(re.escape(ending) for ending in (*ENDINGS, *DOTTED))

Opened = tuple[str, Sequence[tuple[str, str]]]  # programs, and the files that they open: ending, name


def _opened(forms: Iterable[tuple[str, str, str]]) -> Sequence[Opened]:
    """Return forms, each as (programs that open it, its form, its name), by programs."""
    found: dict[str, list[tuple[str, str]]] = {}
    for programs, form, name in sorted(forms, key=itemgetter(0)):
        found.setdefault(programs, []).append((_ending(form), name))
    return list(found.items())


EXPORTS: Final = (  # what the menu Export offers
    ("As references", _opened((one.opened_by, one.suffix, one.name) for one in BIBLIOGRAPHIES.values())),
    ("As a network", _opened((one.opened_by, one.name, one.title) for one in FORMS.values())),
)
_PICTURES: Final[Sequence[Opened]] = (
    ("Word, PowerPoint", (("png", "PNG"),)),
    ("Inkscape, Illustrator, web pages", (("svg", "SVG"),)),
)
PICTURE_EXPORTS: Final = (("As a picture", _PICTURES),)


def form_of(ending: str) -> str:
    """Return the form that an ending stands for, with dots or underlines."""
    return ENDINGS[DOTTED.get(ending, ending)]


def is_bibliography(form: str) -> bool:
    """Return whether a form is a bibliography; else it is a network."""
    return form in BIBLIOGRAPHIES


def file_name(stem: str, form: str) -> str:
    """Return the name under which a browser saves a file."""
    safe = re.sub(r"[^\w-]", "-", stem, flags=re.ASCII)[:_LONGEST_STEM] or "works"
    return f"{safe}{'-' if _DEVICE.fullmatch(safe) else ''}.{form.removeprefix('.')}"


def wanted_file(form: str, stem: str, read: Callable[[sqlite3.Connection], Selected]) -> Download:
    """Return what is to be sent: what read() selects, in a form."""
    return Download(
        file_name(stem, form),
        media_type(form),
        lambda db: _bounded(read(db), form),
        lambda db, selected: _pieces(db, form, selected),
    )


def _bounded(selected: Selected, form: str) -> Selected:
    if is_bibliography(form) and len(selected.works) > MOST_ITEMS:
        raise TooMuchError(
            f"These are {len(selected.works):,} works; a bibliography here holds {MOST_ITEMS:,} at most. "
            "`litkb export` writes files of any size."
        )
    return selected


def _pieces(db: sqlite3.Connection, form: str, selected: Selected) -> Iterator[str]:
    choose(db, selected.works)
    choose_pairs(db, selected.pairs or ())
    has_pairs = selected.pairs is not None
    return format_selection(db, form, Selection(is_chosen=True, pairs=has_pairs, order=selected.order))


def read_rows(db: sqlite3.Connection, sql: str, params: Any) -> list[Any]:
    """Return all rows of a query; raises TooMuchError where they are too many."""
    rows = db.execute(sql, params).fetchmany(MOST_ROWS + 1)
    if len(rows) > MOST_ROWS:
        raise TooMuchError(f"These are more than {MOST_ROWS:,} rows. `litkb export` writes files of any size.")
    return rows
