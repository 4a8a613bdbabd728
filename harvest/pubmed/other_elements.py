"""What a record says in elements that no table has a place for -> other_fields, so that nothing is left out unseen.

They stand under NBIB's tag where it has one, else under their own name; what has parts or attributes stands as XML.
"""

from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.etree import _Element, _ProcessingInstruction

from harvest.pubmed.inline_text import in_one_line, text_of
from harvest.pubmed.record_builder import Draft
from harvest.pubmed.row_builders import printed_name
from kb import records as rows

TAGS: Final = {  # elements in the place where NLM's DTD has them, and their tags in NBIB
    "CitationSubset": "SB",
    "GeneSymbol": "GS",
    "NumberOfReferences": "NumberOfReferences",
    "PersonalNameSubject": "PS",
    "SpaceFlightMission": "SFM",
    "GeneralNote": "GN",
}
ATTRIBUTES: Final = {  # of MedlineCitation
    "Owner": "OWN",
    "IndexingMethod": "IndexingMethod",
    "VersionID": "VersionID",
    "VersionDate": "VersionDate",
}
IN_BOOK: Final = ("ELocationID", "Medium")
IN_DOCUMENT: Final = ("Sections", "CitationString", "ItemList")
IN_DATA: Final = ("ObjectList",)
FULL_NAME: Final = "FPS"

_ORDER: Final = (*ATTRIBUTES.values(), *TAGS.values(), *IN_BOOK, *IN_DOCUMENT, "", *IN_DATA)  # "": any other
_RANKS: Final = {tag: rank for rank, tag in enumerate(_ORDER)} | {FULL_NAME: _ORDER.index("PS")}
_LISTS: Final = frozenset(("GeneSymbolList", "PersonalNameSubjectList"))


def note_others(draft: Draft) -> None:
    """Note what nothing has read of a record, in the order in which it is written again."""
    unread = (element for element in draft.unread if not isinstance(element, _ProcessingInstruction))
    found = draft.unread_attributes + [field for element in unread for field in _fields(element)]
    found.sort(key=lambda field: _RANKS.get(field[0], _RANKS[""]))
    draft.other_fields += (rows.OtherField(draft.pmid, n, *field) for n, field in enumerate(found, start=1))


def _fields(element: _Element) -> Iterator[tuple[str, str]]:
    name = etree.QName(element).localname
    if name in _LISTS:
        for item in element:
            yield from _fields(item)
    elif name == "PersonalNameSubject":
        yield from _person(element)
    elif name in TAGS:
        owner = f"{element.get('Owner')}: " if element.get("Owner", "NLM") != "NLM" else ""
        if text := text_of(element):
            yield TAGS[name], owner + text
    elif len(element) or element.attrib:
        yield name, in_one_line(etree.tostring(element, encoding="unicode", with_tail=False)).strip()
    elif text := text_of(element):
        yield name, text


def _person(element: _Element) -> Iterator[tuple[str, str]]:
    """Yield the names of a person whom an article is about, as NBIB has them: in full, then short."""
    said = {str(part.tag): text for part in element if (text := text_of(part))}
    if said.get("LastName") and said.get("ForeName"):
        given = " ".join(filter(None, (said["ForeName"], said.get("Suffix"))))
        yield FULL_NAME, f"{said['LastName']}, {given}"
    if short := printed_name(said.get("LastName"), said.get("Initials") or said.get("ForeName"), said.get("Suffix")):
        yield "PS", short
