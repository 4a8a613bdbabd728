"""Structure of two real citation networks, with all that real ones have: self-loops, cycles, mutual citations."""

import gzip
import math
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from graph.citation_graph import CitationGraph, build_citation_graph, to_networkx, undirected
from graph.layout.field_map import MOST, NEAREST, field_map
from graph.measures.big_float import Floats, Scaled, log10_of
from graph.measures.communities import communities
from graph.measures.main_path import MainPaths, main_paths
from graph.measures.path_counts import cycles
from graph.measures.retractions import TIMINGS, Retracted, exposure
from graph.measures.rpys import deviations, spectrum
from graph.run import compute_graph
from kb.database import transaction
from kb.integrity.check import check_kb
from kb.store.citations import save_citations
from tests.kb.test_shortest_paths import shortest_paths
from tests.rows import MOMENT

pytestmark = pytest.mark.real

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "citation-networks"
NETWORKS = ("cit-HepTh", "Pubmed-Diabetes")


def read_lines(name: str) -> Iterator[str]:
    if not FOLDER.is_dir():
        pytest.fail("the real data is not beside the checkout")
    with gzip.open(FOLDER / name, "rt", encoding="utf-8") as lines:
        yield from lines


@cache
def pairs_of(network: str) -> list[tuple[int, int]]:
    """Return (citing, cited) as the file has them, self-loops too."""
    if network == "cit-HepTh":
        rows = (line.split() for line in read_lines("cit-HepTh.txt.gz") if not line.startswith("#"))
    else:
        rows = (re.findall(r"paper:(\d+)", line) for line in read_lines("Pubmed-Diabetes.DIRECTED.cites.tab.gz"))
    return [(int(row[0]), int(row[1])) for row in rows if len(row) == 2]


@cache
def network_of(name: str) -> CitationGraph:
    pairs = np.unique(np.array(pairs_of(name)), axis=0)
    ids, places = np.unique(pairs, return_inverse=True)
    places = places.reshape(-1, 2)
    other = places[:, 0] != places[:, 1]
    return CitationGraph(ids, places[other, 0], places[other, 1])


@cache
def years_of_hepth() -> Floats:
    """Return the years of submission; more than half of the works have none. Prefix 11: cross-listed papers."""
    dates = dict(line.split() for line in read_lines("cit-HepTh-dates.txt.gz") if line[0].isdigit())
    years = {int(number): int(date[:4]) for number, date in dates.items()}
    return np.array([years.get(work, np.nan) for work in network_of("cit-HepTh").ids.tolist()])


@cache
def found_in(name: str) -> MainPaths:
    return main_paths(network_of(name))


