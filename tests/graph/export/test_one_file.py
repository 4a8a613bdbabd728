"""A format is added by one file: the command and the menu of the site follow."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from kb.database import open_kb, transaction
from kb.store.records import save_records
from tests.records import MOMENT, record

GRAPH = '''"""Citations, one a line.  (pure)"""
from graph.export.formats.common import Format, Text, edge_lines

def format_links(contents):
    yield from edge_lines(contents, Text(str, ()), "", " cites ", lambda _: "\\n")

FORMS = (Format("links", ".links", format_links, "text/plain", "awk", "links"),)
'''
LIST = '''"""Titles, one a line.  (pure)"""
from kb.formats.bibliography import Bibliography

def format_titles(items):
    yield from (f"{item.title}\\n" for item in items)

BIBLIOGRAPHIES = (Bibliography("Titles", ".titles", format_titles, "text/plain", "grep"),)
'''
PROGRAM = """
import graph.export.formats, kb.formats
graph.export.formats.__path__.append("graphs")
kb.formats.__path__.append("lists")
from kb.cli import cli
from kb.console import run_command
assert run_command(cli, "export kb.db field.links".split()) == 0
assert run_command(cli, "export kb.db field.titles".split()) == 0
from kb.site.files.downloads import ENDINGS, EXPORTS
print(ENDINGS["links"], ENDINGS["titles"])
print([programs for _, opened in EXPORTS for programs, _ in opened if programs in ("awk", "grep")])
"""


def test_a_format_of_one_file_is_written_and_offered(tmp_path: Path):
    for name, text in (("graphs/links.py", GRAPH), ("lists/titles.py", LIST)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db, transaction(db):
        save_records(db, [record(1, (2,), title="Groups"), record(2, title="Help")], received_at=MOMENT)

    made = subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True)

    assert made.returncode == 0, made.stderr
    assert (tmp_path / "field.links").read_text() == "pmid:1 cites pmid:2\n"
    assert (tmp_path / "field.titles").read_text() == "Groups\nHelp\n"
    assert made.stdout.splitlines()[-2:] == ["links .titles", "['grep', 'awk']"]
