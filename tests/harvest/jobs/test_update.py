"""An update against the rehearsal: what is due is asked again, what changed is said, nothing is lost."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from harvest.http.client import Client
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.jobs.update import Due, UpdateSummary, read_due, update
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.faults import Fault
from harvest.rehearsal.server import Rehearsal
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb
from kb.integrity.check import check_kb
from kb.queries.archive import archive_path
from kb.record_diff import Change, record_changes
from kb.records import Notice, PublicationType, Record
from tests.harvest.jobs.network_builders import client_of
from tests.records import record

LATER = "2099-01-01T00:00:00Z"
BEFORE = [record(1, (2,), title="Groups"), record(2, title="Help"), record(3, (1,), title="Groups again")]


def served(records: list[Record], **options: object) -> Rehearsal:
    xml = {one.article.pmid: format_record(one).encode() for one in records}
    shelf = open_shelf(xml, merged=options.pop("merged", {}))  # type: ignore[arg-type]
    return Rehearsal(shelf, limited=False, **options)  # type: ignore[arg-type]


def clients_of(rehearsal: Rehearsal, folder: Path) -> dict[str, Client]:
    return {"pubmed": client_of(rehearsal, folder, pause=60, deadline=60)}


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    """A file that asked a query, its hits, and who cites them."""
    path = tmp_path / "kb.db"
    plan = Plan(query="groups", references=True, cited_by=True)
    with (
        served(BEFORE[:2]) as rehearsal,
        closing(open_kb(path, create=True)) as db,
        open_archive(archive_path(path)) as archive,
    ):
        harvest(db, archive, clients_of(rehearsal, tmp_path), plan)
    return path


def updated(kb: Path, records: list[Record], days: int = -1, **options: object) -> UpdateSummary:
    with served(records, **options) as rehearsal, closing(open_kb(kb)) as db:
        db.execute("update articles set checked_at = '2020-01-01T00:00:00Z'")  # not in this second
        with open_archive(archive_path(kb)) as archive:
            summary = update(db, archive, clients_of(rehearsal, kb.parent), days=days)
        assert check_kb(db) == []
    return summary


def held(kb: Path) -> list[int]:
    with closing(open_kb(kb)) as db:
        return [row[0] for row in db.execute("select pmid from articles order by pmid")]


def test_nothing_is_due_on_the_day_of_the_harvest(kb: Path):
    with closing(open_kb(kb)) as db:
        assert read_due(db, days=1, at="2026-01-01T00:00:00Z") == Due([], [], {}, {})


def test_queries_records_and_lists_are_due_later(kb: Path):
    with closing(open_kb(kb)) as db:
        due = read_due(db, days=30, at=LATER)

    assert due == Due(["groups"], [1, 2], {"cited_by": [1]}, {})
    assert due.requests == 3


def test_new_hits_and_new_citing_articles_are_fetched_and_said(kb: Path):
    citing = record(4, (1,), title="Far away")

    summary = updated(kb, [*BEFORE, citing])

    assert summary.new == [3, 4]
    assert summary.changes == []
    assert held(kb) == [1, 2, 3, 4]


def test_what_changed_is_said_field_by_field_and_kept(kb: Path):
    later = record(1, (2, 5), title="Groups, revisited")

    summary = updated(kb, [later, BEFORE[1]])

    assert summary.new == []
    assert summary.changes == [
        Change(1, "changed", "reference_count", "1", "2"),
        Change(1, "changed", "references", "1", "2"),
        Change(1, "changed", "title", "Groups", "Groups, revisited"),
    ]
    with closing(open_kb(kb)) as db:
        assert db.execute("select count(*) from harvest_changes where run_id = ?", (summary.run_id,)).fetchone() == (3,)


def test_a_retraction_is_said_as_one(kb: Path):
    retracted = record(1, (2,), title="Groups", notices=(("RetractionIn", 77, "J. 2026;1:1", None),))

    summary = updated(kb, [retracted, BEFORE[1]])

    assert Change(1, "retracted", "RetractionIn", None, "77") in summary.changes


def test_a_notice_that_is_new_says_which_article_was_retracted(kb: Path):
    notice = record(9, title="Retraction: groups", notices=(("RetractionOf", 1, None, None),))

    first = updated(kb, [*BEFORE[:2], notice])
    second = updated(kb, [*BEFORE[:2], notice._replace(article=notice.article._replace(title="Groups, retracted"))])

    assert first.new == [9]
    assert first.changes == [Change(1, "retracted", "RetractionOf", None, "9")]
    assert [change for change in second.changes if change.kind == "retracted"] == []


def test_a_partial_retraction_is_a_correction():
    before = record(1)
    after = before._replace(notices=(Notice(1, 1, "PartialRetractionIn", 5, None, None),))

    assert Change(1, "corrected", "PartialRetractionIn", None, "5") in record_changes(before, after)


def test_a_merged_article_is_gone_and_says_into_which(kb: Path):
    summary = updated(kb, [BEFORE[0], record(9, title="Help")], merged={2: 9})

    assert summary.changes == [Change(2, "merged", "state", "held", "9")]
    assert held(kb) == [1, 9]


def test_one_empty_answer_takes_nothing_away(kb: Path):
    with closing(open_kb(kb)) as db:
        before = db.execute("select citing_id, cited_id from citations order by 1, 2").fetchall()

    summary = updated(kb, [BEFORE[1]])

    assert held(kb) == [1, 2]
    assert summary.outcomes["not found"] == 1
    with closing(open_kb(kb)) as db:
        assert db.execute("select citing_id, cited_id from citations order by 1, 2").fetchall() == before


def test_what_failed_is_asked_by_the_next_update(kb: Path):
    failed = updated(kb, BEFORE, faults=[Fault("server error", "efetch", times=None)])

    again = updated(kb, BEFORE)

    assert not failed.complete
    assert again.complete
    assert again.run_id == failed.run_id
    assert held(kb) == [1, 2, 3]


def test_a_later_publication_type_alone_is_a_retraction():
    before = record(1)
    after = before._replace(publication_types=(PublicationType(1, 1, "D016441", "Retracted Publication"),))

    assert [change.kind for change in record_changes(before, after)] == ["changed", "retracted"]


def test_an_erratum_is_a_correction_and_a_comment_is_none():
    before = record(1)
    after = before._replace(
        notices=(Notice(1, 1, "ErratumIn", None, "J. 2021", None), Notice(1, 2, "CommentIn", 5, None, None))
    )

    assert [change for change in record_changes(before, after) if change.kind != "changed"] == [
        Change(1, "corrected", "ErratumIn", None, "J. 2021")
    ]


def test_the_command_says_what_is_due_and_what_it_found(
    kb: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(kb.parent))
    with closing(sqlite3.connect(kb)) as db, db:
        db.execute("update articles set checked_at = '2020-01-01T00:00:00Z'")
    with served([record(1, (2,), title="Groups, revisited"), BEFORE[1]]) as rehearsal:
        monkeypatch.setenv("LITKB_EUTILS_URL", rehearsal.base_url)
        assert run_command(cli, ["update", str(kb), "--dry-run", "--json"]) == 0
        due = json.loads(capsys.readouterr().out)
        assert run_command(cli, ["update", str(kb)]) == 0

    shown = capsys.readouterr()
    assert (due["articles"], due["requests"]) == ([1, 2], 1)
    assert "Due: 2 records; 1 request." in shown.err
    assert shown.out.splitlines()[:5] == [
        "new              0",
        "newly retracted  0",
        "newly corrected  0",
        "changed          1",
        "  1  Name1 J Tests: title",
    ]


def test_an_update_that_nobody_answered_is_said_to_have_failed_and_finds_the_unknown_not_nothing(
    kb: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(kb.parent))
    with closing(sqlite3.connect(kb)) as db, db:
        db.execute("update articles set checked_at = '2020-01-01T00:00:00Z'")
    with served(BEFORE, faults=[Fault("key refused", times=None)]) as rehearsal:
        monkeypatch.setenv("LITKB_EUTILS_URL", rehearsal.base_url)
        codes = [run_command(cli, ["update", str(kb), *more]) for more in ([], ["--json"])]

    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert codes == [1, 1]
    assert re.fullmatch(r"tried \d{4}-\d\d-\d\d, failed: nothing that was due was answered", lines[0])
    assert lines[1:6] == [
        "new              unknown", "newly retracted  unknown", "newly corrected  unknown", "changed          unknown",
        "gone             unknown",
    ]  # fmt: skip
    assert [line.partition(": EFetch")[0] for line in shown.err.splitlines() if "failed:" in line] == [
        "  failed: 2 articles (1, 2)"
    ]
    told = json.loads(shown.out.partition("{")[1] + shown.out.partition("{")[2])
    assert (told["new"], told["changes"], told["answered"]) == (None, None, {"asked": 2, "unanswered": 2})


def test_an_update_that_was_answered_in_part_says_how_much_was_not(
    kb: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(kb.parent))
    with closing(sqlite3.connect(kb)) as db, db:
        for table in ("articles", "article_lists"):
            db.execute(f"update {table} set checked_at = '2020-01-01T00:00:00Z'")
    with served(BEFORE, faults=[Fault("key refused", endpoint="elink", times=None)]) as rehearsal:
        monkeypatch.setenv("LITKB_EUTILS_URL", rehearsal.base_url)
        code = run_command(cli, ["update", str(kb)])

    assert code == 1
    assert capsys.readouterr().out.splitlines()[:2] == [
        "not answered     1 of 3 records, lists and queries: what these would say is unknown",
        "new              0",
    ]


def test_what_an_update_brings_counts_as_found_by_its_search(kb: Path):
    summary = updated(kb, BEFORE)

    with closing(open_kb(kb)) as db:
        origins = db.execute("select pmid, origin from harvest_origins where run_id = ? order by 1", (summary.run_id,))
        assert origins.fetchall() == [(1, "query"), (3, "query")]
