"""The search log in numbers: how articles were named, what was left out and why, and what became of the rest."""

import sqlite3
from typing import Final, NamedTuple

ORIGINS: Final = {  # how articles are named -> in words, in the order of a search
    "seed": "named one by one",
    "query": "hits of searches",
    "file": "records in files",
    "frontier": "cited here and not held",
    "references": "cited by articles held",
    "cited_by": "citing articles held",
    "similar": "similar to articles held (PubMed)",
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


def read_search_flow(db: sqlite3.Connection) -> SearchFlow:
    """Return the numbers over all runs of this file."""
    named = db.execute(
        """select origin, count(distinct pmid) from harvest_origins group by origin
        union all select 'file', sum(records) from harvest_counts having sum(records) > 0"""
    )
    excluded = db.execute(
        """select excluded, count(distinct pmid) from harvest_origins o
        where excluded is not null and not exists (
            select 1 from harvest_origins p where p.pmid = o.pmid and p.excluded is null)
        group by excluded order by 2 desc, 1"""
    )
    lost = db.execute(
        """select coalesce(outcome, 'failed'), count(*) from harvest_tasks t
        where task in ('article', 'seed') and coalesce(outcome, 'failed') not in ('stored', 'unchanged', 'done')
            and run_id = (select max(run_id) from harvest_tasks l where l.task = t.task and l.asked = t.asked)
            and not exists (select 1 from articles a where cast(a.pmid as text) = t.asked)
        group by 1 order by 2 desc, 1"""
    )
    [asked] = db.execute(
        """select count(*) from (
            select asked from harvest_tasks where task = 'article'
            union select cast(pmid as text) from articles
            union select asked from harvest_tasks where task = 'seed' and outcome <> 'done')"""
    ).fetchone()
    [held] = db.execute("select count(*) from articles").fetchone()
    order = {origin: place for place, origin in enumerate(ORIGINS)}
    ways = sorted((Named(*row) for row in named), key=lambda one: order.get(one.origin, len(order)))
    return SearchFlow(ways, list(excluded), asked, list(lost), held)
