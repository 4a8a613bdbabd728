"""Likeness in words: the cosine of weighted words, as its definition gives it."""

import math
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.similarity.text_similarity import informative_words, likeness, profile_of, shared_words, weighted_texts

WORDS = ["alpha", "beta", "gamma", "delta", "study", "12", "ox"]  # the last three tell nothing


def by_definition(texts: list[str], yours: list[int]) -> list[float]:
    """Return the cosines by dictionaries."""
    counted = [Counter(w for w in text.split() if w in WORDS[:4]) for text in texts]
    population = sum(1 for words in counted if words)
    having = Counter(word for words in counted for word in words)
    vectors = []
    for words in counted:
        row = {w: (1 + math.log(n)) * math.log((population + 1) / (having[w] + 0.5)) for w, n in words.items()}
        length = math.sqrt(sum(value**2 for value in row.values())) or 1
        vectors.append({word: value / length for word, value in row.items()})
    profile: Counter[str] = Counter()
    for place in yours:
        for word, value in vectors[place].items():
            profile[word] += value  # type: ignore[assignment]  # weights, not whole numbers
    length = math.sqrt(sum(value**2 for value in profile.values())) or 1
    return [sum(value * profile[word] for word, value in row.items()) / length for row in vectors]


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), min_size=1, max_size=6), st.data())
def test_likeness_equals_its_definition(texts: list[str], data: st.DataObject) -> None:
    yours = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, unique=True))

    found = weighted_texts(texts)

    assert np.allclose(likeness(found, profile_of(found, np.array(yours))), by_definition(texts, yours))


def test_texts_without_words_are_like_nothing() -> None:
    found = weighted_texts(["", "the study of 12", "recovery"])

    assert likeness(found, profile_of(found, np.array([0, 1]))).tolist() == [0.0, 0.0, 0.0]


def test_the_words_that_tell_most_are_named_first() -> None:
    found = weighted_texts(["recovery norway", "recovery norway sponsor", "recovery group", "recovery", "other"])

    assert shared_words(found, 1, profile_of(found, np.array([0])), 3) == ["norway", "recovery"]


def test_words_of_grammar_numbers_and_months_tell_nothing() -> None:
    said = "than all had been may december sept whether nobody's recovery couldn't twelve lamps"

    assert informative_words(said) == ["recovery", "lamps"]
