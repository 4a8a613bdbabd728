"""A choice of works as a file of any format, a network or a bibliography: one table of suffixes."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from graph.export.write import FORMATS, FORMS, export_network, forms_of, read_about, stream
from kb.database import snapshot
from kb.errors import UsageError
from kb.formats.registry import BIBLIOGRAPHIES
from kb.queries.citations import ALL_NODES, HELD_NODES, NODES
from kb.queries.export.nodes import Scope
from kb.queries.export.selection import CHOSEN, CHOSEN_IDS, read_counts_of
from kb.queries.export.subgraph import read_selected_edges, read_selected_nodes
from kb.queries.works.bibliography import PARTS, Item, read_scope_items

SUFFIXES: Final = (*BIBLIOGRAPHIES, *FORMATS)


class Taken(NamedTuple):
    """What is taken away: all works or the chosen ones, as which network, with which pairs alone as its edges.

    order is that of a bibliography, else it goes by id; a list of references has one.
    """

    is_chosen: bool = False
    articles_only: bool = False
    network: str = "citations"
    pairs: Collection[tuple[int, int]] | None = None
    order: Sequence[int] = ()
    parts: Collection[str] = PARTS  # of the items of a bibliography

    @property
    def scope(self) -> Scope:
        """The works as exports of networks understand them."""
        return Scope(self.articles_only, CHOSEN if self.is_chosen else None)


def find_suffix(name: str) -> str:
    """Return the suffix that says the format of a file, the longest one; raises UsageError where none does."""
    found = [suffix for suffix in SUFFIXES if name.lower().endswith(suffix)]
    if not found:
        raise UsageError(f"{name} does not say its format: end it in one of {', '.join(SUFFIXES)}, or give --format.")
    return max(found, key=len)


def format_suffix(name: str) -> str | None:
    """Return the suffix of a format that is called by it, with the point or without, or by its name; None: of none."""
    called = name.strip().lower()
    names = {form.name.lower(): suffix for suffix, form in BIBLIOGRAPHIES.items()}
    return names.get(called) or next((suffix for suffix in SUFFIXES if called in (suffix, suffix[1:])), None)


def files_of(suffix: str) -> Mapping[str, str]:
    """Return by what is put to the name ("", "-nodes") the forms of the files that a suffix stands for."""
    return {"": suffix} if suffix in BIBLIOGRAPHIES else forms_of(suffix)


def media_type(form: str) -> str:
    """Return the media type of a form, with its characters where it is text."""
    if form not in BIBLIOGRAPHIES:
        return FORMS[form].media_type
    return f"{BIBLIOGRAPHIES[form].media_type}; charset=utf-8"


def format_taken(db: sqlite3.Connection, form: str, taken: Taken) -> Iterator[str]:
    """Yield a file piece by piece; form is a suffix of a bibliography or a form of a network.

    The file is read in one state while the pieces are taken.
    """
    if form in BIBLIOGRAPHIES:
        with snapshot(db):
            yield from BIBLIOGRAPHIES[form].write(_items(db, taken))
    elif taken.pairs is None:
        yield from export_network(db, form, taken.network, taken.scope)
    else:
        with snapshot(db):
            works = {work for pair in taken.pairs for work in pair}
            edges = read_selected_edges(db, works, taken.pairs)
            yield from stream(form, read_selected_nodes(db, works), edges, read_about(db))


def _items(db: sqlite3.Connection, taken: Taken) -> Iterable[Item]:
    items = read_scope_items(db, works_of(taken), parts=taken.parts)
    if not taken.order:
        return items
    places = {work: place for place, work in enumerate(taken.order)}
    return sorted(items, key=lambda item: places[item.id])


def works_of(taken: Taken) -> str:
    """Return a select of the ids of the works that are taken."""
    if not taken.is_chosen:
        return f"select w.id as id from {NODES} where {HELD_NODES if taken.articles_only else ALL_NODES}"
    if not taken.articles_only:
        return CHOSEN_IDS
    return f"{CHOSEN_IDS} where exists (select 1 from articles where pmid = coalesce(w.merged_into, w.id))"


def count_taken(db: sqlite3.Connection, taken: Taken) -> tuple[int, int]:
    """Return how many works are taken, and how many of them have a PMID."""
    return read_counts_of(db, works_of(taken))
