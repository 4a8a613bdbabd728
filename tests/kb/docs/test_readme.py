"""What the README says is so: its commands are understood, its tables and files are there."""

import re
import shlex
import sqlite3
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kb.cli import cli

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"^    (?:\$ )?(litkb .+?)(?: {2,}#.*)?$", README, re.MULTILINE)


def test_it_is_short_and_begins_with_two_commands() -> None:
    assert len(README.splitlines()) <= 150
    assert COMMANDS[:2] == ["litkb harvest kb.db 32448354 --references --cited-by", "litkb serve kb.db"]
    assert README.index(COMMANDS[1]) < README.index("## ")


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_understood(line: str) -> None:
    command: click.Command = cli
    words = shlex.split(line)[1:]
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None
        command = found
    command.make_parser(click.Context(command)).parse_args(words)


@pytest.mark.parametrize(
    ("line", "said"), re.findall(r"^    \$ (litkb .+ --dry-run)\n    (Would .+)$", README, re.MULTILINE)
)
def test_the_worked_example_costs_what_it_says(line: str, said: str, tmp_path: Path) -> None:
    words = [str(tmp_path / word) if word == "kb.db" else word for word in shlex.split(line)[1:]]

    assert CliRunner().invoke(cli, words).output.strip() == said


def test_the_worked_example_is_there() -> None:
    assert README.count("\n    Would ask for about ") == 2


def test_every_table_and_view_that_it_names_is_in_the_schema(db: sqlite3.Connection) -> None:
    known = {row[0] for row in db.execute("select name from sqlite_master where type in ('table', 'view')")}
    table = README[README.index("| ask | find |") : README.index("NULL means")]
    named = set(re.findall(r"`([a-z_]+)`", table)) - {"pubmed", "elink_citedin", "demonstration"}
    assert len(named) >= 8
    assert named <= known


def test_every_file_that_it_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) >= 4
    assert [link for link in links if not (ROOT / link).is_file()] == []
