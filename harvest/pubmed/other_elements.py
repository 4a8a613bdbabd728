"""What a record says in elements that no table has a place for -> other_fields, so that nothing is left out unseen.

They stand under NBIB's tag where it has one, else under their own name; what has parts or attributes stands as XML.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from lxml import etree
from lxml.etree import _Element

from harvest.pubmed.fast.list_patterns import MARK
from harvest.pubmed.inline_text import in_one_line, text_of
from harvest.pubmed.record_builder import Draft
from harvest.pubmed.row_builders import printed_name
from kb import records as rows

Containers = Mapping[str, Iterable[object]]  # by the name of an element: the names of those in it that are read

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

_PEOPLE: Final = frozenset(("Author", "Investigator"))
_NAMES: Final = ("LastName", "ForeName", "Initials", "Suffix", "CollectiveName")
_PERSON: Final = (*_NAMES, "Identifier", "AffiliationInfo", "Affiliation")
_DAY: Final = ("Year", "Month", "Day", "Season", "MedlineDate")
_INSTANT: Final = (*_DAY, "Hour", "Minute", "Second")
ITEMS: Final[Containers] = {  # lists, and what is read of their items
    "Journal": ("ISSN", "JournalIssue", "Title", "ISOAbbreviation"),
    "MedlineJournalInfo": ("Country", "MedlineTA", "NlmUniqueID", "ISSNLinking"),
    "Pagination": ("StartPage", "EndPage", "MedlinePgn"),
    "Abstract": ("AbstractText", "CopyrightInformation"),
    "OtherAbstract": ("AbstractText", "CopyrightInformation"),
    "AuthorList": ("Author",),
    "Author": _PERSON,
    "InvestigatorList": ("Investigator",),
    "Investigator": _PERSON,
    "AffiliationInfo": ("Affiliation", "Identifier"),
    "DataBankList": ("DataBank",),
    "DataBank": ("DataBankName", "AccessionNumberList"),
    "AccessionNumberList": ("AccessionNumber",),
    "GrantList": ("Grant",),
    "Grant": ("GrantID", "Acronym", "Agency", "Country"),
    "PublicationTypeList": ("PublicationType",),
    "ChemicalList": ("Chemical",),
    "Chemical": ("RegistryNumber", "NameOfSubstance"),
    "SupplMeshList": ("SupplMeshName",),
    "CommentsCorrectionsList": ("CommentsCorrections",),
    "CommentsCorrections": ("RefSource", "PMID", "Note"),
    "MeshHeadingList": ("MeshHeading",),
    "MeshHeading": ("DescriptorName", "QualifierName"),
    "KeywordList": ("Keyword",),
    "History": ("PubMedPubDate",),
    "PubMedPubDate": _INSTANT,
    **dict.fromkeys(("PubDate", "ArticleDate", "DateCreated", "DateCompleted", "DateRevised"), _DAY),
    **dict.fromkeys(("ContributionDate", "BeginningDate", "EndingDate"), _DAY),
    "ArticleIdList": ("ArticleId",),
    "ReferenceList": ("Title", "Reference", "ReferenceList"),
    "Reference": ("Citation", "PMID", "ArticleIdList"),
    "Publisher": ("PublisherName", "PublisherLocation"),
}


def note_others(draft: Draft, element: _Element, containers: Containers) -> None:
    """Note the elements of a record that nothing has read, in the order in which they are written again."""
    found = [*_attributes(element), *_others(element, containers)]
    found.sort(key=lambda field: _RANKS.get(field[0], _RANKS[""]))
    draft.other_fields += (rows.OtherField(draft.pmid, n, *field) for n, field in enumerate(found, start=1))


def _attributes(element: _Element) -> Iterator[tuple[str, str]]:
    for citation in element.iterchildren("MedlineCitation"):
        yield from ((tag, value) for name, tag in ATTRIBUTES.items() if (value := citation.get(name)))


def _others(element: _Element, containers: Containers) -> Iterator[tuple[str, str]]:
    """Yield tag and value of what is not read in an element; what is not listed in containers is a text."""
    known = containers[element.tag]
    for child in element:
        tag = child.tag
        if not isinstance(tag, str) or tag.startswith(MARK):
            continue
        if tag not in known or (tag in _PEOPLE and not _is_read(child)):
            yield from _fields(child)
        elif tag in containers:
            yield from _others(child, containers)


def _is_read(person: _Element) -> bool:
    return person.get("ValidYN") != "N" and any(text_of(part) for part in person if part.tag in _NAMES)


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
