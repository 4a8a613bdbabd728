"""An article page says how the article stands in its field, what it stands on, and how to cite it."""

import json
import re
from html import unescape
from pathlib import Path

import pytest

from graph.similarity.suggest import suggestions_for
from kb.database import open_kb, transaction
from kb.queries.works.article_metrics import read_suggested
from kb.reasons import reason_of
from kb.records import SYNTHETIC, LinkList
from tests.records import record
from tests.site.conftest import HELD, KNOWN, RETRACTED, SEED, Get, fill, served
from tests.site.pages.crawl import evidence_of, numbers_of
from tests.site.pages.test_pages import section, text_of


def test_who_cites_a_retracted_article_is_told_so_before_the_abstract(get: Get):
    text = text_of(get(f"/article/{HELD}").text)

    said = "This article cites a retracted article: Name1003 1998 J Tests"
    assert said in text
    assert text.index(said) < text.index("The record has no abstract")


def test_a_reference_that_was_retracted_says_so_where_it_stands(get: Get):
    assert "Name1003 A · 1998 in this library retracted cited by 2 here" in section(
        get(f"/article/{HELD}").text, "references"
    )


def test_two_steps_from_a_retraction_are_told(get: Get):
    text = text_of(get(f"/article/{SEED}").text)

    assert "Two steps away: it cites 1 work that cites the retracted Name1003 1998 J Tests ." in text


def test_the_notice_of_a_retraction_is_not_exposed_to_it(tmp_path: Path):
    notice = record(2, (1,), notices=(("RetractionOf", 1, "J Tests. 1", None),))
    with served(fill(tmp_path / "kb.db", [record(1), notice])) as get:
        assert "cites a retracted article" not in get("/article/2").text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("ExpressionOfConcernIn", "cites an article on which an expression of concern was published"),
        ("PartialRetractionIn", "cites an article of which a part was retracted"),
    ],
)
def test_doubts_about_a_cited_work_are_told(tmp_path: Path, kind: str, words: str):
    doubted = record(1, notices=((kind, None, "J Tests. 2", None),))
    with served(fill(tmp_path / "kb.db", [doubted, record(2, (1,))])) as get:
        assert words in text_of(get("/article/2").text)


def test_when_those_who_cite_a_retracted_article_appeared(tmp_path: Path):
    notice = record(9, year=2010, notices=(("RetractionOf", 1, "J Tests. 1", None),))
    citing = [record(2, (1,), year=2005), record(3, (1,), year=2012), record(4, (1,), year=2013)]
    with served(fill(tmp_path / "kb.db", [record(1, year=2000), notice, *citing])) as get:
        cited_by = section(get("/article/1").text, "cited-by")
        later = text_of(get("/article/3").text)

    assert "Of 3 works that cite it, notices excluded: 2 after the year of its retraction" in cited_by
    assert "(this article appeared after the notice)" in later


def test_links_are_sorted_by_importance_by_plain_addresses(tmp_path: Path):
    citing = [record(pmid, (1,), year=year) for pmid, year in ((11, 2001), (12, 2002), (13, 2003))]
    more = [record(pmid, (12,)) for pmid in (21, 22)] + [record(23, (11,))]
    seed = record(2, (1, 11, 12))
    with served(fill(tmp_path / "kb.db", [record(1), *citing, *more, seed])) as get:
        pages = {sort: get(f"/article/1?sort={sort}").text for sort in ("", "citations", "nonsense")}
        printed, sorted_ = (get(f"/article/2{query}").text for query in ("", "?sort=citations"))

    def order(html: str, place: str) -> list[int]:
        part = html.partition(f'id="{place}"')[2].partition("</section>")[0]
        return [int(pmid) for pmid in re.findall(r'<a (?:class="title" )?href="/article/(\d+)">', part)]

    assert order(pages[""], "cited-by") == [13, 12, 11, 2]
    assert order(pages["citations"], "cited-by") == [12, 11, 13, 2]
    assert order(pages["nonsense"], "cited-by") == [13, 12, 11, 2]
    assert order(printed, "references") == [1, 11, 12]
    assert order(sorted_, "references") == [1, 12, 11]
    assert re.findall(r'<li id="reference-\d" value="(\d)">', sorted_) == ["1", "3", "2"]
    assert '<a rel="nofollow" href="/article/2?sort=citations#references">' in printed


def test_the_percentile_says_among_how_many(get: Get):
    assert "Cited in this library 2 times . No other article in this library is of 1998." in section(
        get(f"/article/{RETRACTED}").text, "standing"
    ).replace("times.", "times .")


def test_what_icite_counts_is_said_with_its_day(tmp_path: Path):
    path = fill(tmp_path / "kb.db", [record(1)])
    db = open_kb(path)
    with transaction(db):
        db.execute("insert into icite_metrics values (1, 153, 9.5, 4.1, 2.314, 87.4, 0.5, 0, 0, '2026-01-02T03:04Z')")
    db.close()
    with served(path) as get:
        said = section(get("/article/1").text, "standing")

    assert "153 citing articles; relative citation ratio 2.31; NIH percentile 87 (2026-01-02)." in said


