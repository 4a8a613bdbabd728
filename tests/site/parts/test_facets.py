"""Facets count what choosing them brings, every state of a search is one address, labels find works not held."""

import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.run import compute_graph
from harvest.rehearsal.mesh_branches import synthetic_places
from harvest.rehearsal.synthetic import synthetic_records
from kb.database import open_kb, transaction
from kb.integrity.check import check_kb
from kb.queries.search import result_set
from kb.queries.search.facets import FacetValue, Filters, narrowed
from kb.queries.search.matches import EVERYTHING, ORDERS, read_all_found, read_found, read_wanted
from kb.queries.search.query_parser import parse_query
from kb.queries.search.result_set import read_facets, read_found_articles, read_page
from kb.records import Record
from kb.site.parts.facets import year_ranges
from kb.site.parts.search_state import Asked, format_asked, parse_asked, with_filter, without_filter
from kb.store.facets import save_facet_index
from kb.store.mesh import save_mesh_tree
from kb.store.records import save_deletion, save_records
from tests.records import record, reference_of
from tests.site.conftest import MOMENT, Get, fill, served

BRUTE = {  # the articles that have a value, said plainly
    "year": "select pmid from articles where year = cast(? as integer)",
    "type": "select pmid from publication_types where name = ?",
    "journal": "select pmid from articles where journal_id = ?",
    "mesh": "select pmid from mesh_headings where descriptor_ui = ? and max(is_major, descriptor_is_major) = 1",
    "heading": "select pmid from mesh_headings where descriptor_ui = ?",
    "branch": """select h.pmid from mesh_headings h join mesh_tree b on b.descriptor_ui = h.descriptor_ui
        where b.tree_number || '.' like ? || '.%'""",
    "keyword": "select pmid from keywords where keyword_key = ?",
    "author": "select pmid from authorships where name_key = ?",
    "community": "select id from communities where community = cast(? as integer)",
    "language": "select pmid from languages where language = ?",
    "retracted": "select pmid from retracted_articles where ? = '1'",
    "free": "select pmid from articles where pmcid is not null and ? = '1'",
}


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up field of 300 articles, measured."""
    path = tmp_path_factory.mktemp("facets") / "made-up.db"
    db = open_kb(path, create=True)
    with transaction(db):
        save_records(db, [in_pmc(one) for one in synthetic_records(300)], received_at=MOMENT)
        save_mesh_tree(db, synthetic_places())
    compute_graph(db)
    db.close()
    return path


def in_pmc(one: Record) -> Record:
    """Return a record, every third one with a PMCID."""
    pmid = one.article.pmid
    return one if pmid % 3 else one._replace(article=one.article._replace(pmcid=f"PMC{pmid}"))


@pytest.fixture(scope="module")
def field(made_up: Path) -> Iterator[sqlite3.Connection]:
    db = open_kb(made_up, readonly=True)
    yield db
    db.close()


@pytest.fixture(scope="module")
def ask(made_up: Path) -> Iterator[Get]:
    with served(made_up) as get:
        yield get


@pytest.mark.parametrize("text", ["", "cohort", "year:2010- NOT author:0001"])
def test_facets_count_what_plain_sql_counts(field: sqlite3.Connection, text: str):
    wanted = read_wanted(field, parse_query(text)) or EVERYTHING
    found = set(read_all_found(field, wanted))

    facets = read_facets(field, read_found_articles(field, wanted), [*BRUTE])

    assert found
    assert set(BRUTE) - {"retracted"} <= set(facets) <= set(BRUTE)
    for name, values in facets.items():
        counted = {one.key: one.articles for one in values}
        rows = {key: {row[0] for row in field.execute(BRUTE[name], (key,))} for key in counted}
        assert counted == {key: len(pmids & found) for key, pmids in rows.items()}, name
        assert all(counted.values()), name


@pytest.fixture(scope="module")
def plain(made_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The same field after an article was changed: without the index of facets."""
    path = tmp_path_factory.mktemp("plain") / "plain.db"
    path.write_bytes(made_up.read_bytes())
    db = open_kb(path)
    db.execute("update articles set content_hash = content_hash where pmid = (select min(pmid) from articles)")
    assert db.execute("select count(*) from facet_values").fetchone() == (0,)
    yield db
    db.close()


