"""Who cites whom, as the citation graph and related studies read it; merged works are followed."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

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
NODES: Final = "works w left join articles a on a.pmid = w.id"
ALL_NODES: Final = f"w.merged_into is null and (a.pmid is not null or {_NAMED})"
HELD_NODES: Final = "w.merged_into is null and a.pmid is not null"


def read_node_ids(db: sqlite3.Connection, *, articles_only: bool = False) -> Ids:
    """Return the ids of the nodes of the citation graph, ascending: held articles and works that citations name."""
    where = HELD_NODES if articles_only else ALL_NODES
    rows = db.execute(f"select w.id from {NODES} where {where} order by w.id")
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


def read_years(db: sqlite3.Connection, ids: Ids) -> NDArray[np.float64]:
    """Return the years of works, in the order of ids, which ascend; NaN: nobody said."""
    rows = _read_pairs(
        db,
        """
        select w.id, coalesce(a.year, w.year) from works w left join articles a on a.pmid = w.id
        where w.merged_into is null and coalesce(a.year, w.year) is not null""",
    )
    years = np.full(len(ids), np.nan)
    known = rows[np.isin(rows[:, 0], ids)]
    years[np.searchsorted(ids, known[:, 0])] = known[:, 1]
    return years


def read_labels(db: sqlite3.Connection, works: Iterable[int]) -> dict[int, str]:
    """Return the labels of works; time grows with their number alone."""
    wanted = "select id, label from works where id = ?"
    return dict(db.execute(wanted, (work,)).fetchone() for work in works)


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
