"""Links from articles to others, by direction, as a harvest follows them; and what could be harvested next."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import Final

_LINKS: Final = {  # which other work each of the articles (pmid) leads to
    "references": """select citing_id as pmid, cited_id as other from citation_links
        where citing_id in (select value from asked)""",
    "cited_by": """select cited_id as pmid, citing_id as other from citation_links
        where cited_id in (select value from asked)""",
    "similar": """select distinct s.pmid, coalesce(w.merged_into, w.id) as other
        from similar_articles s join works w on w.id = s.similar_pmid where s.pmid in (select value from asked)""",
}


def read_links(
    db: sqlite3.Connection, direction: str, pmids: Collection[int], *, known: Collection[int]
) -> Iterator[tuple[int, int, int]]:
    """Yield what links lead to from pmids, but for what is known: its PMID, how many lead to it, the least of these.

    direction: references, cited_by or similar. Merged works are followed.
    """
    sql = f"""
        with asked as materialized (select value from json_each(:pmids))
        select other, count(*), min(pmid) from ({_LINKS[direction]})
        where other > 0 and other <> pmid and other not in (select value from json_each(:known))
        group by other"""
    yield from db.execute(sql, {"pmids": json.dumps(list(pmids)), "known": json.dumps(list(known))})


def read_frontier(db: sqlite3.Connection, most: int | None) -> list[int]:
    """Return the works with a PMID that are not held, those that most held articles cite first; at most so many."""
    rows = db.execute("select pmid from frontier limit ?", (-1 if most is None else most,))
    return [row[0] for row in rows]
