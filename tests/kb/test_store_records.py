"""Records become rows, and the rows do not depend on the order of loading."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.database import add_fold, transaction
from kb.errors import CollisionError
from kb.identifiers import work_id
from kb.integrity.check import check_kb, logical_hash
from kb.migrations import MIGRATIONS
from kb.printed import reference
from kb.printed.reference import parse_reference
from kb.queries.harvest_log import read_status
from kb.queries.works.records import read_record, read_records
from kb.records import DEMONSTRATION, PAGE, Keyword, LinkList, MeshDescriptor, MeshHeading, Record
from kb.store.links import save_links
from kb.store.records import Saved, save_deletion, save_gone, save_not_found, save_records
from kb.store.works import save_renamed_works
from tests.records import LATER, MOMENT, record, reference_of

Row = tuple[object, ...]


def save(db: sqlite3.Connection, *records: Record, at: str = MOMENT, file: int | None = None) -> list[Saved]:
    with transaction(db):
        return save_records(db, records, received_at=at, update_file=file)


def rows(db: sqlite3.Connection, sql: str) -> list[Row]:
    return db.execute(sql).fetchall()


def test_an_article_and_what_it_cites_become_works(db: sqlite3.Connection) -> None:
    printed = "Kleber HD, Weiss RD. Treatment. Am J Psychiatry. 2007;164(4):5-123."
    save(db, record(1, (2, "10.1/x", printed), doi="10.1/own", year=2010))

    assert rows(db, "select id, label, doi, year, state from works order by state, label") == [
        (1, "Name1 2010 J Tests", "10.1/own", 2010, "held"),
        (work_id(f"ref:{parse_reference(printed).key}"), "Kleber 2007 Am J Psychiatry", None, 2007, "known"),
        (2, "PMID 2", None, None, "known"),
        (work_id("doi:10.1/x"), "doi:10.1/x", "10.1/x", None, "known"),
    ]
    assert rows(db, "select count(*) from citations where citing_id = 1 and source_id = 1") == [(3,)]
    assert check_kb(db) == []


@pytest.mark.parametrize(("printed", "kept"), [((1971, 1973, 2012), [None, 1971, 1973]), ((1971, 2011, 2012),) * 2])
def test_the_year_of_an_article_bounds_what_it_cites_unless_most_of_its_list_is_later(
    db: sqlite3.Connection, printed: tuple[int, ...], kept: list[int | None]
) -> None:
    save(db, record(1, tuple(f"Vik T. Oars of fjords {year}. J Boats. {year};4:1-9." for year in printed), year=1975))

    years = [row[0] for row in rows(db, "select year from works where id < 0 order by year")]
    assert years == list(kept)
    with transaction(db):
        save_renamed_works(db, [row[0] for row in rows(db, "select id from works where id < 0")])
    assert [row[0] for row in rows(db, "select year from works where id < 0 order by year")] == years


def test_what_sources_agree_on_and_what_one_of_them_misses_are_views(db: sqlite3.Connection) -> None:
    save(db, record(1, (2, 3)))
    with transaction(db):
        save_links(db, [LinkList(1, "references", "icite", ((3, None), (4, None)))], received_at=MOMENT)

    assert rows(db, "select * from agreed_citations") == [(1, 3, 2, "pubmed,icite")]
    assert rows(db, "select cited_id, missing_in from disputed_citations order by 1") == [(2, "icite"), (4, "pubmed")]


def test_the_status_counts_each_citation_once_and_identified_references_although_works_have_merged(
    db: sqlite3.Connection,
) -> None:
    save(
        db,
        record(1, (2, "10.1/two", "10.1/two", 8, "Doe J. A book. 2001.")),
        record(2, (8, 9), doi="10.1/two"),
        record(3),
    )
    with transaction(db):
        save_links(db, [LinkList(1, "references", "icite", ((2, None), (9, None)))], received_at=MOMENT)
        save_links(db, [LinkList(8, "references", "icite", ((9, None),))], received_at=MOMENT)
        save_gone(db, 8, "merged", at=LATER, into=9)

    status = read_status(db)

    assert rows(db, "select citing_id, cited_id from citation_links where cited_id > 0") == [(1, 2), (1, 9), (2, 9)]
    assert rows(db, "select count(*) from citation_links where cited_id < 0") == [(1,)]
    assert status["citations"] == 4  # 8, which is 9 now, does not cite itself
    assert (status["references"], status["references_identified"]) == (7, 6)
    assert status["reference_lists"] == {"complete": 2, "partial": 0, "unknown": 1}


def test_the_status_counts_an_article_once_whose_reference_list_several_sources_do_not_have(db: sqlite3.Connection):
    save(db, record(1, (2, "Doe J. A book. 2001.")), record(2), record(3))
    with transaction(db):
        save_links(db, [LinkList(2, "references", "icite", None)], received_at=MOMENT)
        save_links(db, [LinkList(3, "references", "icite", ((1, None),))], received_at=MOMENT)

    assert read_status(db)["reference_lists"] == {"complete": 1, "partial": 0, "unknown": 1}


def test_all_records_read_at_once_are_those_read_one_by_one(db: sqlite3.Connection) -> None:
    originals = [record(n, (8, "10.1/x"), notices=[("ErratumIn", 9, "J. 2001", None)]) for n in range(1, 6)]

    save(db, *originals)

    assert list(read_records(db)) == originals == [read_record(db, n) for n in range(1, 6)]


def test_a_record_read_back_is_the_record_that_was_saved(db: sqlite3.Connection) -> None:
    original = record(7, (8, "10.1/x"), notices=[("ErratumIn", 9, "J Tests. 2001", None)], pmcid="PMC7")

    save(db, original)

    assert read_record(db, 7) == original
    assert read_record(db, 8) is None


def test_loading_the_same_record_again_writes_nothing_but_when(db: sqlite3.Connection) -> None:
    save(db, record(1, (2,)))
    before = logical_hash(db)

    assert save(db, record(1, (2,)), at=LATER) == [Saved(1, "unchanged")]
    assert logical_hash(db) == before
    assert rows(db, "select received_at, checked_at from articles") == [(MOMENT, LATER)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"version": 2}, {"version": 1, "date_revised": "2026-01-01"}),
        ({"date_revised": "2020-02-01"}, {"date_revised": "2020-01-31"}),
        ({}, {"source": DEMONSTRATION, "date_revised": "2026-01-01"}),
        ({"source": PAGE}, {"source": DEMONSTRATION}),
    ],
)
def test_the_winner_does_not_depend_on_who_came_last(first: dict[str, object], second: dict[str, object]) -> None:
    winner, loser = record(1, (2,), title="winner", **first), record(1, (3,), title="loser", **second)
    hashes = set()
    for order in ([winner, loser], [loser, winner]):
        fresh = memory()
        for one in order:
            save(fresh, one, at=LATER if one is loser else MOMENT)
        assert rows(fresh, "select title from articles") == [("winner",)]
        assert rows(fresh, "select id from works order by id") == [(1,), (2,)]
        hashes.add(logical_hash(fresh))
    assert len(hashes) == 1


def memory() -> sqlite3.Connection:
    """Return a new, empty knowledge base in memory, a copy: making one takes many times as long."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.deserialize(_empty())
    db.execute("pragma foreign_keys = on")
    add_fold(db)
    return db


