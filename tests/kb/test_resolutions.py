"""Decisions on printed references take effect at once and after every load, and can be taken back."""

import sqlite3
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.database import transaction
from kb.identifiers import work_id
from kb.integrity.check import check_kb, logical_hash
from kb.printed.reference import parse_reference
from kb.queries.resolutions import Candidate, read_candidates, read_resolution, read_unresolved, read_waiting
from kb.records import Record
from kb.store.records import save_gone, save_records
from kb.store.resolutions import (
    Decision,
    ResolutionRun,
    save_decisions,
    save_decisions_applied,
    save_persons_decision,
    save_resolution_run,
    save_unmatched,
)
from tests.kb.test_store_records import memory
from tests.records import LATER, MOMENT, record, reference_of

PRINTED = "Moos RH. Active ingredients of self-help groups for substance use. Addiction. 2008;103(3):387-396."
AGAIN = "Moos, R. H. (2008). Active ingredients of self-help groups for substance use. Addiction, 103, 378-396."
KEY = f"ref:{parse_reference(PRINTED).key}"
WORK = work_id(KEY)
ACCEPTED = Decision(KEY, "offline", "accepted", 9, 21.5, (Candidate(9, 21.5, "title + author +"),))
PROPOSED = Decision(KEY, "offline", "proposed", None, 8.0, (Candidate(9, 8.0, "author +"), Candidate(7, 6.0, "year +")))
BY_PERSON = Decision(KEY, "person", "accepted", 7, None)
REJECTED = Decision(KEY, "person", "rejected", None, None)


def save(db: sqlite3.Connection, *records: Record, at: str = MOMENT) -> None:
    with transaction(db):
        save_records(db, records, received_at=at)


def decide(db: sqlite3.Connection, *decisions: Decision) -> None:
    with transaction(db):
        run = save_resolution_run(db, ResolutionRun(MOMENT, "offline", 11.0, 4.0, 1, 1, 0, "1"))
        for decision in decisions:
            if decision.method == "person":
                save_persons_decision(db, decision, at=MOMENT)
            else:
                save_decisions(db, [decision], run_id=run, at=MOMENT)


def links(db: sqlite3.Connection) -> list[tuple[object, ...]]:
    """Return each citation with the work it leads to, and who says so."""
    return db.execute(
        """select c.citing_id, coalesce(w.merged_into, w.id), s.name from citations c
        join works w on w.id = c.cited_id join citation_sources s on s.id = c.source_id order by 1, 2, 3"""
    ).fetchall()


def test_an_accepted_reference_cites_the_article_and_nobody_but_litkb_says_so(db: sqlite3.Connection):
    save(db, record(1, (PRINTED, 2)), record(9))

    decide(db, ACCEPTED)

    assert links(db) == [(1, 2, "pubmed"), (1, 9, "resolved")]
    assert db.execute("select merged_into, identified_by, state from works where id = ?", (WORK,)).fetchall() == [
        (9, "offline", "merged")
    ]
    assert db.execute("select * from disputed_citations").fetchall() == []
    assert check_kb(db) == []


def test_a_proposed_reference_waits_and_cites_nothing_new(db: sqlite3.Connection):
    save(db, record(1, (PRINTED,)), record(9))

    decide(db, PROPOSED)

    assert links(db) == [(1, WORK, "pubmed")]
    assert [tuple(waiting) for waiting in read_waiting(db)] == [(WORK, KEY, PRINTED, 1)]
    assert [candidate.pmid for candidate in read_candidates(db, WORK)] == [9, 7]
    assert check_kb(db) == []


@pytest.mark.parametrize("after", [PROPOSED, REJECTED])
def test_what_is_no_longer_accepted_is_as_it_was_before(db: sqlite3.Connection, after: Decision):
    save(db, record(1, (PRINTED,)), record(9))
    before = links(db)

    decide(db, ACCEPTED, after)

    assert links(db) == before
    assert check_kb(db) == []


def test_a_candidate_that_runs_no_longer_find_is_taken_back(db: sqlite3.Connection):
    save(db, record(1, (PRINTED,)), record(9))
    before = logical_hash(db)
    decide(db, ACCEPTED)

    with transaction(db):
        save_unmatched(db, [KEY])

    assert logical_hash(db) == before


@pytest.mark.parametrize("persons", [BY_PERSON, REJECTED])
def test_what_a_person_decided_is_never_overwritten(db: sqlite3.Connection, persons: Decision):
    save(db, record(1, (PRINTED,)), record(9))
    decide(db, PROPOSED, persons)
    before = logical_hash(db)

    decide(db, ACCEPTED)
    with transaction(db):
        save_unmatched(db, [KEY])

    assert logical_hash(db) == before
    assert (found := read_resolution(db, KEY)) is not None
    assert found.method == "person"
    assert [work.reference_key for work in read_unresolved(db)] == []


