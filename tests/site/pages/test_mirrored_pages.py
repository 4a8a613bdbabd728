"""What a mirror of PubMed's files answered is said to be from these files, and as of the last of them."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.pubmed.write_article import format_record
from kb.commands.status import format_status
from kb.database import open_kb
from kb.publish.report import format_sources
from kb.publish.searchreport import format_search_report
from kb.queries.archive import archive_path
from kb.queries.harvest_log import read_status
from kb.queries.works.in_pubmed import InPubMed
from kb.sentences import text_of
from kb.site.parts.in_pubmed import in_pubmed_sentence
from tests.harvest.jobs.network_builders import client_of, rehearsal_of
from tests.harvest.mirror_builders import LAST, MirrorInMemory
from tests.records import record
from tests.site.conftest import Get, served
from tests.site.pages.test_pages import text_of as page_text

FIELD = [record(1, (3, 88), date_revised="2025-05-05"), record(2, (1,)), record(3), record(4, (3,)), record(5, (3,))]
XML = {one.article.pmid: format_record(one).encode() for one in FIELD}


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory, empty_kb: Path) -> Path:
    """A field of 1, its references and what cites it, cut out of a mirror; 88 has no record."""
    kb = Path(shutil.copy(empty_kb, tmp_path_factory.mktemp("mirrored") / "kb.db"))
    mirror = MirrorInMemory(XML, occ=[(7, 3)], measures={"percentile": {3: 90.0}, "pagerank_rank": {3: 1}})
    plan = Plan(seeds=("1",), references=True, cited_by=True, most=3, mirror=LAST)
    with closing(open_kb(kb)) as db, open_archive(archive_path(kb)) as archive:
        harvest(db, archive, {}, plan, mirror=mirror, command="litkb harvest kb.db 1 --mirror pubmed")
    return kb


@pytest.fixture(scope="module")
def get(mirrored: Path) -> Iterator[Get]:
    with served(mirrored) as ask:
        yield ask


def test_a_record_is_said_to_be_from_its_file_of_pubmed(get: Get):
    text = page_text(get("/article/1").text)

    assert "Read from PubMed’s file pubmed26n0001.xml.gz on " in text
    assert f", in a mirror that has PubMed’s files through {LAST}; record revised by NLM 2025-05-05" in text
    assert "Harvested from PubMed" not in text
    assert "PubMed gave nothing newer" not in text


def test_a_list_of_citing_articles_is_said_to_be_of_all_reference_lists(get: Get):
    text = page_text(get("/article/1").text)

    assert f"1 work here cites it; all reference lists in PubMed’s files through {LAST} listed 1 on " in text
    assert f"All reference lists in PubMed’s files through {LAST} list 1 citing article (" in text


def test_a_work_shows_how_often_it_is_cited_here_and_in_all_of_pubmed(get: Get):
    text = page_text(get("/article/3").text)

    assert f"Cited 1 time here, 3 times in PubMed (files through {LAST})." in text
    assert (
        "3 citing articles; 1 by NIH’s Open Citation Collection; percentile 90 among the articles of its year and "
        f"journal; rank 1 by PageRank (PubMed’s files through {LAST})." in text
    )
    assert "cited by 3 in PubMed" in page_text(get("/article/1").text).partition("References")[2]


def test_a_search_shows_how_often_each_article_is_cited_in_all_of_pubmed(get: Get):
    page = get("/search?q=title")

    assert "cited by 3 in PubMed" in page_text(page.text)
    assert "/evidence/in_pubmed?pmid=3" in page.text


@pytest.mark.parametrize(
    ("name", "number"),
    [("in_pubmed", "3"), ("in_pubmed_occ", "1"), ("in_pubmed_percentile", "90"), ("in_pubmed_rank", "1")],
)
def test_each_number_of_the_whole_leads_to_its_evidence(get: Get, name: str, number: str):
    text = page_text(get(f"/evidence/{name}?pmid=3").text)

    assert "What this work is in all of PubMed, as a mirror of PubMed’s files counted it" in text
    assert LAST in text
    assert number in text


def test_what_the_mirror_did_not_compute_is_said_to_be_unknown():
    said = [
        text_of(in_pubmed_sentence(1, InPubMed(0, None, *values, LAST)))
        for values in ((None, None), (5.0, None), (None, 7))
    ]

    assert said == [
        f"0 citing articles; percentile and rank by PageRank not computed (PubMed’s files through {LAST}).",
        "0 citing articles; percentile 5 among the articles of its year and journal; rank by PageRank unknown "
        f"(PubMed’s files through {LAST}).",
        f"0 citing articles; rank 7 by PageRank; percentile unknown (PubMed’s files through {LAST}).",
    ]


def test_a_citation_and_its_raw_response_are_said_to_be_of_the_mirror(get: Get, mirrored: Path):
    citation = page_text(get("/evidence/citation?citing=2&cited=1").text)
    with closing(sqlite3.connect(archive_path(mirrored))) as archive:
        names = [row[0] for row in archive.execute("select distinct name from answers")]

    assert f"PubMed’s files through {LAST} The reference list in the PubMed record of the citing article" in citation
    assert "in place of NCBI" not in citation
    for name in names:
        assert f"Source A mirror that has PubMed’s files through {LAST}" in page_text(
            get(f"/evidence/answer?name={name}").text
        )


def test_a_pmid_that_is_not_in_the_mirror_is_not_said_to_be_missing_at_pubmed(get: Get):
    text = page_text(get("/work/88").text)

    assert f"No record of this PMID was found: not in the mirror as of {LAST}." in text
    assert f"Cited 1 time here, 1 time in PubMed (files through {LAST})." in text
    assert "at PubMed" not in text.partition("Sources")[0]


def test_run_status_and_reports_name_the_mirror(get: Get, mirrored: Path):
    with closing(open_kb(mirrored, readonly=True)) as db:
        status, sources, report = format_status(read_status(db)), format_sources(db), format_search_report(db)

    assert f"Answered in place of PubMed PubMed’s files through {LAST}" in page_text(get("/run/1").text)
    assert f"mirror        PubMed’s files through {LAST} answered in place of NCBI" in status
    assert "not PubMed" not in status
    assert f"a mirror was read that has `PubMed’s files through {LAST}`" in sources
    assert "Not only from NCBI" not in sources + get("/").text
    assert "PubMed's records in files" in report


def test_what_pubmed_says_of_a_record_of_a_mirror_is_told_beside_its_file(mirrored: Path, tmp_path: Path):
    for name in ("kb.db", "kb.sqlar"):
        shutil.copy(mirrored.with_name(name), tmp_path / name)
    with (
        rehearsal_of(*XML.values()) as rehearsal,
        closing(open_kb(tmp_path / "kb.db")) as db,
        open_archive(tmp_path / "kb.sqlar") as archive,
    ):
        harvest(db, archive, {"pubmed": client_of(rehearsal, tmp_path)}, Plan(seeds=("1",)))
    with served(tmp_path / "kb.db") as get:
        text = page_text(get("/article/1").text)

    assert "Read from PubMed’s file pubmed26n0001.xml.gz on " in text
    assert "; PubMed gave nothing newer on " in text
