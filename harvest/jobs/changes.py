"""What an answer or a file changed in records that were held, found while it is saved."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from kb.queries.harvest_log import read_known_before
from kb.queries.works.notices import Sign, read_signs_by, read_signs_of
from kb.queries.works.records import chunks, read_held, read_record
from kb.record_diff import RETRACTED, Change, record_changes
from kb.store.records import Saved


class Before(NamedTuple):
    """Which of some articles were held, and what their records said was retracted."""

    held: frozenset[int]
    signs: Collection[Sign]


def read_before(db: sqlite3.Connection, pmids: Collection[int]) -> Before:
    """Return what is to be known of articles before records of them are saved."""
    held = frozenset(read_held(db, pmids))
    return Before(held, frozenset(_signs_by(db, held)))


def find_changes(
    db: sqlite3.Connection,
    run_id: int,
    before: Before,
    saved: Iterable[Saved],
    gone: Mapping[int, tuple[str, int | None]],
) -> Iterator[Change]:
    """Yield what changed, after saving; gone says of articles whether they were merged or deleted, and into what."""
    stored = [one for one in saved if one.outcome == "stored"]
    for one in stored:
        after = read_record(db, one.pmid) if one.before else None
        if one.before and after:
            yield from record_changes(one.before, after)
    for pmid, (outcome, into) in gone.items():
        if pmid in before.held:
            yield Change(pmid, outcome, "state", "held", None if into is None else str(into))
    yield from _retractions(db, run_id, {one.pmid for one in stored}, before.signs)


def _retractions(
    db: sqlite3.Connection, run_id: int, stored: Collection[int], known: Collection[Sign]
) -> Iterator[Change]:
    """Yield the articles held before this run of which only records stored now say that they were retracted."""
    new = [one for one in _signs_by(db, stored) if one not in known and one.id != one.said_by]
    here = read_known_before(db, run_id, read_held(db, {one.id for one in new} - {one.id for one in known}))
    if here:
        here -= {one.id for one in read_signs_of(db, here) if one.said_by not in stored}
    yield from (Change(one.id, RETRACTED, one.sign, None, str(one.said_by)) for one in new if one.id in here)


def _signs_by(db: sqlite3.Connection, pmids: Collection[int]) -> list[Sign]:
    return [sign for part in chunks(pmids) for sign in read_signs_by(db, part)]
