"""The pages say what the file holds, in PubMed's order, and never a zero that nobody said."""

import re
from html import unescape
from pathlib import Path

from kb.records import DEMONSTRATION, SYNTHETIC, Investigator, LinkList, PublicationType
from tests.records import record, reference_of
from tests.site.conftest import BOOK, CITING, HELD, KNOWN, RETRACTED, SEED, Get, fill, served


def text_of(html: str) -> str:
    """Return what a person reads in the main part of a page: no tags, single blanks."""
    main = plain(html).partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main))).strip()


def plain(html: str) -> str:
    """Return html with its numbers as text, in place of links to their evidence."""
    return re.sub(r'<a class="count"[^>]*>([^<]*)</a>', r"\1", html)


def section(html: str, name: str) -> str:
    return text_of("<main>" + html.partition(f'<section id="{name}"')[2].partition(">")[2].partition("</section>")[0])


def test_an_article_page_has_pubmeds_parts_in_pubmeds_order(get: Get):
    text = text_of(get(f"/article/{SEED}").text)

    wanted = [
        "J Tests . 2020 May 24;15(1):18.",
        "One size doesn't fit all: H 2 O in Norway",
        "Vederhus JK 1 , Høie M",
        "Hospital of Kristiansand",
        "PMID: 1001",
        "PMCID: PMC7247232",
        "DOI: 10.1186/s13722-020-00191-w",
        "Cite Export As references",
        "Full text: PubMed Central, free Publisher",
        "Abstract Background: People leave recovery groups in Norway. Conclusion: CO₂ does not fit all.",
        "Keywords Self-help groups .",
        "© The Authors 2020",
        "Conflict of interest statement The authors declare none.",
        "Similar articles",
        "Cited by",
        "References",
        "Publication types Journal Article",
        "MeSH terms Norway / ethnology*",
        "Substances Ethanol 64-17-5",
        "Associated data ClinicalTrials.gov / NCT00000001",
        "Grants and funding G-1 / AA / Research Council / Norway",
        "Investigators",
        "received 2019-11-02",
    ]
    places = [text.find(part) for part in wanted]
    assert dict(zip(wanted, places, strict=True)) == {
        part: place for part, place in zip(wanted, places, strict=True) if place >= 0
    }
    assert places == sorted(places)


def test_references_are_verbatim_and_say_their_standing_and_who_says_so(get: Get):
    text = section(get(f"/article/{SEED}").text, "references")

    assert text.startswith(
        "References 5 of 40 references are listed here. "
        "in this library 1 cited only 1 cited only, no PMID known 2 nothing named 1"
    )
    moos = "Moos RH. Active ingredients. Addiction. 2008;103:387. in this library Moos 2008 J Tests cited by 2 here DOI"
    assert moos in text
    assert "Laudet AB. Attitudes. Subst Use Misuse. 2003;38:2017. cited only Laudet 2003" in text
    assert "Anonymous. The Book <of> Groups. 1939. cited only, no PMID known" in text
    assert "Nothing is printed here." in text


def test_links_of_a_reference_are_built_from_its_identifiers(get: Get):
    html = get(f"/article/{SEED}").text
    second = html.partition('id="reference-2"')[2].partition("</li>")[0]

    assert [link for link in re.findall(r'href="(.*?)"', second) if "/evidence/" not in link] == [
        f"/work/{KNOWN}",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC1855195/",
        f"https://pubmed.ncbi.nlm.nih.gov/{KNOWN}/",
    ]


def test_cited_by_says_who_says_so_and_how_complete_it_is(get: Get):
    text = section(get(f"/article/{SEED}").text, "cited-by")

    assert text.startswith("Cited by 2 works here cite it; NCBI ELink listed 2 on 2026-01-02.")
    assert "Vederhus 2022 J Tests · in this library source: PubMed, NCBI ELink" in text


def test_unknown_is_not_zero(get: Get):
    known_citing = section(get(f"/article/{HELD}").text, "cited-by")
    never_asked = get(f"/article/{BOOK}").text

    assert known_citing.startswith("Cited by 2 works here cite it; NCBI ELink has no data (2026-01-02).")
    assert section(never_asked, "cited-by") == "Cited by Unknown: not looked up yet, or not answered."
    assert section(never_asked, "similar") == "Similar articles (PubMed) Unknown: not looked up yet, or not answered."
    unknown = "References Unknown: its record has no reference list, and no other source has answered."
    assert section(never_asked, "references") == unknown


