"""A number in a sentence is a value: neither the words around it nor what stands in a value can shift its evidence."""

import pytest

from kb.sentences import Part, evidence_path, joined, linked_count, linked_number, sentence, text_of


def test_a_number_keeps_its_evidence_wherever_it_stands():
    values = {
        "cited": linked_count(1204, evidence_path("cited", id=1), "work"),
        "citing": linked_number(2, evidence_path("citing")),
        "name": "{citing} of 7",
    }

    one = sentence("{citing} cite {cited}, says {name}.", **values)
    other = sentence("{name} says: of {cited}, {citing}.", **values)

    assert (text_of(one), text_of(other)) == (
        "2 cite 1,204 works, says {citing} of 7.", "{citing} of 7 says: of 1,204 works, 2."
    )  # fmt: skip
    for said in (one, other):
        assert {part.text: part.path for part in said if part.path} == {
            "2": "/evidence/citing", "1,204": "/evidence/cited?id=1"
        }  # fmt: skip


def test_a_value_that_is_missing_is_an_error_and_not_a_gap():
    with pytest.raises(KeyError, match="works"):
        sentence("{works} cite it")


def test_sentences_are_joined_and_empty_ones_passed_over():
    assert joined("; ", [[], [Part("a")], [], linked_count(1, "/b", "work")]) == [
        Part("a; "), Part("1", "/b"), Part(" work"),
    ]  # fmt: skip
