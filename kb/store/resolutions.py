"""Decisions on what printed references mean -> rows; each takes effect at once, and again after every load."""

import sqlite3
from collections.abc import Iterable
from typing import Final, NamedTuple

from kb.identifiers import work_id
from kb.queries.resolutions import Candidate
from kb.store.works import save_touched, touch

_OFFLINE: Final = "offline"


class Decision(NamedTuple):
    """What is decided of the references of one key; pmid is None unless it is accepted."""

    reference_key: str
    method: str  # offline, ecitmatch, doi, pmcid, pmid, person
    state: str  # accepted, proposed, rejected
    pmid: int | None
    score: float | None
    candidates: tuple[Candidate, ...] = ()


class ResolutionRun(NamedTuple):
    """One look at all references without a PMID."""

    started_at: str
    method: str
    accepted_from: float
    margin: float
    works: int
    accepted: int
    proposed: int
    litkb_version: str


def save_resolution_run(db: sqlite3.Connection, run: ResolutionRun) -> int:
    """Save a run; return its id."""
    fields = ResolutionRun._fields
    row = db.execute(
        f"insert into resolution_runs ({', '.join(fields)}) values ({', '.join('?' * len(fields))}) returning id", run
    ).fetchone()
    return int(row[0])


def save_resolution_counts(db: sqlite3.Connection, run_id: int, *, accepted: int, proposed: int) -> None:
    """Add what a run found to its counts."""
    db.execute(
        "update resolution_runs set accepted = accepted + ?, proposed = proposed + ? where id = ?",
        (accepted, proposed, run_id),
    )


def save_decisions(db: sqlite3.Connection, decisions: Iterable[Decision], *, run_id: int, at: str) -> None:
    """Save what a run found, in the caller's transaction.

    What a person decided stands; what PubMed proposed gives way only to what is accepted.
    """
    for decision in decisions:
        work = work_id(decision.reference_key)
        if _stands(_method(db, work), decision):
            continue
        _forget(db, work)
        _save(db, decision, run_id, at)
        db.executemany(
            "insert into resolution_candidates (id, pmid, score, agreement) values (?, ?, ?, ?)",
            ((work, *candidate[:3]) for candidate in decision.candidates),
        )
        touch(db, [work])
    save_touched(db)


def save_unmatched(db: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Take back what matching with the articles held found earlier, for references that now have no candidate."""
    for work in map(work_id, keys):
        if _method(db, work) == _OFFLINE:
            _forget(db, work)
            touch(db, [work])
    save_touched(db)


def save_persons_decision(db: sqlite3.Connection, decision: Decision, *, at: str) -> None:
    """Save what a person decided, in the caller's transaction, in the place of all before; candidates are kept."""
    _save(db, decision, None, at)
    touch(db, [work_id(decision.reference_key)])
    save_touched(db)


def save_decisions_applied(db: sqlite3.Connection) -> None:
    """Let every decision take effect, in the caller's transaction: after a rebuild has brought them back."""
    touch(db, [row[0] for row in db.execute("select id from resolutions").fetchall()])
    save_touched(db)


def _stands(method: str | None, new: Decision) -> bool:
    """Return whether what was found by method stands against what is found now."""
    return method == "person" or (method == "ecitmatch" and new.method == _OFFLINE and new.state != "accepted")


def _method(db: sqlite3.Connection, work: int) -> str | None:
    found = db.execute("select method from resolutions where id = ?", (work,)).fetchone()
    return found[0] if found else None


def _forget(db: sqlite3.Connection, work: int) -> None:
    db.execute("delete from resolution_candidates where id = ?", (work,))
    db.execute("delete from resolutions where id = ?", (work,))


def _save(db: sqlite3.Connection, decision: Decision, run_id: int | None, at: str) -> None:
    row = (work_id(decision.reference_key), *decision[:5], run_id, at)
    db.execute(
        """insert into resolutions (id, reference_key, method, state, pmid, score, run_id, decided_at)
        values (?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (id) do update set method = excluded.method, state = excluded.state, pmid = excluded.pmid,
            score = excluded.score, run_id = excluded.run_id, decided_at = excluded.decided_at""",
        row,
    )
