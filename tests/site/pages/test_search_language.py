"""One language of searches for the site and `litkb export --query`: every part is searched, or said not to be."""

import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kb.database import open_kb, transaction
from kb.errors import UsageError
from kb.queries.export.selection import read_works_of_search
from kb.queries.search.known_works import read_named
from kb.queries.search.matches import read_all_found, read_wanted
from kb.queries.search.query import read_query
from kb.queries.search.query_parser import DEEPEST, MOST_TOKENS, parse_query
from kb.queries.search.query_tree import format_query
from kb.queries.search.spelling import read_corrections
from kb.records import (
    AbstractSection,
    Language,
    MeshDescriptor,
    MeshHeading,
    MeshPlace,
    MeshTerm,
    PublicationType,
    Record,
)
from kb.store.mesh import save_mesh_tree
from tests.records import record, reference_of
from tests.site.conftest import Get, fill, served, understood

OTTER, LUNG, TRIAL, NORSK = 71001, 71002, 71003, 71004
CITED = 72001
ALL = {OTTER, LUNG, TRIAL, NORSK}


def about(pmid: int, kind: str, language: str, *, is_major: int | None = None) -> dict[str, tuple[object, ...]]:
    """Return parts of a record: its type, its language, the heading River Fever, major or not; None: without."""
    headings = () if is_major is None else (MeshHeading(pmid, 1, 1, "D1", None, is_major, is_major),)
    return {
        "publication_types": (PublicationType(pmid, 1, None, kind),),
        "languages": (Language(pmid, 1, language),),
        "mesh_descriptors": (MeshDescriptor("D1", "River Fever", None),) if headings else (),
        "mesh_headings": headings,
    }


