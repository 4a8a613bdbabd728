"""Long lists in NLM's plain form, cut out of the bytes of a record and read by pattern: references, authors, MeSH …

They are most of a record and nearly always of one form. A list that fits its form to the last character is well-formed
XML with one meaning, so it is read in a third of the time; any other (markup, comments, rare elements, damage) stays
in the record for the strict parser. Where a list stood a mark is left, and the walk of the record reads the list when
it comes to its mark. A mark that it does not come to stood where the walk reads such a list in another way or not at
all: then, and where anything is wrong, the whole record goes to the strict parser. Tests hold both ways to one result.
"""

import re
from typing import Final, NamedTuple

from lxml.etree import _Element

from harvest.draft import Draft
from harvest.plainforms import ARTICLE_FORMS, DATA_FORMS, MARK, Columns, Form, Groups, character_of
from harvest.pubmedparts import Readers

_ANY_MARK: Final = b"<" + MARK.encode()
_LONGEST: Final = 2**22  # bytes; the strict parser refuses texts of 10 MB
_CONTROLS: Final = bytes({*range(32)} - {*b"\t\n"})  # what XML forbids, and \r, which it changes
_REFERENCE: Final = re.compile(  # to a character that XML allows and that is no control character
    r"&(?:amp|lt|gt|quot|apos|#(?:[1-9][0-9]{2,3}"
    r"|x(?:[2-9a-fA-F][0-9a-fA-F]|[1-9a-fA-F][0-9a-fA-F]{2}|[1-9a-cA-C][0-9a-fA-F]{3}|1[0-9a-fA-F]{4})));"
)


class PlainList(NamedTuple):
    """One list: its form, what its start says, and what its items say."""

    form: Form
    opened: Groups
    columns: Columns


def cut_plain_lists(xml: bytes) -> tuple[bytes, dict[str, PlainList]]:
    """Return the record with marks in the place of its plain lists, and these lists by the number in their mark.

    They are looked for in the order of PubMed's DTD; a list in another place is left to the strict parser.
    """
    lists: dict[str, PlainList] = {}
    pieces: list[bytes] = []
    at = 0
    for end, forms in ((xml.find(b"</MedlineCitation>"), ARTICLE_FORMS), (len(xml), DATA_FORMS)):
        for form in forms:
            while (first := xml.find(form.start, at, end)) >= 0:
                last = xml.find(form.end, first, end) + len(form.end)
                found = _plain_list(xml[first:last], form)
                if found is None:
                    break
                pieces += (xml[at:first], form.mark % len(lists))
                lists[str(len(lists))] = found
                at = last
                if not form.repeats:
                    break
    pieces.append(xml[at:])
    rest = b"".join(pieces)
    if rest.count(_ANY_MARK) != len(lists):  # nobody else's mark is taken for ours
        return xml, {}
    return rest, lists


def with_marks(readers: Readers) -> Readers:
    """Return readers that read, wherever they read a list, the mark in its place as well."""
    names = (form.name for form in (*ARTICLE_FORMS, *DATA_FORMS))
    return {**readers, **{MARK + name: _read_marked for name in names if name in readers}}


def _read_marked(draft: Draft, mark: _Element) -> None:
    found = draft.plain_lists.pop(mark.get("n", ""), None)
    if found is not None:  # else it is an element of the source's own, of which we know nothing
        found.form.read(draft, found.opened, found.columns)


def _plain_list(piece: bytes, form: Form) -> PlainList | None:
    """Return the list in these bytes; None where it is not in its plain form to the last character."""
    text = _plain_text(piece)
    if text is None:
        return None
    parts = form.item.split(text)  # what is around the items, and the groups of each
    opened = form.opening.fullmatch(parts[0])
    width = form.item.groups + 1
    if opened is None or len(parts) == 1 or parts[-1] != form.closing or any(parts[width:-1:width]):
        return None
    return PlainList(form, opened.groups(), [parts[n::width] for n in range(1, width)])


def _plain_text(piece: bytes) -> str | None:
    """Return bytes as text; None if a character or a reference to one is not as XML wants it or takes a closer look."""
    if len(piece) > _LONGEST or len(piece.translate(None, _CONTROLS)) != len(piece):
        return None
    try:
        text = piece.decode()
    except UnicodeDecodeError:
        return None
    if "]" in text and "]]>" in text:
        return None
    if not text.isascii() and ("\ufffe" in text or "\uffff" in text):
        return None
    return _with_characters(text) if "&" in text else text


def _with_characters(text: str) -> str | None:
    """Return text with the characters that are referred to; None if one of the references is not plain.

    ASCII stays as it is for now: "<LastName&gt;" must not become a tag.
    """
    whole, count = _REFERENCE.subn(_character, text)
    return whole if count == text.count("&") else None


def _character(match: "re.Match[str]") -> str:
    character = character_of(match[0])
    return match[0] if character.isascii() else character
