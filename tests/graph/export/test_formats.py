"""Every format is read back whole by programs that are not ours, hostile text included, up to listed replacements."""

import csv
import html
import io
import json
import math
import re
import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import igraph
import networkx as nx
import pydot
import pytest

from graph.export.formats.common import KINDS, Contents
from graph.export.networks import CITATIONS, WEIGHTED
from graph.export.write import FORMATS, FORMS
from kb.queries.export.nodes import ExportNode, columns_of
from kb.text import without_controls
from tests.graph.export.hostile import hostile_graph
from tests.graph.export.schemas import GEXF, GRAPHML, assert_valid
from tests.graph.export.streamed import stream
from tests.rows import ExportEdge

ABOUT = {"generator": "litkb 1", "notice": 'Synthetic: <none> of it & "all"\x00'}
ABOUT_CLEAN = {"generator": "litkb 1", "notice": 'Synthetic: <none> of it & "all"'}
NODES, EDGES = hostile_graph()
LONG = (3, "introduction,results and discussion,table")


def text_of(form: str, nodes: list[ExportNode] = NODES, edges: list[ExportEdge] = EDGES) -> str:
    return "".join(stream(form, iter(nodes), iter(edges), ABOUT))


def encoded(form: str) -> io.BytesIO:
    return io.BytesIO(text_of(form).encode("utf-8"))


def one_line(text: str) -> str:
    return " ".join(without_controls(text).splitlines()).replace("\t", " ")


def values_of(node: ExportNode, clean: Callable[[str], str]) -> dict[str, Any]:
    """Return what is known of node, but its name; text as a format shows it."""
    cleaned = {name: clean(v) if isinstance(v, str) else v for name, v in node._asdict().items() if name != "name"}
    return {name: value for name, value in cleaned.items() if value is not None and value != ""}


def said_of(edge: ExportEdge) -> dict[str, Any]:
    """Return what is known of an edge."""
    said = {"sources": edge.sources, "mentions": edge.mentions and int(edge.mentions), "sections": edge.sections}
    return {name: value for name, value in said.items() if value is not None}


def expected(clean: Callable[[str], str] = without_controls) -> "nx.DiGraph[str]":
    """Return the graph, made by networkx itself; what nobody said is absent."""
    made: nx.DiGraph[str] = nx.DiGraph()
    for node in NODES:
        made.add_node(clean(node.name), **values_of(node, clean))
    for edge in EDGES:
        made.add_edge(clean(edge.citing), clean(edge.cited), **said_of(edge))
    return made


def assert_same(found: Any, wanted: Any) -> None:
    assert found.is_directed() == wanted.is_directed()
    assert dict(found.nodes(data=True)) == dict(wanted.nodes(data=True))
    assert {(a, b): values for a, b, values in found.edges(data=True)} == {
        (a, b): values for a, b, values in wanted.edges(data=True)
    }


def test_graphml_is_read_back_whole_by_networkx() -> None:
    found = nx.read_graphml(encoded("graphml"))

    assert_same(found, expected())
    assert {name: text for name, text in found.graph.items() if name in ABOUT} == ABOUT_CLEAN


def test_graphml_is_read_back_whole_by_igraph(tmp_path: Path) -> None:
    path = tmp_path / "field.graphml"
    path.write_bytes(encoded("graphml").getvalue())

    found = igraph.Graph.Read_GraphML(str(path))

    wanted = expected()
    names = [name.replace("&#38;", "&") for name in found.vs["id"]]  # which igraph leaves in attributes
    assert names == list(wanted)
    assert found.vs["title"] == [values.get("title", "") for _, values in wanted.nodes(data=True)]
    assert [(names[e.source], names[e.target]) for e in found.es] == list(wanted.edges)
    assert [(e["mentions"], e["sections"]) for e in found.es][:3] == [
        (pytest.approx(math.nan, nan_ok=True), ""),
        (0, ""),
        LONG,
    ]


@pytest.mark.parametrize(("form", "schema"), [("graphml", GRAPHML), ("gexf", GEXF)])
def test_xml_keeps_the_rules_of_its_format(form: str, schema: str) -> None:
    assert_valid(text_of(form), schema)


def test_the_rules_would_find_a_fault() -> None:
    with pytest.raises(Exception, match="failed to validate"):
        assert_valid(text_of("gexf").replace('r="', 'red="', 1), GEXF)


