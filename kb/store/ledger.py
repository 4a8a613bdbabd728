"""Writing the ledger: runs and tasks, so that a run can be accounted for and resumed."""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from kb.database import transaction
from kb.queries.harvest_log import Task
from kb.record_diff import Change
from kb.searches import Search

_KEPT: Final = (  # what no answer of the archive says
    "harvest_runs", "harvest_tasks", "searches", "search_warnings", "harvest_origins", "harvest_changes",
    "harvest_counts", "mesh_tree", "mesh_entry_terms", "resolution_runs", "resolutions", "resolution_candidates",
)  # fmt: skip


class Origin(NamedTuple):
    """What led a run to an article, and why it was left out; None: it was asked for."""

    pmid: int
    round: int
    origin: str  # seed, query, frontier, file, references, cited_by, similar
    from_pmid: int | None
    seed_pmid: int
    links: int | None
    excluded: str | None


def save_run(
    db: sqlite3.Connection, *, started_at: str, command: str, plan: str, version: str, server: str | None = None
) -> int:
    """Save the start of a harvest run; server is the address of E-utilities, None for NCBI's. Return its id."""
    row = db.execute(
        """insert into harvest_runs (started_at, command, plan, litkb_version, server) values (?, ?, ?, ?, ?)
        returning id""",
        (started_at, command, plan, version, server),
    ).fetchone()
    return int(row[0])


def save_run_end(db: sqlite3.Connection, run_id: int, *, finished_at: str) -> None:
    """Save that a run has done all that it was to do."""
    db.execute("update harvest_runs set finished_at = ? where id = ?", (finished_at, run_id))


def save_pending(db: sqlite3.Connection, run_id: int, task: str, asked: Iterable[object]) -> None:
    """Save tasks to be done; those already in the ledger keep their outcome."""
    db.executemany(
        "insert or ignore into harvest_tasks (run_id, task, asked) values (?, ?, ?)",
        ((run_id, task, str(one)) for one in asked),
    )


def save_outcomes(db: sqlite3.Connection, run_id: int, tasks: Iterable[Task], *, answer: str | None = None) -> None:
    """Save what became of tasks, and the name of the kept answer that says so."""
    db.executemany(
        """insert into harvest_tasks (run_id, task, asked, outcome, detail, pmid, answer) values (?, ?, ?, ?, ?, ?, ?)
        on conflict do update set outcome = excluded.outcome, detail = excluded.detail, pmid = excluded.pmid,
            answer = excluded.answer""",
        ((run_id, *task, answer) for task in tasks),
    )


def save_search(db: sqlite3.Connection, run_id: int, task: str, asked: str, found: Search) -> None:
    """Save what PubMed answered to a query; what a run was answered before goes."""
    key = (run_id, task, asked)
    db.execute(
        "insert or replace into searches (run_id, task, asked, hits, received, translation) values (?, ?, ?, ?, ?, ?)",
        (*key, *found[:3]),
    )
    db.execute("delete from search_warnings where (run_id, task, asked) = (?, ?, ?)", key)
    db.executemany(
        "insert into search_warnings (run_id, task, asked, kind, words) values (?, ?, ?, ?, ?)",
        ((*key, *warning) for warning in found.warnings),
    )


def save_origins(db: sqlite3.Connection, run_id: int, origins: Iterable[Origin]) -> None:
    """Save what led a run to articles; what it noted first stands, unless it was left out, or only read from a file."""
    db.executemany(
        """insert into harvest_origins (run_id, pmid, round, origin, from_pmid, seed_pmid, links, excluded)
        values (?, ?, ?, ?, ?, ?, ?, ?)
        on conflict do update set round = excluded.round, origin = excluded.origin, from_pmid = excluded.from_pmid,
            seed_pmid = excluded.seed_pmid, links = excluded.links, excluded = excluded.excluded
            where harvest_origins.excluded is not null or harvest_origins.origin = 'file'""",
        ((run_id, *origin) for origin in origins),
    )


def save_changes(db: sqlite3.Connection, run_id: int, changes: Iterable[Change]) -> None:
    """Save what a run found changed; of several changes of one field the first value and the last stand."""
    db.executemany(
        """insert into harvest_changes (run_id, pmid, kind, field, before, after) values (?, ?, ?, ?, ?, ?)
        on conflict do update set after = excluded.after""",
        ((run_id, *change) for change in changes),
    )


def save_file_counts(db: sqlite3.Connection, run_id: int, name: str, counts: Mapping[str, int]) -> None:
    """Save what became of the records of one file."""
    db.execute("delete from harvest_counts where run_id = ? and asked = ?", (run_id, name))
    db.executemany(
        "insert into harvest_counts (run_id, asked, outcome, records) values (?, ?, ?, ?)",
        ((run_id, name, outcome, count) for outcome, count in counts.items() if count),
    )


def copy_ledger(db: sqlite3.Connection, old: Path) -> None:
    """Copy what no answer says from a file of the same schema: runs, tasks, the MeSH tree, decisions on references."""
    db.execute("attach database ? as old", (f"{old.absolute().as_uri()}?mode=ro",))
    try:
        with transaction(db):
            for table in _KEPT:
                db.execute(f"insert or ignore into main.{table} select * from old.{table}")
    finally:
        db.execute("detach database old")


def save_lost_answers(db: sqlite3.Connection, names: Iterable[str]) -> None:
    """Save that the answers of these names are lost: what they answered has failed, so that it is asked again."""
    for name in names:
        runs = db.execute(
            """update harvest_tasks set outcome = 'failed', detail = 'Its answer in the archive is damaged.'
            where answer = ? returning run_id""",
            (name,),
        ).fetchall()
        db.executemany("update harvest_runs set finished_at = null where id = ?", runs)