def test_none_is_said_with_the_one_who_said_it(tmp_path: Path):
    said = tuple(
        LinkList(1, which, source, ()) for which, source in (("cited_by", "elink_citedin"), ("references", "icite"))
    )
    with served(fill(tmp_path / "none.db", [record(1)], said)) as get:
        html = get("/article/1").text

    assert section(html, "cited-by") == "Cited by None (source: NCBI ELink, 2026-01-02)."
    assert section(html, "references") == "References None (source: iCite)."


def test_a_retraction_is_shown_before_all_else(get: Get):
    text = text_of(get(f"/article/{RETRACTED}").text)

    assert text.startswith("This article has been retracted: Lancet. 2010;375:445")


def test_a_preprint_says_so_before_its_journal(tmp_path: Path):
    preprint = record(1, publication_types=(PublicationType(1, 1, None, "Preprint"),))
    with served(fill(tmp_path / "preprint.db", [preprint])) as get:
        assert text_of(get("/article/1").text).startswith("Preprint · ")


def test_the_vernacular_title_stands_in_where_pubmed_has_no_other(tmp_path: Path):
    untitled = record(1, (2,), title=None, vernacular_title="Lampen im Dorf.")
    with served(fill(tmp_path / "untitled.db", [untitled, record(2)])) as get:
        pages = [get(address).text for address in ("/article/1", "/search?q=lampen", "/article/2", "/search.atom")]

    assert text_of(pages[0]).count("Lampen im Dorf.") == 1
    assert ["Lampen" in plain(page) for page in pages] == [True] * 4


def test_the_page_of_a_chapter_says_what_is_known_of_its_book_and_whose_investigators_it_lists(tmp_path: Path):
    people = (Investigator(1, 1, "Wick A", *(None,) * 6, 1, "Lamp Group"), Investigator(1, 2, "Hub C", *(None,) * 6, 2))
    chapter = record(
        1, record_type="book chapter", publisher="A Press", publisher_place="Oslo", series_title="Lamps in Depth",
        isbn="9780306406157", location_label="Chapter 7", investigators=people,
    )  # fmt: skip
    with served(fill(tmp_path / "book.db", [chapter])) as get:
        html = get("/article/1").text

    facts = [
        "Publisher: A Press, Oslo",
        "Series: Lamps in Depth",
        "Place in the book: Chapter 7",
        "ISBN: 9780306406157",
    ]
    assert [fact for fact in facts if fact not in text_of(html)] == []
    assert section(html, "investigators").endswith("Lamp Group: Wick A Hub C")


def test_related_studies_come_with_reasons(get: Get):
    html = get(f"/article/{SEED}").text
    related = html.partition('id="related"')[2].partition("</section>")[0]

    assert f"/article/{CITING}" in related
    assert "shares Vederhus JK" in unescape(related)


def test_no_section_has_a_heading_and_nothing_else(get: Get):
    for pmid in (SEED, HELD, RETRACTED, CITING, BOOK):
        html = get(f"/article/{pmid}").text
        for name in re.findall(r'<section id="([\w-]+)"', html):
            assert len(section(html, name).split()) > 2, (pmid, name)


def test_a_pmid_that_is_only_named_is_sent_on_to_its_work(get: Get):
    answer = get(f"/article/{KNOWN}")

    assert (answer.status_code, answer.headers["location"]) == (302, f"/work/{KNOWN}")


def test_a_pmid_that_nobody_names_is_not_found_with_a_sentence(get: Get):
    answer = get("/article/77777")

    assert answer.status_code == 404
    assert "Nothing in this knowledge base holds or names PMID 77777." in answer.text
    assert "Traceback" not in answer.text


def test_an_unknown_address_is_answered_with_a_sentence(get: Get):
    answer = get("/nothing/here")

    assert answer.status_code == 404
    assert "There is no such page here." in answer.text


def test_the_first_ten_citing_articles_are_shown_and_the_others_stand_behind_one_click(tmp_path: Path):
    citing = [record(pmid, cites=(1,)) for pmid in range(11, 24)]
    with served(fill(tmp_path / "kb.db", [record(1), *citing])) as get:
        found = get("/article/1").text.partition('id="cited-by"')[2].partition("</section>")[0]

    first, rest = found.split("<details")
    assert (first.count("<li>"), rest.count("<li>")) == (10, 3)
    assert "<summary>3 more</summary>" in rest


def test_a_work_page_shows_how_it_is_cited_and_how_to_harvest_it(get: Get):
    text = text_of(get(f"/work/{KNOWN}").text)

    assert "Cited only" in text
    assert f"litkb harvest kb.db {KNOWN} --references" in text
    assert "Laudet AB. Attitudes. Subst Use Misuse. 2003;38:2017. reference 2 of Vederhus 2020 J Tests" in text
    assert "2 works here cite it." in text


