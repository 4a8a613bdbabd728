"""The ledger: what was asked, of whom, and what became of it; and what a file holds in numbers."""

import sqlite3
from typing import Any, NamedTuple

from kb.identifiers import doi_key
from kb.migrations.works import doi_key_of

OUTCOMES = (
    "stored", "unchanged", "merged", "deleted", "not found", "not identified", "rejected", "failed"
)  # fmt: skip


class Task(NamedTuple):
    """One thing asked of one source; outcome None: pending."""

    task: str
    asked: str
    outcome: str | None
    detail: str | None


def read_resumable_run(db: sqlite3.Connection, plan: str) -> tuple[int, str] | None:
    """Return (id, started_at) of the last run with this plan if it did not finish, else None."""
    row: tuple[int, str, str | None] | None = db.execute(
        "select id, started_at, finished_at from harvest_runs where plan = ? order by id desc limit 1", (plan,)
    ).fetchone()
    return row[:2] if row and row[2] is None else None


def read_answer_names(db: sqlite3.Connection) -> set[str]:
    """Return the names of the answers that brought what tasks asked for, as the archive has them."""
    return {row[0] for row in db.execute("select distinct answer from harvest_tasks where answer is not null")}


def read_settled(db: sqlite3.Connection, run_id: int, task: str) -> set[str]:
    """Return what this run need not ask again: tasks that have an outcome other than failed."""
    rows = db.execute(
        "select asked from harvest_tasks where run_id = ? and task = ? and outcome is not null and outcome <> 'failed'",
        (run_id, task),
    )
    return {row[0] for row in rows}


def read_outcomes(db: sqlite3.Connection, run_id: int) -> dict[str, int]:
    """Return how many things asked came to each outcome; the keys are OUTCOMES, pending ones count as failed.

    Counted are articles, records of files, and what could not be identified or asked; not the searches and
    lists that succeeded.
    """
    counts = dict.fromkeys(OUTCOMES, 0)
    for outcome, count in db.execute(
        """select coalesce(outcome, 'failed'), count(*) from harvest_tasks
        where run_id = ? and task <> 'record' and coalesce(outcome, '') <> 'done' group by 1
        union all
        select outcome, sum(records) from harvest_counts where run_id = ? group by 1""",
        (run_id, run_id),
    ):
        counts[outcome] += count
    return counts


def read_problems(db: sqlite3.Connection, run_id: int) -> list[Task]:
    """Return what a run could not do: not identified, rejected, failed and pending tasks."""
    rows = db.execute(
        """select task, asked, outcome, detail from harvest_tasks
        where run_id = ? and coalesce(outcome, 'failed') in ('not identified', 'rejected', 'failed')
        order by task, asked""",
        (run_id,),
    )
    return [Task(*row) for row in rows]


def read_identified(db: sqlite3.Connection, kind: str, value: str) -> list[int]:
    """Return the PMIDs of held articles whose own doi or pmcid this is, in ascending order."""
    condition, key = {
        "doi": (f"doi is not null and {doi_key_of('doi')} = ?", doi_key(value)), "pmcid": ("pmcid = ?", value)
    }[kind]  # fmt: skip
    return [row[0] for row in db.execute(f"select pmid from articles where {condition} order by pmid", (key,))]


def read_status(db: sqlite3.Connection) -> dict[str, Any]:
    """Return what the file holds in numbers; sources and last run included. Keys are those of --json."""
    return {
        "articles": _count(db, "select count(*) from articles where record_type = 'article'"),
        "books": _count(db, "select count(*) from articles where record_type <> 'article'"),
        "works": dict(db.execute("select state, count(*) from works group by state order by state")),
        "references": _count(db, "select count(*) from article_references"),
        "references_identified": _count(
            db, "select count(*) from article_references r join works w on w.id = coalesce(r.cited_id, 0)"
            " where w.id > 0 or w.merged_into is not null",
        ),
        "citations": _count(db, "select count(*) from citation_links"),
        "reference_lists": {
            "complete": _count(db, _LISTS.format("k.entries = n")),
            "partial": _count(db, _LISTS.format("k.entries > n")),
            "unknown": _count(db, "select count(*) from article_lists where list = 'references' and entries is null"),
        },
        "sources": dict(
            db.execute(
                "select s.name, count(*) from articles a join citation_sources s on s.id = a.source_id"
                " group by 1 order by 1"
            )
        ),
        "last_run": _last_run(db),
        "graph_computed_at": _value(db, "select max(finished_at) from field_runs"),
    }  # fmt: skip


_LISTS = """select count(*) from article_lists k join articles a on a.pmid = k.pmid and a.source_id = k.source_id
    join (select citing_pmid, count(*) as n from article_references group by 1) r on r.citing_pmid = k.pmid
    where k.list = 'references' and {}"""


def _count(db: sqlite3.Connection, sql: str) -> int:
    return int(_value(db, sql) or 0)


