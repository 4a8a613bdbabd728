"""The sentence of a mark, what is and is not in it, and where in the article it stands."""

import pytest

from harvest.pmc.places import section_kind
from tests.harvest.pmc.jats import full_text, numbered, xref

ONE = numbered(1)
MARK = xref(1)


def sentences(body: str, **parts: str) -> list[str]:
    return [sentence.text for sentence in full_text(body, refs=ONE, **parts).sentences]


def place(body: str, **parts: str) -> tuple[str, str | None, str | None]:
    [sentence] = full_text(body, refs=ONE, **parts).sentences
    return sentence.place, sentence.section_kind, sentence.section


def test_only_sentences_that_cite_are_kept_with_the_place_of_the_mark():
    text = full_text(f"<p>Fog comes. Lamps\n burn [{MARK}] all night. Ships wait.</p>", refs=ONE)

    assert [sentence.text for sentence in text.sentences] == ["Lamps burn [1] all night."]
    assert text.mentions[0][2:] == (12, 1, "1")


def test_a_raised_mark_after_a_full_stop_belongs_to_the_sentence_before():
    assert sentences(f"<p>Lamps burn.<sup>{MARK}</sup> Ships wait.</p>") == ["Lamps burn.¹"]


def test_numbers_right_after_a_word_or_a_full_stop_show_raised_as_publishers_raise_them():
    body = f"<p>Lamps{MARK} burn.{MARK}{MARK} Ships wait. In {xref(1, '2011')} fog [{MARK},{MARK}] came.</p>"

    assert sentences(body) == ["Lamps¹ burn.¹¹", "In 2011 fog [1,1] came."]


def test_no_sentence_ends_inside_a_mark():
    assert sentences(f"<p>Lamps burn ({xref(1, 'Okoro T. Lamps. 2011')}). Ships wait.</p>") == [
        "Lamps burn (Okoro T. Lamps. 2011)."
    ]


def test_a_raised_mark_shows_raised_and_is_kept_as_printed():
    text = full_text(f"<p>Lamps burn.{xref(1, '<sup>1</sup>')}</p>", refs=ONE)

    assert (text.sentences[0].text, text.mentions[0].marker) == ("Lamps burn.¹", "1")


@pytest.mark.parametrize(
    "nested",
    [
        "<fig><caption><p>A legend.</p></caption></fig>",
        "<table-wrap><table><tr><td>a cell</td></tr></table></table-wrap>",
        "<disp-formula><tex-math>x^2</tex-math></disp-formula>",
        "<list><list-item><p>An entry.</p></list-item></list>",
        "<disp-quote><p>A quotation.</p></disp-quote>",
        "<boxed-text><p>A box.</p></boxed-text>",
        "<fn><p>A note.</p></fn>",
    ],
)
def test_what_is_nested_in_a_paragraph_is_no_part_of_its_sentences(nested):
    assert sentences(f"<p>Lamps{nested}burn [{MARK}].</p>") == ["Lamps burn [1]."]


def test_what_is_nested_in_a_paragraph_is_read_by_itself():
    body = f"<p>Lamps burn.<list><list-item><p>Fog [{MARK}] comes.</p></list-item></list> Ships wait.</p>"

    assert sentences(body) == ["Fog [1] comes."]


@pytest.mark.parametrize(
    ("inline", "printed"),
    [
        ("H<sub>2</sub>O", "H₂O"),
        ("10<sup>−2</sup>", "10⁻²"),
        ("<italic>Lampyris</italic>", "Lampyris"),
        ("<alternatives><tex-math>x</tex-math><mml:math><mml:mi>y</mml:mi></mml:math></alternatives>", "y"),
        ("a<inline-graphic/>b", "ab"),
        ("super<?pi x?>vised", "supervised"),
        ("super<!-- x -->vised", "supervised"),
        ("one<break/>two", "one two"),
    ],
)  # fmt: skip
def test_words_of_inline_elements_are_kept_and_code_is_not(inline, printed):
    assert sentences(f"<p>{inline} [{MARK}]</p>") == [f"{printed} [1]"]


def test_a_title_and_a_cell_are_one_sentence_each():
    table = f"<table-wrap><table><tr><td>A. B {MARK}</td></tr></table></table-wrap>"
    body = f"<sec><title>Lamps. And fog {MARK}</title>{table}</sec>"

    assert sentences(body) == ["Lamps. And fog 1", "A. B 1"]


def test_all_marks_of_a_sentence_share_it():
    text = full_text(f"<p>Lamps [{MARK}] burn [{MARK}].</p>", refs=ONE)

    assert [mention.sentence for mention in text.mentions] == [1, 1]


# --- places ---


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("body", f"<p>x {MARK}</p>"),
        ("table", f"<table-wrap><table><tr><th>x {MARK}</th></tr></table></table-wrap>"),
        ("table", f"<table-wrap><table-wrap-foot><fn><p>x {MARK}</p></fn></table-wrap-foot></table-wrap>"),
        ("figure", f"<fig><caption><p>x {MARK}</p></caption></fig>"),
        ("box", f"<boxed-text><p>x {MARK}</p></boxed-text>"),
        ("list", f"<list><list-item><p>x {MARK}</p></list-item></list>"),
        ("list", f"<def-list><def-item><term>x {MARK}</term></def-item></def-list>"),
        ("footnote", f"<p>y<fn><p>x {MARK}</p></fn></p>"),
        ("body", f"<disp-quote><p>x {MARK}</p></disp-quote>"),
        ("supplement", f"<supplementary-material><caption><p>x {MARK}</p></caption></supplementary-material>"),
    ],
)
def test_the_place_of_a_mark_is_told(name, body):
    assert place(body) == (name, None, None)


def test_a_mark_may_stand_before_and_after_the_body():
    assert place("<p>y</p>", meta=f"<abstract><p>x {MARK}</p></abstract>")[0] == "abstract"
    assert place("<p>y</p>", meta=f"<title-group><article-title>x {MARK}</article-title></title-group>")[0] == "title"
    assert place("<p>y</p>", back=f"<app-group><app><title>More</title><p>x {MARK}</p></app></app-group>") == (
        "appendix", None, "More",
    )  # fmt: skip
    assert place("<p>y</p>", back=f"<ack><title>Thanks</title><p>x {MARK}</p></ack>") == ("back", None, "Thanks")
    assert place("<p>y</p>", after=f"<floats-group><fig><caption><p>x {MARK}</p></caption></fig></floats-group>") == (
        "figure", None, None,
    )  # fmt: skip


def test_a_section_is_named_by_the_titles_around_it_and_its_kind_by_the_outermost():
    body = f"<sec><title>2. Methods</title><sec><title>2.1 Oil</title><p>x {MARK}</p></sec></sec>"

    assert place(body) == ("body", "methods", "2. Methods › 2.1 Oil")


def test_a_section_without_a_title_is_none():
    assert place(f"<sec><p>x {MARK}</p></sec>") == ("body", None, None)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Introduction", "introduction"),
        ("1. BACKGROUND", "introduction"),
        ("II. Materials and methods", "methods"),
        ("Patients and Methods", "methods"),
        ("Statistical analysis", "methods"),
        ("3 Results", "results"),
        ("Results and Discussion", "results and discussion"),
        ("Discussion", "discussion"),
        ("Conclusions and outlook", "conclusion"),
        ("Methods of lighting harbours through the ages", None),
        ("Introductory remarks on fog", None),
        ("Harbour lamps", None),
        ("Resulting questions", None),
    ],
)
def test_the_kind_of_a_section_is_told_by_its_title_or_not_at_all(title, kind):
    assert section_kind(title) == kind
