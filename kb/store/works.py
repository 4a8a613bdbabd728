"""Works: naming the works that references name, following DOIs to PMIDs, forgetting what nothing names.

Every row here is a function of the records and answers held, never of the order in which they came: a
known work is labelled by the reference with the smallest (citing_pmid, position), a DOI leads to a PMID
only where exactly one candidate exists.
"""

import sqlite3
from collections.abc import Iterable
from typing import Final, NamedTuple

from kb.errors import CollisionError
from kb.identifiers import cited_work, doi_work, work_key
from kb.printed.identifiers_in_text import NOTHING_PRINTED, PrintedIds, printed_ids
from kb.printed.labels import citation_label
from kb.printed.title_and_year import year_in
from kb.queries.computed_tables import read_work_columns
from kb.queries.works.records import read_sources
from kb.queries.works.work_rules import IS_RESOLVED, METHODS, READ_IN_WORDS, UNNAMED
from kb.records import RESOLVED, Reference

_SMALLER: Final = """(works.named_by is null
    or (excluded.named_by, excluded.named_at) < (works.named_by, works.named_at))"""
_NAME: Final = f"""
    insert into works (id, label, doi, pmcid, citation_key, year, named_by, named_at)
    values (?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (id) do update set
        label = case when {_SMALLER} then excluded.label else works.label end,
        year = case when {_SMALLER} then excluded.year else works.year end,
        doi = coalesce(min(works.doi, excluded.doi), works.doi, excluded.doi),
        pmcid = coalesce(min(works.pmcid, excluded.pmcid), works.pmcid, excluded.pmcid),
        named_by = case when {_SMALLER} then excluded.named_by else works.named_by end,
        named_at = case when {_SMALLER} then excluded.named_at else works.named_at end
    where works.state <> 'held' and ({_SMALLER}
        or excluded.doi < works.doi or excluded.pmcid < works.pmcid
        or (works.doi is null and excluded.doi is not null)
        or (works.pmcid is null and excluded.pmcid is not null))"""


class WorkRow(NamedTuple):
    """A work as one reference names it."""

    id: int
    label: str
    doi: str | None
    pmcid: str | None
    citation_key: str | None
    year: int | None
    named_by: int
    named_at: int


class Cited(NamedTuple):
    """A reference and the work it names: its PMID, else the id of its key. Both None: nothing names one."""

    reference: Reference
    id: int | None
    key: str | None  # None where the reference gives a PMID
    printed: PrintedIds  # what litkb reads in its words, where its source gives no identifier
    latest: int | None  # year after which nothing that it cites was published


def resolve_reference(reference: Reference, latest: int | None = None) -> Cited:
    """Return the reference with the work it names; nothing that it cites was published after the year latest."""
    citation, doi = reference.citation, reference.doi
    printed = NOTHING_PRINTED
    if citation and not (doi or reference.pmcid or reference.cited_pmid):
        printed = printed_ids(citation)
    work, key = cited_work(reference.cited_pmid, doi or printed.doi, citation)
    return Cited(reference, work, key, printed, latest)


def latest_cited(record_type: str, year: int | None, citations: Iterable[str | None]) -> int | None:
    """Return the last year in which what an article cites can have been published; None where nothing tells.

    The year after its own: what was online in December is printed in January. A book is revised; and PubMed gives
    some articles of 1975 lists of later ones: a year that most of the list contradicts is no bound.
    """
    if not year or record_type != "article":
        return None
    dated = [found for citation in citations if citation and (found := year_in(citation))]
    later = sum(found > year + 1 for found in dated)
    return None if 2 * later > len(dated) else year + 1


def save_named_works(db: sqlite3.Connection, references: Iterable[Cited]) -> None:
    """Save the works that references name. Raises CollisionError where two keys would share an id."""
    rows: dict[int, WorkRow] = {}
    for cited in references:
        if cited.id is not None:
            _name(rows, cited, cited.id)
    _refuse_collisions(db, rows)
    db.executemany(_NAME, (rows[work] for work in sorted(rows)))  # ids are hashes: in order, each page is read once


