"""The page of an article says how a reference without a PMID was identified, and leads to the candidates."""

from pathlib import Path

from kb.identifiers import work_id
from kb.printed.reference import parse_reference
from kb.queries.resolutions import Candidate
from kb.store.resolutions import Decision
from tests.records import record, reference_of
from tests.site.conftest import BOOK, BOOK_OF_GROUPS, SEED, Get, fill, served

PRINTED = "Moos RH. Active ingredients. Addiction. 2008;103:387."
KEY = f"ref:{parse_reference(PRINTED).key}"


def test_a_resolved_reference_says_so_with_its_score(tmp_path: Path):
    accepted = Decision(KEY, "offline", "accepted", 2, 21.5, (Candidate(2, 21.5, "title +"),))
    file = fill(tmp_path / "kb.db", [record(1, (PRINTED,)), record(2)], decisions=(accepted,))

    with served(file) as get:
        page = get("/article/1").text
        candidates = get(f"/kb/resolution_candidates.json?id={work_id(KEY)}&_shape=objects").json()["rows"]

    assert f'/kb/resolution_candidates?id={work_id(KEY)}">resolved offline, score 21.5</a>' in page
    assert "source: litkb’s matching of printed references" in page
    assert "source: PubMed" not in page
    assert [row["score"] for row in candidates] == [21.5]


def test_a_printed_doi_is_said_to_be_read_in_the_words_and_not_to_be_pubmeds(tmp_path: Path):
    printed = reference_of(1, 1, "Moos RH. Active ingredients. doi:10.5555/lamp.1.")
    file = fill(tmp_path / "kb.db", [record(1, (printed,)), record(2, doi="10.5555//lamp.1")])

    with served(file) as get:
        page, evidence = get("/article/1").text, get("/evidence/citation?citing=1&cited=2").text

    assert "identified by the DOI printed in it" in page
    assert "source: litkb’s matching of printed references" in page
    assert "source: PubMed" not in page
    assert "or by an identifier in them: identified by the DOI printed in it." in evidence
    assert "The reference list in the PubMed record" not in evidence


def test_a_reference_that_waits_leads_to_its_candidates(get: Get):
    assert f'?id={work_id(BOOK_OF_GROUPS)}">looked up, not identified</a>' in get(f"/article/{SEED}").text


def test_the_queue_is_a_question(get: Get):
    rows = get("/kb/references_to_decide.json?_shape=objects").json()["rows"]

    assert [(row["reference_key"], row["pmid"], row["score"]) for row in rows] == [
        (BOOK_OF_GROUPS, BOOK, 6.5), (BOOK_OF_GROUPS, 77, 2.0)
    ]  # fmt: skip
