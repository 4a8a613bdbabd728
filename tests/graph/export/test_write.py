"""Exports are read back whole by the programs they are for."""

import json
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from graph.citation_graph import build_citation_graph, to_networkx
from graph.export.export_request import is_computed, select_works, write_export
from graph.export.write import FORMS, export_network, read_about
from graph.run import compute_graph
from kb.errors import DatabaseError, LitkbError, UsageError
from kb.identifiers import work_id
from kb.queries.export import edges, nodes
from kb.queries.export.nodes import PORTION, ExportNode, Scope
from tests.graph.export.streamed import stream
from tests.rows import ExportEdge, add_article, add_citations, add_work, scope_edges, scope_nodes

NODES = [ExportNode(f"pmid:{n}", f"Label {n}") for n in range(1, 4 * PORTION)]
EDGES = [ExportEdge("pmid:1", "pmid:2", "pubmed,icite"), ExportEdge("pmid:1", "pmid:3", "pubmed")]


STREAMED = sorted(form for form in FORMS if FORMS[form].first is None and form != "vos.json")  # weights: all or none


@pytest.mark.parametrize("form", STREAMED)
def test_a_stream_is_given_out_piece_by_piece(form: str) -> None:
    taken = []

    def nodes() -> Iterable[ExportNode]:
        for node in NODES:
            taken.append(node)
            yield node

    pieces = stream(form, nodes(), iter(EDGES), {"generator": "litkb"})
    while len(taken) < 2 and next(pieces, None) is not None:
        pass

    assert len(taken) in (0, PORTION)  # files of edges take none


def read_back(path: Path) -> Any:
    if path.suffix == ".graphml":
        return nx.read_graphml(path)
    if path.suffix == ".gexf":
        return nx.read_gexf(path, version="1.3")
    return nx.node_link_graph(json.loads(path.read_text(encoding="utf-8")), edges="edges")


@pytest.fixture
def field(db: sqlite3.Connection) -> sqlite3.Connection:
    """A held article with five references, one of them held, one merged, one without identifiers."""
    add_article(db, 32448354, title="One size", names=["Vederhus JK"], year=2020, source="demonstration")
    add_article(db, 15063905, title="Self-help", year=2004)
    add_citations(db, 32448354, 15063905, 12, "doi:10.1111/a", "doi:10.1111/b", "ref:kleber-2007-0123456789")
    add_citations(db, 15063905, 13, 32448354)
    add_citations(db, 32448354, 12, source="icite")
    add_work(db, "doi:10.1111/b", merged_into=13)
    return db


@pytest.mark.parametrize("suffix", [".graphml", ".gexf", ".json"])
@pytest.mark.parametrize("articles_only", [False, True])
def test_the_exported_graph_is_the_one_that_is_built(
    field: sqlite3.Connection, tmp_path: Path, suffix: str, articles_only: bool
) -> None:
    out = tmp_path / f"field{suffix}"

    files = write_export(field, out, select_works(field, articles_only=articles_only))

    built = to_networkx(build_citation_graph(field, Scope(articles_only)))
    names = {work: name for work, name in names_by_id(field).items() if work in built}
    found = read_back(out)
    assert set(found.nodes) == set(names.values())
    assert set(found.edges) == {(names[a], names[b]) for a, b in built.edges}
    assert (files, len(found), found.number_of_edges()) == ((out,), len(built), built.number_of_edges())


def names_by_id(db: sqlite3.Connection) -> dict[int, str]:
    rows = db.execute("select id, doi, citation_key from works")
    return {work: f"pmid:{work}" if work > 0 else f"ref:{key}" if key else f"doi:{doi}" for work, doi, key in rows}


def test_the_json_of_a_file_equals_that_of_networkx(field: sqlite3.Connection, tmp_path: Path) -> None:
    compute_graph(field)
    out = tmp_path / "field.json"
    write_export(field, out)

    assert json.loads(out.read_text(encoding="utf-8")) == nx.node_link_data(read_back(out), edges="edges")


def test_two_nodes_become_one_when_a_pmid_becomes_known(field: sqlite3.Connection) -> None:
    names = [node.name for node in scope_nodes(field)]
    edges = list(scope_edges(field))

    assert "doi:10.1111/b" not in names
    assert [edge.citing for edge in edges if edge.cited == "pmid:13"] == ["pmid:15063905", "pmid:32448354"]
    assert sum(edge.citing == "pmid:32448354" for edge in edges) == 5


def test_a_citation_asserted_of_a_work_and_of_what_was_merged_into_it_keeps_all_its_sources(
    field: sqlite3.Connection,
) -> None:
    for source in ("pubmed", "icite", "elink_citedin"):  # pubmed says it of both
        add_citations(field, 32448354, 13, source=source)

    assert ExportEdge("pmid:32448354", "pmid:13", "pubmed,elink_citedin,icite") in list(scope_edges(field))


def test_edges_are_the_same_whether_or_not_anything_was_merged(field: sqlite3.Connection) -> None:
    field.execute("delete from citations where cited_id in (select id from works where merged_into is not null)")
    followed = list(scope_edges(field))
    field.execute("update works set merged_into = null, state = 'known' where merged_into is not null")

    assert list(scope_edges(field)) == followed


def test_nodes_carry_what_is_known_and_computed(field: sqlite3.Connection, tmp_path: Path) -> None:
    compute_graph(field, clock=lambda: "2026-01-01T00:00:00Z")
    out = tmp_path / "field.graphml"

    write_export(field, out)

    nodes = read_back(out).nodes
    seed = dict(nodes["pmid:32448354"])
    [rank] = field.execute("select pagerank from article_metrics where id = 32448354").fetchone()
    assert seed.pop("pagerank") == rank
    assert seed == {
        "label": "Author32448354 2020 J Tests", "title": "One size", "year": 2020, "authors": "Vederhus JK",
        "pmid": 32448354, "state": "held", "citation_count": 1, "component": 1, "source": "demonstration",
        "community": 1, "x": 2020.0, "y": 0.0,
    }  # fmt: skip
    assert nodes["ref:kleber-2007-0123456789"]["source"] == "pubmed"
    assert nodes["pmid:12"]["source"] == "pubmed,icite"
    assert nodes["pmid:12"].get("year") is None


