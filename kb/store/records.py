"""Records -> rows: articles and all that belongs to them, in the caller's transaction.

Which record of a PMID wins does not depend on the order of loading: PubMed XML beats NBIB, which beats a
saved page, which beats the demonstration; then the higher version, the later date_revised, the answer received
later, the greater content_hash. Between two NLM update files the number of the file decides alone.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from kb.identifiers import doi_work
from kb.printed.identifiers_in_text import printed_ids
from kb.printed.labels import article_label
from kb.queries.works.records import Held, chunks, marks, read_held, read_record, read_sources, read_states
from kb.records import (
    DEMONSTRATION,
    NBIB,
    PAGE,
    PUBMED,
    SYNTHETIC,
    Article,
    Journal,
    MeshDescriptor,
    MeshQualifier,
    Record,
    content_hash,
)
from kb.store.citations import save_reference_lists
from kb.store.works import (
    Cited,
    latest_cited,
    resolve_reference,
    save_mentions,
    save_named_works,
    save_renamed_works,
    save_state,
    save_touched,
    touch,
    touch_around,
)
from kb.text import fold, name_key

_RANK: Final = {PUBMED: 4, NBIB: 3, PAGE: 2, DEMONSTRATION: 1, SYNTHETIC: 0}
PARTS: Final = {  # field of Record -> its table; children after their parents
    "abstract_sections": "abstract_sections",
    "other_abstract_sections": "other_abstract_sections",
    "references": "article_references",
    "authorships": "authorships",
    "affiliations": "affiliations",
    "investigators": "investigators",
    "languages": "languages",
    "mesh_headings": "mesh_headings",
    "supplementary_concepts": "supplementary_concepts",
    "keywords": "keywords",
    "chemicals": "chemicals",
    "publication_types": "publication_types",
    "grants": "grants",
    "notices": "notices",
    "data_banks": "data_banks",
    "article_identifiers": "article_identifiers",
    "article_dates": "article_dates",
    "other_fields": "other_fields",
}
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
        named_by = null, named_at = null, state_at = null"""
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
_SAVE_TERM: Final = """
    insert into {table} ({key}, name, as_of) values (?, ?, ?)
    on conflict ({key}) do update set name = excluded.name, as_of = excluded.as_of
        where (coalesce(excluded.as_of, ''), excluded.name) > (coalesce({table}.as_of, ''), {table}.name)"""
_SEARCHED: Final = "title, abstract, keywords, mesh, authors"
_SAVE_TEXT: Final = f"insert into article_texts (pmid, {_SEARCHED}) values (?, ?, ?, ?, ?, ?)"
_INDEX_TEXT: Final = f"insert into article_search (rowid, {_SEARCHED}) values (?, ?, ?, ?, ?, ?)"
_FORGET_TEXT: Final = f"""insert into article_search (article_search, rowid, {_SEARCHED})
    select 'delete', pmid, {_SEARCHED} from article_texts where pmid in ({{}})"""

_PAIRED_DOIS: Final = """select distinct doi from article_references
    where citing_pmid in ({}) and doi is not null and cited_pmid is not null"""
_NAMED: Final = """select cited_id from article_references where citing_pmid in ({0}) and cited_id is not null
    union select other_pmid from notices where pmid in ({0}) and other_pmid is not null"""
_ASSERTED: Final = (  # by the record itself
    """delete from citations where citing_id in ({}) and cited_id in (
            select cited_id from article_references where citing_pmid = citing_id)
        and (cited_id < 0 or source_id = (select source_id from articles where pmid = citing_id))""",
    """delete from article_lists where pmid in ({}) and list = 'references'
        and source_id = (select a.source_id from articles a where a.pmid = article_lists.pmid)""",
)


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
    batch = list(records)
    save_shared_rows(db, batch)
    pmids = {record.article.pmid for record in batch}
    sources, held, states = read_sources(db), read_held(db, pmids), read_states(db, pmids)
    winners: dict[int, tuple[Record, Held]] = {}
    outcomes = []
    for record in batch:
        pmid = record.article.pmid
        new = _held(record, sources[record.source], received_at, update_file=update_file, read_from=read_from)
        outcome = _outcome(new, held.get(pmid), states.get(pmid))
        before = None
        if outcome == "stored":
            before = read_record(db, pmid) if pmid in held and pmid not in winners else None
            held[pmid] = new
            winners[pmid] = (record, new)
        elif outcome == "unchanged" and new.content_hash == held[pmid].content_hash:
            _confirm(db, new)
        outcomes.append(Saved(pmid, outcome, before))
    _save_winners(db, winners)
    return outcomes


def _held(record: Record, source_id: int, received_at: str, *, update_file: int | None, read_from: str | None) -> Held:
    article = record.article
    return Held(
        pmid=article.pmid,
        source_id=source_id,
        rank=_RANK[record.source],
        version=article.version,
        date_revised=article.date_revised or "",
        update_file=update_file,
        read_from=read_from,
        received_at=received_at,
        checked_at=received_at,
        content_hash=content_hash(record),
    )


