"""What publishing asks of a litkb file: its schema in words, its sources, its searches, and what it lacks."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from typing import Final, NamedTuple

from kb.database import split_statements
from kb.migrations import LATE_INDEXES, MIGRATIONS
from kb.queries.harvest_log import Task
from kb.queries.invariants import read_tables

_OURS: Final = "name not like 'sqlite\\_%' escape '\\'"


class Column(NamedTuple):
    """A column as the schema declares it; key is its place in the primary key, 0: none; refers "table.column"."""

    name: str
    type: str
    required: bool
    key: int
    refers: str | None


class RecordSource(NamedTuple):
    """A source of records, those from files apart: how many it gave, and when they were received."""

    name: str
    from_files: bool
    articles: int
    first: str
    last: str


class ListSource(NamedTuple):
    """What one source said of one kind of list: of how many articles it knows entries, none, nothing."""

    list: str
    source: str
    known: int
    none: int
    no_data: int
    last: str


class RunRow(NamedTuple):
    """A harvest run as the ledger has it; plan is JSON, finished_at None where it is not complete."""

    id: int
    started_at: str
    finished_at: str | None
    command: str
    plan: str
    litkb_version: str
    server: str | None


class ComputedRow(NamedTuple):
    """A graph run with its measures, parameters and versions, as JSON."""

    finished_at: str
    works: int
    citations: int
    versions: str
    measures: str


def read_schema_differences(db: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """Return the names that the schema of this litkb has and db lacks, and those that only db has.

    LATE_INDEXES are not lacking: a large load may be going on, and opening a copy for writing makes them.
    """
    ours, found = _our_names(), _names(db)
    return sorted(ours - found - {*LATE_INDEXES}), sorted(found - ours)


@cache
def _our_names() -> set[str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        for script in MIGRATIONS:
            for statement in split_statements(script):
                fresh.execute(statement)
        return _names(fresh)


def _names(db: sqlite3.Connection) -> set[str]:
    return {row[0] for row in db.execute(f"select name from sqlite_master where {_OURS}")}


def read_text_columns(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return (table, column) of all text that ordinary tables hold, in the order of the tables."""
    return [
        (table, row[1])
        for table in read_tables(db)
        for row in db.execute(f"pragma table_info({table})")
        if row[2].upper() == "TEXT"
    ]


def read_views(db: sqlite3.Connection) -> list[str]:
    """Return the names of the views, in ascending order."""
    return [row[0] for row in db.execute(f"select name from sqlite_master where type = 'view' and {_OURS} order by 1")]


def read_columns(db: sqlite3.Connection, table: str) -> list[Column]:
    """Return the columns of a table or view, in their order; those of views have no key and may lack a type."""
    refers: dict[str, str] = {}
    for row in db.execute('select id, seq, "table", "from", "to" from pragma_foreign_key_list(?)', (table,)):
        refers.setdefault(row[3], f"{row[2]}.{row[4]}")
    rows = db.execute('select name, type, "notnull", pk from pragma_table_info(?) order by cid', (table,))
    return [Column(name, kind, bool(required or key), key, refers.get(name)) for name, kind, required, key in rows]


def read_abstract_pmids(db: sqlite3.Connection) -> set[int]:
    """Return the PMIDs of the articles of which an abstract, in whatever language, is held."""
    return {
        row[0]
        for row in db.execute("select pmid from abstract_sections union select pmid from other_abstract_sections")
    }


def read_omissions(db: sqlite3.Connection) -> dict[str, int]:
    """Return what was left out of a published file, and how many articles that changed."""
    return dict(db.execute("select what, articles from omissions order by what"))


def read_last_received(db: sqlite3.Connection) -> str | None:
    """Return the moment of the last answer that this file is made of; None: it is made of none."""
    row = db.execute(
        "select max(checked_at) from (select checked_at from articles union all select checked_at from article_lists)"
    )
    return row.fetchone()[0]  # type: ignore[no-any-return]  # a column of text


def read_record_sources(db: sqlite3.Connection) -> list[RecordSource]:
    """Return the sources of the records, the one of the most first."""
    rows = db.execute(
        """select s.name, a.read_from is not null as from_files, count(*),
            min(a.received_at), max(a.checked_at)
        from articles a join citation_sources s on s.id = a.source_id group by s.id, 2 order by 3 desc, s.id, 2"""
    )
    return [RecordSource(name, bool(from_files), *rest) for name, from_files, *rest in rows]


