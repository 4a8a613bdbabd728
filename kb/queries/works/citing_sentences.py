"""Why a work is cited: the sentences of full texts with marks that mean it, and of which citing works they are known.

Marks in tables, figures and sub-articles are not counted as those of the text.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import Final, NamedTuple

from kb.queries.works.records import marks

NAMED: Final = "select id from works where id = {0} union all select id from works where merged_into = {0}"
WHERE: Final = "iif(s.place in ('table', 'figure', 'sub-article'), s.place, 'text')"  # what is counted apart
KIND: Final = """case when s.place in ('body', 'title', 'box', 'list') then coalesce(s.section_kind, 'other')
    else s.place end"""  # section, or what stands outside of them
MARKS: Final = """full_text_references f
    join mention_references l on (l.pmid, l.position, l.part) = (f.pmid, f.position, f.part)
    join mentions m on (m.pmid, m.mention) = (l.pmid, l.mention)
    join citing_sentences s on (s.pmid, s.sentence) = (m.pmid, m.sentence)"""
_OUTCOMES: Final = """case t.outcome when 'body' then iif(exists (select 1 from full_text_references f
        join mention_references l on (l.pmid, l.position, l.part) = (f.pmid, f.position, f.part)
        where f.pmid = t.pmid and f.cited_id in (select id from named)), 'sentences',
    iif(exists (select 1 from full_text_references f
        where f.pmid = t.pmid and f.cited_id in (select id from named)), 'listed', 'not listed')) else t.outcome end"""
_EARLIER: Final = """(
    select 1 from works c join works o on o.id = c.merged_into or o.merged_into in (c.id, c.merged_into)
        join full_texts e on e.pmid = o.id
    where c.id = f.pmid and o.id < f.pmid and e.outcome = 'body')"""  # another text of the same work
CITING_TEXTS: Final = f"""with named (id) as materialized ({NAMED.format(":id")}),
texts as (select w.id, w.label, w.year, coalesce((select {_OUTCOMES}
    from full_texts t where t.pmid in ({NAMED.format("w.id")})
    order by t.outcome <> 'body', t.outcome <> 'no marks', t.pmid limit 1),
    iif(coalesce(w.pmcid, a.pmcid) is null, 'no PMCID', 'not requested')) as full_text
from citation_links c join works w on w.id = c.citing_id left join articles a on a.pmid = w.id
where c.cited_id = :id)"""


class CitingText(NamedTuple):
    """A full text that cites a work, and its marks that mean it: in the text, and in what is counted apart."""

    pmid: int
    label: str
    licence: str | None
    times: int
    tables: int
    figures: int
    sub_articles: int


class Meant(NamedTuple):
    """A reference that a mark means; work is None where nothing names one."""

    work: int | None
    words: str
    how: str
    contradicts: str | None


class Mark(NamedTuple):
    """A mark, where it stands in its sentence, and what it means, in the order of the list."""

    mention: int
    start: int
    length: int  # 0: it prints nothing
    marker: str | None
    meant: tuple[Meant, ...]


class Said(NamedTuple):
    """A sentence, title or cell in which a work is cited; text is None where a published file leaves it out."""

    pmid: int
    sentence: int
    place: str
    section_kind: str | None
    section: str | None
    text: str | None
    marks: tuple[Mark, ...]


def read_has_sentences(db: sqlite3.Connection) -> bool:
    """Return whether a full text was read that has marks."""
    return bool(db.execute("select exists (select 1 from citing_sentences)").fetchone()[0])


def read_citing_texts(db: sqlite3.Connection, work: int) -> dict[str, int]:
    """Return how many citing works there are by what is known of their full texts, those that occur.

    sentences: a mark means the work; listed: only the reference list has it; not listed; no marks, front only,
    not given: the outcome of the text; no PMCID; not requested.
    """
    return dict(db.execute(f"{CITING_TEXTS}\nselect full_text, count(*) from texts group by 1", {"id": work}))


def read_cited_in(db: sqlite3.Connection, work: int, limit: int, *, citing: int | None = None) -> list[CitingText]:
    """Return the full texts with marks that mean a work, those with most marks in the text first; or that of citing.

    Of a citing work that has several texts, that which exports read: the one with a body and the smallest PMID.
    """
    chosen = f"and f.pmid in ({NAMED.format(':citing')})" if citing is not None else ""
    counts = ", ".join(f"sum(part = '{part}')" for part in ("text", "table", "figure", "sub-article"))
    rows = db.execute(
        f"""select x.pmid, w.label, t.license, {counts} from (
            select distinct m.pmid, m.mention, {WHERE} as part from {MARKS}
            where f.cited_id in ({NAMED.format(":id")}) and f.pmid not in ({NAMED.format(":id")}) {chosen}
                and not exists {_EARLIER}) x
            join works w on w.id = x.pmid join full_texts t on t.pmid = x.pmid
        group by x.pmid order by 4 desc, w.year desc, x.pmid desc limit :limit""",
        {"id": work, "citing": citing, "limit": limit},
    )
    return [CitingText(*row) for row in rows]


def read_said_of(db: sqlite3.Connection, work: int, pmids: Collection[int]) -> dict[int, list[Said]]:
    """Return by full text the sentences in which it cites a work, in their order, tables and the like last."""
    keys = db.execute(
        f"""select m.pmid, m.sentence from {MARKS}
        where f.cited_id in ({NAMED.format("?")}) and f.pmid in ({marks(pmids)})
        group by 1, 2 order by 1, {WHERE} <> 'text', 2""",
        (work, work, *pmids),
    ).fetchall()
    return {pmid: list(said) for pmid, said in groupby(read_said(db, keys), key=lambda one: one.pmid)}


def read_said(db: sqlite3.Connection, keys: Iterable[tuple[int, int]]) -> Iterator[Said]:
    """Yield sentences with all their marks, by PMID and number, in the order of keys."""
    for key in keys:
        row = db.execute(
            """select pmid, sentence, place, section_kind, section, text from citing_sentences
            where pmid = ? and sentence = ?""",
            key,
        ).fetchone()
        yield Said._make((*row, tuple(_read_marks(db, key))))


def _read_marks(db: sqlite3.Connection, key: tuple[int, int]) -> Iterator[Mark]:
    rows = db.execute(
        """select m.mention, m.start, m.length, m.marker, f.position is not null, coalesce(w.merged_into, w.id),
            coalesce(v.label, w.label, f.citation, f.label, ''), l.how, l.contradicts
        from mentions m left join mention_references l on (l.pmid, l.mention) = (m.pmid, m.mention)
            left join full_text_references f on (f.pmid, f.position, f.part) = (l.pmid, l.position, l.part)
            left join works w on w.id = f.cited_id left join works v on v.id = w.merged_into
        where m.pmid = ? and m.sentence = ? order by m.mention, l.position, l.part""",
        key,
    )
    for columns, meant in groupby(rows, key=lambda row: row[:4]):
        yield Mark._make((*columns, tuple(Meant(*row[5:]) for row in meant if row[4])))


def read_licences(db: sqlite3.Connection, pmids: Collection[int]) -> dict[int, str | None]:
    """Return the licence of each full text; None where none is stated."""
    return dict(db.execute(f"select pmid, license from full_texts where pmid in ({marks(pmids)})", list(pmids)))


class TextKnown(NamedTuple):
    """What is known of the full text of an article; outcome is None where none was read."""

    outcome: str | None
    licence: str | None
    received_at: str | None
    version: int | None  # of a text from the bucket, which keeps all
    is_any: int  # whether the file has a full text of any article


def read_text_known(db: sqlite3.Connection, pmid: int) -> TextKnown:
    """Return what is known of the full text of an article, and whether any other is."""
    row = db.execute(
        """select t.outcome, t.license, t.received_at, iif(t.origin = 's3', t.version, null),
            exists (select 1 from full_texts)
        from (select 1) left join full_texts t on t.pmid = ?""",
        (pmid,),
    ).fetchone()
    return TextKnown(*row)
