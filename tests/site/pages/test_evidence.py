"""Every number leads to the SQL that gives it, and is what that gives; every citation to who says so."""

import re
import sqlite3
from collections import Counter
from html import unescape
from pathlib import Path

import pytest

from harvest.pubmed.article import parse_articles
from harvest.rehearsal.demonstration import read_demonstration
from harvest.rehearsal.synthetic import synthetic_records
from kb.queries.charts import read_citing_by_year, read_linked
from kb.queries.evidence.registry import EVIDENCE, read_count
from kb.queries.works.pages import read_citing_count
from kb.records import Record
from tests.campaign.scale import SHORT
from tests.rows import add_article, add_citations, add_work
from tests.site.conftest import CITING, HELD, LINKS, SEED, Get, field, fill, served
from tests.site.pages.crawl import agrees, evidence_of, numbers_of, pages_of
from tests.site.pages.test_pages import text_of
from tests.site.pages.unlinked import unlinked_numbers

PAGES, OF_EACH = (40, 4) if SHORT else (100_000, 100_000)  # of each kind; 40 show every kind of number


def demonstration(articles: int | None = None) -> list[Record]:
    return [record for xml in read_demonstration()[:articles] for record in parse_articles(xml)]


def wrong_numbers(get: Get, *, pages: int, of_each: int) -> tuple[list[tuple[object, str]], set[str]]:
    """Return the numbers that their evidence does not give or that have none, and which evidence was followed."""
    followed: Counter[str] = Counter()
    wrong: list[tuple[object, str]] = []
    known: dict[str, str] = {}
    for address, answer in pages_of(get, pages):
        assert answer.status_code in (200, 302), address
        wrong += [(address, words) for words in unlinked_numbers(answer.text)]
        for one in numbers_of(address, answer.text):
            followed[one.name] += 1
            if followed[one.name] > of_each:
                continue
            if one.evidence not in known:
                known[one.evidence] = evidence_of(get, one.evidence)
            if not agrees(one.shown, known[one.evidence]):
                wrong.append((one, known[one.evidence]))
    return wrong, {name.split()[-1].removeprefix("/evidence/") for name in followed}


@pytest.mark.parametrize(("pages", "of_each"), [(6, 2), pytest.param(PAGES, OF_EACH, marks=pytest.mark.campaign)])
def test_numbers_of_the_field_are_what_their_evidence_gives(get: Get, pages: int, of_each: int):
    wrong, followed = wrong_numbers(get, pages=pages, of_each=of_each)

    assert wrong == []
    assert len(followed) > 20


def test_numbers_of_the_demonstration_are_what_their_evidence_gives(tmp_path: Path):
    with served(fill(tmp_path / "kb.db", demonstration(4))) as get:
        wrong, _ = wrong_numbers(get, pages=3, of_each=2)

    assert wrong == []


@pytest.mark.parametrize(
    ("articles", "pages", "of_each"),
    [(40, 3, 2), pytest.param(100, PAGES, OF_EACH, marks=pytest.mark.campaign)],
)
def test_numbers_of_a_made_up_field_are_what_their_evidence_gives(
    tmp_path: Path, articles: int, pages: int, of_each: int
):
    with served(fill(tmp_path / "kb.db", list(synthetic_records(articles)))) as get:
        wrong, _ = wrong_numbers(get, pages=pages, of_each=of_each)

    assert wrong == []


@pytest.mark.campaign
def test_every_number_of_the_demonstration_is_what_its_evidence_gives(tmp_path: Path):
    with served(fill(tmp_path / "kb.db", demonstration())) as get:
        wrong, _ = wrong_numbers(get, pages=PAGES, of_each=OF_EACH)

    assert wrong == []


def test_a_number_that_leads_nowhere_is_seen():
    html = (
        '<main><h1>Author 12</h1><p>By 7 others in 2020, <a class="count" href="/evidence/x">3</a> of 1,204.</p>'
        '<p class="own">Addiction 2020;15:18</p><details><summary>9 more</summary>8</details></main>'
    )

    assert unlinked_numbers(html) == ["7 others", "1,204. 8", "8"]


def test_evidence_shows_its_sql_its_rows_and_leads_to_them(get: Get):
    html = get(f"/evidence/citing?id={SEED}").text
    text = text_of(html)

    assert "Works here that cite this one: 2" in text
    assert "from citation_links c join works w on w.id = c.citing_id" in text
    assert f'<a href="/work/{CITING}">{CITING}</a>' in html
    [ask] = re.findall(r'<a href="(/kb\?[^"]+)">Run, edit', html)
    assert get(unescape(ask)).status_code == 200


