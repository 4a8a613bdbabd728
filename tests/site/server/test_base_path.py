"""A site below another address: every link stays below it, whether the proxy leaves the address in the path or not."""

import asyncio
import re
from html import unescape
from pathlib import Path
from urllib.parse import urldefrag

import httpx
import pytest

from kb.errors import UsageError
from kb.site.server.security import with_host_check
from kb.site.server.serve import BaseUrl, build_app, parse_base_url
from tests.site.conftest import CITING, KNOWN, SEED

PAGES = (
    "/", f"/article/{SEED}", f"/article/{SEED}/cite", f"/article/{SEED}/map", f"/article/{SEED}/years",
    f"/article/{SEED}/next", f"/work/{KNOWN}", "/search?q=norway", "/search?q=norway&view=map", "/search?q=&view=table",
    "/map", "/timeline", "/years", "/names", "/schema", "/suggestions", "/author/vederhus+jk", "/journal/none",
    "/run/1",
    "/evidence/articles", f"/evidence/citation?citing={CITING}&cited={SEED}", "/kb",
    "/kb?sql=select+pmid+from+articles", "/kb/articles?_size=1",
    f"/kb/articles/{SEED}", "/kb/articles?_facet=year&_sort=pmid", "/kb/most_cited_works", "/kb/articles.map",
    "/nothing", "/map.svg", "/search.atom?q=norway",
)  # fmt: skip
ADDRESS = re.compile(r"""\b(?:href|src|action)=["']([^"']*)["']""")


def answers_of(file: Path, paths: tuple[str, ...], base_url: BaseUrl, *, before: str) -> dict[str, httpx.Response]:
    """Ask for paths as a proxy does that puts ``before`` in front of them."""
    app = with_host_check(build_app(file, base_url=base_url).app(), ["example.org"])

    async def ask() -> dict[str, httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://example.org") as client:
            return {path: await client.get(f"http://example.org{before}{path}") for path in paths}

    return asyncio.run(ask())


def outside(answer: httpx.Response, base: str) -> list[str]:
    """Return the addresses in an answer, and where it sends on, that do not lead below base."""
    found = [*map(unescape, ADDRESS.findall(answer.text)), answer.headers.get("location", base)]
    ours = (base, "#", "?", "data:", "https://", f"http://example.org{base}")
    return [address for address in found if not address.startswith(ours)]


def doubled(answer: httpx.Response, base: str) -> list[str]:
    """Return the addresses in an answer, its links and where it sends on, that begin with base twice."""
    told = [answer.headers.get("location", ""), answer.headers.get("link", "")]
    return [text for text in [*map(unescape, ADDRESS.findall(answer.text)), *told] if base + base[1:] in text]


def links_of(answer: httpx.Response) -> set[str]:
    """Return the paths in an answer that lead to this site, one of each shape: facets, files, the next page."""
    found = (unescape(address).removeprefix("http://example.org") for address in ADDRESS.findall(answer.text))
    ours = sorted(urldefrag(address).url for address in found if "/kb" in address.split("?")[0])
    return set({re.sub(r"(\w)=[^&]*", r"\1=", address): address for address in ours}.values())


@pytest.mark.parametrize("before", ["/lit", ""], ids=["address left in the path", "address taken away"])
def test_every_link_leads_below_the_address_of_the_site(field_file: Path, before: str):
    answers = answers_of(field_file, PAGES, BaseUrl("/lit/"), before=before)

    assert {path: found for path, answer in answers.items() if (found := outside(answer, "/lit/"))} == {}
    assert {path: found for path, answer in answers.items() if (found := doubled(answer, "/lit/"))} == {}
    assert {path for path, answer in answers.items() if answer.status_code >= 400} == {"/nothing", "/journal/none"}
    assert "default-src 'none'" in answers[f"/article/{SEED}"].headers["content-security-policy"]


TABLE = "/kb/articles?_size=1&_facet=year&_facet_size=1"
KINDS = ("_next=", "_facet_size=max", "year=", ".ris", ".csv", ".json", ".map", "_sort=")


@pytest.mark.parametrize("base", ["/lit/", "/kb/", "/kb/articles/"])
def test_files_facets_and_the_next_rows_of_a_table_are_found_below_the_address_of_the_site(field_file: Path, base: str):
    [table] = answers_of(field_file, (TABLE,), BaseUrl(base), before=base[:-1]).values()
    links = {link.removeprefix(base[:-1]) for link in links_of(table)}

    one_of_each = [next((link for link in sorted(links) if kind in link), f"no {kind}") for kind in KINDS]
    answers = answers_of(field_file, tuple(one_of_each), BaseUrl(base), before=base[:-1])

    assert outside(table, base) == []
    assert {path for path, answer in answers.items() if answer.status_code not in (200, 302)} == set()


@pytest.mark.parametrize("before", ["/lit", ""], ids=["address left in the path", "address taken away"])
def test_a_file_of_rows_names_the_next_ones_and_is_found_by_its_dotted_ending(field_file: Path, before: str):
    paths = ("/kb/articles.json?_size=1&_facet=year", "/kb/articles.csl.json?_size=1", "/kb/articles.map.svg")

    rows, dotted, picture = answers_of(field_file, paths, BaseUrl("/lit/"), before=before).values()

    assert rows.headers["link"].startswith("<http://example.org/lit/kb/articles.json?_size=1")
    assert rows.text.count("/lit/lit/") == 0
    assert dotted.headers["location"] == "/lit/kb/articles.csl_json?_size=1"
    assert picture.headers["location"] == "/lit/kb/articles.map_svg"


def test_links_of_a_feed_are_those_that_others_can_follow(field_file: Path):
    answers = answers_of(
        field_file, ("/search.atom?q=norway",), parse_base_url("https://example.org/lit/"), before="/lit"
    )

    [answer] = answers.values()
    assert 'href="https://example.org/lit/article/1001"' in answer.text
    assert "http://example.org" not in answer.text


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("/lit/", BaseUrl("/lit/")),
        ("lit", BaseUrl("/lit/")),
        ("/", BaseUrl("/")),
        ("/a/b", BaseUrl("/a/b/")),
        ("https://example.org/lit/", BaseUrl("/lit/", "example.org", is_https=True)),
        ("http://kb.example.org:8080", BaseUrl("/", "kb.example.org")),
    ],
)
def test_an_address_of_a_site_is_a_path_or_whole(text: str, parsed: BaseUrl):
    assert parse_base_url(text) == parsed


@pytest.mark.parametrize("text", ["ftp://example.org/", "/a b/", "https://", "/lit/?x=1", "javascript:alert(1)"])
def test_what_is_no_address_of_a_site_is_refused(text: str):
    with pytest.raises(UsageError, match="is no address below which a site can stand"):
        parse_base_url(text)
