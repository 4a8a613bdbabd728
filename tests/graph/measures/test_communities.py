"""Communities are those of the links, numbered by size, and labelled by what tells them apart."""

import itertools
import sqlite3

import networkx as nx
import numpy as np
import pytest
from hypothesis import example, given
from sknetwork.clustering.louvain import Louvain

from graph.citation_graph import CitationGraph, build_citation_graph, to_networkx, undirected
from graph.measures.communities import communities, community_terms, format_labels, modularity, most_linked
from graph.similarity.features import FeatureMatrix, Features, build_parts, feature_part
from kb.queries.citations import Ids, read_held_ids
from tests.graph.measures.test_importance import citation_graphs, graph_of
from tests.rows import add_article, add_citations


def links_of(citations: CitationGraph) -> "nx.Graph[int]":
    """Return the undirected graph, without self-loops, that communities are found in."""
    made = nx.Graph(to_networkx(citations))
    made.remove_edges_from(list(nx.selfloop_edges(made)))
    return made


def members(citations: CitationGraph, numbers: Ids) -> dict[int, set[int]]:
    """Return the ids of each community's works."""
    found: dict[int, set[int]] = {}
    for work, number in zip(citations.ids.tolist(), numbers.tolist(), strict=True):
        if number:
            found.setdefault(number, set()).add(work)
    return found


def planted(sizes: list[int], *, within: float, between: float, seed: int) -> tuple[CitationGraph, list[set[int]]]:
    """Return a graph of groups whose works cite one another with a probability, others with a smaller one."""
    rng = np.random.default_rng(seed)
    ids = rng.permutation(np.arange(1, sum(sizes) + 1)).tolist()
    ends = list(itertools.accumulate(sizes))
    groups = [set(ids[end - size : end]) for end, size in zip(ends, sizes, strict=True)]
    of = {work: number for number, group in enumerate(groups) for work in group}
    pairs = [
        (citing, cited)
        for citing, cited in itertools.combinations(sorted(of), 2)
        if rng.random() < (within if of[citing] == of[cited] else between)
    ]
    return graph_of(ids, pairs), groups


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_communities_are_found_and_numbered_by_size(seed: int) -> None:
    citations, groups = planted([40, 30, 20], within=0.4, between=0.01, seed=seed)

    assert members(citations, communities(citations).numbers) == dict(enumerate(groups, start=1))


@given(citation_graphs())
@example(graph_of([-3, 1, 2, 9], [(1, 2), (2, 1), (1, 1), (9, 9)]))
def test_modularity_equals_networkx(citations: CitationGraph) -> None:
    found = communities(citations)
    links = links_of(citations)
    links.remove_nodes_from(list(nx.isolates(links)))

    parts = list(members(citations, found.numbers).values())
    expected = nx.community.modularity(links, parts) if parts else 0.0
    assert found.modularity == pytest.approx(expected, abs=1e-12)


@given(citation_graphs())
def test_communities_are_connected_numbered_by_size_and_hold_all_linked_works(citations: CitationGraph) -> None:
    parts = members(citations, communities(citations).numbers)
    links = links_of(citations)

    assert set().union(*parts.values()) == {work for work in links if links.degree(work)}
    assert all(nx.is_connected(links.subgraph(part)) for part in parts.values())
    ordered = [parts[number] for number in range(1, len(parts) + 1)]
    assert ordered == sorted(ordered, key=lambda part: (-len(part), min(part)))


@given(citation_graphs())
def test_direction_and_mutual_citations_do_not_count(citations: CitationGraph) -> None:
    turned = citations._replace(citing=citations.cited, cited=citations.citing)
    doubled = citations._replace(
        citing=np.concatenate([citations.citing, citations.cited]),
        cited=np.concatenate([citations.cited, citations.citing]),
    )

    numbers = communities(citations).numbers.tolist()

    assert communities(turned).numbers.tolist() == numbers
    assert communities(doubled).numbers.tolist() == numbers


def test_the_partition_of_the_karate_club_is_near_the_best() -> None:
    """Zachary (1977); the largest modularity there is, 0.4198, is of Brandes et al. (2008), IEEE TKDE 20(2)."""
    club = nx.karate_club_graph()
    citations = graph_of(sorted(club), list(club.edges))

    found = communities(citations)

    assert 0.40 < found.modularity <= 0.4198


def test_parts_without_a_link_between_them_are_two_communities(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Louvain, "fit_predict", lambda _, matrix: np.zeros(matrix.shape[0], dtype=np.int64))

    numbers = communities(graph_of([1, 2, 3, 4, 5, 6], [(2, 1), (3, 6), (4, 3)])).numbers

    assert numbers.tolist() == [2, 2, 1, 1, 0, 1]


def test_the_same_graph_gives_the_same_communities() -> None:
    citations, _ = planted([60] * 5, within=0.1, between=0.05, seed=7)

    answers = {tuple(communities(citations).numbers.tolist()) for _ in range(5)}

    assert len(answers) == 1


