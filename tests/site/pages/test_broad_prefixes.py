"""Beginnings of words that very many words have are left out and said; names with initials find whom they found."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.database import open_kb
from kb.errors import UsageError
from kb.queries.export.selection import read_works_of_search
from kb.queries.search import broad_prefixes
from kb.queries.search.matches import EVERYTHING, read_wanted
from kb.queries.search.query import read_query
from kb.queries.search.query_parser import parse_query
from kb.queries.search.result_set import read_found_articles, read_page
from tests.records import record
from tests.site.conftest import Get, fill, served

NAMES = (
    ("Weiss R",), ("Weiss RD", "Moll A"), ("Ou-Weiss R",), ("Weiss S", "Rust R"), ("Moll A", "Weiß Rø"), ("Rust W",),
)  # fmt: skip


@pytest.fixture(scope="module")
def river_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    records = [record(n, title=f"Rivers {n}", names=names) for n, names in enumerate(NAMES, 1)]
    return fill(tmp_path_factory.mktemp("rivers") / "rivers.db", records)


@pytest.fixture(scope="module")
def db(river_file: Path) -> Iterator[sqlite3.Connection]:
    db = open_kb(river_file, readonly=True)
    yield db
    db.close()


@pytest.fixture(scope="module")
def get(river_file: Path) -> Iterator[Get]:
    with served(river_file) as ask:
        yield ask


@pytest.fixture
def all_broad(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every beginning of a word be one of too many words."""
    monkeypatch.setattr(broad_prefixes, "MOST_PAGES", -1)


@pytest.mark.parametrize(
    ("text", "left"),
    [("r*", ""), ("r* rivers", "rivers"), ("r* OR rivers", "rivers"), ("rivers NOT r*", "rivers"),
     ("rivers (r* OR title:4)", "rivers title:4"), ('"rivers r*" 4', "4")],
)  # fmt: skip
def test_a_beginning_of_too_many_words_is_left_out_of_a_search(
    db: sqlite3.Connection, all_broad: None, text: str, left: str
):
    query, without = read_query(db, text), parse_query(left)

    assert [problem.part.strip('"') for problem in query.problems] == ["rivers r*" if '"' in text else "r*"]
    assert (query.parts, query.wanted) == (without.parts, without.parts)


def test_a_few_words_of_one_beginning_are_searched(db: sqlite3.Connection):
    query = read_query(db, "r* rus*")

    assert query.problems == ()
    assert [read_found_articles(db, read_wanted(db, query) or EVERYTHING).pmids.tolist()] == [[4, 6]]


def test_the_page_says_what_was_left_out_and_counts_the_rest(get: Get, all_broad: None):
    html = get("/search?q=r*+4").text

    reason = "too many words of this library have this beginning; left out: type more letters"
    assert f"Not searched: <code>r*</code> ({reason})." in html
    assert '<ul class="asked" aria-label="Understood as">\n        <li>4 <a' in html
    assert "1</a></strong> of the articles in this library matches" in html


def test_an_export_is_refused_where_a_beginning_is_left_out(db: sqlite3.Connection, all_broad: None):
    with pytest.raises(UsageError, match=r"'r\*': too many words"):
        list(read_works_of_search(db, "r* rivers"))


@pytest.mark.parametrize("most_read", [0, 2_000])
@pytest.mark.parametrize(
    ("text", "articles"),
    [("Weiss R[au]", [1, 2, 3, 5]), ("Weiss RD[au]", [2]), ('author:"ou weiss r*"', [3]), ("Weiss X[au]", []),
     ("rivers NOT Weiss R[au]", [4, 6]), ("Nobody R[au]", []), ("Weiss R[au] OR Rust W[au]", [1, 2, 3, 5, 6])],
)  # fmt: skip
def test_a_name_with_initials_finds_the_same_however_it_is_looked_up(
    db: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    all_broad: None,
    most_read: int,
    text: str,
    articles: list[int],
):
    monkeypatch.setattr(broad_prefixes, "MOST_READ", most_read)
    query = read_query(db, text)
    found = read_found_articles(db, read_wanted(db, query) or EVERYTHING)

    assert query.problems == ()
    assert query.parts == parse_query(text).parts
    assert found.pmids.tolist() == articles
    assert sorted(read_page(db, found, sort="relevance", limit=20)) == articles