def _outcome(new: Held, old: Held | None, state: tuple[str, str] | None) -> str:
    if state is not None and state[0] != "not found" and state[1] >= new.checked_at:
        return state[0]
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


def save_shared_rows(db: sqlite3.Connection, records: Sequence[Record]) -> None:
    """Save journals and MeSH names, which belong to no single article; the latest description wins."""
    journals = {record.journal for record in records if record.journal}
    db.executemany(_SAVE_JOURNAL, journals)
    db.executemany(_SAVE_ISSN, map(_issns, journals))
    descriptors = _latest(row for record in records for row in record.mesh_descriptors)
    qualifiers = _latest(row for record in records for row in record.mesh_qualifiers)
    db.executemany(_SAVE_TERM.format(table="mesh_descriptors", key="descriptor_ui"), descriptors)
    db.executemany(_SAVE_TERM.format(table="mesh_qualifiers", key="qualifier_ui"), qualifiers)


def _latest(terms: Iterable[MeshDescriptor | MeshQualifier]) -> list[tuple[str, str, str | None]]:
    """Return each term once, by its key, as the latest record has it; _SAVE_TERM compares with the file alike."""
    latest: dict[str, tuple[str, str]] = {}
    for ui, name, as_of in terms:
        latest[ui] = max(latest.get(ui, ("", "")), (as_of or "", name))
    return [(ui, name, as_of or None) for ui, (as_of, name) in sorted(latest.items())]


def _issns(journal: Journal) -> dict[str, str | None]:
    return {
        "print": journal.issn_print,
        "electronic": journal.issn_electronic,
        "linking": journal.issn_linking,
        "journal_id": journal.journal_id,
    }


def _save_winners(db: sqlite3.Connection, winners: dict[int, tuple[Record, Held]]) -> None:
    records = [record for record, _ in winners.values()]
    cited = [work for record in records for work in _cited_works(record)]
    forgotten = _clear(db, list(winners))
    db.executemany(_SAVE_HELD, map(_held_work, records))
    to_resolve = save_named_works(db, cited)
    save_mentions(db, (n.other_pmid for r in records for n in r.notices if n.other_pmid))
    db.executemany(_SAVE_ARTICLE, (_article_row(record, new) for record, new in winners.values()))
    for field, table in PARTS.items():
        rows = [row for record in records for row in getattr(record, field)]
        _save_part(db, table, rows, _derived(table, rows, cited))
    texts = [_text_row(record) for record in records]
    db.executemany(_SAVE_TEXT, texts)
    db.executemany(_INDEX_TEXT, texts)  # by a trigger it takes three times as long
    _save_assertions(db, winners, cited)
    _save_lists(db, winners)
    save_renamed_works(db, forgotten)
    touch(db, forgotten)
    touch(db, to_resolve)
    touch_around(db, [(r.article.pmid, r.article.doi, r.article.pmcid) for r in records])
    _touch_pairs(db, records)
    save_touched(db)


def _cited_works(record: Record) -> list[Cited]:
    article, citations = record.article, (reference.citation for reference in record.references)
    latest = latest_cited(article.record_type, article.year, citations)
    return [resolve_reference(reference, latest) for reference in record.references]


def _held_work(record: Record) -> tuple[object, ...]:
    article = record.article
    return (article.pmid, article_label(record), article.doi, article.pmcid, article.year)


def _article_row(record: Record, new: Held) -> tuple[object, ...]:
    return (
        *record.article,
        new.source_id,
        new.update_file,
        new.read_from,
        new.received_at,
        new.checked_at,
        new.content_hash,
    )


def _derived(table: str, rows: Sequence[Any], cited: Sequence[Cited]) -> dict[str, list[object]]:
    """Return the columns of a table that no source gives: what equal names share, and the works that are cited."""
    if table == "authorships":
        return {"name_key": [name_key(row.name) for row in rows]}
    if table == "keywords":
        return {"keyword_key": [fold(row.keyword) for row in rows]}
    if table == "article_references":
        return {
            "cited_id": [work.id for work in cited],
            "printed_doi": [work.printed.doi for work in cited],
            "printed_pmcid": [work.printed.pmcid for work in cited],
            "printed_pmid": [work.printed.pmid for work in cited],
        }
    if table == "notices":
        return {"other_doi": [None if row.other_pmid else printed_ids(row.ref_source or "").doi for row in rows]}
    return {}


def _save_part(db: sqlite3.Connection, table: str, rows: Sequence[Any], derived: dict[str, list[object]]) -> None:
    if not rows:
        return
    columns = (*rows[0]._fields, *derived)
    given = map(tuple.__add__, rows, zip(*derived.values(), strict=True)) if derived else rows
    db.executemany(f"insert into {table} ({', '.join(columns)}) values ({marks(columns)})", given)


