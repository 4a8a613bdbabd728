"""Rows -> what makes studies related: which held article has which reference, citing work, name, keyword, word."""

import re
import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.citation_graph import CitationGraph, citation_counts, is_among, reference_counts
from graph.similarity.sparse_topk import compact
from graph.similarity.stop_words import STOP_WORDS
from kb.queries.citations import (
    Having,
    Ids,
    read_abstracts,
    read_author_names,
    read_citing_labels,
    read_keywords,
    read_mesh_names,
    read_similar_pairs,
    read_titles,
)
from kb.text import fold, words_in

FACTORS: Final = {  # a part of the score -> what one shared feature counts, before its rarity
    "shared_references": 1.0,
    "cited_together": 1.0,
    "shared_authors": 1.0,
    "shared_keywords": 0.8,
    "shared_mesh": 0.5,
    "shared_title_words": 0.4,
    "shared_abstract_words": 0.1,
    "similar_in_pubmed": 0.5,
}
UNIT: Final = 1000  # weights are whole thousandths: sums are exact, whatever their order
COMMON_SHARE: Final = 0.05  # a feature of more articles than this share tells nothing about two of them,
COMMON_FROM: Final = 50  # unless they are this few
COMMON_ABOVE: Final = 1000  # and none of more than this many does; it would cost most of the time
SIMILAR: Final = 20  # first of each of PubMed's lists of similar articles that count

CHECK_TAGS: Final = frozenset({  # NLM's check tags: looked for in every article, they tell no subject
    "Humans", "Animals", "Male", "Female", "Pregnancy", "Infant, Newborn", "Infant", "Child, Preschool", "Child",
    "Adolescent", "Young Adult", "Adult", "Middle Aged", "Aged", "Aged, 80 and over", "Mice", "Rats", "Rabbits",
    "Cats", "Cattle", "Dogs", "Cricetinae", "Guinea Pigs",
})  # fmt: skip

_WORD: Final = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_SHORTEST_WORD: Final = 3


class FeatureMatrix(NamedTuple):
    """One way in which articles are related: which of them have which features, the rarest feature first."""

    measure: str  # the column of related_studies
    having: sp.csr_array  # articles x features, 1 where the article has the feature
    weights: Ids  # of one shared feature, in thousandths, falling; 0: too common to tell anything
    names: Sequence[str]  # what a person calls the feature; empty where it is only counted


class Features(NamedTuple):
    """Features as they were found: article and feature of each place, keys and names of the features."""

    articles: Ids
    features: Ids
    keys: Sequence[Hashable]
    names: Sequence[str]
    shares: NDArray[np.float64] | None = None  # of the weight of its part that each feature has; None: all of it


def build_parts(db: sqlite3.Connection, citations: CitationGraph, held: Ids) -> list[FeatureMatrix]:
    """Return the parts in the order of FACTORS; their rows are the articles of held."""
    size = len(held)
    titles = ((pmid, title_words(title)) for pmid, title in read_titles(db))
    abstracts = ((pmid, words_in(folded)) for pmid, folded in read_abstracts(db))
    return [
        *_link_parts(db, citations, held),
        feature_part("shared_authors", _collected(held, read_author_names(db)), size=size),
        feature_part("shared_keywords", _collected(held, read_keywords(db)), size=size),
        feature_part("shared_mesh", _collected(held, read_mesh_names(db)), size=size, stop_listed=CHECK_TAGS),
        feature_part("shared_title_words", _words(held, titles), size=size),
        _informative_alone(feature_part("shared_abstract_words", _words(held, abstracts), size=size)),
        feature_part("similar_in_pubmed", _similar(held, read_similar_pairs(db, SIMILAR)), size=size),
    ]


def _informative_alone(part: FeatureMatrix) -> FeatureMatrix:
    """Return part without what is too common to weigh anything: of an abstract's words, most."""
    informative = int(np.count_nonzero(part.weights))
    return FeatureMatrix(
        part.measure, part.having[:, :informative], part.weights[:informative], part.names[:informative]
    )


def _similar(held: Ids, rows: Iterable[tuple[int, int, int]]) -> Features:
    """Return each place in one of PubMed's lists as a feature that two articles alone have; the first tells most."""
    places = np.array(list(rows), dtype=np.int64).reshape(-1, 3)
    places = places[np.isin(places[:, :2], held).all(axis=1)]
    articles = np.searchsorted(held, places[:, :2]).ravel()
    shares = (SIMILAR + 1 - places[:, 2]) / SIMILAR
    return Features(articles, np.repeat(np.arange(len(places)), 2), list(map(tuple, places.tolist())), (), shares)


def _link_parts(db: sqlite3.Connection, citations: CitationGraph, held: Ids) -> Iterator[FeatureMatrix]:
    """Yield shared references and works that cite both; how rare these are is seen in the whole graph."""
    place = np.full(len(citations.ids), -1)
    place[np.searchsorted(citations.ids, held)] = np.arange(len(held))
    for measure, ends, features, frequency in (
        ("shared_references", citations.citing, citations.cited, citation_counts(citations)),
        ("cited_together", citations.cited, citations.citing, reference_counts(citations)),
    ):
        inside = place[ends] >= 0
        labels = _short_labels(db, citations.ids) if measure == "cited_together" else ()
        found = Features(place[ends[inside]], features[inside], range(len(citations.ids)), labels)
        population = int(np.count_nonzero(np.bincount(ends)))
        yield feature_part(measure, found, size=len(held), frequency=frequency, population=population)