def test_what_to_read_next_from_an_article_is_what_the_command_suggests_for_it(get: Get, field_db):
    for work, kind in ((SEED, "article"), (KNOWN, "work")):
        advice = suggestions_for(field_db, [work])
        assert f'href="/{kind}/{work}/next"' in get(f"/{kind}/{work}").text
        html = get(f"/{kind}/{work}/next").text.partition("<h1")[2].partition("</main>")[0]
        shown = unescape(re.sub(r"<[^>]+>", "", html))

        assert [int(found) for found in re.findall(r'class="title" href="/\w+/(-?\d+)"', html)] == [
            row.id for row in advice.found
        ]
        assert advice.found
        assert [row.reason for row in advice.found if row.reason not in shown] == []


def test_what_the_library_is_missing_is_listed_with_reasons_and_a_selection_to_export(get: Get, field_db):
    stored = read_suggested(field_db, 200)
    works = [str(one.id) for one, _ in stored]
    html = get("/suggestions").text
    shown = unescape(re.sub(r"<[^>]+>", "", html))

    assert 'href="/suggestions"' in get("/").text
    assert stored
    assert re.findall(r'class="title" href="/\w+/(-?\d+)"', html) == works
    assert re.findall(r'class="pick"[^>]* value="(-?\d+)"', html) == works
    assert [row for _, row in stored if reason_of(row) not in shown] == []
    assert 'action="/search/selected"' in html


def test_numbers_in_the_reasons_of_what_to_read_next_are_what_their_evidence_gives(tmp_path: Path):
    lists = (LinkList(1, "similar", "elink_similar", ((40, 9), (41, 8))),)
    articles = [
        record(1, (2, 3, "10.1000/lamp", 50)), record(2, (50, 51, 3)), record(3, (52, 50)),
        record(10, (2, 3, 40)), record(11, (1, 41, 40)), record(12, (2, 40)), record(13, (50, 51, 52)),
        record(14, (40, 13)), record(4, (50, 51), doi="10.1000/lamp"),
    ]  # fmt: skip
    with served(fill(tmp_path / "kb.db", articles, lists)) as get:
        numbers = numbers_of("/article/1/next", get("/article/1/next").text)
        found = [(one, evidence_of(get, one.evidence)) for one in numbers]

    assert [pair for pair in found if pair[0].shown != pair[1]] == []
    names = {one.evidence.partition("?")[0].rpartition("/")[2] for one in numbers}
    assert names == {
        "near_yours", "near_cited_by", "near_cites", "near_co_cited", "near_coupled", "near_similar_rank"
    }  # fmt: skip


def test_what_nothing_names_has_nothing_to_read_next(get: Get):
    assert get("/article/777777/next").status_code == 404


def test_an_article_is_cited_in_every_form_without_a_script(get: Get):
    html = get(f"/article/{SEED}/cite").text
    forms = dict(re.findall(r'<pre class="command" id="cite-([\w-]+)".*?>(.*?)</pre>', html, re.DOTALL))

    assert list(forms) == ["nlm-txt", "apa-txt", "vancouver-txt", "bib", "ris", "nbib", "csl-json"]
    assert unescape(forms["ris"]) == get(f"/article/{SEED}.ris").text.strip()
    assert "Vederhus JK, Høie M. One size doesn" in unescape(forms["vancouver-txt"])
    assert html.count('<button type="button" hidden data-copy=') == 7
    assert f'href="/article/{SEED}/cite">Cite</a>' in get(f"/article/{SEED}").text


def test_what_is_not_held_cannot_be_cited(get: Get):
    assert get("/article/2001/cite").status_code == 404
    assert get("/article/777777/cite").status_code == 404


def test_reference_managers_find_the_article_in_its_page(get: Get):
    html = get(f"/article/{SEED}").text
    tags = re.findall(r'<meta name="(citation_\w+)" content="(.*?)">', html)
    [said] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)

    assert ("citation_doi", "10.1186/s13722-020-00191-w") in tags
    assert json.loads(said)["headline"] == "One size doesn't fit all: H₂O in Norway"
    assert "rft_id=info%3Apmid%2F1001" in html.partition('<span class="Z3988" title="')[2].partition('"')[0]


def test_a_made_up_article_offers_itself_to_no_library(tmp_path: Path):
    pmid = 900_000_001
    with served(fill(tmp_path / "kb.db", [record(pmid, source=SYNTHETIC)])) as get:
        html = get(f"/article/{pmid}").text

    assert [word for word in ("citation_title", "ld+json", "Z3988") if word in html] == []


def test_a_file_without_measures_offers_no_order(tmp_path: Path):
    path = fill(tmp_path / "kb.db", [record(1), record(2, (1,)), record(3, (1,))])
    db = open_kb(path)
    with transaction(db):
        db.execute("delete from article_metrics")
    db.close()
    with served(path) as get:
        html = get("/article/1?sort=pagerank").text

    assert "Sort by" not in html
