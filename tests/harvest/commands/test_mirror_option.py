"""litkb harvest and update with --mirror: a field cut out of a folder that litkb mirror built, and what is refused."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kb.cli import cli
from kb.console import run_command
from kb.queries.archive import archive_path
from tests.builders import delete_xml
from tests.harvest.mirror.nlm_files import built, citing, write_source

LAST = "pubmed26n0002.xml.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A mirror of a baseline file and an update file, which revises 2 and deletes 5, and of NIH's collection."""
    occ = tmp_path / "occ.csv"
    occ.write_text("citing,referenced\n4,1\n3,1\n")
    baseline = write_source(tmp_path, 1, citing(1, 2, 5), citing(2), citing(3, 1), citing(5), citing(6, 3))
    update = write_source(tmp_path, 2, citing(2, 6, title="Revised"), citing(4), delete_xml(5))
    built(tmp_path / "mirror", baseline, update, occ=[occ])
    return tmp_path / "mirror"


def litkb(*words: object) -> int:
    return run_command(cli, [*map(str, words)])


def rows_of(kb: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(kb)) as db:
        return db.execute(sql).fetchall()


def cut(kb: Path, folder: Path, *words: object) -> int:
    return litkb("harvest", kb, *words, "--mirror", folder, "--no-graph")


def test_a_field_is_cut_out_of_a_folder_and_rebuilt_without_it(folder: Path, tmp_path: Path, capsys):
    kb = tmp_path / "kb.db"

    assert cut(kb, folder, 1, "--references", "--cited-by", "--depth", 2, "--ask", "occ") == 0
    said = capsys.readouterr()
    assert said.out == "asked 6 = 5 stored + 1 not found\n"
    assert f"from the mirror (PubMed's files through {LAST}); no requests." in said.err
    assert "NCBI_EMAIL" not in said.err
    assert rows_of(kb, "select pmid, title, read_from, update_file from articles") == [
        (1, "A title.", "pubmed26n0001.xml.gz", 260001),
        (2, "Revised", LAST, 260002),
        (3, "A title.", "pubmed26n0001.xml.gz", 260001),
        (4, "A title.", LAST, 260002),
        (6, "A title.", "pubmed26n0001.xml.gz", 260001),
    ]
    assert rows_of(kb, "select citing_id, cited_id, said_by from citation_links order by 1, 2") == [
        (1, 2, "pubmed"), (1, 5, "pubmed"), (2, 6, "pubmed"), (3, 1, "pubmed,occ"), (4, 1, "occ"), (6, 3, "pubmed"),
    ]  # fmt: skip
    assert rows_of(kb, "select pmid, citation_count, occ_citation_count, as_of from mirror_metrics where pmid < 3") == [
        (1, 1, 2, LAST), (2, 1, 0, LAST),
    ]  # fmt: skip
    assert rows_of(kb, "select detail from harvest_tasks where asked = '5' and task = 'article'") == [
        (f"not in the mirror as of {LAST}",)
    ]
    assert rows_of(kb, "select command from harvest_runs")[0][0].endswith(" --ask occ --mirror mirror")

    folder.rename(tmp_path / "gone")
    before = rows_of(kb, "select * from citation_links order by 1, 2")
    assert litkb("rebuild", kb) == 0
    assert litkb("check", kb) == 0
    assert rows_of(kb, "select * from citation_links order by 1, 2") == before


def test_what_was_measured_in_a_mirror_is_stored_with_each_work(folder: Path, tmp_path: Path):
    assert litkb("mirror", "measure", folder) == 0
    cut(tmp_path / "kb.db", folder, 1, 2)

    assert rows_of(tmp_path / "kb.db", "select pmid, percentile, pagerank_rank from mirror_metrics") == [
        (1, 60.0, 1), (2, 60.0, 4), (5, None, 4), (6, 60.0, 3),
    ]  # fmt: skip


def test_the_place_of_each_record_in_its_file_is_kept(folder: Path, tmp_path: Path):
    cut(tmp_path / "kb.db", folder, 3, 4)
    [(request,)] = rows_of(archive_path(tmp_path / "kb.db"), "select request from answers where request like '%step%'")

    assert json.loads(request)["records"] == f"3 pubmed26n0001.xml.gz 3, 4 {LAST} 2"