def read_gone(db: sqlite3.Connection) -> list[tuple[str, int]]:
    """Return (state, number) of the PMIDs that PubMed has deleted, merged or never had.

    A work without a PMID that was identified is merged as well, but by litkb.
    """
    states = "('deleted', 'merged', 'not found')"
    return db.execute(
        f"select state, count(*) from works where state in {states} and id > 0 group by state order by state"
    ).fetchall()


def read_assertions(db: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """Return (source, description, assertions) of every source that says who cites whom."""
    return db.execute(
        """select s.name, s.description, count(*) from citations c join citation_sources s on s.id = c.source_id
        group by s.id order by s.id"""
    ).fetchall()


def read_list_sources(db: sqlite3.Connection) -> list[ListSource]:
    """Return what each source said of the lists of held articles."""
    rows = db.execute(
        """select k.list, s.name, sum(k.entries > 0), sum(k.entries = 0), sum(k.entries is null), max(k.checked_at)
        from article_lists k join articles a on a.pmid = k.pmid join citation_sources s on s.id = k.source_id
        group by k.list, s.id order by k.list = 'similar', k.list = 'cited_by', s.id"""
    )
    return [
        ListSource(name, source, known or 0, none or 0, lost, last) for name, source, known, none, lost, last in rows
    ]


def read_never_asked(db: sqlite3.Connection) -> dict[str, int]:
    """Return of how many held articles nobody was asked for each kind of list."""
    return {
        name: db.execute(
            "select count(*) from articles where pmid not in (select pmid from article_lists where list = ?)", (name,)
        ).fetchone()[0]
        for name in ("references", "cited_by", "similar")
    }


def read_runs(db: sqlite3.Connection) -> list[RunRow]:
    """Return the harvest runs, in their order."""
    columns = ", ".join(RunRow._fields)
    return [RunRow(*row) for row in db.execute(f"select {columns} from harvest_runs order by id")]


def read_asked(db: sqlite3.Connection, run_id: int, task: str) -> list[str]:
    """Return what was asked by the tasks of one kind, in its order."""
    rows = db.execute("select asked from harvest_tasks where run_id = ? and task = ? order by asked", (run_id, task))
    return [row[0] for row in rows]


def read_run_counts(db: sqlite3.Connection, run_id: int) -> list[tuple[str, str, int]]:
    """Return (task, outcome, how many) of a run, the records of files included."""
    return db.execute(
        """select task, coalesce(outcome, 'pending'), count(*) from harvest_tasks where run_id = :run group by 1, 2
        union all select 'record of a file', outcome, sum(records) from harvest_counts where run_id = :run group by 2
        order by 1, 2""",
        {"run": run_id},
    ).fetchall()


def read_gaps(db: sqlite3.Connection) -> Iterator[tuple[int, Task]]:
    """Yield run and task of what was asked and did not become what was asked for, failures first."""
    rows = db.execute(
        """select run_id, task, asked, coalesce(outcome, 'pending'), detail, pmid from harvest_tasks
        where coalesce(outcome, 'failed') not in ('stored', 'unchanged', 'already here', 'done')
        order by outcome is not null, outcome <> 'failed', outcome <> 'rejected', outcome, run_id, task, asked"""
    )
    for run_id, *task in rows:
        yield run_id, Task(*task)


def read_last_computed(db: sqlite3.Connection) -> ComputedRow | None:
    """Return the last finished graph run; None: the graph was never computed."""
    row = db.execute(
        """select finished_at, works, citations, versions, (
            select json_group_object(measure, json(parameters)) from (
                select measure, parameters from metric_runs where graph_run_id = g.id order by measure))
        from field_runs g order by id desc limit 1"""
    ).fetchone()
    return None if row is None else ComputedRow(*row)


def read_seed_label(db: sqlite3.Connection) -> str | None:
    """Return the label of the one article that the file began with; None where it began otherwise."""
    row = db.execute("select label from seed where began").fetchone()
    return row[0] if row else None
