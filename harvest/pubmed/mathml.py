"""MathML -> one line of text in which only sup and sub are elements: V̇O_(2max), ³He, (a+b)/c, 2 1/2, C(n,k), x̄."""

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Final

from lxml import etree
from lxml.etree import _Element

NAMESPACE: Final = "{http://www.w3.org/1998/Math/MathML}"

_OVER: Final = {
    ".": "\u0307", "˙": "\u0307", "·": "\u0307", "⋅": "\u0307", "¨": "\u0308", "..": "\u0308", "…": "\u20db",
    "^": "\u0302", "ˆ": "\u0302", "∧": "\u0302", "~": "\u0303", "˜": "\u0303", "∼": "\u0303", "ˇ": "\u030c",
    "∨": "\u030c", "˘": "\u0306", "`": "\u0300", "´": "\u0301", "˚": "\u030a", "→": "\u20d7", "\u20d7": "\u20d7",
    "⇀": "\u20d7", "←": "\u20d6", "↔": "\u20e1",
}  # fmt: skip
_UNDER: Final = {"~": "\u0330", "˜": "\u0330", "∼": "\u0330", ".": "\u0323"}
_BARS: Final = frozenset("¯‾ˉ_-−–—―⎯￣\u0304\u0305\u0332")  # as writers of MathML draw a line over or under a letter
_BRACES: Final = frozenset("⏞⏟⏜⏝⎴⎵︷︸︵︶")
_PRIMES: Final = frozenset("′″‴'’*∗⋆†‡°")
_UNSEEN: Final = {"\u2061": "", "\u2062": "", "\u2063": ",", "\u2064": " "}  # apply, times, comma, plus
_SILENT: Final = frozenset({"annotation", "annotation-xml", "mphantom", "none", "mprescripts"})
_ROWS: Final = frozenset({"mrow", "mstyle", "mpadded", "semantics", "merror"})
_TAG: Final = re.compile(r"<[^<>]*>")
_ATOM: Final = re.compile(r"[\w.\u0300-\u036f\u20d0-\u20f0]*|.|[^\W\d_]*\([^()]*\)")  # needs no brackets around it
_LINES: Final = {"\u0304": "\u0305", "\u0332": "\u0332"}  # for one letter: for several, over which they join
_FIRST_LETTER: Final = re.compile(r"((?:&\w+;|.?)[\u0300-\u036f\u20d0-\u20f0]*)(.*)", re.DOTALL)
_INDEX: Final = re.compile("[0-9n]+")
_NO_LINE: Final = re.compile(r"0+(?:\.0+)?(?:[a-z]+|%)?")
_ENDS: Final = re.compile(r"[\w)\]]")
_BEGINS: Final = re.compile(r"[\w(\[√]")


def formula(math: _Element, before: str) -> _Element:
    """Return an element that says what a formula says after the text before; its only elements are sup and sub."""
    markup = _markup(math) or escape(math.get("alttext", ""))
    gap = " " if before[-1:].isdecimal() and markup[:1].isdecimal() else ""  # 2½
    return etree.fromstring(f"<math>{gap}{markup}</math>")


def _markup(math: _Element) -> str:
    """Return a formula as markup; what has no rule of its own is its parts, one after another."""
    name = _name(math)
    if name in _SILENT:
        return ""
    rule = _RULES.get(name)
    if rule is not None:
        return rule(math)
    return _row(math) if len(math) else _token(math)


def _name(math: _Element) -> str:
    return str(math.tag).rpartition("}")[2]


def _parts(math: _Element) -> list[_Element]:
    return [part for part in math if isinstance(part.tag, str)]


def _markups(math: _Element, least: int) -> list[str]:
    """Return the parts of a formula, and empty ones up to the number that it must have."""
    found = [_markup(part) for part in _parts(math)]
    return found + [""] * (least - len(found))


def _text(markup: str) -> str:
    return unescape(_TAG.sub("", markup))