@cache
def _empty() -> bytes:
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript("".join(MIGRATIONS))
        return db.serialize()


def test_between_update_files_the_number_decides_alone(db: sqlite3.Connection) -> None:
    save(db, record(1, title="later file", date_revised="2019-01-01"), file=210002)
    save(db, record(1, title="earlier file", date_revised="2020-01-01"), file=210001)

    assert rows(db, "select title, update_file from articles") == [("later file", 210002)]


def test_when_a_doi_turns_out_to_be_a_held_article_two_works_become_one(db: sqlite3.Connection) -> None:
    save(db, record(1, ("10.1/x",)), record(2, (3,)))
    save(db, record(3, doi="10.1/x"))

    assert rows(db, "select id, state, merged_into from works where id < 0") == [(work_id("doi:10.1/x"), "merged", 3)]
    assert rows(db, "select citing_id, cited_id from citation_links order by 1") == [(1, 3), (2, 3)]
    assert check_kb(db) == []


def test_a_doi_of_two_articles_leads_to_neither(db: sqlite3.Connection) -> None:
    save(db, record(1, ("10.1/x",)), record(2, doi="10.1/x"))
    save(db, record(3, doi="10.1/x"))

    assert rows(db, "select state, merged_into from works where id < 0") == [("known", None)]


