"""The ledger: what was asked, of whom, and what became of it; and what a file holds in numbers."""

import sqlite3
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from kb.identifiers import doi_key
from kb.migrations.works import doi_key_of
from kb.queries.full_texts import read_text_totals
from kb.queries.works.totals import read_work_totals

OUTCOMES = (
    "stored", "unchanged", "already here", "merged", "deleted", "not found", "not identified", "rejected", "failed"
)  # fmt: skip
MIRRORED: Final = "PubMed’s files through "
"""How the ledger names a mirror that answered in place of NCBI: this, and the last of PubMed's files that it has."""
MISSING: Final = """coalesce(outcome, 'failed') in (
    'failed', 'rejected', 'not identified', 'not found', 'deleted')"""  # what a run asked for and did not get

_FOUND: Final = "exists (select 1 from searches s where (s.run_id, s.task, s.asked) = (t.run_id, t.task, t.asked))"
_IS_ANSWERED: Final = f"(coalesce(t.outcome, 'failed') <> 'failed' or {_FOUND})"  # a search whose hits were not taken


def is_mirror(server: str | None) -> bool:
    """Return whether what answered, as the ledger names it, is a mirror of PubMed's files; NCBI is None."""
    return server is not None and server.startswith(MIRRORED)


class Task(NamedTuple):
    """One thing asked of one source; outcome None: pending."""

    task: str
    asked: str
    outcome: str | None
    detail: str | None
    pmid: int | None = None  # the article that a seed means, or into which the one asked for was merged

    @property
    def why(self) -> str:
        """Why it came to its outcome, or what was found, in words."""
        if self.detail or self.pmid is None:
            return self.detail or ""
        return f"into {self.pmid}" if self.outcome == "merged" else str(self.pmid)


def read_resumable_run(db: sqlite3.Connection, plan: str, server: str | None = None) -> tuple[int, str] | None:
    """Return (id, started_at) of the last run with this plan if it did not finish; one of NCBI goes on with NCBI."""
    row: tuple[int, str, str | None] | None = db.execute(
        """select id, started_at, finished_at from harvest_runs
        where plan = ? and (server is null) = (? is null) order by id desc limit 1""",
        (plan, server),
    ).fetchone()
    return row[:2] if row and row[2] is None else None


def read_known_before(db: sqlite3.Connection, run_id: int, pmids: Iterable[int]) -> set[int]:
    """Return those of pmids whose record came in a run before this one."""
    sql = """select exists (
        select 1 from harvest_runs r where r.id < :run and (
            exists (select 1 from harvest_origins o where o.run_id = r.id and o.pmid = :pmid and o.origin = 'file')
            or exists (select 1 from harvest_tasks t where t.run_id = r.id and t.task = 'article'
                and t.asked = cast(:pmid as text) and t.outcome in ('stored', 'unchanged'))))"""
    return {pmid for pmid in pmids if db.execute(sql, {"run": run_id, "pmid": pmid}).fetchone()[0]}


def read_answer_names(db: sqlite3.Connection) -> set[str]:
    """Return the names of the answers that brought what tasks asked for, as the archive has them."""
    return {row[0] for row in db.execute("select distinct answer from harvest_tasks where answer is not null")}


def read_answer_name(db: sqlite3.Connection, run_id: int, task: str, asked: str) -> str | None:
    """Return the name of the answer that settled a task; None where none did."""
    row = db.execute(
        "select answer from harvest_tasks where (run_id, task, asked) = (?, ?, ?)", (run_id, task, asked)
    ).fetchone()
    return row[0] if row else None


def read_settled(db: sqlite3.Connection, run_id: int, task: str) -> set[str]:
    """Return what this run need not ask again: tasks that have an outcome other than failed."""
    rows = db.execute(
        "select asked from harvest_tasks where run_id = ? and task = ? and outcome is not null and outcome <> 'failed'",
        (run_id, task),
    )
    return {row[0] for row in rows}


def read_not_found(db: sqlite3.Connection, run_id: int) -> set[str]:
    """Return the articles that a run was told do not exist."""
    rows = db.execute(
        "select asked from harvest_tasks where run_id = ? and task = 'article' and outcome = 'not found'", (run_id,)
    )
    return {row[0] for row in rows}