def test_gexf_is_read_back_whole() -> None:
    found = nx.read_gexf(encoded("gexf"), version="1.3")

    pictured = {name: values.pop("viz", {}) for name, values in found.nodes(data=True)}
    starts = {name: values.pop("start", None) for name, values in found.nodes(data=True)}
    wanted = expected()
    for name, values in found.nodes(data=True):
        if not wanted.nodes[name].get("label"):
            del values["label"]  # networkx makes up what is not there
    assert_same(found, wanted)
    assert starts == {name: values.get("year") for name, values in wanted.nodes(data=True)}
    first, second = pictured["pmid:1"], pictured["pmid:4"]
    assert first == {
        "color": {"r": 44, "g": 150, "b": 70, "a": 1.0}, "size": 6.0,
        "position": {"x": 190100.0, "y": -2.9, "z": 0.0},
    }  # fmt: skip
    assert "color" not in second
    assert "position" not in second


def test_node_link_json_is_read_back_whole() -> None:
    data = json.loads(text_of("json"))

    found = nx.node_link_graph(data, edges="edges")
    assert_same(found, expected())
    assert found.graph == ABOUT_CLEAN


def test_node_link_json_equals_that_of_networkx() -> None:
    wanted = expected()
    wanted.graph.update(ABOUT_CLEAN)

    assert json.loads(text_of("json")) == nx.node_link_data(wanted, edges="edges")


def test_cyjs_is_read_back_whole() -> None:
    data = json.loads(text_of("cyjs"))

    found = nx.cytoscape_graph(data)

    wanted = expected()
    for name, values in wanted.nodes(data=True):
        values.update({"id": name, "value": name} | ({"name": values["label"]} if "label" in values else {}))
    for citing, cited, values in wanted.edges(data=True):
        values |= {"source": citing, "target": cited}
    assert_same(found, wanted)
    assert data["data"] == ABOUT_CLEAN
    assert [node.get("position") for node in data["elements"]["nodes"][2:4]] == [{"x": 190300.0, "y": 8.6}, None]


def gml_graph(text: str) -> Any:
    return nx.read_gml(io.BytesIO(text.encode("ascii")), label="name")


def test_gml_is_read_back_whole_by_networkx() -> None:
    found = gml_graph(text_of("gml"))

    wanted = expected()
    for name, values in wanted.nodes(data=True):
        values["label"] = f"{values.get('label', '')} ({name})"
        values |= {key: [] for key, value in values.items() if value == "[]"}  # as networkx writes empty lists
        x, y = values.pop("x", None), values.pop("y", None)
        if x is not None:
            values["graphics"] = {"x": x * 100, "y": round(y * -20, 1)}
    assert_same(found, wanted)
    assert {name: found.graph[name] for name in ABOUT} == ABOUT_CLEAN


def test_gml_labels_tell_nodes_apart_for_who_takes_them_as_names() -> None:
    assert len(nx.read_gml(io.BytesIO(text_of("gml").encode("ascii")))) == len(NODES)


def unescaped(text: str) -> str:
    """Return text without the entities that igraph leaves."""
    return re.sub("&#([0-9]+);", lambda found: chr(int(found[1])), text)


def test_gml_is_read_back_whole_by_igraph(tmp_path: Path) -> None:
    path = tmp_path / "field.gml"
    path.write_text(text_of("gml"), encoding="ascii")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of graphics, which igraph has no use for, and of entities that it leaves
        found = igraph.Graph.Read_GML(str(path))

    wanted = expected()
    assert [unescaped(name) for name in found.vs["name"]] == list(wanted)
    assert [e.tuple for e in found.es] == [(place, place + 1) for place in range(len(EDGES))]


def pajek_text(text: str) -> str:
    return one_line(text).replace('"', "'").replace("\\", "/")


def test_pajek_is_read_back_whole_by_networkx() -> None:
    found = nx.read_pajek(encoded("net"))

    names = [f"{pajek_text(node.label)} ({pajek_text(node.name)})" for node in NODES]
    assert list(found) == names
    assert [(a, b) for a, b, _ in found.edges] == list(pairwise(names))
    assert {values["weight"] for _, _, values in found.edges(data=True)} == {1.0}
    placed = [node for node in NODES if node.x is not None and node.y is not None]
    assert {0.0, 1.0} <= {float(found.nodes[name]["x"]) for name in names}
    assert max(float(found.nodes[name]["y"]) for name in names) == 1.0
    assert len(placed) < len(NODES)


