"""litkb suggest, as a person runs it; and the suggestions that a graph run stores."""

import io
import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from graph.run import compute_graph
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb
from tests.rows import add_article, add_citations, add_work


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "kb.db"
    with closing(open_kb(path, create=True)) as db:
        add_article(db, 1, title="Sponsors", label="Kelly 2003 Addiction")
        add_article(db, 2, title="Meetings", label="Moos 2008 Addiction")
        add_citations(db, 1, 30, "doi:10.1/a", "ref:smith-1990")
        add_citations(db, 2, 30)
    return path


@pytest.fixture
def kb_file(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path))


def test_the_whole_file_is_printed_with_reasons(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(cli, ["suggest", str(kb_file), "--limit", "2"]) == 0

    printed = capsys.readouterr()
    assert printed.out.splitlines()[:2] == ["  1. PMID 30 (PMID 30, cited only)", "     cited by 2 of yours"]
    assert len(printed.out.splitlines()) == 4
    assert printed.err == "Yours: 2 articles, the whole library.\n"


def test_a_list_comes_from_arguments_and_from_stdin(
    kb_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"PMID: 2\n")))

    assert run_command(cli, ["suggest", str(kb_file), "1", "-", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert ([one["id"] for one in told["asked"]], told["yours"]) == ([1, 2], 2)
    assert [(one["id"], one["label"], one["doi"], one["held"]) for one in told["suggestions"]][:1] == [
        (30, "PMID 30", None, False)
    ]
    assert {one["doi"] for one in told["suggestions"]} == {None, "10.1/a"}
    assert (told["suggestions"][0]["named"], told["suggestions"][0]["reason"]) == ({}, "cited by 2 of yours")


def test_what_a_list_names_and_the_file_knows_counts_and_the_rest_is_named(
    kb_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_kb(kb_file)) as db:
        add_work(db, "doi:10.1111/a")
    (kb_file.parent / "mine.ris").write_text(
        "TY  - JOUR\nTI  - Sponsors\nAN  - 1\nDB  - PubMed\nER  - \n"
        "TY  - JOUR\nTI  - Meetings\nDO  - 10.1111/A\nER  - \n"
        "TY  - JOUR\nTI  - Lamps\nPY  - 2001\nER  - \nTY  - JOUR\nER  - \n"
    )

    named = ["2", "https://doi.org/10.1111/none", "--seeds", str(kb_file.parent / "mine.ris")]
    assert run_command(cli, ["suggest", str(kb_file), *named, "--json"]) == 0

    printed = capsys.readouterr()
    assert {one["doi"] or one["id"] for one in json.loads(printed.out)["asked"]} == {1, 2, "10.1111/a"}
    assert printed.err.splitlines() == [
        "mine.ris: 4 entries, 4 different",
        "mine.ris entry 4: The entry has neither an identifier nor a title.",
        "2 of yours are not known here: doi:10.1111/none, title: Lamps (2001).",
    ]


def test_a_pmid_that_is_not_known_is_not_taken_for_another_article_with_its_doi(
    kb_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_kb(kb_file)) as db:
        db.execute("update articles set doi = '10.1111/sponsors' where pmid = 1")
    (kb_file.parent / "mine.csv").write_text("PMID,DOI,Title\n777,10.1111/sponsors,Sponsors\n2,,Meetings\n")

    assert run_command(cli, ["suggest", str(kb_file), "--seeds", str(kb_file.parent / "mine.csv"), "--json"]) == 0

    printed = capsys.readouterr()
    assert [one["id"] for one in json.loads(printed.out)["asked"]] == [2]
    assert "1 of yours is not known here: 777." in printed.err


def test_a_doi_of_several_articles_counts_for_none(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(open_kb(kb_file)) as db:
        db.execute("update articles set doi = '10.1111/twice'")

    assert run_command(cli, ["suggest", str(kb_file), "10.1111/twice", "1"]) == 0

    assert "doi:10.1111/twice names different works here: 1, 2." in capsys.readouterr().err


def test_one_article_says_what_counts_as_yours(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(cli, ["suggest", str(kb_file), "1"]) == 0

    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "  1. Moos 2008 Addiction (PMID 2, in this library)", "     Meetings", "     cites 1 of yours",
    ]  # fmt: skip
    assert printed.err == "Yours: Kelly 2003 Addiction and the 3 works that it cites here.\n"


def test_a_retracted_article_of_the_list_is_pointed_out(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(open_kb(kb_file)) as db:
        db.execute("insert into notices (pmid, position, kind) values (2, 1, 'RetractionIn')")

    run_command(cli, ["suggest", str(kb_file), "2", "1"])

    assert capsys.readouterr().err.splitlines()[-1] == "Retracted, among those you gave: Moos 2008 Addiction."


def test_where_nothing_leads_on_a_sentence_says_so(kb_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(open_kb(kb_file)) as db:
        add_work(db, 77)

    assert run_command(cli, ["suggest", str(kb_file), "77"]) == 0

    assert capsys.readouterr().err.startswith("Nothing to suggest: no citation")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["kb.db", "999"], 2, "Error: None of yours is known here: 999."),
        (["kb.db", "abc"], 2, "Error: 'abc' is no PMID, DOI, PMCID or address of one"),
        (["kb.db", "-"], 2, "Error: standard input has"),
        (["kb.db", "mine.ris"], 2, "a file of them is given with --seeds."),
        (["kb.db", "--seeds", "none.ris"], 2, "Error: none.ris cannot be read"),
        (["kb.db", "--in-library"], 2, "Error: The whole library is the list itself"),
        (["kb.db", "1", "--limit", "0"], 2, "Invalid value for '--limit'"),
        (["none.db", "1"], 1, "Error: There is no file none.db."),
    ],
)
def test_misuse_gets_a_sentence_and_an_exit_code(
    kb_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], code: int, sentence: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(kb_file.parent)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))

    assert run_command(cli, ["suggest", *arguments]) == code

    assert sentence in capsys.readouterr().err


def test_the_command_has_a_worked_example(capsys: pytest.CaptureFixture[str]) -> None:
    run_command(cli, ["suggest", "--help"])

    assert "Example: litkb suggest kb.db --seeds zotero.ris" in capsys.readouterr().out


def test_a_graph_run_stores_what_the_whole_file_lacks(kb_file: Path) -> None:
    with closing(open_kb(kb_file)) as db:
        compute_graph(db)
        compute_graph(db)

        rows = db.execute("select id, rank, cited_by, named, graph_run_id from suggestions order by rank").fetchall()
        parameters = db.execute("select parameters from metric_runs where measure = 'suggestions'").fetchone()[0]

    assert rows[0] == (30, 1, 2, "{}", 2)
    assert [row[1] for row in rows] == [1, 2, 3]
    assert json.loads(parameters)["limit"] == 200
