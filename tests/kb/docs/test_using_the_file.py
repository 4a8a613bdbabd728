"""What docs/using-the-file.md and the README of a published folder say: their lines run as they stand."""

import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from kb.database import open_kb, transaction
from kb.publish.run import publish_kb
from kb.store.records import save_records
from tests.records import MOMENT, record, reference_of

DOCS = (Path(__file__).resolve().parents[3] / "docs/using-the-file.md").read_text()
ASK = """
import asyncio, json, sys
from datasette.app import Datasette
asked = json.load(sys.stdin)
app = Datasette(["kb.db"], metadata=asked["metadata"])
async def ask():
    await app.invoke_startup()
    return {path: (await app.client.get(path)).status_code for path in asked["paths"]}
print(json.dumps(asyncio.run(ask())))
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("using")
    with closing(open_kb(folder / "own.db", create=True)) as db, transaction(db):
        printed = reference_of(1, 2, "Doe J. A book that nobody has. 2001.")
        save_records(db, [record(1, (2, printed)), record(2)], received_at=MOMENT)
    publish_kb(folder / "own.db", folder / "published")
    return folder / "published"


def block(text: str, start: str) -> str:
    """Return the indented lines after the one that begins so."""
    after = text[text.index(f"\n{start}") + 1 :].split("\n\n", 1)[1]
    found = re.match(r"(?:    .*\n)+", after)
    assert found is not None
    return dedent(found[0])


@pytest.mark.parametrize("of", ["docs", "folder"])
def test_the_lines_for_pandas_read_works_with_their_ids(
    published: Path, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    monkeypatch.chdir(published)
    said: dict[str, Any] = {}

    exec(block(DOCS, "## pandas") if of == "docs" else block((published / "README.md").read_text(), "pandas:"), said)

    said["db"].close()
    ids = sorted(said["works"]["id"].tolist())
    assert ids[1:] == [1, 2]
    assert -(2**53) < ids[0] < 0


def test_the_line_for_sqlite3_is_a_query_of_this_schema(published: Path) -> None:
    *_, sql = shlex.split(block(DOCS, "## sqlite3"))

    with closing(open_kb(published / "kb.db", readonly=True)) as db:
        assert db.execute(sql).fetchall() == []


def test_the_lines_for_r_keep_ids_from_becoming_integer64(published: Path) -> None:
    for lines in (block(DOCS, "## R"), block((published / "README.md").read_text(), "R;")):
        assert 'bigint = "numeric"' in lines


def test_every_table_and_view_is_read_by_programs_that_know_nothing_of_litkb(published: Path) -> None:
    with closing(sqlite3.connect(published / "kb.db")) as db:
        names = [name for (name,) in db.execute("select name from sqlite_master where type in ('table', 'view')")]
        for name in names:
            assert db.execute(f"pragma table_info({name})").fetchall(), name
            db.execute(f"select * from {name} limit 1").fetchall()
        assert db.execute("select count(*) from article_texts where title <> ''").fetchone() == (2,)


def test_plain_datasette_answers_every_ready_question_and_table_by_the_published_metadata(published: Path) -> None:
    metadata = yaml.load((published / "metadata.yml").read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    described = metadata["databases"]["kb"]
    paths = [f"/kb/{name}.json?_nosuggest=1" for name in (*described["queries"], *described["tables"])]

    answer = subprocess.run(
        [sys.executable, "-c", ASK],
        input=json.dumps({"metadata": metadata, "paths": paths}), cwd=published,
        env=os.environ | {"DATASETTE_LOAD_PLUGINS": ""}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    statuses = json.loads(answer.stdout)
    assert len(statuses) > 60
    assert {path: status for path, status in statuses.items() if status != 200} == {}


def test_the_published_metadata_are_ours_without_the_remarks_at_their_head(published: Path) -> None:
    lines = (published / "metadata.yml").read_text().splitlines()

    assert lines[0] == "# Made by litkb publish; the next one replaces it."
    assert not lines[1].startswith("#")
