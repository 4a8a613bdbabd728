"""What to read next: from rows around a list, or of the whole file, to ranked suggestions, with what they share."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple, TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.citation_graph import CitationGraph, adjacency, is_among
from graph.measure import Measure
from graph.run_context import Job
from graph.similarity.ranking import LINK_PARTS, WEIGHTS, Floats, Near, among, best_of, link_parts, scores, whole
from graph.similarity.text_similarity import (
    Texts,
    informative_words,
    likeness,
    profile_of,
    shared_words,
    weighted_texts,
)
from kb.database import snapshot
from kb.queries.citations import Ids
from kb.queries.works import local_neighbourhood
from kb.queries.works.local_neighbourhood import WorkSummary
from kb.reasons import format_names, reason_of
from kb.store.computed import as_columns

STORED: Final = 200  # suggestions of the whole file
LIMIT: Final = 20  # suggestions of a list
POOL: Final = 200  # works that links suggest most, whose words are compared
VOTERS: Final = 1_000  # works that cite the list whose references are read, those that cite most of it first
BASES: Final = 200  # works that the list cites whose citing works are read, likewise
SAMPLE: Final = 50  # texts of the list that are compared with; of a longer list evenly spaced ones
ALIKE: Final = 50  # articles that full-text search adds
ASKED_WORDS: Final = 12  # words that it looks for
SIMILAR: Final = 20  # of PubMed's similar articles of each work, the first so many
NAMED_WORDS: Final = 3
_Number = TypeVar("_Number", bound=np.generic)
PARAMETERS: Final = {"weights": WEIGHTS, "limit": STORED, "pool": POOL, "sample": SAMPLE, "similar": SIMILAR}


@dataclass(frozen=True)
class SuggestionScope:
    """How many suggestions, and of which works: held True, not held False, None either."""

    limit: int = LIMIT
    held: bool | None = None


class Suggestion(NamedTuple):
    """A work to read next: its parts as counts, and what can be named of them."""

    id: int
    rank: int
    score: float
    cited_by: int
    cites: int
    co_cited: int
    coupled: int
    text_likeness: float | None
    similar_rank: int | None
    is_retracted: int  # 1: known to be retracted
    named: str  # JSON, by part: of coupled the one of yours that cites most of the same, of text_likeness words

    @property
    def reason(self) -> str:
        """Why it is suggested, in words."""
        return reason_of(self._asdict())


class Advice(NamedTuple):
    """The list that was asked for, what counts as yours, and what fits it, the best first."""

    asked: list[int]
    yours: list[int]
    found: list[Suggestion]


class Pool(NamedTuple):
    """The works that are looked at closely, in the order of ids, and what is known of them."""

    ids: Ids
    counts: dict[str, Ids]  # of each link part
    strengths: dict[str, Floats]  # of all parts
    similar: dict[int, int]  # work -> best rank in PubMed's lists
    texts: Texts
    profile: Floats  # of the words of yours


def suggestions_for(
    db: sqlite3.Connection, works: Iterable[int], wanted: SuggestionScope = SuggestionScope()
) -> Advice:
    """Return what to read next for a list of works; for a single one, what it cites counts as yours too.

    Merged works are followed. Time grows with the links around the list, not with the file.
    Raises UsageError for a work that nothing names.
    """
    with snapshot(db):
        asked = local_neighbourhood.read_known_works(db, works)
        yours = asked
        if len(asked) == 1:
            yours = np.unique(np.concatenate([asked, local_neighbourhood.read_references_of(db, asked)[1]]))
        found = _ranked(db, read_near(db, yours), yours, wanted)
    return Advice(asked.tolist(), yours.tolist(), found)


def suggestions_for_file(db: sqlite3.Connection, citations: CitationGraph, held: Ids) -> list[Suggestion]:
    """Return what to read next for all that is held: works that are not held."""
    return _ranked(db, whole(citations), held, SuggestionScope(STORED, held=False))


def read_near(db: sqlite3.Connection, yours: Ids) -> Near:
    """Return the graph of what yours cite and are cited by, and one step on from these."""
    forward, backward = local_neighbourhood.read_references_of(db, yours), local_neighbourhood.read_citers_of(db, yours)
    voters = np.union1d(_most_linked(backward[0], VOTERS), yours)
    bases = np.union1d(_most_linked(forward[1], BASES), yours)
    links = (
        forward,
        backward,
        local_neighbourhood.read_references_of(db, voters),
        local_neighbourhood.read_citers_of(db, bases),
    )
    citing, cited = (np.concatenate(ends) for ends in zip(*links, strict=True))
    ids = local_neighbourhood.distinct(np.concatenate([yours, citing, cited]))
    pairs = local_neighbourhood.distinct(np.searchsorted(ids, citing) * len(ids) + np.searchsorted(ids, cited))
    first, second = np.divmod(pairs, len(ids))
    citations = CitationGraph(ids, first[first != second], second[first != second])
    return Near(citations, np.isin(ids, voters), np.isin(ids, bases))


def _most_linked(ends: Ids, limit: int) -> Ids:
    """Return the works that stand most often among ends, ``limit`` at most, ascending."""
    works, counts = np.unique(ends, return_counts=True)
    kept: Ids = works[np.lexsort((works, -counts))[:limit]]
    return np.sort(kept)


def _ranked(db: sqlite3.Connection, near: Near, yours: Ids, wanted: SuggestionScope) -> list[Suggestion]:
    """Return the works that fit yours best, the best first, equal ones by id."""
    pool = read_pool(db, near, yours, wanted)
    total = scores(pool.strengths)
    best = best_of(total, wanted.limit)
    partners = _most_coupled(near, yours, pool.ids[best])
    shown = local_neighbourhood.read_standings(db, [*pool.ids[best].tolist(), *partners.values()])
    return [
        _suggestion(pool, place, rank=rank, score=float(total[place]), partners=partners, shown=shown)
        for rank, place in enumerate(best.tolist(), start=1)
    ]


def read_pool(db: sqlite3.Connection, near: Near, yours: Ids, wanted: SuggestionScope = SuggestionScope()) -> Pool:
    """Return the works that links, PubMed's lists or words bring near yours, with the strength of each part."""
    ids = near.citations.ids
    parts = among(link_parts(near, np.searchsorted(ids, yours)), _is_wanted(db, ids, yours, wanted))
    chosen = ids[best_of(scores(parts.strengths), max(POOL, wanted.limit))]
    similar = local_neighbourhood.read_similar_to(db, yours, SIMILAR)
    sample = yours[np.linspace(0, len(yours) - 1, min(len(yours), SAMPLE)).astype(np.int64)]
    texts = local_neighbourhood.read_texts_of(db, sample)
    alike = local_neighbourhood.read_alike_in_words(db, _frequent_words(texts.values()), ALIKE)
    others = np.array(sorted({*similar, *alike.tolist()}), dtype=np.int64)
    found = np.union1d(chosen, others[_is_wanted(db, others, yours, wanted)])
    compared, profile = _compared(texts | local_neighbourhood.read_texts_of(db, found), sample, found)
    ranks = np.array([similar.get(work, np.inf) for work in found.tolist()], dtype=np.float64)
    counts = {part: _values_of(found, ids, values) for part, values in parts.counts.items()}
    strengths = {part: _values_of(found, ids, values) for part, values in parts.strengths.items()}
    strengths |= {"similar": 1 / ranks, "text_likeness": likeness(compared, profile)}
    return Pool(found, counts, strengths, similar, compared, profile)


