"""The text of a PubMed element: plain Unicode, and HTML of b, i, u, sub and sup where it has markup."""

import re
from html import escape
from typing import Final, NamedTuple

from lxml.etree import _Element

from harvest.pubmed.mathml import NAMESPACE, formula
from kb.text import subscript, superscript, with_fractions

_SCRIPTS: Final = frozenset({"sub", "sup"})
_MARKS: Final = frozenset({"b", "i", "u", *_SCRIPTS})
_MATH: Final = frozenset({f"{NAMESPACE}math", "math"})
_BASE: Final = 5  # characters before a script that tell what it means there
_TAG: Final = re.compile("<[^<>]*>")
_BREAKS: Final = re.compile(r"[\n\t\r][ \n\t\r]*")  # from pretty printing; a no-break space is the source's


class Marked(NamedTuple):
    """One text in two forms; html is None where it has no markup."""

    text: str
    html: str | None


def in_one_line(text: str) -> str:
    """Return text with a space for each line break and the blanks around it; some outer blanks may be gone."""
    if "\n" not in text and "\t" not in text:
        return text
    return " ".join([line.rstrip(" ") for line in _BREAKS.split(text)])


def tidy(text: str | None) -> str | None:
    """Return text without line breaks and outer blanks, else as it is; None for nothing but blanks."""
    return in_one_line(text).strip() or None if text else None


def text_of(element: _Element) -> str | None:
    """Return the text of element with sup and sub as Unicode; None for nothing but blanks."""
    if len(element):
        return tidy(with_fractions(_plain(element)))
    text = element.text
    if not text or "\n" in text or "\t" in text:
        return tidy(text)
    return text.strip() or None


def marked(element: _Element) -> Marked | None:
    """Return the text of element, and its HTML where it has markup; None for nothing but blanks."""
    text = text_of(element)
    if text is None:
        return None
    html = _html(element) if len(element) else ""
    return Marked(text, tidy(html) if "<" in html else None)


def script(tag: str, text: str, before: str) -> str:
    """Return what stands in an element of markup, as it is printed after the text before."""
    return superscript(text, before) if tag == "sup" else subscript(text, before) if tag == "sub" else text


def _plain(element: _Element, before: str = "") -> str:
    text = element.text or ""
    for child in element:
        tag = child.tag
        if isinstance(tag, str):  # a processing instruction has no text of its own
            base = (before + text)[-_BASE:]
            inner = formula(child, base) if tag in _MATH else child
            text += script(tag, _plain(inner, base if tag not in _SCRIPTS else ""), base)
        text += child.tail or ""
    return text


def _html(element: _Element) -> str:
    parts = [escape(element.text or "")]
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            inner = _html(formula(child, _TAG.sub("", "".join(parts))) if tag in _MATH else child)
            parts.append(f"<{tag}>{inner}</{tag}>" if tag in _MARKS else inner)
        parts.append(escape(child.tail or ""))
    return "".join(parts)
