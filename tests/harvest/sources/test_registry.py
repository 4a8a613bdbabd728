"""A source is added by two files: its module, and what it would answer in a rehearsal."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from textwrap import dedent

import pytest

from harvest.pubmed.write_article import format_article_set
from harvest.sources.registry import LISTS, OFFERED, SOURCES
from tests.records import record

MODULE = dedent(
    '''
    """Citation notes: who cites whom, as a made-up service tells it."""
    import json
    from harvest.http.response_validation import said_instead
    from harvest.http.transport import Site
    from harvest.sources.source import Answer, ListRequest, Source, Told
    from kb.clock import now
    from kb.errors import TransientError
    from kb.records import LinkList

    def fetch(client, pmids):
        request = {"pmids": ",".join(map(str, pmids))}
        body, _ = client.get("Citation notes", "noted", request, check)
        return Answer("noted", request, body, now())

    def check(body):
        try:
            return json.loads(body)
        except ValueError as error:
            raise TransientError(said_instead(body)) from error

    def parse(body, asked):
        told = check(body)
        lists = {pmid: LinkList(pmid, "cited_by", "citation_notes", links(told.get(str(pmid)))) for pmid in asked}
        return [Told(pmid, (links,), None) for pmid, links in lists.items()]

    def links(citing):
        return None if citing is None else tuple((pmid, None) for pmid in citing)

    SOURCE = Source(
        name="notes", site=Site("notes.example.org", "https://notes.example.org/…"), address="https://notes.example.org/v1/",
        variable="LITKB_NOTES_URL", says={"citation_notes": "Citation notes, a made-up service"},
        lists=(ListRequest("notes", "citation notes", fetch, parse, ("citation_notes", "cited_by"), "citation notes"),),
    )
    '''
)
ANSWERS = dedent(
    '''
    """What Citation notes would answer."""
    import json
    from harvest.rehearsal.faults import Reply

    def answer_noted(shelf, parameters):
        return Reply(json.dumps({"2": [1, 77]}).encode(), content_type="application/json")

    ANSWERS = {"noted": answer_noted}
    '''
)
PROGRAM = dedent(
    """
    import os, sys
    import harvest.sources, harvest.rehearsal.answers
    harvest.sources.__path__.append("sources")
    harvest.rehearsal.answers.__path__.append("answers")
    from pathlib import Path
    from harvest.rehearsal.server import Rehearsal
    from kb.cli import cli
    from kb.console import run_command
    with Rehearsal(Path("field"), limited=False) as rehearsal:
        os.environ.update(rehearsal.addresses)
        command = "harvest kb.db 1 2 --ask notes --no-graph --email a@example.org"
        harvested = run_command(cli, command.split())
    sys.exit(harvested or run_command(cli, ["rebuild", "kb.db"]))
    """
)


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that was harvested with a source of two files, and rebuilt from its archive."""
    folder = tmp_path_factory.mktemp("added")
    for name, text in (("sources/notes.py", MODULE), ("answers/notes.py", ANSWERS)):
        (folder / name).parent.mkdir()
        (folder / name).write_text(text)
    (folder / "field").mkdir()
    (folder / "field/records.xml").write_bytes(b"".join(format_article_set([record(1, (2,)), record(2)])))
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder)},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    return folder / "kb.db"


def test_a_source_of_two_files_is_asked_asserts_and_comes_back_from_the_archive(kb: Path):
    with closing(sqlite3.connect(kb)) as db:
        said = db.execute(
            """select s.name, s.description, c.citing_id, c.cited_id from citations c
            join citation_sources s on s.id = c.source_id where s.name = 'citation_notes' order by citing_id"""
        ).fetchall()
        tasks = db.execute("select asked, outcome from harvest_tasks where task = 'notes' order by asked").fetchall()
        lists = db.execute(
            """select pmid, entries from article_lists l join citation_sources s on s.id = l.source_id
            where s.name = 'citation_notes' order by pmid"""
        ).fetchall()

    assert said == [
        ("citation_notes", "Citation notes, a made-up service", 1, 2),
        ("citation_notes", "Citation notes, a made-up service", 77, 2),
    ]
    assert tasks == [("1", "done"), ("2", "done")]
    assert lists == [(1, None), (2, 2)]  # of 1 it has no data, which is not "none"


def test_what_the_commands_offer_follows_from_the_sources():
    assert list(SOURCES) == ["pubmed", "icite", "pmc_s3"]
    assert list(LISTS) == ["cited_by", "similar", "references", "icite"]
    assert list(OFFERED) == ["references", "icite", "occ"]
    assert json.dumps([source.address for source in SOURCES.values()]).count("https://") == 3
