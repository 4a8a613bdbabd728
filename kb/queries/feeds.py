"""What is new in a file, newest first: articles, works that cite one, notices."""

import sqlite3
from collections.abc import Collection
from typing import Final, NamedTuple

from kb.queries.records import marks
from kb.queries.search import Wanted

_CAME: Final = "coalesce(a.harvested_at, a.checked_at)"  # when this content came from NCBI, else when it came here


class NewArticle(NamedTuple):
    """A held article and the moment when its content came here."""

    pmid: int
    title: str | None
    authors: str | None
    journal: str | None
    citation_line: str | None
    came_at: str


class NewCiting(NamedTuple):
    """A work that cites another one, and the moment when a source was first heard to say so."""

    id: int
    label: str
    title: str | None
    authors: str | None
    since: str


class NewNotice(NamedTuple):
    """A notice on a held article, with the moment when the record that bears it came here."""

    pmid: int
    position: int
    kind: str
    label: str
    title: str | None
    other: str | None
    came_at: str


def read_new_articles(db: sqlite3.Connection, wanted: Wanted, limit: int) -> list[NewArticle]:
    """Return the articles wanted that came last."""
    rows = db.execute(
        f"""select n.pmid, n.title, n.authors, coalesce(j.abbreviation, j.title, n.book_title), n.citation_line, n.came
        from (select a.pmid, coalesce(a.title, a.vernacular_title) as title, a.authors, a.journal_id,
            a.book_title, a.citation_line, {_CAME} as came
            from {wanted.tables} where {wanted.where} order by came desc, a.pmid desc limit :limit) n
            left join journals j on j.journal_id = n.journal_id
        order by n.came desc, n.pmid desc""",
        {**wanted.values, "limit": limit},
    )
    return [NewArticle(*row) for row in rows]


def read_new_citing(db: sqlite3.Connection, work: int, limit: int) -> list[NewCiting]:
    """Return the works that cite work, or one merged into it, those heard of last first."""
    rows = db.execute(
        """select w.id, w.label, coalesce(a.title, a.vernacular_title), a.authors, min(c.since) as since
        from (select id from works where id = :work union all select id from works where merged_into = :work) t
            join citations c on c.cited_id = t.id
            join works v on v.id = c.citing_id join works w on w.id = coalesce(v.merged_into, v.id)
            left join articles a on a.pmid = w.id
        where w.id <> :work
        group by w.id order by since desc, w.id desc limit :limit""",
        {"work": work, "limit": limit},
    )
    return [NewCiting(*row) for row in rows]


def read_new_notices(db: sqlite3.Connection, kinds: Collection[str], limit: int) -> list[NewNotice]:
    """Return the notices of these kinds whose records came last."""
    rows = db.execute(
        f"""select n.pmid, n.position, n.kind, w.label, coalesce(a.title, a.vernacular_title),
            coalesce(n.ref_source, o.label, n.other_pmid),
            {_CAME} as came
        from notices n join articles a on a.pmid = n.pmid join works w on w.id = n.pmid
            left join works o on o.id = n.other_pmid
        where n.kind in ({marks(kinds)}) order by came desc, n.pmid desc, n.position limit ?""",
        (*kinds, limit),
    )
    return [NewNotice(*row) for row in rows]
