"""MathML -> one line of text that a person can read: V̇O_(2max), ³He, (a+b)/c, √(x)."""

from collections.abc import Callable
from typing import Final

from lxml.etree import _Element

from kb.text import subscript, superscript

NAMESPACE: Final = "{http://www.w3.org/1998/Math/MathML}"

_ACCENTS: Final = {
    ".": "\u0307", "˙": "\u0307", "¨": "\u0308", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303",
    "¯": "\u0304", "‾": "\u0304", "_": "\u0332", "→": "\u20d7",
}  # fmt: skip
_SILENT: Final = frozenset({"annotation", "annotation-xml", "mphantom", "mspace", "none", "mprescripts"})


def linear_text(math: _Element) -> str:
    """Return a formula in one line; what has no rule of its own is its parts, one after another."""
    name = _name(math)
    if name in _SILENT:
        return " " if name == "mspace" else ""
    rule = _RULES.get(name)
    if rule is not None:
        return rule([linear_text(part) for part in _parts(math)])
    if name == "mmultiscripts":
        return _multiscripts(math)
    if name == "mfenced":
        return _fenced(math)
    if len(math):
        return "".join(linear_text(part) for part in _parts(math))
    return _token(math)


def _parts(math: _Element) -> list[_Element]:
    return [part for part in math if isinstance(part.tag, str)]


def _name(math: _Element) -> str:
    return str(math.tag).rpartition("}")[2]


def _token(math: _Element) -> str:
    """Return the text of a token; only in mtext is a blank at its ends meant to be seen."""
    text = " ".join((math.text or "").split("\n"))
    return text.replace("\u00a0", " ") if _name(math) == "mtext" else text.strip()


def _group(text: str) -> str:
    return text if len(text) <= 1 or text.isalnum() else f"({text})"


def _part(parts: list[str], number: int) -> str:
    return parts[number] if number < len(parts) else ""


def _over(parts: list[str]) -> str:
    mark = _part(parts, 1)
    base = _part(parts, 0)
    if mark in _ACCENTS and base:
        return base + _ACCENTS[mark]
    return base + superscript(mark)


def _sub(parts: list[str]) -> str:
    return _part(parts, 0) + subscript(_part(parts, 1))


def _sup(parts: list[str]) -> str:
    return _part(parts, 0) + superscript(_part(parts, 1))


def _sub_sup(parts: list[str]) -> str:
    return _sub(parts) + superscript(_part(parts, 2))


def _fraction(parts: list[str]) -> str:
    return f"{_group(_part(parts, 0))}/{_group(_part(parts, 1))}"


def _square_root(parts: list[str]) -> str:
    return f"√{_group(''.join(parts))}"


def _root(parts: list[str]) -> str:
    return f"{superscript(_part(parts, 1))}√{_group(_part(parts, 0))}"


def _table(parts: list[str]) -> str:
    return "; ".join(parts)


def _row(parts: list[str]) -> str:
    return ", ".join(parts)


def _multiscripts(math: _Element) -> str:
    """Return a base with its scripts; those after mprescripts stand before it, as in ³He."""
    after: list[str] = []
    before: list[str] = []
    side = after
    base, *scripts = _parts(math) or [math]
    for script in scripts:
        if _name(script) == "mprescripts":
            side = before
        else:
            side.append(linear_text(script))
    return _scripts(before) + (linear_text(base) if base is not math else "") + _scripts(after)


def _scripts(texts: list[str]) -> str:
    """Return pairs of a lower and an upper script as raised and lowered text."""
    lower, upper = "".join(texts[0::2]), "".join(texts[1::2])
    return subscript(lower) + superscript(upper)


def _fenced(math: _Element) -> str:
    separator = math.get("separators", ",").strip()[:1]
    inner = (f"{separator} " if separator else "").join(linear_text(part) for part in _parts(math))
    return f"{math.get('open', '(')}{inner}{math.get('close', ')')}"


_RULES: Final[dict[str, Callable[[list[str]], str]]] = {
    "msub": _sub,
    "munder": _sub,
    "msup": _sup,
    "mover": _over,
    "msubsup": _sub_sup,
    "munderover": _sub_sup,
    "mfrac": _fraction,
    "msqrt": _square_root,
    "mroot": _root,
    "mtable": _table,
    "mtr": _row,
}