def _token(math: _Element) -> str:
    """Return the text of a token; only in mtext is a blank at its ends meant to be seen."""
    text = " ".join((math.text or math.get("alt") or "").split("\n"))
    if _name(math) == "mtext":
        return escape(text.replace("\u00a0", " "))
    return escape("".join(_UNSEEN.get(c, c) for c in text.strip()))


def _core(math: _Element) -> _Element:
    """Return the one thing that a row has in it; else the row."""
    while _name(math) in _ROWS and len(parts := [part for part in _parts(math) if _name(part) not in _SILENT]) == 1:
        math = parts[0]
    return math


# --- one thing beside another


def _row(math: _Element) -> str:
    """Return parts side by side: a blank keeps fractions, roots and names of functions off what is around them."""
    found, before = "", ""
    for part in _parts(math):
        markup, kind = _markup(part), _kind(part)
        if kind == "binomial" and found.endswith("("):
            found = found[:-1]
        elif before == "binomial" and markup.startswith(")"):
            markup = markup[1:]
        if _is_apart(before, kind, found, markup):
            found += " "
        found, before = found + markup, kind if markup else before
    return found


def _kind(math: _Element) -> str:
    core = _core(math)
    name = _name(core)
    if name == "mfrac":
        return "binomial" if _is_binomial(core) else "fraction"
    if name == "mi" and len((core.text or "").strip()) > 1:
        return "function"
    has_scripts_before = name == "mmultiscripts" and core.find("{*}mprescripts") is not None
    return "root" if name in ("msqrt", "mroot") else "prescript" if has_scripts_before else name


def _is_apart(before: str, kind: str, found: str, markup: str) -> bool:
    left, right = _text(found)[-1:], _text(markup)[:1]
    if "fraction" in (before, kind):
        return bool(_ENDS.fullmatch(left) and _BEGINS.fullmatch(right))
    is_apart = before in ("function", "root") or kind in ("function", "root", "prescript")
    return is_apart and left.isalnum() and (right.isalnum() or (kind == "root" and right != "√"))


def _group(markup: str) -> str:
    return markup if _ATOM.fullmatch(_text(markup)) else f"({markup})"


def _base(markup: str, end: str) -> str:
    """Return what a script is put on: in brackets where the script would be taken for that of its last letter."""
    return f"({markup})" if markup.endswith(end) else _group(markup)


# --- scripts


def _raised(base: str, script: str) -> str:
    text = _text(script)
    if not text:
        return base
    if all(c in _PRIMES for c in text) or text == "∘":
        return base + script.replace("∘", "°")
    if "/" in text:  # a power, not the fraction of a mixed number
        script = f"({script})"
    return f"{_base(base, '</sup>')}<sup>{script}</sup>"


def _lowered(base: str, script: str) -> str:
    return f"{_base(base, '</sub>')}<sub>{script}</sub>" if script else base


def _sup(math: _Element) -> str:
    base, script, *_ = _markups(math, 2)
    return _raised(base, script)


def _sub(math: _Element) -> str:
    base, script, *_ = _markups(math, 2)
    return _lowered(base, script)


def _sub_sup(math: _Element) -> str:
    base, lower, upper, *_ = _markups(math, 3)
    return _raised_too(_lowered(base, lower), upper)


def _raised_too(lowered: str, script: str) -> str:
    """Return a base that has its lower script with the upper one beside it."""
    raised = _raised("x", script)
    return lowered + raised[1:] if raised.startswith("x") else lowered


def _multiscripts(math: _Element) -> str:
    """Return a base with its scripts; those after mprescripts stand before it, as in ³He."""
    base, *scripts = _parts(math) or [math]
    names = [_name(script) for script in scripts]
    middle = names.index("mprescripts") if "mprescripts" in names else len(names)
    after = _pairs([_markup(script) for script in scripts[:middle]])
    before = _pairs([_markup(script) for script in scripts[middle + 1 :]])
    return before + (_base(_markup(base), "</sup>") if base is not math else "") + after


