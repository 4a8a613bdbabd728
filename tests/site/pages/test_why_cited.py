"""Pages say why a work is cited: in which sentences, how often, and of how many citing works that is known."""

import re
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest

from kb.database import open_kb
from kb.integrity.check import check_kb
from kb.publish.run import Options, publish_kb
from tests.full_texts import Writer, front_only, save_texts
from tests.records import record, reference_of
from tests.site.conftest import Get, fill, served
from tests.site.pages.crawl import agrees, evidence_of, numbers_of
from tests.site.pages.test_pages import section, text_of
from tests.site.pages.unlinked import unlinked_numbers

LAMPS, FOG, BELLS, SMITH, BERG, STRAND, LUND, DAHL = 101, 102, 103, 201, 202, 203, 204, 205
KNOWN_ONLY = 900
TITLES = {LAMPS: "Harbour lamps", FOG: "Fog signals", BELLS: "Bells"}
WORDS = [
    ("Okoro T. Harbour lamps. J Lamps. 2011;3:4.", LAMPS), ("Lund M. Fog signals. Fog Res. 2001;1:1.", FOG),
    ("Vik A. Bells. Bell J. 1999;2:2.", BELLS), ("Ness B. A lost work. 1990.", KNOWN_ONLY),
]  # fmt: skip


