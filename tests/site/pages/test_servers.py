"""Who answered is said as the ledger has it: NCBI, or the server that was asked in its place."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from harvest.files.input_files import InputFile
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.rehearsal.faults import Fault
from harvest.rehearsal.server import Rehearsal
from kb.commands.status import format_status
from kb.database import open_kb, transaction
from kb.publish.searchreport import format_search_report
from kb.queries.archive import archive_path
from kb.queries.harvest_log import read_status
from kb.site.parts.sources import asserting_words, endpoint_words
from tests.harvest.jobs.network_builders import client_of, record_xml, records
from tests.site.conftest import Get, served
from tests.site.pages.test_pages import text_of

ADDRESS = "http://127.0.0.1:8/rehearsed/"
EARLY = "2020-05-05T05:05:05Z"
CITATION = "/evidence/citation?citing=1&cited=2"
FILE = b"<PubmedArticleSet>" + record_xml(1, cites=(2,)) + b"</PubmedArticleSet>"


def harvested(kb: Path, plan: Plan, *, server: str | None, faults: tuple[Fault, ...] = ()) -> Path:
    """Harvest from a rehearsal, and note in the ledger that ``server`` was asked."""
    path = kb.parent / "lamps.xml"
    path.write_bytes(FILE)
    xml = records(record_xml(1, cites=(2,)), record_xml(2))
    with (
        Rehearsal(xml, limited=False, faults=faults) as rehearsal,
        closing(open_kb(kb, create=True)) as db,
        open_archive(archive_path(kb)) as archive,
    ):
        clients = {"pubmed": client_of(rehearsal, kb.parent, pause=15, deadline=60)}
        files = [InputFile(path, path.name) for _ in plan.files]
        harvest(db, archive, clients, plan, files=files, command="litkb harvest kb.db")
        with transaction(db):
            db.execute("update harvest_runs set server = ? where id = (select max(id) from harvest_runs)", (server,))
    return kb


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of one search and its lists, all answered by another server."""
    plan = Plan(query="mutual", cited_by=True)
    return harvested(tmp_path_factory.mktemp("rehearsed") / "kb.db", plan, server=ADDRESS)


@pytest.fixture(scope="module")
def get(rehearsed: Path) -> Iterator[Get]:
    with served(rehearsed) as ask:
        yield ask


def answers_of(kb: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(archive_path(kb))) as archive:
        return archive.execute("select endpoint, name from answers order by id").fetchall()


def test_a_citation_that_another_server_gave_is_said_to_be_from_there(get: Get):
    text = text_of(get(CITATION).text)

    assert f"{ADDRESS} (in place of PubMed) The reference list" in text
    assert f"{ADDRESS} (in place of NCBI ELink) NCBI ELink: articles that cite this one" in text
    assert f"Source {ADDRESS} (in place of NCBI EFetch): records" in text
    assert f"Source {ADDRESS} (in place of NCBI ELink): citing and similar articles" in text


def test_lists_that_another_server_gave_are_said_to_be_from_there(get: Get):
    text = text_of(get("/article/2").text)

    assert f"1 work here cites it; {ADDRESS} (in place of NCBI ELink) listed 1 on " in text
    assert f"{ADDRESS} (in place of NCBI ELink) has no data on its citing articles" in text_of(get("/article/1").text)


def test_every_raw_response_of_another_server_is_said_to_be_from_there(get: Get, rehearsed: Path):
    found = answers_of(rehearsed)

    assert {endpoint for endpoint, _ in found} == {"efetch", "elink", "esearch"}
    for _, name in found:
        assert f"Source {ADDRESS} (in place of NCBI E" in text_of(get(f"/evidence/answer?name={name}").text)


def test_a_run_says_which_server_answered_and_who_read_its_search(get: Get):
    text = text_of(get("/run/1").text)

    assert f"Answered in place of PubMed {ADDRESS}" in text
    assert "PubMed’s translation" not in text


