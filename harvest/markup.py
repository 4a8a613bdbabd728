"""The text of a PubMed element: plain Unicode, and HTML of b, i, u, sub and sup where it has markup."""

import re
from collections.abc import Callable
from html import escape
from typing import Final, NamedTuple

from lxml.etree import _Element

from harvest.mathml import NAMESPACE, linear_text
from kb.text import subscript, superscript

_MARKS: Final = frozenset({"b", "i", "u", "sub", "sup"})
SCRIPTS: Final[dict[str, Callable[[str], str]]] = {"sup": superscript, "sub": subscript}
_MATH: Final = f"{NAMESPACE}math"
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
    return tidy(_plain(element) if len(element) else element.text)


def marked(element: _Element) -> Marked | None:
    """Return the text of element, and its HTML where it has markup; None for nothing but blanks."""
    text = text_of(element)
    if text is None:
        return None
    if len(element) and any(child.tag in _MARKS for child in element.iter()):
        return Marked(text, tidy(_html(element)))
    return Marked(text, None)


def _plain(element: _Element) -> str:
    parts = [element.text or ""]
    for child in element:
        tag = child.tag
        if tag == _MATH:
            parts.append(linear_text(child))
        elif isinstance(tag, str):  # a processing instruction has no text of its own
            inner = _plain(child) if len(child) else child.text or ""
            script = SCRIPTS.get(tag)
            parts.append(script(inner) if script else inner)
        parts.append(child.tail or "")
    return "".join(parts)


def _html(element: _Element) -> str:
    parts = [escape(element.text or "")]
    for child in element:
        tag = child.tag
        if tag == _MATH:
            parts.append(escape(linear_text(child)))
        elif tag in _MARKS:
            parts.append(f"<{tag}>{_html(child)}</{tag}>")
        elif isinstance(tag, str):
            parts.append(_html(child))
        parts.append(escape(child.tail or ""))
    return "".join(parts)