def test_a_cited_work_without_pmid_has_a_page_and_no_command(get: Get, field_db):
    [book] = field_db.execute("select id from works where id < 0 and doi is null").fetchone()

    text = text_of(get(f"/work/{book}").text)

    assert "Anonymous. The Book <of> Groups. 1939." in text
    assert "litkb harvest" not in text
    assert "litkb resolve kb.db --ecitmatch" in text


def test_equal_printed_references_of_a_work_stand_once_with_the_number_of_articles(tmp_path: Path):
    line = "Lamp J. 1999;3(1):5-6"
    citing = [record(pmid, (reference_of(pmid, 1, line),)) for pmid in range(1, 10)]
    twice = record(10, (reference_of(10, 1, line), reference_of(10, 2, line)))
    other = record(11, (reference_of(11, 1, "Wick A. The last lamp. Lamp J 1999", pmid=900),))
    same = record(12, (reference_of(12, 1, line, pmid=900),))
    with served(fill(tmp_path / "kb.db", [*citing, twice, other, same])) as get:
        [lamp] = get("/kb/works.json?id__lt=0&_shape=array&_col=id").json()
        html, both = get(f"/work/{lamp['id']}").text, text_of(get("/work/900").text)

    assert html.count(f'<blockquote class="own">{line}</blockquote>') == 1
    shown = "printed so in 10 articles: reference 1 of Name1 2000 J Tests ; reference 1 of Name2 2000 J Tests ;"
    assert shown in text_of(html)
    assert "; and others" in text_of(html)
    assert f"{line} reference 1 of Name12 2000 J Tests" in both
    assert "The last lamp. Lamp J 1999 reference 1 of Name11 2000 J Tests" in both


def test_a_reference_shows_the_title_of_the_record_where_the_printed_words_do_not_have_it(tmp_path: Path):
    references = (
        reference_of(1, 1, "Lamp J. 1999;3(1):5-6", pmid=2),
        reference_of(1, 2, "Hub C. Lamps and WICKS. 1998.", pmid=3),
        reference_of(1, 3, "Lamp J. 1997;1(1):1-2", pmid=4),
    )
    lamps = record(2, title="Lamps of H2O.", title_html="Lamps of H<sub>2</sub>O.", year=1999, names=("Wick A",))
    wicks = record(3, title="Lamps and wicks.", year=1998, names=("Hub C",))
    with served(fill(tmp_path / "kb.db", [record(1, references), lamps, wicks])) as get:
        html = get("/article/1").text
        text = section(html, "references")

    assert "Lamp J. 1999;3(1):5-6 Lamps of H 2 O. Wick A · 1999 in this library" in text
    assert 'href="/article/2">Lamps of H<sub>2</sub>O.</a>' in html
    assert "Hub C. Lamps and WICKS. 1998. in this library Hub 1998 J Tests" in text
    assert "Lamp J. 1997;1(1):1-2 cited only" in text


def test_held_and_merged_works_lead_to_what_they_are(tmp_path: Path):
    citing = record(1, ("10.1111/later",))
    path = fill(tmp_path / "merged.db", [citing, record(2, doi="10.1111/later")])
    with served(path) as get:
        before = get("/work/1").headers["location"]
        html = get("/article/1").text
        [negative] = get("/kb/works.json?state=merged&_shape=array&_col=id").json()
        merged = get(f"/work/{negative['id']}").headers["location"]
        cited_by = section(get("/article/2").text, "cited-by")
        answers = get("/kb/who_cites.json?id=2&_shape=objects").json()["rows"]

    assert before == "/article/1"
    assert merged == "/work/2"
    assert cited_by.startswith("Cited by 1 work here cites it; no source has given the whole list yet")
    assert "Name1 2000 J Tests · in this library source: PubMed" in cited_by
    assert [row["id"] for row in answers] == [1]
    assert "Title of 2 Name2 A · 2000 in this library" in section(html, "references")
    assert 'href="/article/2"' in html


def test_home_counts_say_how_complete_they_are(get: Get):
    text = text_of(get("/").text)

    assert "records in this library 5" in text
    assert "7 of 10 printed references are identified" in text
    assert "3 of 5 records have their own reference list." in text
    assert "Citing articles are known, or known to have no data, for 3 of 5 records." in text
    assert "It began with Vederhus 2020 J Tests" in text


def test_home_asks_five_questions_that_lead_somewhere(get: Get):
    buttons = re.findall(r'<li><a href="(/kb/\w+)">', get("/").text)

    assert len(buttons) == 5
    assert [get(address).status_code for address in buttons] == [200] * 5