def _is_wanted(db: sqlite3.Connection, works: Ids, yours: Ids, wanted: SuggestionScope) -> NDArray[np.bool_]:
    """Return which of works may be suggested."""
    outside: NDArray[np.bool_] = ~is_among(works, np.sort(yours))
    if wanted.held is None:
        return outside
    is_held = is_among(works, np.sort(local_neighbourhood.read_held_among(db, works[outside])))
    return outside & (is_held if wanted.held else ~is_held)


def _values_of(works: Ids, ids: Ids, values: NDArray[_Number]) -> NDArray[_Number]:
    """Return the values of works from those in the order of ids; 0 for a work that is not among ids."""
    found = np.zeros(len(works), dtype=values.dtype)
    inside = is_among(works, ids)
    found[inside] = values[np.searchsorted(ids, works[inside])]
    return found


def _frequent_words(texts: Iterable[str]) -> list[str]:
    """Return the words that most of texts have, and the most often, for full-text search."""
    counts = Counter(chain.from_iterable(informative_words(text) for text in texts))
    return sorted(counts, key=lambda word: (-counts[word], word))[:ASKED_WORDS]


def _compared(texts: dict[int, str], sample: Ids, pool: Ids) -> tuple[Texts, Floats]:
    """Return the texts of pool, and what those of sample have in common."""
    found = weighted_texts([texts.get(work, "") for work in (*sample.tolist(), *pool.tolist())])
    profile = profile_of(found, np.arange(len(sample)))
    return Texts(sp.csr_array(found.vectors[len(sample) :]), found.words), profile


def _suggestion(
    pool: Pool, place: int, *, rank: int, score: float, partners: Mapping[int, int], shown: Mapping[int, WorkSummary]
) -> Suggestion:
    """Return one work with its parts; partners: by work the one of yours that cites most of the same."""
    work = int(pool.ids[place])
    cited_by, cites, co_cited, coupled = (int(pool.counts[part][place]) for part in LINK_PARTS)
    has_words = pool.texts.vectors.indptr[place + 1] > pool.texts.vectors.indptr[place]
    alike = round(float(pool.strengths["text_likeness"][place]), 6) if has_words else None
    words = shared_words(pool.texts, place, pool.profile, NAMED_WORDS)
    partner = [shown[partners[work]].label] if work in partners else []
    return Suggestion(
        work, rank, score, cited_by, cites, co_cited, coupled, alike,
        similar_rank=pool.similar.get(work),
        is_retracted=int(shown[work].retracted),
        named=format_names({"coupled": partner, "text_likeness": words}),
    )  # fmt: skip


def _most_coupled(near: Near, yours: Ids, works: Ids) -> dict[int, int]:
    """Return by work the one of yours that cites most of the same; of equal ones the smallest id."""
    ids = near.citations.ids
    inside = works[is_among(works, ids)]
    matrix = adjacency(near.citations)
    shared = sp.csr_array(matrix[np.searchsorted(ids, inside)] @ matrix[np.searchsorted(ids, yours)].T)
    shared.sort_indices()
    found = {}
    for row, work in enumerate(inside.tolist()):
        low, high = shared.indptr[row], shared.indptr[row + 1]
        if high > low:
            found[work] = int(yours[shared.indices[low + int(np.argmax(shared.data[low:high]))]])
    return found


def _step(job: Job) -> None:
    """Compute and keep the works not held that fit what is held best."""
    field = job.field
    found = job.timed("suggestions", lambda: suggestions_for_file(field.db, field.citations, field.held), **PARAMETERS)
    job.keep_rows("suggestions", "suggestions", [as_columns(Suggestion._fields, found)], found="suggestions")


MEASURES: Final = (
    Measure(
        name="suggestions",
        tables=("suggestions",),
        step=_step,
        tells="what to read next: works cited only that fit this library best",
        paper="Small 1973, Kessler 1963",
        cost="eight passes over m, and the words of a few hundred texts",
    ),
)