def _value(db: sqlite3.Connection, sql: str) -> Any:
    return db.execute(sql).fetchone()[0]


def _last_run(db: sqlite3.Connection) -> dict[str, Any] | None:
    row = db.execute(
        "select id, started_at, finished_at, command from harvest_runs order by id desc limit 1"
    ).fetchone()
    if row is None:
        return None
    counts = {outcome: count for outcome, count in read_outcomes(db, row[0]).items() if count}
    return {"id": row[0], "started_at": row[1], "finished_at": row[2], "command": row[3], "outcomes": counts}


def read_reference_pmids(db: sqlite3.Connection, pmids: list[int]) -> set[int]:
    """Return the PMIDs that the reference lists of pmids name, merged works followed."""
    return _linked(
        db, pmids,
        """select coalesce(w.merged_into, w.id) from article_references r join works w on w.id = r.cited_id
        where r.citing_pmid = ?""",
    )  # fmt: skip


def read_citing_pmids(db: sqlite3.Connection, pmids: list[int]) -> set[int]:
    """Return the PMIDs that are said to cite pmids."""
    return _linked(
        db, pmids,
        """select coalesce(w.merged_into, w.id) from citations c join works w on w.id = c.citing_id
        where c.cited_id in (select id from works where ? in (id, merged_into))""",
    )  # fmt: skip


def read_similar_pmids(db: sqlite3.Connection, pmids: list[int]) -> set[int]:
    """Return PubMed's similar articles of pmids."""
    return _linked(
        db, pmids,
        """select coalesce(w.merged_into, w.id) from similar_articles s join works w on w.id = s.similar_pmid
        where s.pmid = ?""",
    )  # fmt: skip


def _linked(db: sqlite3.Connection, pmids: list[int], sql: str) -> set[int]:
    return {row[0] for pmid in pmids for row in db.execute(sql, (pmid,)) if row[0] > 0}


def read_followed(db: sqlite3.Connection, pmids: list[int]) -> list[int]:
    """Return pmids with each merged one replaced by what it was merged into."""
    found: dict[int, None] = {}
    for pmid in pmids:
        row = db.execute("select merged_into from works where id = ?", (pmid,)).fetchone()
        found[row[0] if row and row[0] else pmid] = None
    return list(found)


class Run(NamedTuple):
    """A harvest run; finished_at is None where it was interrupted or is under way."""

    id: int
    started_at: str
    finished_at: str | None
    command: str
    litkb_version: str


class OutcomeRow(NamedTuple):
    """How many things of a kind, or records of files, came to an outcome in a run; outcome None: pending."""

    task: str
    outcome: str | None
    number: int


def read_run(db: sqlite3.Connection, run_id: int) -> Run | None:
    """Return a harvest run; None where there was none of that number."""
    row = db.execute(f"select {', '.join(Run._fields)} from harvest_runs where id = ?", (run_id,)).fetchone()
    return Run(*row) if row else None


def read_runs_beside(db: sqlite3.Connection, run_id: int) -> tuple[int | None, int | None]:
    """Return the numbers of the runs before and after one."""
    row: tuple[int | None, int | None] = db.execute(
        """select (select max(id) from harvest_runs where id < :run), (select min(id) from harvest_runs where id > :run)
        """,
        {"run": run_id},
    ).fetchone()
    return row


def read_outcomes_by_task(db: sqlite3.Connection, run_id: int) -> list[OutcomeRow]:
    """Return what came of everything that a run asked, by kind of task; the records of files apart from the files."""
    rows = db.execute(
        """select task, outcome, count(*) from harvest_tasks where run_id = :run group by task, outcome
        union all
        select 'records of files', outcome, sum(records) from harvest_counts where run_id = :run group by outcome
        order by 1, 3 desc, 2""",
        {"run": run_id},
    )
    return [OutcomeRow(*row) for row in rows]


def read_asked_for(db: sqlite3.Connection, run_id: int, limit: int) -> list[Task]:
    """Return what a person asked of a run by name: its seeds and files."""
    rows = db.execute(
        """select task, asked, outcome, detail from harvest_tasks
        where run_id = ? and task in ('seed', 'file') order by task, asked limit ?""",
        (run_id, limit),
    )
    return [Task(*row) for row in rows]


def read_missing(db: sqlite3.Connection, run_id: int, limit: int) -> list[Task]:
    """Return what a run asked for and did not get: failed and pending tasks, and what nobody has, problems first."""
    rows = db.execute(
        """select task, asked, outcome, detail from harvest_tasks
        where run_id = ? and coalesce(outcome, 'failed') not in ('stored', 'unchanged', 'merged', 'done')
        order by coalesce(outcome, 'failed') not in ('failed', 'rejected', 'not identified'), task, asked limit ?""",
        (run_id, limit),
    )
    return [Task(*row) for row in rows]
