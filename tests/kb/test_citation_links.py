"""citation_links holds what its definition says, whatever is said, taken back, merged and parted, in any order."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.database import transaction
from kb.integrity.check import check_kb
from kb.migrations.citation_links import LINKS_AS_DEFINED
from kb.store.citations import save_citations, save_reference_lists
from tests.kb.test_store_records import memory
from tests.rows import MOMENT, SOURCES, add_citations, add_work

IDS = (-3, -2, -1, 1, 2, 3, 4)
WORKS, OTHERS = st.sampled_from(IDS), st.sampled_from(tuple(SOURCES.values())[:3])
DAYS = st.integers(1, 9).map("2026-01-{:02}T00:00:00Z".format)
STEPS = st.one_of(
    st.tuples(st.sampled_from(["say", "list"]), WORKS, WORKS, OTHERS, DAYS),
    st.tuples(st.just("take"), WORKS, WORKS),
    st.tuples(st.just("rename"), WORKS, OTHERS),
    st.tuples(st.just("merge"), WORKS, WORKS),
    st.tuples(st.just("part"), WORKS),
)


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(memory()) as db:
        yield db


def take_step(db: sqlite3.Connection, step: tuple[str, *tuple[int | str, ...]]) -> None:
    match step:
        case ("say" | "list" as how, citing, cited, source, day) if citing != cited:
            (save_citations if how == "say" else save_reference_lists)(db, [(citing, cited, source, day)])
        case ("take", citing, cited):
            db.execute("delete from citations where citing_id = ? and cited_id >= ?", (citing, cited))
        case ("rename", cited, source):
            db.execute("update or ignore citations set source_id = ? where cited_id = ?", (source, cited))
        case ("merge", work, into) if work != into:
            target = db.execute("select coalesce(merged_into, id) from works where id = ?", (into,)).fetchone()[0]
            if target != work:
                db.execute("update works set merged_into = ?1 where id = ?2 or merged_into = ?2", (target, work))
        case ("part", work):
            db.execute("update works set merged_into = null where id = ?", (work,))


@given(st.lists(STEPS, max_size=25))
def test_links_are_as_defined_after_every_step(steps: list[tuple[str, *tuple[int | str, ...]]]):
    with closing(memory()) as db:
        for work in IDS:
            db.execute("insert into works (id, label) values (?, '')", (work,))
        for step in steps:
            take_step(db, step)
            found = db.execute("select * from citation_links order by citing_id, cited_id").fetchall()
            assert found == db.execute(f"{LINKS_AS_DEFINED} order by citing_id, cited_id").fetchall()


def test_a_link_tells_who_says_so_and_since_when(db: sqlite3.Connection):
    for work in (1, 2):
        add_work(db, work)
    add_work(db, "doi:10.1/two", merged_into=2)
    add_citations(db, 1, "doi:10.1/two", source="icite")
    save_citations(db, [(1, 2, SOURCES["pubmed"], "2020-02-02T00:00:00Z")])

    links = db.execute("select * from citation_links").fetchall()

    assert links == [(1, 2, 2, "pubmed,icite", min(MOMENT, "2020-02-02T00:00:00Z"))]


@pytest.mark.parametrize(
    "wrong",
    [
        "delete from citation_links",
        "insert into citation_links values (2, 1, 1, 'pubmed', '2020')",
        "update citation_links set said_by = 'icite'",
        "update citation_links set since = '1999'",
    ],
)
def test_check_finds_a_link_that_is_not_as_defined(db: sqlite3.Connection, wrong: str):
    add_citations(db, 1, 2)

    with transaction(db):
        db.execute(wrong)

    assert [broken.rule for broken in check_kb(db)] == [
        "each citation stands once among the links, merged works followed, with all who say so and since when"
    ]
