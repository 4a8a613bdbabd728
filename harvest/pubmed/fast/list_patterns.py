"""The plain form of each long list of PubMed, as a pattern, and what its items say.

A pattern allows only what has the same meaning to an XML parser: each tag and attribute as NLM writes them, text
without markup. What an item says is noted as the strict parser's readers note it: by the functions of
harvest.pubmed.row_builders, or here in one loop, for the lists that there is most of.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, Final, NamedTuple

from harvest.pubmed.dates import iso_date
from harvest.pubmed.fast.xml_text import columns_of_texts, pattern, plain, texts, without_groups
from harvest.pubmed.record_builder import Draft
from harvest.pubmed.row_builders import (
    CITES,
    YES_NO,
    Term,
    add_affiliation_text,
    add_chemical,
    add_correction,
    add_heading,
    add_identifier,
    add_publication_type,
    next_list,
    numbered,
    printed_name,
    reference_row,
)
from kb import records as rows
from kb.errors import RecordError
from kb.identifiers import normalise_orcid

MARK: Final = "plain."  # the name of a list, when a mark stands in its place, begins so

Groups = tuple[Any, ...]  # of a match: texts, None where the pattern's part is optional
Column = Sequence[str | None]  # one group of each item of a list
Columns = Sequence[Column]
Reader = Callable[[Draft, Groups, Columns], None]

_row: Final = tuple.__new__  # as in harvest.pubmed.row_builders


class Form(NamedTuple):
    """One kind of list: its name, how it begins and ends, the pattern of an item, and how these are read."""

    name: str
    start: bytes
    end: bytes
    closing: str
    mark: bytes  # what stands in its place, up to its number
    opened: Callable[[str], Groups | None]  # what the beginning says; None where it is not plain
    item: "re.Pattern[str]"
    read: Reader
    repeats: bool


def _form(name: str, read: Reader, *, item: str, attributes: str = "", first: str = "", repeats: bool = False) -> Form:
    """Return the form of a list that may have these attributes, and this before its items."""
    start, end = f"<{name}", f"</{name}>"
    opening = pattern(f"{start}{attributes}>~{first}")

    @lru_cache(maxsize=2**8)
    def opened(words: str) -> Groups | None:
        match = opening.fullmatch(words)
        return match.groups() if match else None

    mark = f'<{MARK}{name} n="'
    return Form(name, start.encode(), end.encode(), end, mark.encode(), opened, pattern(item), read, repeats)


# --- people ---

_NAME: Final = (
    r"(?:<LastName>(...)</LastName>~)?+(?:<ForeName>(...)</ForeName>~)?+(?:<Initials>(...)</Initials>~)?+"
    r"(?:<Suffix>(...)</Suffix>~)?+"
)
_MORE: Final = (
    r'(?:<Identifier Source="ORCID">(...)</Identifier>~)?+'
    r"(?:<AffiliationInfo>~<Affiliation>(...)</Affiliation>~</AffiliationInfo>~)?+"
)
_AUTHOR: Final = (
    r'<Author(?: ValidYN="Y"(?: EqualContrib="([YN])")?| EqualContrib="([YN])"(?: ValidYN="Y")?)?>~'
    rf"{_NAME}(?:<CollectiveName>(...)</CollectiveName>~)?+{_MORE}"
    r"((?:<AffiliationInfo>~<Affiliation>[^<]*+</Affiliation>~</AffiliationInfo>~)*+)</Author>~"
)
_INVESTIGATOR: Final = (  # one without a name is left to the strict parser, which keeps it whole
    rf'<Investigator ValidYN="Y">~(?=<LastName>[^<\s]){_NAME}{_MORE}</Investigator>~'
)
_AFFILIATION: Final = re.compile(r"<Affiliation>([^<]*)<")


def _read_authors(draft: Draft, opened: Groups, columns: Columns) -> None:
    if opened[0]:
        draft.article["authors_complete"] = YES_NO[opened[0]]
    equals, other_equals, *parts, more = columns
    pmid, found = draft.pmid, draft.authorships
    for equal, other_equal, last, fore, initials, suffix, collective, orcid, place, places in zip(
        equals, other_equals, *columns_of_texts(parts), more, strict=True
    ):
        given = initials or fore
        name = f"{last} {given}" if last and given and not suffix else printed_name(last, given, suffix) or collective
        if name is None or (last and collective):
            raise RecordError("An author without a name, or with two, is not plain.")
        position = len(found) + 1
        values = (
            pmid, position, name, last, fore, initials, suffix, collective, orcid and normalise_orcid(orcid),
            YES_NO.get(equal or other_equal), "author",
        )  # fmt: skip
        found.append(_row(rows.Authorship, values))
        if place:
            draft.affiliations.append(_row(rows.Affiliation, (pmid, position, 1, place, None, None)))
        for text in _AFFILIATION.findall(places) if places else ():
            add_affiliation_text(draft, plain(text))


def _read_investigators(draft: Draft, _opened: Groups, columns: Columns) -> None:
    pmid, found, place = draft.pmid, draft.investigators, (next_list(draft), None)
    for last, fore, initials, suffix, orcid, affiliation in zip(*columns_of_texts(columns), strict=True):
        name = printed_name(last, initials or fore, suffix)
        if name is not None:
            told = (last, fore, initials, suffix, orcid and normalise_orcid(orcid), affiliation, *place)
            found.append(_row(rows.Investigator, (pmid, len(found) + 1, name, *told)))


# --- references and identifiers ---

# The identifiers of nine references in ten, in their order, each in its normal form but for the capitals of a DOI.
# All else is left to the last group.
_IDS: Final = (
    r'(?:<ArticleId IdType="doi">(10\.[0-9]{4,9}/[A-Za-z0-9()./_-]*[A-Za-z0-9])</ArticleId>~)?+'
    r'(?:<ArticleId IdType="pmc">(PMC[1-9][0-9]{0,8})</ArticleId>~)?+'
    r'(?:<ArticleId IdType="pubmed">([1-9][0-9]{0,8})</ArticleId>~)?+'
    r'((?:<ArticleId IdType="[a-z]+">[^<\s]+</ArticleId>~)*+)'
)
_ID: Final = re.compile(r'IdType="([a-z]+)">([^<]*)<')


def _read_references(draft: Draft, opened: Groups, columns: Columns) -> None:
    draft.has_references = True
    pmid, start, title = draft.pmid, len(draft.references), plain(opened[0])
    citations, dois, pmcids, pmids, others = texts(columns[0]), *columns[1:]
    lower = [doi and doi.lower() for doi in dois]
    cited = [int(number) if number else None for number in pmids]
    same = map(repeat, ("ReferenceList", title, None, None))
    draft.references += numbered(rows.Reference, pmid, start, citations, lower, pmcids, cited, *same)
    if not any(others) and "\n".join(filter(None, dois)).count("10.") == len(dois) - dois.count(None):
        return
    for n, (doi, more) in enumerate(zip(dois, others, strict=True), start):
        if more or (doi and "10." in doi[3:]):
            ids = [("doi", doi), ("pmc", pmcids[n - start]), ("pubmed", pmids[n - start])]
            ids += [(kind, plain(raw)) for kind, raw in _ID.findall(more or "")]
            given = [(kind, text) for kind, text in ids if text]
            draft.references[n] = reference_row((pmid, n + 1), citations[n - start], given, list_title=title)


def _read_identifiers(draft: Draft, _opened: Groups, columns: Columns) -> None:
    own = str(draft.pmid)
    kinds, raws = columns
    for kind, value in zip(kinds, texts(raws), strict=True):
        if kind and value and value != own:
            add_identifier(draft, kind, value)


def _read_corrections(draft: Draft, _opened: Groups, columns: Columns) -> None:
    kinds, sources, numbers, notes = columns
    pmid, found = draft.pmid, draft.references
    draft.has_references |= CITES in kinds
    for kind, source, number, note in zip(kinds, texts(sources), numbers, texts(notes), strict=True):
        if kind == CITES:
            values = (source, None, None, int(number) if number else None, "CommentsCorrectionsList", None, None, None)
            found.append(_row(rows.Reference, (pmid, len(found) + 1, *values)))
        elif kind:
            add_correction(draft, kind, number, source=source, note=note)


# --- what a record is about ---

_UI: Final = r' UI="([^"<&\s]*)"'
_TYPE: Final = '(?: Type="[A-Za-z]*")?'
_TERM: Final = rf'(?:{_UI} MajorTopicYN="([YN])"{_TYPE}| MajorTopicYN="([YN])"{_TYPE}(?:{_UI})?)>(...)<'
_QUALIFIERS: Final = rf"<QualifierName{_TERM}/QualifierName>~"
_QUALIFIER: Final = pattern(_QUALIFIERS)


def _read_mesh(draft: Draft, _opened: Groups, columns: Columns) -> None:
    uis, majors, other_majors, other_uis, raws, qualified = columns
    pmid, found, descriptors = draft.pmid, draft.mesh_headings, draft.descriptors
    for heading, (ui, major, other_major, other_ui, name, raw) in enumerate(
        zip(uis, majors, other_majors, other_uis, texts(raws), qualified, strict=True), start=1
    ):
        qualifiers = _qualifiers(raw) if raw else ()
        if name is None:
            continue
        key, is_major = ui or other_ui or name, YES_NO[major or other_major or "N"]
        if qualifiers:
            add_heading(draft, heading, (key, name, is_major), qualifiers)
            continue
        descriptors[key] = name
        found.append(_row(rows.MeshHeading, (pmid, len(found) + 1, heading, key, None, is_major, is_major)))


@lru_cache(maxsize=2**13)  # many headings have the same
def _qualifiers(raw: str) -> list[Term]:
    return [
        (ui or other_ui or name, name, YES_NO[major or other_major])
        for ui, major, other_major, other_ui, text in _QUALIFIER.findall(raw)
        if (name := plain(text))
    ]


def _read_keywords(draft: Draft, opened: Groups, columns: Columns) -> None:
    majors, raws = columns
    pmid, found, owner = draft.pmid, draft.keywords, opened[0] or None
    for major, keyword in zip(majors, texts(raws), strict=True):
        if keyword:
            values = (pmid, len(found) + 1, keyword, YES_NO[major or "N"], owner)
            found.append(_row(rows.Keyword, values))


def _read_chemicals(draft: Draft, _opened: Groups, columns: Columns) -> None:
    numbers, uis, raws = columns
    for number, ui, name in zip(texts(numbers), uis, texts(raws), strict=True):
        if name:
            add_chemical(draft, number, name, ui or None)


def _read_publication_types(draft: Draft, _opened: Groups, columns: Columns) -> None:
    uis, raws = columns
    for ui, name in zip(uis, texts(raws), strict=True):
        if name:
            add_publication_type(draft, name, ui or None)


# --- dates ---

_DATE: Final = (
    r'<PubMedPubDate PubStatus="([a-z-]+)">~<Year>(\d+)</Year>~<Month>(\d+)</Month>~<Day>(\d+)</Day>~'
    r"(?:<Hour>\d+</Hour>~)?+(?:<Minute>\d+</Minute>~)?+(?:<Second>\d+</Second>~)?+</PubMedPubDate>~"
)


def _read_history(draft: Draft, _opened: Groups, columns: Columns) -> None:
    kinds, *parts = columns
    found = draft.article_dates
    dates = list(map(iso_date, *parts))
    if None in dates:
        kinds = [kind for kind, date in zip(kinds, dates, strict=True) if date]
    found += numbered(rows.ArticleDate, draft.pmid, len(found), kinds, filter(None, dates))


# In the order of PubMed's DTD.
ARTICLE_FORMS: Final = (
    _form("AuthorList", _read_authors, attributes='(?: CompleteYN="([YN])")?', item=_AUTHOR),
    _form("PublicationTypeList", _read_publication_types, item=rf"<PublicationType(?:{_UI})?>(...)</PublicationType>~"),
    _form(
        "ChemicalList", _read_chemicals,
        item=rf"<Chemical>~<RegistryNumber>(...)</RegistryNumber>~<NameOfSubstance(?:{_UI})?>(...)</NameOfSubstance>~</Chemical>~",
    ),
    _form(
        "CommentsCorrectionsList", _read_corrections,
        item=r'<CommentsCorrections RefType="([A-Za-z]+)">~<RefSource>(...)</RefSource>~'
        r'(?:<PMID Version="[0-9]+">([1-9][0-9]{0,8})</PMID>~)?+(?:<Note>(...)</Note>~)?+</CommentsCorrections>~',
    ),
    _form(
        "MeshHeadingList", _read_mesh,
        item=rf"<MeshHeading>~<DescriptorName{_TERM}/DescriptorName>~((?:{without_groups(_QUALIFIERS)})*+)</MeshHeading>~",
    ),
    _form(
        "KeywordList", _read_keywords,
        attributes='(?: Owner="([A-Z]*)")?', item=r'<Keyword MajorTopicYN="([YN])">(...)</Keyword>~',
    ),
    _form("InvestigatorList", _read_investigators, item=_INVESTIGATOR),
)  # fmt: skip
DATA_FORMS: Final = (
    _form("History", _read_history, item=_DATE),
    _form("ArticleIdList", _read_identifiers, item=r'<ArticleId IdType="([a-z]+)">(...)</ArticleId>~'),
    _form(
        "ReferenceList", _read_references, repeats=True, first="(?:<Title>(...)</Title>~)?",
        item=rf"<Reference>~(?:<Citation>(...)</Citation>~)?+(?:<ArticleIdList>~{_IDS}</ArticleIdList>~)?</Reference>~",
    ),
)  # fmt: skip