def test_a_graph_without_links_has_no_communities() -> None:
    for citations in (graph_of([], []), graph_of([1], []), graph_of([1, 2], [(1, 1)])):
        found = communities(citations)

        assert found.numbers.tolist() == [0] * len(citations.ids)
        assert found.modularity == 0.0
        assert most_linked(citations, found.numbers).tolist() == []


def test_the_graph_is_left_untouched() -> None:
    citations = graph_of([1, 2, 3], [(1, 2), (2, 1), (3, 3)])
    before = [part.tolist() for part in citations]

    communities(citations), undirected(citations), most_linked(citations, np.array([1, 1, 0]))

    assert [part.tolist() for part in citations] == before


def test_modularity_of_one_community_and_of_none() -> None:
    links = undirected(graph_of([1, 2, 3], [(1, 2), (2, 3)]))

    assert modularity(links, np.array([1, 1, 1])) == 0.0
    assert modularity(links, np.array([1, 2, 3])) == pytest.approx(-(1 + 4 + 1) / 16)


def test_the_most_linked_work_of_a_community_is_the_first_among_equals() -> None:
    citations = graph_of([-7, 1, 2, 3, 4, 5], [(1, 2), (3, 2), (3, -7), (4, 5), (5, 4)])

    assert most_linked(citations, np.array([1, 1, 1, 1, 2, 2])).tolist() == [2, 4]


def part_of(measure: str, has: list[set[str]]) -> FeatureMatrix:
    """Return a part in which article n has the features has[n]."""
    names = sorted(set().union(*has))
    rows = [(article, names.index(name)) for article, own in enumerate(has) for name in sorted(own)]
    ends = [np.array([row[end] for row in rows], dtype=np.int64) for end in (0, 1)]
    return feature_part(measure, Features(ends[0], ends[1], names, names), size=len(has))


def test_terms_are_the_ones_that_tell_a_community_from_the_others() -> None:
    has = [{"Alcoholism", "Self-Help Groups"}] * 4 + [{"Alcoholism", "Genomics"}] * 3 + [{"Alcoholism"}]

    terms = community_terms([part_of("shared_mesh", has)], np.array([1, 1, 1, 1, 2, 2, 2, 0]))

    assert terms == {1: ["Self-Help Groups"], 2: ["Genomics"]}


def test_a_term_scores_its_share_times_how_much_more_often_it_is_here() -> None:
    has = [{"rare", "often"}, {"rare", "often"}, {"often", "half"}, {"often", "half"}, {"often"}, {"often"}]

    terms = community_terms([part_of("shared_keywords", has)], np.array([1, 1, 1, 1, 2, 2]))

    # rare and half: 1/2 * ln((1/2) / (0.5/3)), equal, so by name; often is in all, here and there
    assert terms == {1: ["half", "rare"]}


def test_of_terms_that_share_a_word_the_best_stands_and_check_tags_never() -> None:
    has = [{"Humans", "Self-Help Groups", "Risk Factors", "Female"}] * 3 + [{"Male"}] * 3
    keywords = [{"self-help", "humans", "mutual aid"}] * 3 + [{"male"}] * 3
    words = [{"groups", "sponsorship"}] * 3 + [{"male"}] * 3

    terms = community_terms(
        [part_of("shared_keywords", keywords), part_of("shared_mesh", has), part_of("shared_title_words", words)],
        np.array([1, 1, 1, 2, 2, 2]),
    )

    assert terms == {1: ["Self-Help Groups", "mutual aid", "sponsorship"]}


def test_a_term_of_a_single_article_and_parts_of_other_kinds_name_no_community() -> None:
    has = [{"alone"}, {"other", "pair"}, {"pair"}]

    parts = [part_of("shared_mesh", has), part_of("shared_authors", [{"Kelly JF"}] * 3)]

    assert community_terms(parts, np.array([1, 1, 2])) == {}


def test_labels_are_terms_or_that_of_a_work_and_no_two_alike() -> None:
    terms = {2: ["Genomics", "mice"], 3: ["Sleep"], 4: ["Sleep"]}

    labels = format_labels(terms, ["Kelly 2020 Cochrane", "Moos 2006 J", "Weiss 2005 Am J Addict", "Mäkelä 1996"])

    assert labels == [
        "Kelly 2020 Cochrane",
        "Genomics; mice",
        "Sleep (Weiss 2005 Am J Addict)",
        "Sleep (Mäkelä 1996)",
    ]


def test_a_file_gives_its_communities_their_subjects(db: sqlite3.Connection) -> None:
    for first, mesh in ((1, "Self-Help Groups"), (11, "Genomics")):
        for pmid in range(first, first + 4):
            add_article(db, pmid, mesh=["Humans", mesh], title="A study of recovery")
            add_citations(db, pmid, first + 100, first + 101)
    citations = build_citation_graph(db)
    held = read_held_ids(db)
    numbers = communities(citations).numbers[np.searchsorted(citations.ids, held)]

    terms = community_terms(build_parts(db, citations, held), numbers)

    assert {number: names[0] for number, names in terms.items()} == {1: "Self-Help Groups", 2: "Genomics"}