def _short_labels(db: sqlite3.Connection, ids: Ids) -> list[str]:
    """Return "Vederhus 2020" for the works that cite something, the whole label where two works share the short."""
    rows = list(read_citing_labels(db))
    short = [_short(label, year) for _, label, year in rows]
    often = Counter(short)
    labels = [""] * len(ids)
    for place, (_, label, _), brief in zip(
        np.searchsorted(ids, [row[0] for row in rows]).tolist(), rows, short, strict=True
    ):
        labels[place] = brief if often[brief] == 1 else label
    return labels


def _short(label: str, year: int | None) -> str:
    before, found, _ = label.partition(f" {year} ")
    return f"{before} {year}" if found else label


def _words(held: Ids, texts: Iterable[tuple[int, Iterable[str]]]) -> Features:
    """Return the informative words of texts, each with its article; each different word is looked at once."""
    places = {pmid: place for place, pmid in enumerate(held.tolist())}
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__  # a new word gets the next number
    articles, lengths, features = array("q"), array("q"), array("q")
    for pmid, words in texts:
        if (article := places.get(pmid)) is not None:
            said = set(words)
            features.extend(map(numbers.__getitem__, said))
            articles.append(article)
            lengths.append(len(said))
    names, found = list(numbers), np.array(features, dtype=np.int64)
    kept = np.array([is_informative(name) for name in names], dtype=np.bool_)[found]
    return Features(np.repeat(np.array(articles, dtype=np.int64), lengths)[kept], found[kept], names, names)


def is_informative(word: str) -> bool:
    """Return whether a folded word is no stop word, number or scrap."""
    return len(word) >= _SHORTEST_WORD and word not in STOP_WORDS and not word.isdigit()


def title_words(title: str) -> list[str]:
    """Return the words of a title, folded; one with a hyphen is one word."""
    return _WORD.findall(fold(title))


def _collected(held: Ids, having: Having) -> Features:
    """Return what the held articles have as features."""
    is_held = is_among(having.pmids, held)
    features = np.repeat(np.arange(len(having.keys)), having.lengths)[is_held]
    return Features(np.searchsorted(held, having.pmids[is_held]), features, having.keys, having.names)


def feature_part(
    measure: str,
    found: Features,
    *,
    size: int,
    frequency: Ids | None = None,
    population: int | None = None,
    stop_listed: Collection[str] = (),
) -> FeatureMatrix:
    """Return found as a part of size articles; features that fewer than two of them have are left out.

    frequency is how many works have each feature, population how many have any; both are counted among the
    articles where they are not given. Features whose name is in stop_listed weigh nothing.
    """
    having = sp.csr_array(
        (np.ones(len(found.articles), dtype=np.int32), (found.articles, found.features)),
        shape=(size, len(found.keys)),
    )
    having.sum_duplicates()
    having.data[:] = 1
    counts = np.bincount(having.indices, minlength=len(found.keys))
    frequency = counts if frequency is None else frequency
    population = int(np.count_nonzero(np.diff(having.indptr))) if population is None else population
    shared = np.flatnonzero(counts >= 2)
    weights = rarity(frequency[shared], population, FACTORS[measure])
    if found.shares is not None:
        weights = np.rint(weights * found.shares[shared]).astype(np.int64)
    if stop_listed:
        weights[[found.names[feature] in stop_listed for feature in shared.tolist()]] = 0
    return _rarest_first(measure, having, found, shared, weights)


def rarity(frequency: Ids, population: int, factor: float) -> Ids:
    """Return the weight of features that frequency of population works have, in thousandths.

    factor * ln((population + 1) / (frequency + 1/2)): the probabilistic inverse document frequency of
    Robertson and Sparck Jones (1976), JASIS 27, 129-146, kept above zero. A feature that all have weighs next
    to nothing; a common one (COMMON_SHARE, COMMON_FROM, COMMON_ABOVE) nothing.
    """
    weights = np.rint(UNIT * factor * np.log((population + 1) / (frequency + 0.5))).astype(np.int64)
    common = min(COMMON_ABOVE, max(COMMON_FROM, COMMON_SHARE * population))
    return np.where(frequency > common, 0, np.maximum(weights, 0))


def _rarest_first(measure: str, having: sp.csr_array, found: Features, shared: Ids, weights: Ids) -> FeatureMatrix:
    """Return the part whose columns are the features shared, by falling weight, then by key."""
    keys = found.keys
    ranked = sorted(zip((-weights).tolist(), shared.tolist(), strict=True), key=lambda pair: (pair[0], keys[pair[1]]))
    columns = np.array([feature for _, feature in ranked], dtype=np.int64)
    ordered = compact(sp.csr_array(having[:, columns]))
    ordered.sort_indices()
    names = [found.names[feature] for feature in columns.tolist()] if found.names else []
    return FeatureMatrix(measure, ordered, np.array([-weight for weight, _ in ranked], dtype=np.int64), names)