def otters() -> list[Record]:
    cited = reference_of(OTTER, 1, "Lund K. Weirs and fish. Rivers. 2003;8:17.", pmid=CITED, doi="10.1111/weirs")
    return [
        record(
            OTTER, (cited,), title="Biopsy of river otters", names=("Weiss R", "Moll AB"), year=2010,
            doi="10.1111/otter(10)1", pmcid="PMC77", **about(OTTER, "Systematic Review", "eng"),
            abstract_sections=(AbstractSection(OTTER, 1, None, None, "Whiskers tell the season.", None),),
        ),
        record(LUNG, title="Biopsy of the lung", names=("Moll AB", "Weiss RD"), year=2012,
               **about(LUNG, "Case Reports", "eng")),
        record(TRIAL, title="A trial of whistling", year=2015, **about(TRIAL, "Review", "eng", is_major=1)),
        record(NORSK, title="Øl og oter", year=1998, **about(NORSK, "Letter", "nor", is_major=0)),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def otter_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = fill(tmp_path_factory.mktemp("otters") / "otters.db", otters())
    db = open_kb(path)
    with transaction(db):
        save_mesh_tree(db, [MeshPlace("C01", "D1", "River Fever"), MeshTerm("Otter Ague", "River Fever")])
    db.close()
    return path


@pytest.fixture(scope="module")
def db(otter_file: Path) -> Iterator[sqlite3.Connection]:
    db = open_kb(otter_file, readonly=True)
    yield db
    db.close()


@pytest.fixture(scope="module")
def get(otter_file: Path) -> Iterator[Get]:
    with served(otter_file) as ask:
        yield ask


def found(db: sqlite3.Connection, text: str) -> set[int]:
    query = read_query(db, text)
    assert query.problems == ()
    wanted = read_wanted(db, query)
    return set(read_all_found(db, wanted)) if wanted else set()


@pytest.mark.parametrize(
    ("text", "articles"),
    [
        ("title:biopsy -lung", {OTTER}),
        ("biopsy NOT lung", {OTTER}),
        ("biopsy AND NOT (lung OR trial)", {OTTER}),
        ("-biopsy", {TRIAL, NORSK}),
        ("lung OR whistling", {LUNG, TRIAL}),
        ("whistling OR river otters", {OTTER, TRIAL}),
        ("(lung OR river) otters", {OTTER}),
        ("title:(lung OR whistling)", {LUNG, TRIAL}),
        ("lung OR year:1998", {LUNG, NORSK}),
        ("biopsy OR NOT year:2015", {OTTER, LUNG, NORSK}),
        ("type:review", {OTTER, TRIAL}),
        ('pt:"Systematic Review"', {OTTER}),
        ("-type:review", {LUNG, NORSK}),
        ("review[pt] NOT systematic review[Publication Type]", {TRIAL}),
        ("language:nor", {NORSK}),
        ("la:Norwegian", {NORSK}),
        ("eng[la] biopsy", {OTTER, LUNG}),
        ("year:>2010", {LUNG, TRIAL}),
        ("year: >=2010", {OTTER, LUNG, TRIAL}),
        ("year:<2010", {NORSK}),
        ("year:≤2010", {OTTER, NORSK}),
        ("biopsy year:>2010", {LUNG}),
        ("year:2010-2012", {OTTER, LUNG}),
        ("2010:2012[dp]", {OTTER, LUNG}),
        ("biopsy 2011:2020[dp]", {LUNG}),
        ("biopsy 2010[dp] : 2012[dp] -lung", {OTTER}),
        ("biopsy 2001 : 2011[dp]", {OTTER}),
        ("biopsy norwegian[la]", set()),
        ("biopsy PMC77[pmc]", {OTTER}),
        (f"biopsy {LUNG}[pmid]", {LUNG}),
        ('"2010/01/01"[Date - Publication] : "3000"[Date - Publication]', {OTTER, LUNG, TRIAL}),
        ('("2010"[dp]:"2012/12/31"[dp]) AND biopsy[ti]', {OTTER, LUNG}),
        ("Weiss R[au]", {OTTER, LUNG}),
        ('"Weiss R"[Author]', {OTTER}),
        ("Weiss R[1au]", {OTTER}),
        ("weiss[Author - First]", {OTTER}),
        ("moll[1au]", {LUNG}),
        ("1au:weiss OR 1au:moll", {OTTER, LUNG}),
        ("author:weiss", {OTTER, LUNG}),
        ("whiskers[ab]", {OTTER}),
        ("whiskers[ti]", set()),
        ("whiskers[tiab] biopsy[Title/Abstract]", {OTTER}),
        ('"biopsy of"[TI]', {OTTER, LUNG}),
        ("“biopsy of the”", {LUNG}),
        ("biopsy NOT -lung", {LUNG}),
        ("river fever[mh]", {TRIAL, NORSK}),
        ('"River Fever"[MeSH Terms] NOT "River Fever"[MeSH Major Topic]', {NORSK}),
        ("fever[majr]", {TRIAL}),
        ("J Tests[ta]", ALL),
        ("biopsy of the river otters free full text[sb]", {OTTER}),
        ("Journal of a Name of Seven Words[ta]", set()),
        ("is:free", {OTTER}),
        ("biopsy -is:free", {LUNG}),
        (f"{LUNG}[pmid] OR doi:10.1111/OTTER(10)1", {OTTER, LUNG}),
        ("PMC77[pmc] AND biopsy", {OTTER}),
        (f"{LUNG} {TRIAL}", {LUNG, TRIAL}),
        (f"pmid: {LUNG}, https://doi.org/10.1111/otter(10)1 OR PMC77", {OTTER, LUNG}),
        ("oter*", {NORSK}),
        ("ol oter", {NORSK}),
        ("2010 2012", set()),
    ],
)
def test_a_search_finds_what_it_says(db: sqlite3.Connection, text: str, articles: set[int]):
    assert found(db, text) == articles
    assert found(db, format_query(read_query(db, text))) == articles


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("biopsy year:soon", "year:soon"),
        ("year:>9999", "year:>9999"),
        ("2010/05:2012[dp]", "2010/05:2012"),
        ("biopsy 2010/05:2012[dp]", "2010/05:2012"),
        ("biopsy language:elvish", "language:elvish"),
        ("jurnal:rivers", "jurnal:rivers"),
        ("biopsy[xx]", "[xx]"),
        ("biopsy[ti][ab]", "[ab]"),
        ("is:good", "is:good"),
        ("pmid:abc", "pmid:abc"),
        ("(biopsy", "("),
        ("biopsy)", ")"),
        ("biopsy AND", "AND"),
        ('"biopsy of year:2010', '"'),
        ("biopsy[ti", "biopsy[ti"),
        ("OR biopsy", "OR"),
        ("biopsy author:", "author:"),
        ("bi*psy", "bi*psy"),
        ("**_-*psy", "**_-*psy"),
        ("biopsy !!", "!!"),
        ("(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1), "("),
        ("a " * MOST_TOKENS + "last", "last"),
    ],
)
def test_what_is_not_understood_is_told_and_an_export_refuses_it(db: sqlite3.Connection, text: str, part: str):
    assert part in [problem.part for problem in parse_query(text).problems]
    with pytest.raises(UsageError, match=re.escape(f"cannot be searched, {part!r}")):
        list(read_works_of_search(db, text))


@pytest.mark.parametrize("text", ["[11C]raclopride", "5-[18F]fluoro TNF(alpha)", "(E)-2-hexenal", "p53: what for?"])
def test_brackets_and_signs_of_chemistry_are_words(text: str):
    query = parse_query(text)

    assert query.problems == ()
    assert "not" not in understood(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stroke OR heart attack", "stroke or (heart and attack)"),
        ("a OR b AND c", "a or b; c"),
        ("a OR b NOT c", "a or b; not c"),
        ("NOT heart attack", "not (heart and attack)"),
        ("heart attack[ti]", "in the title heart; in the title attack"),
        ("Weiss, Rosa[au]", "an author called “weiss r”*; an author called rosa"),
        ("eng[la] pt:review is:free", "in English; a publication type called review…; free in PMC"),
    ],
)
def test_operators_are_read_from_left_to_right_and_words_beside_one_another_belong_together(text: str, words: str):
    assert understood(text) == words


