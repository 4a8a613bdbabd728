"""Edges say how often and where the citing text cites, as far as it was read."""

import csv
import io
import json
import sqlite3
from typing import Any

import networkx as nx
import pytest

from graph.export.write import FORMS, export_network
from kb.full_texts import SECTIONS
from kb.queries.export.nodes import EVERYTHING, Scope
from kb.site.parts.why_cited import KIND_WORDS
from tests.full_texts import Writer, add_texts, front_only
from tests.rows import add_article, add_citations, add_work, scope_edges

LISTED, ONLY_ASSERTED, TWICE, IN_A_TABLE, NEVER = 11, 12, 13, 14, 15


@pytest.fixture
def field(db: sqlite3.Connection) -> sqlite3.Connection:
    """Article 1, whose text was read, 2 and 3, of which other outcomes are known, and 4, of which nothing is."""
    for pmid in (1, 2, 3, 4):
        add_article(db, pmid)
        add_citations(db, pmid, TWICE, ONLY_ASSERTED, source="icite")
    writer = Writer(("Lund 2001.", TWICE), ("Moe 2002.", IN_A_TABLE), ("Okoro 2003.", NEVER), ("Lund 2001.", TWICE))
    text = (
        writer.write("Lamps burn {1,4=[1, 4]} in fog {4=[4]}.", kind="results", how="list")
        .write("Fog was measured {1=[1]}.", kind="methods")
        .write("Harbour {1,2=[1, 2]}", place="table", kind="results")
        .write("We agree {1=[1]}.", place="sub-article")
    )
    add_texts(db, {1: text.text(), 2: front_only(), 3: writer.text(outcome="no marks")})
    return db


def said(db: sqlite3.Connection, scope: Scope = EVERYTHING) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    return {(edge.citing, edge.cited): (edge.mentions, edge.sections) for edge in scope_edges(db, scope)}


def test_an_edge_has_the_marks_of_the_text_once_each_and_all_places_in_their_order(field: sqlite3.Connection) -> None:
    assert said(field)["pmid:1", f"pmid:{TWICE}"] == ("3", "methods,results,table,sub-article")


def test_marks_of_tables_are_places_but_are_not_counted(field: sqlite3.Connection) -> None:
    assert said(field)["pmid:1", f"pmid:{IN_A_TABLE}"] == ("0", "table")


def test_what_is_listed_and_not_cited_has_0(field: sqlite3.Connection) -> None:
    assert said(field)["pmid:1", f"pmid:{NEVER}"] == ("0", "")


@pytest.mark.parametrize("citing", [2, 3, 4])
def test_what_was_not_read_is_unknown(field: sqlite3.Connection, citing: int) -> None:
    assert said(field)[f"pmid:{citing}", f"pmid:{TWICE}"] == (None, None)


def test_what_only_others_say_that_a_text_cites_is_unknown(field: sqlite3.Connection) -> None:
    assert said(field)["pmid:1", f"pmid:{ONLY_ASSERTED}"] == (None, None)


def test_merged_works_are_followed_at_both_ends(db: sqlite3.Connection) -> None:
    add_article(db, 1)
    add_texts(db, {1: Writer(("Lund 2001.", 21)).write("Lamps {1=[1]} and fog {1=[1]}.").text()})
    add_work(db, 22)
    add_work(db, 21, merged_into=22)
    add_work(db, 2)
    db.execute("delete from articles")
    add_work(db, 1, merged_into=2)

    assert said(db) == {("pmid:2", "pmid:22"): ("2", "other")}


def test_a_part_of_the_network_says_the_same(field: sqlite3.Connection) -> None:
    field.execute("create temp table picked as select 1 as id union all select ?", (TWICE,))

    part = said(field, Scope(selected="picked"))

    assert part == {("pmid:1", f"pmid:{TWICE}"): said(field)["pmid:1", f"pmid:{TWICE}"]}


def test_a_network_of_works_without_pmid_says_so_too(field: sqlite3.Connection) -> None:
    add_citations(field, 4, "doi:10.1/a")

    assert said(field)["pmid:1", f"pmid:{TWICE}"] == ("3", "methods,results,table,sub-article")
    assert ("pmid:4", "doi:10.1/a") in said(field)


def of_json(text: str) -> Any:
    return nx.node_link_graph(json.loads(text), edges="edges").edges["pmid:1", f"pmid:{TWICE}"]


def of_graphml(text: str) -> Any:
    return nx.parse_graphml(text).edges["pmid:1", f"pmid:{TWICE}"]


def of_gml(text: str) -> Any:
    return nx.parse_gml(text, label="name").edges["pmid:1", f"pmid:{TWICE}"]


@pytest.mark.parametrize(("form", "read"), [("json", of_json), ("graphml", of_graphml), ("gml", of_gml)])
def test_a_file_has_what_the_edge_has(field: sqlite3.Connection, form: str, read: Any) -> None:
    edge = read("".join(export_network(field, form)))

    assert edge == {"sources": "icite,pmc_fulltext", "mentions": 3, "sections": "methods,results,table,sub-article"}


@pytest.mark.parametrize("form", [name for name, form in FORMS.items() if not form.describes_edges])
def test_a_format_without_a_place_for_mentions_reads_no_full_text(field: sqlite3.Connection, form: str) -> None:
    read: set[str | None] = set()

    def note(_: int, table: str | None, *__: object) -> int:
        read.add(table)
        return sqlite3.SQLITE_OK

    field.set_authorizer(note)
    "".join(export_network(field, form))

    assert "works" in read
    assert not {"full_texts", "mentions", "full_text_references"} & read


def test_all_other_formats_have_a_place_for_mentions() -> None:
    assert {form.suffix for form in FORMS.values() if not form.describes_edges} == {".net", ".vos.json", ".vos.txt"}


def test_a_file_without_full_texts_has_empty_columns(db: sqlite3.Connection) -> None:
    add_citations(db, 1, 2)

    [row] = csv.DictReader(io.StringIO("".join(export_network(db, "edges.csv")), newline=""))

    assert (row["sources"], row["mentions"], row["sections"]) == ("pubmed", "", "")


def test_edges_and_pages_know_the_same_sections() -> None:
    assert tuple(KIND_WORDS) == SECTIONS