def test_pajek_is_read_back_whole_by_igraph(tmp_path: Path) -> None:
    path = tmp_path / "field.net"
    path.write_text(text_of("net"), encoding="utf-8")

    found = igraph.Graph.Read_Pajek(str(path))

    assert found.is_directed()
    assert found.vs["name"] == [f"{pajek_text(node.label)} ({pajek_text(node.name)})" for node in NODES]
    assert [e.tuple for e in found.es] == [(place, place + 1) for place in range(len(EDGES))]


def dot_value(text: str) -> str:
    """Return what a quoted string of DOT says."""
    return text[1:-1].replace('\\"', '"').replace("\\\\", "\\") if text.startswith('"') else text


def test_dot_is_read_back_whole_by_pydot() -> None:
    nodes, edges = NODES[:60], EDGES[:59]  # pydot takes a fortieth of a second for each

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what pydot's parser still calls by old names
        [found] = pydot.graph_from_dot_data(text_of("dot", nodes, edges))

    assert found.get_type() == "digraph"
    shown = {dot_value(node.get_name()): node for node in found.get_nodes()}
    for node in nodes:
        attributes = shown[one_line(node.name)].get_attributes()
        wanted = values_of(node, one_line)
        assert dot_value(attributes.get("label", "")) == wanted.get("label", "")
        assert dot_value(attributes.get("title", "")) == wanted.get("title", "")
        assert attributes.get("year") == (None if node.year is None else str(node.year))
    ends = [(dot_value(edge.get_source()), dot_value(edge.get_destination())) for edge in found.get_edges()]
    assert sorted(ends) == sorted((one_line(edge.citing), one_line(edge.cited)) for edge in edges)
    said = {end: edge.get_attributes() for end, edge in zip(ends, found.get_edges(), strict=True)}
    assert [said[one_line(edge.citing), one_line(edge.cited)] for edge in edges[1:3]] == [
        {"sources": '"synthetic"', "mentions": "0"},
        {"mentions": "3", "sections": f'"{LONG[1]}"'},
    ]


HARMFUL = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    return "'" + text if text.startswith(HARMFUL) else text


@pytest.mark.parametrize(
    ("form", "clean", "id_name"),
    [("nodes.csv", without_controls, "Id"), ("nodes.neo4j.csv", one_line, "name:ID")],
)
def test_csv_is_read_back_with_formulas_made_harmless(form: str, clean: Callable[[str], str], id_name: str) -> None:
    rows = list(csv.reader(io.StringIO(text_of(form), newline=""), strict=True))

    assert rows[0][0] == id_name
    for node, row in zip(NODES, rows[1:], strict=True):
        wanted = [guarded(clean(v)) if isinstance(v, str) else "" if v is None else str(v) for v in node]
        assert row[: len(wanted)] == wanted


def test_neo4j_headings_say_types_and_each_record_is_a_line() -> None:
    nodes, edges = text_of("nodes.neo4j.csv").split("\r\n"), text_of("edges.neo4j.csv").split("\r\n")

    assert nodes[0].startswith("name:ID,label,title,year:long,authors,journal,doi,pmid:long,")
    assert nodes[0].endswith(",community:long,x:double,y:double,articles:long,:LABEL")
    assert len(nodes) == len(NODES) + 2
    assert nodes[1].endswith(",Work")
    assert edges[0] == ":START_ID,:END_ID,sources:string[],mentions:long,sections:string[],:TYPE"
    assert '"pmid:1","pmid:2","pubmed;icite",,,CITES' in edges
    assert edges[3].endswith(',,3,"introduction;results and discussion;table",CITES')
    assert not any(ord(c) < 32 for line in [*nodes, *edges] for c in line)


