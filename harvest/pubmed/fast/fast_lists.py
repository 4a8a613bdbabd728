"""Long lists in NLM's plain form, cut out of the bytes of a record and read by pattern: references, authors, MeSH …

They are most of a record and nearly always of one form. A list that fits its form to the last character is well-formed
XML with one meaning, so it is read in a third of the time; any other (markup, comments, rare elements, damage) stays
in the record for the strict parser. Where a list stood a mark is left, and the walk of the record reads the list when
it comes to its mark. A mark that it does not come to stood where the walk reads such a list in another way or not at
all: then, and where anything is wrong, the whole record goes to the strict parser. Tests hold both ways to one result.
"""

from typing import Final, NamedTuple

from lxml.etree import _Element

from harvest.pubmed.elements import Readers
from harvest.pubmed.fast.list_patterns import ARTICLE_FORMS, DATA_FORMS, MARK, Columns, Form, Groups
from harvest.pubmed.record_builder import Draft

_ANY_MARK: Final = f"<{MARK}".encode()
LONGEST: Final = 2**22  # bytes; the strict parser refuses texts of 10 MB


class PlainList(NamedTuple):
    """One list: its form, what its start says, and what its items say."""

    form: Form
    opened: Groups
    columns: Columns


def cut_plain_lists(xml: bytes) -> tuple[bytes, dict[str, PlainList]]:
    """Return the record with marks in the place of its plain lists, and these lists by the number in their mark.

    Of a record that is_plain(). They are looked for in the order of PubMed's DTD; a list in another place is left
    to the strict parser.
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
                pieces += (xml[at:first], b'%b%d"/>' % (form.mark, len(lists)))
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
    read_list(draft, mark.get("n", ""))  # of a mark with no list, an element of the source's own, we know nothing


def read_list(draft: Draft, number: str) -> None:
    """Note the items of the list with this number, if there is one and it was not read before."""
    found = draft.plain_lists.pop(number, None)
    if found is not None:
        found.form.read(draft, found.opened, found.columns)


def _plain_list(piece: bytes, form: Form) -> PlainList | None:
    """Return the list in this piece; None where it is not in its plain form to the last character."""
    if len(piece) > LONGEST:
        return None
    try:
        text = piece.decode()
    except UnicodeDecodeError:
        return None
    parts = form.item.split(text)  # what is around the items, and the groups of each
    opened = form.opened(parts[0])
    width = form.item.groups + 1
    if opened is None or len(parts) == 1 or parts[-1] != form.closing or any(parts[width:-1:width]):
        return None
    return PlainList(form, opened, [parts[n::width] for n in range(1, width)])
