"""The demonstration and a made-up field come out in every format, every network of them too, and are read back."""

import csv
import io
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, Final

import bibtexparser
import networkx as nx
import pydot
import pytest
import rispy
from Bio import Medline
from click.testing import CliRunner

from graph.commands.export import export_command
from graph.export.networks import NETWORKS
from graph.export.write import FORMATS
from harvest.rehearsal.demonstration import read_demonstration
from kb.cli import cli
from kb.formats.registry import BIBLIOGRAPHIES

FILES: Final = ("kb.db", "synthetic.db")
UNDIRECTED: Final = (".vos.json", ".vos.txt")  # suffixes of a program that knows no direction
PYDOT: Final = 2_000  # characters that pydot reads fast enough
Size = tuple[int, int]  # how many nodes and edges


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `litkb demo` makes, with a part of its records; what it prints is not looked at here."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kb.commands.demo.read_demonstration", lambda: read_demonstration()[7:11])
        result = CliRunner().invoke(cli, ["demo", str(folder), "--synthetic", "8"])
    assert result.exit_code == 0, result.output
    return folder


def exported(source: Path, out: Path, *arguments: str) -> list[str]:
    """Return the text of the files that an export writes."""
    result = CliRunner().invoke(export_command, [str(source), str(out), *arguments])
    assert result.exception is None, result.exception
    return [Path(line).read_bytes().decode("utf-8") for line in result.stdout.splitlines()]


def rows_of(text: str, **options: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), **options))


def size_of(found: Any) -> Size:
    return found.number_of_nodes(), found.number_of_edges()


def dot_size(text: str) -> Size:
    """Return what pydot reads of a small file; of others, for which it takes seconds, the lines are counted."""
    if len(text) > PYDOT:
        lines = [line for line in text.splitlines() if line.startswith('"')]
        edges = sum(' -> "' in line or ' -- "' in line for line in lines)
        return sum(line.endswith("];") for line in lines if '" [label=' in line), edges
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what pydot's parser still calls by old names
        [found] = pydot.graph_from_dot_data(text) or []
    return len(found.get_nodes()), len(found.get_edges())


def vos_json_size(text: str) -> Size:
    network = json.loads(text)["network"]
    return len(network["items"]), len(network["links"])


READ_GRAPHS: Final[Mapping[str, Callable[..., Size]]] = {
    ".graphml": lambda text: size_of(nx.parse_graphml(text)),
    ".gexf": lambda text: size_of(nx.read_gexf(io.BytesIO(text.encode()), version="1.3")),
    ".net": lambda text: size_of(nx.parse_pajek(text.partition("\n")[2])),
    ".gml": lambda text: size_of(nx.parse_gml(text, label="name")),
    ".dot": dot_size,
    ".json": lambda text: size_of(nx.node_link_graph(json.loads(text), edges="edges")),
    ".cyjs": lambda text: size_of(nx.cytoscape_graph(json.loads(text))),
    ".vos.json": vos_json_size,
    ".csv": lambda nodes, edges: (len(rows_of(nodes)) - 1, len(rows_of(edges)) - 1),
    ".neo4j.csv": lambda nodes, edges: (len(rows_of(nodes)) - 1, len(rows_of(edges)) - 1),
    ".vos.txt": lambda nodes, edges: (len(rows_of(nodes, delimiter="\t")) - 1, len(edges.splitlines())),
}


def nbib_ids(text: str) -> list[str]:
    return [entry["PMID"] for entry in Medline.parse(io.StringIO(text))]


READ_BIBLIOGRAPHIES: Final[Mapping[str, Callable[[str], list[Any]]]] = {
    ".ris": rispy.loads,
    ".bib": lambda text: bibtexparser.parse_string(text).entries,
    ".nbib": nbib_ids,
    ".csl.json": json.loads,
    ".pubmed.csv": lambda text: rows_of(text.removeprefix("\ufeff"))[1:],
    ".jsonl": lambda text: [json.loads(line) for line in text.split("\n") if line],
    ".nlm.txt": lambda text: text.split("\n")[:-1],
    ".apa.txt": lambda text: text.split("\n")[:-1],
    ".vancouver.txt": lambda text: text.split("\n")[:-1],
}


def wanted_sizes(folder: Path) -> Iterator[tuple[str, str, Size]]:
    """Yield the size that each network must have in each format: that of its node-link JSON."""
    for network in NETWORKS:
        text = (folder / f"{network}.json").read_text(encoding="utf-8")
        found = nx.node_link_graph(json.loads(text), edges="edges")
        linked = {frozenset(edge) for edge in found.edges if edge[0] != edge[1]}
        for suffix in FORMATS:
            merges = network == "journals" and suffix in UNDIRECTED
            yield network, suffix, (len(found), len(linked)) if merges else size_of(found)


@pytest.mark.parametrize("name", FILES)
def test_every_network_comes_out_in_every_format_and_is_read_back(made: Path, tmp_path: Path, name: str) -> None:
    read = {
        (network, suffix): READ_GRAPHS[suffix](
            *exported(made / name, tmp_path / f"{network}{suffix}", "--network", network)
        )
        for network, suffix in product(NETWORKS, FORMATS)
    }

    assert read == {(network, suffix): size for network, suffix, size in wanted_sizes(tmp_path)}
    assert all(min(size) for (network, _), size in read.items() if network in ("citations", "coauthors", "journals"))


@pytest.mark.parametrize(("name", "suffix"), list(product(FILES, BIBLIOGRAPHIES)))
def test_every_work_comes_out_in_every_bibliography_and_is_read_back(
    made: Path, tmp_path: Path, name: str, suffix: str
) -> None:
    [text] = exported(made / name, tmp_path / f"out{suffix}")

    [works] = exported(made / name, tmp_path / "works.jsonl")
    pmids = [work["id"] for work in map(json.loads, works.splitlines()) if work["id"] > 0]
    found = READ_BIBLIOGRAPHIES[suffix](text)
    assert len(found) == (len(works.splitlines()) if BIBLIOGRAPHIES[suffix].holds_all else len(pmids))
    assert found
    assert suffix != ".nbib" or set(found) == set(map(str, pmids))