def test_csv_of_edges_has_the_headings_that_gephi_knows() -> None:
    rows = list(csv.DictReader(io.StringIO(text_of("edges.csv"), newline=""), strict=True))

    clean = [(guarded(without_controls(edge.citing)), guarded(without_controls(edge.cited))) for edge in EDGES]
    assert [(row["Source"], row["Target"]) for row in rows] == clean
    known = [{name: value for name, value in row.items() if value} for row in rows]
    assert known[0] == {"Source": "pmid:1", "Target": "pmid:2", "Type": "Directed", "sources": "pubmed,icite"}
    assert [(row["sources"], row["mentions"], row["sections"]) for row in rows[:3]] == [
        ("pubmed,icite", "", ""), ("synthetic", "0", ""), ("", *map(str, LONG)),
    ]  # fmt: skip


def test_vosviewer_json_has_the_documented_shape() -> None:
    data = json.loads(text_of("vos.json"))

    assert set(data) == {"network", "info"}
    assert set(data["network"]) == {"items", "links"}
    assert set(data["info"]) == {"title", "description"}
    for node, item in zip(NODES, data["network"]["items"], strict=True):
        title = html.escape(without_controls(node.title or ""), quote=False)
        assert item["id"] == without_controls(node.name)
        assert item.get("label", "") == without_controls(node.label)
        assert item.get("description", "") == title
        assert item.get("cluster") == node.community
        assert item["weights"] == {"Citations": node.citation_count}
        assert item["scores"] == ({"Year": node.year} if node.year else {}) | {"PageRank": node.pagerank}
    assert data["network"]["links"][0] == {"source_id": "pmid:1", "target_id": "pmid:2", "strength": 1}
    assert len(data["network"]["links"]) == len(EDGES)


def test_a_community_beyond_what_vosviewer_takes_is_no_cluster() -> None:
    nodes = [ExportNode("pmid:1", "A", community=1_001), ExportNode("pmid:2", "B", community=1_000)]

    items = json.loads(text_of("vos.json", nodes, []))["network"]["items"]

    assert [item.get("cluster") for item in items] == [None, 1_000]


def test_vosviewer_map_and_network_are_read_back_whole() -> None:
    rows = list(csv.DictReader(io.StringIO(text_of("map.vos.txt"), newline=""), delimiter="\t", strict=True))
    links = [line.split("\t") for line in text_of("network.vos.txt").splitlines()]

    for number, (node, row) in enumerate(zip(NODES, rows, strict=True), start=1):
        assert row["id"] == str(number)
        assert row["label"] == one_line(node.label).replace('"', "'")
        assert row["description"] == one_line(html.escape(node.title or "", quote=False)).replace('"', "'")
        assert row["weight<Citations>"] == str(node.citation_count)
        assert row["score<Year>"] == ("" if node.year is None else str(node.year))
    assert links == [[str(place), str(place + 1), "1"] for place in range(1, len(NODES))]


def map_rows(nodes: list[ExportNode]) -> list[dict[str, str]]:
    """Return the rows of VOSviewer's map file."""
    text = text_of("map.vos.txt", nodes, [])
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", strict=True))


def test_vosviewer_gets_a_weight_for_every_item_or_no_weight() -> None:
    counted = ExportNode("pmid:1", "A", year=2001, citation_count=0, community=1)
    uncounted = ExportNode("pmid:2", "B", articles=3)

    all_counted, some_counted = [counted, counted._replace(name="pmid:3")], [counted, uncounted]

    of_all = json.loads(text_of("vos.json", all_counted, []))["network"]["items"]
    of_some = json.loads(text_of("vos.json", some_counted, []))["network"]["items"]
    assert [item.get("weights") for item in of_all] == [{"Citations": 0}, {"Citations": 0}]
    assert [item.get("weights") for item in of_some] == [None, None]
    assert [row["weight<Citations>"] for row in map_rows(all_counted)] == ["0", "0"]
    assert list(map_rows(some_counted)[0]) == ["id", "label", "description", "url", "cluster", "score<Year>"]


def test_vosviewer_finds_no_column_that_is_empty_in_every_item() -> None:
    names = [ExportNode("name:ness a", "Ness A", articles=2), ExportNode("name:lie b", "Lie B", articles=1)]

    assert list(map_rows(names)[0]) == ["id", "label", "description", "url", "weight<Articles>"]


def test_unknown_is_absent_and_zero_is_there() -> None:
    node = ExportNode("pmid:1", "L", citation_count=0)

    assert json.loads(text_of("json", [node], []))["nodes"] == [{"id": "pmid:1", "label": "L", "citation_count": 0}]


