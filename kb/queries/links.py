"""Who cites whom, as the citation graph, related studies and exports read it; merged works are followed."""

import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kb.identifiers import node_name

Ids: TypeAlias = NDArray[np.int64]
_PAIR: Final = np.dtype((np.int64, 2))

# A node is a held article or a work that a citation names, as itself or by a work merged into it.
_NAMED: Final = """(
    exists (select 1 from citations c where c.cited_id = w.id)
    or exists (select 1 from citations c where c.citing_id = w.id)
    or exists (
        select 1 from works v where v.merged_into = w.id and (
            exists (select 1 from citations c where c.cited_id = v.id)
            or exists (select 1 from citations c where c.citing_id = v.id))))"""
_NODES: Final = "works w left join articles a on a.pmid = w.id"
_ALL_NODES: Final = f"w.merged_into is null and (a.pmid is not null or {_NAMED})"
_HELD_NODES: Final = "w.merged_into is null and a.pmid is not null"

_NAMED_BY: Final = """(
    select sum(1 << n.source_id) from (
        select c.source_id from citations c where c.cited_id = w.id
        union select c.source_id from citations c where c.citing_id = w.id
        union select c.source_id from works v join citations c on c.cited_id = v.id where v.merged_into = w.id
        union select c.source_id from works v join citations c on c.citing_id = v.id where v.merged_into = w.id
    ) n)"""

# Sources are joined as bits, which costs half of group_concat; only works without a PMID are looked up, where a
# join would look up all; the rows come in the order of the key, unsorted.
_UNNUMBERED: Final = "case when c.{end} < 0 then (select w.{column} from works w where w.id = c.{end}) end"
_EDGES: Final = f"""
    select c.citing_id, {_UNNUMBERED.format(end="citing_id", column="doi")},
        {_UNNUMBERED.format(end="citing_id", column="citation_key")},
        c.cited_id, {_UNNUMBERED.format(end="cited_id", column="doi")},
        {_UNNUMBERED.format(end="cited_id", column="citation_key")}, sum(1 << c.source_id)
    from citations c where c.citing_id <> c.cited_id
    group by c.citing_id, c.cited_id order by c.citing_id, c.cited_id"""
_FOLLOWED_EDGES: Final = """
    select a.id as citing_id, a.doi, a.citation_key, b.id as cited_id, b.doi, b.citation_key,
        sum(distinct 1 << c.source_id)
    from citations c cross join works p on p.id = c.citing_id cross join works q on q.id = c.cited_id
        cross join works a on a.id = coalesce(p.merged_into, p.id)
        cross join works b on b.id = coalesce(q.merged_into, q.id)
    where a.id <> b.id {only}
    group by a.id, b.id order by a.id, b.id"""
_BOTH_HELD: Final = """
    and exists (select 1 from articles x where x.pmid = a.id)
    and exists (select 1 from articles y where y.pmid = b.id)"""


class ExportNode(NamedTuple):
    """A work as files show it; None: nobody said. source is that of its record, else of the citations naming it."""

    name: str  # pmid:15063905, doi:10.1111/…, ref:<citation key>
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


class ExportEdge(NamedTuple):
    """A citation as files show it; sources are the names of those who say so, comma between, by their ids."""

    citing: str
    cited: str
    sources: str | None = None


def read_node_ids(db: sqlite3.Connection, *, articles_only: bool = False) -> Ids:
    """Return the ids of the nodes of the citation graph, ascending: held articles and works that citations name."""
    where = _HELD_NODES if articles_only else _ALL_NODES
    rows = db.execute(f"select w.id from {_NODES} where {where} order by w.id")
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


def read_held_ids(db: sqlite3.Connection) -> Ids:
    """Return the PMIDs of the held articles, ascending."""
    return read_node_ids(db, articles_only=True)


def read_work_ids(db: sqlite3.Connection) -> set[int]:
    """Return the ids of all works that this file knows, in whatever state."""
    return {row[0] for row in db.execute("select id from works")}


def read_citation_pairs(db: sqlite3.Connection) -> tuple[Ids, Ids]:
    """Return the citing and the cited ids of all citations, each citation once, in ascending order.

    Merged works are followed; self-references are left out.
    """
    pairs = _read_pairs(db, "select distinct citing_id, cited_id from citations")
    merged = _read_pairs(db, "select id, merged_into from works where merged_into is not null order by id")
    citing, cited = _followed(pairs[:, 0], merged), _followed(pairs[:, 1], merged)
    order = np.lexsort((cited, citing))
    citing, cited = citing[order], cited[order]
    repeated = np.zeros(len(order), dtype=np.bool_)
    repeated[1:] = (citing[1:] == citing[:-1]) & (cited[1:] == cited[:-1])
    kept = ~repeated & (citing != cited)
    return citing[kept], cited[kept]


def _read_pairs(db: sqlite3.Connection, query: str) -> Ids:
    """Return the rows of a query of two columns, as an array of two columns."""
    rows: Ids = np.fromiter(db.execute(query), dtype=_PAIR).view(np.int64)
    return rows.reshape(-1, 2)


