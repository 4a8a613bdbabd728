"""A page for every kind of thing: what it is, its articles, neighbours and years; any key is safe in its address."""

import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.database import open_kb
from kb.queries.search.facets import FacetValue
from kb.queries.works.entities import read_near_communities
from kb.records import Journal, Keyword, MeshDescriptor, MeshHeading
from kb.site.pages import entity
from kb.site.parts.links import thing_key, thing_path
from tests.records import authorship, record
from tests.rows import add_citations, add_work
from tests.site.conftest import CITING, MOMENT, RETRACTED, SEED, Get, fill, served
from tests.site.pages.test_pages import plain, text_of

HOSTILE = [
    "a/b", "..", ".", "a.ris", "%2F", "100 %", "~2F", "a+b", "a?b#c", "<script>alert(1)</script>", "\"'><svg onload=1>",
    "{{ 7*7 }}", "ünï—cödé", "日本語", "🙂", "a\\b", " ", "x" * 300, "search", "-/static", "a&b=c;d",
]  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Get]:
    """A file whose names, journals, headings and keywords are hostile, one article each."""
    records = [
        record(
            number,
            names=(f"{text} X",),
            journal=Journal(f"ta:{text}", None, text, None, None, None, None, None, None),
            keywords=(Keyword(number, 1, text, None, None),),
            mesh_descriptors=(MeshDescriptor(text, text, None),),
            mesh_headings=(MeshHeading(number, 1, 1, text, None, 0, 0),),
        )
        for number, text in enumerate(HOSTILE, start=1)
    ]
    records = [one._replace(article=one.article._replace(journal_id=one.journal.journal_id)) for one in records]
    path = fill(tmp_path_factory.mktemp("hostile") / "kb.db", records)
    with served(path) as get:
        yield get


def things_of(html: str) -> list[str]:
    """Return the addresses of things that a page links, each once."""
    found = re.findall(r'href="(/(?:author|journal|mesh|keyword|community|year|run)/[^"]*)"', html)
    return list(dict.fromkeys(unescape(one) for one in found))


@pytest.mark.parametrize("number", range(1, len(HOSTILE) + 1), ids=lambda n: ascii(HOSTILE[n - 1])[:20])
def test_every_link_to_a_thing_with_a_hostile_key_leads_to_its_page(hostile: Get, number: int):
    links = [one for one in things_of(hostile(f"/article/{number}").text) if not one.startswith("/run/")]

    assert [link.split("/")[1] for link in links] == ["journal", "author", "keyword", "mesh"]
    for link in links:
        answer = hostile(link)
        assert answer.status_code == 200, link
        assert "49{" not in answer.text
        assert "<script" not in answer.text
        assert f'href="/article/{number}"' in answer.text, link
        assert hostile(f"{link}.jsonl").text.count("\n") == answer.text.count('<a class="title"'), link


def test_an_empty_key_has_a_page_too(tmp_path: Path):
    empty = record(1, names=())._replace(authorships=(authorship(1, 1, "??? "),))
    with served(fill(tmp_path / "empty.db", [empty])) as get:
        assert things_of(get("/article/1").text)[1] == "/author/"
        assert "1 article in this library" in plain(get("/author/").text)


@given(st.text())
def test_a_key_comes_back_out_of_its_address(key: str):
    path = thing_path("keyword", key)

    assert re.fullmatch(r"/keyword/[A-Za-z0-9_~+-]*", path)
    assert thing_key(path.removeprefix("/keyword/")) == key


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/author/nobody", "No author list in this library has this name."),
        ("/journal/none", "No article in this library is from a journal with this number."),
        ("/mesh/D99", "No article in this library has a MeSH heading with this number."),
        ("/keyword/nothing", "No article in this library has this keyword."),
        ("/community/999999999", "The last graph run found no community with this number."),
        ("/community/99999999999999999999", "The last graph run found no community with this number."),
        ("/community/one", "The last graph run found no community with this number."),
        ("/year/1066", "No work in this library, and none that it cites, is of this year."),
        ("/year/%D9%A3", "No work in this library, and none that it cites, is of this year."),
        ("/run/99", "There is no harvest run with this number."),
    ],
)
def test_an_unknown_thing_is_a_page_not_found_with_a_sentence(get: Get, address: str, sentence: str):
    answer = get(address)
    if answer.status_code == 302:  # Datasette writes "%" as "~" first
        answer = get(answer.headers["location"])

    assert answer.status_code == 404
    assert sentence in text_of(answer.text)


