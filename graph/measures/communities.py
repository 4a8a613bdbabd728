"""Which works belong together: communities of the citation graph, and what their articles are about.  (pure)"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from graph.citation_graph import CitationGraph, undirected
from graph.measure import Measure, MeasureCommand
from graph.measures.components import numbered_by_size
from graph.run_context import Field, Job
from graph.similarity.features import CHECK_TAGS, FeatureMatrix
from kb.queries.citations import Ids, read_labels
from kb.store.computed import TableColumns
from kb.text import fold, words_in

RESOLUTION: Final = 1.0  # 1 is modularity as Newman defined it
GAIN: Final = 1e-5  # of modularity, below which a pass ends the search
TERMS: Final = 3  # of a label, at most
TERM_FACTORS: Final = {
    "shared_mesh": 1.0,
    "shared_keywords": 1.0,
    "shared_title_words": 0.6,
}  # kind of term -> its weight

_FEWEST: Final = 2  # articles of a community that a term must be of
_CANDIDATES: Final = 30  # best terms of a community among which its label is sought
_STEM: Final = 6  # letters: words that begin alike tell the same twice
_TELLING: Final = 3  # letters of the shortest word that makes two terms alike
_METHODS: Final = frozenset({  # descriptors of how a study was made; they tell no subject either
    "Case-Control Studies", "Cohort Studies", "Cross-Sectional Studies", "Follow-Up Studies", "Longitudinal Studies",
    "Prospective Studies", "Reproducibility of Results", "Retrospective Studies", "Risk Factors",
    "Surveys and Questionnaires", "Time Factors", "Treatment Outcome",
})  # fmt: skip


class Communities(NamedTuple):
    """The communities of a graph: the number of each work's, in the order of ids; 0: it has none."""

    numbers: Ids
    modularity: float


class _Scored(NamedTuple):
    """A term and how well it tells a community from the others."""

    community: int
    score: float
    name: str


def communities(citations: CitationGraph, resolution: float = RESOLUTION) -> Communities:
    """Return communities that have many citations within and few between them, by the Louvain method.

    Direction, repeated and mutual citations and self-references do not count: two works are linked or not. 1 is
    the largest community; among equally large ones the lower number has the smallest id. Each is connected; a
    work that nothing links with another has none. Works are taken in the order of their ids and nothing is left
    to chance, so the same graph gives the same answer.

    A few passes over the citations: time grows a little faster than their number. Blondel et al. (2008), J Stat
    Mech, P10008; parts without a link between them are separated, for which see Traag et al. (2019), Sci Rep 9, 5233.

    Examples
    --------
    >>> import numpy as np
    >>> apart = CitationGraph(np.array([1, 2, 3, 4, 5, 6]), np.array([1, 3, 4, 4]), np.array([0, 2, 2, 3]))
    >>> communities(apart).numbers.tolist()
    [2, 2, 1, 1, 1, 0]
    """
    from sknetwork.clustering.louvain import Louvain  # half a second that most commands save

    links = undirected(citations)
    linked = np.flatnonzero(np.diff(links.indptr))
    numbers = np.zeros(len(citations.ids), dtype=np.int64)
    if not len(linked):
        return Communities(numbers, 0.0)
    places = np.cumsum(np.diff(links.indptr) > 0, dtype=np.int32) - 1
    parts = links.data, places[links.indices], links.indptr[[*linked, -1]]  # rows and columns left out are empty
    inside = sp.csr_matrix(parts, shape=(len(linked), len(linked)))
    louvain = Louvain(
        resolution, modularity="newman", tol_optimization=GAIN, tol_aggregation=GAIN,
        return_probs=False, return_aggregate=False,
    )  # fmt: skip
    numbers[linked] = numbered_by_size(_connected(links, linked, louvain.fit_predict(inside)))
    return Communities(numbers, modularity(links, numbers))


def _connected(links: sp.csr_array, linked: Ids, labels: Ids) -> Ids:
    """Return labels with every community in which no path leads from one part to the other taken apart."""
    placed = np.full(links.shape[0], -1, dtype=np.int64)
    placed[linked] = labels
    pairs = sp.coo_array(links)
    within = placed[pairs.row] == placed[pairs.col]
    inner = sp.csr_array((pairs.data[within], (pairs.row[within], pairs.col[within])), shape=links.shape)
    parts: Ids = connected_components(inner, directed=False)[1][linked].astype(np.int64)
    return parts


def modularity(links: sp.csr_array, numbers: Ids) -> float:
    """Return the modularity of communities: the share of links within them, less what chance would give.

    Q = sum over communities of (links within / links - (sum of degrees / 2 links)^2); 0 without links. Newman
    (2004), Phys Rev E 69, 066133.
    """
    degrees = np.diff(links.indptr)
    total = float(degrees.sum())
    if not total:
        return 0.0
    pairs = sp.coo_array(links)
    within = np.count_nonzero(numbers[pairs.row] == numbers[pairs.col])
    shares = np.bincount(numbers, weights=degrees) / total
    return within / total - float((shares**2).sum())


def most_linked(citations: CitationGraph, numbers: Ids) -> Ids:
    """Return the place of the work of each community that is linked with most, from the first; equal ones by id."""
    degrees = np.diff(undirected(citations).indptr)
    order = np.lexsort((-degrees, numbers))
    found, firsts = np.unique(numbers[order], return_index=True)
    first_places: Ids = order[firsts[found > 0]]
    return first_places


