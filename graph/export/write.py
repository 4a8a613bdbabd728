"""Networks as files that other programs open: suffix -> streaming writer."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from itertools import groupby
from operator import attrgetter
from pkgutil import iter_modules
from typing import Final, Generic, TypeVar

import graph.export.formats
from graph.export.formats.common import Contents, Format
from graph.export.journal_citations import journal_citations
from graph.export.networks import CITATIONS, WEIGHTED, Together, stars_of, together
from kb.console import litkb_version
from kb.database import snapshot
from kb.queries.citations import read_article_sources, read_computed
from kb.queries.export.edges import read_all_have_pmids, read_numbered_stars, read_stars
from kb.queries.export.nodes import (
    EVERYTHING,
    SEPARATOR,
    Scope,
    read_bounds,
    read_node_columns,
    read_scope_ids,
)

_Part = TypeVar("_Part")


def _found() -> Iterator[Format]:
    for module in iter_modules(graph.export.formats.__path__):
        yield from getattr(import_module(f"graph.export.formats.{module.name}"), "FORMS", ())


FORMS: Final = {form.name: form for form in sorted(_found(), key=attrgetter("suffix"))}
FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    suffix: tuple(form.name for form in forms) for suffix, forms in groupby(FORMS.values(), attrgetter("suffix"))
}
"""Suffix -> the forms of the files that it stands for: x.vos.txt is x-map.vos.txt and x-network.vos.txt."""
_NOTICES: Final = {
    "synthetic": "Synthetic: a made-up field, none of these articles exists",
    "demonstration": "Demonstration: bibliographic facts read from public pages, not from NCBI",
}


class _Anew(Generic[_Part]):
    """Portions that are read as often as wanted."""

    def __init__(self, read: Callable[[], Iterator[_Part]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[_Part]:
        return self._read()


def export_network(
    db: sqlite3.Connection, form: str, network: str = "citations", scope: Scope = EVERYTHING, at_least: int = 1
) -> Iterator[str]:
    """Yield a file of a network (one of NETWORKS) in a form (a key of FORMS), in constant memory for the citations.

    scope chooses works: Scope(selected="chosen") those of a temporary table ``chosen`` with a column ``id``. In a
    weighted network edges weigh ``at_least`` so much. The file is read in one state while the pieces are taken.
    """
    with snapshot(db):
        yield from FORMS[form].write(read_contents(db, form, network, scope, at_least))


def read_contents(db: sqlite3.Connection, form: str, network: str, scope: Scope, at_least: int = 1) -> Contents:
    """Return what goes into a file; it is read while the file is written."""
    about, writer = read_about(db), FORMS[form]
    if network != "citations":
        return _weighted_contents(db, writer, network, scope, at_least)
    nodes = _Anew(lambda: read_node_columns(db, scope, writer.shows))
    described = writer.describes_edges
    if writer.first is None:
        stars = _Anew(lambda: read_stars(db, scope, described=described))
        return Contents(CITATIONS, about, nodes, stars, read_all_have_pmids(db))
    ids, first = read_scope_ids(db, scope), writer.first
    stars = _Anew(lambda: read_numbered_stars(db, ids, first, scope, described=described))
    return Contents(CITATIONS, about, nodes, stars, True, len(ids), read_bounds(db))


def _weighted_contents(db: sqlite3.Connection, writer: Format, network: str, scope: Scope, at_least: int) -> Contents:
    kind, weight = WEIGHTED[network]
    if network == "journals":
        found = journal_citations(db, scope, at_least, directed=writer.directed)
    else:
        found = together(db, network, scope, at_least)
    about = read_about(db) | {"network": network, "weight": weight}
    if at_least > 1:
        about["at_least"] = str(at_least)
    stars = _Anew(lambda: stars_of(found.blocks(), _names(found, writer)))
    return Contents(kind, about, _Anew(found.nodes), stars, writer.first is not None, found.size, read_bounds(db))


def _names(found: Together, writer: Format) -> list[str]:
    if writer.first is None:
        return [name.replace(SEPARATOR, "") for name in found.names()]
    return list(map(str, range(writer.first, writer.first + found.size)))


def read_about(db: sqlite3.Connection) -> dict[str, str]:
    """Return what a file says about itself: program, where the records are from, when numbers were computed."""
    sources = read_article_sources(db)
    about = {"generator": f"litkb {litkb_version()}"}
    if sources:
        about["records"] = ", ".join(f"{count} {name}" for name, count in sources.items())
    notices = [notice for source, notice in _NOTICES.items() if source in sources]
    if notices:
        about["notice"] = ". ".join(notices)
    if computed := read_computed(db):
        about["computed_at"] = computed[0]
    return about


def forms_of(suffix: str) -> Mapping[str, str]:
    """Return by what is put to the name ("", "-nodes") the forms of the files that a suffix of FORMATS stands for."""
    forms = FORMATS[suffix]
    return {"": forms[0]} if len(forms) == 1 else {f"-{form.partition('.')[0]}": form for form in forms}