def test_a_reference_with_doi_and_pmid_identifies_the_doi_of_another(db: sqlite3.Connection) -> None:
    save(db, record(1, ("10.1/x",)))
    save(db, record(2, (reference_of(2, 1, "Text.", doi="10.1/x", pmid=3),)))

    assert rows(db, "select merged_into from works where id < 0") == [(3,)]


def test_a_pair_that_the_held_article_contradicts_identifies_nothing(db: sqlite3.Connection) -> None:
    save(db, record(1, ("10.1/x",)), record(2, (reference_of(2, 1, "Text.", doi="10.1/x", pmid=3),)))
    save(db, record(3, doi="10.1/other"))

    assert rows(db, "select merged_into from works where doi = '10.1/x' and id < 0") == [(None,)]


def test_a_replaced_record_forgets_what_only_it_cited(db: sqlite3.Connection) -> None:
    save(db, record(1, (2, 3, "Old reference. 1999;1:1.")), record(4, (3,)))
    save(db, record(1, (2,), date_revised="2021-01-01"))

    assert rows(db, "select id from works order by id") == [(1,), (2,), (3,), (4,)]
    assert rows(db, "select citing_id, cited_id from citations") == [(1, 2), (4, 3)]
    assert check_kb(db) == []


def test_the_label_of_a_known_work_is_from_the_first_reference_that_names_it(db: sqlite3.Connection) -> None:
    save(db, record(5, (reference_of(5, 1, "Later B. A title. J X. 2001;1:1.", pmid=9),)))
    save(db, record(4, (reference_of(4, 1, "Early A. A title. J X. 2000;1:1.", pmid=9),)))
    assert rows(db, "select label, year, named_by from works where id = 9") == [("Early 2000 J X", 2000, 4)]

    save(db, record(4, version=2))
    assert rows(db, "select label, year, named_by from works where id = 9") == [("Later 2001 J X", 2001, 5)]


def test_a_self_reference_stays_a_reference_and_is_no_citation(db: sqlite3.Connection) -> None:
    save(db, record(1, (1, 2)))

    assert rows(db, "select cited_id from article_references") == [(1,), (2,)]
    assert rows(db, "select cited_id from citations") == [(2,)]


def test_a_merged_pmid_leads_to_the_other_and_its_record_goes(db: sqlite3.Connection) -> None:
    save(db, record(1, (2,)), record(2, (3,)))
    with transaction(db):
        assert save_gone(db, 2, "merged", at=LATER, into=4)

    assert rows(db, "select id, state, merged_into from works order by id") == [
        (1, "held", None),
        (2, "merged", 4),
        (4, "known", None),
    ]
    assert rows(db, "select citing_id, cited_id from citation_links") == [(1, 4)]
    assert check_kb(db) == []


def test_chains_of_merges_are_followed_to_the_end(db: sqlite3.Connection) -> None:
    with transaction(db):
        save_gone(db, 2, "merged", at=MOMENT, into=3)
        save_gone(db, 1, "merged", at=MOMENT, into=2)
        save_gone(db, 3, "merged", at=LATER, into=4)

    assert rows(db, "select id, merged_into from works where merged_into is not null order by id") == [
        (1, 4),
        (2, 4),
        (3, 4),
    ]


@pytest.mark.parametrize("at", [MOMENT, LATER])
def test_what_became_another_does_not_take_that_one_in(db: sqlite3.Connection, at: str) -> None:
    with transaction(db):
        save_gone(db, 1, "merged", at=LATER, into=2)

        assert not save_gone(db, 2, "merged", at=at, into=1)

    assert rows(db, "select id, state, merged_into from works order by id") == [(1, "merged", 2), (2, "known", None)]
    assert check_kb(db) == []


