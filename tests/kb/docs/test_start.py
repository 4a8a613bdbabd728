"""Commands load what they run: the list of commands is known without them."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from graph.cli import graph_commands
from kb.cli import cli
from kb.console import LazyGroup, run_command

HEAVY = {
    "Bio", "bibtexparser", "citeproc", "datasette", "httpx", "jinja2", "lxml", "networkx", "numpy",
    "platformdirs", "pylatexenc", "rapidfuzz", "resvg_py", "rich", "rispy", "scipy", "sknetwork", "sqlite_utils",
    "uvicorn", "yaml",
}  # fmt: skip
RUN = """
import sys
from kb.cli import cli
from kb.console import run_command
for line in sys.argv[1:]:
    assert run_command(cli, line.split()) == 0
print(*{name.partition(".")[0] for name in sys.modules})
"""


def loaded_by(folder: Path, *lines: str) -> set[str]:
    """Return which heavy libraries a program has loaded that ran these commands."""
    command = [sys.executable, "-c", RUN, *lines]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return HEAVY & set(done.stdout.splitlines()[-1].split())


def test_version_help_and_status_load_no_heavy_library(empty_kb: Path) -> None:
    assert loaded_by(empty_kb.parent, "--version", "--help", "graph --help", "status kb.db") == set()


def test_a_harvest_loads_what_reads_pubmed_and_no_library_of_numbers_or_pages(tmp_path: Path) -> None:
    assert loaded_by(tmp_path, "harvest --help") <= {"Bio", "citeproc", "lxml", "platformdirs"}


@pytest.mark.parametrize("group", [cli, graph_commands])
def test_the_help_of_a_group_tells_each_command_as_its_own_help_begins(group: click.Group) -> None:
    assert isinstance(group, LazyGroup)
    for name, (_, short) in group.lazy.items():
        command = group.get_command(click.Context(group), name)
        assert command is not None
        assert command.name == name
        assert " ".join((command.help or "").split()).startswith(short.rstrip("."))
        assert len(short) <= 68  # and the name: a line of a terminal


def test_a_command_that_is_not_there_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(cli, ["harvests"]) == 2
    assert "No such command 'harvests'" in capsys.readouterr().err
