"""Reasons are sentences whose numbers lead to what was counted."""

import pytest

from graph.similarity.related_reasons import phrase
from graph.similarity.suggestion_reasons import Told
from graph.similarity.suggestion_reasons import suggestion_reason as written
from kb.site.parts.numbers import Part
from kb.site.parts.reasons import related_reason, suggestion_reason


def linked_of(parts: list[Part]) -> list[tuple[str, str]]:
    return [(part.text, part.path) for part in parts if part.path]


def test_numbers_of_a_related_study_lead_to_what_the_two_share():
    reason = (
        'shares Moos RH; both cited by Kelly 2004 Addiction, "Doe, a 3 more" and 94 more; cites 3 of the same works; '
        "both on Aged, 80 and over; titles share 'self' and 2 more"
    )

    parts = related_reason(reason, 1, 2)

    assert "".join(part.text for part in parts) == reason
    assert linked_of(parts) == [
        ("94", "/evidence/related_cited_together?id=1&other=2&named=2"),
        ("3", "/evidence/related_shared_references?id=1&other=2&named=0"),
        ("2", "/evidence/related_shared_title_words?id=1&other=2&named=1"),
    ]


@pytest.mark.parametrize(
    "name", ["anxiety; depression and 3 more", "80, and 7 more", 'the "big; 9 more" book', '5" nails']
)
def test_signs_in_a_name_part_no_reason(name: str):
    reason = "; ".join([phrase("shared_keywords", 5, [name]), phrase("shared_mesh", 4, [name, "Aged"])])

    parts = related_reason(reason, 1, 2)

    assert "".join(part.text for part in parts) == reason
    assert linked_of(parts) == [
        ("4", "/evidence/related_shared_keywords?id=1&other=2&named=1"),
        ("2", "/evidence/related_shared_mesh?id=1&other=2&named=2"),
    ]
    assert linked_of(suggestion_reason(written(Told(0, 0, 0, 2, partner=name)), "/{}".format)) == [("2", "/coupled")]


def test_numbers_of_a_suggestion_lead_to_its_parts():
    reason = (
        "retracted; cited by 1,066 of yours; cites 9 of yours; cited together with yours by 1 work; cites 12 works "
        "that yours cite, most like Doe 2001 J; like yours in words: co2, 3d; PubMed lists it as similar, rank 3"
    )

    parts = suggestion_reason(reason, "/evidence/{}?id=-5".format)

    assert "".join(part.text for part in parts) == reason
    assert linked_of(parts) == [
        ("1,066", "/evidence/cited_by?id=-5"),
        ("9", "/evidence/cites?id=-5"),
        ("1", "/evidence/co_cited?id=-5"),
        ("12", "/evidence/coupled?id=-5"),
        ("3", "/evidence/similar_rank?id=-5"),
    ]
