"""Full texts -> rows, in the caller's transaction: the text itself, and what its reference list says.

Which text of an article is held does not depend on the order of loading: one with a body beats front matter, which
beats nothing; then the higher version, then EFetch, S3, Europe PMC, a file, then the smaller SHA-256. References are
matched anew whenever the record of the article changes.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from kb.full_texts import (
    BODY,
    FRONT_ONLY,
    NO_MARKS,
    NOT_GIVEN,
    CitingSentence,
    FullText,
    FullTextReference,
    Mention,
    MentionReference,
)
from kb.migrations.word_index import SENTENCES
from kb.printed.reference import cited_work
from kb.printed.same_reference import Printed, match_references, number_before
from kb.queries.works.records import chunks, marks, read_sources
from kb.records import PMC_FULL_TEXT
from kb.store.citations import save_citations
from kb.store.full_text_works import NamedWork, save_labels_of_full_texts, save_works_of_full_texts
from kb.store.works import save_mentions, save_renamed_works, save_touched, touch

_OUTCOMES: Final = (NOT_GIVEN, FRONT_ONLY, NO_MARKS, BODY)  # the worst first
_RANKS: Final = {outcome: max(0, place - (place > 1)) for place, outcome in enumerate(_OUTCOMES)}  # a body is a body
ORIGINS: Final = ("file", "europepmc", "s3", "efetch")  # the last beats the others
_COLUMNS: Final = (
    "pmid", "pmcid", "origin", "version", "outcome", "license", "license_url", "copyright", "sha256", "read_from",
    "received_at",
)  # fmt: skip
_TABLES: Final = ("mention_references", "mentions", "citing_sentences", "full_text_references", "full_texts")
_ROWS: Final = (
    ("full_text_references", FullTextReference, "references"),
    ("citing_sentences", CitingSentence, "sentences"),
    ("mentions", Mention, "mentions"),
    ("mention_references", MentionReference, "links"),
)

_INDEX_WORDS: Final = f"{SENTENCES.add} where pmid = ?"
_FORGET_WORDS: Final = SENTENCES.remove("where pmid = ?")


class Origin(NamedTuple):
    """Where a text is from, and when it came."""

    origin: str  # efetch, s3, europepmc, file
    received_at: str
    read_from: str | None = None


def save_full_text(db: sqlite3.Connection, pmid: int, text: FullText, origin: Origin) -> str:
    """Save the text of an article; return stored, or unchanged where it is held, or a better one."""
    held = db.execute("select outcome, version, origin, sha256 from full_texts where pmid = ?", (pmid,)).fetchone()
    if held is not None and not _beats((text.outcome, text.version, origin.origin, text.sha256), held):
        return "unchanged"
    cited = _forget(db, pmid)
    save_mentions(db, [pmid])
    row = (
        pmid,
        text.pmcid,
        origin.origin,
        text.version,
        text.outcome,
        *text[5:9],
        origin.read_from,
        origin.received_at,
    )
    db.execute(f"insert into full_texts ({', '.join(_COLUMNS)}) values ({', '.join('?' * len(_COLUMNS))})", row)
    for table, kind, field in _ROWS:
        columns = ("pmid", *kind._fields)
        db.executemany(
            f"insert into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})",
            ((pmid, *values) for values in getattr(text, field)),
        )
    db.execute(_INDEX_WORDS, (pmid,))
    _save_list(db, pmid, text, origin.received_at)
    match_full_texts(db, [pmid], cited)
    save_touched(db)
    return "stored"


def _beats(new: tuple[str, int, str, str], held: tuple[str, int, str, str]) -> bool:
    return _order(*new) < _order(*held)


def _order(outcome: str, version: int, origin: str, sha256: str) -> tuple[int, int, int, str]:
    """Return what texts of one article are ordered by, the best first."""
    return -_RANKS[outcome], -version, -ORIGINS.index(origin), sha256


def _forget(db: sqlite3.Connection, pmid: int) -> set[int]:
    """Remove the text of an article; return the works that its references named."""
    cited = {row[0] for row in db.execute("select cited_id from full_text_references where pmid = ?", (pmid,))}
    db.execute(_FORGET_WORDS, (pmid,))
    for table in _TABLES:
        db.execute(f"delete from {table} where pmid = ?", (pmid,))
    return cited - {None}


def _save_list(db: sqlite3.Connection, pmid: int, text: FullText, at: str) -> None:
    """Save how long the list of the text is; None where it does not show one: front matter has none."""
    own = {reference.position for reference in text.references if not reference.scope}
    entries = len(own) if text.outcome in (BODY, NO_MARKS) else None
    db.execute(
        "insert or replace into article_lists (pmid, list, source_id, entries, checked_at) values (?, ?, ?, ?, ?)",
        (pmid, "references", read_sources(db)[PMC_FULL_TEXT], entries, at),
    )


# --- which works the references name ---


def match_full_texts(db: sqlite3.Connection, pmids: Collection[int], forgotten: Collection[int] = ()) -> None:
    """Match the references of full texts with those of the records, and name and cite the works that they mean.

    forgotten are works that they named before. The works around are touched: save_touched() is to follow.
    """
    for part in chunks(pmids):
        rows = db.execute(f"select pmid, received_at from full_texts where pmid in ({marks(part)})", part)
        for pmid, since in rows.fetchall():
            forgotten = {*forgotten, *_match(db, pmid, since)}
    save_renamed_works(db, sorted(forgotten))
    touch(db, forgotten)


def _match(db: sqlite3.Connection, pmid: int, since: str) -> set[int]:
    """Match the references of one full text; return the works that they named before and name now."""
    text, record = list(_read_text(db, pmid)), list(_read_record(db, pmid))
    matched = match_references([row.printed for row in text], [row.printed for row in record])
    cited = {row.printed.entry[0]: row.cited for row in record}
    named = {row.printed.entry: _named(row, matched.get(row.printed.entry), cited) for row in text}
    save_works_of_full_texts(db, {work for work in named.values() if work is not None})
    before = {row.cited for row in text}
    now = {work.id for work in named.values() if work is not None}
    db.executemany(
        """update full_text_references set cited_id = ?, reference_position = ?, matched_by = ?
        where pmid = ? and position = ? and part = ?""",
        (
            (named[entry].id if named[entry] else None, *matched.get(entry, (None, None)), pmid, *entry)  # type: ignore[union-attr]
            for entry in named
        ),
    )
    save_labels_of_full_texts(db, sorted(now))
    _save_citations(db, pmid, now - {pmid}, since)
    return {work for work in (*before, *now, *cited.values()) if work is not None and work != pmid}


class _Row(NamedTuple):
    """A reference of either list, the work that it names, and whether it can name one."""

    printed: Printed
    cited: int | None
    names_a_work: bool = True


def _read_text(db: sqlite3.Connection, pmid: int) -> Iterator[_Row]:
    """Yield the references of the article's own list in its full text."""
    for position, part, number, citation, cited_pmid, doi, pmcid, cited, names in db.execute(
        """select position, part, label_number, citation, cited_pmid, doi, cited_pmcid, cited_id, names_a_work
        from full_text_references where pmid = ? and scope = 0 order by position, part""",
        (pmid,),
    ):
        printed = Printed((position, part), citation, number, cited_pmid, doi, pmcid)
        yield _Row(printed, cited, bool(names))


