"""The network of journals counts what their articles cite of one another, as its definition says."""

import json
import random
import sqlite3
from collections import Counter

import networkx as nx
import pytest

from graph.export.write import FORMS, export_network
from kb.queries.export.nodes import Scope
from tests.rows import add_article, add_citations, add_work

JOURNALS = ("J One", "J Two", "J Three", None)


@pytest.fixture
def field(db: sqlite3.Connection) -> sqlite3.Connection:
    """1 and 2 of J One cite 3 and 4 of J Two, which cite each other; 5 has no journal, 6 no record."""
    for pmid, journal in {1: "J One", 2: "J One", 3: "J Two", 4: "J Two", 5: None}.items():
        add_article(db, pmid, journal=journal, source="demonstration")
    add_citations(db, 1, 3, 4, 5, 6)
    add_citations(db, 2, 3, "doi:10.1/four")
    add_citations(db, 3, 4)
    add_citations(db, 4, 3, 2)
    add_citations(db, 1, 3, source="icite")  # said twice, counted once
    add_work(db, "doi:10.1/four", merged_into=4)
    return db


def text_of(db: sqlite3.Connection, form: str, scope: Scope | None = None, at_least: int = 1) -> str:
    return "".join(export_network(db, form, "journals", scope or Scope(), at_least))


def weights_of(db: sqlite3.Connection, scope: Scope | None = None, at_least: int = 1) -> dict[tuple[str, str], int]:
    found = nx.node_link_graph(json.loads(text_of(db, "json", scope, at_least)), edges="edges")
    assert found.is_directed()
    assert set(found) == {name for edge in found.edges for name in edge}
    return {(a, b): values["weight"] for a, b, values in found.edges(data=True)}


def test_a_journal_cites_a_journal_as_often_as_its_articles_do(field: sqlite3.Connection) -> None:
    assert weights_of(field) == {
        ("journal:ta:J One", "journal:ta:J Two"): 4,
        ("journal:ta:J Two", "journal:ta:J Two"): 2,
        ("journal:ta:J Two", "journal:ta:J One"): 1,
    }
    assert weights_of(field, at_least=2).keys() == {
        ("journal:ta:J One", "journal:ta:J Two"), ("journal:ta:J Two", "journal:ta:J Two"),
    }  # fmt: skip


def test_a_journal_shows_its_abbreviation_and_how_many_of_its_articles_are_held(field: sqlite3.Connection) -> None:
    data = json.loads(text_of(field, "json"))

    assert data["nodes"] == [
        {"id": "journal:ta:J One", "label": "J One", "source": "demonstration", "articles": 2},
        {"id": "journal:ta:J Two", "label": "J Two", "source": "demonstration", "articles": 2},
    ]
    assert data["graph"]["network"] == "journals"


def test_only_citations_among_the_chosen_articles_count(field: sqlite3.Connection) -> None:
    field.execute("create temp table chosen (id integer primary key)")
    field.executemany("insert into chosen values (?)", [(2,), (3,), (4,)])

    assert weights_of(field, Scope(selected="chosen")) == {
        ("journal:ta:J One", "journal:ta:J Two"): 2,
        ("journal:ta:J Two", "journal:ta:J Two"): 2,
        ("journal:ta:J Two", "journal:ta:J One"): 1,
    }


def test_directions_and_weights_are_in_every_format_that_knows_them(field: sqlite3.Connection) -> None:
    assert '"journal:ta:J One" -> "journal:ta:J Two" [weight=4];' in text_of(field, "dot")
    assert text_of(field, "net").partition("*Arcs\n")[2].splitlines() == ["1 2 4", "2 1 1", "2 2 2"]
    assert text_of(field, "edges.csv").splitlines()[:2] == [
        "Source,Target,Type,Weight", '"journal:ta:J One","journal:ta:J Two",Directed,4',
    ]  # fmt: skip
    assert '"journal:ta:J One","journal:ta:J Two",4,CITES\r\n' in text_of(field, "edges.neo4j.csv")
    graphml = nx.parse_graphml(text_of(field, "graphml"))
    assert (graphml.is_directed(), graphml.edges["journal:ta:J Two", "journal:ta:J One"]) == (True, {"weight": 1})
    gml = nx.parse_gml(text_of(field, "gml"), label="name")
    assert (gml.is_directed(), gml.edges["journal:ta:J Two", "journal:ta:J Two"]) == (True, {"weight": 2})
    assert 'defaultedgetype="directed"' in text_of(field, "gexf")


def test_vosviewer_which_knows_no_direction_gets_each_pair_once(field: sqlite3.Connection) -> None:
    assert text_of(field, "network.vos.txt") == "1\t2\t5\n"
    assert len(text_of(field, "map.vos.txt").splitlines()) == 1 + 2
    assert json.loads(text_of(field, "vos.json"))["network"]["links"] == [
        {"source_id": "journal:ta:J One", "target_id": "journal:ta:J Two", "strength": 5}
    ]


@pytest.mark.parametrize("seed", range(4))
def test_the_network_equals_its_definition(db: sqlite3.Connection, seed: int) -> None:
    chance = random.Random(seed)
    journal_of = {pmid: chance.choice(JOURNALS) for pmid in range(1, 13)}
    for pmid, journal in journal_of.items():
        add_article(db, pmid, journal=journal)
    cited_by = {pmid: chance.sample(range(1, 20), 5) for pmid in journal_of}  # from 13 on no record is held
    for pmid, cited in cited_by.items():
        add_citations(db, pmid, *cited)

    wanted = Counter(
        (f"journal:ta:{journal_of[citing]}", f"journal:ta:{journal_of[cited]}")
        for citing, everything in cited_by.items()
        for cited in everything
        if citing != cited and journal_of[citing] and journal_of.get(cited)
    )
    assert weights_of(db) == dict(wanted)


@pytest.mark.parametrize("form", FORMS)
def test_journals_that_nothing_links_are_a_network_of_nothing(db: sqlite3.Connection, form: str) -> None:
    add_article(db, 1, journal="J One")
    add_citations(db, 1, 2)

    assert "J One" not in text_of(db, form)
