"""Pages of large tables come without facets, which SQLite would count anew for each page."""

import asyncio
import re
import sqlite3
from pathlib import Path

import pytest

from kb.metadata import read_metadata
from kb.site.server import large_tables
from kb.site.server.large_tables import without_slow_facets
from kb.site.server.serve import build_app


def tables_with_facets(metadata: dict) -> set[str]:
    return {name for name, said in metadata["databases"]["kb"]["tables"].items() if "facets" in said}


def test_only_tables_of_more_rows_than_the_limit_lose_their_facets(
    field_db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
):
    rows = {
        name: field_db.execute(f"select count(*) from {name}").fetchone()[0]
        for (name,) in field_db.execute("select name from sqlite_master where type = 'table'")
    }
    limit = rows["articles"]
    monkeypatch.setattr(large_tables, "MOST_ROWS", limit)

    kept = tables_with_facets(without_slow_facets(field_db, read_metadata()))

    assert "articles" in kept
    assert "article_references" not in kept
    assert kept == {name for name in tables_with_facets(read_metadata()) if rows.get(name, 0) <= limit}


@pytest.mark.parametrize(("limit", "has_facets"), [(0, False), (1_000, True)])
def test_the_page_of_a_table_has_facets_where_it_is_small(
    field_file: Path, monkeypatch: pytest.MonkeyPatch, limit: int, has_facets: bool
):
    monkeypatch.setattr(large_tables, "MOST_ROWS", limit)

    html = asyncio.run(build_app(field_file).client.get("/kb/articles")).text

    assert bool(re.search('class="facet-info', html)) == has_facets
