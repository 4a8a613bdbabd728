"""Networks as files that other programs open: suffix -> streaming writer."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from pkgutil import iter_modules
from typing import Final, Generic, NamedTuple, TypeVar

import numpy as np

import graph.export.formats
from graph.export.atomic_write import find_targets, write_whole
from graph.export.formats.common import Contents, Form
from graph.export.journal_citations import journal_citations
from graph.export.networks import CITATIONS, NETWORKS, WEIGHTED, stars_of, together
from kb.console import litkb_version
from kb.database import snapshot
from kb.errors import UsageError
from kb.queries.citations import read_article_sources, read_computed
from kb.queries.export.edges import Block, ExportEdge, SourceNames, count_edges, read_blocks, read_stars
from kb.queries.export.nodes import (
    EVERYTHING,
    ExportNode,
    Scope,
    columns_of,
    read_bounds,
    read_node_columns,
    read_scope_ids,
)

_Part = TypeVar("_Part")


def _found() -> Iterator[Form]:
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


class ExportSummary(NamedTuple):
    """What was written; computed is False where the file's numbers are missing or of another state of the graph."""

    files: tuple[Path, ...]
    nodes: int
    edges: int
    computed: bool


class _Counted(Generic[_Part]):
    """Portions to be read as often as wanted, and how many nodes or edges went by the last time."""

    def __init__(self, read: Callable[[], Iterator[_Part]], size: Callable[[_Part], int]) -> None:
        self._read, self._size = read, size
        self.count = 0

    def __iter__(self) -> Iterator[_Part]:
        self.count = 0
        for part in self._read():
            self.count += self._size(part)
            yield part


def _edges_of_block(block: Block) -> int:
    return len(block.heads)


def stream(
    form: str, nodes: Iterable[ExportNode], edges: Iterable[ExportEdge], about: Mapping[str, str]
) -> Iterator[str]:
    """Yield a file of the form ``form`` (a key of FORMS) piece by piece; nodes are used up before edges.

    It is a part of the citation graph. Every edge's ends must be among the nodes. Text is cleaned and escaped here.
    """
    writer = FORMS[form]
    if not writer.numbered:
        stars = ([star] for star in _stars(edges))
        return writer.write(Contents(CITATIONS, about, columns_of(nodes), stars))
    kept = list(nodes)
    numbers = {node.name: number for number, node in enumerate(kept)}
    sources: dict[str, int] = {}
    blocks: Iterable[Block] = (_block(star, numbers, sources) for star in _stars(edges))
    placed = [(node.x, node.y) for node in kept if node.x is not None and node.y is not None]
    bounds = (min(placed)[0], max(placed)[0], min(y for _, y in placed), max(y for _, y in placed)) if placed else None
    named = lambda code: list(sources)[code]  # noqa: E731 - a format asks once for each code
    return writer.write(Contents(CITATIONS, about, columns_of(kept), (), blocks, named, len(kept), bounds))


def _stars(edges: Iterable[ExportEdge]) -> Iterator[tuple[str, list[str], list[str | None]]]:
    for tail, group in groupby(edges, attrgetter("citing")):
        found = list(group)
        yield tail, [edge.cited for edge in found], [edge.sources for edge in found]


def _block(star: tuple[str, list[str], list[str | None]], numbers: Mapping[str, int], sources: dict[str, int]) -> Block:
    tail, cited, values = star
    codes = [sources.setdefault(value or "", len(sources)) for value in values]
    heads = [numbers[head] for head in cited]
    return Block(np.full(len(heads), numbers[tail]), np.array(heads), np.array(codes))


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
        return _weighted_contents(db, network, scope, at_least, directed=writer.directed)
    nodes = _Counted(lambda: read_node_columns(db, scope, writer.shows), attrgetter("size"))
    if not writer.numbered:
        return Contents(CITATIONS, about, nodes, _Counted(lambda: read_stars(db, scope), count_edges))
    ids = read_scope_ids(db, scope)
    blocks = _Counted(lambda: read_blocks(db, ids, scope), _edges_of_block)
    return Contents(CITATIONS, about, nodes, (), blocks, SourceNames(db).__getitem__, len(ids), read_bounds(db))


def _weighted_contents(
    db: sqlite3.Connection, network: str, scope: Scope, at_least: int, *, directed: bool
) -> Contents:
    kind, weight = WEIGHTED[network]
    if network == "journals":
        found = journal_citations(db, scope, at_least, directed=directed)
    else:
        found = together(db, network, scope, at_least)
    about = read_about(db) | {"network": network, "weight": weight}
    if at_least > 1:
        about["at_least"] = str(at_least)
    nodes, blocks = _Counted(found.nodes, attrgetter("size")), _Counted(found.blocks, _edges_of_block)
    stars = _Counted(lambda: stars_of(found.blocks(), found.names()), count_edges)
    return Contents(kind, about, nodes, stars, blocks, int, found.size, read_bounds(db))


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


def write_export(
    db: sqlite3.Connection,
    out: Path,
    *,
    network: str = "citations",
    scope: Scope = EVERYTHING,
    force: bool = False,
) -> ExportSummary:
    """Write a network to out, in the format of its suffix (one of FORMATS).

    ``graph.csv`` stands for two files, ``graph-nodes.csv`` and ``graph-edges.csv``. Files appear whole or not at
    all. Raises UsageError for an unknown suffix or network, a missing folder, or a file that is there without
    ``force``.
    """
    if network not in NETWORKS:
        raise UsageError(f"There is no network {network!r}: name one of {_listed(NETWORKS)}.")
    suffix = _find_suffix(out.name)
    targets = find_targets(out, suffix, forms_of(suffix), force=force)
    with snapshot(db):
        computed = read_computed(db)
        contents = {path: read_contents(db, form, network, scope) for path, form in targets.items()}
        write_whole({path: FORMS[targets[path]].write(found) for path, found in contents.items()})
    nodes, edges = (max(counts) for counts in zip(*map(_counts, contents.values()), strict=True))
    current = computed is not None and (scope != EVERYTHING or network != "citations" or computed[1:] == (nodes, edges))
    return ExportSummary(tuple(targets), nodes, edges, current)


def _counts(contents: Contents) -> tuple[int, int]:
    """Return how many nodes and edges went by."""
    nodes, *edges = (
        part.count if isinstance(part, _Counted) else 0 for part in (contents.nodes, contents.stars, contents.blocks)
    )
    return nodes, max(edges)


def _find_suffix(name: str) -> str:
    found = [suffix for suffix in FORMATS if name.lower().endswith(suffix)]
    if not found:
        raise UsageError(f"{name} does not say its format: end it in {_listed(FORMATS)}.")
    return max(found, key=len)


def forms_of(suffix: str) -> Mapping[str, str]:
    """Return by what is put to the name ("", "-nodes") the forms of the files that a suffix of FORMATS stands for."""
    forms = FORMATS[suffix]
    return {"": forms[0]} if len(forms) == 1 else {f"-{form.partition('.')[0]}": form for form in forms}


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}"
