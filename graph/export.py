"""The citation graph as files that other programs open: suffix -> streaming writer."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from graph.csvpair import format_edge_rows, format_node_rows
from graph.gexf import format_gexf
from graph.graphml import format_graphml
from graph.nodelink import format_nodelink
from kb.console import litkb_version
from kb.database import snapshot
from kb.errors import LitkbError, UsageError
from kb.queries.links import (
    ExportEdge,
    ExportNode,
    read_article_sources,
    read_computed,
    read_export_edges,
    read_export_nodes,
)

_Item = TypeVar("_Item")
_Format = Callable[[Iterable[ExportNode], Iterable[ExportEdge], Mapping[str, str]], Iterator[str]]

FORMATS: Final[Mapping[str, _Format]] = {
    "graphml": format_graphml,
    "gexf": format_gexf,
    "json": format_nodelink,
    "nodes.csv": lambda nodes, _edges, _about: format_node_rows(nodes),
    "edges.csv": lambda _nodes, edges, _about: format_edge_rows(edges),
}
SUFFIXES: Final = (".graphml", ".gexf", ".csv", ".json")
BUFFER: Final = 1 << 20  # bytes written in one go
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


class _Counted(Iterable[_Item]):
    """Items, and how many of them went by."""

    def __init__(self, items: Iterable[_Item]) -> None:
        self.items = items
        self.count = 0

    def __iter__(self) -> Iterator[_Item]:
        for item in self.items:
            self.count += 1
            yield item


def stream(
    form: str, nodes: Iterable[ExportNode], edges: Iterable[ExportEdge], about: Mapping[str, str]
) -> Iterator[str]:
    """Yield a file of the format ``form`` (a key of FORMATS) piece by piece; nodes are used up before edges.

    Every edge's ends must be among the nodes. Text is cleaned and escaped here.
    """
    return FORMATS[form](nodes, edges, about)


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
    db: sqlite3.Connection, out: Path, *, articles_only: bool = False, force: bool = False
) -> ExportSummary:
    """Write the citation graph to out, in the format of its suffix; memory does not grow with the graph.

    ``graph.csv`` stands for two files, ``graph-nodes.csv`` and ``graph-edges.csv``. Files appear whole or not
    at all. Raises UsageError for an unknown suffix, a missing folder, or a file that is there without ``force``.
    """
    targets = _targets(out, force=force)
    with snapshot(db):
        about, computed = read_about(db), read_computed(db)
        nodes = _Counted(read_export_nodes(db, articles_only=articles_only))
        edges = _Counted(read_export_edges(db, articles_only=articles_only))
        _write_whole({path: stream(form, nodes, edges, about) for path, form in targets.items()})
    current = computed is not None and (articles_only or computed[1:] == (nodes.count, edges.count))
    return ExportSummary(tuple(targets), nodes.count, edges.count, current)


def _targets(out: Path, *, force: bool) -> dict[Path, str]:
    """Return the files that out stands for, with their formats."""
    suffix = out.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{out.name} does not say its format: end it in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.")
    targets = {out: suffix[1:]}
    if suffix == ".csv":
        targets = {out.with_name(f"{out.stem}-{kind}{out.suffix}"): f"{kind}.csv" for kind in ("nodes", "edges")}
    if not out.parent.is_dir():
        raise UsageError(f"There is no folder {out.parent} to write {out.name} in.")
    for path in targets:
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name a file.")
        if path.exists() and not force:
            raise UsageError(f"{path} is there already; --force replaces it.")
    return targets


def _write_whole(files: Mapping[Path, Iterator[str]]) -> None:
    """Write each file beside its place, then put all in place; after a failure none has changed."""
    try:
        with ExitStack() as undone:
            parts = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in files}
            for path, part in parts.items():
                undone.callback(part.unlink, missing_ok=True)
                with part.open("w", BUFFER, encoding="utf-8", newline="") as file:
                    file.writelines(files[path])
            for path, part in parts.items():
                part.replace(path)
    except OSError as error:
        raise LitkbError(f"{next(iter(files))} could not be written: {error.strerror}.") from error