TEXTS = st.sampled_from(
    [
        "title:cohort OR year:2010-2015",
        "type:review -cohort",
        "(1au:author OR is:free) cohort",
        "",
        "synthetic",
        "cohort",
        "c* synthetic",
        "year:2000- cohort",
        "NOT author:0001",
        "nowhere",
    ]
)
FILTERS = st.lists(
    st.sampled_from(
        [
            ("year", "2000-2010"), ("year", "-1999"), ("type", "Journal Article"), ("type", "Review"),
            ("mesh", "SYN0001"), ("heading", "SYN0002"), ("branch", "S01"), ("branch", "S01.001"), ("language", "eng"),
            ("free", "1"), ("retracted", "1"), ("community", "1"), ("community", "99"), ("type", "None"),
            ("author", "author 0001"),
        ]
    ),
    max_size=3,
    unique=True,
)  # fmt: skip


@settings(max_examples=settings.default.max_examples // 2)  # it asks two files
@given(TEXTS, FILTERS, st.sampled_from([*ORDERS]), st.integers(0, 40))
def test_the_index_of_facets_finds_and_counts_what_the_rows_say(
    field: sqlite3.Connection,
    plain: sqlite3.Connection,
    text: str,
    filters: list[tuple[str, str]],
    sort: str,
    offset: int,
):
    def found(db: sqlite3.Connection) -> tuple[object, ...]:
        wanted = read_wanted(db, parse_query(text)) or EVERYTHING
        articles = read_found_articles(db, wanted, filters)
        page = read_page(db, articles, sort=sort, limit=20, offset=offset)
        return articles.pmids.tolist(), page, read_facets(db, articles, [*BRUTE])

    assert found(field) == found(plain)


@pytest.fixture
def few_ranked(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let relevance be that of the thirty highest PMIDs."""
    monkeypatch.setattr(result_set, "RANKED", 30)
    return 30


@pytest.mark.parametrize("filters", [[], [("type", "Journal Article")], [("year", "2000-")]])
@pytest.mark.parametrize("text", ["synthetic", "synthetic year:1985-", "s* synthetic -nowhere"])
def test_of_very_many_that_match_the_highest_pmids_are_ordered_by_relevance_and_all_are_counted(
    field: sqlite3.Connection, few_ranked: int, text: str, filters: Filters
):
    wanted = read_wanted(field, parse_query(text)) or EVERYTHING
    found = read_found_articles(field, wanted, filters)
    everything = read_found(field, found.wanted, limit=len(found.pmids))
    highest = set(np.sort(found.pmids)[-few_ranked:].tolist())

    assert len(found.pmids) == len(everything) > few_ranked
    assert read_page(field, found, sort="relevance", limit=20) == [one for one in everything if one in highest][:20]
    assert read_page(field, found, sort="relevance", limit=20, offset=few_ranked) == []
    for sort in ("date", "citations", "pagerank"):
        assert len(read_page(field, found, sort=sort, limit=few_ranked + 9)) == few_ranked + 9


@pytest.mark.parametrize("filters", [[], [("year", "2000-")]])
def test_of_alternatives_those_with_the_rarest_word_are_ordered_first(
    field: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, filters: Filters
):
    found = read_found_articles(field, read_wanted(field, parse_query("synthetic OR cohort")) or EVERYTHING, filters)
    everything = read_found(field, found.wanted, limit=len(found.pmids))
    with_rare = {*read_found(field, read_wanted(field, parse_query("cohort")) or EVERYTHING, limit=300)}
    ranked = len(with_rare) + 5
    monkeypatch.setattr(result_set, "RANKED", ranked)
    rare, others = with_rare & {*everything}, sorted({*everything} - with_rare)

    page = read_page(field, found, sort="relevance", limit=len(everything))

    assert 0 < len(rare) < ranked < len(everything)
    assert page == [one for one in everything if one in {*rare, *others[len(rare) - ranked :]}]


def test_the_page_says_how_many_are_ordered_by_relevance(ask: Get, few_ranked: int):
    said = "By relevance 30 are ordered, those with the highest PMIDs"

    assert said in ask("/search?q=synthetic").text
    said = "By relevance 30 are ordered, first those with the rarest of the words as far as these are no more, then"
    assert said in ask("/search?q=synthetic OR cohort").text
    assert said not in ask("/search?q=synthetic&sort=date").text
    assert said not in ask("/search?q=synthetic&year=1700").text


@pytest.mark.parametrize("change", ["a new record", "a later record", "a deletion"])
def test_the_index_of_facets_is_gone_once_an_article_is_another(db: sqlite3.Connection, change: str):
    first, second, third = synthetic_records(3)
    later = first._replace(article=first.article._replace(date_revised="2099-01-01"), languages=())
    with transaction(db):
        save_records(db, [first, second], received_at=MOMENT)
        save_facet_index(db)
    index = "select (select count(*) from facet_values), (select count(*) from facet_orders)"
    before = db.execute(index).fetchone()

    with transaction(db):
        if change == "a deletion":
            save_deletion(db, first.article.pmid, at="2099-01-01T00:00:00.000Z")
        else:
            save_records(db, [third if change == "a new record" else later], received_at=MOMENT)

    assert before == (9, 4)
    assert db.execute(index).fetchone() == (0, 0)


def test_an_index_that_is_not_of_the_articles_is_found(db: sqlite3.Connection):
    with transaction(db):
        save_records(db, list(synthetic_records(3)), received_at=MOMENT)
        save_facet_index(db)
    assert check_kb(db) == []

    db.execute("delete from languages")

    assert ("the index of facets is that of the articles", ["language"]) in [
        (one.rule, one.examples) for one in check_kb(db)
    ]


@pytest.mark.parametrize("facet", BRUTE)
def test_a_filter_leaves_what_its_facet_counted(field: sqlite3.Connection, facet: str):
    wanted = read_wanted(field, parse_query("synthetic")) or EVERYTHING
    facets = read_facets(field, read_found_articles(field, wanted), [facet])

    for one in facets[facet]:
        assert len(set(read_all_found(field, narrowed(wanted, [(facet, one.key)])))) == one.articles


def links(html: str) -> list[tuple[str, str, int]]:
    """Return address, words and count of every facet value that can be added."""
    found = re.findall(
        r'<li><a rel="nofollow" href="([^"]+)">([^<]+)</a> <span class="many"><a [^>]*>([\d,]+)</a></span>', html
    )
    return [(unescape(address), unescape(words), int(count.replace(",", ""))) for address, words, count in found]


def tally(html: str) -> int:
    found = re.search(r'role="status"><strong><a [^>]*>([\d,]+)</a></strong>', html)
    return int(found[1].replace(",", "")) if found else 0


def test_every_link_of_a_facet_brings_as_many_as_it_says(ask: Get):
    start = links(ask("/search?q=synthetic").text)[::4]

    assert len(start) > 12
    assert [(words, tally(ask(address).text)) for address, words, _ in start] == [
        (words, count) for _, words, count in start
    ]


def test_branches_of_mesh_are_chosen_step_by_step_from_the_top(field: sqlite3.Connection):
    names = dict(field.execute("select tree_number, name from mesh_tree"))
    chosen: list[tuple[str, str]] = []

    for depth in range(3):
        offered = read_facets(field, read_found_articles(field, EVERYTHING, chosen), ["branch"])["branch"]
        assert {one.key.count(".") for one in offered} == {depth}
        assert all(one.label == f"{names[one.key]} ({one.key})" for one in offered)
        assert all(one.key.startswith(value) for one in offered for _, value in chosen)
        chosen.append(("branch", offered[0].key))
    assert read_facets(field, read_found_articles(field, EVERYTHING, chosen), ["branch"]) == {}


def test_a_branch_is_typed_as_well(field: sqlite3.Connection, ask: Get):
    below = set(read_all_found(field, narrowed(EVERYTHING, [("branch", "S01.001")])))

    typed = read_wanted(field, parse_query("branch:s01.001 year:2010-"))

    assert typed is not None
    assert 0 < len(set(read_all_found(field, typed))) < len(below)
    assert tally(ask("/search?q=branch:S01.001").text) == tally(ask("/search?branch=s01.001").text) == len(below)
    assert "in the MeSH branch S01.001" in ask("/search?q=branch:S01.001").text
    assert "<code>branch=soon</code>" in ask("/search?q=synthetic&branch=soon").text


def test_the_page_of_a_heading_counts_what_stands_below_it(field: sqlite3.Connection, ask: Get, get: Get):
    below = len(set(read_all_found(field, narrowed(EVERYTHING, [("branch", "S01.001")]))))
    without_tree = get("/search").text

    html = ask("/mesh/SYN0001").text

    assert re.findall(
        r'S01.001, <a [^>]*href="/evidence/search\?branch=S01.001"[^>]*>(\d+)</a> articles including', html
    ) == [str(below)]
    assert "MeSH tree is not loaded" not in ask("/search").text
    assert "MeSH tree is not loaded" in without_tree


def test_filters_add_up_and_each_can_be_taken_away(ask: Get):
    chosen = "/search?q=synthetic&type=Journal+Article&language=eng&free=1"
    html = ask(chosen).text
    without = [
        unescape(one) for one in re.findall(r'<a href="([^"]+)" rel="nofollow" aria-label="Search without', html)
    ]

    assert without == [
        "/search?type=Journal+Article&language=eng&free=1",
        "/search?q=synthetic&language=eng&free=1",
        "/search?q=synthetic&type=Journal+Article&free=1",
        "/search?q=synthetic&type=Journal+Article&language=eng",
    ]
    counts = [tally(ask(address).text) for address in (chosen, *without)]
    assert counts[0] == min(counts) > 0
    assert counts[0] == counts[1] < counts[3]


def test_a_file_of_a_filtered_search_holds_what_the_page_counts(ask: Get):
    query = "q=synthetic&year=2010-2019&free=1"

    lines = ask(f"/search.jsonl?{query}").text.splitlines()

    assert len(lines) == tally(ask(f"/search?{query}").text) > 0


@pytest.mark.parametrize("view", ["map", "timeline"])
def test_a_search_is_drawn_with_what_it_finds_and_nothing_else(ask: Get, view: str):
    html = ask(f"/search?q=cohort&view={view}").text
    drawn = set(re.findall(r'<a [^>]*href="/article/(\d+)"', html.partition("<figure")[2].partition("</figure>")[0]))
    lines = set(re.findall(r"PMID- (\d+)", ask("/search.nbib?q=cohort").text))

    assert drawn
    assert drawn <= lines
    assert f'href="/search/{view}.svg?q=cohort"' in html
    assert ask(f"/search/{view}.svg?q=cohort").text.startswith("<")
    assert ask(f"/search/{view}?q=cohort").headers["location"] == f"/search?q=cohort&view={view}"


@pytest.mark.parametrize("query", ["q=nothinghere", "", "q=!!!", "q=cohort&state=known"])
def test_a_search_that_finds_nothing_to_draw_is_a_page_all_the_same(ask: Get, query: str):
    assert ask(f"/search?{query}&view=map").status_code == 200
    assert ask(f"/search/map.svg?{query}").status_code in (200, 404)


def test_the_sql_behind_a_search_gives_what_the_page_counts(ask: Get):
    html = ask("/search?q=cohort+author:0*+NOT+velm&year=2000-&language=eng").text
    sql = unescape(re.findall(r'href="/kb\?(sql=[^"]+)"', html)[0])

    assert len(ask(f"/kb.json?_shape=array&{sql}").json()) == tally(html) > 0


def test_the_form_of_years_leads_to_the_one_address_of_its_state(ask: Get):
    answer = ask("/search?view=table&from=2001&to=2004&q=cohort&page=7")

    assert (answer.status_code, answer.headers["location"]) == (
        302,
        "/search?q=cohort&year=2001-2004&view=table&page=7",
    )


def test_a_table_shows_the_articles_of_the_list(ask: Get):
    def articles(view: str) -> list[str]:
        return re.findall(
            r'class="title" href="(/article/\d+)"', ask(f"/search?q=cohort&sort=citations&view={view}").text
        )

    assert articles("table")[:20] == articles("list")
    assert len(articles("list")) == 20


@pytest.mark.parametrize(("page", "numbers"), [(1, "1 2 3 … 15"), (7, "1 … 5 6 7 8 9 … 15"), (15, "1 … 13 14 15")])
def test_the_first_page_those_around_and_the_last_are_linked(ask: Get, page: int, numbers: str):
    nav = (
        ask(f"/search?q=synthetic&page={page}")
        .text.partition('aria-label="Pages of results">')[2]
        .partition("</nav>")[0]
    )

    assert " ".join(re.sub("<[^>]+>", " ", nav.partition("<ol>")[2].partition("</ol>")[0]).split()) == numbers
    assert f'<strong class="rank" aria-current="page">{page}</strong>' in nav
    assert (page == 1) == ("Previous" not in nav)


@pytest.mark.parametrize("sort", ORDERS)
def test_results_come_in_the_order_asked_for(field: sqlite3.Connection, sort: str):
    wanted = read_wanted(field, parse_query("cohort")) or EVERYTHING
    column = {"date": "a.year", "citations": "m.citation_count", "pagerank": "m.pagerank"}.get(sort)

    found = read_found(field, wanted, sort=sort, limit=500)

    assert sorted(found) == sorted(read_all_found(field, wanted))
    if column:
        query = f"select {column} from articles a left join article_metrics m on m.id = a.pmid where a.pmid = ?"
        values = [field.execute(query, (pmid,)).fetchone()[0] for pmid in found]
        assert values == sorted(values, reverse=True)


def test_without_a_graph_run_no_order_by_measures_is_offered(tmp_path: Path):
    db = open_kb(tmp_path / "plain.db", create=True)
    with transaction(db):
        save_records(db, list(synthetic_records(3)), received_at=MOMENT)
    db.close()

    with served(tmp_path / "plain.db") as get:
        html = get("/search?q=synthetic").text
    assert "sort=date" in html
    assert "sort=pagerank" not in html


def test_works_not_held_are_found_by_what_their_label_says(get: Get):
    html = get("/search?q=laudet&state=known").text

    assert re.findall(r'class="title" href="([^"]+)">(.*?)<', html) == [("/work/2001", "Laudet 2003 Subst Use Misuse")]
    assert tally(html) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("author:laud*", 1),
        ("LAUDET year:2003", 1),
        ("laudet year:2004", 0),
        ("laud", 0),
        ("title:laudet", 0),
        ("laudet NOT misuse", 0),
        ("journal:misuse", 1),
        ('"subst use"', 1),
        ('"use subst"', 0),
        ("kelly OR laudet", 2),
    ],
)
def test_a_search_of_works_not_held_means_what_it_says(get: Get, query: str, found: int):
    assert tally(get(f"/search?state=known&q={query}").text) == found


def test_works_not_held_are_counted_beside_the_articles_and_given_as_a_file(get: Get):
    states = re.findall(
        r'<a rel="nofollow" href="([^"]+)">works cited only</a> <span class="many"><a [^>]*>(\d+)',
        get("/search?q=kelly").text,
    )

    assert states == [("/search?q=kelly&amp;state=known", "1")]
    assert "Kelly" in get("/search.jsonl?q=kelly&state=known").text


def test_what_is_known_of_articles_alone_does_not_count_works_not_held_as_none(get: Get):
    html = get("/search?q=norway&type=Journal+Article").text

    assert "works cited only" not in html
    assert tally(html) == 1


def test_letters_beyond_ascii_in_a_label_are_folded(tmp_path: Path):

    path = fill(tmp_path / "o.db", [record(1, (reference_of(1, 1, "Høie M. Tittel. Tidsskr. 2003;38:2017.", pmid=7),))])
    with served(path) as ask:
        assert tally(ask("/search?state=known&q=hoie").text) == 1
        assert tally(ask("/search?state=known&q=h%C3%B8ie").text) == 1


def test_a_search_for_nothing_offers_the_facets_of_everything(get: Get):
    html = get("/search").text

    assert "Or begin with" in html
    assert "/search?type=Journal+Article" in html


def test_a_value_that_a_facet_cannot_have_is_said_to_be_left_out(get: Get):
    html = get("/search?q=norway&year=soon&community=x&free=yes").text

    assert re.findall(r"<code>(\w+=\w+)</code>", html) == ["year=soon", "community=x", "free=yes"]
    assert tally(html) == 1


VALUES = st.dictionaries(
    st.sampled_from(
        ["q", "state", "sort", "view", "page", "year", "type", "journal", "mesh", "author", "free", "from"]
    ),
    st.text(max_size=12) | st.sampled_from(["known", "date", "table", "3", "2001-2004", "1", "a/b&c=d+%"]),
)


@given(VALUES)
def test_every_state_is_the_same_after_its_own_address(values: dict[str, str]):

    asked = parse_asked(urlencode(values, errors="replace"))._replace(left_out=())

    assert parse_asked(format_asked(asked)) == asked
    for facet, value in asked.filters:
        assert with_filter(without_filter(asked, facet, value), facet, value) == asked._replace(page=1)


def test_parameters_have_one_order():
    asked = parse_asked("page=2&type=b&free=1&sort=date&type=a&q=x&state=held&nothing=1&type=a")

    assert asked == Asked("x", filters=(("type", "a"), ("type", "b"), ("free", "1")), sort="date", page=2)
    assert format_asked(asked) == "q=x&type=a&type=b&free=1&sort=date&page=2"


def test_years_are_shown_in_ten_ranges_at_most():
    years = [FacetValue(str(year), str(year), 2) for year in range(2025, 1979, -1)]

    assert [(one.key, one.articles) for one in year_ranges(years)] == [
        ("2025-2029", 2),
        ("2020-2024", 10),
        ("2015-2019", 10),
        ("2010-2014", 10),
        ("2005-2009", 10),
        ("2000-2004", 10),
        ("1995-1999", 10),
        ("1990-1994", 10),
        ("1985-1989", 10),
        ("1980-1984", 10),
    ]
    assert [one.key for one in year_ranges(years[:3])] == ["2025", "2024", "2023"]
