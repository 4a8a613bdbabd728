"""A part of the citation graph: chosen works as nodes, the citations among them as edges."""

import sqlite3
from collections.abc import Collection, Iterator

from kb.identifiers import node_name
from kb.queries.export.edges import ExportEdge
from kb.queries.export.nodes import ExportNode
from kb.queries.works.records import chunks, marks

_NODES = """select w.id, w.citation_key, w.label, coalesce(a.title, a.vernacular_title),
    coalesce(a.year, w.year), a.authors,
    coalesce(j.abbreviation, j.title), coalesce(a.doi, w.doi), w.state,
    m.citation_count, m.pagerank, m.component, s.name, k.community, p.x, p.y
    from works w left join articles a on a.pmid = w.id
        left join journals j on j.journal_id = a.journal_id
        left join citation_sources s on s.id = a.source_id
        left join article_metrics m on m.id = w.id
        left join communities k on k.id = w.id
        left join work_positions p on p.id = w.id and p.layout = 'timeline'
    where w.id in ({marks}) order by w.id"""
_EDGES = "select citing_id, cited_id, said_by from citation_links where citing_id in ({marks})"
_FOLLOWED = "select id, coalesce(merged_into, id) from works where id in ({marks})"


def read_selected_nodes(db: sqlite3.Connection, works: Collection[int]) -> Iterator[ExportNode]:
    """Yield the chosen works as nodes, merged ones as what they were merged into, by id."""
    for part in chunks(set(_followed(db, works).values())):
        for work, key, label, title, year, authors, journal, doi, *rest in db.execute(_fill(_NODES, part), part):
            pmid = work if work > 0 else None
            yield ExportNode(node_name(work, doi, key), label, title, year, authors, journal, doi, pmid, *rest)


def read_selected_edges(
    db: sqlite3.Connection, works: Collection[int], pairs: Collection[tuple[int, int]] | None = None
) -> Iterator[ExportEdge]:
    """Yield the citations among works, each once with all who say so; of ``pairs`` alone where they are given."""
    followed = _followed(db, works)
    chosen = set(followed.values())
    wanted = {(followed.get(a), followed.get(b)) for a, b in pairs} if pairs is not None else None
    names = _names(db, chosen)
    edges = (row for part in chunks(chosen) for row in db.execute(_fill(_EDGES, part), part))
    for citing, cited, sources in sorted(edges):
        if cited in chosen and (wanted is None or (citing, cited) in wanted):
            yield ExportEdge(names[citing], names[cited], sources)


def _followed(db: sqlite3.Connection, works: Collection[int]) -> dict[int, int]:
    """Return by work what it was merged into, or itself; those that nothing names are absent."""
    return {row[0]: row[1] for part in chunks(works) for row in db.execute(_fill(_FOLLOWED, part), part)}


def _names(db: sqlite3.Connection, works: Collection[int]) -> dict[int, str]:
    query = "select id, doi, citation_key from works where id in ({marks})"
    return {row[0]: node_name(*row) for part in chunks(works) for row in db.execute(_fill(query, part), part)}


def _fill(query: str, part: list[int]) -> str:
    return query.replace("{marks}", marks(part))