def test_an_update_reads_what_a_later_file_brought(folder: Path, tmp_path: Path, capsys):
    kb = tmp_path / "kb.db"
    cut(kb, folder, 1, "--cited-by")
    built(folder, write_source(tmp_path, 3, citing(1, 2, title="Corrected"), citing(7, 1)))
    with closing(sqlite3.connect(kb)) as db, db:
        for table in ("articles", "article_lists"):
            db.execute(f"update {table} set checked_at = '2020-01-01T00:00:00Z'")
    capsys.readouterr()

    assert litkb("update", kb, "--mirror", folder, "--no-graph") == 0
    said = capsys.readouterr()
    assert "read from the mirror (PubMed's files through pubmed26n0003.xml.gz)." in said.err
    assert rows_of(kb, "select pmid, title, read_from from articles where pmid in (1, 7)") == [
        (1, "Corrected", "pubmed26n0003.xml.gz"), (7, "A title.", "pubmed26n0003.xml.gz"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--query", "lamps"), "a search (--query)"),
        ((1, "--similar"), "which articles are similar (--similar)"),
        (("--title", "One size does not fit all"), "which article is meant by title: One size does not fit all"),
        ((1, "--ask", "icite"), "what other sources say (--ask icite)"),
    ],
)
def test_what_a_mirror_cannot_answer_is_one_sentence_and_nothing_is_made(folder, tmp_path, capsys, words, sentence):
    assert cut(tmp_path / "kb.db", folder, *words) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert sentence in said.err
    assert not (tmp_path / "kb.db").exists()


def test_a_mirror_and_a_server_together_are_refused(folder: Path, tmp_path: Path, capsys):
    assert cut(tmp_path / "kb.db", folder, 1, "--eutils-url", "http://127.0.0.1:9/") == 2
    assert "give one of them" in capsys.readouterr().err


@pytest.mark.parametrize(("damage", "code", "sentence"), [
    ("none", 2, "There is no finished mirror in "),
    ("half-built", 2, "There is no finished mirror in "),
    ("manifest", 1, "manifest.json is damaged; build the mirror anew."),
    ("array", 1, "`litkb mirror check` names all that is damaged."),
    ("frame", 1, "records.zst is damaged at byte 0"),
])  # fmt: skip
def test_a_damaged_or_unfinished_mirror_is_one_sentence(folder, tmp_path, capsys, damage, code, sentence):
    if damage == "none":
        folder = tmp_path / "nothing"
    elif damage == "half-built":
        (folder / "manifest.json").unlink()
    elif damage == "manifest":
        (folder / "manifest.json").write_text("{")
    elif damage == "array":
        next(folder.glob("whole-*/row-*.npy")).write_bytes(b"\x93NUM")
    else:
        for path in folder.glob("segments/*/records.zst"):
            path.write_bytes(path.read_bytes()[:20] + b"\0" * 40 + path.read_bytes()[60:])

    assert cut(tmp_path / "kb.db", folder, 1) == code
    said = capsys.readouterr().err.splitlines()
    assert sentence in said[-1]
    assert not any(line.startswith("Traceback") for line in said)


def test_files_that_are_missing_before_the_last_are_said_wherever_the_mirror_is_named(tmp_path: Path, capsys):
    built(tmp_path / "m", write_source(tmp_path, 2, citing(1, 2)))

    assert cut(tmp_path / "kb.db", tmp_path / "m", 1, "--cited-by") == 0
    as_of = f"{LAST}, 1 of the files before it missing"
    assert f"through {as_of}" in capsys.readouterr().err
    assert rows_of(tmp_path / "kb.db", "select as_of from mirror_metrics where pmid = 1") == [(as_of,)]


def test_the_collection_is_refused_where_the_mirror_has_none(tmp_path: Path, capsys):
    built(tmp_path / "m", write_source(tmp_path, 1, citing(1)))

    assert cut(tmp_path / "kb.db", tmp_path / "m", 1, "--ask", "occ") == 2
    assert "built without the Open Citation Collection" in capsys.readouterr().err


def test_the_collection_without_a_mirror_is_refused(tmp_path: Path, capsys):
    assert litkb("harvest", tmp_path / "kb.db", 1, "--ask", "occ") == 2
    assert "name it with --mirror" in capsys.readouterr().err


def test_without_the_extra_one_sentence_says_what_to_install(folder: Path, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr("harvest.commands.mirrored.find_spec", lambda _: None)

    assert cut(tmp_path / "kb.db", folder, 1) == 2
    assert "pip install 'litkb[mirror]'" in capsys.readouterr().err
