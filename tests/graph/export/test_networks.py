"""Networks of what goes together equal their definition; every network comes out in every format."""

import itertools
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from graph.export import networks
from graph.export.export_request import select_works, write_export
from graph.export.networks import NETWORKS, Block, find_pairs, read_pairs, stars_of
from graph.export.write import FORMATS, FORMS, export_network
from graph.run import compute_graph
from kb.database import open_kb
from kb.errors import UsageError
from kb.queries.export.nodes import Scope
from tests.rows import add_article, add_citations, add_work

Having = Mapping[str, set[str]]


def filled(db: sqlite3.Connection) -> sqlite3.Connection:
    """Return db with three held articles; two cite 20 and 30 together, one under a DOI that was merged into 30."""
    add_article(db, 1, names=["Høie M", "Kelly JF"], keywords=["Recovery", "Peers"], source="demonstration")
    add_article(db, 2, names=["Hoie M", "Kelly JF", "Laudet AB"], keywords=["recovery", "Peers"])
    add_article(db, 3, names=["Moos R"], keywords=["Peers"])
    add_citations(db, 1, 20, 30, "ref:kleber-2007-0123456789")
    add_citations(db, 2, 20, "doi:10.1/thirty", 2)
    add_citations(db, 3, 20)
    add_work(db, "doi:10.1/thirty", merged_into=30)
    return db


@pytest.fixture
def field(db: sqlite3.Connection) -> sqlite3.Connection:
    return filled(db)