def community_terms(parts: Sequence[FeatureMatrix], numbers: Ids, limit: int = TERMS) -> dict[int, list[str]]:
    """Return what tells the articles of each community from the others, the most informative first.

    parts are those of graph.similarity.features, numbers the communities of their articles; MeSH descriptors,
    keywords and title words count. A term of the share p of a community's articles and the share q of all others scores
    p * ln(p / q), its part of the Kullback-Leibler divergence (1951, Ann Math Stat 22, 79-86), times the factor
    of its kind; q is estimated with half an article more, so that it is never 0. NLM's check tags, terms of
    fewer than two articles, and terms that share a word with a better one are left out; a community without
    terms is missing.
    """
    scored: dict[int, list[_Scored]] = {}
    for part in parts:
        if part.measure in TERM_FACTORS:
            for term in _scored(part, numbers, TERM_FACTORS[part.measure]):
                scored.setdefault(term.community, []).append(term)
    chosen = {community: _unlike(terms, limit) for community, terms in sorted(scored.items())}
    return {community: terms for community, terms in chosen.items() if terms}


def _scored(part: FeatureMatrix, numbers: Ids, factor: float) -> Iterator[_Scored]:
    """Yield the best terms of one kind of each community, in no order that matters."""
    sizes = np.bincount(numbers)
    places = np.arange(len(numbers))
    member = sp.csr_array((np.ones(len(numbers)), (places, numbers)), shape=(len(numbers), len(sizes)))
    having = sp.coo_array(part.having.T @ member)
    frequency = np.bincount(part.having.indices, minlength=part.having.shape[1])
    here, size = having.data, sizes[having.col]
    there, rest = frequency[having.row] - here, len(numbers) - size
    scores = factor * here / size * np.log(here / size * (rest + 1) / (there + 0.5))
    communities_of = having.col.astype(np.int64)
    more = here * rest > there * size  # than elsewhere; or there is no elsewhere
    informative = np.flatnonzero((here >= _FEWEST) & (communities_of > 0) & (more | (rest == 0)) & (scores > 0))
    best = _best(scores[informative], communities_of[informative])
    for place in informative[best].tolist():
        yield _Scored(int(having.col[place]), float(scores[place]), part.names[having.row[place]])


def _best(scores: NDArray[np.float64], groups: Ids) -> Ids:
    """Return the places of the best scores of each group, all that equal the last one taken with them."""
    order = np.lexsort((-scores, groups))
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    lasts = np.minimum(starts + _CANDIDATES, np.append(starts[1:], len(order))) - 1
    least = np.repeat(scores[order][lasts], np.diff(np.append(starts, len(order))))
    return order[scores[order] >= least]


def _unlike(terms: Collection[_Scored], limit: int) -> list[str]:
    """Return the names of the best terms, no two of which share a word."""
    chosen: list[str] = []
    said: set[str] = set()
    for term in sorted(terms, key=lambda term: (-term.score, term.name)):
        stems = _stems(term.name)
        if len(chosen) < limit and stems and not stems & said and stems not in _MUTE:
            chosen.append(term.name)
            said |= stems
    return chosen


def _stems(name: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in words_in(fold(name)) if len(word) >= _TELLING)


_MUTE: Final = frozenset(map(_stems, CHECK_TAGS | _METHODS))


def format_labels(terms: Mapping[int, Sequence[str]], work_labels: Sequence[str]) -> list[str]:
    """Return the label of each community, from the first: its terms, else the label of a work in it.

    Where several communities have the same terms, the work says which is which.

    Examples
    --------
    >>> labels = format_labels({1: ["Recovery", "aid"], 3: ["Sleep"], 4: ["Sleep"]}, ["A 1", "B 2", "C 3", "D 4"])
    >>> labels
    ['Recovery; aid', 'B 2', 'Sleep (C 3)', 'Sleep (D 4)']
    """
    said = ["; ".join(terms.get(number, ())) for number in range(1, len(work_labels) + 1)]
    often = Counter(said)
    return [
        work if not label else f"{label} ({work})" if often[label] > 1 else label
        for label, work in zip(said, work_labels, strict=True)
    ]


def _step(job: Job) -> None:
    """Compute and keep the communities, and what they are about; leave them for the layouts."""
    citations = job.field.citations
    found = job.timed("communities", lambda: communities(citations), method="louvain", resolution=RESOLUTION, gain=GAIN)
    labels = job.timed("community_labels", lambda: _labels(job.field, found.numbers), terms=TERMS, factors=TERM_FACTORS)
    job.shared["communities"] = found.numbers
    linked = found.numbers > 0
    members = {"id": citations.ids[linked], "community": found.numbers[linked]}
    job.keep_rows("communities", "communities", [members])
    job.keep_rows("communities", "community_labels", [labels], found="communities")


def _labels(field: Field, numbers: Ids) -> TableColumns:
    """Return the communities, the largest first, with what they are about."""
    ids = field.citations.ids
    of_held = numbers[np.searchsorted(ids, field.held)]
    central = ids[most_linked(field.citations, numbers)].tolist()
    names = read_labels(field.db, central)
    found = community_terms(field.parts, of_held)
    labels = format_labels(found, [names[work] for work in central])
    works, held = (np.bincount(of, minlength=len(labels) + 1)[1:].tolist() for of in (numbers, of_held))
    terms = [json.dumps(found.get(number, ()), ensure_ascii=False) for number in range(1, len(labels) + 1)]
    return {"community": range(1, len(labels) + 1), "label": labels, "terms": terms, "works": works, "held": held}


MEASURES: Final = (
    Measure(
        name="communities",
        tables=("communities", "community_labels"),
        step=_step,
        tells="groups of works that cite each other more than the rest, and what each is about",
        paper="Blondel et al. 2008",
        cost="a few passes over m",
        parts=("communities", "community_labels"),
        command=MeasureCommand(
            "communities", "graph.commands.structure:communities_command", "List the communities of DB."
        ),
    ),
)
