"""A number in a sentence is a value: neither the words around it nor what stands in a value can shift its evidence."""

import pytest

from kb.sentences import Count, Part, count_of, joined, sentence, text_of


def test_a_number_keeps_its_evidence_wherever_it_stands():
    cited, citing, name = count_of(1204, "cited", id=1), count_of(2, "citing"), "{citing} of 7"

    one = sentence("{citing} cite {cited:work}, says {name}.", citing=citing, cited=cited, name=name)
    other = sentence("{name} says: of {cited:work}, {citing}.", citing=citing, cited=cited, name=name)

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
    assert joined("; ", [[], [Part("a")], [], Count(1, "/b").told("work")]) == [
        Part("a; "), Part("1", "/b"), Part(" work"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "form", "said"),
    [
        (1, "work", "1 work"), (1204, "work", "1,204 works"), (1, "entry|entries", "1 entry"),
        (2, "work that cites|works that cite", "2 works that cite"), (87.4, ".0f", "87"), (-9.5, "+,.1f", "-9.5"),
        (0, "", "0"),
    ],
)  # fmt: skip
def test_a_number_is_told_with_its_noun_or_in_a_format(number: float, form: str, said: str):
    told = Count(number, "/x").told(form)

    assert text_of(told) == said
    assert told[0] == (said.partition(" ")[0], "/x")
