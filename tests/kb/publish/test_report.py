"""The search report: what was named, left out, asked, lost and held; the items of PRISMA-S; the drawing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from lxml import etree

from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb, transaction
from kb.publish.flow import format_flow
from kb.publish.searchreport import format_search_report
from kb.queries.harvest_log import Task
from kb.queries.search_log import Named, SearchFlow, read_search_flow
from kb.searches import Search, SearchWarning
from kb.store.ledger import Origin, save_file_counts, save_origins, save_outcomes, save_run, save_run_end, save_search
from kb.store.records import save_records
from tests.records import MOMENT, record

PLAN = (
    '{"query": "self-help", "references": true, "years": "2000-", "types": ["Review"], "most": 1000, "depth": 0, '
    '"branches": [["F04", "Mental Disorders"]]}'
)


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    """Two hits of a query; 3 to 6 cited by them: 3 held, 4 not found, 5 and 6 left out; 7 a seed that failed."""
    path = tmp_path / "kb.db"
    with closing(open_kb(path, create=True)) as db, transaction(db):
        save_records(db, [record(1, (3, 4, 5)), record(2, (3, 6)), record(3)], received_at=MOMENT)
        run = save_run(db, started_at=MOMENT, command="litkb harvest kb.db", plan=PLAN, version="1")
        origins = [Origin(pmid, 0, "query", None, pmid, None, None) for pmid in (1, 2)]
        origins += [Origin(3, 1, "references", 1, 1, 2, None), Origin(4, 1, "references", 1, 1, 1, None)]
        origins += [Origin(pmid, 1, "references", 1, 1, 1, "does not match the limits") for pmid in (5, 6)]
        save_origins(db, run, origins)
        tasks = [Task("article", str(pmid), "stored", None) for pmid in (1, 2, 3)]
        tasks += [Task("article", "4", "not found", None), Task("article", "7", "failed", "no answer")]
        tasks += [Task("search", "self|help", "done", None)]
        save_outcomes(db, run, tasks)
        save_search(db, run, "search", "self|help", Search(2, 2, "self-help", (SearchWarning("PhraseIgnored", "the"),)))
        save_file_counts(db, run, "a.xml", {"stored": 2, "unchanged": 1})
        before = save_run(db, started_at=MOMENT, command="", plan='{"files": ["a.xml"]}', version="1")
        save_origins(db, before, (Origin(pmid, 0, "file", None, pmid, None, None) for pmid in (1, 2, 2)))
        save_run_end(db, run, finished_at=MOMENT)
        update = save_run(
            db, started_at="2026-02-03T00:00:00Z", command="litkb update", plan='{"update": 30}', version="1"
        )
        save_run_end(db, update, finished_at="2026-02-03T00:00:09Z")
    return path


def test_each_article_counts_once_on_the_way_from_named_to_held(kb: Path):
    with closing(open_kb(kb)) as db:
        assert read_search_flow(db) == SearchFlow(
            named=[Named("query", 2), Named("file", 2), Named("references", 4)],
            excluded=[("does not match the limits", 2)],
            asked=5,
            lost=[("failed", 1), ("not found", 1)],
            held=3,
        )


def test_what_a_later_run_took_is_not_left_out_any_more(kb: Path):
    with closing(open_kb(kb)) as db, transaction(db):
        run = save_run(db, started_at=MOMENT, command="", plan="{}", version="1")
        save_origins(db, run, [Origin(5, 0, "seed", None, 5, None, None)])

        assert read_search_flow(db).excluded == [("does not match the limits", 1)]


def test_the_report_has_the_sixteen_items_and_says_what_only_the_searcher_knows(kb: Path):
    with closing(open_kb(kb)) as db:
        report = format_search_report(db, "flow.svg")

    assert [f"| {number} | " in report for number in range(1, 17)] == [True] * 16
    for line in (
        "| 5 | Citation searching | cited by articles in this library: 4 |",
        "| 8 | Full search strategies | `self\\|help` |",
        "| 9 | Limits and restrictions | years `2000-`; publication types `Review`; at most `1000`; "
        "MeSH branch `F04 Mental Disorders` |",
        "| 12 | Updates | 2026-02-03 (nothing was due) |",
        "| 14 | Peer review | *(not recorded by litkb: to be filled in)* |",
        "| 15 | Total records | 5 requested or read from files, 3 in this library |",
        "- searched PubMed for `self\\|help`: 2 of 2 hits; PubMed read it as `self-help`; **PubMed left out “the”**",
        "- followed what they cite, until nothing new appeared",
        "- followed only to articles: at most 1,000 articles",
        "- followed only to articles of the MeSH branches `Mental Disorders (F04)`",
        "| left out: does not match the limits | 2 |",
        "![From identification to this library](flow.svg)",
    ):
        assert line in report


def test_an_empty_file_has_a_report_that_claims_nothing(tmp_path: Path):
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db:
        report = format_search_report(db)

    assert "| 1 | Database name | none yet |" in report
    assert "| 13 | Dates of searches | none: no search was made |" in report


def test_the_drawing_is_whole_xml_and_says_all_numbers_in_words():
    flow = SearchFlow([Named("query", 1200)], [("a <b> & c", 7)], 1100, [("not found", 3)], 1097)

    root = etree.fromstring(format_flow(flow, "Groups & <help>").encode())

    words = root.findtext("{*}desc")
    assert root.findtext("{*}title") == "Groups & <help>"
    assert words == (
        "Identified: hits of searches: 1,200. Requested, or read from files: different articles: 1,100. "
        "In this library: articles and books: 1,097. Left out: a <b> & c: 7. Not in this library: not found: 3."
    )
    boxes = [
        tuple(float(box.get(side, "0")) for side in ("x", "y", "width", "height"))
        for box in root.findall("{*}rect")[1:]
    ]
    assert not any(
        a is not b and a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
        for a in boxes
        for b in boxes
    )


def test_the_command_writes_both_files_and_replaces_nothing_unasked(kb: Path, tmp_path: Path):
    out = tmp_path / "report.md"

    assert run_command(cli, ["report", str(kb), str(out)]) == 0
    assert out.read_text().startswith("# Search report")
    assert (tmp_path / "report.svg").read_text().startswith("<svg")
    assert run_command(cli, ["report", str(kb), str(out)]) == 2
    assert run_command(cli, ["report", str(kb), str(out), "--force"]) == 0
    assert run_command(cli, ["report", str(kb), str(tmp_path / "report.pdf")]) == 2


def a_run(db: sqlite3.Connection, started_at: str, plan: str, tasks: list[Task], finished_at: str | None = None) -> int:
    run = save_run(db, started_at=started_at, command="litkb", plan=plan, version="1")
    save_outcomes(db, run, tasks)
    if finished_at:
        save_run_end(db, run, finished_at=finished_at)
    return run


def test_equal_failures_are_one_row_and_many_files_a_list_that_unfolds(tmp_path: Path):
    names = [f"{number}.xml" for number in range(1, 13)]
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db, transaction(db):
        failed = [Task("article", str(n), "failed", "no connection") for n in range(1, 8)]
        waiting = [Task("cited_by", "8", "failed", "not asked: no connection")]
        a_run(db, MOMENT, "{}", [Task("file", name, "done", None) for name in names] + failed + waiting)
        report = format_search_report(db)

    row = "| failed | 7 articles, 1 list of who cites | no connection | `1`, `2`, `3`, `4`, `5` | 1 |"
    assert report.count("no connection") == 1
    assert row in report
    assert "- read 12 files\n  <details><summary>all of them</summary>\n\n  - `1.xml`\n" in report
    assert report.count(".xml") == 12


@pytest.mark.parametrize(
    ("tasks", "finished", "updates"),
    [
        ([Task("article", "1", "unchanged", None)], "2026-02-01T00:00:01Z", "2026-02-01"),
        ([Task("article", "1", "unchanged", None)], "2026-02-09T00:00:01Z", "2026-02-01 to 2026-02-09"),
        ([Task("article", "1", "failed", "no")], None, "tried 2026-02-01, failed"),
        ([Task("article", "1", None, None)], None, "tried 2026-02-01, failed"),
        ([Task("article", "1", "failed", "no"), Task("article", "2", "stored", None)], None,
         "2026-02-01 (1 of 2 not answered)"),
        ([], "2026-02-01T00:00:01Z", "2026-02-01 (nothing was due)"),
    ],
)  # fmt: skip
def test_an_update_is_dated_by_what_was_answered(tmp_path: Path, tasks: list[Task], finished: str | None, updates: str):
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db, transaction(db):
        a_run(db, "2026-02-01T00:00:00Z", '{"update": 30}', tasks, finished)
        report = format_search_report(db)

    assert f"| 12 | Updates | {updates} |" in report
    assert "| 13 | Dates of searches | none: no search was made |" in report


def test_a_search_that_failed_and_was_made_later_has_the_date_of_its_answer(tmp_path: Path):
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db, transaction(db):
        a_run(db, "2026-01-01T00:00:00Z", "{}", [Task("search", "oil", "failed", "no")])
        a_run(db, "2026-01-05T00:00:00Z", "{}", [Task("search", "oil", "done", None)])
        report = format_search_report(db)

    assert "| 8 | Full search strategies | `oil` |" in report
    assert "| 13 | Dates of searches | tried 2026-01-01, failed, 2026-01-05 |" in report


def test_a_server_that_answered_in_place_of_pubmed_is_named(tmp_path: Path):
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db, transaction(db):
        for server, outcome in (("http://127.0.0.1:8002/", "stored"), ("http://127.0.0.1:8003/", "failed")):
            run = save_run(db, started_at=MOMENT, command="", plan="{}", version="1", server=server)
            save_outcomes(db, run, [Task("article", "1", outcome, None)])
        save_run(db, started_at=MOMENT, command="", plan="{}", version="1", server="http://127.0.0.1:8004/")
        save_records(db, [record(1)], received_at=MOMENT)
        report = format_search_report(db)

    answered = "(in all runs `http://127.0.0.1:8002/` answered in place of PubMed)"
    assert f"PubMed, by NCBI's E-utilities {answered}: 1 record |" in report
    assert report.count("answered in place of PubMed.") == 1  # in the runs: that one alone


def test_a_cited_work_that_litkb_identified_is_not_merged_at_pubmed(tmp_path: Path):
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db, transaction(db):
        save_records(db, [record(1)], received_at=MOMENT)
        db.executemany(
            "insert into works (id, label, state, merged_into) values (?, 'a work', ?, ?)",
            [(-5, "merged", 1), (-6, "merged", 1), (7, "merged", 1), (8, "deleted", None)],
        )
        report = format_search_report(db)

    assert "| PMIDs deleted at PubMed | 1 |\n| PMIDs merged at PubMed | 1 |\n" in report