def test_status_and_report_say_which_server_answered(rehearsed: Path):
    with closing(open_kb(rehearsed, readonly=True)) as db:
        status, report = format_status(read_status(db)), format_search_report(db)

    assert f"not PubMed    {ADDRESS} answered in its place" in status
    assert f"searched `{ADDRESS}` for `mutual`" in report
    assert f"`{ADDRESS}` read it as" in report
    assert f"Not only from NCBI: `{ADDRESS}` answered requests in place of PubMed" in report


def test_what_ncbi_answered_is_said_to_be_from_ncbi(tmp_path: Path):
    kb = harvested(tmp_path / "kb.db", Plan(query="mutual", cited_by=True), server=None)
    with served(kb) as get, closing(open_kb(kb, readonly=True)) as db:
        citation, run, report = text_of(get(CITATION).text), text_of(get("/run/1").text), format_search_report(db)

    assert "Source NCBI EFetch: records" in citation
    assert "in place of" not in citation + run + report
    assert "searched PubMed for `mutual`" in report


def test_a_server_that_never_answered_is_not_said_to_have_answered(tmp_path: Path):
    down = (Fault("unavailable", times=None),)
    kb = harvested(tmp_path / "kb.db", Plan(query="mutual"), server=ADDRESS, faults=down)
    with served(kb) as get, closing(open_kb(kb, readonly=True)) as db:
        text, report = text_of(get("/run/1").text), format_search_report(db)

    assert f"Requested in place of PubMed, without an answer {ADDRESS}" in text
    assert "Not only from NCBI" not in report


def test_a_file_is_the_source_of_its_citations_whatever_server_the_run_names(tmp_path: Path):
    kb = harvested(tmp_path / "kb.db", Plan(files=("lamps.xml",)), server=ADDRESS)
    with served(kb) as get:
        citation, run = text_of(get(CITATION).text), text_of(get("/run/1").text)

    assert ADDRESS not in citation + run.partition("litkb harvest kb.db")[2]
    assert "Source Loaded file" in citation


def test_a_response_that_came_twice_names_the_source_of_each_time(tmp_path: Path):
    kb = harvested(tmp_path / "kb.db", Plan(seeds=("2",)), server=ADDRESS)
    with closing(sqlite3.connect(archive_path(kb))) as archive, archive:
        archive.execute("update answers set received_at = ?", (EARLY,))
    with closing(open_kb(kb)) as db, transaction(db):
        db.execute("update harvest_runs set started_at = :at, finished_at = :at", {"at": EARLY})
    harvested(kb, Plan(seeds=("2",), cited_by=True), server=None)
    name = next(name for endpoint, name in answers_of(kb) if endpoint == "efetch")
    with served(kb) as get:
        text = text_of(get(f"/evidence/answer?name={name}").text)

    assert text.index(f"Source {ADDRESS} (in place of NCBI EFetch)") < text.index("Source NCBI EFetch: records")


@pytest.mark.parametrize(
    ("endpoint", "servers", "words"),
    [
        ("ecitmatch", [], "NCBI ECitMatch, or a server in its place (no run recorded here says which): PMIDs of"),
        ("efetch", [None, ADDRESS], f"NCBI EFetch, or {ADDRESS} in its place: records"),
        ("icite", [ADDRESS], f"NIH iCite, or a server in its place ({ADDRESS} answered in place of PubMed): citations"),
        ("icite", [None], "NIH iCite: citations"),
        ("file", [ADDRESS], "Loaded file"),
        ("other", [None], "other: a response"),
    ],
)
def test_the_source_of_a_response_is_no_more_certain_than_the_ledger(
    endpoint: str, servers: list[str | None], words: str
):
    assert endpoint_words(endpoint, servers).startswith(words)


def test_a_source_that_is_no_service_is_named_as_it_is():
    assert asserting_words("demonstration", [ADDRESS]) == "the demonstration"
    assert asserting_words("pubmed", []) == "PubMed"
