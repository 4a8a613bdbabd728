"""What printed references turned out to mean, what they may mean, and what is still to be looked at."""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from kb.migrations.works import doi_key_of

_KEY: Final = f"case when w.citation_key is null then 'doi:' || {doi_key_of('w.doi')} else 'ref:' || w.citation_key end"
_PRINTED: Final = """coalesce(
    (select min(r.citation) from article_references r where r.cited_id = {id}),
    (select min(f.citation) from full_text_references f where f.cited_id = {id}))"""


class Candidate(NamedTuple):
    """An article that a reference may mean; label is None where nothing names it, the rest where it is not held."""

    pmid: int
    score: float
    agreement: str  # "title + author ~ year -"
    label: str | None = None
    title: str | None = None
    authors: str | None = None
    journal: str | None = None
    year: int | None = None


class Resolution(NamedTuple):
    """What is decided of the references that name one cited work, or waits to be decided."""

    id: int
    reference_key: str
    method: str  # offline, ecitmatch, doi, pmcid, pmid, person
    state: str  # accepted, proposed, rejected
    pmid: int | None
    score: float | None
    decided_at: str


class Unresolved(NamedTuple):
    """A cited work without a PMID: its key, and all that references print of it."""

    id: int
    reference_key: str
    doi: str | None
    pmcid: str | None
    citations: tuple[str, ...]
    citing: frozenset[int]
    pmid: int | None = None  # printed in the words of references, the same in all that print one


class HeldSubject(NamedTuple):
    """What a printed reference can say of a held article."""

    pmid: int
    title: str | None
    surnames: tuple[str, ...]
    year: int | None
    journals: tuple[str, ...]
    volume: str | None
    pages: str | None
    initials: str | None  # of the first author
    groups: tuple[str, ...]  # authors that are groups
    vernacular: str | None
    doi: str | None


def read_unresolved(db: sqlite3.Connection, *, left: bool = False) -> Iterator[Unresolved]:
    """Yield the cited works to look at, by id: no identifier, ECitMatch or person has said yet what they are.

    left: only those that matching with the articles held left without one.
    """
    open_ones = "w.merged_into is null" if left else "coalesce(w.identified_by, 'offline') = 'offline'"
    rows = db.execute(
        f"""select w.id, {_KEY}, w.doi, w.pmcid, r.citation, r.citing_pmid, r.printed_pmid
        from works w join (
            select cited_id, citation, citing_pmid, printed_pmid from article_references
            union all select cited_id, citation, pmid, null from full_text_references
        ) r on r.cited_id = w.id
        where w.id < 0 and {open_ones} and not exists (
            select 1 from resolutions s where s.id = w.id and s.method = 'person')
        order by w.id, r.citation"""
    )
    for _, group in groupby(rows, key=itemgetter(0)):
        yield _unresolved(list(group))


def _unresolved(rows: Sequence[tuple[int, str, str | None, str | None, str | None, int, int | None]]) -> Unresolved:
    printed, pmids = dict.fromkeys(row[4] for row in rows if row[4]), {row[6] for row in rows if row[6]}
    pmid = pmids.pop() if len(pmids) == 1 else None
    return Unresolved(*rows[0][:4], tuple(printed), frozenset(row[5] for row in rows), pmid)


def read_subjects(db: sqlite3.Connection) -> Iterator[HeldSubject]:
    """Yield every held article, by PMID."""
    authors: dict[int, list[tuple[str, str | None, str | None]]] = {}
    for pmid, *author in db.execute(
        """select pmid, coalesce(last_name, collective_name, name), initials, collective_name from authorships
        where role = 'author' order by pmid, position"""
    ):
        authors.setdefault(pmid, []).append(tuple(author))
    for row in db.execute(
        """select a.pmid, a.title, a.year, a.volume, a.pages, a.vernacular_title, a.doi,
            j.title, j.abbreviation, j.iso_abbreviation
        from articles a left join journals j on j.journal_id = a.journal_id order by a.pmid"""
    ):
        pmid, title, year, volume, pages, vernacular, doi, *names = row
        journals = tuple(dict.fromkeys(name for name in names if name))
        listed = authors.get(pmid, [])
        yield HeldSubject(
            pmid, title, tuple(name for name, _, _ in listed), year, journals, volume, pages,
            listed[0][1] if listed else None, tuple(group for *_, group in listed if group), vernacular, doi,
        )  # fmt: skip


def read_resolution(db: sqlite3.Connection, key: str) -> Resolution | None:
    """Return what is decided of a reference, by its key; None where nobody has looked at it."""
    columns = ", ".join(Resolution._fields)
    row = db.execute(f"select {columns} from resolutions where reference_key = ?", (key,)).fetchone()
    return Resolution(*row) if row else None


def read_cited_work(db: sqlite3.Connection, key: str) -> tuple[int, str | None] | None:
    """Return (id, identified_by) of the cited work of that key; None where no reference here names it."""
    row = db.execute(f"select w.id, w.identified_by from works w where w.id < 0 and {_KEY} = ?", (key,)).fetchone()
    return row[:2] if row else None


def read_printed_key(db: sqlite3.Connection, citing: int, position: int) -> str | None:
    """Return the key of the cited work that an article's reference names; None where it names none, or a PMID."""
    row = db.execute(
        f"""select {_KEY} from article_references r join works w on w.id = r.cited_id
        where r.citing_pmid = ? and r.position = ? and w.id < 0""",
        (citing, position),
    ).fetchone()
    return row[0] if row else None


def read_meant(db: sqlite3.Connection) -> dict[int, int]:
    """Return the cited works whose article is known, with that article."""
    return dict(db.execute("select id, merged_into from works where id < 0 and merged_into is not null"))


def read_candidates(db: sqlite3.Connection, work: int) -> list[Candidate]:
    """Return the articles that the references to a cited work may mean, the best first."""
    rows = db.execute(
        """select c.pmid, c.score, c.agreement, w.label, coalesce(a.title, a.vernacular_title), a.authors,
            coalesce(j.abbreviation, j.title), a.year
        from resolution_candidates c left join works w on w.id = c.pmid
            left join articles a on a.pmid = c.pmid left join journals j on j.journal_id = a.journal_id
        where c.id = ? order by c.score desc, c.pmid""",
        (work,),
    )
    return [Candidate(*row) for row in rows]


class Waiting(NamedTuple):
    """A reference that waits for a decision: its key, the words of one printing, how many print it."""

    id: int
    reference_key: str
    citation: str | None
    printed: int


def read_waiting(db: sqlite3.Connection) -> list[Waiting]:
    """Return the references that have candidates and wait for a decision, the most certain first."""
    rows = db.execute(
        f"select id, reference_key, {_PRINTED.format(id='references_waiting.id')}, printed from references_waiting"
    )
    return [Waiting(*row) for row in rows]