def _name(rows: dict[int, WorkRow], cited: Cited, work: int) -> None:
    """Add the work that a reference names to rows; the smallest (citing_pmid, position) gives the label."""
    reference, known = cited.reference, rows.get(work)
    if known and reference.cited_pmid and _adds_nothing(known, reference):
        return
    row = _work_row(cited, work)
    if known is None:
        rows[row.id] = row
        return
    if row.id < 0 and _key(known.doi, known.citation_key) != _key(row.doi, row.citation_key):
        raise _collision(row.id, known, row)
    first, other = (known, row) if known[6:] <= row[6:] else (row, known)
    if other.doi == first.doi and other.pmcid == first.pmcid:
        rows[row.id] = first
        return
    rows[row.id] = first._replace(doi=_least(first.doi, other.doi), pmcid=_least(first.pmcid, other.pmcid))


def _adds_nothing(known: WorkRow, reference: Reference) -> bool:
    later = (known.named_by, known.named_at) <= (reference.citing_pmid, reference.position)
    return later and (known.doi, known.pmcid) == (reference.doi, reference.pmcid)


def _least(one: str | None, other: str | None) -> str | None:
    return min(one, other) if one and other else one or other


def _work_row(cited: Cited, work: int) -> WorkRow:
    citing_pmid, position, citation, doi, pmcid, cited_pmid, *_ = cited.reference
    key, doi, pmcid = cited.key, doi or cited.printed.doi, pmcid or cited.printed.pmcid
    return WorkRow(
        id=work,
        label=citation_label(citation, doi, cited_pmid, cited.latest),
        doi=doi,
        pmcid=pmcid,
        citation_key=key[4:] if key and key.startswith("ref:") else None,
        year=_year(citation, cited.latest),
        named_by=citing_pmid,
        named_at=position,
    )


def _year(citation: str | None, latest: int | None) -> int | None:
    return year_in(citation, latest) if citation else None


def _refuse_collisions(db: sqlite3.Connection, rows: dict[int, WorkRow]) -> None:
    cited = [row for row in rows.values() if row.id < 0]
    for row in cited:
        found = db.execute("select doi, citation_key from works where id = ?", (row.id,)).fetchone()
        if found and _key(*found) != _key(row.doi, row.citation_key):
            raise _collision(row.id, found, row)


def _key(doi: str | None, citation_key: str | None) -> str | None:
    return citation_key or work_key(doi, None)


def _collision(work: int, one: object, other: object) -> CollisionError:
    return CollisionError(f"Two cited works have the id {work}: {one} and {other}; neither was changed.")


def save_mentions(db: sqlite3.Connection, pmids: Iterable[int]) -> None:
    """Save works that are named by nothing but their PMID (a link, a notice)."""
    db.executemany(
        "insert into works (id, label) values (?, ?) on conflict (id) do nothing",
        ((pmid, f"PMID {pmid}") for pmid in sorted(set(pmids))),
    )


