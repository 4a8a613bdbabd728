"""Files of full texts: what is loaded, refused and rebuilt, and what becomes of the records of their articles."""

import gzip
from pathlib import Path

import pytest

from harvest.files.input_files import JATS_XML, PUBMED_XML, InputFile, sniff
from harvest.jobs.harvest import Summary
from harvest.jobs.plan import Plan
from harvest.jobs.rebuild import rebuild_kb
from harvest.pubmed.write_article import format_article_set
from kb.database import open_kb
from tests.harvest.jobs.test_harvest import run, sound
from tests.harvest.pmc.jats import jats, numbered, xref
from tests.records import record

BODY = f"<p>Lamps burn [{xref(1)}].</p>"
TITLE = "<title-group><article-title>As printed</article-title></title-group>"
ONE = jats(BODY, refs=numbered(1), meta=TITLE)
SET = b"<pmc-articleset>" + ONE + jats(BODY, refs=numbered(1), ids=[("pmid", "41000022")]) + b"</pmc-articleset>"


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    return tmp_path / "kb.db"


def load(kb: Path, content: bytes, name: str = "article.nxml") -> Summary:
    path = kb.parent / name
    path.write_bytes(content)
    return run(kb, Plan(files=(name,)), None, (InputFile(path, name),))


def read(kb: Path, sql: str) -> list[tuple[object, ...]]:
    db = open_kb(kb, readonly=True)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def counts(summary: Summary) -> dict[str, int]:
    return {name: count for name, count in summary.outcomes.items() if count}


def test_a_file_of_jats_loads_the_text_and_a_record_of_its_article(kb):
    summary = load(kb, ONE)

    assert (counts(summary), summary.read) == ({"stored": 1}, {"full texts": 1, "marks": 1, "references": 1})
    assert read(kb, "select title, name from articles join citation_sources on id = source_id") == [
        ("As printed", "pmc")
    ]
    assert read(kb, "select pmid, origin, read_from, outcome from full_texts") == [
        (41000021, "file", "article.nxml", "body")
    ]
    sound(kb)


def test_a_set_of_articles_packed_or_not_is_loaded_one_by_one_and_again_unchanged(kb):
    assert counts(load(kb, gzip.compress(SET), "set.xml.gz")) == {"stored": 2}
    assert counts(load(kb, SET, "again.xml")) == {"unchanged": 2}


def test_the_record_of_pubmed_is_kept_and_the_text_added(kb):
    load(kb, b"".join(format_article_set([record(41000021, title="Of PubMed")])), "pubmed.xml")
    load(kb, ONE)

    assert read(kb, "select title from articles") == [("Of PubMed",)]
    assert read(kb, "select count(*) from mentions") == [(1,)]


def test_a_text_without_a_pmid_is_that_of_the_held_article_with_its_pmcid_or_doi(kb):
    load(kb, b"".join(format_article_set([record(5, pmcid="PMC9000021"), record(6, doi="10.5555/fog")])), "pubmed.xml")
    load(kb, jats(BODY, refs=numbered(1), ids=[("pmcid", "PMC9000021")]))
    load(kb, jats(BODY, refs=numbered(1), ids=[("doi", "10.5555/Fog")]), "other.xml")

    assert read(kb, "select pmid from full_texts order by pmid") == [(5,), (6,)]


def test_a_text_of_which_nobody_knows_the_article_is_refused_in_words(kb):
    summary = load(kb, jats(BODY, ids=[("doi", "10.5555/lamps")]))

    assert counts(summary) == {"rejected": 1}
    assert summary.problems[0].detail == (
        "The article names no PMID, by which litkb holds articles, and no article here is 10.5555/lamps. "
        "Where PubMed has a record of it, harvest that first."
    )
    assert not summary.complete


def test_a_set_that_is_cut_off_loads_what_is_whole_and_says_so(kb):
    summary = load(kb, SET[: len(ONE) + 200])

    assert counts(summary) == {"stored": 1, "rejected": 2}
    assert all("cut off" in str(problem.detail) for problem in summary.problems)


def test_a_rebuild_makes_the_same_rows_of_the_archive(kb):
    lamps = "Okoro T. Harbour lamps of the north. J Lamps. 2011;3:4-9."
    load(kb, b"".join(format_article_set([record(41000021, (7, lamps))])), "a.xml")
    load(kb, SET, "set.xml")
    before = sound(kb)
    rebuild_kb(kb)

    assert sound(kb) == before
    assert read(kb, "select matched_by from full_text_references where pmid = 41000021") == [("words",)]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (ONE, JATS_XML),
        (SET, JATS_XML),
        (b'<?xml version="1.0"?>\n<!DOCTYPE article PUBLIC "x" "y.dtd"><article/>', JATS_XML),
        (b"<OAI-PMH><GetRecord>" + ONE + b"</GetRecord></OAI-PMH>", JATS_XML),
        (b"".join(format_article_set([record(1)])), PUBMED_XML),
        (b"<PubmedArticleSet/>", PUBMED_XML),
    ],
)
def test_jats_is_told_from_the_xml_of_pubmed_by_its_beginning(tmp_path, content, kind):
    path = tmp_path / "some.xml"
    path.write_bytes(content)

    assert sniff(path) == kind
