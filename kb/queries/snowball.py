"""Links from articles to others, by direction, as a harvest follows them; and what could be harvested next."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final

_LINKS: Final = {
    "references": """
        select coalesce(w.merged_into, w.id) from citations c join works w on w.id = c.cited_id
        where c.citing_id = :pmid
        union select coalesce(w.merged_into, w.id) from article_references r join works w on w.id = r.cited_id
        where r.citing_pmid = :pmid""",
    "cited_by": """
        select coalesce(w.merged_into, w.id) from citations c join works w on w.id = c.citing_id
        where c.cited_id = :pmid or c.cited_id in (select id from works where merged_into = :pmid)""",
    "similar": """
        select coalesce(w.merged_into, w.id) from similar_articles s join works w on w.id = s.similar_pmid
        where s.pmid = :pmid""",
}


def read_links(db: sqlite3.Connection, direction: str, pmids: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield (from, to) of the links that lead from pmids to other PMIDs, each once, merged works followed.

    direction: references, cited_by or similar.
    """
    for pmid in pmids:
        for (other,) in db.execute(f"select distinct * from ({_LINKS[direction]}) order by 1", {"pmid": pmid}):
            if other > 0 and other != pmid:
                yield pmid, other


def read_frontier(db: sqlite3.Connection, most: int | None) -> list[int]:
    """Return the works with a PMID that are not held, those that most held articles cite first; at most so many."""
    rows = db.execute("select pmid from frontier limit ?", (-1 if most is None else most,))
    return [row[0] for row in rows]
