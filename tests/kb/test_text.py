"""Folding, superscripts and safe markup."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text import collapse_spaces, fold, name_key, safe_html, subscript, superscript, without_controls, words_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Høie", "hoie"), ("MÜLLER", "muller"), ("Straße", "strasse"), ("CO₂", "co2"), ("10⁻³", "10-3"),
        ("Łódź", "lodz"), ("œuvre Æ", "oeuvre ae"), ("Þór", "thor"), ("İstanbul ı", "istanbul i"), ("ﬁne", "fine"),
        ("“a”–’b’", "\"a\"-'b'"), ("É", "e"), ("e\u0301", "e"), ("日本", "日本"), ("", ""),
    ],
)  # fmt: skip
def test_the_search_form_has_no_case_no_accents_and_plain_letters(text, expected):
    assert fold(text) == expected


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=20))
def test_case_and_composition_do_not_matter(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


@given(st.text())
def test_folding_takes_all_accents(text):
    assert not [c for c in fold(text) if unicodedata.combining(c)]


def test_equal_looking_names_meet():
    assert name_key("O’Brien  CP") == name_key("O'Brien CP") == "o brien cp"
    assert name_key("Høie M") == "hoie m"
    assert name_key("Weiss R") != name_key("Weiss RD")


@given(st.text(st.characters(max_codepoint=127)))
def test_words_of_ascii_text_are_the_runs_of_letters_and_digits(text):
    assert words_in(text) == words_in(text + "é")[: len(words_in(text))] or text[-1:].isalnum()


def test_words_of_any_script_are_found():
    assert words_in("a_b-c1 é, я") == ["a", "b", "c1", "é", "я"]
    assert words_in("a_b-c1") == ["a", "b", "c1"]


@pytest.mark.parametrize(
    ("printed", "typed"),
    [("CO₂", "CO2"), ("xᵢ and Kₘ", "xi and Km"), ("K_d", "Kd"), ("CD4^(hi)", "CD4hi"), ("e^x", "ex"), ("2½", "2 ½")],
)
def test_what_is_raised_or_lowered_is_found_as_it_is_typed(printed: str, typed: str):
    assert fold(printed) == fold(typed)


@pytest.mark.parametrize("text", ["snake_case", "a ^ b", "mir_21", "_x", "x^", "f_(a, b)"])
def test_other_marks_stay_in_the_search_form(text: str):
    assert fold(text) == text


def test_spaces_and_controls():
    assert collapse_spaces(" a \u00a0\n b ") == "a b"
    assert without_controls("a\x00\x0bb\ud800\uffff\n") == "ab\n"


@pytest.mark.parametrize(
    ("raised", "lowered", "text"),
    [
        ("²⁺", "₂₊", "2+"),
        ("⁻¹", "₋₁", "-1"),
        ("^(a1)", "_(a1)", "a1"),
        ("max", "max", "max"),
        (" ", " ", " "),
        ("", "", ""),
    ],
)
def test_scripts_are_unicode_where_there_are_signs_and_marked_where_digits_would_run_together(raised, lowered, text):
    assert (superscript(text), subscript(text)) == (raised, lowered)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("a <i>b</i>", "a <i>b</i>"),
        ("a <i>b", "a <i>b</i>"),
        ("a</i> b", "a b"),
        ("<b><i>x</b></i>", "<b><i>x</i></b>"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ('<i onclick="x">y</i>', "&lt;i onclick=&quot;x&quot;&gt;y"),
        ("a & b &amp; c &lt; d", "a &amp; b &amp; c &lt; d"),
    ],
)
def test_only_five_tags_are_tags(markup, expected):
    assert safe_html(markup) == expected


@given(st.text(st.sampled_from("<>/bisup&;amplt \"'=x")))
def test_safe_markup_is_balanced_and_stays_as_it_is(markup):
    once = safe_html(markup)

    assert safe_html(once) == once
