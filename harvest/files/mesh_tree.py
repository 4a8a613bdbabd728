"""NLM's MeSH descriptor file (descYYYY.xml, plain or gzipped) -> places in the tree, and other names of headings.

PubMed's records name descriptors but not their places. Elements: NLM, MeSH XML data elements; a descriptor may
stand at several places, and a few (Female, Male) at none.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree

from kb.errors import RecordError
from kb.records import MeshPlace, MeshTerm
from kb.text import collapse_spaces

_ROOT: Final = "DescriptorRecordSet"
_RECORD: Final = "DescriptorRecord"


def parse_mesh(chunks: Iterable[bytes]) -> Iterator[MeshPlace | MeshTerm]:
    """Yield the places and the other names of all descriptors, in the order of the file; memory stays flat.

    Raises RecordError where the file is not well-formed, is cut off, or is no descriptor file.
    """
    is_whole = False
    try:
        for event, element in _events(chunks):
            is_whole = event == "end" and element.tag == _ROOT
            if event == "end" and element.tag == _RECORD:
                yield from _places(element)
                yield from _terms(element)
                _forget(element)
    except etree.XMLSyntaxError as error:
        raise RecordError(f"This is no whole descriptor file of MeSH: {error}.") from error
    if not is_whole:
        raise RecordError("This is no whole descriptor file of MeSH: it has no DescriptorRecordSet, or not its end.")


def _events(chunks: Iterable[bytes]) -> Iterator[tuple[str, etree._Element]]:
    """Yield the beginnings and ends of the elements that matter; nothing that the file names is fetched."""
    parser = etree.XMLPullParser(
        events=("start", "end"), tag=(_ROOT, _RECORD), resolve_entities=False, no_network=True, load_dtd=False
    )
    for chunk in chunks:
        parser.feed(chunk)
        for event, element in parser.read_events():
            if isinstance(element, etree._Element):
                yield event, element


def _places(record: etree._Element) -> Iterator[MeshPlace]:
    ui = (record.findtext("DescriptorUI") or "").strip()
    name = collapse_spaces(record.findtext("DescriptorName/String") or "")
    for number in record.iterfind("TreeNumberList/TreeNumber"):
        if ui and name and number.text and number.text.strip():
            yield MeshPlace(number.text.strip(), ui, name)


def _terms(record: etree._Element) -> Iterator[MeshTerm]:
    """Yield the entry terms of a descriptor: the names of all its concepts but its own."""
    heading = collapse_spaces(record.findtext("DescriptorName/String") or "")
    for element in record.iterfind("ConceptList/Concept/TermList/Term/String"):
        term = collapse_spaces(element.text or "")
        if heading and term and term != heading:
            yield MeshTerm(term, heading)


def _forget(element: etree._Element) -> None:
    """Let go of what has been read, and of what stands before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
