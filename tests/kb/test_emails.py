"""E-mail addresses are found however they are written, and what is none stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.emails import affiliation_without_emails, without_emails
from kb.text import LEFT_OUT


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Write to jane.doe+lab@uni-x.example.org.", f"Write to {LEFT_OUT}."),
        ("{jane,john}@example.org", LEFT_OUT),
        ("o'brien@example.co.uk; b@example.org", f"{LEFT_OUT}; {LEFT_OUT}"),
        ("høie＠sørlandet.no", LEFT_OUT),
        (r'{"query": "a\njane@example.org[ad]"}', rf'{{"query": "a\n{LEFT_OUT}[ad]"}}'),
        ("5 mg@0.5 and p@0.05, user@host, twitter.com/@name", "5 mg@0.5 and p@0.05, user@host, twitter.com/@name"),
        (
            "10.1002/1097-0258(1998)17:15<1661::aid-sim968>3.0.co;2-@",
            "10.1002/1097-0258(1998)17:15<1661::aid-sim968>3.0.co;2-@",
        ),
        ("", ""),
    ],
)
def test_an_address_in_text_is_replaced(text: str, left: str) -> None:
    assert without_emails(text) == left


@pytest.mark.parametrize(
    ("affiliation", "left"),
    [
        ("Dept X, Oslo, Norway. Electronic address: jane@example.org.", "Dept X, Oslo, Norway."),
        ("Dept X, Oslo, Norway. jane@example.org", "Dept X, Oslo, Norway."),
        ("Dept X; E-mail: a@b.org, c@d.org; Dept Y.", "Dept X; Dept Y."),
        ("Dept X (jane@example.org), Oslo", "Dept X, Oslo"),
        ("Dept X, Oslo <jane@example.org>", "Dept X, Oslo"),
        ("Dept X. Email address: jane (at) example (dot) org", "Dept X."),
        ("Dept X. jane @example.org", "Dept X."),
        ("jane@example.org", ""),
        ("Dept of E-mail Studies, Oslo. Electronic address: https://example.org.",) * 2,
    ],
)
def test_an_affiliation_loses_its_address_and_the_words_before_it(affiliation: str, left: str) -> None:
    assert affiliation_without_emails(affiliation) == left


@given(st.text(alphabet="ab.@-+'{},;:( )\\n\n", max_size=40))
def test_leaving_out_twice_is_leaving_out_once(text: str) -> None:
    once = without_emails(text)

    assert without_emails(once) == once


def test_a_long_text_without_addresses_is_quick_to_read() -> None:
    sequence = "acgt" * 100_000

    assert without_emails(sequence) == sequence
