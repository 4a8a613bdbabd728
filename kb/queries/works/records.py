"""What is held of single articles: by which records are compared, and the whole record back."""

import sqlite3
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple, TypeVar

from kb import records as r
from kb.records import PARTS, Record

_T = TypeVar("_T", int, str)
_Parts = dict[int, list[Any]]  # rows of one kind by PMID
_CHUNK = 500  # values in one "in (…)": below every limit of SQLite


class Gone(NamedTuple):
    """That a source said that a PMID has no record, or another one's, when, and in which of NLM's update files."""

    state: str  # merged, deleted, not found
    at: str
    file: int | None = None

    def is_since(self, at: str, file: int | None) -> bool:
        """Return whether it was said after a record that was received then, in that file, or in the same file.

        The numbers of two files decide, whenever they were read.
        """
        return self.at >= at if self.file is None or file is None else self.file >= file


class Held(NamedTuple):
    """What decides which record of a PMID wins; date_revised is "" where there is none."""

    pmid: int
    source_id: int
    rank: int
    version: int
    date_revised: str
    update_file: int | None
    read_from: str | None
    received_at: str
    checked_at: str
    content_hash: str

    def order(self) -> tuple[int, int, str, str, str]:
        """Return the key of the order: source, version, revision, receipt, content."""
        return (self.rank, self.version, self.date_revised, self.checked_at, self.content_hash)


_RANK_OF_SOURCE = (
    "case s.name when 'pubmed' then 5 when 'nbib' then 4 when 'page' then 3 when 'pmc' then 2"
    " when 'demonstration' then 1 else 0 end"
)


def chunks(values: Collection[_T]) -> Iterator[list[_T]]:
    """Yield values (PMIDs, DOIs) in ascending order, in lists that fit into one statement."""
    ordered: list[_T] = sorted(values)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


def marks(values: Collection[object]) -> str:
    """Return as many question marks as there are values."""
    return ", ".join("?" * len(values))


def read_present_id(db: sqlite3.Connection, work: int) -> int | None:
    """Return the id of what a work was merged into, or its own; None where nothing names it."""
    row = db.execute("select coalesce(merged_into, id) from works where id = ?", (work,)).fetchone()
    return row[0] if row else None


def read_sources(db: sqlite3.Connection) -> dict[str, int]:
    """Return the id of each source by its name."""
    return dict(db.execute("select name, id from citation_sources"))


def read_held(db: sqlite3.Connection, pmids: Collection[int]) -> dict[int, Held]:
    """Return by PMID what is held of pmids; those not held are absent."""
    found = {}
    for part in chunks(pmids):
        for row in db.execute(
            f"""select a.pmid, a.source_id, {_RANK_OF_SOURCE}, a.version, coalesce(a.date_revised, ''),
                a.update_file, a.read_from, a.received_at, a.checked_at, a.content_hash
            from articles a join citation_sources s on s.id = a.source_id where a.pmid in ({marks(part)})""",
            part,
        ):
            found[row[0]] = Held(*row)
    return found


def read_from_pubmed(db: sqlite3.Connection, pmids: Collection[int]) -> set[int]:
    """Return those of pmids of which PubMed's own record is held."""
    pubmed = read_sources(db)["pubmed"]
    return {pmid for pmid, held in read_held(db, pmids).items() if held.source_id == pubmed}


def read_named_pmids(db: sqlite3.Connection) -> list[int]:
    """Return the PMIDs of all works, held or only named, in ascending order."""
    return [row[0] for row in db.execute("select id from works where id > 0 order by id")]


def read_held_pmids(db: sqlite3.Connection) -> Iterator[int]:
    """Yield the PMIDs of all articles whose record is here, in their order."""
    yield from (pmid for (pmid,) in db.execute("select pmid from articles order by pmid"))


def read_states(db: sqlite3.Connection, pmids: Collection[int]) -> dict[int, Gone]:
    """Return what a source said of those pmids that are merged, deleted or not found."""
    return {
        row[0]: Gone(*row[1:])
        for part in chunks(pmids)
        for row in db.execute(
            f"""select id, state, state_at, state_file from works
            where state_at is not null and id in ({marks(part)})""",
            part,
        )
    }


def read_record(db: sqlite3.Connection, pmid: int) -> Record | None:
    """Return all that is held of one article as the record it came from; None where it is not held.

    Journal and MeSH names are as the file knows them, which may be later than the record.
    """
    return next(_read_range(db, pmid, pmid), None)


def read_records(db: sqlite3.Connection) -> Iterator[Record]:
    """Yield all held records as read_record() gives them, in the order of their PMIDs."""
    pmids = list(read_held_pmids(db))
    for start in range(0, len(pmids), _CHUNK):
        chunk = pmids[start : start + _CHUNK]
        yield from _read_range(db, chunk[0], chunk[-1])


def _read_range(db: sqlite3.Connection, first: int, last: int) -> Iterator[Record]:
    """Yield the records held of a range of PMIDs, both ends included."""
    columns = ", ".join(f"a.{name}" for name in r.Article._fields)
    articles = db.execute(
        f"""select {columns}, s.name, (select entries from article_lists l
            where l.pmid = a.pmid and l.list = 'references' and l.source_id = a.source_id)
        from articles a join citation_sources s on s.id = a.source_id
        where a.pmid between ? and ? order by a.pmid""",
        (first, last),
    ).fetchall()
    if not articles:
        return
    parts = {field: _read_part(db, first, last, part.table, part.row) for field, part in PARTS.items()}
    parts["mesh_descriptors"] = _read_terms(db, first, last, "descriptor", r.MeshDescriptor)
    parts["mesh_qualifiers"] = _read_terms(db, first, last, "qualifier", r.MeshQualifier)
    for *values, source, entries in articles:
        article = r.Article(*values)
        yield Record(
            article,
            _read_journal(db, article.journal_id),
            stated_reference_count=entries if entries != article.reference_count else None,
            source=source,
            **{field: tuple(rows.get(article.pmid, ())) for field, rows in parts.items()},
        )


def _read_part(db: sqlite3.Connection, first: int, last: int, table: str, row_type: Any) -> _Parts:
    key, columns = row_type._fields[0], ", ".join(row_type._fields)
    found: _Parts = {}
    for row in db.execute(f"select {columns} from {table} where {key} between ? and ? order by 1, 2", (first, last)):
        found.setdefault(row[0], []).append(row_type._make(row))
    return found


def _read_journal(db: sqlite3.Connection, journal_id: str | None) -> r.Journal | None:
    row = db.execute("select * from journals where journal_id = ?", (journal_id,)).fetchone()
    return r.Journal(*row) if row else None


def _read_terms(db: sqlite3.Connection, first: int, last: int, kind: str, row_type: Any) -> _Parts:
    """Return the MeSH names of each article, each once, in the order of its headings."""
    found: dict[int, dict[Any, None]] = {}
    for pmid, *row in db.execute(
        f"""select h.pmid, t.* from mesh_headings h join mesh_{kind}s t on t.{kind}_ui = h.{kind}_ui
        where h.pmid between ? and ? order by h.pmid, h.position""",
        (first, last),
    ):
        found.setdefault(pmid, {})[row_type._make(row)] = None
    return {pmid: list(rows) for pmid, rows in found.items()}
