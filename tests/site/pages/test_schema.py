"""SQL for people: the schema page, its examples and functions, and any rows as map and timeline."""

import json
import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

import networkx as nx
import pytest

from kb.database import open_kb
from kb.queries.computed_tables import read_computed_tables
from kb.queries.examples import JOINS
from kb.site import prepare_connection
from kb.site.parts.sql_functions import FUNCTIONS
from tests.rows import add_citations, add_work
from tests.site.conftest import HELD, KNOWN, RETRACTED, SEED, Get
from tests.site.pages.test_pages import text_of
from tests.site.parts.test_metadata import published


@pytest.fixture
def asked(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """An empty file as the site opens it; add rows to ``db``."""
    path = db.execute("select file from pragma_database_list where name = 'main'").fetchone()[0]
    reader = open_kb(Path(path), readonly=True)
    prepare_connection(reader)
    yield reader
    reader.close()


def value_of(db: sqlite3.Connection, expression: str, *values: object) -> object:
    return db.execute(f"select {expression}", values).fetchone()[0]


def test_the_schema_page_has_every_table_and_column(get: Get, field_db: sqlite3.Connection):
    html = get("/schema").text
    tables = re.findall(r'id="table-(\w+)"', html)

    assert sorted(tables) == sorted(published(field_db))
    for columns in published(field_db).values():
        assert [column for column in columns if f"<code>{column}</code>" not in html] == []


def test_the_drawing_leads_to_each_table_and_joins_as_the_keys_say(get: Get, field_db: sqlite3.Connection):
    html = get("/schema").text
    drawing = html.partition("<svg")[2].partition("</svg>")[0]
    tables = {row[0] for row in field_db.execute("select name from pragma_table_list where type = 'table'")}
    boxes = set(re.findall(r'href="#table-(\w+)"', drawing))
    keys = {
        (table, row[2])
        for table in boxes
        for row in field_db.execute(f"pragma foreign_key_list({table})")
        if row[2] != table and not (row[2] == "graph_runs" and table in read_computed_tables(field_db))
    }

    assert boxes == {one for one in tables if not one.startswith(("sqlite_", "article_search", "sentence_search"))}
    assert drawing.count('class="join ') == len(keys)


def test_home_and_foot_lead_to_the_schema(get: Get):
    for address in ("/", "/kb", f"/article/{SEED}"):
        assert 'href="/schema"' in get(address).text


@pytest.mark.parametrize("sql", [*(one.sql for one in JOINS), *(one.example for one in FUNCTIONS)])
def test_every_example_has_an_answer(get: Get, sql: str):
    html = unescape(get("/schema").text)
    answer = get(f"/kb.json?{urlencode({'sql': sql, '_shape': 'objects'})}")

    assert sql in html
    assert f'href="/kb?{urlencode({"sql": sql})}"' in html
    assert answer.status_code == 200
    assert answer.json()["rows"]


def test_functions_of_the_site_are_told_and_no_other(get: Get, asked: sqlite3.Connection):
    text = text_of(get("/schema").text)

    assert [one.name for one in FUNCTIONS] == ["fold", "citation_path", "cocitation_count", "coupling_count"]
    assert [one.call for one in FUNCTIONS if one.call not in text] == []


def test_fold_is_the_folding_of_the_search(asked: sqlite3.Connection):
    assert value_of(asked, "fold('Høie: CO₂')") == "hoie: co2"
    assert value_of(asked, "fold(null)") is None
    assert value_of(asked, "fold(hex(?))", b"x" * 60_000) is None


def test_the_shortest_path_of_citations(db: sqlite3.Connection, asked: sqlite3.Connection):
    add_citations(db, 1, 2, 3)
    add_citations(db, 3, 4)
    add_citations(db, 2, 5)
    add_citations(db, 5, 4)

    found = {pair: value_of(asked, "citation_path(?, ?)", *pair) for pair in ((1, 4), (4, 1), (1, 1), (1, 99))}

    assert found == {(1, 4): "[1, 3, 4]", (4, 1): None, (1, 1): "[1]", (1, 99): None}
    assert value_of(asked, "citation_path('1', '4')") == "[1, 3, 4]"
    assert value_of(asked, "citation_path('x', 4)") is None


def test_merged_works_are_followed(db: sqlite3.Connection, asked: sqlite3.Connection):
    add_work(db, 7)
    add_work(db, 8, merged_into=7)
    add_citations(db, 1, 8, 9)
    add_citations(db, 2, 7, 9)
    add_citations(db, 7, 5)

    assert value_of(asked, "citation_path(1, 5)") == "[1, 7, 5]"
    assert value_of(asked, "cocitation_count(8, 9)") == 2
    assert value_of(asked, "coupling_count(1, 2)") == 2


@pytest.mark.parametrize("seed", range(3))
def test_functions_equal_brute_force_on_random_graphs(db: sqlite3.Connection, asked: sqlite3.Connection, seed: int):
    network = nx.gnp_random_graph(24, 0.09, seed=seed, directed=True)
    works = {node: node + 1 for node in network}
    for node in network:
        add_citations(db, works[node], *(works[other] for other in network.successors(node)))
    for first in network:
        for second in network:
            a, b = works[first], works[second]
            found = value_of(asked, "citation_path(?, ?)", a, b)
            if nx.has_path(network, first, second):
                path = json.loads(str(found))
                assert len(path) - 1 == nx.shortest_path_length(network, first, second)
                assert all(network.has_edge(x - 1, y - 1) for x, y in pairwise(path))
            else:
                assert found is None
            cited = len(set(network.predecessors(first)) & set(network.predecessors(second)))
            citing = len(set(network.successors(first)) & set(network.successors(second)))
            assert value_of(asked, "cocitation_count(?, ?)", a, b) == cited
            assert value_of(asked, "coupling_count(?, ?)", a, b) == citing


@pytest.mark.parametrize("view", ["map", "timeline"])
def test_the_rows_of_a_question_are_seen_as_a_picture(get: Get, view: str):
    rows = get(f"/kb/who_cites?id={SEED}").text
    page = get(f"/kb/who_cites.{view}?id={SEED}")
    dotted = get(f"/kb/who_cites.{view}.svg?id={SEED}")
    svg = get(dotted.headers["location"])

    assert f"/kb/who_cites.{view}?id={SEED}" in unescape(rows)
    assert f"{view}_svg" not in rows
    assert "Who cites this work?</h1>" in page.text
    assert "2 of 2 works found" in page.text
    assert f'href="/kb/who_cites?id={SEED}">Back to the rows' in page.text
    assert svg.headers["content-type"] == "image/svg+xml; charset=utf-8"
    assert f"/article/{HELD}" in svg.text


def test_a_map_of_a_table_and_of_sql_draws_all_rows(get: Get):
    sql = urlencode({"sql": f"select id, label from works where id in ({SEED}, {RETRACTED}, {KNOWN})"})

    assert "of 3 works found" in get(f"/kb.map?{sql}").text
    assert "of 5 works found" in get("/kb/articles.map?_size=1").text
    assert get("/kb/articles.map_png").content.startswith(b"\x89PNG")


def test_rows_without_works_have_no_map_and_say_why(get: Get):
    answer = get("/kb/years.map")

    assert answer.status_code == 400
    assert "a column pmid, or citing_id and cited_id, is needed" in answer.text
    assert "years.map" not in get("/kb/years").text


def test_a_map_of_endless_rows_ends_with_a_sentence(get: Get, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kb.site.files.downloads.MOST_ROWS", 2_000)
    endless = "with recursive r (x) as (select 1 union all select x + 1 from r) select x as pmid from r"
    answer = get(f"/kb.map?{urlencode({'sql': endless})}")

    assert answer.status_code == 400
    assert "These are more than 2,000 rows." in answer.text