def read_why_not_found(db: sqlite3.Connection, pmid: int) -> str | None:
    """Return why the last run that did not find a record of pmid did not; None where no run says so."""
    row = db.execute(
        """select detail from harvest_tasks where task = 'article' and asked = ? and outcome = 'not found'
        order by run_id desc limit 1""",
        (str(pmid),),
    ).fetchone()
    return row[0] if row else None


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
        """select task, asked, outcome, detail, pmid from harvest_tasks
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
        "records": _count(db, "select count(*) from articles"),
        "named_by_pmid": _count(db, "select count(*) from works where state = 'known' and id > 0"),
        "cited_without_pmid": _count(db, "select count(*) from works where state = 'known' and id < 0"),
        "works": dict(db.execute("select state, count(*) from works group by state order by state")),
        "work_totals": read_work_totals(db)._asdict(),
        "references": _count(db, "select count(*) from article_references"),
        "references_identified": read_identified_references(db),
        "citations": read_citation_count(db),
        "reference_lists": {
            "complete": _count(db, _LISTS.format("=")),
            "partial": _count(db, _LISTS.format(">")),
            "unknown": _count(db, _NO_LIST),
        },
        "sources": dict(
            db.execute(
                "select s.name, count(*) from articles a join citation_sources s on s.id = a.source_id"
                " group by 1 order by 1"
            )
        ),
        "full_texts": read_text_totals(db),
        "servers": read_servers(db),
        "mirrors": read_mirrors(db),
        "last_run": _last_run(db),
        "graph_computed_at": _value(db, "select max(finished_at) from field_runs"),
    }  # fmt: skip


def read_citation_count(db: sqlite3.Connection) -> int:
    """Return how many citations are known: each once, whoever says so, merged works followed, none of a work itself."""
    return _count(db, "select count(*) from citation_links")


def read_identified_references(db: sqlite3.Connection) -> int:
    """Return how many printed references lead to a PMID: given in the record, printed, or resolved."""
    return _count(
        db,
        """select (select count(*) from article_references where cited_id > 0) + (
            select count(*) from works w cross join article_references r on r.cited_id = w.id
            where w.id < 0 and w.merged_into is not null)""",
    )


_LISTS = """select count(*) from article_lists k join articles a on a.pmid = k.pmid and a.source_id = k.source_id
    where k.list = 'references' and a.reference_count > 0 and k.entries {} a.reference_count"""


_NO_LIST = """select count(*) from articles a where exists (
        select 1 from article_lists k where k.pmid = a.pmid and k.list = 'references')
    and not exists (select 1 from article_lists k where k.pmid = a.pmid and k.list = 'references' and k.entries >= 0)"""


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
    return {"id": row[0], "started_at": row[1], "finished_at": row[2], "command": row[3], "outcomes": counts,
            "asked": read_answered(db, row[0]).asked,
            "to_go_on": None if row[2] else read_how_to_go_on(db, row[0])}  # fmt: skip


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
        "select citing_id from citation_links where cited_id = ?",
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
    """A run; finished_at is None where it was interrupted or is under way, server where NCBI itself was to answer."""

    id: int
    started_at: str
    finished_at: str | None
    command: str
    litkb_version: str
    server: str | None
    plan: str

    @property
    def is_update(self) -> bool:
        """Whether it asked again what was due."""
        return self.plan.startswith('{"update"')


class Answered(NamedTuple):
    """Of what a run asked of sources, how much there was, and how much got no answer; reading files is not asking."""

    asked: int
    unanswered: int

    @property
    def nothing(self) -> bool:
        """Whether something was asked and nobody answered."""
        return 0 < self.asked == self.unanswered

    @property
    def some(self) -> bool:
        """Whether any of it was answered."""
        return self.unanswered < self.asked


def read_answered(db: sqlite3.Connection, run_id: int) -> Answered:
    """Return how much of what a run asked of sources was answered."""
    row = db.execute(
        f"""select count(*), count(*) - coalesce(sum({_IS_ANSWERED}), 0) from harvest_tasks t
        where run_id = ? and task not in ('file', 'record') and coalesce(outcome, '') <> 'already here'""",
        (run_id,),
    ).fetchone()
    return Answered(*row)


def read_servers(db: sqlite3.Connection) -> list[str]:
    """Return the addresses of servers that answered runs in place of PubMed."""
    return [server for server in _read_servers(db) if not is_mirror(server)]


def read_mirrors(db: sqlite3.Connection) -> list[str]:
    """Return the mirrors of PubMed's files that answered runs in place of PubMed."""
    return [server for server in _read_servers(db) if is_mirror(server)]


def _read_servers(db: sqlite3.Connection) -> list[str]:
    rows = db.execute(
        f"""select distinct server from harvest_runs r where server is not null and exists (
            select 1 from harvest_tasks t where t.run_id = r.id and t.task not in ('file', 'record')
                and {_IS_ANSWERED} and coalesce(t.outcome, '') <> 'already here') order by 1"""
    )
    return [row[0] for row in rows]


def read_commands(db: sqlite3.Connection) -> list[tuple[str, str | None]]:
    """Return (command, address of a server in place of PubMed's) of each run, in their order."""
    return db.execute("select command, server from harvest_runs order by id").fetchall()


def read_how_to_go_on(db: sqlite3.Connection, run_id: int) -> str:
    """Return in words what completes a run that did not finish."""
    declined = f"select 1 from harvest_tasks t where run_id = ? and outcome = 'failed' and {_FOUND}"
    if db.execute(declined, (run_id,)).fetchone():
        return "the hits of its search were not taken; the search says why"
    return "the same command continues it"


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
        """select task, asked, outcome, detail, pmid from harvest_tasks
        where run_id = ? and task in ('seed', 'file') order by task, asked limit ?""",
        (run_id, limit),
    )
    return [Task(*row) for row in rows]


def read_missing(db: sqlite3.Connection, run_id: int, limit: int) -> list[Task]:
    """Return what a run asked for and did not get: failed and pending tasks, and what nobody has, problems first."""
    rows = db.execute(
        f"""select task, asked, outcome, detail, pmid from harvest_tasks
        where run_id = ? and {MISSING}
        order by coalesce(outcome, 'failed') not in ('failed', 'rejected', 'not identified'), task, asked limit ?""",
        (run_id, limit),
    )
    return [Task(*row) for row in rows]
