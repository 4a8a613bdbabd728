"""Which server answered, by the ledger: NCBI's own, or one in its place."""

import sqlite3
from collections.abc import Collection

from kb.queries.evidence.selects import Assertion, KeptAnswer


def read_servers_of_answer(db: sqlite3.Connection, name: str, received_at: str) -> list[str | None]:
    """Return the servers that may have given an answer of the archive; None stands for NCBI's own.

    Empty where no run was under way then: `litkb resolve` has none in the ledger.
    """
    naming = [row[0] for row in db.execute("select distinct run_id from harvest_tasks where answer = ?", (name,))]
    return _read_servers(db, received_at, naming) or _read_servers(db, received_at)


def read_servers_of_assertion(
    db: sqlite3.Connection, one: Assertion, answers: Collection[KeptAnswer]
) -> list[str | None]:
    """Return the servers whose answers may have brought an assertion; empty where it was read from a file.

    answers: those that tell of the citation. What a file says is dated by the start of its run.
    """
    of_files = {answer.run_id for answer in answers if answer.task == "file" and answer.started_at == one.since}
    return _read_servers(db, one.since, {answer.run_id for answer in answers} - of_files)


def _read_servers(db: sqlite3.Connection, moment: str, runs: Collection[int] | None = None) -> list[str | None]:
    """Return the servers of the runs that were under way at a moment; runs: of these alone."""
    found = db.execute(
        "select id, server from harvest_runs where ? between started_at and coalesce(finished_at, '9') order by id",
        (moment,),
    )
    return list(dict.fromkeys(server for run, server in found if runs is None or run in runs))
