"""Attacks: texts stay texts on every page, SQL bombs end, hostile addresses are answered, every answer is guarded."""

import asyncio
import re
import sqlite3
import threading
import time
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from kb.site.headers import with_host_check
from kb.site.serve import build_app
from kb.site.serve import served as served_on_loopback
from kb.site.strangers import AT_ONCE, LONGEST_MS, with_typed_sql_bounded
from tests.campaign.scale import SHORT
from tests.site.attacks import BOMBS, PAYLOADS, Danger, hostile_addresses, hostile_file
from tests.site.conftest import KNOWN, SEED, Get, served

OURS = (
    "/", "/search?q=norway", "/search?q=year:2000-&view=table", "/search?q=year:2000-&view=map", "/search?state=known",
    "/map", "/timeline", "/years", "/names", "/schema", "/notices.atom", "/search.atom?q=norway", "/run/1",
    *(f"/article/{pmid}{end}" for pmid in range(1001, 1006) for end in ("", "/cite", "/map", "/citing.atom")),
    f"/work/{KNOWN}", f"/evidence/citing?id={SEED}", f"/evidence/references?pmid={SEED}", "/evidence/articles",
    "/evidence/citation?citing=1004&cited=1001", "/evidence/icite?pmid=1001",
    "/evidence/tasks?run=1&task=seed&outcome=stored",
)  # fmt: skip
GUARDS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}


def dangers(get: Get) -> list[tuple[str, list[str]]]:
    """Return the pages of a hostile file on which something would run, or that cannot be shown."""
    linked = re.findall(r'href="(/(?:author|journal|keyword|mesh|community|year)/[^"]*)"', get(f"/article/{SEED}").text)
    tables = [f"/kb/{row['name']}" for row in get("/kb.json").json()["tables"]]
    found = []
    for address in (*OURS, *map(unescape, linked), "/kb", *tables):
        answer = get(address)
        danger = Danger(answer.text).found
        if danger or answer.status_code >= 500:
            found.append((address, [str(answer.status_code), *danger]))
    return found


def test_there_are_two_hundred_payloads():
    assert len(set(PAYLOADS)) == 200


def test_a_danger_is_seen():
    harmless = (
        "&lt;script",
        "<style>",
        "<i style",
        "<scr<",
    )  # text, what a strict policy stops, and what nothing runs any more
    seen = {payload: bool(Danger(payload).found) for payload in PAYLOADS[:20]}

    assert seen == {payload: not payload.startswith(harmless) for payload in PAYLOADS[:20]}


def test_payloads_in_every_text_column_are_text_on_every_page(tmp_path: Path):
    with served(hostile_file(tmp_path / "kb.db", 0)) as get:
        assert dangers(get) == []


@pytest.mark.campaign
@pytest.mark.parametrize("shift", range(1, 200, 50 if SHORT else 1))
def test_each_payload_in_each_text_column_is_text_on_every_page(tmp_path: Path, shift: int):
    with served(hostile_file(tmp_path / "kb.db", shift)) as get:
        assert dangers(get) == []


@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")  # of our functions
@pytest.mark.parametrize("sql", BOMBS)
def test_a_bomb_ends_with_a_sentence(get: Get, sql: str):
    answer = get("/kb?" + str(httpx.QueryParams({"sql": sql, "_timelimit": "40"})))

    assert answer.status_code == 400
    assert "Traceback" not in answer.text


@pytest.mark.campaign
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")  # of our functions
@pytest.mark.parametrize("sql", BOMBS)
def test_a_bomb_ends_within_its_time_while_an_article_page_answers(field_file: Path, sql: str):
    with served_on_loopback(field_file) as address, httpx.Client(trust_env=False, timeout=20) as client:
        client.get(f"{address}article/{SEED}")
        took: list[float] = []

        def throw() -> None:
            began = time.perf_counter()
            httpx.get(f"{address}kb", params={"sql": sql, "_timelimit": "9999"}, trust_env=False, timeout=20)
            took.append(time.perf_counter() - began)

        threads = [threading.Thread(target=throw) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
        began = time.perf_counter()
        status = client.get(f"{address}article/{SEED}").status_code
        page = time.perf_counter() - began
        for thread in threads:
            thread.join()

    assert status == 200
    assert page < 0.5
    assert max(took) < 1.6


def test_typed_sql_has_a_second_and_no_address_gives_it_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kb.site.strangers.LONGEST_MS", LONGEST_MS)
    seen: list[bytes] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["query_string"])

    async def ask(path: str, query: bytes) -> bytes:
        await with_typed_sql_bounded(app)({"type": "http", "path": path, "query_string": query}, None, None)
        return seen[-1]

    assert asyncio.run(ask("/kb", b"sql=select+1")) == b"sql=select+1&_timelimit=1000"
    assert asyncio.run(ask("/kb.json", b"sql=x&_timelimit=9999")) == b"sql=x&_timelimit=1000"
    assert asyncio.run(ask("/kb", b"_timelimit=20&sql=x&_timelimit=9")) == b"sql=x&_timelimit=9"
    assert asyncio.run(ask("/kb/who_cites", b"sql=x")) == b"sql=x"


