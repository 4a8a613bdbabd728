"""Inline markup and formulas -> text, and HTML that is safe to show."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from harvest.pubmed.inline_text import marked, text_of
from kb.text import safe_html
from tests.builders import element

MATH = '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">{}</mml:math>'


def m(name: str, *parts: str, **attributes: str) -> str:
    return element(f"mml:{name}", "".join(parts), **attributes)


i, n, o = partial(m, "mi"), partial(m, "mn"), partial(m, "mo")


def math(*parts: str) -> str:
    return MATH.format("".join(parts))


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

    assert marked(element) == ("x y²", "<i>x</i> y<sup>2</sup>")


@pytest.mark.parametrize(
    ("inner", "text", "html"),
    [
        ("over " + math(m("msup", n("2"), i("x"))), "over 2^x", "over 2<sup>x</sup>"),
        ("over " + math(m("msub", i("x"), i("i"))), "over xᵢ", "over x<sub>i</sub>"),
        (math(m("mfrac", n("1"), n("2"))), "1/2", None),
        ("2" + math(m("mfrac", n("1"), n("2"))) + " a", "2 1/2 a", None),
        ("<b>2</b>" + math(m("mfrac", n("1"), n("2"))), "2 1/2", "<b>2</b> 1/2"),
        (math(m("msup", i("a"), o("&lt;"))), "a<", "a<sup>&lt;</sup>"),
    ],
)
def test_a_formula_has_the_html_of_its_scripts_and_none_of_other_things(inner, text, html):
    assert marked(read(inner)) == (text, html)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (n("2") + m("mfrac", n("1"), n("2")), "2 1/2"),
        (n("2") + o("\u2064") + m("mfrac", n("1"), n("2")), "2 1/2"),
        (i("x") + m("mfrac", n("1"), n("2")) + i("y"), "x 1/2 y"),
        (m("mfrac", m("mfrac", i("a"), i("b")), i("c")), "(a/b)/c"),
        (o("(") + m("mfrac", i("n"), i("k"), linethickness="0") + o(")"), "C(n,k)"),
        (m("mfenced", m("mfrac", i("n"), i("k"), linethickness="0pt")), "C(n,k)"),
        (m("msup", n("2"), i("x")), "2^x"),
        (m("msup", i("e"), m("mrow", o("-"), i("x"))), "e^(-x)"),
        (m("msup", m("mrow", i("a"), o("+"), i("b")), n("2")), "(a+b)²"),
        (m("msup", m("msup", i("x"), n("2")), n("3")), "(x²)³"),
        (m("msup", n("2"), m("mfrac", n("1"), n("2"))), "2^(1/2)"),
        (m("msup", i("f"), o("′")), "f′"),
        (m("msup", n("45"), o("∘")) + i("C"), "45°C"),
        (m("msub", i("x"), m("mrow", i("i"), o(","), i("j"))), "x_(i,j)"),
        (m("msub", i("K"), i("d")), "K_d"),
        (m("msub", i("V"), i("max")), "Vmax"),
        (m("munderover", o("∑"), m("mrow", i("i"), o("="), n("1")), i("n")) + m("msub", i("x"), i("i")), "∑_(i=1)ⁿxᵢ"),
        (m("munder", i("lim"), m("mrow", i("n"), o("→"), o("∞"))), "lim_(n→∞)"),
        (m("mover", i("x"), o("-")), "x\u0304"),
        (m("mover", i("x"), o("¯")), "x\u0304"),
        (m("mover", m("mrow", i("A"), i("B")), o("¯")), "A\u0305B\u0305"),
        (m("mover", m("msub", i("x"), i("i")), o("¯")), "x\u0304ᵢ"),
        (m("mover", i("p"), o("^")), "p\u0302"),
        (m("mover", m("mrow", i("a"), o("+"), i("b")), o("^")), "(a+b)\u0302"),
        (m("munder", i("x"), o("_")), "x\u0332"),
        (m("mover", m("mover", m("mrow", i("a"), o("+"), i("b")), o("⏞")), i("n")), "(a+b)ⁿ"),
        (m("mover", o("→"), i("k")), "→^k"),
        (m("mroot", i("x"), i("k")), "x^(1/k)"),
        (n("2") + m("mroot", i("x"), n("3")), "2 ³√x"),
        (m("msqrt", n("2")) + i("x"), "√2 x"),
        (m("menclose", i("x"), notation="radical"), "√x"),
        (m("mfrac", m("mover", i("x"), o("¯")), m("msqrt", i("n"))), "x\u0304/(√n)"),
        (i("sin") + i("x"), "sin x"),
        (n("2") + i("log") + n("3"), "2 log 3"),
        (i("f") + o("\u2061") + o("(") + i("x") + o(")"), "f(x)"),
        (
            o("[")
            + m("mtable", m("mtr", m("mtd", i("a")), m("mtd", i("b"))), m("mtr", m("mtd", i("c")), m("mtd", i("d"))))
            + o("]"),
            "[a, b; c, d]",
        ),
        (m("mfenced", i("a"), i("b"), i("c"), i("d"), separators=";,"), "(a; b, c, d)"),
        (m("mmultiscripts", i("C"), m("none"), i("x"), m("mprescripts"), n("6"), n("14")), "₆¹⁴C^x"),
        (m("maction", i("a"), i("b")), "a"),
    ],
)
def test_the_line_of_a_formula_means_what_the_formula_means(formula, text):
    assert text_of(read(math(formula))) == text


def test_a_formula_that_is_only_described_is_its_description():
    assert text_of(read(MATH.format("").replace("<mml:math", "<mml:math alttext='a &lt; b'"))) == "a < b"


@pytest.mark.parametrize(
    "formula",
    [
        m("msup", i("x"), n("2")),
        m("mover", m("msub", i("x"), i("i")), o("¯")),
        m("msup", n("2"), m("mfrac", n("1"), n("2"))),
    ],
)
def test_the_html_of_a_formula_read_again_is_the_same_text(formula):
    found = marked(read(math(formula)))

    assert found is not None
    assert found.html is not None
    assert marked(read(found.html)) == found


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("2<sup>1/2</sup> years", "2 1/2 years"),
        ("2<sup>1</sup>/<sub>2</sub> years", "2 1/2 years"),
        ("<sup>3</sup>/<sub>4</sub> of it", "3/4 of it"),
        ("x<sup>1/2</sup> and 10<sup>1/2</sup>", "x^(1/2) and 10^(1/2)"),
        ("2<sup>x</sup>, e<sup>x</sup>, e<sup>-2x</sup>, R<sup>n</sup>", "2^x, e^x, e^(-2x), Rⁿ"),
        ("x<sup>2<sup>n</sup></sup>", "x^(2ⁿ)"),
        ("the 18<sup>th</sup> and the Lamp<sup>TM</sup>, a<sup>*</sup>", "the 18th and the LampTM, a*"),
        ("<sup>99m</sup>Tc and <sup>18</sup>F", "⁹⁹ᵐTc and ¹⁸F"),
        ("CD4<sup>hi</sup> cells of <i>Lmp</i><sup>fl/fl</sup> mice", "CD4^(hi) cells of Lmp^(fl/fl) mice"),
        ("x<sub>i</sub>, a<sub>i,j</sub>, <i>K</i><sub>d</sub>, V<sub>max</sub>", "xᵢ, a_(i,j), K_d, Vmax"),
        ("<sup>a</sup>Lamp House", "aLamp House"),
        ("ZnCl<sub>2\n </sub> and", "ZnCl₂ and"),
    ],
)
def test_raised_and_lowered_text_keeps_its_meaning_on_one_line(inner, text):
    assert text_of(read(inner)) == text


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
