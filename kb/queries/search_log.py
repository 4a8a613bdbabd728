"""The search log in numbers: how articles were named, what was left out and why, and what became of the rest."""

import sqlite3
from typing import Final, NamedTuple

from kb.searches import Search, SearchWarning

ORIGINS: Final = {  # how articles are named -> in words, in the order of a search
    "seed": "named one by one",
    "query": "hits of searches",
    "file": "records in files",
    "frontier": "cited only",
    "references": "cited by articles in this library",
    "cited_by": "citing articles in this library",
    "similar": "similar to articles in this library (PubMed)",
}


class Named(NamedTuple):
    """One way in which articles were named, and how many it named; an article may be named in several ways."""

    origin: str  # seed, query, frontier, references, cited_by, similar, file
    articles: int


class SearchFlow(NamedTuple):
    """From what was named to what is held; each article counts once, but for ``named``."""

    named: list[Named]
    excluded: list[tuple[str, int]]  # why, and how many articles no run asked for
    asked: int  # different articles asked for, or read from files
    lost: list[tuple[str, int]]  # outcome of those that are not held, in the last run that asked for them
    held: int


class SearchRow(NamedTuple):
    """A search of a run, or the check of its limits; found: what PubMed answered, None where it did not."""

    task: str  # search, limits
    asked: str
    outcome: str | None
    detail: str | None
    found: Search | None


def read_searches(db: sqlite3.Connection, run_id: int, task: str = "%") -> list[SearchRow]:
    """Return the searches of a run, limits first."""
    warned: dict[tuple[str, str], list[SearchWarning]] = {}
    for kind, asked, *said in db.execute(
        "select task, asked, kind, words from search_warnings where run_id = ? order by kind, words", (run_id,)
    ):
        warned.setdefault((kind, asked), []).append(SearchWarning(*said))
    rows = db.execute(
        """select t.task, t.asked, t.outcome, t.detail, s.hits, s.received, s.translation
        from harvest_tasks t left join searches s using (run_id, task, asked)
        where run_id = ? and t.task in ('search', 'limits') and t.task like ? order by t.task, t.asked""",
        (run_id, task),
    )
    found: list[SearchRow] = []
    for name, asked, outcome, detail, hits, received, translation in rows:
        answered = Search(hits, received, translation, tuple(warned.get((name, asked), ())))
        found.append(SearchRow(name, asked, outcome, detail, None if hits is None else answered))
    return found


def read_accepted_warnings(db: sqlite3.Connection, query: str) -> set[SearchWarning]:
    """Return the warnings with which the hits of a query were harvested before."""
    rows = db.execute(
        """select w.kind, w.words from search_warnings w join harvest_tasks t using (run_id, task, asked)
        where w.task = 'search' and w.asked = ? and t.outcome = 'done'""",
        (query,),
    )
    return {SearchWarning(*row) for row in rows}


def read_search_flow(db: sqlite3.Connection) -> SearchFlow:
    """Return the numbers over all runs of this file."""
    named = db.execute("select origin, count(distinct pmid) from harvest_origins group by origin")
    excluded = db.execute(
        """select excluded, count(distinct pmid) from harvest_origins o
        where excluded is not null and not exists (
            select 1 from harvest_origins p where p.pmid = o.pmid and p.excluded is null)
        group by excluded order by 2 desc, 1"""
    )
    lost = db.execute(
        """select coalesce(outcome, 'failed'), count(*) from harvest_tasks t
        where task in ('article', 'seed')
            and coalesce(outcome, 'failed') not in ('stored', 'unchanged', 'already here', 'done')
            and run_id = (select max(run_id) from harvest_tasks l where l.task = t.task and l.asked = t.asked)
            and not exists (select 1 from articles a where cast(a.pmid as text) = t.asked)
        group by 1 order by 2 desc, 1"""
    )
    [asked] = db.execute(
        """select count(*) from (
            select asked from harvest_tasks where task = 'article'
            union select cast(pmid as text) from articles
            union select cast(pmid as text) from harvest_origins where origin = 'file'
            union select asked from harvest_tasks where task = 'seed' and outcome <> 'done')"""
    ).fetchone()
    [held] = db.execute("select count(*) from articles").fetchone()
    order = {origin: place for place, origin in enumerate(ORIGINS)}
    ways = sorted((Named(*row) for row in named), key=lambda one: order.get(one.origin, len(order)))
    return SearchFlow(ways, list(excluded), asked, list(lost), held)
