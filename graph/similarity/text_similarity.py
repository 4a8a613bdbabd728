"""How alike texts are in their words: TF-IDF and the cosine.  (pure)

Salton and Buckley (1988), Information Processing and Management 24, 513-523.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.similarity.features import is_informative
from kb.queries.citations import Ids
from kb.text import words_in

_DECIMALS: Final = 9


class Texts(NamedTuple):
    """Texts as rows of length 1, one column a word; a text without words is a row of zeros."""

    vectors: sp.csr_array
    words: list[str]


def informative_words(folded: str) -> list[str]:
    """Return the words of folded text, in their order, without stop words, numbers and scraps.

    Examples
    --------
    >>> informative_words("one size does not fit all: 12 steps")
    ['size', 'fit', 'steps']
    """
    return [word for word in words_in(folded) if is_informative(word)]


def weighted_texts(texts: Iterable[str]) -> Texts:
    """Return folded texts by the weights of their words: (1 + ln count) * ln((texts + 1) / (texts with it + 1/2)).

    Texts without words do not count. Time and memory grow with the number of words.
    """
    counts, words = _counted(texts)
    weights = (1 + np.log(counts.data)) * _rarity(counts)[counts.indices]
    vectors = sp.csr_array((weights, counts.indices, counts.indptr), shape=counts.shape)
    return Texts(_of_length_one(vectors), words)


def _counted(texts: Iterable[str]) -> tuple[sp.csr_array, list[str]]:
    """Return how often each text has each informative word; each different word is looked at once."""
    columns: dict[str, int] = {}  # -1: a word that tells nothing
    words: list[str] = []
    places: list[int] = []
    counts: list[int] = []
    starts = [0]
    for text in texts:
        for word, count in Counter(words_in(text)).items():
            place = columns.get(word)
            if place is None:
                place = columns[word] = len(words) if is_informative(word) else -1
                words += [word] if place >= 0 else []
            if place >= 0:
                places.append(place)
                counts.append(count)
        starts.append(len(places))
    parts = (np.array(counts, dtype=np.float64), np.array(places, dtype=np.int64), np.array(starts, dtype=np.int64))
    return sp.csr_array(parts, shape=(len(starts) - 1, len(words))), words


def _rarity(counts: sp.csr_array) -> NDArray[np.float64]:
    having = np.bincount(counts.indices, minlength=counts.shape[1])
    population = np.count_nonzero(np.diff(counts.indptr))
    rarity: NDArray[np.float64] = np.log((population + 1) / (having + 0.5))
    return rarity


def _of_length_one(vectors: sp.csr_array) -> sp.csr_array:
    lengths = np.sqrt(np.asarray(vectors.power(2).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    data = vectors.data / np.repeat(lengths, np.diff(vectors.indptr))
    return sp.csr_array((data, vectors.indices, vectors.indptr), shape=vectors.shape)


def profile_of(texts: Texts, places: Ids) -> NDArray[np.float64]:
    """Return what the texts at places have in common: their sum, of length 1; zeros where they have no words."""
    profile = np.asarray(texts.vectors[places].sum(axis=0)).ravel()
    length = float(np.sqrt(profile @ profile))
    unit: NDArray[np.float64] = profile / (length or 1.0)
    return unit


def likeness(texts: Texts, profile: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cosine, 0 to 1, of each text with a profile."""
    found: NDArray[np.float64] = np.clip(texts.vectors @ profile, 0.0, 1.0)
    return found


def shared_words(texts: Texts, place: int, profile: NDArray[np.float64], limit: int) -> list[str]:
    """Return the words that most make the text at place like a profile, the strongest first."""
    start, end = texts.vectors.indptr[place : place + 2]
    columns = texts.vectors.indices[start:end]
    shares = np.round(texts.vectors.data[start:end] * profile[columns], _DECIMALS)
    ranked = sorted((-s, texts.words[c]) for s, c in zip(shares.tolist(), columns.tolist(), strict=True) if s > 0)
    return [word for _, word in ranked[:limit]]