def touch(db: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Note works whose row may have to change; save_touched() brings them up to date."""
    db.execute("create temp table if not exists touched (id integer primary key)")
    db.executemany("insert or ignore into touched (id) values (?)", ((work,) for work in ids))


def touch_around(db: sqlite3.Connection, articles: Iterable[tuple[int, str | None, str | None]]) -> None:
    """Note the cited works that the articles (pmid, doi, pmcid) may turn out to be, or no longer be."""
    for pmid, doi, pmcid in articles:
        named = db.execute(
            "select distinct doi from article_references where cited_id = ? and doi is not null", (pmid,)
        )
        dois = {row[0] for row in named} | ({doi} if doi else set())
        touch(db, map(doi_work, dois))
        if pmcid:
            db.execute("insert or ignore into touched (id) select id from works where pmcid = ? and id < 0", (pmcid,))
        db.execute(
            """insert or ignore into touched (id) select id from works where merged_into = :pmid
            union select id from resolutions where pmid = :pmid""",
            {"pmid": pmid},
        )


def save_touched(db: sqlite3.Connection) -> None:
    """Bring every touched work up to date: what it turns out to be, who says so, whether anything still names it."""
    touch(db, ())
    db.execute("delete from touched where id not in (select id from works)")  # DOIs of references that no work has
    by_words = _identified_by_words(db)
    _save_targets(db)
    _save_resolved_sources(db, by_words | _identified_by_words(db))
    _forget_computed(db, "select id from touched cross join works using (id) where id < 0 and state = 'merged'")
    db.execute(f"""
        delete from touched where not exists (
            select 1 from works where works.id = touched.id
                and (state = 'known' or (state = 'merged' and id < 0)) and {UNNAMED})""")
    _forget_computed(db, "select id from touched")
    db.execute("delete from works where id in (select id from touched)")
    db.execute("delete from touched")


def _identified_by_words(db: sqlite3.Connection) -> set[int]:
    rows = db.execute(f"select id from touched cross join works using (id) where {READ_IN_WORDS}")
    return {row[0] for row in rows}


def _save_targets(db: sqlite3.Connection) -> None:
    """Save what each touched cited work turns out to be, and by which method; what it was until now is touched, too.

    A cited work that no reference names any more is nothing, so that what only it led to can go with it.
    """
    db.execute("create temp table if not exists found (id integer primary key, pmid integer, method text)")
    db.execute(
        "insert or ignore into touched (id) select merged_into from touched cross join works using (id) where id < 0"
    )
    for method, target in METHODS.items():
        db.execute(
            f"""insert or ignore into found (id, pmid, method)
            select id, target, ? from (
                select id, {target} as target from works
                where id < 0 and id in (select id from touched) and id not in (select id from found)
                    and exists (select 1 from article_references r where r.cited_id = works.id))
            where target is not null""",
            (method,),
        )
    save_mentions(db, [row[0] for row in db.execute("select pmid from found").fetchall()])
    db.execute("""
        update works set (merged_into, identified_by) = (
            select coalesce(t.merged_into, t.id), f.method from found f join works t on t.id = f.pmid
            where f.id = works.id)
        where id < 0 and id in (select id from touched)""")
    db.execute("""
        update works set state = case when merged_into is null then 'known' else 'merged' end
        where id < 0 and id in (select id from touched)""")
    db.execute("delete from found")


def _save_resolved_sources(db: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Save who says that these cited works are cited: no source, where only the printed words led to an article."""
    resolved = read_sources(db)[RESOLVED]
    db.executemany(
        f"""update citations as c set source_id = case
                when {IS_RESOLVED} then :resolved
                else (select source_id from articles where pmid = citing_id) end
        where cited_id = :id""",
        ({"id": work, "resolved": resolved} for work in ids),
    )


def _forget_computed(db: sqlite3.Connection, gone: str) -> None:
    """Remove the computed numbers of works that go, or that became others."""
    for table, columns in read_work_columns(db).items():
        for column in columns:
            db.execute(f"delete from {table} where {column} in ({gone})")


def save_renamed_works(db: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Label works anew from the references that still name them, after others went."""
    for work in ids:
        first = db.execute(
            """select r.citing_pmid, r.position, r.citation, coalesce(r.doi, r.printed_doi), r.cited_pmid,
                a.record_type, a.year
            from article_references r join articles a on a.pmid = r.citing_pmid
            where r.cited_id = ? order by r.citing_pmid, r.position limit 1""",
            (work,),
        ).fetchone()
        named = db.execute(
            """select min(coalesce(doi, printed_doi)), min(coalesce(pmcid, printed_pmcid))
            from article_references where cited_id = ?""",
            (work,),
        ).fetchone()
        label, year = f"PMID {work}", None
        if first:
            citation, doi, pmid, record_type, citing_year = first[2:]
            printed = db.execute("select citation from article_references where citing_pmid = ?", first[:1])
            latest = latest_cited(record_type, citing_year, (row[0] for row in printed))
            label, year = citation_label(citation, doi, pmid, latest), _year(citation, latest)
        db.execute(
            """update works set label = ?, year = ?, doi = ?, pmcid = ?, named_by = ?, named_at = ?
            where id = ? and state <> 'held' and (? or id > 0)""",
            (label, year, *named, *(first[:2] if first else (None, None)), work, first is not None),
        )


def save_state(db: sqlite3.Connection, pmid: int, state: str, *, at: str, into: int | None = None) -> None:
    """Save what a source said of a PMID that has no record any more: merged, deleted, not found."""
    save_mentions(db, [pmid] if into is None else [pmid, into])
    target = into
    if into is not None:
        target = db.execute("select coalesce(merged_into, id) from works where id = ?", (into,)).fetchone()[0]
    db.execute("update works set state = ?, merged_into = ?, state_at = ? where id = ?", (state, target, at, pmid))
    if target is not None:
        db.execute("update works set merged_into = ? where merged_into = ?", (target, pmid))
    save_renamed_works(db, [pmid])
    touch_around(db, [(pmid, None, None)])
    save_touched(db)