def test_the_sql_of_evidence_gives_the_same_rows_where_people_ask_it_themselves(get: Get):
    one_of_each = {
        number.name: number.evidence
        for address, answer in pages_of(get, 4)
        for number in numbers_of(address, answer.text)
    }
    assert len(one_of_each) > 40
    for address in one_of_each.values():
        html = get(address).text
        for ask in re.findall(r'<a href="/kb\?([^"]+)">Run, edit', html):
            rows = get(f"/kb.json?_shape=array&{unescape(ask)}").json()
            assert len(rows) == html.partition("<tbody>")[2].count("<tr>"), address


def test_works_that_rows_of_evidence_do_not_name_are_shown_by_their_labels(get: Get):
    rows = get("/evidence/citations").text.partition("<tbody>")[2]

    assert f'<a href="/work/{CITING}">Vederhus 2022 J Tests</a> <span class="said-by">{CITING}</span>' in rows
    assert f'<a href="/work/{CITING}">{CITING}</a>' in get(f"/evidence/citing?id={SEED}").text


@pytest.mark.parametrize("address", ["/evidence/nonsense", "/evidence/citing", "/evidence/citation?citing=1&cited=x"])
def test_what_is_no_evidence_is_not_found(get: Get, address: str):
    assert get(address).status_code == 404


def test_hostile_values_of_evidence_are_values(get: Get):
    for name, evidence in EVIDENCE.items():
        query = "&".join(f"{value}=1'+or+1%3D1--<script>" for value in evidence.values)
        answer = get(f"/evidence/{name}?{query}")
        assert answer.status_code in (200, 400), name
        assert "<script>" not in answer.text


def test_a_citation_says_who_asserts_it_and_since_when(get: Get):
    page = get(f"/article/{SEED}").text
    text = text_of(get(f"/evidence/citation?citing={CITING}&cited={SEED}").text)

    assert f'href="/evidence/citation?citing={CITING}&amp;cited={SEED}"' in page
    assert f'href="/evidence/citation?citing={SEED}&amp;cited={HELD}"' in page
    assert "Vederhus 2022 J Tests cites Vederhus 2020 J Tests" in text
    assert "The reference list in the PubMed record of the citing article. Since 2026-01-02T03:04:05.000Z ." in text
    assert "NCBI ELink: articles that cite this one (pubmed_pubmed_citedin). Since" in text


def test_a_citation_names_the_kept_answers(tmp_path: Path):
    path = fill(tmp_path / "kb.db", field(), LINKS)
    db = sqlite3.connect(path)
    db.execute(
        "insert into harvest_tasks values (1, 'article', ?, 'stored', null, null, 'efetch/abc.xml')", (str(CITING),)
    )
    db.execute("insert into harvest_tasks values (1, 'cited_by', ?, 'done', '2', null, 'elink/def.xml')", (str(SEED),))
    db.execute("insert into harvest_tasks values (1, 'cited_by', ?, 'done', '2', null, 'elink/not.xml')", (str(HELD),))
    db.commit()
    db.close()
    with served(path) as get:
        text = text_of(get(f"/evidence/citation?citing={CITING}&cited={SEED}").text)

    assert "efetch/abc.xml" in text
    assert "elink/def.xml" in text
    assert "elink/not.xml" not in text


def test_counts_and_evidence_follow_merged_works_and_leave_out_what_cites_itself(db: sqlite3.Connection):
    for pmid in (1, 2, 3):
        add_article(db, pmid, year=2000)
    add_work(db, 9, merged_into=3)
    add_citations(db, 1, 1, 2, 3, 9)
    add_citations(db, 2, 1)
    add_citations(db, 9, 1)

    for value in (1, "1"):  # addresses give text
        names = ("cites", "citing", "citing_dated")
        assert [read_count(db, name, id=value).number for name in names] == [2, 2, 2]
        assert read_count(db, "citing_of_year", id=value, year="2000").number == 2
    assert (len(read_linked(db, 1, "cited")), len(read_linked(db, 1, "citing")), read_citing_count(db, 1)) == (2, 2, 2)
    assert read_citing_by_year(db, 1) == [(2000, 2)]