def _followed(ids: Ids, merged: Ids) -> Ids:
    """Return ids with those that were merged replaced by what they were merged into."""
    if not len(merged):
        return ids
    place = np.minimum(np.searchsorted(merged[:, 0], ids), len(merged) - 1)
    return np.where(merged[place, 0] == ids, merged[place, 1], ids)


def read_export_nodes(db: sqlite3.Connection, *, articles_only: bool = False) -> Iterator[ExportNode]:
    """Yield the nodes of the citation graph with their attributes, by id, in constant memory."""
    names = _SourceNames(db)
    rows = db.execute(f"""
        select w.id, w.citation_key, w.label, a.title, coalesce(a.year, w.year), a.authors,
            coalesce(j.abbreviation, j.title), coalesce(a.doi, w.doi), w.state,
            m.citation_count, m.pagerank, m.component,
            case when a.pmid is null then {_NAMED_BY} else 1 << a.source_id end
        from {_NODES} left join journals j on j.journal_id = a.journal_id
            left join article_metrics m on m.id = w.id
        where {_HELD_NODES if articles_only else _ALL_NODES} order by w.id""")
    for work, key, label, title, year, authors, journal, doi, state, count, rank, component, sources in rows:
        name, pmid = node_name(work, doi, key), work if work > 0 else None
        source = names.of(sources)
        yield ExportNode(
            name, label, title, year, authors, journal, doi, pmid, state, count, rank, component, source
        )  # fmt: skip


def read_export_edges(db: sqlite3.Connection, *, articles_only: bool = False) -> Iterator[ExportEdge]:
    """Yield the citations, each once with all its sources, by (citing, cited) id.

    In constant memory; where works were merged, SQLite sorts the citations first, in a file of its own.
    """
    names = _SourceNames(db)
    merges = db.execute("select 1 from works where merged_into is not null limit 1").fetchone()
    query = _FOLLOWED_EDGES if merges or articles_only else _EDGES
    rows = db.execute(query.format(only=_BOTH_HELD if articles_only else ""))
    for citing, citing_doi, citing_key, cited, cited_doi, cited_key, sources in rows:
        yield ExportEdge(
            node_name(citing, citing_doi, citing_key), node_name(cited, cited_doi, cited_key), names.of(sources)
        )


class _SourceNames:
    """Names of sources by the bits of their ids: 6 -> "pubmed,page"; each combination is put together once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._names: dict[int, str] = dict(db.execute("select id, name from citation_sources"))
        self._joined: dict[int | None, str | None] = {None: None}

    def of(self, bits: int | None) -> str | None:
        """Return the names, in the order of their ids; None for None."""
        if bits not in self._joined and bits is not None:
            self._joined[bits] = ",".join(name for i, name in sorted(self._names.items()) if bits >> i & 1)
        return self._joined[bits]


def read_article_sources(db: sqlite3.Connection) -> dict[str, int]:
    """Return how many held articles each source gave, the most first."""
    return dict(
        db.execute("""
            select s.name, count(*) from articles a join citation_sources s on s.id = a.source_id
            group by s.id order by count(*) desc, s.id""")
    )


def read_computed(db: sqlite3.Connection) -> tuple[str, int, int] | None:
    """Return when the stored numbers were computed, from how many works and citations; None: they never were."""
    row: tuple[str, int, int] | None = db.execute("""
        select finished_at, works, citations from graph_runs
        where finished_at is not null order by id desc limit 1""").fetchone()
    return row


def read_citing_labels(db: sqlite3.Connection) -> Iterator[tuple[int, str, int | None]]:
    """Yield (id, label, year) of the works that cite something."""
    yield from db.execute("""
        select id, label, year from works w
        where merged_into is null and (exists (select 1 from citations c where c.citing_id = w.id)
            or exists (select 1 from works v join citations c on c.citing_id = v.id where v.merged_into = w.id))""")


def read_author_names(db: sqlite3.Connection) -> Iterator[tuple[int, str, str]]:
    """Yield (pmid, name_key, name) of every authorship."""
    yield from db.execute("select pmid, name_key, name from authorships")


def read_keywords(db: sqlite3.Connection) -> Iterator[tuple[int, str, str]]:
    """Yield (pmid, keyword_key, keyword) of every keyword."""
    yield from db.execute("select pmid, keyword_key, keyword from keywords")


def read_mesh_names(db: sqlite3.Connection) -> Iterator[tuple[int, str, str]]:
    """Yield (pmid, descriptor_ui, name) of every MeSH heading; one with several qualifiers comes several times."""
    yield from db.execute("""
        select h.pmid, h.descriptor_ui, d.name
        from mesh_headings h join mesh_descriptors d on d.descriptor_ui = h.descriptor_ui""")


def read_titles(db: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Yield (pmid, title) of the held articles that have a title."""
    yield from db.execute("select pmid, title from articles where title is not null")
