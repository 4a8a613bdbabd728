"""Hostile text stays text, pages call nobody, strangers' SQL and Host headers are bounded."""

import asyncio
import json
import re
import sqlite3
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from kb.database import open_kb
from kb.records import Notice, Record
from kb.site import prepare_connection
from kb.site.parts.links import doi_url, orcid_url, pmc_url, pubmed_url
from kb.site.parts.markup import marked_up
from kb.site.server.security import LOCAL_HOSTS, with_host_check
from kb.site.server.sqlite_sandbox import limit_connection
from tests.records import record, reference_of
from tests.site.conftest import KNOWN, SEED, Get, fill, parts, served

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "</title><b onclick=alert(1)>",
    "<b style=x>bold</b><i>ok</i>",
)
ALLOWED_TAGS = {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "html",
    "head",
    "meta",
    "title",
    "link",
    "body",
    "a",
    "p",
    "span",
    "header",
    "nav",
    "form",
    "input",
    "button",
    "label",
    "select",
    "optgroup",
    "option",
    "kbd",
    "ul",
    "li",
    "div",
    "main",
    "article",
    "section",
    "h1",
    "h2",
    "h3",
    "cite",
    "sup",
    "sub",
    "i",
    "b",
    "u",
    "details",
    "summary",
    "ol",
    "strong",
    "em",
    "dl",
    "dt",
    "dd",
    "aside",
    "footer",
    "code",
    "time",
    "blockquote",
    "pre",
    "mark",
    "svg",
    "path",
}
_SCRIPT = re.compile(r'<script src="/-/static-plugins/litkb/(?:cite|search)\.js" defer></script>')


PICTURE_TAGS = {"picture", "source", "img"}