def test_a_name_is_said_to_be_no_person_and_has_its_articles_and_co_authors(get: Get):
    text = text_of(plain(get("/author/vederhus+jk").text))

    assert text.startswith("Author name Vederhus JK This is a name, not a person: several people may")
    assert "2 articles in this library" in text
    assert "Coauthor names Dekkers A 1 Høie M 1" in text


def test_a_name_may_be_typed_as_it_is_printed(get: Get):
    assert "1 article in this library" in plain(get("/author/H%C3%B8ie%20M").text)


def test_a_name_shows_its_spellings_and_warns_of_several_orcids(tmp_path: Path):
    def by(pmid: int, name: str, orcid: str):
        one = authorship(pmid, 1, name)._replace(orcid=orcid)
        return record(pmid, names=())._replace(authorships=(one,))

    records = [by(1, "Høie M", "0000-0002-1825-0097"), by(2, "Hoie M", "0000-0001-5109-3700")]
    with served(fill(tmp_path / "names.db", records)) as get:
        html = plain(get("/author/hoie+m").text)
    assert "Printed as Hoie M (1), Høie M (1)" in text_of(html)
    assert "2 different ORCID iDs are given with it." in html
    assert 'href="https://orcid.org/0000-0002-1825-0097"' in html


@pytest.mark.parametrize(
    ("address", "title", "articles"),
    [
        ("/journal/1", "Journal of Tests", 5),
        ("/mesh/D1", "Norway", 1),
        ("/keyword/self-help+groups", "Self-help groups", 1),
        ("/year/2020", "2020", 1),
        ("/year/02020", "2020", 1),
    ],
)
def test_a_thing_has_title_articles_files_and_sql(get: Get, address: str, title: str, articles: int):
    html = plain(get(address).text)
    sql = unescape(re.findall(r'href="(/kb\?sql=[^"]+)"', html)[0])

    assert re.findall(r"<h1>(.*?)</h1>", html) == [title]
    assert f"{articles} article{'' if articles == 1 else 's'} in this library" in html
    assert get(f"{address}.jsonl").text.count("\n") == articles
    assert len(get(sql.replace("/kb?", "/kb.json?_shape=array&")).json()) == articles


def test_a_community_has_its_members_and_what_is_near(get: Get, field_file: Path):
    db = open_kb(field_file, readonly=True)
    [(community, label, held)] = db.execute("select community, label, held from community_labels limit 1").fetchall()
    db.close()

    html = plain(get(f"/community/{community}").text)

    assert unescape(re.findall(r"<h1>(.*?)</h1>", html)[0]) == label
    assert f"{held} article{'' if held == 1 else 's'} in this library" in html


def test_citations_over_time_are_those_of_the_citing_works(get: Get):
    html = plain(get("/author/moos+rh").text)  # wrote HELD of 2008, which works of 2020 and 2022 cite
    rows = re.findall(r'<th scope="row"><a href="/year/(\d+)">\d+</a></th><td>(\d+)</td><td>(\d+)</td>', html)

    assert rows == [("2022", "0", "1"), ("2020", "0", "1"), ("2008", "1", "0")]


def test_citations_over_time_are_drawn_from_the_first_year_on(get: Get):
    text = text_of(plain(get("/author/moos+rh").text))

    assert "Cited over time" in text
    assert "Citations by year, 2020 to 2022: 2 in all" in text


def test_a_journal_shows_which_journals_cite_it(get: Get):
    text = text_of(plain(get("/journal/1").text))

    assert "Citing journals, by citations J Tests 6" in text
    assert "Cited journals, by citations J Tests 6" in text


@pytest.mark.parametrize("address", ["/journal/1", "/community/1"])
def test_of_very_many_articles_citations_are_not_counted_and_the_page_says_so(
    get: Get, monkeypatch: pytest.MonkeyPatch, address: str
):
    said = "citations and articles by year, and some of what they share, are not counted here"
    assert "Cited here" in get(address).text
    assert said not in get(address).text

    monkeypatch.setattr(entity, "MOST_COUNTED", 0)

    html = get(f"{address}?sort=date").text
    assert said in text_of(html)
    assert "Cited here" not in html
    assert 'class="title" href="/article/' in html


def test_the_articles_of_a_thing_come_in_the_order_asked_for(get: Get):
    def articles(sort: str) -> list[str]:
        return re.findall(r'class="title" href="/article/(\d+)"', plain(get(f"/journal/1?sort={sort}").text))

    assert articles("date")[:2] == [str(CITING), str(SEED)]
    assert articles("citations")[:2] == articles("nonsense")[:2]
    assert articles("citations")[0] == str(RETRACTED)