def test_a_person_beats_a_doi_and_a_doi_beats_what_litkb_found(db: sqlite3.Connection):
    save(db, record(1, ("10.1/x",)), record(9))
    decide(db, ACCEPTED._replace(reference_key="doi:10.1/x"))
    assert links(db) == [(1, 9, "resolved")]

    save(db, record(8, doi="10.1/x"))
    assert links(db) == [(1, 8, "pubmed")]

    decide(db, BY_PERSON._replace(reference_key="doi:10.1/x"))
    assert links(db) == [(1, 7, "resolved")]
    assert check_kb(db) == []


def test_a_decision_holds_for_every_printing_and_after_every_load(db: sqlite3.Connection):
    decide(db, BY_PERSON)

    save(db, record(1, (PRINTED,)))
    save(db, record(2, (AGAIN,)))
    save(db, record(1, (3, PRINTED), title="Revised", date_revised="2027-01-01"), at=LATER)

    assert links(db) == [(1, 3, "pubmed"), (1, 7, "resolved"), (2, 7, "resolved")]
    assert check_kb(db) == []


def test_when_the_reference_goes_the_decision_stays_and_the_work_that_it_named_goes(db: sqlite3.Connection):
    save(db, record(1, (PRINTED,)))
    decide(db, BY_PERSON)

    save(db, record(1, (3,), date_revised="2027-01-01"), at=LATER)

    assert [row[0] for row in db.execute("select id from works order by id")] == [1, 3]
    assert read_resolution(db, KEY) is not None
    assert check_kb(db) == []


def test_a_reference_follows_its_article_into_the_one_it_was_merged_with_and_back(db: sqlite3.Connection):
    save(db, record(1, (PRINTED,)), record(9), record(10))
    decide(db, ACCEPTED)

    with transaction(db):
        save_gone(db, 9, "merged", at=LATER, into=10)
    assert links(db) == [(1, 10, "resolved")]

    save(db, record(9), at="2026-03-01T00:00:00Z")
    assert links(db) == [(1, 9, "resolved")]
    assert check_kb(db) == []


def test_decisions_brought_back_take_effect(db: sqlite3.Connection):
    save(db, record(1, (PRINTED,)), record(9))
    decide(db, ACCEPTED)
    before = logical_hash(db)
    with transaction(db):  # as after a rebuild, before they are applied
        db.execute("update citations set source_id = 1")
        db.execute("update works set merged_into = null, identified_by = null, state = 'known' where id < 0")

        save_decisions_applied(db)

    assert logical_hash(db) == before


def test_computed_numbers_of_a_work_go_when_it_becomes_another(db: sqlite3.Connection):
    save(db, record(1, (PRINTED,)), record(9))
    db.execute("insert into graph_runs (id, started_at, versions) values (1, '', '{}')")
    db.execute("insert into article_metrics values (?, 1, 0, 0.5, 1, null, 0, 0, 1, null, 1)", (WORK,))

    decide(db, ACCEPTED)

    assert check_kb(db) == []


def test_two_printings_of_a_work_that_is_not_held_are_one_work(db: sqlite3.Connection):
    save(db, record(1, (PRINTED,)), record(2, (AGAIN,)))

    assert links(db) == [(1, WORK, "pubmed"), (2, WORK, "pubmed")]
    assert [(work.citations, work.citing) for work in read_unresolved(db)] == [((PRINTED, AGAIN), frozenset({1, 2}))]


CITES = st.lists(st.sampled_from([PRINTED, AGAIN, 3, 9]), unique=True, max_size=4).map(tuple)
RECORDS = st.builds(
    lambda pmid, cites, doi, version: record(
        pmid,
        (*cites, *([reference_of(pmid, 9, PRINTED, doi=doi)] if doi else [])),
        doi=f"10.1/{pmid}",
        version=version,
    ),
    st.integers(1, 9), CITES, st.sampled_from([None, "10.1/9", "10.1/z"]), st.integers(1, 2),
)  # fmt: skip
DECISIONS = st.sampled_from([
    ACCEPTED, PROPOSED, BY_PERSON, REJECTED, ACCEPTED._replace(reference_key="doi:10.1/9"),
    BY_PERSON._replace(reference_key="doi:10.1/z"),
])  # fmt: skip


@settings(max_examples=settings.default.max_examples // 2)  # each is loaded and checked twice
@given(
    st.lists(RECORDS, max_size=6), st.lists(DECISIONS, max_size=3, unique_by=lambda d: d.reference_key), st.randoms()
)
def test_the_order_of_loading_and_deciding_does_not_matter(records, decisions, random: Random):
    hashes = set()
    for _ in range(2):
        db = memory()
        steps: list[Record | Decision] = [*records, *decisions]
        random.shuffle(steps)
        for step in steps:
            save(db, step) if isinstance(step, Record) else decide(db, step)
        assert check_kb(db) == []
        hashes.add(logical_hash(db))
        db.close()

    assert len(hashes) == 1
