"""docs/tables.md: its examples run, on the tables of a small mirror."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from harvest.mirror.build import build_mirror
from harvest.mirror.engine import run_here
from harvest.mirror.parquet import export_parquet
from tests.benchmarks.pubmed_files import Made, write_files

PAGE = (Path(__file__).parents[3] / "docs/tables.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python (\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    paths = write_files(folder / "files", Made(files=1, records=30, first=1_000, templates=10))
    build_mirror(str(folder / "mirror"), [str(path) for path in paths], run_here)
    export_parquet(str(folder / "mirror"), str(folder / "tables"), run_here)
    return folder


def run(engine: str, folder: Path) -> str:
    """Return what the examples of an engine print, in a process of their own, as a reader would run them."""
    script = "".join(block for name, block in BLOCKS if name == engine)
    guarded = f"if __name__ == '__main__':\n    {script.replace(chr(10), chr(10) + '    ')}"
    (folder / "example.py").write_text(guarded, encoding="utf-8")
    done = subprocess.run([sys.executable, "example.py"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_of_duckdb_run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(folder)

    exec("".join(block for name, block in BLOCKS if name == "duckdb"), {})

    assert "abbreviation" in capsys.readouterr().out


@pytest.mark.campaign
def test_the_examples_of_dask_run(folder: Path):
    assert "citation_count" in run("dask", folder)


@pytest.mark.campaign
@pytest.mark.parametrize("engine", ["polars", "spark"])
def test_the_examples_of_engines_that_are_not_installed_with_litkb_run(folder: Path, engine: str):
    if find_spec({"spark": "pyspark"}.get(engine, engine)) is None:
        pytest.skip(f"{engine} is not installed")
    assert "citations" in run(engine, folder)
