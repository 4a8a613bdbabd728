"""Records -> rows: articles and all that belongs to them, in the caller's transaction.

Which record of a PMID wins does not depend on the order of loading: PubMed XML beats NBIB, which beats a
saved page, which beats the front matter of a full text, which beats the demonstration; then the higher version, the
later date_revised, the answer received later, the greater content_hash. Between two NLM update files the number of the
file decides alone.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, repeat
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from kb.identifiers import doi_work
from kb.integrity.seals import break_record_seals, save_record_seals
from kb.migrations.word_index import ARTICLES
from kb.queries.works.records import Gone, Held, chunks, marks, read_held, read_record, read_sources, read_states
from kb.records import (
    DEMONSTRATION,
    NBIB,
    PAGE,
    PARTS,
    PMC,
    PUBMED,
    SYNTHETIC,
    Article,
    Journal,
    Record,
)
from kb.store.citations import save_reference_lists
from kb.store.full_texts import match_full_texts
from kb.store.prepared import CITED, NOTICES, REFERENCES, Prepared, prepare
from kb.store.works import (
    Named,
    save_mentions,
    save_named_works,
    save_renamed_works,
    save_state,
    save_touched,
    touch,
    touch_around,
)

_RANK: Final = {PUBMED: 5, NBIB: 4, PAGE: 3, PMC: 2, DEMONSTRATION: 1, SYNTHETIC: 0}
_SAVE_PARTS: Final = [
    f"insert into {part.table} ({', '.join(part.columns)}) values ({marks(part.columns)})" for part in PARTS.values()
]
_ARTICLE_COLUMNS: Final = (
    *Article._fields, "source_id", "update_file", "read_from", "received_at", "checked_at", "content_hash"
)  # fmt: skip
_SAVE_ARTICLE: Final = f"""
    insert into articles ({", ".join(_ARTICLE_COLUMNS)}) values ({", ".join("?" * len(_ARTICLE_COLUMNS))})
    on conflict (pmid) do update set {", ".join(f"{c} = excluded.{c}" for c in _ARTICLE_COLUMNS[1:])}"""
_SAVE_HELD: Final = """
    insert into works (id, label, doi, pmcid, year, state) values (?, ?, ?, ?, ?, 'held')
    on conflict (id) do update set label = excluded.label, doi = excluded.doi, pmcid = excluded.pmcid,
        year = excluded.year, state = 'held', citation_key = null, merged_into = null,
        named_by = null, named_at = null, state_at = null, state_file = null"""
_SAVE_JOURNAL: Final = f"""
    insert into journals ({", ".join(Journal._fields)}) values ({", ".join("?" * len(Journal._fields))})
    on conflict (journal_id) do update set
        title = excluded.title, abbreviation = excluded.abbreviation,
        iso_abbreviation = excluded.iso_abbreviation, country = excluded.country, as_of = excluded.as_of
        where (coalesce(excluded.as_of, ''), coalesce(excluded.title, ''), coalesce(excluded.abbreviation, ''),
               coalesce(excluded.iso_abbreviation, ''), coalesce(excluded.country, ''))
            > (coalesce(journals.as_of, ''), coalesce(journals.title, ''), coalesce(journals.abbreviation, ''),
               coalesce(journals.iso_abbreviation, ''), coalesce(journals.country, ''))"""
_SAVE_ISSN: Final = """
    update journals set issn_print = coalesce(max(issn_print, :print), issn_print, :print),
        issn_electronic = coalesce(max(issn_electronic, :electronic), issn_electronic, :electronic),
        issn_linking = coalesce(max(issn_linking, :linking), issn_linking, :linking)
    where journal_id = :journal_id and (
        issn_print is not :print or issn_electronic is not :electronic or issn_linking is not :linking)"""
_INDEX_TEXT: Final = f"insert into article_search (rowid, {ARTICLES.names}) values (?, ?, ?, ?, ?, ?)"
_INDEX_HELD: Final = f"{ARTICLES.add} where pmid in ({{}})"
_FORGET_TEXT: Final = ARTICLES.remove("where pmid in ({})")

_PAIRED_DOIS: Final = """select distinct doi from article_references
    where citing_pmid in ({}) and doi is not null and cited_pmid is not null"""
_NAMED: Final = """
    select w.id, w.state <> 'held' and (w.named_by = r.citing_pmid or w.doi = coalesce(r.doi, r.printed_doi)
        or w.pmcid = coalesce(r.pmcid, r.printed_pmcid))
    from article_references r join works w on w.id = r.cited_id where r.citing_pmid in ({0})
    union select other_pmid, 0 from notices where pmid in ({0}) and other_pmid is not null"""
_ASSERTED: Final = (  # by the record itself
    """delete from citations where citing_id in ({}) and cited_id in (
            select cited_id from article_references where citing_pmid = citing_id)
        and (cited_id < 0 or source_id = (select source_id from articles where pmid = citing_id))
        and source_id <> (select id from citation_sources where name = 'pmc_fulltext')""",
    """delete from article_lists where pmid in ({}) and list = 'references'
        and source_id = (select a.source_id from articles a where a.pmid = article_lists.pmid)""",
)


class ReadFrom(NamedTuple):
    """The file that a record was read from: its name, and its number as an NLM update file."""

    name: str | None = None
    update_file: int | None = None


NO_FILES: Final[Mapping[int, ReadFrom]] = MappingProxyType({})  # answers of a service


class Saved(NamedTuple):
    """What became of one record: stored, unchanged (or beaten by what is held), deleted, merged; what it replaced."""

    pmid: int
    outcome: str
    before: Record | None = None


def save_records(
    db: sqlite3.Connection,
    records: Iterable[Record],
    *,
    received_at: str,
    update_file: int | None = None,
    read_from: str | None = None,
) -> list[Saved]:
    """Save records as one batch in the caller's transaction; return what became of each, in order.

    ``received_at`` is when the answer came (ISO 8601 UTC), ``read_from`` the file it was in, ``update_file`` the
    number of it as an NLM update file. Raises CollisionError, with nothing of the batch kept by transaction(), for
    two works on one id.
    """
    prepared = [prepare(record) for record in records]
    files = dict.fromkeys((record.pmid for record in prepared), ReadFrom(read_from, update_file))
    return save_prepared(db, prepared, received_at=received_at, files=files)


def save_prepared(
    db: sqlite3.Connection,
    batch: Sequence[Prepared],
    *,
    received_at: str,
    files: Mapping[int, ReadFrom] = NO_FILES,
) -> list[Saved]:
    """Do the same with records that are rows already; files: from which each was read, by PMID."""
    names = _save_shared_rows(db, batch)
    pmids = {record.pmid for record in batch}
    sources, held, states = read_sources(db), read_held(db, pmids), read_states(db, pmids)
    winners: dict[int, tuple[Prepared, Held]] = {}
    outcomes = []
    for record in batch:
        pmid = record.pmid
        new = _held(record, sources[record.source], received_at, files.get(pmid, ReadFrom()))
        outcome = _outcome(new, held.get(pmid), states.get(pmid))
        before = None
        if outcome == "stored":
            before = read_record(db, pmid) if pmid in held and pmid not in winners else None
            held[pmid] = new
            winners[pmid] = (record, new)
        elif outcome == "unchanged" and new.content_hash == held[pmid].content_hash:
            _confirm(db, new)
        outcomes.append(Saved(pmid, outcome, before))
    _save_winners(db, winners, names)
    return outcomes


def _held(record: Prepared, source_id: int, received_at: str, file: ReadFrom) -> Held:
    article = Article._make(record.article)
    return Held(
        pmid=article.pmid,
        source_id=source_id,
        rank=_RANK[record.source],
        version=article.version,
        date_revised=article.date_revised or "",
        update_file=file.update_file,
        read_from=file.name,
        received_at=received_at,
        checked_at=received_at,
        content_hash=record.content_hash,
    )


def _outcome(new: Held, old: Held | None, gone: Gone | None) -> str:
    if gone is not None and gone.state != "not found" and gone.is_since(new.checked_at, new.update_file):
        return gone.state
    if old is None:
        return "stored"
    if new.content_hash == old.content_hash and new.source_id == old.source_id:
        return "unchanged"
    return "stored" if _beats(new, old) else "unchanged"


def _beats(new: Held, old: Held) -> bool:
    both = new.update_file is not None and old.update_file is not None
    if both and new.update_file != old.update_file:
        return (new.update_file or 0) > (old.update_file or 0)
    return new.order() > old.order()


def _confirm(db: sqlite3.Connection, new: Held) -> None:
    """Note that the content held was received again."""
    db.execute(
        """update articles set checked_at = max(checked_at, :at),
            update_file = coalesce(max(update_file, :file), update_file, :file)
        where pmid = :pmid and (checked_at < :at or :file > coalesce(update_file, -1))""",
        {"at": new.checked_at, "file": new.update_file, "pmid": new.pmid},
    )


def _save_shared_rows(db: sqlite3.Connection, records: Sequence[Prepared]) -> set[tuple[str, str]]:
    """Save journals and MeSH names, which belong to no single article; return the names that stand.

    The latest description wins.
    """
    journals = {record.journal for record in records if record.journal}
    db.executemany(_SAVE_JOURNAL, journals)
    db.executemany(_SAVE_ISSN, (_issns(Journal._make(journal)) for journal in journals))
    descriptors = _save_terms(db, "descriptor", {row for record in records for row in record.descriptors})
    return descriptors | _save_terms(db, "qualifier", {row for record in records for row in record.qualifiers})


def _save_terms(db: sqlite3.Connection, kind: str, terms: Collection[tuple[Any, ...]]) -> set[tuple[str, str]]:
    """Save MeSH names and return those that stand; articles with a term that was renamed are indexed anew.

    Of each term the latest name stands.
    """
    held = {
        ui: (as_of or "", name)
        for part in chunks({term[0] for term in terms})
        for ui, name, as_of in db.execute(
            f"select {kind}_ui, name, as_of from mesh_{kind}s where {kind}_ui in ({marks(part)})", part
        )
    }
    latest = dict(held)
    for ui, name, as_of in terms:
        latest[ui] = max(latest.get(ui, ("", "")), (as_of or "", name))
    with_renamed: set[int] = set()
    for part in chunks([ui for ui, (_, name) in held.items() if latest[ui][1] != name]):
        with_renamed.update(
            pmid for (pmid,) in db.execute(f"select pmid from mesh_headings where {kind}_ui in ({marks(part)})", part)
        )
    _for_each(db, _FORGET_TEXT, with_renamed)
    db.executemany(
        f"""insert into mesh_{kind}s ({kind}_ui, name, as_of) values (?, ?, ?)
        on conflict do update set name = excluded.name, as_of = excluded.as_of""",
        ((ui, name, as_of or None) for ui, (as_of, name) in sorted(latest.items()) if held.get(ui) != (as_of, name)),
    )
    _for_each(db, _INDEX_HELD, with_renamed)
    return {(ui, name) for ui, (_, name) in latest.items()}


def _for_each(db: sqlite3.Connection, statement: str, pmids: Collection[int]) -> None:
    """Run a statement over PMIDs, which stand where it has {}."""
    for part in chunks(pmids):
        db.execute(statement.format(marks(part)), part)


def _save_texts(db: sqlite3.Connection, records: Sequence[Prepared], names: set[tuple[str, str]]) -> None:
    """Index the words of records; by a trigger it takes three times as long, from the view ten times.

    names are the MeSH names that stand: a record may have others.
    """
    otherwise = [r.pmid for r in records if not names.issuperset(t[:2] for t in (*r.descriptors, *r.qualifiers))]
    db.executemany(_INDEX_TEXT, (record.texts for record in records if record.pmid not in otherwise))
    _for_each(db, _INDEX_HELD, otherwise)


def _issns(journal: Journal) -> dict[str, str | None]:
    return {
        "print": journal.issn_print,
        "electronic": journal.issn_electronic,
        "linking": journal.issn_linking,
        "journal_id": journal.journal_id,
    }


def _save_winners(
    db: sqlite3.Connection, winners: dict[int, tuple[Prepared, Held]], names: set[tuple[str, str]]
) -> None:
    records = [record for record, _ in winners.values()]
    forgotten = _clear(db, winners)
    db.executemany(_SAVE_HELD, (record.work for record in records))
    to_resolve = save_named_works(db, chain.from_iterable(map(_references, records)))
    save_mentions(db, (row[3] for record in records for row in record.parts[NOTICES] if row[3]))
    db.executemany(_SAVE_ARTICLE, (_article_row(record, new) for record, new in winners.values()))
    for place, statement in enumerate(_SAVE_PARTS):
        db.executemany(statement, chain.from_iterable(record.parts[place] for record in records))
    save_record_seals(db, ((record.pmid, record.seal) for record in records))
    _save_assertions(db, winners)
    _save_lists(db, winners)
    _save_texts(db, records, names)
    save_renamed_works(db, [work for work, is_source in forgotten.items() if is_source])
    touch(db, forgotten)
    touch(db, to_resolve)
    touch_around(db, [(pmid, doi, pmcid) for pmid, _, doi, pmcid, _ in (record.work for record in records)])
    touch(db, chain.from_iterable(record.paired for record in records))
    match_full_texts(db, winners)
    save_touched(db)


def _references(record: Prepared) -> Iterable[Named]:
    return map(Named, record.parts[REFERENCES], record.keys, repeat(record.latest))


def _article_row(record: Prepared, new: Held) -> tuple[object, ...]:
    return (
        *record.article,
        new.source_id,
        new.update_file,
        new.read_from,
        new.received_at,
        new.checked_at,
        new.content_hash,
    )


def _clear(db: sqlite3.Connection, pmids: Iterable[int]) -> dict[int, bool]:
    """Remove what belongs to the articles held of pmids; return the works that their references named.

    And whether what is known of them, label, year or an identifier, may be from these references.
    """
    forgotten: dict[int, bool] = {}
    for part in chunks(read_held(db, list(pmids))):
        those = marks(part)
        found = db.execute(f"select pmid, doi, pmcid from articles where pmid in ({those})", part).fetchall()
        for work, is_source in db.execute(_NAMED.format(those), part * 2):
            forgotten[work] = bool(is_source) or forgotten.get(work, False)
        touch_around(db, found)
        touch(db, [doi_work(doi) for (doi,) in db.execute(_PAIRED_DOIS.format(those), part)])
        for statement in (*_ASSERTED, _FORGET_TEXT):
            db.execute(statement.format(those), part)
        for table, columns in ((one.table, one.columns) for one in reversed(PARTS.values())):
            db.execute(f"delete from {table} where {columns[0]} in ({those})", part)
        break_record_seals(db, part)
    return forgotten


def _save_assertions(db: sqlite3.Connection, winners: dict[int, tuple[Prepared, Held]]) -> None:
    """Save what each reference list asserts; a reference to the article itself is no citation."""
    save_reference_lists(
        db,
        [
            (citing, work, new.source_id, new.checked_at)
            for citing, (record, new) in winners.items()
            for work in sorted({row[CITED] for row in record.parts[REFERENCES]} - {None, citing})
        ],
    )


def _save_lists(db: sqlite3.Connection, winners: dict[int, tuple[Prepared, Held]]) -> None:
    """Save how long each source says the reference list is; None where it has none to show."""
    db.executemany(
        "insert or replace into article_lists (pmid, list, source_id, entries, checked_at) values (?, ?, ?, ?, ?)",
        (
            (pmid, "references", new.source_id, record.list_length, new.checked_at)
            for pmid, (record, new) in winners.items()
        ),
    )


def save_deletion(db: sqlite3.Connection, pmid: int, *, at: str, update_file: int | None = None) -> bool:
    """Save that PubMed deleted pmid; False where a later record is held, which is kept."""
    return save_gone(db, pmid, "deleted", at=at, update_file=update_file)


def save_gone(
    db: sqlite3.Connection, pmid: int, state: str, *, at: str, into: int | None = None, update_file: int | None = None
) -> bool:
    """Save that pmid was deleted, or merged into another; its record and its assertions go.

    False, and nothing is changed, where a record is held that was received after ``at``, or is in a later update file
    than ``update_file``, or into has become pmid itself.
    """
    new, held = Gone(state, at, update_file), read_held(db, [pmid]).get(pmid)
    if held and not new.is_since(held.checked_at, held.update_file):
        return False
    if db.execute("select 1 from works where id = ? and merged_into = ?", (into, pmid)).fetchone():
        return False
    known = read_states(db, [pmid]).get(pmid)
    if known and known.state != "not found" and not new.is_since(known.at, known.file):
        return False
    if held:
        forgotten = _clear(db, [pmid])
        db.execute("delete from articles where pmid = ?", (pmid,))
        db.execute("update works set state = 'known' where id = ?", (pmid,))
        save_renamed_works(db, [work for work, is_source in forgotten.items() if is_source])
        touch(db, forgotten)
        match_full_texts(db, [pmid])
    save_state(db, pmid, new, into=into)
    return True


def save_not_found(db: sqlite3.Connection, pmid: int, *, at: str) -> None:
    """Save that PubMed does not know pmid; a record that is held stays: one empty answer takes nothing away."""
    if pmid not in read_held(db, [pmid]) and pmid not in read_states(db, [pmid]):
        save_state(db, pmid, Gone("not found", at))
