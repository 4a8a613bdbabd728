"""A harvest against the rehearsal server: what is stored, what is accounted for, how it goes on."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from harvest.commands.harvest import show_problems
from harvest.files.input_files import InputFile
from harvest.http.client import Client, Settings
from harvest.jobs.harvest import Summary, harvest
from harvest.jobs.plan import Plan
from harvest.jobs.rebuild import rebuild_kb
from harvest.pubmed.write_article import format_article_set, format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.faults import Fault
from harvest.rehearsal.server import Rehearsal
from kb.database import open_kb
from kb.errors import ArchiveError, DatabaseError, LitkbError
from kb.integrity.check import check_kb, logical_hash
from kb.queries.archive import archive_path, read_answers, read_damage
from kb.queries.harvest_log import Task, read_answer_names
from kb.queries.search_log import Named, read_search_flow
from kb.record_diff import Change
from kb.records import Record
from tests.builders import article_set, delete_xml
from tests.harvest.jobs.network_builders import client_of
from tests.records import record, reference_of

FIELD = [
    record(1, (2, 3, "Kleber HD. Treatment. Am J Psychiatry. 2007;164(4):5-123."), doi="10.1000/one", title="Groups"),
    record(2, (3,), pmcid="PMC22", title="Help"),
    record(3, title="Self-help"),
    record(4, (1,), title="Groups and help"),
    record(5, (reference_of(5, 1, "One A. T. J. 2000;1:1.", doi="10.1000/one"),), title="Far away"),
]


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    return tmp_path / "kb.db"


def served(records: list[Record] = FIELD, **options: object) -> Rehearsal:
    xml = {one.article.pmid: format_record(one).encode() for one in records}
    shelf_options = {name: options.pop(name) for name in ("merged", "links") if name in options}
    options.setdefault("limited", False)
    return Rehearsal(open_shelf(xml, **shelf_options), **options)  # type: ignore[arg-type]


def run(kb: Path, plan: Plan, rehearsal: Rehearsal | None, files: tuple[InputFile, ...] = ()) -> Summary:
    client = None
    if rehearsal:
        client = client_of(rehearsal, kb.parent, pause=15, deadline=60)
    with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
        return harvest(db, archive, {"pubmed": client} if client else {}, plan, files=files)


def sound(kb: Path) -> str:
    """Return the logical hash of a file that breaks no rule."""
    with closing(open_kb(kb)) as db:
        assert check_kb(db) == []
        return logical_hash(db)


def outcomes(summary: Summary) -> dict[str, int]:
    return {name: count for name, count in summary.outcomes.items() if count}


def held(kb: Path) -> list[int]:
    with closing(open_kb(kb)) as db:
        return [row[0] for row in db.execute("select pmid from articles order by pmid")]


def test_a_seed_and_its_references_are_stored_and_nothing_else(kb: Path) -> None:
    with served() as rehearsal:
        summary = run(kb, Plan(seeds=("1",), references=True), rehearsal)

    assert held(kb) == [1, 2, 3]
    assert outcomes(summary) == {"stored": 3}
    assert summary.asked == 3
    sound(kb)


def test_depth_follows_references_of_references(kb: Path) -> None:
    with served() as rehearsal:
        run(kb, Plan(seeds=("4",), references=True, depth=2), rehearsal)

    assert held(kb) == [1, 2, 3, 4]


def test_citing_and_similar_articles_are_asserted_by_their_sources(kb: Path) -> None:
    with served() as rehearsal:
        run(kb, Plan(seeds=("1",), cited_by=True, similar=True), rehearsal)

    with closing(open_kb(kb)) as db:
        assert db.execute("select citing_id, cited_id from citations where source_id = 3").fetchall() == [(4, 1)]
        lists = db.execute("select list, entries from article_lists where pmid = 1 order by list").fetchall()
        assert lists == [("cited_by", 1), ("references", 3), ("similar", 1)]
        assert db.execute("select pmid, similar_pmid, rank from similar_articles").fetchall() == [(1, 4, 1)]
    assert held(kb) == [1, 4]


@pytest.mark.parametrize("seed", ["10.1000/ONE", "https://doi.org/10.1000/one"])
def test_a_doi_is_identified_by_the_record_that_has_it(kb: Path, seed: str) -> None:
    with served() as rehearsal:
        summary = run(kb, Plan(seeds=(seed,)), rehearsal)

    assert held(kb) == [1]
    assert outcomes(summary) == {"stored": 1}


def test_a_pmcid_is_identified_and_one_nobody_knows_is_said_so(kb: Path) -> None:
    with served() as rehearsal:
        summary = run(kb, Plan(seeds=("PMC22", "PMC99")), rehearsal)

    assert held(kb) == [2]
    assert outcomes(summary) == {"stored": 1, "not identified": 1}
    assert summary.problems == [Task("seed", "PMC99", "not identified", "PubMed knows no article with PMC99")]
    assert not summary.complete


def test_a_query_says_how_pubmed_read_it(kb: Path) -> None:
    with served() as rehearsal:
        summary = run(kb, Plan(query="groups help"), rehearsal)

    assert held(kb) == [4]
    assert any("PubMed read the query as" in note for note in summary.notes)
    assert summary.notes[-1] == "PubMed has 1 hit."


def test_an_unknown_pmid_is_not_found_after_it_was_asked_for_alone(kb: Path) -> None:
    with served() as rehearsal:
        summary = run(kb, Plan(seeds=("1", "77")), rehearsal)
        asked = [one.parameters["id"] for one in rehearsal.log]

    assert outcomes(summary) == {"stored": 1, "not found": 1}
    assert summary.complete
    assert len(asked) == 2
    with closing(open_kb(kb)) as db:
        assert db.execute("select state from works where id = 77").fetchone() == ("not found",)


def test_a_pmid_that_comes_back_as_another_is_merged_into_it(kb: Path) -> None:
    with served([record(1, (8,)), record(9)], merged={8: 9}) as rehearsal:
        summary = run(kb, Plan(seeds=("1", "8")), rehearsal)

    assert outcomes(summary) == {"stored": 1, "merged": 1}
    assert held(kb) == [1, 9]
    with closing(open_kb(kb)) as db:
        assert db.execute("select state, merged_into from works where id = 8").fetchone() == ("merged", 9)
        assert db.execute("select citing_id, cited_id from citation_links").fetchall() == [(1, 9)]
    sound(kb)


def test_a_record_under_a_wrong_pmid_once_is_not_taken_for_a_merger(kb: Path) -> None:
    with served(faults=[Fault("other PMID", endpoint="efetch", times=2)]) as rehearsal:
        summary = run(kb, Plan(seeds=("3",)), rehearsal)

    assert outcomes(summary) == {"stored": 1}
    assert held(kb) == [3]


def test_a_second_run_changes_no_logical_row_and_accounts_for_all(kb: Path) -> None:
    plan = Plan(seeds=("1",), references=True, cited_by=True)
    with served() as rehearsal:
        run(kb, plan, rehearsal)
        before = sound(kb)
        summary = run(kb, plan, rehearsal)

    assert outcomes(summary) == {"unchanged": 4}
    assert sound(kb) == before


def test_a_source_that_stays_silent_ends_the_run_with_everything_in_the_ledger(kb: Path) -> None:
    plan = Plan(seeds=("1", "2"), references=True)
    with served(faults=[Fault("unavailable", times=None)]) as rehearsal:
        failed = run(kb, plan, rehearsal)
    assert outcomes(failed) == {"failed": 2}
    assert [problem.asked for problem in failed.problems] == ["1", "2"]
    assert held(kb) == []

    with served() as rehearsal:
        summary = run(kb, plan, rehearsal)
    assert summary.resumed
    assert outcomes(summary) == {"stored": 3}
    assert held(kb) == [1, 2, 3]


def test_what_a_failing_server_did_not_know_is_asked_again_when_the_run_is_resumed(kb: Path) -> None:
    plan = Plan(seeds=("1", "10.1000/two"))
    refused = [Fault("no ids", "efetch"), Fault("no ids", "esearch")]
    with served(faults=refused) as rehearsal:
        failed = run(kb, plan, rehearsal)
    assert outcomes(failed) == {"not found": 1, "failed": 1}

    with served() as rehearsal:
        summary = run(kb, plan, rehearsal)
    assert summary.resumed
    assert (outcomes(summary)["stored"], 1 in held(kb)) == (len(held(kb)), True)


def test_a_query_that_could_not_be_asked_is_in_the_ledger_too(kb: Path) -> None:
    with served(faults=[Fault("unavailable", times=None)]) as rehearsal:
        summary = run(kb, Plan(seeds=("10.1000/one", "2"), query="help"), rehearsal)

    assert {problem.asked for problem in summary.problems} == {"doi:10.1000/one", "2", "help"}
    assert outcomes(summary) == {"failed": 3}


def test_a_pmid_that_spoils_its_batch_is_found_and_the_others_are_stored(kb: Path) -> None:
    spoilt = [Fault("out of range", times=None, parameters=(("id", ids),)) for ids in ("1,2,3", "2,3", "2")]
    with served(faults=spoilt) as rehearsal:
        summary = run(kb, Plan(seeds=("1", "2", "3")), rehearsal)

    assert held(kb) == [1, 3]
    assert outcomes(summary) == {"stored": 2, "failed": 1}
    assert summary.problems[0].asked == "2"


@pytest.mark.parametrize("kind", ["key refused", "block page", "address too long", "redirect elsewhere"])
def test_a_request_that_is_refused_whatever_it_asks_about_is_sent_once(kb: Path, kind: str) -> None:
    with served(faults=[Fault(kind, times=None)]) as rehearsal:
        summary = run(kb, Plan(seeds=("1", "2", "3"), cited_by=True), rehearsal)

    assert len(rehearsal.log) == 1
    assert outcomes(summary) == {"failed": 3}
    assert len({problem.detail for problem in summary.problems}) == 1


def test_what_failed_for_one_reason_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    refused = [Task("article", str(pmid), "failed", "EFetch was refused: HTTP 403.") for pmid in (1, 2)]
    waiting = Task("cited_by", "3", "failed", "not asked: EFetch was refused: HTTP 403.")
    unknown = [Task("seed", name, "not identified", "no PMID") for name in ("a", "b")]

    show_problems([*refused, waiting, *unknown])

    assert capsys.readouterr().err.splitlines()[:3] == [
        "  failed: 2 articles, 1 list of who cites (1, 2, 3): EFetch was refused: HTTP 403.",
        "  not identified: 2 entries (a, b): no PMID",
        "Not complete: run the same command again; it repeats only failed requests.",
    ]


def test_a_record_left_out_of_a_batch_is_asked_for_again(kb: Path) -> None:
    with served(faults=[Fault("fewer", endpoint="efetch")]) as rehearsal:
        summary = run(kb, Plan(seeds=("1", "2", "3")), rehearsal)

    assert held(kb) == [1, 2, 3]
    assert outcomes(summary) == {"stored": 3}


def test_a_file_is_loaded_and_its_bad_records_are_named(kb: Path, tmp_path: Path) -> None:
    good = b"".join(format_article_set([record(1, (2,)), record(2)]))
    path = tmp_path / "some.xml"
    path.write_bytes(good.replace(b'<PMID Version="1">2</PMID>', b'<PMID Version="1">&nope;2</PMID>', 1))

    summary = run(kb, Plan(files=("some.xml",)), None, (InputFile(path, "some.xml"),))

    assert summary.asked == 2
    assert outcomes(summary) == {"stored": 1, "rejected": 1}
    assert [task.asked.split(" at byte ")[0] for task in summary.problems] == ["some.xml"]
    assert held(kb) == [1]


def test_another_file_of_the_same_name_is_loaded_by_a_run_that_goes_on(kb: Path, tmp_path: Path) -> None:
    plan = Plan(seeds=("1",), files=("saved.xml",))  # of the seed nobody is asked: the run stays open

    def load(pmid: int) -> Summary:
        path = tmp_path / f"of-{pmid}.xml"
        path.write_bytes(b"".join(format_article_set([record(pmid)])))
        return run(kb, plan, None, (InputFile(path, "saved.xml"),))

    first, again, second = load(7001), load(7001), load(7002)

    assert [bool(one.read) for one in (first, again, second)] == [True, False, True]
    assert second.resumed
    assert held(kb) == [7001, 7002]


def test_a_rebuild_makes_the_same_logical_rows_without_asking_anybody(kb: Path, tmp_path: Path) -> None:
    path = tmp_path / "more.xml"
    path.write_bytes(b"".join(format_article_set([record(6, (1,)), record(3, version=2, title="Revised")])))
    with served(merged={8: 9}, records=[*FIELD, record(9)]) as rehearsal:
        run(kb, Plan(seeds=("1", "8", "77"), references=True, cited_by=True, similar=True), rehearsal)
        run(kb, Plan(files=("more.xml",)), None, (InputFile(path, "more.xml"),))
    before = sound(kb)
    ledger = "select run_id, task, asked, outcome from harvest_tasks"
    with closing(open_kb(kb)) as db:
        tasks = db.execute(ledger).fetchall()
        db.execute("delete from article_metrics")

    rebuilt = rebuild_kb(kb)

    with open_archive(archive_path(kb)) as archive:
        assert rebuilt == (len(read_answers(archive)), [], [], [], None)
    assert sound(kb) == before
    with closing(open_kb(kb)) as db:
        assert db.execute(ledger).fetchall() == tasks


def test_a_rebuild_without_an_archive_says_so_and_leaves_the_file(kb: Path) -> None:
    open_kb(kb, create=True).close()
    with pytest.raises(ArchiveError, match="There is no archive"):
        rebuild_kb(kb)
    assert held(kb) == []


@pytest.mark.parametrize("name", ["", ".", "..", "loop.db", "pipe.db", "notes.db"])
def test_a_rebuild_of_what_is_no_file_is_refused_in_words(tmp_path: Path, monkeypatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop.db").symlink_to("loop.db")
    Path("notes.db").write_text("My notes.")
    os.mkfifo("pipe.db")

    with pytest.raises(DatabaseError, match=r"is a folder|cannot be read|is no file|is not an SQLite file"):
        rebuild_kb(Path(name))


def test_a_damaged_answer_is_named_the_rest_is_rebuilt_and_the_same_command_brings_it_again(kb: Path) -> None:
    with served() as rehearsal:
        run(kb, Plan(seeds=("1",)), rehearsal)
        run(kb, Plan(seeds=("2",), similar=True), rehearsal)
        whole = sound(kb)
        with closing(sqlite3.connect(archive_path(kb))) as archive, archive:
            [damaged] = archive.execute(
                """update sqlar set data = zeroblob(length(data)) where name = (
                select name from answers where endpoint = 'efetch' order by id limit 1) returning name"""
            ).fetchone()
        before = held(kb)

        rebuilt = rebuild_kb(kb)

        assert rebuilt.damaged[0].startswith(f"The answer {damaged} in the archive is damaged. It answered {{")
        assert (len(rebuilt.damaged), rebuilt.kept_at) == (1, kb.with_name("kb-before-1.db"))
        assert (held(rebuilt.kept_at), held(kb)) == (before, [pmid for pmid in before if pmid != 1])
        assert run(kb, Plan(seeds=("1",)), rehearsal).resumed
    assert sound(kb) == whole
    assert list(read_damage(archive_path(kb), set())) == []


@pytest.mark.parametrize(
    "change", ["sql = replace(sql, 'received_at', 'receivfd_at')", "name = replace(name, 'an', 'am')"]
)
def test_an_archive_whose_definitions_are_damaged_is_refused_and_nothing_is_replaced(kb: Path, change: str) -> None:
    with served() as rehearsal:
        run(kb, Plan(seeds=("1",)), rehearsal)
    before = kb.read_bytes()
    with closing(sqlite3.connect(archive_path(kb))) as archive, archive:
        archive.execute("pragma writable_schema = on")
        archive.execute(f"update sqlite_master set {change}")

    with pytest.raises(LitkbError):
        rebuild_kb(kb)

    assert kb.read_bytes() == before
    assert any(read_damage(archive_path(kb), set()))


@pytest.mark.parametrize("column", ["name", "sha256", "endpoint", "request", "received_at", "entry_hash"])
def test_whatever_the_archive_notes_of_an_answer_is_checked(kb: Path, column: str) -> None:
    with served() as rehearsal:
        run(kb, Plan(seeds=("1",)), rehearsal)
    with closing(sqlite3.connect(archive_path(kb))) as archive, archive:
        archive.execute(f"update answers set {column} = replace(replace({column}, 'e', 'f'), '2', '3')")

    [sentence, *lost] = read_damage(archive_path(kb), read_names(kb))

    assert "damaged" in sentence
    assert len(lost) == (column == "name")


def read_names(kb: Path) -> set[str]:
    with closing(open_kb(kb, readonly=True)) as db:
        return read_answer_names(db)


def test_an_answer_is_in_the_archive_without_key_and_address(kb: Path) -> None:
    with served() as rehearsal:
        settings = Settings(
            base_url=rehearsal.base_url, email="secret@example.org", api_key="secretkey", lock_folder=kb.parent
        )
        with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
            harvest(db, archive, {"pubmed": Client(settings)}, Plan(seeds=("1",)))

    for path in kb.parent.iterdir():
        assert b"secret" not in path.read_bytes()
    with open_archive(archive_path(kb)) as archive:
        [kept] = read_answers(archive)
    assert (kept.endpoint, kept.request["id"], kept.request["step"]) == ("efetch", "1", "together")


def load(kb: Path, *records: Record, name: str = "some.xml") -> Summary:
    path = kb.parent / name
    path.write_bytes(b"".join(format_article_set(records)))
    return run(kb, Plan(files=(name,)), None, (InputFile(path, name),))


def test_what_a_file_changes_in_records_that_were_held_is_kept_and_told(kb: Path) -> None:
    first = load(kb, record(1, (2,), date_revised="2020-01-01"), record(2), name="a.xml")
    notice = record(9, notices=(("RetractionOf", 2, None, None),))
    second = load(kb, record(1, (2,), title="Revised", date_revised="2021-01-01"), notice, name="b.xml")
    again = load(kb, record(1, (2,), title="Revised", date_revised="2021-01-01"), notice, name="b.xml")

    assert (first.changes, again.changes) == ([], [])
    assert second.changes == [
        Change(1, "changed", "title", "Title of 1", "Revised"),
        Change(2, "retracted", "RetractionOf", None, "9"),
    ]
    with closing(open_kb(kb)) as db:
        assert db.execute("select count(*) from harvest_changes").fetchone() == (2,)


def test_what_came_first_in_this_very_load_was_not_retracted_since(kb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harvest.jobs.file_reader.FILE_BATCH", 1)

    summary = load(kb, record(2), record(9, notices=(("RetractionOf", 2, None, None),)))

    assert summary.changes == []


def test_what_a_file_deletes_is_gone(kb: Path) -> None:
    load(kb, record(1), record(2))
    path = kb.parent / "gone.xml"
    path.write_bytes(article_set(delete_xml(2, 77)))

    summary = run(kb, Plan(files=("gone.xml",)), None, (InputFile(path, "gone.xml"),))

    assert summary.changes == [Change(2, "deleted", "state", "held", None)]


def test_a_record_that_is_loaded_twice_counts_once_as_read_from_files(kb: Path) -> None:
    load(kb, record(1), record(2), name="a.xml")
    load(kb, record(1), record(2), record(3), name="b.xml")
    with served() as rehearsal:
        run(kb, Plan(seeds=("1",)), rehearsal)

    with closing(open_kb(kb)) as db:
        flow = read_search_flow(db)
        received = db.execute("select pmid, read_from from articles order by pmid").fetchall()

    assert (flow.named, flow.asked) == ([Named("seed", 1), Named("file", 3)], 3)
    assert received[1:] == [(2, "a.xml"), (3, "b.xml")]


def test_a_rebuild_knows_the_files_again(kb: Path) -> None:
    load(kb, record(1), name="a.xml")
    rebuild_kb(kb)

    with closing(open_kb(kb)) as db:
        assert db.execute("select read_from from articles").fetchall() == [("a.xml",)]
        assert db.execute("select origin from harvest_origins").fetchall() == [("file",)]


def test_a_notice_counts_where_one_file_brings_the_article_anew_with_it(kb: Path) -> None:
    load(kb, record(2), name="a.xml")

    summary = load(
        kb,
        record(2, title="Revised", date_revised="2021-01-01"),
        record(9, notices=(("RetractionOf", 2, None, None),)),
        name="b.xml",
    )

    assert [change.kind for change in summary.changes] == ["changed", "retracted"]
