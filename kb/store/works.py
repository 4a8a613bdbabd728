"""Works: naming the works that references name, following DOIs to PMIDs, forgetting what nothing names.

Every row here is a function of the records and answers held, never of the order in which they came: a
known work is labelled by the reference with the smallest (citing_pmid, position), a DOI leads to a PMID
only where exactly one candidate exists.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, partial
from typing import Any, Final, NamedTuple

from kb.errors import CollisionError
from kb.identifiers import doi_work
from kb.integrity.seals import break_seals
from kb.printed.reference import parse_reference, work_key
from kb.queries.computed_tables import read_work_columns
from kb.queries.works.records import Gone, chunks, marks, read_sources
from kb.queries.works.work_rules import IS_RESOLVED, METHODS, READ_IN_WORDS, UNNAMED
from kb.records import PMC_FULL_TEXT, RESOLVED
from kb.store.full_text_works import save_labels_of_full_texts
from kb.store.labels import reference_label
from kb.store.prepared import CITED, PRINTED_DOI, PRINTED_PMCID, latest_cited

_NAME: Final = """
    insert into works (id, label, doi, pmcid, citation_key, year, named_by, named_at)
    values (?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (id) do update set label = excluded.label, doi = excluded.doi, pmcid = excluded.pmcid,
        year = excluded.year, named_by = excluded.named_by, named_at = excluded.named_at"""
_DOIS_OF: Final = "select distinct doi from article_references where cited_id in ({}) and doi is not null"
_FOUND: Final = """(
    select coalesce(t.merged_into, t.id), f.method from found f join works t on t.id = f.pmid where f.id = works.id)"""
_STATE: Final = "case when merged_into is null then 'known' else 'merged' end"
_SAID_BY: Final = f"""
    case when {IS_RESOLVED} then :resolved else (select source_id from articles where pmid = citing_id) end"""


class Named(NamedTuple):
    """A reference as a row of its table, the key of the work that it names, and the last year that it can be of."""

    row: tuple[Any, ...]
    key: str | None
    latest: int | None


class _Work(NamedTuple):
    """A work with the first reference that names it, by (citing_pmid, position), and the least identifiers of all."""

    first: Named
    doi: str | None
    pmcid: str | None


def save_named_works(db: sqlite3.Connection, references: Iterable[Named]) -> set[int]:
    """Save the works that references name; return the cited works that may turn out to be another than before.

    A known one that gains no identifier stays what it is. Raises CollisionError where two keys would share an id.
    """
    named: dict[int, _Work] = {}
    for reference in references:
        if (work := reference.row[CITED]) is not None:
            _name(named, reference, work)
    ids = sorted(named)  # negative ids are hashes: in order, each page is read once
    known = _read_known(db, ids)
    first = [work for work in ids if _is_first(named, known, work)]
    gaining = {row[-1]: row for row in _new_identifiers(named, known)}
    db.executemany(_NAME, (_work_row(work, named[work], known.get(work)) for work in first))
    db.executemany("update works set doi = ?, pmcid = ? where id = ?", gaining.values())
    return {
        work for work in ids if work < 0 and (work not in known or known[work].state == "merged" or work in gaining)
    }


def _name(named: dict[int, _Work], reference: Named, work: int) -> None:
    """Add the work that a reference names, or what the reference adds to it."""
    row = reference.row
    _, _, _, doi, pmcid = row[:5]
    doi, pmcid = doi or row[PRINTED_DOI], pmcid or row[PRINTED_PMCID]
    before = named.get(work)
    if before is None:
        named[work] = _Work(reference, doi, pmcid)
        return
    first = before.first
    if first.key != reference.key:
        raise _collision(work, first.key, reference.key)
    if row[:2] < first.row[:2] or doi or pmcid:
        first = reference if row[:2] < first.row[:2] else first
        named[work] = _Work(first, _least(before.doi, doi), _least(before.pmcid, pmcid))


class _Known(NamedTuple):
    """What the file holds of a work that is named again."""

    id: int
    state: str
    doi: str | None
    pmcid: str | None
    citation_key: str | None
    named_by: int | None
    named_at: int | None


def _read_known(db: sqlite3.Connection, ids: Sequence[int]) -> dict[int, _Known]:
    return {
        row[0]: _Known(*row)
        for part in chunks(ids)
        for row in db.execute(
            f"""select id, state, doi, pmcid, citation_key, named_by, named_at from works
            where id in ({marks(part)})""",
            part,
        )
    }


def _is_first(named: dict[int, _Work], known: dict[int, _Known], work: int) -> bool:
    """Return whether a work takes its label from a reference of this batch."""
    found = known.get(work)
    if found is None:
        return True
    key = _key(found.doi, found.citation_key)
    if work < 0 and key != named[work].first.key:
        raise _collision(work, key, named[work].first.key)
    return found.state != "held" and (found.named_by is None or named[work].first.row[:2] < found[5:])


def _new_identifiers(named: dict[int, _Work], known: dict[int, _Known]) -> Iterator[tuple[str | None, str | None, int]]:
    for work, found in known.items():
        doi, pmcid = _least(found.doi, named[work].doi), _least(found.pmcid, named[work].pmcid)
        if found.state != "held" and (doi, pmcid) != (found.doi, found.pmcid):
            yield doi, pmcid, work


def _least(one: str | None, other: str | None) -> str | None:
    return min(one, other) if one and other else one or other


def _work_row(work: int, named: _Work, known: _Known | None) -> tuple[object, ...]:
    row, key, latest = named.first
    citing_pmid, position, citation, doi, _, cited_pmid = row[:6]
    return (
        work,
        reference_label(citation, doi or row[PRINTED_DOI], cited_pmid, latest),
        _least(named.doi, known.doi if known else None),
        _least(named.pmcid, known.pmcid if known else None),
        key[4:] if key and key.startswith("ref:") else None,
        _year(citation, latest),
        citing_pmid,
        position,
    )


def _year(citation: str | None, latest: int | None) -> int | None:
    return parse_reference(citation).year_until(latest) if citation else None


def _key(doi: str | None, citation_key: str | None) -> str | None:
    return f"ref:{citation_key}" if citation_key else work_key(doi, None)


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


def touch_around(db: sqlite3.Connection, articles: Collection[tuple[int, str | None, str | None]]) -> None:
    """Note the cited works that the articles (pmid, doi, pmcid) may turn out to be, or no longer be."""
    pmids = {pmid for pmid, *_ in articles}
    touch(db, {doi_work(doi) for _, doi, _ in articles if doi})
    touch(db, map(doi_work, _read_in(db, _DOIS_OF, pmids)))
    touch(db, _read_in(db, "select id from works where pmcid in ({}) and id < 0", {one for *_, one in articles if one}))
    for turned_out in (
        "select id from works where merged_into in ({})",
        "select id from resolutions where pmid in ({})",
    ):
        touch(db, _read_in(db, turned_out, {pmid for pmid, *_ in articles}))


def _read_in(db: sqlite3.Connection, select: str, values: Collection[Any]) -> list[Any]:
    """Return the only column of a select over values, which stand where it has {}."""
    return [row[0] for part in chunks(values) for row in db.execute(select.format(marks(part)), part)]


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
            f"""with targets as materialized (
                select id, {target} as target from works
                where id < 0 and id in (select id from touched) and id not in (select id from found)
                    and (exists (select 1 from article_references r where r.cited_id = works.id)
                        or exists (select 1 from full_text_references f where f.cited_id = works.id)))
            insert or ignore into found (id, pmid, method) select id, target, ? from targets
            where target is not null""",
            (method,),
        )
    save_mentions(db, [row[0] for row in db.execute("select pmid from found").fetchall()])
    db.execute(f"""
        update works set (merged_into, identified_by) = {_FOUND}
        where id < 0 and id in (select id from touched) and (merged_into, identified_by) is not {_FOUND}""")
    db.execute(f"""
        update works set state = {_STATE} where id < 0 and id in (select id from touched) and state <> {_STATE}""")
    db.execute("delete from found")


def _save_resolved_sources(db: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Save who says that these cited works are cited: no source, where only the printed words led to an article."""
    sources = read_sources(db)
    db.executemany(
        f"""update citations as c set source_id = {_SAID_BY}
        where cited_id = :id and source_id is not {_SAID_BY} and source_id <> :full_text""",
        ({"id": work, "resolved": sources[RESOLVED], "full_text": sources[PMC_FULL_TEXT]} for work in ids),
    )


def _forget_computed(db: sqlite3.Connection, gone: str) -> None:
    """Remove the computed numbers of works that go, or that became others."""
    if not db.execute("select exists (select 1 from graph_runs)").fetchone()[0]:
        return
    for table, columns in read_work_columns(db).items():
        for column in columns:
            if db.execute(f"delete from {table} where {column} in ({gone})").rowcount:
                break_seals(db, [table])


def save_renamed_works(db: sqlite3.Connection, ids: Collection[int]) -> None:
    """Label works anew from the references that still name them, after others went."""
    latest_of = cache(partial(_read_latest, db))  # works of one list share its year
    for work in ids:
        first = db.execute(
            """select r.citing_pmid, r.position, r.citation, coalesce(r.doi, r.printed_doi), r.cited_pmid
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
            citation, doi, pmid = first[2:]
            latest = latest_of(first[0])
            label, year = reference_label(citation, doi, pmid, latest), _year(citation, latest)
        db.execute(
            """update works set label = ?, year = ?, doi = ?, pmcid = ?, named_by = ?, named_at = ?
            where id = ? and state <> 'held' and (? or id > 0)""",
            (label, year, *named, *(first[:2] if first else (None, None)), work, first is not None),
        )
    save_labels_of_full_texts(db, ids)


def _read_latest(db: sqlite3.Connection, pmid: int) -> int | None:
    """Return the last year in which what an article cites can have been published; None where nothing tells."""
    record_type, year = db.execute("select record_type, year from articles where pmid = ?", (pmid,)).fetchone()
    printed = db.execute("select citation from article_references where citing_pmid = ?", (pmid,))
    return latest_cited(record_type, year, (row[0] for row in printed))


def save_state(db: sqlite3.Connection, pmid: int, gone: Gone, *, into: int | None = None) -> None:
    """Save what a source said of a PMID that has no record any more: merged, deleted, not found."""
    save_mentions(db, [pmid] if into is None else [pmid, into])
    target = into
    if into is not None:
        target = db.execute("select coalesce(merged_into, id) from works where id = ?", (into,)).fetchone()[0]
    db.execute(
        "update works set state = ?, merged_into = ?, state_at = ?, state_file = ? where id = ?",
        (gone.state, target, gone.at, gone.file, pmid),
    )
    if target is not None:
        db.execute("update works set merged_into = ? where merged_into = ?", (target, pmid))
    save_renamed_works(db, [pmid])
    touch_around(db, [(pmid, None, None)])
    save_touched(db)
