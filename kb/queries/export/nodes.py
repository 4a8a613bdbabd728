"""Nodes of the citation graph as exports read them: merged works followed, each once, in constant memory."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import numpy as np

from kb.migrations.works import doi_key_of
from kb.queries.citations import ALL_NODES, HELD_NODES, NODES, Ids

PAIRS: Final = "temp.chosen_pairs"  # of works, by the ids of their citations
SEPARATOR: Final = "\x1f"  # between names that SQLite joins; no name holds it
PORTION: Final = 500  # nodes, or works with all that they cite, that are handed on in one go

_NAME: Final = (
    f"case when w.citation_key is null then 'doi:' || {doi_key_of('w.doi')} else 'ref:' || w.citation_key end"
)
WORK_NAMED: Final = f"replace({_NAME}, char(31), '')"  # of a work w that has no PMID
WORK_NAME: Final = f"case when w.id > 0 then 'pmid:' || w.id else {WORK_NAMED} end"
_NAMED_BY: Final = """(
    select group_concat(n.name) from (
        select s.name from citation_sources s where s.id in (
            select c.source_id from citations c where c.cited_id = w.id
            union select c.source_id from citations c where c.citing_id = w.id
            union select c.source_id from works v join citations c on c.cited_id = v.id where v.merged_into = w.id
            union select c.source_id from works v join citations c on c.citing_id = v.id where v.merged_into = w.id
        ) order by s.id) n)"""
# Attribute of a node -> how it is read, and from which of the tables below, where it is not the work's or its record's.
_ATTRIBUTES: Final[Mapping[str, tuple[str, str | None]]] = {
    "name": (WORK_NAME, None),
    "label": ("w.label", None),
    "title": ("coalesce(a.title, a.vernacular_title)", None),
    "year": ("coalesce(a.year, w.year)", None),
    "authors": ("a.authors", None),
    "journal": ("coalesce(j.abbreviation, j.title)", "journals"),
    "doi": ("coalesce(a.doi, w.doi)", None),
    "pmid": ("case when w.id > 0 then w.id end", None),
    "state": ("w.state", None),
    "citation_count": ("m.citation_count", "article_metrics"),
    "pagerank": ("m.pagerank", "article_metrics"),
    "component": ("m.component", "article_metrics"),
    "source": (f"case when a.pmid is null then {_NAMED_BY} else s.name end", "citation_sources"),
    "community": ("k.community", "communities"),
    "x": ("p.x", "work_positions"),
    "y": ("p.y", "work_positions"),
}
_JOINS: Final[Mapping[str, str]] = {
    "journals": "j on j.journal_id = a.journal_id",
    "citation_sources": "s on s.id = a.source_id",
    "article_metrics": "m on m.id = w.id",
    "communities": "k on k.id = w.id",
    "work_positions": "p on p.id = w.id and p.layout = 'timeline'",
}


class ExportNode(NamedTuple):
    """A node as files show it; None: nobody said. source is that of its record, else of the citations naming it."""

    name: str  # pmid:15063905, doi:10.1111/…, ref:<citation key>; name:, keyword:, journal: and a key
    label: str
    title: str | None = None
    year: int | None = None
    authors: str | None = None
    journal: str | None = None
    doi: str | None = None
    pmid: int | None = None
    state: str | None = None
    citation_count: int | None = None
    pagerank: float | None = None
    component: int | None = None
    source: str | None = None
    community: int | None = None
    x: float | None = None
    y: float | None = None
    articles: int | None = None  # how many held articles bear this name or keyword, or are of this journal


class Columns(dict[str, Sequence[Any]]):
    """A portion of nodes, column by column, by the attributes of ExportNode; one that is absent holds None alone."""

    @property
    def size(self) -> int:
        """How many nodes."""
        return len(self["name"])

    def __missing__(self, attribute: str) -> Sequence[None]:
        return (None,) * self.size


class Scope(NamedTuple):
    """Which works: all, the held ones, or those in a temporary table with a column ``id``, merged ones followed.

    pairs: those in the temporary table PAIRS, whose citations alone count.
    """

    articles_only: bool = False
    selected: str | None = None  # the table's name
    pairs: bool = False

    def ids(self) -> str | None:
        """Return a select of the ids of the nodes; None: all."""
        held = "select a.pmid from articles a join works w on w.id = a.pmid where w.merged_into is null"
        chosen = f"select coalesce(w.merged_into, w.id) from {self.selected} s join works w on w.id = s.id"
        if self.pairs:
            return f"select citing_id from {PAIRS} union select cited_id from {PAIRS}"
        if self.selected is None:
            return held if self.articles_only else None
        return f"{chosen} intersect {held}" if self.articles_only else chosen

    def where(self) -> str:
        """Return the condition for a work w and its record a to be a node."""
        if self.selected is None and not self.pairs:
            return HELD_NODES if self.articles_only else ALL_NODES
        return f"w.id in ({self.ids()})"


EVERYTHING: Final = Scope()


def read_scope_ids(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Ids:
    """Return the ids of the nodes, ascending."""
    ids = f"select w.id as id from {NODES} where {scope.where()} order by w.id"
    [joined] = db.execute(f"select group_concat(id) from ({ids})").fetchone()  # one text is read fastest
    return np.sort(np.fromstring(joined or "", dtype=np.int64, sep=","))


def read_node_columns(
    db: sqlite3.Connection, scope: Scope = EVERYTHING, attributes: Collection[str] = _ATTRIBUTES
) -> Iterator[Columns]:
    """Yield the nodes by id, in portions: their names, and those of ``attributes`` that anything can be known of."""
    asked = {name: column for name, column in _ATTRIBUTES.items() if name == "name" or name in attributes}
    tables = {table for _, table in asked.values() if table and db.execute(f"select 1 from {table} limit 1").fetchone()}
    known = {name: value for name, (value, table) in asked.items() if table is None or table in tables}
    joins = " ".join(f"left join {table} {_JOINS[table]}" for table in sorted(tables))
    rows = db.execute(f"select {', '.join(known.values())} from {NODES} {joins} where {scope.where()} order by w.id")
    while portion := rows.fetchmany(PORTION):
        yield Columns(zip(known, zip(*portion, strict=True), strict=True))


def columns_of(nodes: Iterable[ExportNode]) -> Iterator[Columns]:
    """Yield nodes in portions."""
    left = iter(nodes)
    while portion := list(islice(left, PORTION)):
        yield Columns(zip(ExportNode._fields, zip(*portion, strict=True), strict=True))


def read_scope_names(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Iterator[str]:
    """Yield the names of the nodes, by id."""
    yield from (row[0] for row in db.execute(f"select {WORK_NAME} from {NODES} where {scope.where()} order by w.id"))


def read_bounds(db: sqlite3.Connection) -> tuple[float, float, float, float] | None:
    """Return the smallest and the largest x, then y, of the timeline; None: it was not computed."""
    row = db.execute("select min(x), max(x), min(y), max(y) from work_positions where layout = 'timeline'").fetchone()
    return None if row[0] is None else row
