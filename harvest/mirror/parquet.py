"""The records of a mirror as Parquet, one file for each source file and table, with the columns of a knowledge base.

A column has its name and type from the DDL in kb.migrations and its values from kb.store.prepared, which serve the
database too. Works are named as each record names them: where two records together show that two works are one, a
knowledge base merges them, and this does not.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harvest.mirror.engine import Engine, LostWorkersError, Task
from harvest.pubmed.article import parse_articles
from kb.errors import MirrorError, UsageError
from kb.migrations import MIGRATIONS
from kb.mirror.folder import Folder, absolute
from kb.mirror.layout import Manifest, to_json
from kb.mirror.reader import Mirror
from kb.records import PARTS, Article, Journal, MeshDescriptor, Record
from kb.store.prepared import CITED, REFERENCES, Prepared, prepare

if TYPE_CHECKING:
    import pyarrow as pa

ABOUT: Final = "about.json"  # written last: through which file, how many rows
_AT_ONCE: Final = 2_000  # records in a row group
_PARTS: Final = {part.table: (place, part.columns) for place, part in enumerate(PARTS.values())}
_WANTED: Final = ("authorships", "mesh_headings", "article_references")  # of the tables of parts
_CITATION: Final = ("citing_id", "cited_id")
_ISSNS: Final = ("issn_print", "issn_electronic", "issn_linking")
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "articles": (*Article._fields, "read_from", "content_hash"),
    **{table: _PARTS[table][1] for table in _WANTED},
    "citations": _CITATION,
}
TERMS: Final[Mapping[str, Sequence[str]]] = {"journals": Journal._fields, "mesh_descriptors": MeshDescriptor._fields}
"""Tables of what many records name: the latest description counts, so they are written in the end, in one file."""

_Row = tuple[Any, ...]
_Terms = dict[str, dict[str, _Row]]  # table -> key -> row


class Exported(NamedTuple):
    """What became of one source file: rows by table, and the journals and descriptors that it describes."""

    rows: dict[str, int]
    terms: _Terms


def export_parquet(
    address: str, out: str, run: Engine, *, progress: Callable[[str, int, int], None] = lambda *_: None
) -> dict[str, int]:
    """Write the current records of the mirror at address into the folder out; return the rows of each table.

    Raises UsageError where out holds anything but an export that was not finished, MirrorError where workers were
    lost. Memory is that of 2,000 records a worker.
    """
    address, out = absolute(address), absolute(out)
    folder = Folder(out)
    _make_room(folder)
    with Mirror(address) as mirror:
        manifest = mirror.manifest
        tasks = [Task(f"parquet {one.name}", _export_segment, (address, out, one.name)) for one in manifest.segments]
        rows = dict.fromkeys(COLUMNS, 0)
        terms: _Terms = {table: {} for table in TERMS}
        for done, (_, found) in enumerate(run(tasks), 1):
            if isinstance(found, LostWorkersError):
                raise MirrorError(f"{found} Nothing of {out} is finished; export again.")
            rows = {table: count + found.rows[table] for table, count in rows.items()}
            _note_terms(terms, {table: described.values() for table, described in found.terms.items()})
            progress("files", done, len(tasks))
    for table, described in terms.items():
        _write_terms(folder, table, [described[key] for key in sorted(described)])
    rows |= {table: len(described) for table, described in terms.items()}
    folder.write(ABOUT, to_json(_about(manifest, rows)))
    return rows


def _about(manifest: Manifest, rows: Mapping[str, int]) -> dict[str, object]:
    last = manifest.segments[-1].name
    return {"through": last, "files": len(manifest.segments), "missing": manifest.missing, "rows": dict(rows)}


def _make_room(folder: Folder) -> None:
    """Remove an export that was never finished. Raises UsageError where a folder holds anything else."""
    tables, names = tuple(f"{table}/" for table in (*COLUMNS, *TERMS)), folder.names("")
    if folder.has(ABOUT):
        raise UsageError(f"{folder.address} holds an export already; name another folder.")
    if any(not name.startswith(tables) for name in names):
        raise UsageError(f"{folder.address} holds other files; name a folder that is new or empty.")
    for name in names:  # of another mirror, it may be
        folder.remove(name)


def _export_segment(address: str, out: str, name: str) -> Exported:
    """Write the current records of one source file; its file of a table has its name only when it is whole."""
    import pyarrow.parquet as pq

    folder, rows = Folder(out), dict.fromkeys(COLUMNS, 0)
    terms: _Terms = {table: {} for table in TERMS}
    with Mirror(address) as mirror, ExitStack() as stack:
        writers = {
            table: stack.enter_context(
                pq.ParquetWriter(
                    stack.enter_context(folder.writing(f"{table}/{name.removesuffix('.xml.gz')}.parquet")),
                    schema_of(table, columns), compression="zstd",
                )
            )
            for table, columns in COLUMNS.items()
        }  # fmt: skip
        records = _current_records(mirror, name)
        while some := list(islice(records, _AT_ONCE)):
            for table, found in _rows_by_table(some, name).items():
                writers[table].write_table(_table(table, found))
                rows[table] += len(found)
            _note_described(terms, some)
    return Exported(rows, terms)


def _current_records(mirror: Mirror, name: str) -> Iterator[Record]:
    """Yield the records of a source file that no later one replaced or deleted."""
    for _, xml in mirror.records_of(name):
        for record in parse_articles(b"<PubmedArticleSet>%b</PubmedArticleSet>" % xml):
            if not isinstance(record, Record):
                raise MirrorError(f"A record of {name} cannot be read: {record}.")
            yield record


def _rows_by_table(records: Sequence[Record], read_from: str) -> dict[str, list[_Row]]:
    prepared = [prepare(record) for record in records]
    found = {table: [row for one in prepared for row in one.parts[_PARTS[table][0]]] for table in _WANTED}
    found["articles"] = [(*one.article, read_from, one.content_hash) for one in prepared]
    found["citations"] = [pair for one in prepared for pair in _citations(one)]
    return found


def _citations(one: Prepared) -> Iterator[tuple[int, int]]:
    """Yield which works an article cites, each once; not itself."""
    cited = {row[CITED] for row in one.parts[REFERENCES]} - {None, one.pmid}
    return ((one.pmid, work) for work in sorted(cited))


def _note_described(terms: _Terms, records: Sequence[Record]) -> None:
    journals = [tuple(record.journal) for record in records if record.journal]
    descriptors = [tuple(one) for record in records for one in record.mesh_descriptors]
    _note_terms(terms, {"journals": journals, "mesh_descriptors": descriptors})


def _note_terms(terms: _Terms, found: Mapping[str, Iterable[_Row]]) -> None:
    """Keep of each key one description, the one that the database would keep."""
    for table, rows in found.items():
        held = terms[table]
        for row in rows:
            held[row[0]] = _KEEP[table](held[row[0]], row) if row[0] in held else row


def _later(one: _Row, other: _Row) -> _Row:
    """Return the row with the later as_of, its last column; of two alike the greater one."""
    return max(one, other, key=lambda row: (row[-1] or "", *(value or "" for value in row)))


def _journal(one: _Row, other: _Row) -> _Row:
    """Return the later description of a journal; an ISSN that either has, the greater of two."""
    later = Journal(*max(one, other, key=_described))
    first, second = Journal(*one), Journal(*other)
    issns = {name: max(getattr(first, name) or "", getattr(second, name) or "") or None for name in _ISSNS}
    return tuple((later._asdict() | issns).values())


def _described(row: _Row) -> tuple[str, ...]:
    journal = Journal(*row)
    order = (journal.as_of, journal.title, journal.abbreviation, journal.iso_abbreviation, journal.country)
    return tuple(value or "" for value in order)


_KEEP: Final[Mapping[str, Callable[[_Row, _Row], _Row]]] = {"journals": _journal, "mesh_descriptors": _later}


@lru_cache
def schema_of(table: str, columns: Sequence[str]) -> "pa.Schema":
    """Return columns of a table of the database as a schema of Parquet."""
    import pyarrow as pa

    types = {"integer": pa.int64(), "text": pa.string(), "real": pa.float64(), "blob": pa.binary()}
    kinds = _kinds(table)
    return pa.schema([pa.field(name, types[kinds[name]]) for name in columns])


@lru_cache
def _kinds(table: str) -> dict[str, str]:
    """Return the type of each column, as SQLite has it from the DDL."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript("".join(MIGRATIONS))
        return {name: kind.lower() for _, name, kind, *_ in db.execute(f"pragma table_info({table})")}


def _table(table: str, rows: Sequence[_Row]) -> "pa.Table":
    import pyarrow as pa

    schema = schema_of(table, tuple({**COLUMNS, **TERMS}[table]))
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)], schema=schema)


def _write_terms(folder: Folder, table: str, rows: Sequence[_Row]) -> None:
    import pyarrow.parquet as pq

    with folder.writing(f"{table}/{table}.parquet") as file:
        pq.write_table(_table(table, rows), file, compression="zstd")