def save_files(db: sqlite3.Connection, files: Sequence[int], deleting: int, *, at: str = MOMENT) -> None:
    """Save a record of PMID 1 from update files; one of them deletes it."""
    for file in files:
        if file == deleting:
            with transaction(db):
                save_deletion(db, 1, at=MOMENT, update_file=file)
        else:
            save(db, record(1, title=f"Of file {file}"), at=at, file=file)


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_what_an_update_file_deletes_and_a_later_one_brings_back_is_held_whichever_is_read_first(
    db: sqlite3.Connection, order: tuple[int, ...]
) -> None:
    save_files(db, order, deleting=2)

    assert rows(db, "select pmid, title, update_file from articles") == [(1, "Of file 3", 3)]
    assert rows(db, "select state, state_at, state_file from works") == [("held", None, None)]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_what_a_later_update_file_deletes_stays_deleted_whichever_is_read_first(
    db: sqlite3.Connection, order: tuple[int, ...]
) -> None:
    save_files(db, order, deleting=2, at=LATER)

    assert rows(db, "select state, state_file from works") == [("deleted", 2)]


def test_a_deleted_article_leaves_no_citation_and_cannot_come_back_by_an_older_answer(db: sqlite3.Connection) -> None:
    save(db, record(1, (2,)))
    with transaction(db):
        save_gone(db, 1, "deleted", at=LATER)

    assert rows(db, "select id, state from works") == [(1, "deleted")]
    assert save(db, record(1, (2,)), at=MOMENT) == [Saved(1, "deleted")]
    assert save(db, record(1, (2,)), at="2026-03-01T00:00:00.000Z") == [Saved(1, "stored")]
    assert check_kb(db) == []


def test_a_pmid_not_found_stays_known_as_such_until_a_record_comes(db: sqlite3.Connection) -> None:
    save(db, record(1, (2,)))
    with transaction(db):
        save_not_found(db, 2, at=MOMENT)
        save_not_found(db, 1, at=LATER)

    assert rows(db, "select id, state from works") == [(1, "held"), (2, "not found")]
    save(db, record(2))
    assert rows(db, "select id, state from works") == [(1, "held"), (2, "held")]


def test_a_stored_record_can_be_found_without_accents_and_only_by_its_present_words(db: sqlite3.Connection) -> None:
    save(db, record(1, title="Høie and CO₂"))
    found = "select rowid from article_search where article_search match ?"
    assert db.execute(found, ('"hoie" "co2"',)).fetchall() == [(1,)]

    save(db, record(1, title="Something else", version=2))
    assert db.execute(found, ("hoie",)).fetchall() == []
    assert db.execute(found, ("something",)).fetchall() == [(1,)]


