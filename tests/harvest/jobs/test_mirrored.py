"""A field cut out of a mirror of PubMed's files: the same as one harvested from a server with the same records."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harvest.archive import open_archive
from harvest.jobs.harvest import Summary, harvest
from harvest.jobs.mirrored import check_mirrored
from harvest.jobs.plan import Plan, check_plan
from harvest.jobs.rebuild import rebuild_kb
from harvest.jobs.update import UpdateSummary, update
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.collection import Shelf, open_shelf
from harvest.rehearsal.server import Rehearsal
from harvest.sources.mirror import Located
from kb.database import open_kb, transaction
from kb.errors import MirrorError, UsageError
from kb.integrity.check import check_kb, logical_hash
from kb.queries.archive import archive_path
from kb.records import MeshDescriptor, MeshHeading, MeshPlace, PublicationType, Record
from kb.store.mesh import save_mesh_tree
from tests.harvest.jobs.network_builders import client_of
from tests.harvest.mirror_builders import LAST, MirrorInMemory, content_of
from tests.records import record

HEADINGS = {"D2": "Lamps", "D3": "Wicks", "D4": "Jugs"}


def about(
    pmid: int, cites: tuple[int, ...] = (), *, heading: str = "D2", kind: str = "Letter", year: int = 2000
) -> Record:
    """Return an article with a heading of MeSH and a publication type."""
    return record(
        pmid, cites, year=year, pub_date=str(year),
        publication_types=(PublicationType(pmid, 1, None, kind),),
        mesh_descriptors=(MeshDescriptor(heading, HEADINGS[heading], None),),
        mesh_headings=(MeshHeading(pmid, 1, 1, heading, None, 0, 0),),
    )  # fmt: skip


# 1 cites 3, 4 and 88, of which nobody has a record; 2 cites 1; 3 and 4 cite 5; 6 cites 4; 7 cites 6: three rounds away
FIELD = [
    about(1, (3, 4, 88)),
    about(2, (1,), year=2015),
    about(3, (5,), year=1990, heading="D3"),
    about(4, (5,), kind="Review", heading="D4"),
    about(5),
    about(6, (4,), year=2020),
    about(7, (6,)),
]
AROUND = Plan(seeds=("1", "77"), references=True, cited_by=True, depth=2)


def shelf_of(records: list[Record] = FIELD) -> Shelf:
    return open_shelf({one.article.pmid: format_record(one).encode() for one in records})


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    return tmp_path / "kb.db"


def cut(kb: Path, plan: Plan = AROUND, mirror: MirrorInMemory | None = None) -> Summary:
    """Cut a field out of a mirror."""
    mirror = mirror or MirrorInMemory(shelf_of())
    plan = replace(plan, mirror=mirror.through)
    check_plan(plan)
    with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
        check_mirrored(mirror, plan, db)
        summary = harvest(db, archive, {}, plan, mirror=mirror)
        assert check_kb(db) == []
    return summary


def harvested(kb: Path, plan: Plan = AROUND, shelf: Shelf | None = None) -> Summary:
    """Harvest the same from a server."""
    with (
        Rehearsal(shelf or shelf_of(), limited=False) as rehearsal,
        closing(open_kb(kb, create=True)) as db,
        open_archive(archive_path(kb)) as archive,
    ):
        return harvest(db, archive, {"pubmed": client_of(rehearsal, kb.parent)}, plan)


def rows_of(kb: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(kb)) as db:
        return db.execute(sql).fetchall()


def test_a_field_cut_out_equals_the_same_field_harvested(tmp_path: Path):
    mirrored, networked = tmp_path / "mirrored.db", tmp_path / "networked.db"
    of_mirror, of_network = cut(mirrored), harvested(networked)
    tasks = "select task, asked, outcome, pmid from harvest_tasks where task <> 'metrics' order by 1, 2"

    assert content_of(mirrored) == content_of(networked)
    assert of_mirror.outcomes == of_network.outcomes
    assert rows_of(mirrored, tasks) == rows_of(networked, tasks)
    assert rows_of(mirrored, "select pmid from articles") == [(1,), (2,), (3,), (4,), (5,), (6,)]


@pytest.mark.parametrize(
    "limits", [{"years": "2015-"}, {"types": ("review",)}, {"branches": (("A1", "Lamps"),)}, {"most": 2}]
)
def test_limits_leave_out_the_same_as_at_a_server(tmp_path: Path, limits: dict[str, Any]):
    plan = replace(AROUND, **limits)
    origins = "select pmid, round, origin, from_pmid, seed_pmid, links, excluded from harvest_origins order by pmid"
    found = []
    for name, run in (("mirrored", cut), ("networked", harvested)):
        kb = tmp_path / f"{name}.db"
        with closing(open_kb(kb, create=True)) as db, transaction(db):
            save_mesh_tree(db, [MeshPlace("A1", "D2", "Lamps")])
        run(kb, plan)
        found.append(rows_of(kb, origins))

    assert found[0] == found[1]
    assert any(excluded for *_, excluded in found[0])


def test_a_branch_takes_narrower_headings_too(kb: Path):
    with closing(open_kb(kb, create=True)) as db, transaction(db):
        save_mesh_tree(db, [MeshPlace("A1", "D9", "Vessels"), MeshPlace("A1.5", "D4", "Jugs")])
    cut(kb, replace(AROUND, branches=(("A1", "Vessels"),)))

    assert rows_of(kb, "select pmid from articles") == [(1,), (4,)]


def test_each_record_names_the_file_of_pubmed_in_which_it_stands(kb: Path):
    cut(kb)

    assert rows_of(kb, "select pmid, read_from, update_file from articles where pmid in (1, 2, 3)") == [
        (1, "pubmed26n0001.xml.gz", 260001), (2, "pubmed26n0001.xml.gz", 260001), (3, "pubmed26n0002.xml.gz", 260002),
    ]  # fmt: skip


def test_the_archive_says_where_each_record_of_an_answer_stands(kb: Path):
    cut(kb, Plan(seeds=("1", "3")))
    [(endpoint, request)] = rows_of(archive_path(kb), "select endpoint, request from answers where id = 1")

    assert endpoint == "mirror"
    assert json.loads(request) == {
        "id": "1,3", "step": "together", "through": LAST,
        "records": "1 pubmed26n0001.xml.gz 1, 3 pubmed26n0002.xml.gz 1",
    }  # fmt: skip


def test_who_cites_an_article_is_asserted_by_the_reference_lists_of_pubmed(kb: Path):
    cut(kb, Plan(seeds=("4", "7"), cited_by=True))

    assert rows_of(kb, "select citing_id, cited_id, said_by from citation_links where cited_id = 4") == [
        (1, 4, "pubmed"), (6, 4, "pubmed"),
    ]  # fmt: skip
    assert rows_of(kb, "select pmid, entries from article_lists where list = 'cited_by'") == [(4, 2), (7, 0)]
    assert rows_of(kb, "select asked, detail from harvest_tasks where task = 'cited_by'") == [
        ("4", f"2 by all reference lists through {LAST}"), ("7", f"0 by all reference lists through {LAST}"),
    ]  # fmt: skip


def test_what_the_mirror_has_not_is_not_found_as_of_its_last_file(kb: Path):
    summary = cut(kb)

    assert summary.outcomes["not found"] == 2
    assert rows_of(kb, "select asked, detail from harvest_tasks where outcome = 'not found' order by 1") == [
        ("77", f"not in the mirror as of {LAST}"), ("88", f"not in the mirror as of {LAST}"),
    ]  # fmt: skip
    assert rows_of(kb, "select id, state from works where id > 70") == [(77, "not found"), (88, "not found")]


def test_the_open_citation_collection_says_who_cites_whom_by_its_own_name(kb: Path):
    mirror = MirrorInMemory(shelf_of(), occ=[(4, 5), (9, 5), (5, 5)])
    cut(kb, Plan(seeds=("5", "7"), ask=("occ",)), mirror)

    assert rows_of(
        kb, "select citing_id, cited_id, s.name from citations c join citation_sources s on s.id = c.source_id"
    ) == [(4, 5, "occ"), (9, 5, "occ"), (7, 6, "pubmed")]
    assert rows_of(
        kb, """select pmid, list, entries from article_lists l join citation_sources s on s.id = l.source_id
        where s.name = 'occ' order by 1, 2"""
    ) == [(5, "cited_by", 2), (5, "references", None), (7, "cited_by", None), (7, "references", None)]  # fmt: skip


def test_what_each_work_is_in_all_of_pubmed_is_stored_with_the_file_it_is_as_of(kb: Path):
    mirror = MirrorInMemory(shelf_of(), occ=[(9, 5)], measures={"percentile": {1: 75.0}, "pagerank_rank": {5: 1}})
    cut(kb, Plan(seeds=("1", "5")), mirror)
    columns = "pmid, citation_count, occ_citation_count, percentile, pagerank_rank, as_of"

    assert rows_of(kb, f"select {columns} from mirror_metrics") == [
        (1, 1, 0, 75.0, None, LAST),
        (3, 1, 0, None, None, LAST),
        (4, 2, 0, None, None, LAST),
        (5, 2, 1, None, 1, LAST),
        (88, 1, 0, None, None, LAST),
    ]


def test_what_a_mirror_did_not_count_is_unknown_not_zero(kb: Path):
    cut(kb, Plan(seeds=("7",)))

    assert rows_of(kb, "select citation_count, occ_citation_count, percentile, pagerank_rank from mirror_metrics") == [
        (1, None, None, None), (0, None, None, None),
    ]  # fmt: skip


def test_a_rebuild_needs_no_mirror(kb: Path):
    cut(kb, replace(AROUND, ask=("occ",)), MirrorInMemory(shelf_of(), occ=[(4, 5)], measures={"percentile": {1: 5.0}}))
    with closing(open_kb(kb)) as db:
        before = logical_hash(db)
    rebuild_kb(kb)

    with closing(open_kb(kb)) as db:
        assert (logical_hash(db), check_kb(db)) == (before, [])


class Torn(MirrorInMemory):
    """A mirror that fails after so many questions for records."""

    left = 0

    def records(self, pmids: Any) -> Iterator[Located]:
        self.left -= 1
        if self.left < 0:
            raise MirrorError("A frame of the mirror is damaged.")
        return super().records(pmids)


def test_an_interrupted_cut_goes_on_and_ends_in_the_same_rows(tmp_path: Path):
    whole, torn = tmp_path / "whole.db", tmp_path / "torn.db"
    cut(whole)
    for rounds in range(3):
        mirror = Torn(shelf_of())
        mirror.left = rounds
        with pytest.raises(MirrorError, match="damaged"):
            cut(torn, mirror=mirror)
    resumed = cut(torn)

    assert resumed.resumed
    assert content_of(torn) == content_of(whole)
    assert len(rows_of(torn, "select id from harvest_runs")) == 1


def test_a_cut_from_a_later_mirror_is_a_run_of_its_own(kb: Path):
    with pytest.raises(MirrorError):
        cut(kb, mirror=Torn(shelf_of()))
    summary = cut(kb, mirror=MirrorInMemory(shelf_of(), through="pubmed26n0004.xml.gz"))

    assert not summary.resumed
    assert rows_of(kb, "select server from harvest_runs") == [
        (f"PubMed’s files through {LAST}",), ("PubMed’s files through pubmed26n0004.xml.gz",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(query="lamps"), "a search (--query)"),
        (Plan(seeds=("1",), references=True, matching="lamps"), "a search (--matching)"),
        (Plan(seeds=("1",), similar=True), "which articles are similar (--similar)"),
        (Plan(seeds=("1",), ask=("icite",)), "what other sources say (--ask icite)"),
        (Plan(seeds=("1",), ask=("references",)), "what other sources say (--ask references)"),
        (Plan(seeds=("1",), ask=("occ",)), "--ask occ, as it was built without the Open Citation Collection"),
        (Plan(seeds=("10.1000/a", "PMC5", "1")), "which article is meant by doi:10.1000/a, and 1 more without a PMID"),
        (Plan(query="lamps", similar=True), "a search (--query), nor which articles are similar (--similar)"),
    ],
)
def test_what_a_mirror_cannot_answer_is_said_before_anything_is_done(kb: Path, plan: Plan, words: str):
    with pytest.raises(UsageError) as said:
        check_mirrored(MirrorInMemory(shelf_of()), plan, None)

    assert str(said.value) == (
        f"A mirror finds articles by PMID alone; it cannot answer {words}. Nothing was done: leave that out, or ask "
        "PubMed for it first, without --mirror."
    )


def test_a_doi_that_this_library_knows_names_an_article_for_a_mirror(kb: Path):
    mirror = MirrorInMemory(shelf_of([record(1, doi="10.1000/one"), record(2, (1,))]))
    cut(kb, Plan(seeds=("1",)), mirror)
    cut(kb, Plan(seeds=("10.1000/one",), cited_by=True), mirror)

    assert rows_of(kb, "select pmid from articles") == [(1,), (2,)]


def test_the_collection_is_asked_of_a_mirror_alone():
    with pytest.raises(UsageError, match="--ask occ asks a mirror"):
        check_plan(Plan(seeds=("1",), ask=("occ",)))


def updated(kb: Path, records: list[Record], through: str = "pubmed26n0004.xml.gz") -> UpdateSummary:
    with closing(open_kb(kb)) as db, open_archive(archive_path(kb)) as archive:
        summary = update(db, archive, {}, days=0, mirror=MirrorInMemory(shelf_of(records), through=through))
        assert check_kb(db) == []
    return summary


def aged(kb: Path) -> None:
    """Let everything have been asked long ago."""
    with closing(open_kb(kb)) as db, transaction(db):
        for table in ("articles", "article_lists"):
            db.execute(f"update {table} set checked_at = '2020-01-01T00:00:00Z'")
        db.execute("update articles set received_at = checked_at")


def test_an_update_from_a_later_mirror_brings_what_changed_and_who_cites_now(kb: Path):
    cut(kb, Plan(seeds=("1",), cited_by=True))
    aged(kb)
    revised = record(1, (3, 4, 88), title="Revised", date_revised="2026-01-01")
    summary = updated(kb, [revised, *FIELD[1:], record(8, (1,))])

    assert summary.new == [8]
    assert {change.pmid for change in summary.changes} == {1}
    assert rows_of(kb, "select as_of from mirror_metrics where pmid = 1") == [("pubmed26n0004.xml.gz",)]


def test_an_update_without_a_mirror_asks_for_lists_that_a_mirror_gave(kb: Path, tmp_path: Path):
    cut(kb, Plan(seeds=("1",), cited_by=True))
    aged(kb)
    with (
        Rehearsal(shelf_of([*FIELD, record(9, (1,))]), limited=False) as rehearsal,
        closing(open_kb(kb)) as db,
        open_archive(archive_path(kb)) as archive,
    ):
        assert update(db, archive, {"pubmed": client_of(rehearsal, tmp_path)}, days=0).new == [9]


def test_what_a_mirror_cannot_answer_of_an_update_stays_due(kb: Path):
    from harvest.jobs.update import read_due

    harvested(kb, Plan(query="Lamps OR Wicks OR Jugs", similar=True))
    aged(kb)
    with closing(open_kb(kb)) as db:
        due = read_due(db, days=0, at="2036-01-01T00:00:00Z", mirror=MirrorInMemory(shelf_of()))

    assert (due.queries, due.lists) == ([], {})
    assert due.left == {"similar": 7, "query": 1}


def test_nothing_of_a_mirrored_run_goes_to_the_network(kb: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise AssertionError("a request")

    monkeypatch.setattr("harvest.http.transport.send", refuse)
    cut(kb, AROUND)
