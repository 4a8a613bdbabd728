"""One DOI, however it is spelt or printed, is one work; it leads to the one article that has it."""

import sqlite3
from contextlib import closing
from itertools import permutations

import pytest

from kb.database import open_kb, transaction
from kb.identifiers import work_id
from kb.integrity.check import check_kb, logical_hash
from kb.printed.reference import parse_reference
from kb.queries.harvest_log import read_identified
from kb.queries.structure import read_work_named
from kb.queries.works.pages import read_standings, read_work_by_identifier
from kb.records import Record
from kb.store.records import save_gone, save_records
from kb.store.works import save_touched, touch
from tests.kb.test_store_records import memory
from tests.records import LATER, MOMENT, record, reference_of

TWO, ONE = "10.5555//lamp.1", "10.5555/lamp.1"
WORK = work_id(f"doi:{ONE}")
IN_WORDS = f"Wick A. Lamps of the harbour. J Lamp. 1999. https://doi.org/{ONE}"


def save(db: sqlite3.Connection, *records: Record, at: str = MOMENT) -> None:
    with transaction(db):
        save_records(db, records, received_at=at)


def cited(db: sqlite3.Connection) -> list[tuple[object, ...]]:
    """Return each citation as it is named, where it leads, and who says so."""
    return db.execute(
        """select c.citing_id, c.cited_id, w.merged_into, s.name from citations c
        join works w on w.id = c.cited_id join citation_sources s on s.id = c.source_id order by 1, 2, 4"""
    ).fetchall()


@pytest.mark.parametrize(("own", "given"), [(TWO, ONE), (ONE, TWO), (TWO, TWO)])
def test_a_doi_leads_to_the_article_that_has_it_with_another_number_of_slashes(db: sqlite3.Connection, own, given):
    save(db, record(1, (given,)), record(9, doi=own))

    assert cited(db) == [(1, WORK, 9, "pubmed")]
    assert db.execute("select doi from articles where pmid = 9").fetchall() == [(own,)]
    assert {read_work_by_identifier(db, "doi", spelling) for spelling in (ONE, TWO)} == {9}
    assert {read_work_named(db, f"doi:{spelling}") for spelling in (ONE, TWO)} == {9}
    assert {tuple(read_identified(db, "doi", spelling)) for spelling in (ONE, TWO)} == {(9,)}
    assert check_kb(db) == []


def test_a_doi_that_two_articles_have_leads_to_neither(db: sqlite3.Connection):
    save(db, record(1, (ONE,)), record(8, doi=ONE), record(9, doi=TWO))

    assert cited(db) == [(1, WORK, None, "pubmed")]


def test_a_pmid_given_with_one_spelling_is_that_of_the_other(db: sqlite3.Connection):
    save(db, record(1, (ONE,)), record(2, (reference_of(2, 1, None, doi=TWO, pmid=9),)))

    assert (1, WORK, 9, "pubmed") in cited(db)


def test_spellings_are_one_work_in_any_order_of_loading():
    records = [
        record(1, (ONE,)), record(2, (TWO,)), record(3, (reference_of(3, 1, IN_WORDS),)),
        record(4, (reference_of(4, 1, None, doi=TWO, pmid=9),)), record(9, doi=TWO),
    ]  # fmt: skip
    hashes = set()
    for order in list(permutations(records))[::9]:
        db = memory()
        for one in order:
            save(db, one)
        hashes.add(logical_hash(db))
        assert check_kb(db) == []
        db.close()

    assert len(hashes) == 1


