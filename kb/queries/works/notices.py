"""What notices and publication types say of a work: retracted, doubted, updated; and whose record says so."""

import sqlite3
from collections.abc import Collection
from typing import Final, NamedTuple

from kb.queries.works.records import marks

RETRACTED_TYPE: Final = "Retracted Publication"
_FEW: Final = 1_000  # works that are looked up one by one
RETRACTIONS: Final = "('RetractionIn', 'RetractedandRepublishedIn')"  # kinds, as seen from the retracted work


class NoticeLink(NamedTuple):
    """A notice as seen from one of its works; said_by is whose record says so, position its place there."""

    kind: str
    other_id: int | None  # None: nothing here names the other work by an identifier
    label: str | None  # of the other work
    said_by: int
    position: int


class Sign(NamedTuple):
    """What says that a work was retracted, in the words of the record that says so."""

    id: int
    sign: str
    said_by: int
    notice_id: int | None


def read_notice_links(db: sqlite3.Connection, pmid: int) -> list[NoticeLink]:
    """Return the notices of an article: those of its own record, then what others say and it does not."""
    rows = db.execute(
        """select distinct l.kind, l.other_id, w.label, l.said_by, l.position
        from notice_links l left join works w on w.id = l.other_id
        where l.id = ? order by l.said_by <> l.id, l.position, l.said_by""",
        (pmid,),
    )
    links = [NoticeLink(*row) for row in rows]
    own = {(link.kind, link.other_id) for link in links if link.said_by == pmid}
    return [link for link in links if link.said_by == pmid or (link.kind, link.other_id) not in own]


def read_retracted(db: sqlite3.Connection, works: Collection[int]) -> set[int]:
    """Return those of works that a record here says are retracted, however many others are."""
    few = works if len(works) <= _FEW else ()
    only = f"where id in ({marks(few)})" if len(works) <= _FEW else ""
    return {row[0] for row in db.execute(f"select id from retraction_signs {only}", [*few])} & set(works)


def read_signs(db: sqlite3.Connection) -> list[Sign]:
    """Return all that says that works were retracted, by work."""
    return _read_signs(db, "true", ())


def read_signs_of(db: sqlite3.Connection, works: Collection[int]) -> list[Sign]:
    """Return all that says that these works were retracted."""
    return _read_signs(db, f"id in ({marks(works)})", works)


def read_signs_by(db: sqlite3.Connection, pmids: Collection[int]) -> list[Sign]:
    """Return what the records of these articles say was retracted."""
    return _read_signs(db, f"said_by in ({marks(pmids)})", pmids)


def _read_signs(db: sqlite3.Connection, condition: str, values: Collection[int]) -> list[Sign]:
    sql = f"select distinct id, sign, said_by, notice_id from retraction_signs where {condition} order by 1, 3, 2"
    return [Sign(*row) for row in db.execute(sql, [*values])]
