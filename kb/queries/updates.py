"""What is due to be asked again, and what an update changed."""

import json
import sqlite3
from collections.abc import Collection

from kb.record_diff import Change


def read_queries(db: sqlite3.Connection, *, before: str) -> list[str]:
    """Return the queries that runs asked, unless one asked it again since, in the order of their first run."""
    rows = db.execute(
        """select t.asked, max(r.started_at) from harvest_tasks t join harvest_runs r on r.id = t.run_id
        where t.task = 'search' and t.outcome = 'done' group by t.asked order by min(t.run_id)"""
    )
    return [query for query, asked_at in rows if asked_at < before]


def read_due_articles(db: sqlite3.Connection, *, before: str) -> list[int]:
    """Return the articles whose record PubMed gave, and gave for the last time before a moment; the oldest first."""
    rows = db.execute(
        """select a.pmid from articles a join citation_sources s on s.id = a.source_id
        where s.name = 'pubmed' and a.checked_at < ? order by a.checked_at, a.pmid""",
        (before,),
    )
    return [row[0] for row in rows]


def read_due_lists(db: sqlite3.Connection, filled: Collection[tuple[str, str]], *, before: str) -> list[int]:
    """Return the articles of which lists, (source, kind), were given for the last time before a moment."""
    rows = db.execute(
        """select l.pmid, max(l.checked_at) as last from article_lists l join citation_sources s on s.id = l.source_id
            join articles a on a.pmid = l.pmid
        where s.name || ' ' || l.list in (select value from json_each(?))
        group by l.pmid having last < ? order by last, l.pmid""",
        (json.dumps([" ".join(one) for one in filled]), before),
    )
    return [row[0] for row in rows]


def read_changes(db: sqlite3.Connection, run_id: int) -> list[Change]:
    """Return what a run found changed, by PMID."""
    rows = db.execute(
        "select pmid, kind, field, before, after from harvest_changes where run_id = ? order by pmid, kind, field",
        (run_id,),
    )
    return [Change(*row) for row in rows]


def read_stored(db: sqlite3.Connection, run_id: int) -> list[int]:
    """Return the PMIDs of the records that a run stored, new or changed."""
    rows = db.execute(
        """select cast(asked as integer) from harvest_tasks
        where run_id = ? and task = 'article' and outcome = 'stored' order by 1""",
        (run_id,),
    )
    return [row[0] for row in rows]