def test_a_printed_doi_names_the_work_and_litkb_is_who_says_so(db: sqlite3.Connection):
    save(db, record(1, (reference_of(1, 1, IN_WORDS),)), record(2, (ONE,)), record(9, doi=TWO))

    assert cited(db) == [(1, WORK, 9, "resolved"), (2, WORK, 9, "pubmed")]
    assert db.execute("select citing_pmid, doi, printed_doi from article_references order by 1").fetchall() == [
        (1, None, ONE), (2, ONE, None)
    ]  # fmt: skip
    assert [read_standings(db, pmid)[1].identified_by for pmid in (1, 2)] == ["printed doi", "doi"]
    assert check_kb(db) == []

    with transaction(db):
        save_gone(db, 9, "deleted", at=LATER)

    assert cited(db) == [(1, WORK, None, "pubmed"), (2, WORK, None, "pubmed")]
    assert check_kb(db) == []


def test_a_printed_pmcid_leads_to_the_article_that_has_it(db: sqlite3.Connection):
    printed = "Wick A. Lamps. [PMC free article: PMC990099]"
    save(db, record(1, (printed,)), record(9, pmcid="PMC990099"))

    assert cited(db) == [(1, work_id(f"ref:{parse_reference(printed).key}"), 9, "resolved")]
    assert read_standings(db, 1)[1].identified_by == "printed pmcid"


@pytest.mark.parametrize("given", [{"pmid": 8}, {"doi": "10.5555/own"}, {"pmcid": "PMC8"}])
def test_an_identifier_in_the_words_does_not_stand_against_one_that_the_source_gives(db: sqlite3.Connection, given):
    save(db, record(1, (reference_of(1, 1, IN_WORDS, **given),)), record(9, doi=ONE))

    assert [merged for _, _, merged, _ in cited(db)] == [None]
    assert db.execute("select printed_doi from article_references").fetchall() == [(None,)]


def test_a_printed_pmid_alone_identifies_nothing_before_its_article_was_looked_at(db: sqlite3.Connection):
    save(db, record(1, ("Wick A. Lamps. PMID: 9",)), record(9))

    assert [merged for _, _, merged, _ in cited(db)] == [None]
    assert db.execute("select printed_pmid from article_references").fetchall() == [(9,)]


def test_a_number_later_than_what_cites_it_is_no_year_of_a_work(db: sqlite3.Connection):
    save(db, record(1, ("Wick A. Lamps. J Lamp 74, pages from 2031", "Wick A. Oil. J Lamp. 2001;3:1."), year=2000))

    assert db.execute("select year from works where id < 0 order by named_at").fetchall() == [(None,), (2001,)]


def test_a_book_may_cite_what_is_later_than_its_first_edition(db: sqlite3.Connection):
    book = record(1, ("Wick A. Oil. J Lamp. 2011;3:1.",), year=2000)
    save(db, book._replace(article=book.article._replace(record_type="book")))

    assert db.execute("select year from works where id < 0").fetchall() == [(2011,)]


def test_words_that_lead_to_a_work_resolved_before_are_not_what_a_source_says(db: sqlite3.Connection):
    save(db, record(1, (ONE,)), record(9, doi=ONE))
    save(db, record(2, (reference_of(2, 1, IN_WORDS),)))

    assert cited(db) == [(1, WORK, 9, "pubmed"), (2, WORK, 9, "resolved")]
    assert check_kb(db) == []


def test_a_doi_that_many_give_with_a_pmid_is_settled_in_as_few_steps_as_one_that_few_give(tmp_path):
    few, many = (steps_of_one_more(tmp_path / f"{count}.db", count) for count in (10, 300))

    assert many < 1.5 * few


def steps_of_one_more(path, count: int) -> int:
    """Return how many steps, by tens, SQLite takes to settle what a DOI is that so many give with a PMID."""
    steps: list[int] = []
    with closing(open_kb(path, create=True)) as db:
        save(db, *(record(n, (reference_of(n, 1, None, doi=ONE, pmid=900),)) for n in range(1, count + 1)))
        save(db, record(901, (ONE,)))
        db.set_progress_handler(lambda: steps.append(1), 10)
        with transaction(db):
            touch(db, [WORK])
            save_touched(db)
        db.set_progress_handler(None, 0)
        assert (901, WORK, 900, "pubmed") in cited(db)
    return len(steps)
