"""What each source said of whole lists of an article, and which server answered for it."""

import sqlite3
from typing import NamedTuple


class ListSaid(NamedTuple):
    """What a source said of a whole list; entries None: it has no data, 0: it says none."""

    list: str
    source: str
    entries: int | None
    checked_at: str
    server: str | None = None  # that answered in place of ELink, or the mirror that did


def read_lists_said(db: sqlite3.Connection, pmid: int) -> list[ListSaid]:
    """Return what each source that was asked said of the lists of pmid."""
    rows = db.execute(
        """select l.list, s.name, l.entries, l.checked_at,
            iif(s.name glob 'elink*' or (s.name, l.list) = ('pubmed', 'cited_by'), (
            select r.server from harvest_runs r cross join harvest_tasks t on t.run_id = r.id
            where t.task = l.list and t.asked = cast(l.pmid as text)
                and l.checked_at between r.started_at and coalesce(r.finished_at, '9')
            order by r.id desc limit 1), null)
        from article_lists l join citation_sources s on s.id = l.source_id
        where l.pmid = ? order by l.list, l.source_id""",
        (pmid,),
    )
    return [ListSaid(*row) for row in rows]