@pytest.mark.parametrize("form", FORMS)
def test_every_format_can_be_written_of_nothing(form: str) -> None:
    text = "".join(stream(form, [], [], {}))

    if form == "graphml":
        assert len(nx.read_graphml(io.BytesIO(text.encode()))) == 0
    elif form == "gexf":
        assert len(nx.read_gexf(io.BytesIO(text.encode()), version="1.3")) == 0
    elif form == "json":
        assert json.loads(text) == nx.node_link_data(nx.DiGraph(), edges="edges")
    elif form == "cyjs":
        assert len(nx.cytoscape_graph(json.loads(text))) == 0
    elif form == "vos.json":
        assert json.loads(text)["network"] == {"items": [], "links": []}
    elif form == "gml":
        assert len(gml_graph(text)) == 0
    elif form == "net":
        assert text == "*Vertices 0\n*Arcs\n"
    elif form == "dot":
        assert text == "digraph litkb {\n}\n"
    else:
        assert len(text.splitlines()) == (form != "network.vos.txt")


@pytest.mark.parametrize("form", sorted(FORMS))
def test_the_notice_of_made_up_records_stands_in_every_format_that_has_a_place(form: str) -> None:
    text = text_of(form)

    marked = "Synthetic" in text or "synthetic" in text
    assert marked == (form not in ("map.vos.txt", "network.vos.txt"))


def weighted_contents(form: str) -> Contents:
    """Three names, two edges of weights 3 and 1."""
    nodes = columns_of(
        ExportNode(f"name:{key}", key.title(), articles=place) for place, key in enumerate("abc", start=1)
    )
    kind, _ = WEIGHTED["coauthors"]
    first = FORMS[form].first
    a, b, c = ("name:a", "name:b", "name:c") if first is None else map(str, range(first, first + 3))
    return Contents(kind, {"network": "coauthors"}, nodes, [[(a, b, "3"), (b, c, "1")]], size=3)


def weighted_text(form: str) -> str:
    return "".join(FORMS[form].write(weighted_contents(form)))


def weighted_graphs() -> Iterator[tuple[str, Any]]:
    yield "graphml", nx.read_graphml(io.BytesIO(weighted_text("graphml").encode()))
    yield "gexf", nx.read_gexf(io.BytesIO(weighted_text("gexf").encode()), version="1.3")
    yield "json", nx.node_link_graph(json.loads(weighted_text("json")), edges="edges")
    yield "cyjs", nx.cytoscape_graph(json.loads(weighted_text("cyjs")))
    yield "gml", gml_graph(weighted_text("gml"))
    yield (
        "net",
        nx.relabel_nodes(
            nx.parse_pajek(weighted_text("net").partition("\n")[2]), lambda label: label.partition("(")[2][:-1]
        ),
    )


def test_a_weighted_network_is_undirected_and_keeps_its_weights_in_every_format() -> None:
    for form, found in weighted_graphs():
        assert not found.is_directed(), form
        edges = {frozenset((a, b)): values["weight"] for a, b, values in found.edges(data=True)}
        assert edges == {frozenset(("name:a", "name:b")): 3, frozenset(("name:b", "name:c")): 1}, form
    assert '"name:a" -- "name:b" [weight=3];' in weighted_text("dot")
    assert '"name:a","name:b",Undirected,3\r\n' in weighted_text("edges.csv")
    assert '"name:a","name:b",3,WROTE_WITH\r\n' in weighted_text("edges.neo4j.csv")
    assert weighted_text("nodes.neo4j.csv").count(",Name\r\n") == 3
    assert json.loads(weighted_text("vos.json"))["network"]["links"][0]["strength"] == 3
    assert weighted_text("network.vos.txt") == "1\t2\t3\n2\t3\t1\n"
    assert_valid(weighted_text("graphml"), GRAPHML)
    assert_valid(weighted_text("gexf"), GEXF)


def test_docs_name_every_suffix_and_no_other() -> None:
    page = (Path(__file__).parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")
    graphs = page.partition("## Graphs")[2].partition("## Bibliographies")[0]

    suffixes = [line.split("`")[1] for line in graphs.splitlines() if line.startswith("| `.")]
    assert suffixes == list(FORMATS)
    attributes = [line.split("`")[1] for line in graphs.splitlines() if line.startswith("- `")]
    assert attributes == [*KINDS, *CITATIONS.attributes]
