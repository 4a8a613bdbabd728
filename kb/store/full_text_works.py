"""Works that references of full texts name: what they show, where no reference of a record names them.

A function of the rows held, as in kb.store.works: the label is from the reference with the smallest (pmid, position,
part), identifiers are the least of all.
"""

import sqlite3
from collections.abc import Iterable
from typing import Final, NamedTuple

from kb.errors import CollisionError
from kb.printed.reference import parse_reference, work_key
from kb.store.labels import reference_label

_INSERT: Final = "insert into works (id, label, doi, citation_key) values (?, '', ?, ?) on conflict (id) do nothing"
_FIRST: Final = """select citation, doi, cited_pmid from full_text_references where cited_id = ?
    order by pmid, position, part limit 1"""
_LEAST: Final = """select min(f.doi) filter (where w.citation_key is null), min(f.cited_pmcid)
    from full_text_references f join works w on w.id = f.cited_id where f.cited_id = ?"""  # known by words: by no DOI
_NAMED_ALONE: Final = """select not exists (select 1 from article_references where cited_id = ?1)
    from works where id = ?1 and state <> 'held'"""


class NamedWork(NamedTuple):
    """A work that a reference names, and the key by which it is known; None of a PMID."""

    id: int
    key: str | None


def save_works_of_full_texts(db: sqlite3.Connection, named: Iterable[NamedWork]) -> None:
    """Save works that are named, before the rows that name them. Raises CollisionError where two keys share an id."""
    for work in named:
        kind, _, value = (work.key or "").partition(":")
        doi, key = (value, None) if kind == "doi" else (None, value or None)
        db.execute(_INSERT, (work.id, doi, key))
        if work.key is not None:
            _check(db, work.id, work.key)


def _check(db: sqlite3.Connection, work: int, key: str) -> None:
    doi, citation_key = db.execute("select doi, citation_key from works where id = ?", (work,)).fetchone()
    known = f"ref:{citation_key}" if citation_key else work_key(doi, None)
    if known != key:
        raise CollisionError(f"Two cited works have the id {work}: {known} and {key}; neither was changed.")


def save_labels_of_full_texts(db: sqlite3.Connection, works: Iterable[int]) -> None:
    """Let works show what the references of full texts that name them print: identifiers, and label where alone."""
    for work in works:
        first = db.execute(_FIRST, (work,)).fetchone()
        alone = db.execute(_NAMED_ALONE, (work,)).fetchone()
        if first is None or alone is None:
            continue
        doi, pmcid = db.execute(_LEAST, (work,)).fetchone()
        if alone[0]:
            citation = first[0]
            db.execute(
                """update works set label = ?, year = ?, doi = ?, pmcid = ?, named_by = null, named_at = null
                where id = ?""",
                (reference_label(*first), parse_reference(citation).year if citation else None, doi, pmcid, work),
            )
        else:
            db.execute(
                """update works set doi = coalesce(min(doi, ?), doi, ?), pmcid = coalesce(min(pmcid, ?), pmcid, ?)
                where id = ?""",
                (doi, doi, pmcid, pmcid, work),
            )
