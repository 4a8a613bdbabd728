"""The tables of an export have the rows and columns of a knowledge base of the same records."""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from harvest.mirror.build import build_mirror
from harvest.mirror.check import check_mirror
from harvest.mirror.engine import LostWorkersError, Task, run_here
from harvest.mirror.parquet import COLUMNS, TERMS, export_parquet
from harvest.pubmed.article import parse_articles
from kb.database import open_kb, transaction
from kb.errors import MirrorError, UsageError
from kb.mirror.reader import Mirror
from kb.records import Record
from kb.store.records import save_records
from tests.benchmarks.pubmed_files import Made, write_files
from tests.records import MOMENT

TABLES = {**COLUMNS, **TERMS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror with an update file, its export, and a knowledge base of its current records."""
    folder = tmp_path_factory.mktemp("parquet")
    paths = write_files(folder / "files", Made(files=2, records=60, first=1_000, templates=20), updates=1)
    build_mirror(str(folder / "mirror"), [str(path) for path in paths], run_here)
    export_parquet(str(folder / "mirror"), str(folder / "tables"), run_here)
    with (
        Mirror(folder / "mirror") as mirror,
        closing(open_kb(folder / "kb.db", create=True)) as db,
        transaction(db),
    ):
        for segment in mirror.manifest.segments:
            xml = b"".join(xml for _, xml in mirror.records_of(segment.name))
            items = parse_articles(b"<PubmedArticleSet>%b</PubmedArticleSet>" % xml)
            records = [item for item in items if isinstance(item, Record)]
            save_records(db, records, received_at=MOMENT, read_from=segment.name)
    return folder


def rows_of(folder: Path, table: str) -> list[tuple[Any, ...]]:
    frame = pd.read_parquet(folder / "tables" / table).astype(object)
    return sorted(frame.where(frame.notna(), None).itertuples(index=False, name=None), key=repr)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_rows_of_the_database(folder: Path, table: str):
    with closing(sqlite3.connect(folder / "kb.db")) as db:
        expected = db.execute(f"select {', '.join(TABLES[table])} from {table}").fetchall()

    assert expected
    assert rows_of(folder, table) == sorted(expected, key=repr)


def test_what_was_written_is_said_last(folder: Path):
    said = json.loads((folder / "tables/about.json").read_bytes())

    assert (said["through"], said["files"], said["missing"]) == ("pubmed26n0003.xml.gz", 3, [])
    assert said["rows"] == {table: len(rows_of(folder, table)) for table in TABLES}


def test_an_export_is_written_only_where_nothing_else_is(folder: Path, tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(UsageError, match="holds other files"):
        export_parquet(str(folder / "mirror"), str(tmp_path), run_here)
    with pytest.raises(UsageError, match="holds an export already"):
        export_parquet(str(folder / "mirror"), str(folder / "tables"), run_here)


def test_workers_may_stand_in_another_folder(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "elsewhere").mkdir()
    shutil.copytree(folder / "mirror", tmp_path / "mirror")
    monkeypatch.chdir(tmp_path)

    def elsewhere(tasks: Sequence[Task]) -> Iterator[tuple[Task, Any]]:
        for task in tasks:
            with contextlib.chdir("elsewhere"):
                result = task.call(*task.arguments)
            yield task, result

    assert check_mirror("mirror", elsewhere) == []
    assert export_parquet("mirror", "tables", elsewhere)["articles"] == len(rows_of(folder, "articles"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_export_that_was_not_finished_is_begun_anew(folder: Path, tmp_path: Path):
    def lost(tasks: Any) -> Iterator[tuple[Task, Any]]:
        yield from run_here(tasks[:1])
        yield tasks[1], LostWorkersError("Three workers ended.")

    with pytest.raises(MirrorError, match="Three workers ended"):
        export_parquet(str(folder / "mirror"), str(tmp_path), lost)
    assert not (tmp_path / "about.json").exists()
    (tmp_path / "articles/pubmed26n0009.parquet").write_text("of a mirror with more files")
    export_parquet(str(folder / "mirror"), str(tmp_path), run_here)

    names = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.parquet"))
    assert names == sorted(path.relative_to(folder / "tables") for path in (folder / "tables").rglob("*.parquet"))
    assert all((tmp_path / name).read_bytes() == (folder / "tables" / name).read_bytes() for name in names)