@pytest.fixture(scope="module")
def computed(empty_kb: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The field with its measures, to be read only."""
    with closing(open_kb(shutil.copy(empty_kb, tmp_path_factory.mktemp("computed")))) as db:
        compute_graph(filled(db))
        yield db


def edges_of(db: sqlite3.Connection, network: str, scope: Scope | None = None, at_least: int = 1) -> dict[str, int]:
    text = "".join(export_network(db, "json", network, scope or Scope(), at_least))
    found = nx.node_link_graph(json.loads(text), edges="edges")
    assert not found.is_directed()
    assert not list(nx.isolates(found))
    return {" + ".join(sorted((a, b))): values["weight"] for a, b, values in found.edges(data=True)}


def test_works_cited_together_are_counted_by_the_works_that_cite_both(field: sqlite3.Connection) -> None:
    assert edges_of(field, "cocitations") == {
        "pmid:20 + pmid:30": 2,
        "pmid:20 + ref:kleber-2007-0123456789": 1,
        "pmid:30 + ref:kleber-2007-0123456789": 1,
    }


def test_works_that_cite_the_same_are_coupled(field: sqlite3.Connection) -> None:
    assert edges_of(field, "couplings") == {"pmid:1 + pmid:2": 2, "pmid:1 + pmid:3": 1, "pmid:2 + pmid:3": 1}


def test_names_are_linked_by_articles_whatever_their_accents(field: sqlite3.Connection) -> None:
    assert edges_of(field, "coauthors") == {
        "name:hoie m + name:kelly jf": 2,
        "name:hoie m + name:laudet ab": 1,
        "name:kelly jf + name:laudet ab": 1,
    }


def test_keywords_are_linked_by_articles_whatever_their_case(field: sqlite3.Connection) -> None:
    assert edges_of(field, "keywords") == {"keyword:peers + keyword:recovery": 2}


def test_a_name_shows_its_most_frequent_form_its_articles_and_who_gave_them(field: sqlite3.Connection) -> None:
    nodes = json.loads("".join(export_network(field, "json", "keywords")))["nodes"]

    assert nodes == [
        {"id": "keyword:peers", "label": "Peers", "source": "pubmed,demonstration", "articles": 3},
        {"id": "keyword:recovery", "label": "Recovery", "source": "pubmed,demonstration", "articles": 2},
    ]


def test_weights_below_the_threshold_and_who_has_no_other_are_left_out(field: sqlite3.Connection) -> None:
    assert edges_of(field, "cocitations", at_least=2) == {"pmid:20 + pmid:30": 2}


def test_a_selection_chooses_the_works_and_follows_what_was_merged(field: sqlite3.Connection) -> None:
    field.execute("create temp table chosen (id integer primary key)")
    field.execute("insert into chosen select id from works where id = 20 or doi = '10.1/thirty' or id in (1, 3)")
    scope = Scope(selected="chosen")

    citations = json.loads("".join(export_network(field, "json", "citations", scope)))

    assert [node["id"] for node in citations["nodes"]] == ["pmid:1", "pmid:3", "pmid:20", "pmid:30"]
    assert sorted((edge["source"], edge["target"]) for edge in citations["edges"]) == [
        ("pmid:1", "pmid:20"), ("pmid:1", "pmid:30"), ("pmid:3", "pmid:20"),
    ]  # fmt: skip
    assert edges_of(field, "cocitations", scope) == {"pmid:20 + pmid:30": 2}
    assert edges_of(field, "couplings", scope) == {"pmid:1 + pmid:3": 1}
    assert edges_of(field, "coauthors", scope) == {"name:hoie m + name:kelly jf": 1}
    text = "".join(export_network(field, "network.vos.txt", "citations", scope))
    assert sorted(text.splitlines()) == ["1\t3\t1", "1\t4\t1", "2\t3\t1"]


def test_what_a_merged_citing_work_cites_counts_once_as_its_successors(field: sqlite3.Connection) -> None:
    add_citations(field, 99, 20, 40, 1, source="icite")
    add_work(field, 99, merged_into=1)

    text = json.loads("".join(export_network(field, "json")))
    arcs = "".join(export_network(field, "net")).partition("*Arcs\n")[2].splitlines()

    of_one = {edge["target"]: edge["sources"] for edge in text["edges"] if edge["source"] == "pmid:1"}
    assert of_one == {
        "pmid:20": "pubmed,icite", "pmid:30": "pubmed", "pmid:40": "icite", "ref:kleber-2007-0123456789": "pubmed",
    }  # fmt: skip
    names = [node["id"] for node in text["nodes"]]
    assert sorted((names[int(a) - 1], names[int(b) - 1]) for a, b, _ in map(str.split, arcs)) == sorted(
        (edge["source"], edge["target"]) for edge in text["edges"]
    )


def test_a_work_that_cites_itself_under_another_name_has_no_such_edge(field: sqlite3.Connection) -> None:
    add_citations(field, 3, "doi:10.1/three")
    add_work(field, "doi:10.1/three", merged_into=3)

    edges = json.loads("".join(export_network(field, "json")))["edges"]
    arcs = "".join(export_network(field, "network.vos.txt")).splitlines()

    assert [edge["target"] for edge in edges if edge["source"] == "pmid:3"] == ["pmid:20"]
    assert len(arcs) == len(edges) == 6


def test_a_work_that_cites_nothing_but_itself_has_no_edge(db: sqlite3.Connection) -> None:
    add_citations(db, 3, "doi:10.1/three")
    add_work(db, "doi:10.1/three", merged_into=3)

    assert [json.loads("".join(export_network(db, "json")))["edges"], edges_of(db, "couplings")] == [[], {}]
    assert "".join(export_network(db, "net", "couplings")).endswith("*Vertices 0\n*Edges\n")


def test_numbers_and_names_tell_the_same_citations_with_the_same_sources(field: sqlite3.Connection) -> None:
    add_citations(field, 1, 20, "doi:10.1/thirty", source="icite")
    add_citations(field, 3, "doi:10.1/x", "doi:10.1/y", source="elink_citedin")

    for merged in (True, False):
        if not merged:
            field.execute("update works set merged_into = null")
        named = nx.node_link_graph(json.loads("".join(export_network(field, "json"))), edges="edges")
        numbered = nx.parse_gml("".join(export_network(field, "gml")), label="name")
        assert {(a, b): values["sources"] for a, b, values in named.edges(data=True)} == {
            (a, b): values["sources"] for a, b, values in numbered.edges(data=True)
        }
        assert named.edges["pmid:1", "pmid:20"]["sources"] == "pubmed,icite"
        assert (named.edges["pmid:1", "pmid:30"]["sources"] == "pubmed,icite") == merged


@st.composite
def incidences(draw: st.DrawFn) -> list[set[int]]:
    return draw(st.lists(st.sets(st.integers(0, 6), max_size=5), max_size=9))


@given(incidences(), st.integers(1, 3), st.integers(1, 30))
def test_pairs_equal_their_definition(having: list[set[int]], at_least: int, block: int) -> None:
    wanted = {
        (one, other): len(having[one] & having[other]) for one, other in itertools.combinations(range(len(having)), 2)
    }
    wanted = {pair: count for pair, count in wanted.items() if count >= at_least}
    linked = sorted(set(itertools.chain.from_iterable(wanted)))
    rows, columns = [r for r, found in enumerate(having) for _ in found], [c for found in having for c in found]
    matrix = sp.csr_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=(len(having), 7))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "PRODUCTS", block)  # so that small inputs are cut into blocks as well
        pairs = find_pairs(matrix, at_least)
        found = [row for part in read_pairs(pairs) for row in zip(*(column.tolist() for column in part), strict=True)]

    assert np.flatnonzero(pairs.linked).tolist() == linked
    assert Counter({(linked[a], linked[b]): weight for a, b, weight in found}) == Counter(wanted)
    assert len(found) == len(wanted)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("suffix", FORMATS)
def test_every_network_comes_out_in_every_format_with_what_its_records_are(
    computed: sqlite3.Connection, tmp_path: Path, suffix: str, network: str
) -> None:
    files = write_export(computed, tmp_path / f"field{suffix}", select_works(computed, network=network))

    text = "".join(path.read_bytes().decode("utf-8") for path in files)
    of_rows_alone = suffix in (".csv", ".neo4j.csv") and network in (
        "cocitations",
        "journals",
    )  # none of these is the demonstration's
    assert "demonstration" in text.lower() or suffix == ".vos.txt" or of_rows_alone


@pytest.mark.parametrize(
    ("network", "counts"),
    [
        ("citations", (6, 6)), ("cocitations", (3, 3)), ("couplings", (3, 3)), ("coauthors", (3, 3)),
        ("keywords", (2, 1)), ("journals", (0, 0)),  # of what is cited no record is held
    ],
)  # fmt: skip
def test_a_network_has_what_it_links_and_the_links(
    computed: sqlite3.Connection, tmp_path: Path, network: str, counts: tuple[int, int]
) -> None:
    [out] = write_export(computed, tmp_path / "field.json", select_works(computed, network=network))

    found = json.loads(out.read_text(encoding="utf-8"))
    assert (len(found["nodes"]), len(found["edges"])) == counts


def test_an_unknown_network_is_refused_with_those_that_there_are(db: sqlite3.Connection) -> None:
    with pytest.raises(UsageError, match="citations, cocitations, couplings, coauthors, keywords, journals"):
        select_works(db, network="friends")


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("form", FORMS)
def test_every_network_of_an_empty_file_can_be_written(db: sqlite3.Connection, form: str, network: str) -> None:
    assert isinstance("".join(export_network(db, form, network)), str)


def test_a_block_without_a_pair_gives_no_star() -> None:
    none = np.array([], dtype=np.int64)

    assert list(stars_of(iter([Block(none, none, none)]), [])) == []
