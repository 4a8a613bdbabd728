"""Rows that name works become files, all of them and not only those shown."""

import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
import pytest
import rispy

from kb.queries.export.selection import Columns
from kb.site.files.renderers import find_places
from kb.site.parts.table_cells import render_cell
from tests.records import record
from tests.site.conftest import CITING, HELD, KNOWN, RETRACTED, SEED, Get, fill, served


def edges(get: Get, address: str) -> set[tuple[str, str]]:
    return set(nx.parse_graphml(get(address).text).edges())


def test_a_table_of_articles_becomes_a_bibliography(get: Get):
    answer = get("/kb/articles.ris")

    assert {entry["accession_number"] for entry in rispy.loads(answer.text)} == {"1001", "1002", "1003", "1004", "1005"}
    assert answer.headers["content-disposition"] == 'attachment; filename="articles.ris"'


def test_a_filter_of_a_table_holds_for_the_file(get: Get):
    assert [e["accession_number"] for e in rispy.loads(get("/kb/articles.ris?year=2020").text)] == ["1001"]


def test_citing_and_cited_columns_become_exactly_these_edges(get: Get):
    found = edges(get, f"/kb.graphml?sql=select+citing_id,cited_id+from+citations+where+citing_id={HELD}")

    assert found == {(f"pmid:{HELD}", f"pmid:{cited}") for cited in (SEED, RETRACTED, KNOWN)}


def test_one_column_becomes_the_graph_among_these_works(get: Get):
    found = edges(get, f"/kb.graphml?sql=select+pmid+from+articles+where+pmid+in+({SEED},{HELD},{CITING})")

    assert found == {
        (f"pmid:{a}", f"pmid:{b}") for a, b in ((SEED, HELD), (CITING, SEED), (CITING, HELD), (HELD, SEED))
    }


def test_take_this_graph_away_is_the_whole_graph(get: Get, field_db):
    [count] = field_db.execute("select citations from graph_runs").fetchone()

    assert len(edges(get, "/kb/all_citations.graphml")) == count
    ET.fromstring(get("/kb/all_citations.gexf").text)


def test_a_file_holds_more_rows_than_datasette_shows(tmp_path: Path):
    with served(fill(tmp_path / "many.db", [record(n) for n in range(1, 1_302)])) as get:
        shown = get("/kb/articles.json?_size=max&_shape=array").json()
        from_table = rispy.loads(get("/kb/articles.ris").text)
        from_page_two = get("/kb/articles.ris?_next=50&_size=50")
        from_query = get("/kb.bib?sql=select+pmid+from+articles").text

    assert len(shown) == 1_000
    assert len(from_table) == 1_301
    assert from_query.count("@article{") == 1_301
    assert (from_page_two.status_code, from_page_two.headers["location"]) == (302, "/kb/articles.ris?_size=50")


def test_rows_without_works_offer_no_file_and_say_why(get: Get):
    assert "years.ris" not in get("/kb/years").text
    assert "all_citations.gexf" in get("/kb/all_citations").text
    answer = get("/kb/years.ris")
    assert "a column pmid, or citing_id and cited_id, is needed" in answer.text


@pytest.mark.parametrize(
    ("columns", "table", "found"),
    [
        (["pmid", "title"], "articles", Columns(0, None)),
        (["citing_id", "cited_id"], None, Columns(0, 1)),
        (["id", "label"], None, Columns(0, None)),
        (["id", "command"], None, None),
        (["id", "name"], "citation_sources", None),
        (["id", "related_id", "score"], "related_studies", Columns(0, 1)),
        (["citing_pmid", "position", "cited_pmid", "cited_id"], "article_references", Columns(0, 3)),
        (["year"], None, None),
    ],
)
def test_columns_that_name_works_are_found(columns: list[str], table: str | None, found: Columns | None):
    assert find_places(columns, table) == found


def test_cells_link_identifiers(get: Get):
    html = get("/kb/seed_references").text

    assert f'<a href="/work/{HELD}">{HELD}</a>' in html
    assert '<a href="https://doi.org/10.1111/doi-only">10.1111/doi-only</a>' in html
    assert f'<a href="/article/{SEED}">{SEED}</a>' in get("/kb/articles").text
    assert '<a href="/kb/citation_sources/1">' in get("/kb/citations").text


def test_a_cell_that_is_no_identifier_is_left_to_datasette():
    assert render_cell(None, {"doi": "x"}, "javascript:x", column="doi", table=None) is None
    assert render_cell(None, {"id": 1}, 1, column="id", table="harvest_runs") is None
    assert render_cell(None, {"id": 1, "n": 2}, 1, column="id", table=None) is None