@pytest.fixture(params=NETWORKS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def exact_of(numbers: Scaled) -> list[Fraction]:
    return [Fraction(m) * Fraction(2) ** e for m, e in zip(*(part.tolist() for part in numbers), strict=True)]


class Exact:
    """Search path counts and the best sums of them, in integers, over the condensed graph of networkx."""

    def __init__(self, citations: CitationGraph) -> None:
        made = to_networkx(citations)
        condensed = nx.condensation(made)
        stop = condensed.graph["mapping"]
        ends = [(stop[b], stop[a]) for a, b in zip(*(citations.ids[e].tolist() for e in citations[1:]), strict=True)]
        self.ends = {place: pair for place, pair in enumerate(ends) if pair[0] != pair[1]}
        often = Counter(self.ends.values())
        order = list(nx.topological_sort(condensed))  # from the citing to the cited
        self.here, self.on = dict.fromkeys(order, 0), dict.fromkeys(order, 0)
        for at in reversed(order):
            self.here[at] = sum(self.here[b] * often[b, at] for b in condensed.successors(at)) or 1
        for at in order:
            self.on[at] = sum(self.on[a] * often[at, a] for a in condensed.predecessors(at)) or 1
        self.best = dict.fromkeys(order, 0)
        for at in order:
            self.best[at] = max((self.count(at, a) + self.best[a] for a in condensed.predecessors(at)), default=0)
        self.starts = [at for at in order if not list(condensed.successors(at))]

    def count(self, cited: int, citing: int) -> int:
        return self.here[cited] * self.on[citing]


@cache
def exact(name: str) -> Exact:
    return Exact(network_of(name))


def test_search_path_counts_equal_big_integers(name: str) -> None:
    counts, by_hand = found_in(name).counts, exact(name)

    places = counts.stops.places.tolist()
    assert sorted(places) == sorted(by_hand.ends)
    for place, count in zip(places, exact_of(counts.weights), strict=True):
        assert abs(count / by_hand.count(*by_hand.ends[place]) - 1) < 1e-9
    total = sum(by_hand.on[at] for at in by_hand.starts)
    assert float(log10_of(counts.total)[0]) == pytest.approx(math.log10(total), abs=1e-9)


def test_the_main_path_has_the_largest_sum_and_key_routes_the_largest_counts(name: str) -> None:
    found, by_hand = found_in(name), exact(name)

    counts = [by_hand.count(*by_hand.ends[place]) for place in found.main.tolist()]
    assert abs(Fraction(sum(counts), max(by_hand.best[at] for at in by_hand.starts)) - 1) < 1e-9
    for path in (found.main, *found.routes):
        ends = [by_hand.ends[place] for place in path.tolist()]
        assert [citing for _, citing in ends[:-1]] == [cited for cited, _ in ends[1:]]
    most = max(by_hand.count(*pair) for pair in by_hand.ends.values())
    assert most in [by_hand.count(*by_hand.ends[place]) for place in found.routes[0].tolist()]


@pytest.mark.parametrize(("name", "many", "largest"), [("cit-HepTh", 119, 7464), ("Pubmed-Diabetes", 11, 2)])
def test_cycles_are_those_of_networkx(name: str, many: int, largest: int) -> None:
    citations = network_of(name)
    parts = [part for part in nx.strongly_connected_components(to_networkx(citations)) if len(part) > 1]

    found = cycles(citations)

    assert (int(found.max()), int((found == 1).sum())) == (many, largest) == (len(parts), max(map(len, parts)))
    assert set(citations.ids[found == 1].tolist()) in parts


def test_shortest_paths_are_as_long_as_those_of_networkx(name: str) -> None:
    citations = network_of(name)
    made = to_networkx(citations)
    rng = np.random.default_rng(1)

    for start, end in rng.choice(citations.ids, (40, 2)).tolist():
        found = shortest_paths(citations, start, end, most=5)
        expected = nx.shortest_path_length(made, start, end) if nx.has_path(made, start, end) else None
        assert found.length == expected
        for path in found.paths:
            assert nx.is_path(made, path)
            assert (path[0], path[-1], len(path)) == (start, end, found.length + 1)


def test_the_spectrum_says_of_how_many_references_the_year_is_not_known() -> None:
    citations, years = network_of("cit-HepTh"), years_of_hepth()
    often = Counter(years[citations.cited].tolist())

    known, unknown, behind = spectrum(citations, years)

    assert unknown.references > known.references.sum() > 50_000
    assert known.references.sum() + unknown.references == len(citations.cited)
    assert known.references.tolist() == [often[year] for year in known.years.tolist()]
    np.testing.assert_array_equal(known.deviation, deviations(known.references))
    assert all(years[place] == year for year, works in behind.items() for place, _ in works)


def test_exposure_is_who_cites_and_who_cites_those(name: str) -> None:
    citations = network_of(name)
    years = years_of_hepth() if name == "cit-HepTh" else np.full(len(citations.ids), np.nan)
    made = to_networkx(citations)
    retracted = [Retracted(work, 1999) for work in citations.ids[:: len(citations.ids) // 20].tolist()]

    found = exposure(citations, years, retracted)

    got = list(zip(found.retracted.tolist(), citations.ids[found.works].tolist(), found.steps.tolist(), strict=True))
    expected = []
    for place, article in enumerate(retracted):
        direct = set(made.predecessors(article.id))
        second = {work for near in direct for work in made.predecessors(near)} - direct - {article.id}
        expected += [(place, work, 1) for work in sorted(direct)] + [(place, work, 2) for work in sorted(second)]
    assert got == expected
    assert {TIMINGS[timing] for timing in found.timing[np.isnan(years[found.works])].tolist()} == {"unknown"}


def test_the_map_shows_communities_apart_and_no_work_on_another(name: str) -> None:
    citations = network_of(name)
    numbers = communities(citations).numbers

    places = field_map(citations, np.full(len(citations.ids), np.nan), numbers)

    on = np.flatnonzero(~np.isnan(places.x))
    apart = np.hypot(places.x[on][:, None] - places.x[on], places.y[on][:, None] - places.y[on])
    np.fill_diagonal(apart, np.nan)
    linked = undirected(citations)[on][:, on].toarray() > 0
    same = numbers[on][:, None] == numbers[on]
    assert 0.9 * MOST < len(on) <= MOST
    assert np.nanmin(apart) > 0.9 * NEAREST
    assert np.nanmean(apart[linked]) < 0.75 * np.nanmean(apart[~linked])
    assert np.nanmean(apart[same]) < 0.6 * np.nanmean(apart[~same])
    assert np.take_along_axis(same, np.argsort(apart, axis=1)[:, :3], axis=1).mean() > 0.8


def test_a_real_network_is_stored_with_its_structure_and_the_file_is_sound(db: sqlite3.Connection) -> None:
    pairs = pairs_of("Pubmed-Diabetes")
    works = {work for pair in pairs for work in pair}
    said = {(citing, cited, source) for citing, cited in pairs for source in (1, 5) if citing != cited}
    with transaction(db):
        db.executemany("insert into works (id, label) values (?, ?)", ((work, f"PMID {work}") for work in works))
        save_citations(db, [(*one, MOMENT) for one in said])  # each by two sources

    summary = compute_graph(db)

    assert build_citation_graph(db).citing.tolist() == network_of("Pubmed-Diabetes").citing.tolist()
    assert summary.found["works on cycles"] == 22
    [(length,)] = db.execute("select count(*) from main_path where path = 'main'")
    assert length == len(found_in("Pubmed-Diabetes").main)
    assert check_kb(db) == []
