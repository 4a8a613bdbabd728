"""Exports are read back whole by the programs they are for."""

import csv
import io
import json
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from graph.build import build_citation_graph, to_networkx
from graph.export import FORMATS, read_about, stream, write_export
from graph.run import compute_graph
from kb.errors import LitkbError, UsageError
from kb.queries.links import ExportEdge, ExportNode, read_export_edges, read_export_nodes
from tests.rows import add_article, add_citations, add_work

HOSTILE = {  # a title as it may come -> what is left of it in XML and JSON
    "plain": "plain",
    "null \x00 escape \x1b delete \x7f": "null  escape  delete ",
    "quotes \" ' and <i>&amp;</i> ]]> -->": "quotes \" ' and <i>&amp;</i> ]]> -->",
    "lone \ud800 surrogate \udfff": "lone  surrogate ",
    "emoji 👩\u200d🔬 and עברית \u200fالعربية": "emoji 👩\u200d🔬 and עברית \u200fالعربية",
    "lines\nand\r\nreturns\rand\ttabs": "lines\nand\r\nreturns\rand\ttabs",
    " blanks around ": " blanks around ",
    "not characters \ufffe \uffff": "not characters  ",
    "=HYPERLINK(\"http://example.org\")": "=HYPERLINK(\"http://example.org\")",
    "+1": "+1", "-1": "-1", "@SUM(A1)": "@SUM(A1)", "\t=1": "\t=1", "\r=1": "\r=1", "\x00=1": "=1",
    "a,b;c": "a,b;c",
    "None": "None",
}  # fmt: skip
NODES = [
    *(ExportNode(f"pmid:{n}", f"Label {n}", title, pmid=n) for n, title in enumerate(HOSTILE, start=1)),
    ExportNode("doi:10.1002/(sici)1097-4687(199608)229:2<121::aid-jmor1>3.0.co;2-4", 'Label "<&>"'),
    ExportNode("ref:laudet-2003-0123456789", "L", "T", 2003, "Laudet A, Höie M", "J", None, None, "known", 0, 1e-7, 2),
]
EDGES = [
    ExportEdge("pmid:1", "pmid:2", "pubmed,icite"),
    ExportEdge("pmid:1", NODES[-2].name, "synthetic"),
    ExportEdge("pmid:2", "pmid:1", None),
    ExportEdge(NODES[-2].name, NODES[-1].name, "pubmed"),
]
ABOUT = {"generator": "litkb 1", "notice": 'Synthetic: <none> of it & "all"\x00'}
ABOUT_CLEAN = {"generator": "litkb 1", "notice": 'Synthetic: <none> of it & "all"'}


def expected() -> "nx.DiGraph[str]":
    """Return the graph of NODES and EDGES, made by networkx itself; what nobody said is absent."""
    made: nx.DiGraph[str] = nx.DiGraph()
    for node in NODES:
        values = {name: value for name, value in node._asdict().items() if value is not None and name != "name"}
        if "title" in values:
            values["title"] = HOSTILE.get(values["title"], values["title"])
        made.add_node(node.name, **values)
    for edge in EDGES:
        made.add_edge(edge.citing, edge.cited, **({"sources": edge.sources} if edge.sources else {}))
    return made


def text_of(form: str, about: dict[str, str] = ABOUT) -> str:
    return "".join(stream(form, iter(NODES), iter(EDGES), about))


def encoded(form: str) -> io.BytesIO:
    return io.BytesIO(text_of(form).encode("utf-8"))


def assert_same(found: Any, wanted: Any) -> None:
    assert found.is_directed()
    assert dict(found.nodes(data=True)) == dict(wanted.nodes(data=True))
    assert {(a, b): values for a, b, values in found.edges(data=True)} == {
        (a, b): values for a, b, values in wanted.edges(data=True)
    }


def test_graphml_is_read_back_whole() -> None:
    found = nx.read_graphml(encoded("graphml"))

    assert_same(found, expected())
    assert {name: text for name, text in found.graph.items() if name in ABOUT} == ABOUT_CLEAN


def test_gexf_is_read_back_whole() -> None:
    found = nx.read_gexf(encoded("gexf"), version="1.3")

    for _, _, values in found.edges(data=True):
        del values["id"]  # GEXF numbers its edges
    assert_same(found, expected())