def test_two_typed_questions_are_answered_at_a_time_and_others_are_told_to_wait(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kb.site.strangers.WAIT_SECONDS", 0.01)

    async def throw() -> tuple[int, list[Any]]:
        going, end = [0], asyncio.Event()
        sent: list[Any] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            going[0] += 1
            await end.wait()

        async def send(message: Any) -> None:
            sent.append(message)

        bounded = with_typed_sql_bounded(app)
        scope = {"type": "http", "path": "/kb", "query_string": b"sql=x"}
        running = [asyncio.create_task(bounded(scope, None, send)) for _ in range(2)]
        await asyncio.sleep(0)
        await bounded(scope, None, send)
        end.set()
        await asyncio.gather(*running)
        return going[0], sent

    going, sent = asyncio.run(throw())

    assert going == AT_ONCE
    assert sent[0]["status"] == 429


def strange(get: Get, addresses: list[str], folder: Path) -> list[tuple[str, int]]:
    """Return the addresses that are answered badly."""
    bad = []
    for address in addresses:
        answer = get(address)
        told = [word for word in ("Traceback", str(folder), "site-packages", ".py") if word in answer.text]
        guarded = all(answer.headers.get(name) == value for name, value in GUARDS.items())
        framed = "frame-ancestors 'none'" in answer.headers.get("content-security-policy", "")
        if answer.status_code >= 500 or told or not (guarded and framed):
            bad.append((address, answer.status_code))
    return bad


def test_hostile_addresses_are_answered_with_a_sentence(get: Get, field_file: Path):
    assert strange(get, hostile_addresses(300), field_file.parent) == []


@pytest.mark.campaign
def test_five_thousand_hostile_addresses_are_answered_with_a_sentence(get: Get, field_file: Path):
    assert strange(get, hostile_addresses(1_000 if SHORT else 5_000, seed=2), field_file.parent) == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
def test_every_answer_is_guarded_whatever_is_asked_and_how(field_file: Path, method: str):
    app = with_host_check(build_app(field_file).app(), ["any"])

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://any") as client:
            addresses = ("/", "/nope", "/article/x", "/search.ris", "/kb?sql=bad", "/work/1001", "/-/static/nope.css")
            answers = [await client.request(method, address) for address in addresses]
            return [*answers, await client.request(method, "/", headers={"host": "evil.example"})]

    for answer in asyncio.run(ask()):
        assert {name: answer.headers.get(name) for name in GUARDS} == GUARDS, answer.url
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_in_public_strangers_ask_ready_questions_only(field_file: Path):
    with served(field_file, public=True) as get:
        statuses = {
            address: get(address).status_code
            for address in (
                "/kb?sql=select+1", "/kb.json?sql=select+1", "/kb.ris?sql=select+pmid+from+articles",
                "/kb.map?sql=select+1",
                "/kb/articles?_where=1%3D1", f"/kb/who_cites?id={SEED}", "/kb/articles?year=2020", "/evidence/articles",
            )
        }  # fmt: skip
        pages = [
            get(a).text for a in ("/", "/kb", "/search?q=norway", "/author/moos+rh", "/schema", "/evidence/articles")
        ]

    assert list(statuses.values()) == [403, 403, 403, 403, 403, 200, 200, 200]
    assert [page for page in pages if "?sql=" in page] == []
    assert 'href="/evidence/search?q=norway">the SQL behind' in pages[2]


def test_the_hostile_file_is_full_of_payloads(tmp_path: Path):
    db = sqlite3.connect(hostile_file(tmp_path / "kb.db", 0))
    [title] = db.execute("select title from articles where pmid = ?", (SEED,)).fetchone()
    db.close()

    assert any(title.endswith(payload) for payload in PAYLOADS)
