"""docs/python.md: its lines run, in their order, on a small file; and what is public is on the page."""

import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import graph
import harvest
import kb
from graph.run import compute_graph
from harvest.pubmed.write_article import format_article_set
from kb.database import open_kb, transaction
from kb.errors import LitkbError, UsageError
from kb.store.records import save_records
from tests.records import MOMENT, record

PAGE = (Path(__file__).parents[3] / "docs/python.md").read_text(encoding="utf-8")
BLOCKS = [dedent(block) for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", PAGE, re.MULTILINE)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("python")
    records = [record(1, (2, 3), title="Groups for recovery"), record(2, (3,), title="Help"), record(3, title="Groups")]
    with closing(open_kb(folder / "kb.db", create=True)) as db:
        with transaction(db):
            save_records(db, records, received_at=MOMENT)
        compute_graph(db)
    (folder / "articles.xml").write_bytes(b"".join(format_article_set(records)))
    return folder


def test_the_lines_of_the_page_run_in_their_order(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(folder)
    before = (folder / "kb.db").read_bytes()
    names: dict[str, Any] = {}

    for block in BLOCKS:
        exec(block, names)
    names["library"].conn.close()

    said = capsys.readouterr().out
    assert said.startswith("3\n")
    assert "Groups for recovery" in said
    assert "3 3 2.0" in said
    assert (folder / "kb.db").read_bytes() == before


def test_what_is_public_is_on_the_page():
    assert all(f"{name}" in PAGE for package in (kb, graph, harvest) for name in package.__all__)
    assert all(callable(getattr(package, name)) for package in (kb, graph, harvest) for name in package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        kb.nothing  # noqa: B018


def test_a_search_finds_as_the_site_does_and_refuses_in_words(folder: Path):
    library = kb.open_library(folder / "kb.db")

    assert [row["pmid"] for row in kb.search(library, "groups")] == [3, 1]
    assert [row["pmid"] for row in kb.search(library, "groups", sort="date", limit=1)] == [3]
    assert [row["title"] for row in kb.search(library, "pmid:2")] == ["Help"]
    assert kb.search(library, "nowhere") == []
    with pytest.raises(UsageError, match="cannot be searched"):
        kb.search(library, "year:soon")
    with pytest.raises(UsageError, match="no word"):
        kb.search(library, "  ")
    with pytest.raises(UsageError, match="no order 'size'"):
        kb.search(library, "groups", sort="size")
    library.conn.close()


def test_what_is_no_library_is_refused_in_words(tmp_path: Path):
    (tmp_path / "x.db").write_text("no database")

    with pytest.raises(LitkbError, match="not an SQLite file"):
        kb.open_library(tmp_path / "x.db")


def test_the_packages_import_nothing_heavy_by_themselves():
    heavy = "{'scipy', 'sqlite_utils', 'lxml', 'networkx'}"
    code = f"import sys, kb, graph, harvest; print(sorted({heavy} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