class Seen(HTMLParser):
    """The tags, attributes and addresses of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.pictures: set[str | None] = set()
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if (tag, attrs) != ("script", [("type", "application/ld+json")]):  # data, which a browser does not run
            self.tags.add(tag)
        self.pictures |= {value for name, value in attrs if tag == "img" and name == "src"}
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def json_ld_of(html: str) -> list[str]:
    return re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)


def hostile(payload: str) -> list[Record]:
    """Return records in which every text that a page shows carries the payload."""
    evil = parts(1, lambda text: f"{text} {payload}")
    article = record(
        1,
        (reference_of(1, 1, f"Cited {payload}", doi="10.1/x", pmid=2), reference_of(1, 2, f"Printed {payload}")),
        title=f"Title {payload}",
        title_html=f"<i>Title</i> {payload}",
        names=(f"Author {payload} A",),
        notices=(("RetractionIn", 3, f"Notice {payload}", f"Note {payload}"), (f"Kind{payload}", None, payload, None)),
        doi=f"10.1/{payload.replace(' ', '')}",
        pmcid=payload,
        vernacular_title=payload,
        citation_line=payload,
        coi_statement=payload,
        copyright=payload,
        status=payload,
        publisher=payload,
        edition=payload,
        provenance=payload,
        **evil,
    )
    assert isinstance(article.notices[0], Notice)
    return [article, record(4, (1,), title=payload, names=(f"{payload} B",))]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_text_of_a_record_stays_text(tmp_path: Path, payload: str):
    with served(fill(tmp_path / "hostile.db", hostile(payload))) as get:
        numbers = [row["id"] for row in get("/kb/works.json?_shape=array").json()]
        pages = [
            "/",
            "/search?q=title",
            "/search?q=author:author",
            *(f"/work/{n}" for n in numbers),
            "/article/1",
            "/article/4",
            "/article/1?sort=citations",
            "/article/1/cite",
        ]
        things = re.findall(r'href="(/(?:author|journal|keyword|mesh)/[^"]*)"', get("/article/1").text)
        assert len(things) == 4
        for address in [*pages, *map(unescape, things)]:
            answer = get(address)
            seen = Seen(_SCRIPT.sub("", answer.text, count=1))
            assert answer.status_code in (200, 302), address
            assert seen.tags <= ALLOWED_TAGS | PICTURE_TAGS, (address, seen.tags - ALLOWED_TAGS)
            assert seen.pictures <= {"/article/1/map.svg?bare=1", "/article/4/map.svg?bare=1"}
            assert seen.handlers == [], address
            assert all(isinstance(json.loads(text), dict) for text in json_ld_of(answer.text)), address
            assert [a for a in seen.addresses if not a.startswith(("/", "https://", "#"))] == [], address
            assert "49{%" not in answer.text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_search_stays_text(get: Get, payload: str):
    seen = Seen(_SCRIPT.sub("", get("/search?" + str(httpx.QueryParams({"q": payload}))).text, count=1))

    assert seen.tags <= ALLOWED_TAGS
    assert seen.handlers == []


def test_whitelisted_markup_is_shown_and_all_else_is_text():
    assert marked_up("x", "<i>In vivo</i> CO<sub>2</sub> <script>x</script>") == (
        "<i>In vivo</i> CO<sub>2</sub> &lt;script&gt;x&lt;/script&gt;"
    )


def test_links_are_made_from_well_formed_identifiers_only():
    assert doi_url('10.1/x"><script>') is None or '"' not in str(doi_url('10.1/x"><script>'))
    assert doi_url("10.1002/(SICI)1097-4687(199608)229:2<121::AID-JMOR1>3.0.CO;2-4") == (
        "https://doi.org/10.1002/(sici)1097-4687(199608)229:2%3C121::aid-jmor1%3E3.0.co;2-4"
    )
    assert [
        doi_url("javascript:alert(1)"),
        pmc_url("PMC1/../x"),
        orcid_url("x"),
        pubmed_url(-5),
        pubmed_url(900_000_001),
    ] == [None] * 5


@pytest.mark.parametrize(
    "address",
    [
        "/", "/search", "/search?q=norway&view=table", f"/article/{SEED}", f"/article/{SEED}/cite",
        f"/work/{KNOWN}", "/author/vederhus+jk",
        "/journal/1", "/mesh/D1", "/keyword/self+help+groups", "/year/2020", "/run/1", "/notices.atom", "/years",
    ],
)  # fmt: skip
def test_our_pages_carry_a_strict_policy_and_no_inline_script_or_style(get: Get, address: str):
    answer = get(address)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    ours = (
        r"<script(?! src=\"/-/static-plugins/litkb/(?:map|cite|search)\.js\" defer></script>"
        r"| type=\"application/ld\+json\">)"
    )
    assert re.findall(ours, answer.text) == []
    assert "<style" not in answer.text


@pytest.mark.parametrize(
    "address", ["/", "/kb", "/kb/articles", "/kb/years", "/-/static-plugins/litkb/litkb.css", "/nope"]
)
def test_every_answer_carries_the_security_headers(get: Get, address: str):
    headers = get(address).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_pages_load_nothing_from_elsewhere(get: Get):
    for address in ("/", "/search", f"/article/{SEED}", "/map", "/years", "/kb", "/kb/articles", "/kb/years"):
        loaded = re.findall(r"<(?:link|script|img|iframe)[^>]+(?:href|src)=\"([^\"]+)\"", get(address).text)
        assert [url for url in loaded if not url.startswith(("/", "http://localhost/"))] == [], address
    for name in ("litkb.css", "pictures.css"):
        css = (Path(__file__).parents[3] / "kb/site/static" / name).read_text()
        assert "url(" not in css
        assert "@import" not in css


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8001", 200),
        ("localhost", 200),
        ("LOCALHOST:99", 200),
        ("[::1]:8001", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example:8001", 421),
        ("localhost:99999", 421),
        ("localhost:0", 421),
        ("localhost:", 421),
        ("localhost:80:80", 421),
        ("localhost:8001@evil.example", 421),
        ("localhost/evil", 421),
        ("user@localhost", 421),
        ("localhost evil", 421),
        ("[::1", 421),
        ("[::1]evil", 421),
        ("", 421),
    ],
)
def test_only_a_host_of_this_machine_is_answered(host: str, status: int):
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    async def ask() -> int:
        transport = httpx.ASGITransport(with_host_check(app, LOCAL_HOSTS))
        async with httpx.AsyncClient(transport=transport, base_url="http://any") as client:
            return (await client.get("/", headers={"host": host})).status_code

    assert asyncio.run(ask()) == status


def test_two_hosts_are_none():
    scope = {"type": "http", "path": "/", "headers": [(b"host", b"localhost"), (b"Host", b"evil.example")]}

    async def app(*_: Any) -> None:
        raise AssertionError("answered")

    async def ask() -> int:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await with_host_check(app, LOCAL_HOSTS)(scope, None, send)
        return int(sent[0]["status"])

    assert asyncio.run(ask()) == 421


@pytest.mark.parametrize(
    "sql",
    [
        "select zeroblob(1000000000)",
        "select randomblob(1000000000)",
        "select printf('%1000000000d', 1)",
        "select format('%1000000000d', 1)",
        "select load_extension('x')",
        "attach 'x.db' as x",
        "pragma journal_mode = delete",
        "pragma writable_schema = on",
        "delete from works",
        "create table x (y)",
        "select 'a' like '" + "%a" * 60 + "'",
        "with recursive r (x) as (select 'xxxxxxxxxx' union all select x || x from r) select max(length(x)) from r",
    ],
)
def test_sql_that_bombs_or_writes_is_refused(field_file: Path, sql: str):
    db = open_kb(field_file)
    limit_connection(db)

    with pytest.raises((sqlite3.Error, MemoryError)):
        db.execute(sql).fetchall()
    db.close()


def test_a_file_that_is_not_litkbs_is_left_without_limits():
    db = sqlite3.connect(":memory:")

    prepare_connection(db)

    assert db.execute("select length(zeroblob(9))").fetchone() == (9,)
    db.close()


def test_the_search_still_works_on_a_limited_connection(field_file: Path):
    db = open_kb(field_file, readonly=True)
    limit_connection(db)

    assert db.execute("select count(*) from article_search where article_search match 'norway'").fetchone() == (1,)
    db.close()


def test_a_query_that_runs_for_ever_ends_with_a_sentence(get: Get):
    endless = "with recursive r (x) as (select 1 union all select x + 1 from r) select count(*) from r"
    answer = get("/kb?" + str(httpx.QueryParams({"sql": endless, "_timelimit": "20"})))

    assert answer.status_code == 400
    assert "This query takes longer than is allowed here." in answer.text


def test_an_unforeseen_error_shows_no_path_and_no_traceback(get: Get, monkeypatch: pytest.MonkeyPatch, caplog: Any):
    def broken(*_: object) -> None:
        raise RuntimeError("/home/someone/secret")

    monkeypatch.setattr("kb.site.pages.article.article_values", broken)
    answer = get(f"/article/{SEED}")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "This page could not be made." in answer.text
    assert "RuntimeError" in caplog.text