def test_two_cited_works_on_one_id_are_refused_and_nothing_is_kept(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = reference_of(1, 1, "One text."), reference_of(1, 2, "Another text.")
    monkeypatch.setattr(reference, "work_id", lambda key: -1)

    with pytest.raises(CollisionError, match="neither was changed"):
        save(db, record(1, (first, second)))
    assert rows(db, "select count(*) from works") == [(0,)]

    save(db, record(1, (first,)))
    with pytest.raises(CollisionError):
        save(db, record(2, (second._replace(citing_pmid=2, position=1),)))


@pytest.mark.parametrize(
    "change",
    [
        "update authorships set name_key = 'x' where position = 1",
        "update keywords set keyword_key = 'x'",
        "update article_references set cited_id = 2 where position = 2",
    ],
)
def test_a_key_that_does_not_follow_from_its_words_is_found(db: sqlite3.Connection, change: str) -> None:
    save(db, record(1, (2, "10.1234/a"), keywords=(Keyword(1, 1, "Norway", None, None),)))
    assert check_kb(db) == []

    db.execute(change)

    assert ("keys and cited works follow from the words of the record", 1, ["1"]) in check_kb(db)


def test_an_empty_answer_takes_no_link_away(db: sqlite3.Connection) -> None:
    with transaction(db):
        save_links(db, [LinkList(1, "cited_by", "elink_citedin", ((5, None), (6, None)))], received_at=MOMENT)
        save_links(db, [LinkList(1, "cited_by", "elink_citedin", None)], received_at=LATER)
        save_links(db, [LinkList(2, "cited_by", "elink_citedin", None)], received_at=MOMENT)
        save_links(db, [LinkList(1, "similar", "elink_similar", ((1, 99), (7, 50), (8, 40)))], received_at=MOMENT)

    assert rows(db, "select citing_id, cited_id, source_id from citations") == [(5, 1, 3), (6, 1, 3)]
    assert rows(db, "select pmid, list, entries from article_lists order by pmid, list") == [
        (1, "cited_by", 2),
        (1, "similar", 3),
        (2, "cited_by", None),
    ]
    assert rows(db, "select similar_pmid, rank, score from similar_articles order by rank") == [(7, 1, 50), (8, 2, 40)]


PMIDS = st.integers(1, 5)
CITED = st.one_of(PMIDS, st.sampled_from(["10.1/a", "10.1/b", "A printed text. 1999;1:1.", "Another. 2001;2:2."]))


@st.composite
def any_record(draw: st.DrawFn) -> Record:
    pmid = draw(PMIDS)
    cites: list[object] = list(draw(st.lists(CITED, max_size=4)))
    for position, cited in enumerate(cites, start=1):
        if isinstance(cited, int) and draw(st.booleans()):
            doi = draw(st.sampled_from(["10.1/a", "10.1/b", None]))
            text = draw(st.sampled_from([None, "T. 1999;1."]))
            cites[position - 1] = reference_of(pmid, position, text, doi=doi, pmid=cited)
    return record(
        pmid,
        tuple(cites),  # type: ignore[arg-type]
        doi=draw(st.sampled_from([None, "10.1/a", "10.1/b"])),
        version=draw(st.integers(1, 2)),
        date_revised=draw(st.sampled_from([None, "2020-01-01", "2021-01-01"])),
        source=draw(st.sampled_from(["pubmed", "page", "demonstration"])),
        title=draw(st.sampled_from(["x", "y"])),
    )


@settings(max_examples=settings.default.max_examples // 2)  # each is loaded and checked twice
@given(st.lists(st.tuples(any_record(), st.sampled_from([MOMENT, LATER])), max_size=7), st.randoms())
def test_any_order_and_any_batches_give_the_same_rows(answers: Sequence[tuple[Record, str]], random: Random) -> None:
    hashes = []
    for _ in range(2):
        db = memory()
        for one, at in answers:
            save(db, one, at=at)
        assert check_kb(db) == []
        hashes.append(logical_hash(db))
        db.close()
        answers = list(answers)
        random.shuffle(answers)
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("together", [True, False])
def test_a_mesh_heading_has_the_name_that_the_record_revised_last_gives(
    db: sqlite3.Connection, *, together: bool
) -> None:
    names = (("Lamps", "2020-01-01"), ("Lanterns", "2024-05-01"), ("Lights", None))
    records = [
        record(pmid)._replace(mesh_descriptors=(MeshDescriptor("D1", *name),)) for pmid, name in enumerate(names, 1)
    ]
    for batch in [records] if together else [[one] for one in records]:
        save(db, *batch)

    assert rows(db, "select * from mesh_descriptors") == [("D1", "Lanterns", "2024-05-01")]


@pytest.mark.parametrize("together", [True, False])
def test_all_articles_with_a_mesh_heading_are_found_by_the_name_that_it_has_now(
    db: sqlite3.Connection, *, together: bool
) -> None:
    records = [
        record(pmid)._replace(
            mesh_headings=(MeshHeading(pmid, 1, 1, "D1", None, 0, 0),), mesh_descriptors=(MeshDescriptor("D1", *name),)
        )
        for pmid, name in enumerate((("Lamps", "2020"), ("Lanterns", "2024"), ("Lights", None)), 1)
    ]
    for batch in [records] if together else [[one] for one in records]:
        save(db, *batch)

    found = "select rowid from article_search where article_search match"
    assert rows(db, f"{found} 'lanterns'") == [(1,), (2,), (3,)]
    assert rows(db, f"{found} 'lamps OR lights'") == []
    assert check_kb(db) == []
