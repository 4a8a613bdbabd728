"""A citation of JATS -> its words in one line: as printed, or, where it has no punctuation, as NLM would print it."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from lxml.etree import _Element

from harvest.pmc.tree import SILENT
from kb.text import collapse_spaces, subscript, superscript

_split: Final = str.split
CITATIONS: Final = ("mixed-citation", "element-citation", "citation", "nlm-citation")
_FORMS: Final = frozenset(  # elements of a line of text: what they say is glued to what is beside them
    _split(
        "sup sub italic bold underline sc monospace overline roman sans-serif strike styled-content named-content "
        "fixed-case xref ext-link uri inline-formula math"
    )
)
_ENDED: Final = re.compile(r"[.?!]$")
_LABELLED: Final = re.compile(r"(?:[:=/]|doi|pmid|pmcid|pmc|isbn|arxiv|pubmed)[\s.]*$", re.IGNORECASE)


def format_citation(citation: _Element) -> str | None:
    """Return the words of a citation, without its label and without identifiers that stand beside it; None for none."""
    if citation.tag == "citation-alternatives":
        words = filter(None, map(format_citation, citation))
        return " ".join(dict.fromkeys(words)) or None
    if is_printed(citation):
        return collapse_spaces("".join(_words(citation))) or None
    return _structured(citation)


def is_printed(citation: _Element) -> bool:
    """Return whether a citation has text of its own between its elements, as it was printed."""
    if citation.tag == "mixed-citation":
        return True
    own = [citation.text, *(child.tail for child in citation)]
    return any(text and text.strip(" \n\t\r.,;:()") for text in own) or sum(bool(t and t.strip()) for t in own) > 1


def _words(element: _Element) -> Iterator[str]:
    """Yield the words of an element in their order; a blank where elements that are no markup meet."""
    if element.text:
        yield element.text
    before = element.text or ""
    for child in element:
        tag = child.tag
        if isinstance(tag, str) and tag not in SILENT and tag != "label" and not _is_beside(child, before):
            said = _said(child)
            if said and tag not in _FORMS and before[-1:].isalnum() and said[:1].isalnum():
                yield " "
            yield said
            before = said or before
            if said and tag not in _FORMS and said[-1:].isalnum() and (child.tail or "")[:1].isalnum():
                yield " "
        if child.tail:
            yield child.tail
            before = child.tail


def _is_beside(element: _Element, before: str) -> bool:
    """Return whether an identifier stands beside the words, and is not printed among them: "doi: 10.1000/a"."""
    return element.tag == "pub-id" and not _LABELLED.search(before)


def _said(element: _Element) -> str:
    said = "".join(_words(element))
    if element.tag == "sup":
        return superscript(said, "x")
    return subscript(said, "x") if element.tag == "sub" else said


def _text(element: _Element) -> str:
    return collapse_spaces(_said(element))


def _structured(citation: _Element) -> str | None:
    """Return a citation that has elements and no punctuation as NLM prints one: names, title, journal, year, place."""
    left = [child for child in citation if isinstance(child.tag, str) and child.tag not in {*SILENT, "label", "pub-id"}]
    people = _taken(left, "person-group", "name", "string-name", "collab", "etal", "anonymous", "name-alternatives")
    names = ", ".join(filter(None, (name for element in people for name in _names(element))))
    titles = [_text(element) for element in _taken(left, "article-title", "chapter-title", "part-title", "trans-title")]
    source = [_text(element) for element in _taken(left, "source", "trans-source", "series")]
    place = _place(left)
    rest = [_text(element) for element in left]
    sentences = [*([names] if names else []), *titles, *source, *([place] if place else []), *rest]
    return " ".join(_ended(one) for one in sentences if one) or None


def _ended(sentence: str) -> str:
    return sentence if _ENDED.search(sentence) else f"{sentence}."


def _taken(left: list[_Element], *tags: str) -> list[_Element]:
    """Return the elements of these names, which are left no more."""
    found = [element for element in left if element.tag in tags]
    left[:] = [element for element in left if element.tag not in tags]
    return found


def _names(element: _Element) -> Iterable[str]:
    if element.tag in ("person-group", "name-alternatives"):
        own = collapse_spaces(element.text or "")
        inner = [child for child in element if isinstance(child.tag, str)]
        some = inner[:1] if element.tag == "name-alternatives" else inner
        return [*filter(None, [own]), *(name for child in some for name in _names(child))]
    if element.tag == "etal":
        return ["et al"]
    if element.tag == "name":
        parts = (element.find("surname"), element.find("given-names"), element.find("suffix"))
        return [" ".join(_text(part) for part in parts if part is not None)]
    return [_text(element)]


def _place(left: list[_Element]) -> str:
    """Return date, volume, issue and pages in one piece: "2005 Mar 3;12(3):45-50"."""
    date = " ".join(map(_text, [*_taken(left, "year"), *_taken(left, "month"), *_taken(left, "day")]))
    volume = " ".join(map(_text, _taken(left, "volume")))
    issue = " ".join(map(_text, _taken(left, "issue")))
    supplement = " ".join(map(_text, _taken(left, "supplement", "issue-part")))
    pages = "-".join(map(_text, [*_taken(left, "fpage"), *_taken(left, "lpage")]))
    ranges = " ".join(map(_text, _taken(left, "page-range", "elocation-id")))
    where = f"{volume}{f'({issue})' if issue else ''}{f' {supplement}' if supplement else ''}"
    pages = pages if not ranges or pages else ranges
    beside = f" {ranges}" if ranges and ranges != pages else ""
    return f"{date}{';' if date and where else ''}{where}{':' if pages and (date or where) else ''}{pages}{beside}"
