"""Builders of rows, for tests that begin after kb.store: works, articles and citations, straight into a file."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import NamedTuple

from kb.identifiers import work_id
from kb.queries.export.edges import PART, read_stars
from kb.queries.export.nodes import EVERYTHING, SEPARATOR, ExportNode, Scope, read_node_columns
from kb.store.citations import save_citations
from kb.text import name_key

SOURCES = {"pubmed": 1, "elink_citedin": 3, "icite": 5, "demonstration": 7, "synthetic": 8}
MOMENT = "2026-01-01T00:00:00Z"


def add_article(
    db: sqlite3.Connection,
    pmid: int,
    *,
    title: str | None = None,
    label: str | None = None,
    year: int | None = 2000,
    source: str = "pubmed",
    journal: str | None = None,
    **parts: Iterable[str],
) -> int:
    """Add a held article of a journal, by its abbreviation; parts are names, keywords and mesh. Return its PMID."""
    label = label if label is not None else f"Author{pmid} {year} J Tests"
    db.execute("delete from works where id = ? and state = 'known'", (pmid,))
    db.execute("insert into works (id, label, year, state) values (?, ?, ?, 'held')", (pmid, label, year))
    names = list(parts.get("names", ()))
    journal_id = f"ta:{journal}" if journal else None
    if journal:
        db.execute("insert or ignore into journals (journal_id, abbreviation) values (?, ?)", (journal_id, journal))
    db.execute(
        """insert into articles
            (pmid, record_type, title, authors, year, source_id, received_at, checked_at, content_hash, journal_id)
        values (?, 'article', ?, ?, ?, ?, ?, ?, '', ?)""",
        (pmid, title, ", ".join(names) or None, year, SOURCES[source], MOMENT, MOMENT, journal_id),
    )
    for position, name in enumerate(names, start=1):
        db.execute(
            "insert into authorships (pmid, position, name, name_key, role) values (?, ?, ?, ?, 'author')",
            (pmid, position, name, name_key(name)),
        )
    _add_subjects(db, pmid, parts.get("keywords", ()), parts.get("mesh", ()))
    return pmid


def _add_subjects(db: sqlite3.Connection, pmid: int, keywords: Iterable[str], mesh: Iterable[str]) -> None:
    for position, keyword in enumerate(keywords, start=1):
        db.execute(
            "insert into keywords (pmid, position, keyword, keyword_key) values (?, ?, ?, ?)",
            (pmid, position, keyword, name_key(keyword)),
        )
    for position, name in enumerate(mesh, start=1):
        db.execute("insert or ignore into mesh_descriptors (descriptor_ui, name) values (?, ?)", (f"D-{name}", name))
        db.execute(
            """insert into mesh_headings (pmid, position, heading, descriptor_ui, is_major, descriptor_is_major)
            values (?, ?, ?, ?, 0, 0)""",
            (pmid, position, position, f"D-{name}"),
        )


def add_work(db: sqlite3.Connection, work: int | str, *, merged_into: int | None = None) -> int:
    """Add a work that is only named: by its PMID, ``doi:…`` or ``ref:…``. Return its id."""
    if isinstance(work, int):
        row = (work, f"PMID {work}", None, None)
    else:
        kind, _, name = work.partition(":")
        row = (work_id(work), f"Work {name}", name if kind == "doi" else None, name if kind == "ref" else None)
    db.execute(
        """insert into works (id, label, doi, citation_key, merged_into, state) values (?, ?, ?, ?, ?, ?)
        on conflict (id) do update set merged_into = excluded.merged_into, state = excluded.state""",
        (*row, merged_into, "known" if merged_into is None else "merged"),
    )
    return row[0]


def add_citations(db: sqlite3.Connection, citing: int, *cited: int | str, source: str = "pubmed") -> None:
    """Add what source says that citing cites; works that are not there are named first."""
    for work in (citing, *cited):
        found = db.execute("select 1 from works where id = ?", (work if isinstance(work, int) else work_id(work),))
        if not found.fetchone():
            add_work(db, work)
    save_citations(db, [(citing, w if isinstance(w, int) else work_id(w), SOURCES[source], MOMENT) for w in cited])


class ExportEdge(NamedTuple):
    """A citation as files show it; sources are the names of those who say so, comma between, by their ids."""

    citing: str
    cited: str
    sources: str | None = None
    mentions: str | None = None
    sections: str | None = None


def scope_nodes(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Iterator[ExportNode]:
    """Yield the nodes of the graph one by one, as exports read them."""
    for columns in read_node_columns(db, scope):
        yield from map(ExportNode, *(columns[name] for name in ExportNode._fields))


def scope_edges(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> Iterator[ExportEdge]:
    """Yield the citations of the graph one by one, as exports read them."""
    for portion in read_stars(db, scope):
        for tail, heads, said in portion:
            values = said.split(SEPARATOR) if SEPARATOR in said else repeat(said)
            for head, value in zip(heads.split(SEPARATOR), values, strict=False):
                yield ExportEdge(tail, head, *value.split(PART))


def add_notice(
    db: sqlite3.Connection, pmid: int, kind: str, *, other: int | None = None, printed: str | None = None
) -> None:
    """Add what the record of pmid says of another one: RetractionIn, RetractionOf … ; printed is its RefSource."""
    if other is not None and not db.execute("select 1 from works where id = ?", (other,)).fetchone():
        add_work(db, other)
    position = db.execute("select count(*) from notices where pmid = ?", (pmid,)).fetchone()[0] + 1
    db.execute(
        "insert into notices (pmid, position, kind, other_pmid, ref_source) values (?, ?, ?, ?, ?)",
        (pmid, position, kind, other, printed),
    )
