"""litkb suggest, as a person runs it; and the suggestions that a graph run stores."""

import io
import json
from contextlib import closing
from pathlib import Path

import pytest

from graph.run import compute_graph
from graph.suggestcli import suggest_command
from kb.console import run_command
from kb.database import open_kb
from tests.rows import add_article, add_citations, add_work


@pytest.fixture
def kb_file(tmp_path: Path) -> Path:
    path = tmp_path / "kb.db"
    with closing(open_kb(path, create=True)) as db:
        add_article(db, 1, title="Sponsors", label="Kelly 2003 Addiction")
        add_article(db, 2, title="Meetings", label="Moos 2008 Addiction")
        add_citations(db, 1, 30, "doi:10.1/a", "ref:smith-1990")
        add_citations(db, 2, 30)
    return path


def test_the_whole_file_is_printed_with_reasons(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(suggest_command, [str(kb_file), "--limit", "2"]) == 0

    printed = capsys.readouterr()
    assert printed.out.splitlines()[:2] == ["  1. PMID 30 (PMID 30, not held)", "     cited by 2 of yours"]
    assert len(printed.out.splitlines()) == 4
    assert printed.err == "Yours: 2 articles, all that is held.\n"


def test_a_list_comes_from_arguments_and_from_stdin(
    kb_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("2\n"))

    assert run_command(suggest_command, [str(kb_file), "1", "-", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert ([one["id"] for one in told["asked"]], told["yours"]) == ([1, 2], 2)
    assert [(one["id"], one["label"], one["doi"], one["held"]) for one in told["suggestions"]][:1] == [
        (30, "PMID 30", None, False)
    ]
    assert {one["doi"] for one in told["suggestions"]} == {None, "10.1/a"}


def test_one_article_says_what_counts_as_yours(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(suggest_command, [str(kb_file), "1"]) == 0

    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "  1. Moos 2008 Addiction (PMID 2, held)", "     Meetings", "     cites 1 of yours",
    ]  # fmt: skip
    assert printed.err == "Yours: Kelly 2003 Addiction and the 3 works that it cites here.\n"


def test_a_retracted_article_of_the_list_is_pointed_out(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(open_kb(kb_file)) as db:
        db.execute("insert into notices (pmid, position, kind) values (2, 1, 'RetractionIn')")

    run_command(suggest_command, [str(kb_file), "2", "1"])

    assert capsys.readouterr().err.splitlines()[-1] == "Retracted, among those you gave: Moos 2008 Addiction."


def test_where_nothing_leads_on_a_sentence_says_so(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(open_kb(kb_file)) as db:
        add_work(db, 77)

    assert run_command(suggest_command, [str(kb_file), "77"]) == 0

    assert capsys.readouterr().err.startswith("Nothing to suggest: no citation")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["kb.db", "999"], 2, "Error: Nothing in this knowledge base holds or names 999."),
        (["kb.db", "abc"], 2, "Error: 'abc' is no PMID."),
        (["kb.db", "-"], 2, "Error: There is no PMID on stdin."),
        (["kb.db", "--held"], 2, "Error: All that is held is the list itself"),
        (["kb.db", "1", "--limit", "0"], 2, "Invalid value for '--limit'"),
        (["none.db", "1"], 1, "Error: There is no file none.db."),
    ],
)
def test_misuse_gets_a_sentence_and_an_exit_code(
    kb_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], code: int, sentence: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(kb_file.parent)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    assert run_command(suggest_command, arguments) == code

    assert sentence in capsys.readouterr().err


def test_the_command_has_a_worked_example(capsys: pytest.CaptureFixture[str]) -> None:
    run_command(suggest_command, ["--help"])

    assert "Example: litkb suggest kb.db 32448354 --limit 10" in capsys.readouterr().out


def test_a_graph_run_stores_what_the_whole_file_lacks(kb_file: Path) -> None:
    with closing(open_kb(kb_file)) as db:
        compute_graph(db)
        compute_graph(db)

        rows = db.execute("select id, rank, cited_by, reason, graph_run_id from suggestions order by rank").fetchall()
        parameters = db.execute("select parameters from metric_runs where measure = 'suggestions'").fetchone()[0]

    assert rows[0] == (30, 1, 2, "cited by 2 of yours", 2)
    assert [row[1] for row in rows] == [1, 2, 3]
    assert json.loads(parameters)["limit"] == 200
