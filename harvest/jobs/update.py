"""An update: only what is due is asked again, and what changed since is said."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from harvest.http.client import Client
from harvest.jobs.asked_texts import harvest_full_texts
from harvest.jobs.fetch_queue import NOBODY, Person, Run, begin, end, harvest_articles, harvest_lists
from harvest.jobs.mirror_metrics import harvest_metrics
from harvest.jobs.searching import search
from harvest.sources.entrez import BATCH
from harvest.sources.mirror import LISTS as MIRROR_LISTS
from harvest.sources.mirror import OCC, Mirror
from harvest.sources.registry import LISTS
from kb.clock import now
from kb.database import transaction
from kb.errors import QuestionError
from kb.queries.harvest_log import Answered, Task, read_answered, read_citing_pmids, read_outcomes, read_problems
from kb.queries.updates import read_changes, read_due_articles, read_due_lists, read_queries, read_stored
from kb.queries.works.records import read_held
from kb.record_diff import Change
from kb.store.ledger import Origin, save_origins

DUE: Final = 30  # days after which an answer is asked for again, unless told otherwise


class Due(NamedTuple):
    """What is to be asked again: queries, articles, and by list the articles whose list it is; how much is left."""

    queries: list[str]
    articles: list[int]
    lists: dict[str, list[int]]
    left: dict[str, int]  # by list, or query

    @property
    def requests(self) -> int:
        """How many requests that takes, new articles not counted."""
        batches = [self.articles, *self.lists.values()]
        return len(self.queries) + sum(-(-len(pmids) // BATCH) for pmids in batches)


class UpdateSummary(NamedTuple):
    """What an update found: the new articles, what changed, what could not be asked, and the ledger's counts."""

    run_id: int
    new: list[int]
    changes: list[Change]
    outcomes: dict[str, int]
    problems: list[Task]
    notes: list[str]
    tried_at: str
    answered: Answered

    @property
    def complete(self) -> bool:
        """Whether everything that was due has been asked."""
        return not any(self.outcomes[name] for name in ("rejected", "failed"))


def read_due(db: sqlite3.Connection, *, days: int, at: str, mirror: Mirror | None = None) -> Due:
    """Return what was asked for the last time more than so many days before the moment at (ISO 8601).

    A list is due that neither its source nor a mirror gave since. What cannot be asked of the mirror, or without one,
    is left.
    """
    before = due_before(days, at)
    able = set(LISTS) if mirror is None else {name for name in MIRROR_LISTS if name != OCC or mirror.occ}
    lists = {name: read_due_lists(db, filled, before=before) for name, filled in _fills().items()}
    queries = read_queries(db, before=before)
    left = {name: len(pmids) for name, pmids in lists.items() if pmids and name not in able}
    return Due(
        [] if mirror else queries,
        read_due_articles(db, before=before),
        {name: pmids for name, pmids in lists.items() if pmids and name in able},
        left | ({"query": len(queries)} if mirror and queries else {}),
    )


def due_before(days: int, at: str) -> str:
    """Return the moment so many days before another (ISO 8601)."""
    return (datetime.fromisoformat(at) - timedelta(days=days)).isoformat(timespec="seconds").replace("+00:00", "Z")


def _fills() -> dict[str, list[tuple[str, str]]]:
    """Return the lists of articles that each request fills, of a source or of a mirror."""
    fills: dict[str, list[tuple[str, str]]] = {}
    for one in (*(one for _, one in LISTS.values()), *MIRROR_LISTS.values()):
        fills.setdefault(one.name, []).append(one.fills)
    return fills


def update(
    db: sqlite3.Connection,
    archive: sqlite3.Connection,
    clients: Mapping[str, Client],
    *,
    days: int = DUE,
    command: str = "",
    version: str = "",
    person: Person = NOBODY,
    mirror: Mirror | None = None,
    full_text: bool = False,
) -> UpdateSummary:
    """Ask again what is due, fetch what is new among the answers, and return what changed.

    New are hits of queries that were asked before, and articles that cite one whose citing articles were asked
    for; with full_text, also full texts that are due. An update that was interrupted goes on where it was: what it
    has asked is not due any more.
    """
    more = {"mirror": mirror.through} if mirror else {"full_text": True} if full_text else {}
    plan = json.dumps({"update": days} | more)
    run, _ = begin(db, archive, clients, plan, command=command, version=version, person=person, mirror=mirror)
    tried_at = now()  # later than the start of a run that is resumed
    due = read_due(db, days=days, at=tried_at, mirror=mirror)
    hits = [pmid for query in due.queries for pmid in _search_again(run, query)]
    harvest_articles(run, list(dict.fromkeys([*due.articles, *hits])))
    for name, pmids in due.lists.items():
        harvest_lists(run, [name], pmids)
    citing = _new_citing(run, due)
    with transaction(db):
        save_origins(db, run.id, (Origin(pmid, 0, "query", None, pmid, None, None) for pmid in hits))
        save_origins(db, run.id, (Origin(pmid, 1, "cited_by", None, pmid, None, None) for pmid in citing))
    harvest_articles(run, citing)
    harvest_metrics(run)
    if full_text:
        harvest_full_texts(run, before=due_before(days, tried_at))
    outcomes, problems = read_outcomes(db, run.id), read_problems(db, run.id)
    end(run, is_complete=not outcomes["failed"])
    changes = read_changes(db, run.id)
    changed = {change.pmid for change in changes}
    new = [pmid for pmid in read_stored(db, run.id) if pmid not in changed]
    return UpdateSummary(run.id, new, changes, outcomes, problems, run.notes, tried_at, read_answered(db, run.id))


def _search_again(run: Run, query: str) -> list[int]:
    """Return the hits of a query; none, which the ledger says, where PubMed now searches for something else."""
    try:
        return search(run, query)
    except QuestionError:
        return []


def _new_citing(run: Run, due: Due) -> list[int]:
    """Return the articles not held that cite one of those whose citing articles were due."""
    listing = (name for name, filled in _fills().items() if filled[0][1] == "cited_by")
    asked = sorted({pmid for name in listing for pmid in due.lists.get(name, ())})
    citing = read_citing_pmids(run.db, asked)
    return sorted(citing - read_held(run.db, citing).keys())
