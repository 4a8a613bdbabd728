"""A choice of works as a file of any format, a network or a bibliography: one table of suffixes."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from graph.export.atomic_write import find_targets, write_whole
from graph.export.networks import NETWORKS
from graph.export.write import FORMATS, FORMS, export_network, forms_of
from kb.database import snapshot
from kb.errors import UsageError
from kb.formats.registry import BIBLIOGRAPHIES
from kb.queries.citations import ALL_NODES, HELD_NODES, NODES, read_computed
from kb.queries.export.nodes import Scope
from kb.queries.export.selection import CHOSEN, CHOSEN_IDS, choose, open_choice, read_counts_of
from kb.queries.harvest_log import read_citation_count
from kb.queries.works.bibliography import PARTS, Item, read_scope_items

SUFFIXES: Final = (*BIBLIOGRAPHIES, *FORMATS)


class Selection(NamedTuple):
    """What is exported: all works or the chosen ones, as which network, with the chosen pairs alone as its edges.

    order is that of a bibliography, else it goes by id; a list of references has one.
    """

    is_chosen: bool = False
    articles_only: bool = False
    network: str = "citations"
    pairs: bool = False
    order: Sequence[int] = ()
    parts: Collection[str] = PARTS  # of the items of a bibliography

    @property
    def scope(self) -> Scope:
        """The works as exports of networks understand them."""
        return Scope(self.articles_only, CHOSEN if self.is_chosen else None, self.pairs)


EVERYTHING: Final = Selection()


def select_works(
    db: sqlite3.Connection,
    works: Iterable[int] | None = None,
    *,
    network: str = "citations",
    articles_only: bool = False,
) -> Selection:
    """Return what write_export() is to write: these works, by their ids, or all; as one of NETWORKS.

    A connection has one choice of works: the next one replaces it. Raises UsageError for an unknown network.
    """
    if network not in NETWORKS:
        raise UsageError(f"There is no network {network!r}: name one of {', '.join(NETWORKS)}.")
    if works is not None:
        open_choice(db)
        choose(db, works)
    return Selection(is_chosen=works is not None, articles_only=articles_only, network=network)


def write_export(
    db: sqlite3.Connection,
    out: str | Path,
    selection: Selection = EVERYTHING,
    *,
    suffix: str | None = None,
    force: bool = False,
) -> tuple[Path, ...]:
    """Write a selection to out, in the format of its suffix (one of SUFFIXES); return the files.

    ``graph.csv`` stands for two files, ``graph-nodes.csv`` and ``graph-edges.csv``. Files appear whole or not at
    all. Raises UsageError for an unknown suffix, a missing folder, or a file that is there without ``force``.
    """
    suffix = suffix or find_suffix(Path(out).name)
    targets = find_targets(Path(out), suffix, files_of(suffix), force=force)
    with snapshot(db):
        write_whole({path: format_selection(db, form, selection) for path, form in targets.items()})
    return tuple(targets)


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


def format_selection(db: sqlite3.Connection, form: str, selected: Selection) -> Iterator[str]:
    """Yield a file piece by piece; form is a suffix of a bibliography or a form of a network.

    The file is read in one state while the pieces are taken.
    """
    if form in BIBLIOGRAPHIES:
        with snapshot(db):
            yield from BIBLIOGRAPHIES[form].write(_items(db, selected))
    else:
        yield from export_network(db, form, selected.network, selected.scope)


def _items(db: sqlite3.Connection, selected: Selection) -> Iterable[Item]:
    items = read_scope_items(db, works_of(selected), parts=selected.parts)
    if not selected.order:
        return items
    places = {work: place for place, work in enumerate(selected.order)}
    return sorted(items, key=lambda item: places[item.id])


def works_of(selected: Selection) -> str:
    """Return a select of the ids of the works that are selected."""
    if not selected.is_chosen:
        return f"select w.id as id from {NODES} where {HELD_NODES if selected.articles_only else ALL_NODES}"
    if not selected.articles_only:
        return CHOSEN_IDS
    return f"{CHOSEN_IDS} where exists (select 1 from articles where pmid = coalesce(w.merged_into, w.id))"


def count_selected(db: sqlite3.Connection, selected: Selection) -> tuple[int, int]:
    """Return how many works are taken, and how many of them have a PMID."""
    return read_counts_of(db, works_of(selected))


def is_computed(db: sqlite3.Connection) -> bool:
    """Return whether the computed numbers are there, and of as many works and citations as there are now."""
    computed = read_computed(db)
    return computed is not None and computed[1:] == (count_selected(db, EVERYTHING)[0], read_citation_count(db))
