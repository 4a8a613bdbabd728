"""litkb graph main-path, path, rpys and retractions, as a person runs them."""

import json
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph.cli import graph_commands
from graph.commands.structure import _percent
from kb.console import run_command
from kb.database import open_kb
from tests.rows import add_article, add_citations, add_notice


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain of four articles, of which 2 and 3 cite each other and 1 is retracted; 5 cites nothing."""
    path = tmp_path_factory.mktemp("made") / "kb.db"
    db = open_kb(path, create=True)
    for pmid in range(1, 6):
        add_article(db, pmid, year=1999 + pmid)
    add_citations(db, 2, 1, 3)
    add_citations(db, 3, 2)
    add_citations(db, 4, 3, "doi:10.1234/a")
    add_notice(db, 1, "RetractionIn", printed="J Tests. 2001 May;1(2):3")
    db.close()
    return path


@pytest.fixture
def kb_file(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path))


@pytest.fixture
def empty_file(tmp_path: Path) -> Path:
    path = tmp_path / "empty.db"
    open_kb(path, create=True).close()
    return path


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    assert run_command(graph_commands, [str(part) for part in arguments]) == 0
    return capsys.readouterr().out.splitlines()


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    return json.loads("\n".join(printed(capsys, *arguments, "--json")))


def test_the_main_path_is_printed_from_the_oldest_work_through_the_cycle(
    kb_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(capsys, "main-path", kb_file, "--limit", 3) == [
        "Main path: citations 2, and the part of all paths that runs through each",
        "          Author1 2000 J Tests (PMID 1)",
        "  50.00%  Author2 2001 J Tests (PMID 2)",
        "  circle  Author3 2002 J Tests (PMID 3)",
        "  50.00%  Author4 2003 J Tests (PMID 4)",
        "Key route 1: citations 1, and the part of all paths that runs through each",
        "          Work 10.1234/a",
        "  50.00%  Author4 2003 J Tests (PMID 4)",
        "Key route 2: the main path",
        "Cycle 1: 2 works cite each other in a circle, Author2 2001 J Tests among them",
    ]


@pytest.mark.parametrize(("share", "shown"), [(1.0, "100.00%"), (0.0001, "0.01%"), (1e-200, "<0.01%")])
def test_a_share_that_is_not_zero_is_not_shown_as_zero(share: float, shown: str) -> None:
    assert _percent(share) == shown


def test_the_main_path_as_json_says_its_run(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(capsys, "main-path", kb_file)

    assert answer["graph_run_id"] == 1
    assert answer["citations"][0] == {
        "path": "main", "route": 1, "position": 1, "cited_id": 1, "cited": "Author1 2000 J Tests", "citing_id": 2,
        "citing": "Author2 2001 J Tests", "share": 0.5, "log10_paths": 0.0,
    }  # fmt: skip
    assert answer["cycles"] == [{"cycle": 1, "works": 2, "id": 2, "label": "Author2 2001 J Tests"}]


def test_paths_are_printed_in_both_directions(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "path", kb_file, "pmid:4", 1) == [
        "Author4 2003 J Tests (PMID 4) to Author1 2000 J Tests (PMID 1): citations 3, shortest paths 1",
        "  Author4 2003 J Tests (PMID 4) -> Author3 2002 J Tests (PMID 3) -> Author2 2001 J Tests (PMID 2)"
        " -> Author1 2000 J Tests (PMID 1)",
        "No chain of references leads from Author1 2000 J Tests (PMID 1) to Author4 2003 J Tests (PMID 4)"
        " in this file.",
    ]


def test_a_path_may_follow_citations_both_ways(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "path", kb_file, "10.1234/A", 3, "--both-ways") == [
        "Work 10.1234/a to Author3 2002 J Tests (PMID 3): citations 2, shortest paths 1",
        "  Work 10.1234/a - Author4 2003 J Tests (PMID 4) - Author3 2002 J Tests (PMID 3)",
    ]
    assert printed(capsys, "path", kb_file, 5, 1, "--both-ways") == [
        "No chain of citations links Author5 2004 J Tests (PMID 5) and Author1 2000 J Tests (PMID 1) in this file."
    ]


def test_a_path_as_json_says_that_there_is_none(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forth, back = told(capsys, "path", kb_file, 2, 1)

    assert forth == {
        "from": 2, "to": 1, "citations": 1, "shortest_paths": 1,
        "paths": [[{"id": 2, "label": "Author2 2001 J Tests"}, {"id": 1, "label": "Author1 2000 J Tests"}]],
    }  # fmt: skip
    assert back == {"from": 1, "to": 2, "citations": None, "shortest_paths": 0, "paths": []}


def test_reference_years_show_their_peaks_and_what_is_unknown(
    kb_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(graph_commands, ["rpys", str(kb_file)]) == 0

    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "year  references  above the median of five years",
        "2002           2           1",
        "               2  Author3 2002 J Tests (PMID 3)",
    ]
    assert shown.err == "References to works with an unknown year: 1; works: 1.\n"


def test_peaks_are_shown_largest_first_and_no_more_than_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db:
        for pmid, year in ((1, 1950), (2, 1970), (3, 1990), (4, 2010), (5, 2011), (6, 2012)):
            add_article(db, pmid, year=year)
        for citing, cited in ((4, (1, 2, 3)), (5, (2, 3)), (6, (3,))):
            add_citations(db, citing, *cited)
        db.commit()

    assert run_command(graph_commands, ["rpys", str(tmp_path / "kb.db"), "--limit", "2"]) == 0

    shown = capsys.readouterr()
    assert [line[:4] for line in shown.out.splitlines()[1::2]] == ["1990", "1970"]
    assert shown.err == "Smaller peaks that are not shown: 1. --limit shows more, --json all years.\n"


def test_retractions_show_who_cites_before_and_after(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "retractions", kb_file) == [
        "Author1 2000 J Tests (PMID 1): notice of 2001",
        "  source: RetractionIn (its own record)",
        "  cited by 1: before 0, same year 1, after 0, unknown 0; two steps away 1",
        "  same year Author2 2001 J Tests (PMID 2)",
    ]


def test_retractions_as_json_have_the_works_of_two_steps(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(capsys, "retractions", kb_file)

    assert answer["retractions"][0]["notice_from"] == "printed"
    assert [(row["id"], row["steps"], row["timing"]) for row in answer["exposure"]] == [
        (2, 1, "same year"), (3, 2, "after"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("main-path", ["No path: no work of this file cites another that does not, by others, cite it back."]),
        ("rpys", ["No article in this library cites a work with a known year."]),
        ("retractions", ["No record in this file says that an article is retracted."]),
    ],
)
def test_an_empty_file_is_told_of_in_a_sentence(
    empty_file: Path, capsys: pytest.CaptureFixture[str], command: str, lines: list[str]
) -> None:
    assert printed(capsys, command, empty_file) == lines


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["path", "kb.db", "foo", "1"], "Error: 'foo' names no work: a PMID, DOI, PMCID or ref:… is needed."),
        (["path", "kb.db", "1", "77"], "Error: Nothing in this knowledge base holds or names 77."),
        (["path", "kb.db", "1", "ref:a-1999-0"], "Error: Nothing in this knowledge base holds or names ref:a-1999-0."),
        (["path", "kb.db", "1"], "Missing argument 'B'"),
        (["main-path", "kb.db", "--limit", "-1"], "Invalid value for '--limit'"),
    ],
)
def test_misuse_gets_a_sentence_and_the_exit_code_2(
    kb_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], sentence: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(kb_file.parent)

    assert run_command(graph_commands, arguments) == 2

    assert sentence in capsys.readouterr().err


def test_a_work_that_only_a_notice_names_is_on_no_path(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = open_kb(kb_file)
    add_notice(db, 1, "CommentIn", other=88)
    db.close()

    assert run_command(graph_commands, ["path", str(kb_file), "1", "88"]) == 2

    assert "No citation in this knowledge base leads from or to 88." in capsys.readouterr().err


def test_a_path_changes_no_byte(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = kb_file.read_bytes()

    printed(capsys, "path", kb_file, 4, 1)

    assert kb_file.read_bytes() == before


@pytest.mark.parametrize("command", ["main-path", "path", "rpys", "retractions"])
def test_every_command_has_a_worked_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"Example: litkb graph {command} kb.db" in "\n".join(printed(capsys, command, "--help"))