def test_pages_link_the_things_that_they_show(get: Get):
    article = things_of(get(f"/article/{SEED}").text)
    search = things_of(get("/search?q=norway&journal=1&year=2020").text)

    assert article == [
        "/journal/1", "/author/vederhus+jk", "/author/hoie+m", "/keyword/self-help+groups", "/mesh/D1", "/run/1",
    ]  # fmt: skip
    assert search == ["/author/vederhus+jk", "/author/hoie+m", "/journal/1", "/year/2020", "/run/1"]


def test_tables_of_datasette_link_them_as_well(get: Get):
    assert 'href="/author/vederhus+jk"' in get("/kb/authorships").text
    assert 'href="/journal/1"' in get("/kb/articles").text
    assert 'href="/run/1"' in get("/kb/harvest_tasks").text


def test_a_run_says_what_was_asked_what_came_and_what_is_missing(tmp_path: Path):
    path = fill(tmp_path / "run.db", [record(1)])
    db = open_kb(path)
    db.execute("insert into harvest_runs values (2, ?, null, 'litkb harvest kb.db 7 8', '{}', '0.1', null)", (MOMENT,))
    db.executemany(
        "insert into harvest_tasks values (2, ?, ?, ?, ?, null, null)",
        [
            ("article", "6", "already here", None),
            ("article", "7", "stored", None),
            ("article", "8", "not found", None),
            ("article", "9", None, None),
            ("search", "x<y", "failed", "the server did not answer"),
            ("search", "x[foo]", "done", None),
        ],
    )
    db.execute("insert into searches values (2, 'search', 'x[foo]', 1200, 1199, 'x[All Fields]')")
    db.execute("insert into search_warnings values (2, 'search', 'x[foo]', 'FieldNotFound', 'foo')")
    db.execute("insert into harvest_counts values (2, 'a.xml', 'stored', 1200)")
    db.commit()
    db.close()

    with served(path) as get:
        text, table = text_of(plain(get("/run/2").text)), get("/kb/harvest_tasks?run_id=2")
    assert text.startswith(
        "Harvest run 2 Harvest of 2026-01-02: 2 of 5 requests not answered litkb harvest kb.db 7 8 "
        "Started 2026-01-02T03:04:05.000Z Finished not yet; the same command continues it"
    )
    assert "articles 4: 1 pending, 1 already here, 1 not found, 1 stored" in text
    assert "records of files 1,200 stored" in text
    assert "3 requests failed, or found nothing." in text
    assert "x<y search unknown unknown unknown failed: the server did not answer" in text
    assert ("x[foo] search 1,200, 1,199 received x[All Fields] PubMed does not know the field “foo”. done") in text
    assert "9 article pending" in text
    assert "6 article already here" not in text
    assert table.status_code == 200


def test_a_year_of_works_not_held_leads_to_them(get: Get):
    html = plain(get("/year/2003").text)

    assert "0 articles in this library" in html
    assert "Works cited only 1" in text_of(html)
    assert "Laudet 2003 Subst Use Misuse" in get("/search?state=known&year=2003").text
    assert 'href="/search?state=known&amp;year=2003"' in html


def test_a_retracted_article_is_marked_wherever_it_is_listed(get: Get):
    for address in ("/search?q=year:1998", "/search?q=year:1998&view=table", "/year/1998", "/journal/1"):
        assert get(address).text.count('<span class="chip gone">retracted</span>') == 1, address


def test_a_run_that_brought_everything_says_so(get: Get):
    assert "Failed or not found None: every request succeeded." in text_of(plain(get("/run/1").text))


def test_robots_are_kept_from_what_has_no_end(get: Get):
    answer = get("/robots.txt")

    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.splitlines() == [
        "User-agent: *", "Disallow: /search", "Disallow: /kb", "Disallow: /-/", "Disallow: /*/next",
        "Disallow: /*?", "Disallow: /*.",
    ]  # fmt: skip


def test_citations_between_communities_follow_merged_works(db: sqlite3.Connection):
    add_citations(db, 1, 8)
    add_work(db, 7)
    add_work(db, 8, merged_into=7)
    run = db.execute("insert into graph_runs (started_at, versions) values ('2026', '{}') returning id").fetchone()[0]
    for community, work in ((1, 1), (2, 7)):
        db.execute("insert into community_labels values (?, ?, '[]', 1, 0, ?)", (community, f"Label {community}", run))
        db.execute("insert into communities values (?, ?, ?)", (work, community, run))

    assert read_near_communities(db, 2) == [FacetValue("1", "Label 1", 1)]
    assert read_near_communities(db, 1) == [FacetValue("2", "Label 2", 1)]