def _pairs(scripts: list[str]) -> str:
    """Return pairs of a lower and an upper script."""
    lower, upper = "".join(scripts[0::2]), "".join(scripts[1::2])
    return _raised_too(f"<sub>{lower}</sub>" if lower else "", upper)


# --- above and below


def _over(math: _Element) -> str:
    base, mark, *_ = _markups(math, 2)
    return _accented(base, mark, _OVER, "\u0304") or _raised(base, mark)


def _under(math: _Element) -> str:
    base, mark, *_ = _markups(math, 2)
    return _accented(base, mark, _UNDER, "\u0332") or _lowered(base, mark)


def _under_over(math: _Element) -> str:
    base, lower, upper, *_ = _markups(math, 3)
    lowered = _accented(base, lower, _UNDER, "\u0332") or _lowered(base, lower)
    return _accented(lowered, upper, _OVER, "\u0304") or _raised_too(lowered, upper)


def _accented(base: str, mark: str, accents: dict[str, str], bar: str) -> str | None:
    """Return the base with its accent; None where what stands above or below it is none."""
    sign = unescape(mark).strip()
    if not base or not sign or sign in _BRACES:
        return base or mark
    is_bar = sign[0] in _BARS and len(set(sign)) == 1
    accent = bar if is_bar else accents.get(sign)
    if accent is None:
        return None
    letter, rest = _FIRST_LETTER.fullmatch(base).groups()  # type: ignore[union-attr]  # it matches anything
    if not rest or rest.startswith("<sub>"):
        return f"{letter}{accent}{rest}"
    if is_bar and "<" not in base:
        return "".join(f"{escape(c)}{_LINES[bar]}" for c in unescape(base))
    return f"({base}){accent}"


# --- fractions, roots, brackets, tables


def _is_binomial(math: _Element) -> bool:
    return _NO_LINE.fullmatch(math.get("linethickness", "")) is not None


def _fraction(math: _Element) -> str:
    above, below, *_ = _markups(math, 2)
    return f"C({above},{below})" if _is_binomial(math) else f"{_group(above)}/{_group(below)}"


def _square_root(math: _Element) -> str:
    return f"√{_group(_row(math))}"


def _root(math: _Element) -> str:
    base, index, *_ = _markups(math, 2)
    if _INDEX.fullmatch(index):
        return f"<sup>{index}</sup>√{_group(base)}"
    return f"{_base(base, '</sup>')}<sup>(1/{_group(index)})</sup>"


def _enclosed(math: _Element) -> str:
    return _square_root(math) if "radical" in math.get("notation", "longdiv").split() else _row(math)


def _fenced(math: _Element) -> str:
    parts = _parts(math)
    if len(parts) == 1 and _kind(parts[0]) == "binomial":
        return _markup(parts[0])
    signs = "".join(math.get("separators", ",").split())
    inner = ""
    for n, part in enumerate(parts):
        inner += (f"{escape(signs[min(n, len(signs)) - 1])} " if n and signs else "") + _markup(part)
    return f"{escape(math.get('open', '('))}{inner}{escape(math.get('close', ')'))}"


def _table(math: _Element) -> str:
    return "; ".join(_markups(math, 0))


def _table_row(math: _Element) -> str:
    return ", ".join(_markups(math, 0))


def _first(math: _Element) -> str:
    return next(iter(_markups(math, 0)), "")


_RULES: Final[dict[str, Callable[[_Element], str]]] = {
    "mspace": lambda _: " ",
    "msup": _sup,
    "msub": _sub,
    "msubsup": _sub_sup,
    "mmultiscripts": _multiscripts,
    "mover": _over,
    "munder": _under,
    "munderover": _under_over,
    "mfrac": _fraction,
    "msqrt": _square_root,
    "mroot": _root,
    "menclose": _enclosed,
    "mfenced": _fenced,
    "mtable": _table,
    "mtr": _table_row,
    "mlabeledtr": _table_row,
    "maction": _first,
}
