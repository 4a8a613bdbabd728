"""Files of the site: every format everywhere, two at a time, piece by piece, and no work for who has left."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
import rispy

from kb.site.files.downloads import ANY_ENDING, ENDINGS, EXPORTS, file_name
from kb.site.server import streaming
from kb.site.server.serve import build_app
from kb.site.server.streaming import exports_of
from tests.records import record
from tests.site.conftest import CITING, HELD, KNOWN, RETRACTED, SEED, Get, fill, served

Message = dict[str, Any]
PAGES = (
    "/kb/articles.{}",
    "/kb/most_cited.{}",
    "/kb/all_citations.{}",
    "/kb.{}?sql=select+pmid+from+articles",
    "/kb/articles/1001.{}",
    f"/article/{SEED}.{{}}",
    f"/work/{KNOWN}.{{}}",
    f"/article/{SEED}/references.{{}}",
    "/search.{}?q=norway",
)


@pytest.fixture(scope="module")
def many_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(
        tmp_path_factory.mktemp("many") / "many.db", [record(n, (n + 1,)) for n in range(1, 901)], computed=False
    )


@pytest.fixture
def app(many_file: Path) -> Iterator[Any]:
    app = build_app(many_file)
    yield app
    app.executor.shutdown()
    for database in app.databases.values():
        database.close()


class Client:
    """Someone who asks for a file, takes as many pieces as they want, and may leave."""

    def __init__(self, app: Any, address: str, *, takes: int | None = None, method: str = "GET") -> None:
        path, _, query = address.partition("?")
        self.scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(),
            "headers": [(b"host", b"localhost")],
        }  # fmt: skip
        self.app, self.takes = app, takes
        self.taken: list[Message] = []
        self.left, self.stuck, self.asked = asyncio.Event(), asyncio.Event(), False

    async def receive(self) -> Message:
        if self.asked:
            await self.left.wait()
            return {"type": "http.disconnect"}
        self.asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Message) -> None:
        if self.takes is not None and len(self.taken) >= self.takes:
            self.stuck.set()
            await self.left.wait()
            return
        self.taken.append(message)

    async def ask(self) -> "Client":
        await self.app(self.scope, self.receive, self.send)
        return self

    @property
    def status(self) -> int:
        return int(self.taken[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.taken)


def run(app: Any, story: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    """Run a story with the app started."""

    async def told() -> None:
        await app.invoke_startup()
        await story(app.app())

    asyncio.run(told())


@pytest.mark.parametrize(
    ("ending", "pages"),
    [(ending, PAGES[n % 3 :: 3]) for n, ending in enumerate(ENDINGS)]  # each page a third of them, each of them a third
    + [pytest.param(ending, PAGES, marks=pytest.mark.campaign) for ending in ENDINGS],
)
def test_every_page_gives_every_format(get: Get, ending: str, pages: tuple[str, ...]):
    for address in pages:
        answer = get(address.format(ending))
        assert answer.status_code == 200, (address, answer.text)
        assert answer.headers["content-disposition"].startswith('attachment; filename="'), address


def test_every_page_offers_every_format(get: Get):
    for address in ("/kb/articles", "/kb/all_citations", "/kb?sql=select+pmid+from+articles", "/search?q=norway"):
        text = get(address).text
        assert [ending for ending in ENDINGS if f".{ending}" not in text] == [], address
    for address in (f"/article/{SEED}", f"/work/{KNOWN}"):
        text = get(address).text
        assert [ending for ending in ENDINGS if f"{address}.{ending}" not in text] == []


def test_dots_in_an_ending_are_understood(get: Get):
    answer = get("/kb/articles.csl.json?year=2020")

    assert (answer.status_code, answer.headers["location"]) == (302, "/kb/articles.csl_json?year=2020")
    assert [entry["PMID"] for entry in json.loads(get("/kb/articles.csl_json?year=2020").text)] == ["1001"]
    assert json.loads(get(f"/article/{SEED}.csl.json").text)[0]["PMID"] == "1001"
    assert get("/kb.vos.json?sql=select+1").headers["location"] == "/kb.vos_json?sql=select+1"
    assert "vos.json" in ANY_ENDING.replace("\\", "")


def test_a_search_gives_all_that_it_finds(get: Get):
    assert {e["accession_number"] for e in rispy.loads(get("/search.ris?q=author:vederhus").text)} == {"1001", "1004"}
    assert [e["accession_number"] for e in rispy.loads(get(f"/search.ris?q={SEED}").text)] == [str(SEED)]
    nothing = get("/search.ris?q=*")
    assert (nothing.status_code, nothing.text) == (400, "The search '*' has no word to look for.\n")


def test_the_network_of_an_article_is_its_neighbourhood(get: Get):
    found = nx.parse_graphml(get(f"/article/{RETRACTED}.graphml").text)

    assert set(found) == {f"pmid:{n}" for n in (RETRACTED, HELD, CITING)}


def test_an_unknown_work_is_a_page_that_says_so(get: Get):
    assert get("/article/77.ris").status_code == 404
    assert get("/work/-77.gexf").status_code == 404


def test_too_many_works_are_refused_in_one_sentence(get: Get, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kb.site.files.downloads.MOST_ITEMS", 4)
    monkeypatch.setattr("kb.site.files.downloads.MOST_ROWS", 20)

    works = get("/kb/articles.ris")
    rows = get("/kb/citations.gexf")
    too_many = get("/kb.gexf?sql=select+a.pmid+from+articles+a,+articles+b")

    assert (works.status_code, works.text.count("\n")) == (413, 1)
    assert works.text.startswith("These are 5 works; a bibliography here holds 4 at most.")
    assert rows.status_code == 200
    assert (too_many.status_code, too_many.text.startswith("These are more than 20 rows.")) == (413, True)


def test_a_query_that_takes_too_long_is_refused(many_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streaming, "READING_SECONDS", -1.0)
    with served(many_file) as get:
        answer = get("/kb/articles.ris?_size=1")

    assert (answer.status_code, answer.text) == (413, "This selection takes too long here; narrow it down.\n")


def test_strangers_can_write_nothing_through_a_file(get: Get):
    for sql in ("attach+'x.db'+as+x", "delete+from+articles", "select+load_extension('x')+as+pmid"):
        assert get(f"/kb.ris?sql={sql}").status_code == 400


def test_a_file_comes_in_pieces(app: Any):
    async def story(asgi: Any) -> None:
        client = await Client(asgi, "/kb/articles.jsonl").ask()
        assert (client.status, client.body.count(b"\n")) == (200, 900)
        assert len(client.taken) > 5
        assert max(len(message.get("body", b"")) for message in client.taken) < 200_000
        assert not client.taken[-1].get("more_body")

    run(app, story)


def test_a_client_that_reads_slowly_keeps_no_other_from_its_file(app: Any):
    async def story(asgi: Any) -> None:
        slow = [Client(asgi, "/kb/articles.jsonl", takes=2) for _ in range(streaming.OPEN_AT_ONCE - 1)]
        tasks = [asyncio.create_task(client.ask()) for client in slow]
        await asyncio.gather(*(client.stuck.wait() for client in slow))

        another = await Client(asgi, "/kb/articles.ris").ask()
        for client in slow:
            client.left.set()
        await asyncio.gather(*tasks)

        assert another.status == 200

    run(app, story)


def statuses_beside_slow_clients(app: Any) -> tuple[list[int], bytes | None]:
    """Return how a file and a page are answered while eight slow clients take theirs, and a file afterwards."""
    found: list[Client] = []

    async def story(asgi: Any) -> None:
        slow = [Client(asgi, "/kb/articles.jsonl", takes=2) for _ in range(8)]
        tasks = [asyncio.create_task(client.ask()) for client in slow]
        await asyncio.gather(*(client.stuck.wait() for client in slow))
        found.extend([await Client(asgi, "/kb/articles.ris").ask(), await Client(asgi, "/article/1").ask()])
        for client in slow:
            client.left.set()
        await asyncio.gather(*tasks)
        found.append(await Client(asgi, "/kb/articles.ris").ask())

    run(app, story)
    return [client.status for client in found], dict(found[0].taken[0]["headers"]).get(b"Retry-After")


def test_one_file_too_many_is_told_to_come_later(app: Any):
    assert statuses_beside_slow_clients(app) == ([429, 200, 200], b"10")


def test_without_the_bound_a_ninth_file_is_begun(app: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streaming, "OPEN_AT_ONCE", 100)

    assert statuses_beside_slow_clients(app)[0] == [200, 200, 200]


def test_a_file_that_takes_too_long_breaks_off(app: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streaming, "SENDING_SECONDS", -1.0)

    async def story(asgi: Any) -> None:
        client = await Client(asgi, "/kb/articles.jsonl").ask()

        assert [message["type"] for message in client.taken] == ["http.response.start"]
        assert exports_of(app).running == 0

    run(app, story)


def pieces_made_for_who_leaves(app: Any, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many pieces of a file are made for a client that leaves after the second."""
    works: list[streaming.Work] = []
    made = [0]

    class Watched(streaming.Work):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            works.append(self)

        def step(self) -> str | None:
            made[0] += 1
            return super().step()

    monkeypatch.setattr(streaming, "Work", Watched)

    async def story(asgi: Any) -> None:
        client = Client(asgi, "/kb/articles.jsonl", takes=3)
        task = asyncio.create_task(client.ask())
        await client.stuck.wait()
        client.left.set()
        await task

        assert client.taken[-1]["more_body"]
        assert works[0]._db not in app.get_database("kb")._all_file_connections
        assert (exports_of(app).running, exports_of(app).pages) == (0, 0)

    run(app, story)
    assert works[0].step() is None
    return made[0] - 1


