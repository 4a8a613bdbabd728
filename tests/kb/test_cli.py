"""The commands as a person runs them: results, sentences, exit codes, and no traceback."""

import json
import os
import re
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import networkx as nx
import pytest

from harvest.pubmed.write_article import format_article_set, format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.demonstration import read_demonstration
from harvest.rehearsal.server import Rehearsal
from kb.cli import cli
from kb.commands.demo import _program
from kb.console import renamed_option, run_command
from kb.database import open_kb
from tests.harvest.jobs.network_builders import KEY
from tests.records import record

FIELD = [record(1, (2, 3)), record(2, (3,)), record(3)]


@pytest.fixture
def eutils(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Rehearsal]:
    shelf = open_shelf({one.article.pmid: format_record(one).encode() for one in FIELD})
    for name in ("NCBI_API_KEY", "ENTREZ_KEY", "NCBI_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    with Rehearsal(shelf, limited=False) as rehearsal:
        monkeypatch.setenv("LITKB_EUTILS_URL", rehearsal.base_url)
        monkeypatch.chdir(tmp_path)
        yield rehearsal


@pytest.fixture
def xml(tmp_path: Path) -> Path:
    path = tmp_path / "field.xml"
    path.write_bytes(b"".join(format_article_set(FIELD)))
    return path


def run(*words: object) -> int:
    return run_command(cli, [str(word) for word in words])


def test_a_harvest_stores_computes_the_graph_and_accounts(
    eutils: Rehearsal, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("harvest", "kb.db", "1", "--references") == 0

    out, err = capsys.readouterr()
    assert out == "asked 3 = 3 stored\n"
    assert err.startswith("Asking for about 36 articles, 2 requests, 1 s.\nHint: set NCBI_EMAIL")
    with closing(open_kb("kb.db")) as db:
        assert db.execute("select id, citation_count from article_metrics order by id").fetchall() == [
            (1, 0),
            (2, 1),
            (3, 2),
        ]


def test_a_key_is_taken_from_a_file_and_told_to_nobody_but_the_source(
    eutils: Rehearsal, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")

    assert run("harvest", "kb.db", "1", "--no-graph", "--api-key-file", file) == 0
    assert run("harvest", "kb.db", "1", "--api-key-file", KEY) == 2
    assert run("harvest", "kb.db", "1", "--api-key", KEY) == 2

    assert {asked.parameters["api_key"][0] for asked in eutils.log} == {KEY}
    assert KEY not in "".join(capsys.readouterr())
    assert [path.name for path in tmp_path.iterdir() if KEY.encode() in path.read_bytes()] == ["key"]


def test_no_graph_leaves_the_graph_out(eutils: Rehearsal) -> None:
    assert run("harvest", "kb.db", "1", "--no-graph", "--email", "me@example.org") == 0
    with closing(open_kb("kb.db")) as db:
        assert db.execute("select count(*) from graph_runs").fetchone() == (0,)


def test_a_dry_run_says_the_cost_and_touches_nothing(
    eutils: Rehearsal, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run("harvest", "kb.db", "1", "--references", "--dry-run", "--json") == 0

    assert json.loads(capsys.readouterr().out) == {"articles": 36, "requests": 2, "seconds": pytest.approx(2 / 3)}
    assert list(tmp_path.iterdir()) == []
    assert eutils.log == []


def test_the_summary_as_json_names_what_was_not_found(eutils: Rehearsal, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("harvest", "kb.db", "1", "PMC99", "77", "--json") == 1

    summary = json.loads(capsys.readouterr().out)
    assert {name: count for name, count in summary["outcomes"].items() if count} == {
        "stored": 1,
        "not found": 1,
        "not identified": 1,
    }
    assert summary["asked"] == 3
    assert [problem["asked"] for problem in summary["problems"]] == ["PMC99"]


def test_status_says_what_is_held_and_how_complete_it_is(eutils: Rehearsal, capsys: pytest.CaptureFixture[str]) -> None:
    run("harvest", "kb.db", "1")
    capsys.readouterr()

    assert run("status", "kb.db") == 0
    out = capsys.readouterr().out
    assert "in library    1 record: 1 article, 0 books\n" in out
    assert "cited only    2 works with a PMID, 0 works without\n" in out
    assert "their lists   1 complete, 0 partial, 0 unknown" in out
    assert "litkb harvest kb.db 1: 1 stored" in out

    assert run("status", "kb.db", "--json") == 0
    assert json.loads(capsys.readouterr().out)["works"] == {"held": 1, "known": 2}


def test_check_tells_a_sound_file_from_an_altered_one(xml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kb = xml.with_name("kb.db")
    run("harvest", kb, "--file", xml)
    capsys.readouterr()

    assert run("check", kb) == 0
    assert capsys.readouterr().out == f"{kb}: sound\n"
    assert run("check", kb, "--hash") == 0
    assert re.fullmatch(r"[0-9a-f]{64}\n", capsys.readouterr().out)

    with closing(sqlite3.connect(kb)) as db, db:
        db.execute("update articles set title = 'Changed by hand' where pmid = 2")
    assert run("check", kb) == 1
    assert capsys.readouterr().err == (
        "Broken: the rows of an article are as they were stored (1: 2)\n"
        "Broken: the search index holds the words of the articles (1: database disk image is malformed)\n"
        "Broken: every table holds what litkb wrote (1: articles: among the 32 rows from (1) on)\n"
    )


def test_several_files_may_follow_the_option_as_a_shell_expands_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / f"{n}.xml" for n in (1, 2, 3)]
    for number, path in enumerate(paths):
        path.write_bytes(b"".join(format_article_set([FIELD[number]])))

    assert run("harvest", tmp_path / "kb.db", "--file", *paths) == 0
    assert capsys.readouterr().out == "records 3 = 3 stored\n"


def test_rebuild_brings_back_what_was_lost(xml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kb = xml.with_name("kb.db")
    run("harvest", kb, "--file", xml)
    run("check", kb, "--hash")
    before = capsys.readouterr().out.splitlines()[-1]
    kb.unlink()

    assert run("rebuild", kb) == 0
    run("check", kb, "--hash")
    assert capsys.readouterr().out.splitlines()[-1] == before


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("harvest kb.db", 2, "Nothing to harvest"),
        ("harvest kb.db hello", 2, "'hello' is no PMID, DOI, PMCID or address of one"),
        ("harvest kb.db 0", 2, "'0' is no PMID"),
        ("harvest kb.db 1 --depth many", 2, "'many' is not a valid integer"),
        ("harvest kb.db 1 --depth 2", 2, "--depth needs a direction"),
        ("harvest kb.db 1 --pmid 1", 2, "--pmid says whose saved page"),
        ("harvest kb.db --query ''", 2, "The query is empty"),
        ("harvest kb.db --file nowhere.xml", 2, "There is no file nowhere.xml"),
        ("harvest missing/kb.db 1", 1, "There is no folder missing"),
        ("harvest kb.db 1 --eutils-url http://example.org/", 2, "Nothing was sent"),
        ("harvest text.db 1", 1, "text.db is not an SQLite file; it was left alone"),
        ("harvest other.db 1", 1, "not a litkb knowledge base; it was left alone"),
        ("harvest . 1", 1, "is a folder"),
        ("status missing.db", 1, "There is no file missing.db"),
        ("check empty.db", 1, "empty.db is empty"),
        ("rebuild missing.db", 1, "There is no archive"),
        ("export missing.db out.graphml", 1, "There is no file missing.db"),
        ("serve missing.db", 1, "There is no file missing.db"),
        ("nonsense", 2, "No such command 'nonsense'"),
    ],
)
def test_bad_input_gets_one_sentence_and_its_exit_code(
    eutils: Rehearsal, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, code: int, sentence: str
) -> None:
    (tmp_path / "text.db").write_text("This is no database, but it is mine.")
    (tmp_path / "empty.db").touch()
    with closing(sqlite3.connect(tmp_path / "other.db")) as other, other:
        other.execute("create table mine (a)")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    assert run(*shlex.split(words)) == code

    err = capsys.readouterr().err
    assert sentence in err
    assert "Traceback" not in err
    assert {path: path.read_bytes() for path in before} == before
    assert eutils.log == []


@pytest.mark.parametrize("words", [["status", "\udcff.db"], ["harvest", "kb.db", "--title", "a\udce9"], ["\udcff"]])
def test_a_word_that_is_no_text_is_misuse(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(cli, words) == 2
    assert "is no text in UTF-8" in capsys.readouterr().err


def test_a_newer_file_is_refused_and_left_alone(xml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kb = xml.with_name("kb.db")
    run("harvest", kb, "--file", xml)
    with closing(sqlite3.connect(kb)) as db, db:
        db.execute("pragma user_version = 99")
    capsys.readouterr()

    assert run("status", kb) == 1
    assert "was written by a later litkb (schema 99" in capsys.readouterr().err


def test_a_locked_file_is_said_to_be_in_use(
    xml: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.database.BUSY_TIMEOUT_MS", 50)
    kb = xml.with_name("kb.db")
    open_kb(kb, create=True).close()
    with closing(sqlite3.connect(kb)) as other:
        other.execute("begin immediate")
        assert run("harvest", kb, "--file", xml) == 1
    assert "being written by another program" in capsys.readouterr().err


def test_a_full_disk_is_said_to_be_full_and_the_file_stays_sound(
    xml: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = xml.with_name("kb.db")

    def small(path: Path, **options: bool) -> sqlite3.Connection:
        db = open_kb(path, **options)
        db.execute("pragma max_page_count = 130")
        return db

    monkeypatch.setattr("harvest.commands.harvest.open_kb", small)
    xml.write_bytes(b"".join(format_article_set(record(n, title="long " * 2000) for n in range(1, 60))))
    assert run("harvest", kb, "--file", xml) == 1
    assert "The disk is full" in capsys.readouterr().err
    monkeypatch.undo()
    assert run("check", kb) == 0


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name in group.list_commands(context := click.Context(group)):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name), command


@pytest.mark.parametrize(
    ("path", "command"), list(commands(cli)), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_has_one_worked_example_whose_words_it_understands(
    path: tuple[str, ...], command: click.Command
) -> None:
    examples = re.findall(r"^\s*(?:Example: *|  )(litkb .+)$", command.help or "", re.MULTILINE)
    assert len(examples) == 1, command.help
    words = shlex.split(examples[0])
    assert tuple(words[1 : 1 + len(path)]) == path
    command.make_parser(click.Context(command)).parse_args(words[1 + len(path) :])


def test_help_lists_every_command_in_its_section_with_a_summary_that_fits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("--help") == 0
    out = capsys.readouterr().out
    assert re.findall(r"^([A-Z][a-z ]+):$", out, re.MULTILINE) == [
        "Options",
        "Get articles",
        "Look",
        "Export",
        "Maintain",
    ]
    assert re.findall(r"^  ([a-z]+) +[A-Z]", out, re.MULTILINE) == list(cli.lazy)
    assert max(map(len, out.splitlines())) <= 80


def test_the_help_of_the_graph_commands_fits_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "--help") == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_a_former_name_of_an_option_is_understood_and_the_new_one_is_told(
    xml: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(xml.parent)
    for command, former in (
        (("harvest",), "--most"),
        (("graph", "path"), "--most"),
        (("graph", "main-path"), "--keys"),
    ):
        assert run(*command, "--help") == 0
        assert former not in capsys.readouterr().out
    assert run("harvest", "kb.db", "--file", xml, "--no-graph") == 0
    capsys.readouterr()
    assert run("graph", "main-path", "kb.db", "--keys", "0") == 0
    assert capsys.readouterr().err.startswith("--keys is now --limit.\n")
    assert run("graph", "main-path", "kb.db", "--keys", "many") == 2
    assert "Invalid value for '--limit'" in capsys.readouterr().err


def test_neighbourhood_may_be_spelt_either_way(xml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(xml.parent)
    assert run("harvest", "kb.db", "--file", xml, "--no-graph") == 0
    for place, name in enumerate(("--neighbourhood", "--neighborhood")):
        assert run("export", "kb.db", f"near{place}.ris", name, "1:1") == 0
    assert Path("near0.ris").read_bytes() == Path("near1.ris").read_bytes()


def test_of_a_former_and_a_new_name_the_new_one_counts(capsys: pytest.CaptureFixture[str]) -> None:
    @click.command()
    @click.option("--limit", type=int, default=3)
    @renamed_option("--most", "--limit")
    def listed(limit: int) -> None:
        click.echo(limit)

    for words in (("--most", "5", "--limit", "4"), ("--limit", "4", "--most", "5")):
        assert run_command(listed, words) == 0
        assert capsys.readouterr() == ("4\n", "--most is now --limit.\n")
    assert run_command(listed, ()) == 0
    assert capsys.readouterr() == ("3\n", "")


def test_commands_are_shown_as_this_litkb_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    for called, shown in ((".venv/bin/litkb", ".venv/bin/litkb"), ("/usr/bin/pytest", "litkb")):
        monkeypatch.setattr("sys.argv", [called])
        assert _program() == shown


def test_the_demonstration_is_built_checked_and_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "kb.commands.demo.read_demonstration", lambda: read_demonstration()[5:11]
    )  # `make demo` builds all

    assert run("demo", "made", "--synthetic", "30", "--faults") == 0

    out, err = capsys.readouterr()
    assert "made/kb.db: 6 articles, 5 references, " in out
    assert "3. Kleber 2007 Am J Psychiatry (cited only)" in out
    assert "shares Vederhus JK" in out
    assert "$ litkb harvest made/kb.db 32448354 --references" in err
    assert "$ litkb harvest made/synthetic.db --full-text --limit 100 --no-graph" in err
    assert "made/synthetic.db: 30 articles, " in out
    assert "9 full texts, " in out
    assert "/article/900000" in out
    with closing(open_kb("made/kb.db")) as db:
        assert db.execute("select count(*) from full_texts").fetchone() == (0,)  # real articles get no made-up words
    assert sorted(path.name for path in Path("made").iterdir() if path.suffix in (".db", ".sqlar")) == [
        "kb.db",
        "kb.sqlar",
        "synthetic.db",
        "synthetic.sqlar",
    ]
    with closing(open_kb("made/kb.db")) as db:
        sources = db.execute(
            "select distinct s.name, a.read_from from articles a, citation_sources s on s.id = a.source_id"
        )
        assert sources.fetchall() == [("demonstration", None)]
    assert run("export", "made/kb.db", "made/field.graphml") == 0
    assert nx.read_graphml("made/field.graphml").out_degree("pmid:32448354") == 5
    capsys.readouterr()
    assert run("demo", "made", "--synthetic", "30") == 0
    assert "synthetic.db is there already" in capsys.readouterr().err
    assert not {"LITKB_EUTILS_URL", "LITKB_PMC_S3_URL"} & os.environ.keys()
