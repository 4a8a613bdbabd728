"""The page of an article says how a reference without a PMID was identified, and leads to the candidates."""

from pathlib import Path

from kb.identifiers import citation_key, work_id
from kb.queries.resolutions import Candidate
from kb.store.resolutions import Decision
from tests.records import record
from tests.site.conftest import BOOK, BOOK_OF_GROUPS, SEED, Get, fill, served

PRINTED = "Moos RH. Active ingredients. Addiction. 2008;103:387."
KEY = f"ref:{citation_key(PRINTED)}"


def test_a_resolved_reference_says_so_with_its_score(tmp_path: Path):
    accepted = Decision(KEY, "offline", "accepted", 2, 21.5, (Candidate(2, 21.5, "title +"),))
    file = fill(tmp_path / "kb.db", [record(1, (PRINTED,)), record(2)], decisions=(accepted,))

    with served(file) as get:
        page = get("/article/1").text
        candidates = get(f"/kb/resolution_candidates.json?id={work_id(KEY)}&_shape=objects").json()["rows"]

    assert f'/kb/resolution_candidates?id={work_id(KEY)}">resolved offline, score 21.5</a>' in page
    assert "says litkb’s matching" in page
    assert "says PubMed" not in page
    assert [row["score"] for row in candidates] == [21.5]


def test_a_reference_that_waits_leads_to_its_candidates(get: Get):
    assert f'?id={work_id(BOOK_OF_GROUPS)}">candidates were looked for</a>' in get(f"/article/{SEED}").text


def test_the_queue_is_a_question(get: Get):
    rows = get("/kb/references_to_decide.json?_shape=objects").json()["rows"]

    assert [(row["reference_key"], row["pmid"], row["score"]) for row in rows] == [
        (BOOK_OF_GROUPS, BOOK, 6.5), (BOOK_OF_GROUPS, 77, 2.0)
    ]  # fmt: skip
