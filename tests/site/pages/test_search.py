"""A search says how it was understood, finds folded words, and nothing typed is an error."""

import re
from html import unescape

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.queries.search.matches import EVERYTHING, read_found_count, read_wanted
from kb.queries.search.query_parser import parse_query
from kb.queries.search.query_sql import split_words
from kb.queries.search.query_tree import Group, Problem, Property, Query, Term, format_query, parts_of
from kb.site.parts.snippets import marked, snippet
from tests.site.conftest import HELD, KNOWN, SEED, Get, understood

HOSTILE = [
    '"',
    "*",
    "(",
    ")",
    "a AND",
    "OR",
    "NOT x",
    "AND AND",
    "a:b:c",
    "author:",
    'author:"',
    "year:",
    "year:99999-1",
    "^a",
    "NEAR(a b)",
    "{a b}:c",
    "-",
    "--",
    "'",
    "; drop table works",
    "a\x00b",
    "BRCA1-associated",
    "%",
    "title:*",
    "½",
    "🙂",
    "٣",
    "A" * 3000,
    "a " * 2000,
    "rowid:1",
    "journal:%",
    "journal:*",
    "\\",
    'mesh:"a OR b',
]


def count(get: Get, query: str) -> int:
    html = get(f"/search?q={query}").text
    found = re.search(r"<strong><a [^>]*>([\d,]+)</a></strong> of the articles", html)
    return int(found[1]) if found else 0


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("norway", 1),
        ("NORWAY recovery", 1),
        ("norway nothing", 0),
        ("hoie", 1),
        ("co2", 1),
        ("h2o", 1),
        ('"recovery groups"', 1),
        ('"groups recovery"', 0),
        ("recov*", 1),
        ("recov", 0),
        ("author:vederhus", 2),
        ('author:"Vederhus JK" norway', 1),
        ("title:recovery", 0),
        ("abstract:recovery", 1),
        ("mesh:norway", 1),
        ("keyword:self-help", 1),
        ("journal:tests", 5),
        ("journal:est", 0),
        ("year:2020", 1),
        ("year:2001-2020", 3),
        ("year:2021-", 1),
        ("year:-1998", 1),
        ("norway OR ingredients", 2),
        ("author:vederhus NOT norway", 1),
        ("NOT norway", 4),
        ("NOT norway year:2020-2022", 1),
    ],
)
def test_a_query_finds_what_it_says(get: Get, query: str, found: int):
    assert count(get, query) == found


@pytest.mark.parametrize("query", HOSTILE)
def test_nothing_typed_is_an_error(get: Get, query: str):
    assert get("/search?" + str(httpx.QueryParams({"q": query}))).status_code == 200


@given(st.text(max_size=60))
def test_every_expression_is_one_that_sqlite_takes(search_db, text: str):
    query = parse_query(text)

    assert read_found_count(search_db, read_wanted(search_db, query) or EVERYTHING) >= 0


@given(st.text(max_size=60))
def test_a_query_written_out_is_the_same_query(text: str):
    parts = parse_query(text).parts

    assert parse_query(format_query(Query(parts))) == Query(parts)


@pytest.fixture(scope="module")
def search_db(field_file):
    from kb.database import open_kb

    db = open_kb(field_file, readonly=True)
    yield db
    db.close()


@pytest.mark.parametrize(
    ("typed", "to"),
    [
        (str(SEED), SEED),
        ("10.1186/S13722-020-00191-W", SEED),
        ("https://doi.org/10.1111/held", HELD),
        ("PMC7247232", SEED),
        (f"pmid: {KNOWN}", KNOWN),
    ],
)
def test_an_identifier_goes_straight_to_its_work(get: Get, typed: str, to: int):
    answer = get(f"/search?q={typed}")

    assert (answer.status_code, answer.headers["location"]) == (302, f"/work/{to}")


def test_the_query_is_shown_as_understood_with_what_was_left_out(get: Get):
    html = unescape(get('/search?q=norw* author:"vederhus jk" year:2020 year:soon').text)

    assert re.findall(r'aria-label="Search without: (.*?)"', html) == [
        "norw*",
        "an author called “vederhus jk”",
        "published in 2020",
    ]
    assert "Not searched: <code>year:soon</code> (years are written as in year:2010" in html


def test_a_snippet_is_original_text_with_the_words_marked(get: Get):
    html = get("/search?q=co2 RECOVERY").text

    assert "People leave <mark>recovery</mark> groups in Norway. <mark>CO₂</mark> does not fit all." in html


def test_a_query_is_parsed_into_words_fields_and_years():
    assert parse_query('a OR b "c d" author:x* NOT e journal:"Addict Sci" year:2001-2003 !') == Query(
        (
            Group("or", (Term("a"), Term("b"))),
            Term("c d", is_phrase=True),
            Term("x", "authors", is_prefix=True),
            Group("not", (Term("e"),)),
            Property("journal", "addict sci"),
            Property("year", "2001-2003"),
        ),
        (Problem("!", "no letter or digit is in it; left out"),),
    )


def test_each_part_of_a_query_can_be_taken_away():
    parts = parts_of(parse_query('a OR "b c" author:x* NOT e journal:"Addict Sci" year:2001-'))

    assert {part.words: part.others for part in parts} == {
        "a or “b c”": 'author:x* -e journal:"addict sci" year:2001-',
        "an author called x*": '(a OR "b c") -e journal:"addict sci" year:2001-',
        "not e": '(a OR "b c") author:x* journal:"addict sci" year:2001-',
        "in a journal called addict sci…": '(a OR "b c") author:x* -e year:2001-',
        "published from 2001 on": '(a OR "b c") author:x* -e journal:"addict sci"',
    }


def test_a_field_that_does_not_exist_is_words_and_said_to_be():
    query = parse_query("cite:this")

    assert split_words(query.parts)[0] == '("cite this")'
    assert [problem.part for problem in query.problems] == ["cite:this"]


def test_years_are_described():
    assert [understood(f"year:{years}") for years in ("2001", "2001-", "-2001", "2001-2003")] == [
        "published in 2001",
        "published from 2001 on",
        "published up to 2001",
        "published from 2001 to 2003",
    ]


def test_marks_escape_what_is_around_them():
    assert marked("<b>Høie</b> & co", [Term("hoie")]) == "&lt;b&gt;<mark>Høie</mark>&lt;/b&gt; &amp; co"


def test_a_phrase_is_marked_as_a_whole_and_words_inside_words_are_not():
    assert marked("self-help, selfless self help", [Term("self help", is_phrase=True)]) == (
        "<mark>self-help</mark>, selfless <mark>self help</mark>"
    )


def test_a_snippet_of_a_long_text_begins_before_the_first_match():
    text = "early words " * 40 + "the needle " + "late words " * 40

    found = snippet(text, [Term("needle")])

    assert found.startswith("… ")
    assert found.endswith(" …")
    assert "<mark>needle</mark>" in found
    assert len(found) < 400