def test_an_export_takes_what_the_site_finds_and_identifiers_of_cited_works(db: sqlite3.Connection):
    assert set(read_works_of_search(db, "biopsy year:>2010")) == {LUNG}
    assert set(read_works_of_search(db, str(CITED))) == {CITED}
    assert set(read_works_of_search(db, f"{LUNG} {CITED}")) == {LUNG, CITED}


def test_identifiers_that_nothing_here_has_are_named(db: sqlite3.Connection, get: Get):
    assert read_query(db, f"{LUNG} 99999991").absent == ("99999991",)
    assert "Not in this library: 99999991." in get(f"/search?q={LUNG}+99999991").text


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("lund year:2000-2005", {CITED}),
        ("lund -rivers", set()),
        ("lund OR biopsy", {CITED}),
        ("NOT type:review", set()),
        ("lund type:review", set()),
        ("lund OR type:review", {CITED}),
        (f"{CITED} {LUNG}", {CITED}),
        ("lund doi:10.1111/weirs", {CITED}),
    ],
)
def test_of_a_cited_work_what_is_not_known_neither_finds_nor_excludes(
    db: sqlite3.Connection, text: str, works: set[int]
):
    assert {one.id for one in read_named(db, read_query(db, text), ())} == works


@pytest.mark.parametrize("text", ["otter ague", '"otter ague"', "otter ague[mh]", "(otter ague) OR xyz"])
def test_another_name_of_a_heading_finds_the_heading_and_the_page_says_so(db: sqlite3.Connection, get: Get, text: str):
    assert found(db, text) == {TRIAL, NORSK}
    assert "Also searched: MeSH heading River Fever." in get(f"/search?{urlencode({'q': text})}").text


def test_words_that_are_no_name_of_a_heading_ask_for_none(db: sqlite3.Connection):
    assert read_query(db, "otter title:ague").also == ()
    assert found(db, "otter ague lung") == set()


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("biospy", ["biopsy"]),
        ("title:biospy year:2012", ["title:biopsy year:2012"]),
        ('"biopsy of rivr" -x', ['"biopsy of river" -x']),
        ("qqqqqqq", []),
        ("biopsy whistling", []),
    ],
)
def test_unknown_words_become_the_nearest_words_of_the_file(db: sqlite3.Connection, text: str, corrected: list[str]):
    assert [format_query(one) for one in read_corrections(db, read_query(db, text))] == corrected


def test_a_search_without_a_hit_offers_one_that_has_hits(get: Get):
    html = unescape(get("/search?q=biospy+-otters").text)

    assert 'Did you mean <a rel="nofollow" href="/search?q=biopsy+-otters">biopsy -otters</a>?' in html
    assert "Did you mean" not in get("/search?q=biospy+whistling+lung").text


def test_a_search_that_is_not_understood_at_all_says_so(get: Get):
    html = unescape(get("/search?q=year:>99999").text)

    assert "Not searched: <code>year:>99999</code>" in html.partition("<details")[0]
    assert "has 2,000 characters at most" in get("/search?q=" + "a+" * 1500).text


def test_the_examples_of_the_help_are_of_this_library_and_each_finds_something(get: Get):
    html = get("/search?q=lung").text.partition('<details class="help">')[2].partition("</details>")[0]
    links = [unescape(one) for one in re.findall(r'href="(/search\?q=[^"]+)"', html)]

    assert len(links) > 10
    for link in links:
        answer = get(link)
        assert answer.status_code == 302 or "Not searched:" not in answer.text, link
        assert answer.status_code == 302 or "NOT" in link or "+-" in link or "of the articles" in answer.text, link


def test_the_bars_of_the_years_lead_to_what_they_count(get: Get):
    html = get("/search?q=biopsy+OR+oter").text
    bars = re.findall(r'<a rel="nofollow" href="([^"]+)" aria-label="([\d–]+): (\d+)">', html)

    assert [words for _, words, _ in bars] == ["1998", "2010", "2012"]
    for address, words, count in bars:
        tally = re.search(r'role="status"><strong><a [^>]*>(\d+)</a>', get(unescape(address)).text)
        assert tally is not None, words
        assert tally[1] == count


def test_works_that_are_ticked_are_exported(get: Get):
    html = get("/search?q=biopsy").text
    assert 'form="selected" name="id" value="71001"' in html

    answer = get(f"/search/selected?id={OTTER}&id={CITED}&id=x&as=ris")

    assert answer.headers["content-disposition"] == 'attachment; filename="selected.ris"'
    assert sorted(re.findall(r"AN  - (\d+)", answer.text)) == [str(OTTER), str(CITED)]
    nothing = get("/search/selected?as=ris")
    assert nothing.status_code == 400
    assert '<p class="lead">No work is selected' in nothing.text
    assert get(f"/search/selected?id={OTTER}&as=doc").status_code == 400


def test_an_abstract_is_unfolded_in_the_list(get: Get):
    assert '<summary>Abstract</summary><p class="own">Whiskers tell the season.</p>' in get("/search?year=2010").text
