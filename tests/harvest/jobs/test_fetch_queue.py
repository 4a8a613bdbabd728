"""Requests on their way side by side: how many, in which order they count, and what one failure does."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from harvest.http.client import Client, Settings
from harvest.jobs import request_types
from harvest.jobs.fetch_queue import Run, harvest_articles, harvest_lists
from harvest.pubmed.write_article import format_article_set
from harvest.sources.registry import LISTS
from harvest.sources.source import Answer
from kb.database import open_kb, transaction
from kb.errors import PermanentError, SourceError, TransientError
from kb.queries.archive import archive_path, read_answers
from kb.queries.harvest_log import Task, read_outcomes, read_problems
from kb.store.ledger import save_run
from tests.records import record

MOMENT = "2026-01-01T00:00:00Z"
PATIENCE = 20.0  # seconds after which a test that waits for another request has failed


def let_fetch(monkeypatch: pytest.MonkeyPatch, name: str, fetch: Callable[[Client, Sequence[int]], Answer]) -> None:
    """Let a list be asked for by fetch."""
    source, request = LISTS[name]
    monkeypatch.setitem(LISTS, name, (source, request._replace(fetch=fetch)))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A run whose requests ask about one PMID each; nothing is sent: the tests say what is fetched."""
    monkeypatch.setattr(request_types, "BATCH", 1)
    path = tmp_path / "kb.db"
    client = Client(Settings(base_url="http://127.0.0.1:1/", requests_per_second=1, lock_folder=tmp_path))
    with closing(open_kb(path, create=True)) as db, open_archive(archive_path(path)) as archive:
        with transaction(db):
            number = save_run(db, started_at=MOMENT, command="", plan="{}", version="")
        yield Run(db, archive, {"pubmed": client}, number, MOMENT, heard={"pubmed"})


def answer(pmids: Sequence[int]) -> Answer:
    body = b"".join(format_article_set(record(pmid) for pmid in pmids))
    return Answer("efetch", {"id": ",".join(map(str, pmids))}, body, MOMENT)


def stored(run: Run) -> list[int]:
    return [row[0] for row in run.db.execute("select pmid from articles order by pmid")]


def test_three_requests_are_under_way_at_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(3, timeout=PATIENCE)

    def fetch(_: Client, pmids: Sequence[int]) -> Answer:
        together.wait()
        return answer(pmids)

    monkeypatch.setattr(request_types, "fetch_articles", fetch)

    harvest_articles(run, [1, 2, 3])

    assert stored(run) == [1, 2, 3]