def test_a_work_known_only_through_one_merged_into_it_says_who_names_it(db: sqlite3.Connection) -> None:
    add_work(db, 77)
    add_citations(db, 5, "doi:10.1/a", source="synthetic")
    add_work(db, "doi:10.1/a", merged_into=77)

    assert [(node.name, node.source) for node in scope_nodes(db)] == [
        ("pmid:5", "synthetic"),
        ("pmid:77", "synthetic"),
    ]


def test_numbers_are_computed_until_the_graph_changes(field: sqlite3.Connection) -> None:
    assert not is_computed(field)
    compute_graph(field)
    assert is_computed(field)
    add_citations(field, 13, 14)
    assert not is_computed(field)


def test_a_file_says_what_its_records_are(field: sqlite3.Connection) -> None:
    compute_graph(field, clock=lambda: "2026-01-01T00:00:00Z")

    about = read_about(field)

    del about["generator"]
    assert about == {
        "records": "1 pubmed, 1 demonstration",
        "notice": "Demonstration: bibliographic facts read from public pages, not from NCBI",
        "computed_at": "2026-01-01T00:00:00Z",
    }


def test_chosen_works_and_the_citations_between_them_are_written(field: sqlite3.Connection, tmp_path: Path) -> None:
    write_export(field, tmp_path / "near.json", select_works(field, [15063905, 32448354, 13]))

    assert set(read_back(tmp_path / "near.json").nodes) == {"pmid:15063905", "pmid:32448354", "pmid:13"}


def test_csv_is_a_file_of_nodes_and_one_of_edges(field: sqlite3.Connection, tmp_path: Path) -> None:
    nodes, edges = write_export(field, tmp_path / "field.csv")

    assert (nodes, edges) == (tmp_path / "field-nodes.csv", tmp_path / "field-edges.csv")
    assert set(tmp_path.glob("*.csv")) == {nodes, edges}
    assert len(nodes.read_text(encoding="utf-8").splitlines()) == 1 + 6
    assert len(edges.read_text(encoding="utf-8").splitlines()) == 1 + 7
    assert nodes.read_bytes()[:2] == b"Id"  # no byte order mark


@pytest.mark.parametrize("name", ["field.png", "field", "field.csv.gz"])
def test_an_unknown_suffix_is_refused_with_those_that_are_known(
    db: sqlite3.Connection, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UsageError, match=r"end it in one of .*\.graphml, .*\.vos\.txt, or give --format\."):
        write_export(db, tmp_path / name)


def test_a_missing_folder_is_refused(db: sqlite3.Connection, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no folder .*nowhere to write field\.gexf in\."):
        write_export(db, tmp_path / "nowhere" / "field.gexf")


@pytest.mark.parametrize(("out", "there"), [("f.json", "f.json"), ("f.csv", "f-edges.csv")])
def test_a_file_that_is_there_is_replaced_only_on_request(
    db: sqlite3.Connection, tmp_path: Path, out: str, there: str
) -> None:
    (tmp_path / there).write_text("mine")

    with pytest.raises(UsageError, match=f"{there} is there already; --force replaces it"):
        write_export(db, tmp_path / out)
    assert (tmp_path / there).read_text() == "mine"

    write_export(db, tmp_path / out, force=True)
    assert (tmp_path / there).read_text() != "mine"


def test_an_export_that_fails_leaves_the_old_file_and_no_other(
    field: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "f-nodes.csv").write_text("mine")

    def full(*_: object) -> Iterable[str]:
        yield "Source"
        raise OSError(28, os.strerror(28))

    monkeypatch.setitem(FORMS, "edges.csv", FORMS["edges.csv"]._replace(write=full))  # type: ignore[arg-type]
    with pytest.raises(LitkbError, match="could not be written: No space left on device"):
        write_export(field, folder / "f.csv", force=True)

    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("f-nodes.csv", "mine")]


@pytest.mark.parametrize("form", ["json", "net"])
def test_a_work_that_was_merged_twice_is_an_error_and_no_wrong_citation(field: sqlite3.Connection, form: str) -> None:
    add_citations(field, 32448354, "doi:10.1111/c")
    add_work(field, "doi:10.1111/c", merged_into=work_id("doi:10.1111/b"))

    with pytest.raises(DatabaseError, match="was merged more than once; `litkb check` says more"):
        list(export_network(field, form))


def test_lists_longer_than_a_portion_come_out_whole(db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (nodes, edges):
        monkeypatch.setattr(module, "PORTION", 2)
    for pmid in range(1, 8):
        add_article(db, pmid)
    for pmid in range(1, 8):
        add_citations(db, pmid, *range(pmid + 1, 8))

    found = nx.node_link_graph(json.loads("".join(export_network(db, "json"))), edges="edges")
    arcs = "".join(export_network(db, "net")).partition("*Arcs\n")[2].splitlines()

    wanted = {(citing, cited) for citing in range(1, 8) for cited in range(citing + 1, 8)}
    assert list(found) == [f"pmid:{pmid}" for pmid in range(1, 8)]
    assert set(found.edges) == {(f"pmid:{citing}", f"pmid:{cited}") for citing, cited in wanted}
    assert {(int(a), int(b)) for a, b, _ in map(str.split, arcs)} == wanted
