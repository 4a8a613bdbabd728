"""Feeds are valid Atom (RFC 4287) with names that stay, moments of the data, and at most fifty entries."""

import re
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from lxml import etree

from kb.site.files.feeds import MOST
from tests.records import record
from tests.site.conftest import CITING, HELD, MOMENT, RETRACTED, SEED, Get, fill, served

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("/search.atom", "/search.atom?q=norway", "/search.atom?journal=1&sort=date&page=3", "/notices.atom",
    f"/article/{SEED}/citing.atom")  # fmt: skip


def read_feed(get: Get, address: str) -> etree._Element:
    answer = get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return etree.fromstring(answer.content)


def texts(element: etree._Element, path: str) -> list[str | None]:
    return [one.text for one in element.findall("/".join(ATOM + name for name in path.split("/")))]


def check_common(element: etree._Element) -> None:
    """Check what RFC 4287 asks of feeds and entries alike (4.1.1, 4.1.2)."""
    for name in ("id", "title", "updated"):
        assert len(texts(element, name)) == 1, name
    [name], [moment] = texts(element, "id"), texts(element, "updated")
    assert re.match(r"https?://[^ ]+$", name or "")  # 4.2.6: an IRI
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", moment or "")  # 3.3
    assert datetime.fromisoformat(moment or "")
    relations = [one.get("rel") for one in element.findall(f"{ATOM}link")]
    assert relations.count("alternate") == 1
    assert all(one.get("href", "").startswith("http://localhost/") for one in element.findall(f"{ATOM}link"))
    assert all(len(texts(author, "name")) == 1 for author in element.findall(f"{ATOM}author"))


@pytest.mark.parametrize("address", FEEDS)
def test_a_feed_has_what_the_standard_requires(get: Get, address: str):
    feed = read_feed(get, address)
    entries = feed.findall(f"{ATOM}entry")

    assert feed.tag == f"{ATOM}feed"
    check_common(feed)
    assert len(feed.findall(f"{ATOM}author")) == 1  # 4.1.1: of entries that have none
    assert len(feed.findall(f"{ATOM}link[@rel='self']")) == 1
    assert entries
    for entry in entries:
        check_common(entry)
    names = texts(feed, "entry/id")
    assert len(set(names)) == len(names)
    moments = texts(feed, "entry/updated")
    assert moments == sorted(moments, reverse=True)
    assert texts(feed, "updated") == [moments[0]]


def test_a_feed_of_a_search_names_its_articles_for_ever(get: Get):
    feed = read_feed(get, "/search.atom?q=norway&view=table&page=2")

    assert texts(feed, "title") == ["New articles: norway"]
    assert texts(feed, "id") == ["http://localhost/search.atom?q=norway"]
    assert texts(feed, "entry/id") == [f"https://pubmed.ncbi.nlm.nih.gov/{SEED}/"]
    assert texts(feed, "entry/title") == ["One size doesn't fit all: H₂O in Norway"]
    assert texts(feed, "entry/updated") == [MOMENT]
    assert texts(feed, "entry/author/name") == ["Vederhus JK, Høie M"]


def test_a_feed_of_citing_works_is_as_they_were_heard_of(get: Get):
    feed = read_feed(get, f"/article/{SEED}/citing.atom")

    assert texts(feed, "title") == ["New works that cite Vederhus 2020 J Tests"]
    assert texts(feed, "entry/id") == [f"https://pubmed.ncbi.nlm.nih.gov/{n}/" for n in (CITING, HELD)]


def test_a_feed_of_notices_tells_of_retractions(get: Get):
    feed = read_feed(get, "/notices.atom")

    assert texts(feed, "entry/title") == [f"Name{RETRACTED} 1998 J Tests: This article has been retracted"]
    assert texts(feed, "entry/id") == [f"http://localhost/article/{RETRACTED}#notice-1-RetractionIn"]


def test_a_feed_holds_fifty_entries_at_most_and_forbidden_characters_are_left_out(tmp_path: Path):
    records = [record(n, title=f"Title\x0b {n} <b>&") for n in range(1, 61)]
    with served(fill(tmp_path / "many.db", records)) as get:
        feed = read_feed(get, "/search.atom")
    assert texts(feed, "entry/title") == [f"Title {n} <b>&" for n in range(60, 60 - MOST, -1)]


def test_a_feed_of_nothing_is_valid_too(tmp_path: Path):
    with served(fill(tmp_path / "none.db", [])) as get:
        for address in ("/search.atom", "/notices.atom"):
            feed = read_feed(get, address)
            check_common(feed)
            assert texts(feed, "updated") == [MOMENT]


@pytest.mark.parametrize("address", ["/search.atom?q=!!!", "/search.atom?q=laudet&state=known"])
def test_a_search_that_can_have_no_feed_says_so(get: Get, address: str):
    answer = get(address)

    assert (answer.status_code, answer.text) == (
        400,
        "A feed lists articles in this library: it needs a search with at least one word.\n",
    )


def test_who_cites_what_nothing_names_is_not_found(get: Get):
    assert get("/article/999/citing.atom").status_code == 404


@pytest.mark.parametrize(
    "address", ["/", "/search?q=norway&type=Journal+Article", f"/article/{SEED}", "/author/vederhus+jk", "/mesh/D1"]
)
def test_pages_name_their_feeds(get: Get, address: str):
    links = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]+>', get(address).text)
    found = [link.partition('href="')[2].partition('"')[0] for link in links]

    assert found
    for feed in found:
        check_common(read_feed(get, unescape(feed)))