def test_work_stops_when_the_client_leaves(app: Any, monkeypatch: pytest.MonkeyPatch):
    assert pieces_made_for_who_leaves(app, monkeypatch) <= 4


def test_a_server_that_does_not_note_who_leaves_makes_the_whole_file(app: Any, monkeypatch: pytest.MonkeyPatch):
    async def watch(*_: object) -> None:
        pass

    monkeypatch.setattr(streaming, "_watch", watch)

    assert pieces_made_for_who_leaves(app, monkeypatch) > 5


def test_a_query_stops_when_the_client_leaves(app: Any):
    forever = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
    wanted = streaming.Download("x.ris", "text/plain", lambda db: db.execute(forever).fetchone(), lambda *_: iter(()))
    work = streaming.Work(app, app.get_database("kb"), wanted)
    work.left.set()

    with pytest.raises(streaming.TooMuchError):
        work.begin()
    assert time.monotonic() < work._deadline
    work.close()


def test_a_client_that_stalls_is_let_go(app: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streaming, "STALLED_SECONDS", 0.01)

    async def story(asgi: Any) -> None:
        client = await Client(asgi, "/kb/articles.jsonl", takes=2).ask()
        assert client.taken[-1]["more_body"]
        assert exports_of(app).running == 0

    run(app, story)