def _read_record(db: sqlite3.Connection, pmid: int) -> Iterator[_Row]:
    """Yield the references of the article's record."""
    for position, citation, cited_pmid, doi, pmcid, cited in db.execute(
        """select position, citation, cited_pmid, coalesce(doi, printed_doi), coalesce(pmcid, printed_pmcid), cited_id
        from article_references where citing_pmid = ? order by position""",
        (pmid,),
    ):
        number = number_before(citation)
        yield _Row(Printed((position, 1), citation, number, cited_pmid, doi, pmcid), cited)


def _named(row: _Row, match: tuple[int, str] | None, cited: dict[int, int | None]) -> NamedWork | None:
    """Return the work that a reference names: its PMID; else that of the record's same entry; else by DOI or words."""
    printed = row.printed
    same = cited.get(match[0]) if match else None
    if printed.pmid is None and same is not None:
        return NamedWork(same, None)
    if not row.names_a_work:
        return None
    work, key = cited_work(printed.pmid, printed.doi, printed.citation)
    return None if work is None else NamedWork(work, key)


def _save_citations(db: sqlite3.Connection, pmid: int, cited: Iterable[int], since: str) -> None:
    """Save that the article cites these works and, as far as its full text says so, no others."""
    source, works = read_sources(db)[PMC_FULL_TEXT], set(cited)
    held = {
        row[0]
        for row in db.execute("select cited_id from citations where citing_id = ? and source_id = ?", (pmid, source))
    }
    db.executemany(
        "delete from citations where citing_id = ? and cited_id = ? and source_id = ?",
        ((pmid, work, source) for work in held - works),
    )
    save_citations(db, [(pmid, work, source, since) for work in sorted(works - held)])