def test_node_link_json_is_read_back_whole() -> None:
    data = json.loads(text_of("json"))

    found = nx.node_link_graph(data, edges="edges")
    assert_same(found, expected())
    assert found.graph == ABOUT_CLEAN


def test_node_link_json_equals_that_of_networkx() -> None:
    wanted = expected()
    wanted.graph.update(ABOUT_CLEAN)

    assert json.loads(text_of("json")) == nx.node_link_data(wanted, edges="edges")


def test_csv_is_read_back_with_formulas_made_harmless() -> None:
    rows = list(csv.DictReader(io.StringIO(text_of("nodes.csv"), newline="")))

    assert [row["Id"] for row in rows] == [node.name for node in NODES]
    harmful = ("=", "+", "-", "@", "\t", "\r")
    wanted = [("'" if title.startswith(harmful) else "") + title for title in HOSTILE.values()]
    assert [row["title"] for row in rows][: len(HOSTILE)] == wanted
    assert rows[-1] == {
        "Id": "ref:laudet-2003-0123456789", "Label": "L", "title": "T", "year": "2003",
        "authors": "Laudet A, Höie M", "journal": "J", "doi": "", "pmid": "", "state": "known",
        "citation_count": "0", "pagerank": "1e-07", "component": "2", "source": "",
    }  # fmt: skip


