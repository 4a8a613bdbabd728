"""What iCite says: both spellings of its fields, what is unknown, and a harvest that asks it."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from harvest.http.client import NCBI, Client, Settings
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.jobs.rebuild import rebuild_kb
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.server import Rehearsal
from harvest.sources.icite import SOURCE, parse_icite
from harvest.sources.source import Told, settings_of
from kb.database import open_kb
from kb.errors import TransientError, UsageError
from kb.integrity.check import check_kb, logical_hash
from kb.queries.archive import archive_path
from kb.records import IciteMetrics, LinkList
from tests.harvest.jobs.network_builders import client_of
from tests.records import record


def answer(*records: dict[str, object]) -> bytes:
    return json.dumps({"meta": {}, "data": list(records)}).encode()


def lists(pmid: int, cited: tuple[int, ...] | None, citing: tuple[int, ...] | None) -> tuple[LinkList, LinkList]:
    both = [None if pmids is None else tuple((other, None) for other in pmids) for pmids in (cited, citing)]
    return LinkList(pmid, "references", "icite", both[0]), LinkList(pmid, "cited_by", "icite", both[1])


def test_the_old_names_of_fields_are_read():
    body = answer(
        {
            "pmid": 7, "references": [2, 3], "cited_by": [9], "citation_count": 1, "citations_per_year": 0.5,
            "expected_citations_per_year": 2.5, "relative_citation_ratio": 0.2, "nih_percentile": 12.5, "apt": 0.05,
            "is_clinical": False, "provisional": "No",
        }
    )  # fmt: skip

    [found] = parse_icite(body, asked=[7])

    assert found == Told(7, lists(7, (2, 3), (9,)), None, IciteMetrics(7, 1, 0.5, 2.5, 0.2, 12.5, 0.05, 0, 0))


def test_the_new_names_of_fields_are_read():
    body = answer({"pmid": "7", "citedPmids": [2], "citedByPmids": [9, 10], "rcr": 2.1, "acr": 3.4})

    [found] = parse_icite(body, asked=[7])

    assert found == Told(
        7, lists(7, (2,), (9, 10)), None, IciteMetrics(7, None, 3.4, None, 2.1, None, None, None, None)
    )


def test_absent_and_empty_lists_are_no_data_and_a_count_of_nought_is_none():
    body = answer({"pmid": 1, "citation_count": 0, "references": []}, {"pmid": 2})

    silent, mute, unknown = parse_icite(body, asked=[1, 2, 3])

    assert silent.lists == lists(1, None, ())
    assert mute.lists == lists(2, None, None)
    assert unknown == Told(3, lists(3, None, None), "no data")


def test_the_article_itself_and_repeats_are_left_out_and_texts_of_pmids_are_read():
    [found] = parse_icite(answer({"pmid": 1, "references": "2 1 2 3", "cited_by": [4, 4, 1]}), asked=[1])

    assert found.lists == lists(1, (2, 3), (4,))


@pytest.mark.parametrize("body", [b"", b"<html><title>Down</title></html>", b"[]", b'{"data": 1}', b'{"data": [1]}'])
def test_what_is_no_answer_of_icites_is_to_be_asked_again(body: bytes):
    with pytest.raises(TransientError):
        parse_icite(body, asked=[1])


def test_icite_is_asked_without_the_key_and_only_at_its_own_address():
    settings = settings_of(SOURCE, Settings(api_key="0" * 36, requests_per_second=10), environment={})

    assert (settings.base_url, settings.api_key, settings.rate) == ("https://icite.od.nih.gov/api/", None, 3)
    assert Settings().base_url == NCBI
    with pytest.raises(UsageError):
        settings_of(SOURCE, Settings(), environment={"LITKB_ICITE_URL": "https://icite.example.org/api/"})


FIELD = [record(1, (2,)), record(2), record(3, (1, 2))]


def run(kb: Path, rehearsal: Rehearsal, plan: Plan, *, icite_url: str | None = None) -> dict[str, int]:
    def client(base_url: str) -> Client:
        return client_of(rehearsal, kb.parent, pause=60, deadline=60, base_url=base_url)

    clients = {
        "pubmed": client(rehearsal.base_url),
        "icite": client(icite_url or rehearsal.addresses["LITKB_ICITE_URL"]),
    }
    with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
        summary = harvest(db, archive, clients, plan)
    return {outcome: count for outcome, count in summary.outcomes.items() if count}


def served() -> Rehearsal:
    return Rehearsal(open_shelf({one.article.pmid: format_record(one).encode() for one in FIELD}), limited=False)


def test_icite_adds_its_assertions_and_counts_and_a_rebuild_makes_them_again(tmp_path: Path):
    kb = tmp_path / "kb.db"
    with served() as rehearsal:
        outcomes = run(kb, rehearsal, Plan(seeds=("1",), ask=("icite",)))

    with closing(open_kb(kb)) as db:
        said = db.execute("select citing_id, cited_id from citations where source_id = 5 order by 1, 2").fetchall()
        counts = db.execute("select pmid, icite_citation_count, relative_citation_ratio from icite_metrics").fetchall()
        entries = db.execute("select list, entries from article_lists where source_id = 5 order by list").fetchall()
        before = logical_hash(db)
    assert outcomes == {"stored": 1}
    assert said == [(1, 2), (3, 1)]
    assert counts == [(1, 1, None)]
    assert entries == [("cited_by", 1), ("references", 1)]
    rebuild_kb(kb)
    with closing(open_kb(kb)) as db:
        assert (check_kb(db), logical_hash(db)) == ([], before)


def test_what_icite_says_is_followed(tmp_path: Path):
    with served() as rehearsal:
        run(tmp_path / "kb.db", rehearsal, Plan(seeds=("1",), ask=("icite",), cited_by=True))

    with closing(open_kb(tmp_path / "kb.db")) as db:
        assert [row[0] for row in db.execute("select pmid from articles order by pmid")] == [1, 3]


def test_without_icite_all_else_is_harvested_and_the_next_run_asks_for_what_is_missing(tmp_path: Path):
    kb, plan = tmp_path / "kb.db", Plan(seeds=("1", "3"), ask=("icite",))
    with served() as rehearsal:
        first = run(kb, rehearsal, plan, icite_url="http://127.0.0.1:9/api/")
        asked = len(rehearsal.log)
        second = run(kb, rehearsal, plan)

    assert first == {"stored": 2, "failed": 2}
    assert second == {"stored": 2}
    assert [one.endpoint for one in rehearsal.log[asked:]] == ["pubs"]
