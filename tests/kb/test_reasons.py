"""Reasons are made of counts and names, whatever is in a name; their numbers lead to what was counted."""

from typing import Any

import pytest

from kb.reasons import format_names, reason_of, related_reason, suggestion_reason
from kb.sentences import Sentence, text_of

SHARED = (
    "shared_references", "cited_together", "shared_authors", "shared_keywords", "shared_mesh", "shared_title_words",
    "shared_abstract_words", "similar_in_pubmed",
)  # fmt: skip
FIT = ("cited_by", "cites", "co_cited", "coupled", "text_likeness", "similar_rank", "is_retracted")


def related(names: dict[str, list[str]] | None = None, **counts: int) -> dict[str, Any]:
    """Return a row of related_studies."""
    return dict.fromkeys(SHARED, 0) | counts | {"named": format_names(names or {})}


def suggested(names: dict[str, list[str]] | None = None, **values: float) -> dict[str, Any]:
    """Return a row of suggestions."""
    return dict.fromkeys(FIT, 0) | {"similar_rank": None} | values | {"named": format_names(names or {})}


def linked_of(parts: Sentence) -> list[tuple[str, str]]:
    return [(part.text, part.path) for part in parts if part.path]


def test_numbers_of_a_related_study_lead_to_what_the_two_share():
    names = {
        "shared_authors": ["Moos RH"],
        "cited_together": ["Kelly 2004 J", "Doe, a 3 more"],
        "shared_mesh": ["Aged, 80 and over"],
        "shared_title_words": ["self"],
    }
    counts = {"shared_authors": 1, "cited_together": 1096, "shared_references": 3, "shared_mesh": 1}
    row = related(names, **counts, shared_title_words=3, shared_keywords=7, similar_in_pubmed=1)

    parts = related_reason(row, "/{}/{}".format)

    assert (
        text_of(parts)
        == reason_of(row)
        == (
            'shares Moos RH; both cited by Kelly 2004 J, "Doe, a 3 more" and 1,094 more; cites 3 of the same works; '
            "both on \"Aged, 80 and over\"; titles share 'self' and 2 more; PubMed lists one as similar to the other"
        )
    )
    assert linked_of(parts) == [
        ("1,094", "/cited_together/2"), ("3", "/shared_references/0"), ("2", "/shared_title_words/1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "anxiety; depression and 3 more",
        "80, and 7 more",
        'the "big; 9 more" book',
        '5" nails',
        "{rest} of {names}",
        "a\\",
    ],
)
def test_no_sign_in_a_name_shifts_a_number(name: str):
    names = {"shared_keywords": [name], "shared_mesh": [name, "Aged"]}

    parts = related_reason(related(names, shared_keywords=5, shared_mesh=4), "/{}/{}".format)

    assert linked_of(parts) == [("2", "/shared_mesh/2"), ("4", "/shared_keywords/1")]
    assert text_of(parts).count(name.replace('"', "'")) == 2
    fit = suggestion_reason(suggested({"coupled": [name], "text_likeness": [name]}, coupled=2), "/{}".format)
    assert linked_of(fit) == [("2", "/coupled")]
    assert text_of(fit).startswith("cites 2 works that yours cite, most like ")


@pytest.mark.parametrize(
    ("measure", "count", "names", "said"),
    [
        ("shared_authors", 2, ["A B", "C D"], "shares A B and C D"),
        ("cited_together", 9, ["Kelly 2003", "Moos 2008"], "both cited by Kelly 2003, Moos 2008 and 7 more"),
        ("shared_references", 1, [], "cites 1 of the same works"),
        ("shared_references", 0, [], ""),
        ("shared_mesh", 5, [], ""),
        ("shared_mesh", 3, ["Mice, Knockout", "Exons"], 'both on "Mice, Knockout", Exons and 1 more'),
        ("shared_keywords", 1, ["na"], "both have the keyword na"),
        ("shared_keywords", 3, ["na", "norway"], "both have the keywords na, norway and 1 more"),
        ("shared_title_words", 2, ["drug", "step"], "titles share 'drug' and 'step'"),
        ("shared_abstract_words", 2, ["drug", "step"], "abstracts share 'drug' and 'step'"),
        ("similar_in_pubmed", 0, [], ""),
        ("similar_in_pubmed", 1, [], "PubMed lists one as similar to the other"),
        ("similar_in_pubmed", 2, [], "PubMed lists each as similar to the other"),
    ],
)
def test_a_part_names_two_things_and_counts_the_rest(measure: str, count: int, names: list[str], said: str) -> None:
    assert reason_of(related({measure: names}, **{measure: count})) == said


def test_numbers_of_a_suggestion_lead_to_its_parts():
    names = {"coupled": ["Doe 2001 J"], "text_likeness": ["co2", "3d"]}
    row = suggested(names, is_retracted=1, cited_by=1066, cites=9, co_cited=1, coupled=12, similar_rank=3)

    parts = suggestion_reason(row, "/{}".format)

    assert (
        text_of(parts)
        == reason_of(row)
        == (
            "retracted; cited by 1,066 of yours; cites 9 of yours; cited together with yours by 1 work; cites 12 works "
            "that yours cite, most like Doe 2001 J; like yours in words: co2, 3d; PubMed lists it as similar, rank 3"
        )
    )
    assert linked_of(parts) == [
        ("1,066", "/cited_by"), ("9", "/cites"), ("1", "/co_cited"), ("12", "/coupled"), ("3", "/similar_rank"),
    ]  # fmt: skip
