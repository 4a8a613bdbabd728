"""litkb graph, as a person runs it."""

import json
import re
from contextlib import closing
from pathlib import Path

import pytest

from graph.cli import graph_commands
from kb.console import run_command
from kb.database import open_kb
from tests.rows import add_article, add_citations


@pytest.fixture
def kb_file(tmp_path: Path) -> Path:
    path = tmp_path / "kb.db"
    db = open_kb(path, create=True)
    add_article(db, 1, names=["Kelly JF"])
    add_article(db, 2, names=["Kelly JF"])
    add_citations(db, 1, 2, "doi:10.1/a")
    db.close()
    return path


def test_compute_says_what_it_found_and_how_long_each_measure_took(
    kb_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(graph_commands, ["compute", str(kb_file)]) == 0

    printed = capsys.readouterr()
    found = dict(line.rsplit(maxsplit=1) for line in printed.out.splitlines())
    expected = {"in library": "2", "works": "3", "citations": "2", "components": "1", "communities": "1"}
    assert expected.items() <= found.items()
    assert re.search(r"^pagerank +\d+\.\d{3} s$", printed.err, re.MULTILINE)


def test_compute_says_the_same_as_json(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(graph_commands, ["compute", str(kb_file), "--json"]) == 0

    said = json.loads(capsys.readouterr().out)
    with closing(open_kb(kb_file, readonly=True)) as db:
        stored = list(db.execute("select measure, parameters, seconds from metric_runs order by measure"))
    assert (said["run_id"], said["works"], said["held"], said["citations"]) == (1, 3, 2, 2)
    assert said["found"]["related studies"] == 2
    assert sorted(tuple(measure.values()) for measure in said["measures"]) == stored


def test_communities_are_listed_with_their_works(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(graph_commands, ["communities", str(kb_file)]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (
        "", f"The communities are not computed yet: `litkb graph compute {kb_file}` does it.\n",
    )  # fmt: skip
    run_command(graph_commands, ["compute", str(kb_file)])
    capsys.readouterr()

    assert run_command(graph_commands, ["communities", str(kb_file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert run_command(graph_commands, ["communities", str(kb_file), "--json"]) == 0
    [found] = json.loads(capsys.readouterr().out)

    assert lines == [
        "1. Author1 2000 J Tests: 3 works, 2 in this library",
        "     Work 10.1/a (cited by 1)",
        "     Author2 2000 J Tests (cited by 1)",
        "     Author1 2000 J Tests (cited by 0)",
    ]
    assert (found["community"], found["works"], found["held"]) == (1, 3, 2)
    assert found["top_works"][1] == {"id": 2, "label": "Author2 2000 J Tests", "citation_count": 1}


def test_the_former_export_names_its_successor_and_writes_nothing(
    kb_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["export", str(kb_file), str(kb_file.with_name("my field.csv")), "--network", "couplings", "--force"]

    assert run_command(graph_commands, words) == 2

    printed = capsys.readouterr()
    named = f"litkb export {kb_file} '{kb_file.with_name('my field.csv')}' --network couplings --force"
    assert (printed.out, printed.err) == ("", f"Error: `litkb graph export` is now: {named}\n")
    assert list(kb_file.parent.glob("*.csv")) == []
    run_command(graph_commands, ["--help"])
    assert "export " not in capsys.readouterr().out.partition("Commands")[2]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["communities", "none.db"], 1, "Error: There is no file none.db."),
        (["compute", "."], 1, "Error: . is a folder"),
        (["compute"], 2, "Missing argument 'DB'"),
    ],
)
def test_misuse_gets_a_sentence_and_an_exit_code(
    kb_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], code: int, sentence: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(kb_file.parent)

    assert run_command(graph_commands, arguments) == code

    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("command", ["compute", "communities"])
def test_every_command_has_a_worked_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(graph_commands, [command, "--help"])

    assert f"Example: litkb graph {command} kb.db" in capsys.readouterr().out