def test_an_empty_file_has_a_home_without_empty_headings(tmp_path: Path):
    with served(fill(tmp_path / "empty.db", [])) as get:
        text = text_of(get("/").text)

    assert "The library is empty." in text
    assert "Newest articles" not in text
    assert "Cited most here" not in text


def test_every_page_says_source_and_date_of_harvest(get: Get):
    for address in (
        "/",
        "/search?q=norway",
        f"/article/{SEED}",
        f"/work/{KNOWN}",
        "/kb",
        "/kb/articles",
        "/kb/years",
        "/nope",
    ):
        html = get(address).text
        assert "Source: PubMed, National Library of Medicine (NLM)." in html, address
        assert '<time datetime="2026-01-02">' in html, address
        assert "neither checks nor endorses" in html, address


def test_every_page_of_a_demonstration_says_so_with_the_live_command(tmp_path: Path):
    with served(fill(tmp_path / "demo.db", [record(1, source=DEMONSTRATION)])) as get:
        for address in ("/", "/search", "/article/1", "/kb", "/kb/works", "/nope"):
            html = get(address).text
            assert "litkb harvest kb.db 32448354 --references --cited-by --similar" in html, address
            assert "Last harvest" not in html, address
        assert "not harvested from PubMed" in get("/article/1").text


def test_every_page_of_a_made_up_field_says_so_and_links_nowhere(tmp_path: Path):
    pmid = 900_000_001
    made_up = record(
        pmid, (reference_of(pmid, 1, "Author 0002.", doi="10.5555/x"),), doi="10.5555/own", source=SYNTHETIC
    )
    with served(fill(tmp_path / "synthetic.db", [made_up])) as get:
        pages = {
            address: get(address).text for address in ("/", "/search", f"/article/{pmid}", "/kb", "/kb/works", "/nope")
        }

    for address, html in pages.items():
        assert 'class="stripes"' in html, address
    assert "doi.org" not in pages[f"/article/{pmid}"]
    assert "pubmed.ncbi" not in pages[f"/article/{pmid}"]


def test_home_leads_with_what_is_missing_evidence_retractions_and_the_report(get: Get):
    text = text_of(get("/").text)

    parts = [
        "What am I missing?", "Every number has its evidence", "Retractions here 1 work is known to be retracted",
        "The report", "records in this library", "Most cited here", "Questions to begin with",
    ]  # fmt: skip
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_works_cited_only_are_told_by_their_printed_reference(tmp_path: Path):
    moos = "Moos RH. A title that only the reference has. Addiction. 2008."
    short = reference_of(2, 1, "Addiction. 2008.", pmid=900)
    citing = [record(2, (short,)), record(3, (reference_of(3, 1, moos, pmid=900),))]
    with served(fill(tmp_path / "kb.db", citing)) as get:
        home, following = text_of(get("/").text), text_of(get("/article/2/next").text)

    assert f"{moos} Addiction. 2008. · cited by 2 works here" in home
    assert "litkb harvest kb.db --frontier --limit 50" in home
    assert "Read next from Name2 2000 J Tests" in following
    assert "Back to the article" in following


def test_a_book_and_a_work_are_called_so_on_their_pages(tmp_path: Path):
    book = record(9, (900,), title="A book of lamps", record_type="book")
    with served(fill(tmp_path / "kb.db", [record(2, (900,)), book])) as get:
        page, near = text_of(get("/article/9").text), text_of(get("/article/9/next").text)
        of_work = text_of(get("/work/900/next").text)

    assert "Read next from this book" in page
    assert "this article" not in page.partition("Related works")[0] + near
    assert "Back to the book" in near
    assert "Back to the work" in of_work
    assert "Computed now from this work" in of_work


def test_the_navigation_leads_to_sql_where_sql_may_be_asked(field_file: Path):
    for public in (False, True):
        with served(field_file, public=public) as get:
            links = re.findall(r'<li><a href="([^"]+)">SQL</a></li>', get("/").text)
            assert links == ([] if public else ["/kb#sql"])
            assert [link for link in links if 'id="sql"' not in get("/kb").text] == []


def test_marked_up_titles_are_shown_so_in_tables_and_what_is_no_markup_is_escaped(tmp_path: Path):
    title = "H<sub>2</sub>O &lt;script&gt;"
    with served(fill(tmp_path / "kb.db", [record(1, title="H₂O", title_html=title)])) as get:
        html = get("/kb/articles?_col=title_html").text

    assert "H<sub>2</sub>O &lt;script&gt;" in html
    assert "&lt;sub&gt;" not in html
