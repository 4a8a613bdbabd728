"""What is new in a file, newest first: articles, works that cite one, notices."""

import sqlite3
from collections.abc import Collection
from typing import Final, NamedTuple

from kb.migrations.works import doi_key_of
from kb.queries.search.matches import Wanted
from kb.queries.works.notices import RETRACTED_TYPE, RETRACTIONS
from kb.queries.works.records import marks

_CAME: Final = "a.received_at"


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
    said_by: int  # PMID of that record
    position: int  # in that record, from 1; 0: no notice, but its publication type
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
        """select w.id, w.label, coalesce(a.title, a.vernacular_title), a.authors, c.since
        from citation_links c join works w on w.id = c.citing_id left join articles a on a.pmid = w.id
        where c.cited_id = :work order by c.since desc, w.id desc limit :limit""",
        {"work": work, "limit": limit},
    )
    return [NewCiting(*row) for row in rows]


def read_new_notices(db: sqlite3.Connection, kinds: Collection[str], limit: int) -> list[NewNotice]:
    """Return the notices of these kinds on held articles, those whose records came last first.

    A notice that two records bear is there once on each article; a retracted article without one, by its type.
    """
    rows = db.execute(
        f"""select l.id, l.said_by, l.position, l.kind, w.label, coalesce(h.title, h.vernacular_title),
            coalesce(l.printed, o.label, l.other_id),
            {_CAME} as came
        from (
            select distinct id, kind, other_id, said_by, position, printed from notice_links
            where kind in ({marks(kinds)}) and (said_by = id or not exists (
                select 1 from notices n where n.pmid = id and n.kind = notice_links.kind and (
                    n.other_pmid = other_id
                        or {doi_key_of("n.other_doi")} = (select {doi_key_of("doi")} from works where id = other_id))))
            union all
            select t.pmid, t.name, null, t.pmid, 0, null from publication_types t
            where t.name = '{RETRACTED_TYPE}' and not exists (
                select 1 from notice_links n where n.id = t.pmid and n.kind in {RETRACTIONS})) l
            join articles h on h.pmid = l.id join works w on w.id = l.id join articles a on a.pmid = l.said_by
            left join works o on o.id = l.other_id
        order by came desc, l.id desc, l.position limit ?""",
        (*kinds, limit),
    )
    return [NewNotice(*row) for row in rows]
