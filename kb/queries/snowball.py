"""Links from articles to others, by direction, as a harvest follows them; and what could be harvested next."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import Final

_LINKS: Final = {  # which work (id) each of the articles (pmid) leads to
    "references": """
        select a.value as pmid, c.cited_id as id from asked a join citation_links c on c.citing_id = a.value
        union all
        select a.value, r.cited_id from asked a join article_references r on r.citing_pmid = a.value""",
    "cited_by": """
        select a.value as pmid, c.citing_id as id from asked a join citation_links c on c.cited_id = a.value""",
    "similar": """
        select a.value as pmid, s.similar_pmid as id from asked a join similar_articles s on s.pmid = a.value""",
}


def read_links(
    db: sqlite3.Connection, direction: str, pmids: Collection[int], *, known: Collection[int]
) -> Iterator[tuple[int, int, int]]:
    """Yield what links lead to from pmids, but for what is known: its PMID, how many lead to it, the least of these.

    direction: references, cited_by or similar. Merged works are followed.
    """
    sql = f"""
        with asked as materialized (select value from json_each(:pmids)),
        leads as (
            select distinct l.pmid, coalesce(w.merged_into, w.id) as other
            from ({_LINKS[direction]}) l join works w on w.id = l.id
            where coalesce(w.merged_into, w.id) not in (select value from json_each(:known)))
        select other, count(*), min(pmid) from leads where other > 0 and other <> pmid group by other"""
    yield from db.execute(sql, {"pmids": json.dumps(list(pmids)), "known": json.dumps(list(known))})


def read_frontier(db: sqlite3.Connection, most: int | None) -> list[int]:
    """Return the works with a PMID that are not held, those that most held articles cite first; at most so many."""
    rows = db.execute("select pmid from frontier limit ?", (-1 if most is None else most,))
    return [row[0] for row in rows]
