"""Inline markup and formulas -> text, and HTML that is safe to show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from harvest.markup import marked, text_of
from kb.text import safe_html

MATH = '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">{}</mml:math>'


def read(inner: str) -> etree._Element:
    return etree.fromstring(f"<t>{inner}</t>")


@pytest.mark.parametrize(
    ("inner", "text", "html"),
    [
        ("plain", "plain", None),
        ("10<sup>1</sup>", "10¹", "10<sup>1</sup>"),
        ("CO<sub>2</sub> &amp; C<sub>max</sub>", "CO₂ & Cmax", "CO<sub>2</sub> &amp; C<sub>max</sub>"),
        ("P&lt;0.001 and &gt; 2", "P<0.001 and > 2", None),
        ("<b>a <i>b</i></b> c", "a b c", "<b>a <i>b</i></b> c"),
        ("a <script>x</script><b/>", "a x", "a x<b></b>"),
        ("Bald eagle (<i>Haliaeetus</i>) x", "Bald eagle (Haliaeetus) x", "Bald eagle (<i>Haliaeetus</i>) x"),
        ("&lt;i&gt;x&lt;/i&gt; <u>y</u>", "<i>x</i> y", "&lt;i&gt;x&lt;/i&gt; <u>y</u>"),
    ],
)
def test_text_and_html_say_the_same(inner, text, html):
    assert marked(read(inner)) == (text, html)


@pytest.mark.parametrize("inner", ["", " ", "\u00a0", "<i> </i>", "\n\t"])
def test_nothing_but_blanks_is_no_text(inner):
    assert marked(read(inner)) is None


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (
            "<mml:msub><mml:mrow><mml:mover><mml:mrow><mml:mi>V</mml:mi></mml:mrow><mml:mo>.</mml:mo></mml:mover>"
            "<mml:mi>O</mml:mi></mml:mrow><mml:mrow><mml:mn>2</mml:mn></mml:mrow></mml:msub>",
            "V\u0307O₂",
        ),
        (
            "<mml:mmultiscripts><mml:mi>He</mml:mi><mml:mprescripts/><mml:none/><mml:mn>3</mml:mn></mml:mmultiscripts>",
            "³He",
        ),
        ("<mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup>", "x²"),
        ("<mml:msubsup><mml:mi>x</mml:mi><mml:mn>1</mml:mn><mml:mn>2</mml:mn></mml:msubsup>", "x₁²"),
        (
            "<mml:mfrac><mml:mrow><mml:mi>a</mml:mi><mml:mo>+</mml:mo><mml:mi>b</mml:mi></mml:mrow><mml:mi>c</mml:mi></mml:mfrac>",
            "(a+b)/c",
        ),
        ("<mml:msqrt><mml:mi>x</mml:mi><mml:mo>-</mml:mo><mml:mn>1</mml:mn></mml:msqrt>", "√(x-1)"),
        ("<mml:mroot><mml:mi>x</mml:mi><mml:mn>3</mml:mn></mml:mroot>", "³√x"),
        ("<mml:mfenced><mml:mi>a</mml:mi><mml:mi>b</mml:mi></mml:mfenced>", "(a, b)"),
        ("<mml:mfenced open='[' separators=''><mml:mi>a</mml:mi><mml:mi>b</mml:mi></mml:mfenced>", "[ab)"),
        (
            "<mml:mtable><mml:mtr><mml:mtd><mml:mi>a</mml:mi></mml:mtd><mml:mtd><mml:mi>b</mml:mi></mml:mtd></mml:mtr>"
            "<mml:mtr><mml:mtd><mml:mi>c</mml:mi></mml:mtd></mml:mtr></mml:mtable>",
            "a, b; c",
        ),
        ("<mml:mi>a</mml:mi><mml:mspace/><mml:mphantom><mml:mi>z</mml:mi></mml:mphantom><mml:mi>b</mml:mi>", "a b"),
        ("<mml:semantics><mml:mi>a</mml:mi><mml:annotation>TeX</mml:annotation></mml:semantics>", "a"),
        ("<mml:mi>\n   a\n  </mml:mi><mml:mtext> of </mml:mtext><mml:mi>b</mml:mi>", "a of b"),
        ("<mml:msub/><mml:mfrac/><mml:mmultiscripts/><mml:mover/><mml:mi/>", "/"),
    ],
)
def test_a_formula_is_one_line_that_can_be_read(formula, text):
    assert text_of(read("before " + MATH.format(formula) + " after")) == f"before {text} after"


def test_a_formula_in_marked_text_stands_in_both_forms():
    element = read("<i>x</i> " + MATH.format("<mml:msup><mml:mi>y</mml:mi><mml:mn>2</mml:mn></mml:msup>"))

    assert marked(element) == ("x y²", "<i>x</i> y²")


WORDS = st.text(st.sampled_from("ab<>&\"' é\n₂"), max_size=8)
MARKUP = st.recursive(
    WORDS.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")),
    lambda inner: st.tuples(st.sampled_from(["b", "i", "u", "sub", "sup", "x"]), st.lists(inner, max_size=3)).map(
        lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0]}>"
    ),
    max_leaves=8,
)


@given(MARKUP)
def test_the_html_is_what_the_page_would_show_unchanged(inner):
    found = marked(read(inner))

    if found is not None and found.html is not None:
        assert safe_html(found.html) == found.html