def test_a_file_waits_for_pages_and_not_for_ever(app: Any):
    async def story(asgi: Any) -> None:
        exports_of(app).pages = 3
        client = await Client(asgi, "/kb/articles.nbib").ask()
        assert (client.status, exports_of(app).pages) == (200, 3)

    run(app, story)


def test_the_life_of_a_server_is_no_page(app: Any):
    async def story(asgi: Any) -> None:
        seen: list[int] = []

        async def receive() -> Message:
            seen.append(exports_of(app).pages)
            return {"type": "lifespan.startup" if len(seen) == 1 else "lifespan.shutdown"}

        async def send(message: Message) -> None:
            pass

        await asgi({"type": "lifespan"}, receive, send)
        assert set(seen) == {0}

    run(app, story)


def test_a_file_that_fails_half_way_never_looks_whole(app: Any, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: Any) -> Iterator[str]:
        yield "TY  - JOUR\r\n" * 10_000
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("kb.site.files.downloads.format_selection", broken)

    async def story(asgi: Any) -> None:
        client = await Client(asgi, "/kb/articles.ris").ask()
        assert client.status == 200
        assert client.taken[-1]["more_body"]
        assert exports_of(app).running == 0

    run(app, story)


def test_asking_for_the_head_of_a_file_makes_none(app: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streaming, "Work", None)

    async def story(asgi: Any) -> None:
        client = await Client(asgi, "/article/1.ris", method="HEAD").ask()
        assert (client.status, client.body) == (200, b"")

    run(app, story)


def test_names_of_files_hold_nothing_that_could_end_them():
    assert file_name('a"b/../ø\r\n', ".csl.json") == "a-b-------.csl.json"


def test_the_menu_of_exports_has_every_format_once_by_the_programs_that_open_it():
    offered = [ending for _, groups in EXPORTS for _, forms in groups for ending, _ in forms]

    assert sorted(offered) == sorted(ENDINGS)


def test_rows_that_name_works_have_the_menu_of_exports_above_them_and_others_have_none(get: Get):
    with_works = ("/kb/articles?year=2008", "/kb/most_cited_works", f"/kb/articles/{HELD}", "/kb?sql=select+1+as+pmid")
    for address in with_works:
        html = get(address).text
        path, _, query = address.partition("?")
        assert f'<a href="{path}.ris?{query}' in html, address
        assert html.index("Export</summary>") < html.index("<tbody>"), address
        assert ">vos_json</a>" not in html, address
    for address in ("/kb/journals", "/kb?sql=select+1"):
        assert "Export</summary>" not in get(address).text, address


def test_lists_have_their_exports_above_their_results(get: Get):
    for address in ("/search?q=norway", "/author/vederhus+jk"):
        html = get(address).text
        assert html.index("Export</summary>") < html.index('<ol class="results"'), address