def smith() -> Writer:
    """Return a text that cites the lamps four times, once under a wrong number, and in a table; never the lost work."""
    return (
        Writer(*WORDS)
        .write("Ships need lamps {1,2,3=[1–3]} at night.", kind="introduction", how="range")
        .write("Oil burns long {1=[1]}, bells {3=[3]} do not <b>ring</b>.", kind="methods", section="Methods › Oil")
        .write("Lamps were lit {1=[7]}.", kind="methods", contradicts="number")
        .write("Nothing was printed here{1=}.", section="Harbours")
        .write("Lamp {1=1}", place="table", kind="results")
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five articles cite the lamps: two with a body, one that only lists them, front matter, and one not looked up."""
    printed = tuple(reference_of(SMITH, n, words, pmid=pmid) for n, (words, pmid) in enumerate(WORDS, 1))
    records = [
        *(record(pmid, year=1999 + pmid - LAMPS, title=title) for pmid, title in TITLES.items()),
        record(SMITH, printed, year=2021, names=("Smith A",), pmcid="PMC1"),
        *(record(pmid, (LAMPS,), year=2020, pmcid=f"PMC{pmid}") for pmid in (BERG, STRAND, LUND)),
        record(DAHL, (LAMPS, FOG), year=2020),
    ]
    texts = {
        SMITH: smith().text(),
        BERG: Writer(WORDS[0]).write("As {1=Okoro} (2011) shows.", place="abstract").text(licence="CC BY-ND"),
        STRAND: Writer(WORDS[0]).text(),
        LUND: front_only(),
    }
    return fill(tmp_path_factory.mktemp("why") / "kb.db", records, texts=texts)


@pytest.fixture(scope="module")
def ask(path: Path):
    with served(path) as get:
        yield get


def test_a_page_says_of_how_many_citing_works_sentences_are_known_and_what_is_known_of_the_others(ask: Get):
    text = section(ask(f"/article/{LAMPS}").text, "why-cited")

    assert text.startswith(
        "Why it is cited Sentences are known of 2 of 5 citing works: 1 only lists it, without a known place in the "
        "text; of 1 only the front matter is open; 1 has no known PMCID."
    )


def test_each_citing_article_has_its_sentences_with_sections_tables_last(ask: Get):
    text = section(ask(f"/article/{LAMPS}").text, "why-cited")

    assert (
        "Cited 4 times (and 1 time in tables) in Smith 2021 J Tests CC BY "
        "Introduction Ships need lamps [1–3] at night. "
        "The same mark: Name102 2000 J Tests ; Name103 2001 J Tests Within a range that the mark prints. "
        "Methods › Oil Oil burns long [1] , bells [3] do not <b>ring</b>. "
        "Methods Lamps were lit [7] . "
        "As the publisher tagged it; the number printed is that of another reference. "
        "Harbours Nothing was printed here [1] ." in text
    )
    assert "Cited 1 time in Name202 2020 J Tests CC BY-ND Abstract As Okoro (2011) shows." in text


def test_the_mark_is_highlighted_and_other_marks_lead_to_what_they_mean(ask: Get):
    html = ask(f"/article/{LAMPS}").text

    assert "Oil burns long <mark>[1]</mark>, bells " in html
    assert f'bells <a href="/work/{BELLS}" title="Name103 2001 J Tests">[3]</a> do not &lt;b&gt;ring&lt;/b&gt;.' in html


def test_a_work_that_is_cited_only_has_sentences_too(ask: Get):
    assert section(ask(f"/work/{KNOWN_ONLY}").text, "why-cited") == (
        "Why it is cited No sentence is known of 1 citing work: 1 only lists it, without a known place in the text."
    )


def test_a_related_study_says_how_many_works_cite_both_in_one_sentence(ask: Get):
    html = ask(f"/article/{LAMPS}").text
    related = html.partition('id="related"')[2].partition("</section>")[0]

    of_fog = related.partition(f'href="/article/{FOG}"')[2].partition("</li>")[0]
    [address] = re.findall(r'both in one sentence of </span><a[^>]* href="([^"]*)"[^>]*>1</a>', of_fog)

    evidence = text_of(ask(unescape(address)).text)
    assert "Ships need lamps [1–3] at night." in evidence
    assert "Oil burns long" not in evidence


def test_a_file_without_full_texts_says_nothing_of_them(tmp_path: Path):
    with served(fill(tmp_path / "kb.db", [record(1, (2,)), record(2)])) as get:
        assert "Why it is cited" not in get("/article/2").text
        assert "in the text" not in get("/article/1").text


def test_references_say_how_often_and_where_they_are_cited(ask: Get):
    html = ask(f"/article/{SMITH}").text
    text = section(html, "references")

    assert (
        "Full text: 4 references listed, 4 of them matched with a reference of the record. 1 not cited in it." in text
    )
    assert "Cited 4 times in the text: Introduction, Methods, Other sections" in text
    assert "Cited 1 time in the text: Introduction" in text
    assert text.count("listed, not cited in the text") == 1
    assert f'href="/evidence/citation?citing={SMITH}&amp;cited={LAMPS}#sentences"' in html


def test_the_own_full_text_of_an_article_is_called_its_own_and_that_of_another_the_citing_article_s(ask: Get):
    own, cited = ask(f"/article/{SMITH}").text, ask(f"/article/{LAMPS}").text

    assert "Its full text lists 4 references (2026-01-02)." in text_of(own)
    assert "source: PubMed, its full text" in section(own, "references")
    assert "full text of the citing article" not in own
    assert "source: PubMed, the full text of the citing article" in section(cited, "cited-by")


def test_entries_that_the_record_does_not_print_are_listed_as_the_full_text_has_them(tmp_path: Path):
    writer = Writer(*WORDS[:2], ("A note.", None), WORDS[3])
    writer.references[2] = writer.references[2]._replace(names_a_work=0)
    writer.write("Fog {2=[2]}, a note {3=[3]}.", kind="results").write("Lost {4=4}", place="table")
    printed = (reference_of(SMITH, 1, *WORDS[0][:1], pmid=LAMPS),)
    file = fill(tmp_path / "kb.db", [record(LAMPS), record(FOG), record(SMITH, printed)])
    with served(save_texts(file, {SMITH: writer.text()})) as get:
        html = get(f"/article/{SMITH}").text
        numbers = [(one.shown, evidence_of(get, one.evidence)) for one in numbers_of("/article", html)]
    text = section(html, "references")

    assert "Listed in its full text, not matched with the above Lund M. Fog signals. Fog Res. 2001;1:1." in text
    assert (
        "Cited 1 time in the text: Results A note. Cited 1 time in the text: Results Ness B. A lost work. 1990." in text
    )
    assert text.endswith("cited in a table only")
    assert "not in the printed list" not in text
    assert [shown for shown, counted in numbers if not agrees(shown, counted)] == []


def test_a_text_that_tags_no_places_lists_its_references_without_saying_that_they_are_not_cited(tmp_path: Path):
    file = fill(tmp_path / "kb.db", [record(SMITH)])
    with served(save_texts(file, {SMITH: Writer(*WORDS).text(outcome="no marks")})) as get:
        text = section(get(f"/article/{SMITH}").text, "references")

    assert "Full text: 4 references listed, 0 of them matched with a reference of the record. Export" in text
    assert "Listed in its full text Okoro T. Harbour lamps." in text
    assert "cited in the text" not in text


def test_references_of_a_text_without_a_body_say_nothing_of_places(ask: Get):
    assert "cited in the text" not in section(ask(f"/article/{LUND}").text, "references")


def test_a_page_says_what_was_read_of_the_full_text_of_its_article(ask: Get):
    assert "Full text: what it cites was read, received 2026-01-02, CC BY" in text_of(ask(f"/article/{SMITH}").text)
    assert "Full text: only the front matter is open, received 2026-01-02" in text_of(ask(f"/article/{LUND}").text)
    assert "received 2026-01-02, CC" not in text_of(ask(f"/article/{DAHL}").text)


def test_an_article_that_cites_itself_is_no_citing_article(tmp_path: Path):
    file = fill(tmp_path / "kb.db", [record(LAMPS), record(SMITH, (LAMPS,))])
    with served(save_texts(file, {LAMPS: Writer(WORDS[0]).write("As we said {1=[1]}.").text()})) as get:
        text = section(get(f"/article/{LAMPS}").text, "why-cited")

    assert text == "Why it is cited No sentence is known of 1 citing work: 1 has no known PMCID."


def test_what_two_works_say_of_each_other_stands_with_the_evidence_of_the_citation(ask: Get):
    text = text_of(ask(f"/evidence/citation?citing={SMITH}&cited={LAMPS}").text)

    assert "What Smith 2021 J Tests says of Name101 1999 J Tests Cited 4 times (and 1 time in tables)" in text
    assert "Table in Results Lamp 1" in text
    assert "What Name101" not in text


def test_numbers_on_full_texts_are_what_their_evidence_gives(ask: Get):
    pages = (
        f"/article/{LAMPS}", f"/article/{SMITH}", f"/work/{KNOWN_ONLY}",
        f"/evidence/citation?citing={SMITH}&cited={LAMPS}", f"/sentences?cited={LAMPS}", "/sentences?q=lamps+at",
        f"/sentences?cited={LAMPS}&q=lamps&section=methods",
    )  # fmt: skip
    followed = set()
    for page in pages:
        html = ask(page).text
        assert unlinked_numbers(html) == []
        for one in numbers_of(page, html):
            followed.add(re.split(r"[/?]", one.evidence)[2])
            assert agrees(one.shown, evidence_of(ask, one.evidence)), one
    assert followed >= {"citing_texts", "mentioned", "entry_mentioned", "full_text_listed", "full_text_unmentioned"}


def test_a_published_file_says_which_sentences_it_does_not_show(path: Path, tmp_path: Path):
    published = publish_kb(path, tmp_path / "out", Options())
    with served(published.path) as get:
        text = section(get(f"/article/{LAMPS}").text, "why-cited")

    assert "Abstract sentence not shown: licence" in text
    assert "Oil burns long [1]" in text


def test_a_file_without_sentences_says_that_they_were_left_out(path: Path, tmp_path: Path):
    published = publish_kb(path, tmp_path / "out", Options(sentences=False))
    with served(published.path) as get:
        text = section(get(f"/article/{LAMPS}").text, "why-cited")

    assert "Cited 4 times (and 1 time in tables) in Smith 2021" in text
    assert "Methods › Oil sentence not shown: left out of this file" in text


def found(html: str) -> list[str]:
    return re.findall(r'<q class="own">(.*?)</q>', re.sub(r"<(?!/?q)[^>]*>", "", html))


def test_sentences_that_cite_a_work_are_found_by_words_and_narrowed_by_section(ask: Get):
    everything = ask(f"/sentences?cited={LAMPS}").text
    assert text_of(everything).startswith("Why it is cited Sentences that cite Name101 1999 J Tests Search 6 sentences")
    assert re.findall(r"section=([\w+-]+)", everything.partition("<aside")[2].partition("count")[0]) == ["introduction"]

    assert len(found(ask(f"/sentences?cited={LAMPS}&section=methods").text)) == 2
    assert found(ask(f"/sentences?cited={LAMPS}&q=LAMPS").text) == [
        "Ships need lamps [1–3] at night.",
        "Lamps were lit [7].",
    ]
    assert found(ask(f"/sentences?cited={LAMPS}&q=%22were+lit%22&section=methods").text) == ["Lamps were lit [7]."]
    assert found(ask(f"/sentences?cited={FOG}&q=oil").text) == []


def test_sentences_of_the_whole_library_are_found_by_words(ask: Get):
    assert found(ask("/sentences?q=okor*").text) == ["As Okoro (2011) shows."]
    assert found(ask("/sentences?q=quokka").text) == []
    assert "Sentences of full texts in this library" in ask("/sentences").text


@pytest.mark.parametrize(
    "query", ['q="', "q=*", "q=a+AND", "cited=x", "cited=²", "section=x&q=lamps", "page=0&q=lamps", "q=%00"]
)
def test_a_search_in_sentences_that_means_nothing_is_a_page_all_the_same(ask: Get, query: str):
    assert ask(f"/sentences?{query}").status_code == 200


def test_many_sentences_come_in_pages(tmp_path: Path):
    writer = Writer(WORDS[0])
    for n in range(45):
        writer.write(f"Lamp {'i' * n} {{1=[1]}}.")
    file = fill(tmp_path / "kb.db", [record(LAMPS), record(SMITH, (LAMPS,))])
    with served(save_texts(file, {SMITH: writer.text()})) as get:
        pages = [get(f"/sentences?cited={LAMPS}&page={n}").text for n in (1, 2, 3)]

    assert [len(found(page)) for page in pages] == [20, 20, 5]
    assert [("Previous" in page, "Next" in page) for page in pages] == [(False, True), (True, True), (True, False)]


def test_a_search_finds_the_sentences_of_a_new_text_and_no_more_those_of_the_old(path: Path, tmp_path: Path):
    file = fill(tmp_path / "kb.db", [record(SMITH, (LAMPS,))])
    save_texts(file, {SMITH: Writer(WORDS[0]).write("An old word {1=[1]}.").text()})
    save_texts(file, {SMITH: Writer(WORDS[0]).write("A new word {1=[1]}.").text()._replace(version=2)})
    with served(file) as get:
        assert found(get("/sentences?q=old").text) == []
        assert found(get("/sentences?q=word").text) == ["A new word [1]."]
    with closing(open_kb(file)) as db:
        assert check_kb(db) == []


def test_words_left_out_of_a_published_file_are_not_found(path: Path, tmp_path: Path):
    published = publish_kb(path, tmp_path / "out", Options())
    with served(published.path) as get:
        assert found(get("/sentences?q=okoro").text) == []
        assert "0 sentences" not in get("/sentences?q=okoro").text