def _text_row(record: Record) -> tuple[object, ...]:
    """Return what is searched, folded: titles, abstracts, keywords, MeSH names, authors."""
    article = record.article
    names = {d.descriptor_ui: d.name for d in record.mesh_descriptors}
    names |= {q.qualifier_ui: q.name for q in record.mesh_qualifiers}
    abstract = [s.text for s in record.abstract_sections] + [s.text for s in record.other_abstract_sections]
    mesh = {names.get(ui, ui) for h in record.mesh_headings for ui in (h.descriptor_ui, h.qualifier_ui) if ui}
    mesh |= {concept.name for concept in record.supplementary_concepts}
    people = [" ".join(filter(None, (a.name, a.fore_name))) for a in record.authorships]
    texts: tuple[Sequence[str | None], ...] = (
        (article.title, article.vernacular_title, article.book_title),
        abstract,
        [keyword.keyword for keyword in record.keywords],
        sorted(mesh),
        people or [article.authors],
    )
    return (article.pmid, *(fold("\n".join(filter(None, parts))) for parts in texts))


def _clear(db: sqlite3.Connection, pmids: Iterable[int]) -> set[int]:
    """Remove what belongs to the articles held of pmids; return the works that their references named."""
    forgotten: set[int] = set()
    for part in chunks(read_held(db, list(pmids))):
        those = marks(part)
        found = db.execute(f"select pmid, doi, pmcid from articles where pmid in ({those})", part).fetchall()
        forgotten.update(row[0] for row in db.execute(_NAMED.format(those), part * 2))
        touch_around(db, found)
        touch(db, [doi_work(doi) for (doi,) in db.execute(_PAIRED_DOIS.format(those), part)])
        for statement in (*_ASSERTED, _FORGET_TEXT):
            db.execute(statement.format(those), part)
        for table in ("article_texts", *reversed(PARTS.values())):
            column = "citing_pmid" if table == "article_references" else "pmid"
            db.execute(f"delete from {table} where {column} in ({those})", part)
    return forgotten


def _save_assertions(
    db: sqlite3.Connection, winners: dict[int, tuple[Record, Held]], references: Iterable[Cited]
) -> None:
    """Save what each reference list asserts; a reference to the article itself is no citation."""
    save_reference_lists(
        db,
        [
            (citing, work, winners[citing][1].source_id, winners[citing][1].checked_at)
            for (citing, *_), work, *_ in references
            if work is not None and work != citing
        ],
    )


def _save_lists(db: sqlite3.Connection, winners: dict[int, tuple[Record, Held]]) -> None:
    """Save how long each source says the reference list is; None where it has none to show."""
    db.executemany(
        "insert or replace into article_lists (pmid, list, source_id, entries, checked_at) values (?, ?, ?, ?, ?)",
        (
            (pmid, "references", new.source_id, _list_length(record), new.checked_at)
            for pmid, (record, new) in winners.items()
        ),
    )


def _list_length(record: Record) -> int | None:
    stated = record.stated_reference_count
    return record.article.reference_count if stated is None else stated


def _touch_pairs(db: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Note the DOIs that references give together with a PMID: they may be cited by DOI alone elsewhere."""
    dois = {r.doi for record in records for r in record.references if r.doi and r.cited_pmid}
    touch(db, map(doi_work, dois))


def save_deletion(db: sqlite3.Connection, pmid: int, *, at: str) -> bool:
    """Save that PubMed deleted pmid; False where a record received later is held, which is kept."""
    return save_gone(db, pmid, "deleted", at=at)


def save_gone(db: sqlite3.Connection, pmid: int, state: str, *, at: str, into: int | None = None) -> bool:
    """Save that pmid was deleted, or merged into another; its record and its assertions go.

    False, and nothing is changed, where a record received after ``at`` is held, or into has become pmid itself.
    """
    held = read_held(db, [pmid]).get(pmid)
    if held and held.checked_at > at:
        return False
    if db.execute("select 1 from works where id = ? and merged_into = ?", (into, pmid)).fetchone():
        return False
    known = read_states(db, [pmid]).get(pmid)
    if known and known[0] != "not found" and known[1] > at:
        return False
    if held:
        forgotten = _clear(db, [pmid])
        db.execute("delete from articles where pmid = ?", (pmid,))
        db.execute("update works set state = 'known' where id = ?", (pmid,))
        save_renamed_works(db, forgotten)
        touch(db, forgotten)
    save_state(db, pmid, state, at=at, into=into)
    return True


def save_not_found(db: sqlite3.Connection, pmid: int, *, at: str) -> None:
    """Save that PubMed does not know pmid; a record that is held stays: one empty answer takes nothing away."""
    if pmid not in read_held(db, [pmid]) and pmid not in read_states(db, [pmid]):
        save_state(db, pmid, "not found", at=at)