def test_csv_of_edges_has_the_headings_that_gephi_knows() -> None:
    assert text_of("edges.csv").split("\r\n") == [
        "Source,Target,Type,sources",
        'pmid:1,pmid:2,Directed,"pubmed,icite"',
        f"pmid:1,{NODES[-2].name},Directed,synthetic",
        "pmid:2,pmid:1,Directed,",
        f"{NODES[-2].name},{NODES[-1].name},Directed,pubmed",
        "",
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_be_written_of_nothing(form: str) -> None:
    text = "".join(stream(form, [], [], {}))

    if form == "graphml":
        assert len(nx.read_graphml(io.BytesIO(text.encode()))) == 0
    elif form == "gexf":
        assert len(nx.read_gexf(io.BytesIO(text.encode()), version="1.3")) == 0
    elif form == "json":
        assert json.loads(text) == nx.node_link_data(nx.DiGraph(), edges="edges")
    else:
        assert text.count("\r\n") == 1


@pytest.mark.parametrize("form", FORMATS)
def test_a_stream_is_given_out_piece_by_piece(form: str) -> None:
    taken = []

    def nodes() -> Iterable[ExportNode]:
        for node in NODES:
            taken.append(node)
            yield node

    pieces = stream(form, nodes(), iter(EDGES), ABOUT)
    while len(taken) < 2 and next(pieces, None) is not None:
        pass

    assert len(taken) in (0, 2)  # edges.csv takes none


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

    summary = write_export(field, out, articles_only=articles_only)

    built = to_networkx(build_citation_graph(field, articles_only=articles_only))
    names = {work: name for work, name in names_by_id(field).items() if work in built}
    found = read_back(out)
    assert set(found.nodes) == set(names.values())
    assert set(found.edges) == {(names[a], names[b]) for a, b in built.edges}
    assert summary == ((out,), len(built), built.number_of_edges(), False)


def names_by_id(db: sqlite3.Connection) -> dict[int, str]:
    rows = db.execute("select id, doi, citation_key from works")
    return {work: f"pmid:{work}" if work > 0 else f"ref:{key}" if key else f"doi:{doi}" for work, doi, key in rows}


def test_the_json_of_a_file_equals_that_of_networkx(field: sqlite3.Connection, tmp_path: Path) -> None:
    compute_graph(field)
    out = tmp_path / "field.json"
    write_export(field, out)

    assert json.loads(out.read_text(encoding="utf-8")) == nx.node_link_data(read_back(out), edges="edges")


def test_two_nodes_become_one_when_a_pmid_becomes_known(field: sqlite3.Connection) -> None:
    names = [node.name for node in read_export_nodes(field)]
    edges = list(read_export_edges(field))

    assert "doi:10.1111/b" not in names
    assert [edge.citing for edge in edges if edge.cited == "pmid:13"] == ["pmid:15063905", "pmid:32448354"]
    assert sum(edge.citing == "pmid:32448354" for edge in edges) == 5


def test_a_citation_asserted_of_a_work_and_of_what_was_merged_into_it_keeps_all_its_sources(
    field: sqlite3.Connection,
) -> None:
    for source in ("pubmed", "icite", "elink_citedin"):  # pubmed says it of both
        add_citations(field, 32448354, 13, source=source)

    assert ExportEdge("pmid:32448354", "pmid:13", "pubmed,elink_citedin,icite") in list(read_export_edges(field))


def test_edges_are_the_same_whether_or_not_anything_was_merged(field: sqlite3.Connection) -> None:
    field.execute("delete from citations where cited_id in (select id from works where merged_into is not null)")
    followed = list(read_export_edges(field))
    field.execute("update works set merged_into = null, state = 'known' where merged_into is not null")

    assert list(read_export_edges(field)) == followed


def test_nodes_carry_what_is_known_and_computed(field: sqlite3.Connection, tmp_path: Path) -> None:
    compute_graph(field, clock=lambda: "2026-01-01T00:00:00Z")
    out = tmp_path / "field.graphml"

    summary = write_export(field, out)

    nodes = read_back(out).nodes
    seed = dict(nodes["pmid:32448354"])
    [rank] = field.execute("select pagerank from article_metrics where id = 32448354").fetchone()
    assert seed.pop("pagerank") == rank
    assert seed == {
        "label": "Author32448354 2020 J Tests", "title": "One size", "year": 2020, "authors": "Vederhus JK",
        "pmid": 32448354, "state": "held", "citation_count": 1, "component": 1, "source": "demonstration",
    }  # fmt: skip
    assert nodes["ref:kleber-2007-0123456789"]["source"] == "pubmed"
    assert nodes["pmid:12"]["source"] == "pubmed,icite"
    assert nodes["pmid:12"].get("year") is None
    assert summary.computed


def test_a_work_known_only_through_one_merged_into_it_says_who_names_it(db: sqlite3.Connection) -> None:
    add_work(db, 77)
    add_citations(db, 5, "doi:10.1/a", source="synthetic")
    add_work(db, "doi:10.1/a", merged_into=77)

    assert [(node.name, node.source) for node in read_export_nodes(db)] == [
        ("pmid:5", "synthetic"),
        ("pmid:77", "synthetic"),
    ]


def test_numbers_of_another_state_of_the_graph_are_reported(field: sqlite3.Connection, tmp_path: Path) -> None:
    compute_graph(field)
    add_citations(field, 13, 14)

    assert not write_export(field, tmp_path / "field.json").computed


def test_a_file_says_what_its_records_are(field: sqlite3.Connection) -> None:
    compute_graph(field, clock=lambda: "2026-01-01T00:00:00Z")

    about = read_about(field)

    del about["generator"]
    assert about == {
        "records": "1 pubmed, 1 demonstration",
        "notice": "Demonstration: bibliographic facts read from public pages, not from NCBI",
        "computed_at": "2026-01-01T00:00:00Z",
    }


def test_csv_is_a_file_of_nodes_and_one_of_edges(field: sqlite3.Connection, tmp_path: Path) -> None:
    summary = write_export(field, tmp_path / "field.csv")

    nodes, edges = summary.files
    assert (nodes, edges) == (tmp_path / "field-nodes.csv", tmp_path / "field-edges.csv")
    assert set(tmp_path.glob("*.csv")) == {nodes, edges}
    assert len(nodes.read_text(encoding="utf-8").splitlines()) == 1 + summary.nodes
    assert len(edges.read_text(encoding="utf-8").splitlines()) == 1 + summary.edges
    assert nodes.read_bytes()[:2] == b"Id"  # no byte order mark


@pytest.mark.parametrize("name", ["field.png", "field", "field.csv.gz"])
def test_an_unknown_suffix_is_refused_with_those_that_are_known(
    db: sqlite3.Connection, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UsageError, match=r"end it in \.graphml, \.gexf, \.csv or \.json"):
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

    monkeypatch.setattr("graph.export.format_edge_rows", full)
    with pytest.raises(LitkbError, match="could not be written: No space left on device"):
        write_export(field, folder / "f.csv", force=True)

    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("f-nodes.csv", "mine")]
