"""Nodes of the citation graph as exports read them: merged works followed, each once, in constant memory."""

import sqlite3
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from kb.queries.links import ALL_NODES, HELD_NODES, NODES, Ids

SEPARATOR: Final = "\x1f"  # between names that SQLite joins; no name holds it
PORTION: Final = 1_000  # nodes, or works with all that they cite, that are handed on in one go

_NAME: Final = "case when w.citation_key is null then 'doi:' || w.doi else 'ref:' || w.citation_key end"
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
_BRIEF: Final = f"""
    {WORK_NAME}, w.label, null, null, null, null, null, null, null, null, null, null, null, null, p.x, p.y, null
    from {NODES} left join work_positions p on p.id = w.id and p.layout = 'timeline'"""
_WHOLE: Final = f"""
    {WORK_NAME}, w.label, a.title, coalesce(a.year, w.year), a.authors,
        coalesce(j.abbreviation, j.title), coalesce(a.doi, w.doi), case when w.id > 0 then w.id end, w.state,
        m.citation_count, m.pagerank, m.component, case when a.pmid is null then {_NAMED_BY} else s.name end,
        k.community, p.x, p.y, null
    from {NODES} left join journals j on j.journal_id = a.journal_id
        left join citation_sources s on s.id = a.source_id
        left join article_metrics m on m.id = w.id
        left join communities k on k.id = w.id
        left join work_positions p on p.id = w.id and p.layout = 'timeline'"""


class ExportNode(NamedTuple):
    """A node as files show it; None: nobody said. source is that of its record, else of the citations naming it."""

    name: str  # pmid:15063905, doi:10.1111/…, ref:<citation key>; name:<name key>; keyword:<keyword key>
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
    articles: int | None = None  # how many held articles bear this name or keyword


NodeRow: TypeAlias = tuple[Any, ...]  # a node as SQLite gives it: the values of an ExportNode


class Scope(NamedTuple):
    """Which works: all, the held ones, or those in a temporary table with a column ``id``, merged ones followed."""

    articles_only: bool = False
    selected: str | None = None  # the table's name

    def ids(self) -> str | None:
        """Return a select of the ids of the nodes; None: all."""
        held = "select a.pmid from articles a join works w on w.id = a.pmid where w.merged_into is null"
        chosen = f"select coalesce(w.merged_into, w.id) from {self.selected} s join works w on w.id = s.id"
        if self.selected is None:
            return held if self.articles_only else None
        return f"{chosen} intersect {held}" if self.articles_only else chosen

    def where(self) -> str:
        """Return the condition for a work w and its record a to be a node."""
        if self.selected is None:
            return HELD_NODES if self.articles_only else ALL_NODES
        return f"w.id in ({self.ids()})"


EVERYTHING: Final = Scope()


def read_scope_ids(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Ids:
    """Return the ids of the nodes, ascending."""
    rows = db.execute(f"select w.id from {NODES} where {scope.where()} order by w.id")
    return np.fromiter(chain.from_iterable(rows), dtype=np.int64)


def read_node_portions(
    db: sqlite3.Connection, scope: Scope = EVERYTHING, *, brief: bool = False
) -> Iterator[list[NodeRow]]:
    """Yield the nodes with their attributes, by id, in portions; brief ones have name, label and position alone."""
    rows = db.execute(f"select {_BRIEF if brief else _WHOLE} where {scope.where()} order by w.id")
    while portion := rows.fetchmany(PORTION):
        yield portion


def read_scope_nodes(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Iterator[ExportNode]:
    """Yield the nodes with their attributes, by id, in constant memory."""
    yield from map(ExportNode._make, chain.from_iterable(read_node_portions(db, scope)))


def read_scope_names(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Iterator[str]:
    """Yield the names of the nodes, by id."""
    yield from (row[0] for row in db.execute(f"select {WORK_NAME} from {NODES} where {scope.where()} order by w.id"))


def read_bounds(db: sqlite3.Connection) -> tuple[float, float, float, float] | None:
    """Return the smallest and the largest x, then y, of the timeline; None: it was not computed."""
    row = db.execute("select min(x), max(x), min(y), max(y) from work_positions where layout = 'timeline'").fetchone()
    return None if row[0] is None else row