def test_no_more_are_under_way_than_five_seconds_at_the_rate(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    seen: list[list[int]] = []
    slow = threading.Event()

    def fetch(_: Client, pmids: Sequence[int]) -> Answer:
        sent.extend(pmids)
        if pmids == [1]:
            assert slow.wait(PATIENCE)
        if sorted(sent) == [1, 2, 3, 4, 5]:  # five seconds' worth at one request a second
            seen.append(sorted(sent))
            slow.set()
        return answer(pmids)

    monkeypatch.setattr(request_types, "fetch_articles", fetch)

    harvest_articles(run, range(1, 8))

    assert seen[0] == [1, 2, 3, 4, 5]
    assert stored(run) == [1, 2, 3, 4, 5, 6, 7]


def test_answers_are_kept_in_the_order_of_their_questions(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    second_came = threading.Event()

    def fetch(_: Client, pmids: Sequence[int]) -> Answer:
        if pmids == [1]:
            assert second_came.wait(PATIENCE)
        if pmids == [2]:
            second_came.set()
        return answer(pmids)

    monkeypatch.setattr(request_types, "fetch_articles", fetch)

    harvest_articles(run, [1, 2])

    assert [kept.request["id"] for kept in read_answers(run.archive)] == ["1", "2"]


def test_after_one_failure_nothing_more_is_sent_and_what_was_under_way_counts(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(_: Client, pmids: Sequence[int]) -> Answer:
        if pmids == [1]:
            raise TransientError("EFetch got no usable answer")
        return answer(pmids)

    monkeypatch.setattr(request_types, "fetch_articles", fetch)

    harvest_articles(run, range(1, 9))

    assert stored(run) == [2, 3, 4, 5]
    assert read_outcomes(run.db, run.id)["failed"] == 4


@pytest.mark.parametrize("refusal", [PermanentError("EFetch was refused: HTTP 403."), TransientError("no answer")])
def test_a_source_that_fails_its_first_question_is_asked_no_other(
    run: Run, monkeypatch: pytest.MonkeyPatch, refusal: SourceError
) -> None:
    sent: list[Sequence[int]] = []

    def fetch(_: Client, pmids: Sequence[int]) -> Answer:
        sent.append(pmids)
        raise refusal

    monkeypatch.setattr(request_types, "fetch_articles", fetch)
    run.heard.clear()

    harvest_articles(run, range(1, 9), ["cited_by"])

    assert sent == [[1]]
    assert read_outcomes(run.db, run.id)["failed"] == 8


def links(pmids: Sequence[int], given: Sequence[int]) -> Answer:
    sets = "".join(f"<LinkSet><IdList><Id>{pmid}</Id></IdList></LinkSet>" for pmid in given)
    body = f'<?xml version="1.0"?><eLinkResult>{sets}</eLinkResult>'
    return Answer("elink", {"pmids": ",".join(map(str, pmids))}, body.encode(), MOMENT)


def test_lists_are_asked_for_while_further_records_still_come(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, list[int]]] = []
    list_was_asked = threading.Event()

    def fetch(_: Client, pmids: Sequence[int]) -> Answer:
        asked.append(("article", list(pmids)))
        if pmids == [2]:
            assert list_was_asked.wait(PATIENCE)
        return answer(pmids)

    def fetch_list(_: Client, pmids: Sequence[int]) -> Answer:
        asked.append(("cited_by", list(pmids)))
        list_was_asked.set()
        return links(pmids, pmids)

    monkeypatch.setattr(request_types, "fetch_articles", fetch)
    let_fetch(monkeypatch, "cited_by", fetch_list)

    harvest_articles(run, [1, 2], ["cited_by"])

    assert sorted(asked) == [("article", [1]), ("article", [2]), ("cited_by", [1]), ("cited_by", [2])]
    assert read_outcomes(run.db, run.id)["failed"] == 0


def test_lists_are_asked_for_in_whole_batches_and_the_rest_after_the_last_record(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[int]] = []
    monkeypatch.setattr(request_types, "BATCH", 2)

    def fetch(_: Client, pmids: Sequence[int]) -> Answer:
        return answer([pmid for pmid in pmids if pmid != 2])  # 2 is unknown, and settled after all others

    def fetch_list(_: Client, pmids: Sequence[int]) -> Answer:
        asked.append(list(pmids))
        return links(pmids, pmids)

    monkeypatch.setattr(request_types, "fetch_articles", fetch)
    let_fetch(monkeypatch, "cited_by", fetch_list)

    harvest_articles(run, [1, 2, 3, 4, 5, 6], ["cited_by"])

    assert sorted(asked) == [[1, 3], [4, 5], [6]]


def test_an_article_that_a_list_leaves_out_twice_is_noted_as_failed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_types, "BATCH", 2)
    asked: list[list[int]] = []

    def fetch_list(_: Client, pmids: Sequence[int]) -> Answer:
        asked.append(list(pmids))
        return links(pmids, [pmid for pmid in pmids if pmid != 2])

    let_fetch(monkeypatch, "cited_by", fetch_list)

    harvest_lists(run, ["cited_by"], [1, 2])

    assert asked == [[1, 2], [2]]
    assert read_problems(run.db, run.id) == [Task("cited_by", "2", "failed", "the answers leave it out")]


def test_what_nobody_foresaw_is_not_swallowed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(_: Client, pmids: Sequence[int]) -> Answer:
        raise ZeroDivisionError

    monkeypatch.setattr(request_types, "fetch_articles", fetch)

    with pytest.raises(ZeroDivisionError):
        harvest_articles(run, [1])
