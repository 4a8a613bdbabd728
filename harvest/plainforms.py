"""The plain form of each long list of PubMed, as a pattern, and what its items say.

A pattern allows only what has the same meaning to an XML parser: each tag and attribute as NLM writes them, text
without markup. What an item says is noted as the strict parser's readers note it, by the functions of harvest.entries.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from harvest.draft import Draft
from harvest.entries import (
    YES_NO,
    add_author,
    add_chemical,
    add_correction,
    add_date,
    add_heading,
    add_identifier,
    add_keyword,
    add_publication_type,
    add_reference,
)
from harvest.markup import tidy
from harvest.pubdate import iso_date

MARK: Final = "plain."  # the name of a list, when a mark stands in its place, begins so

Groups = tuple[Any, ...]  # of a match: texts, None where the pattern's part is optional
Reader = Callable[[Draft, Groups, Iterable[Groups]], None]

_REFERENCE: Final = re.compile("&[^;]*;")
_NAMES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


class Form(NamedTuple):
    """One kind of list: its name, how it begins and ends, the pattern of an item, and how these are read."""

    name: str
    mark: bytes  # what is left in the place of a list; % is for its number
    start: bytes
    end: bytes
    opening: "re.Pattern[str]"
    closing: str
    item: "re.Pattern[str]"
    read: Reader
    repeats: bool


def _form(name: str, read: Reader, *, item: str, attributes: str = "", first: str = "", repeats: bool = False) -> Form:
    """Return the form of a list that may have these attributes, and this before its items."""
    start, end = f"<{name}", f"</{name}>"
    opening = _pattern(f"{start}{attributes}>~{first}")
    mark = f'<{MARK}{name} n="%d"/>'
    return Form(name, mark.encode(), start.encode(), end.encode(), opening, end, _pattern(item), read, repeats)


def _pattern(words: str) -> "re.Pattern[str]":
    """Return a pattern in which ~ is white space between tags and ... a text without markup."""
    return re.compile(words.replace("~", r"\s*").replace("...", "([^<]*)"))


@lru_cache(maxsize=2**12)
def character_of(reference: str) -> str:
    """Return the character for &lt; or &#60; or &#x3c;"""
    if reference[1] != "#":
        return _NAMES[reference]
    return chr(int(reference[3:-1], 16) if reference[2] == "x" else int(reference[2:-1]))


def _plain(text: str | None) -> str | None:
    """Return the text of an element without markup, as harvest.markup.text_of gives it."""
    if text is None:
        return None
    if "&" in text:
        text = _REFERENCE.sub(lambda match: character_of(match[0]), text)
    return tidy(text) if "\n" in text or "\t" in text else text.strip() or None


# --- people ---

_AUTHOR: Final = (
    r'<Author(?: ValidYN="Y"(?: EqualContrib="([YN])")?| EqualContrib="([YN])"(?: ValidYN="Y")?)?>~'
    r"(?:<LastName>...</LastName>~)?(?:<ForeName>...</ForeName>~)?(?:<Initials>...</Initials>~)?"
    r'(?:<Suffix>...</Suffix>~)?(?:<Identifier Source="ORCID">...</Identifier>~)?'
    r"((?:<AffiliationInfo>~<Affiliation>[^<]*</Affiliation>~</AffiliationInfo>~)*)</Author>~"
)
_AFFILIATION: Final = re.compile(r"<Affiliation>([^<]*)<")


def _read_authors(draft: Draft, opened: Groups, authors: Iterable[Groups]) -> None:
    if opened[0]:
        draft.article["authors_complete"] = YES_NO[opened[0]]
    for equal, other_equal, last, fore, initials, suffix, orcid, places in authors:
        parts = {"LastName": _plain(last), "ForeName": _plain(fore), "Initials": _plain(initials),
                 "Suffix": _plain(suffix)}  # fmt: skip
        affiliations = [_plain(place) for place in _AFFILIATION.findall(places)] if places else ()
        add_author(draft, parts, orcid=_plain(orcid), equal=equal or other_equal, affiliations=affiliations)


# --- references and identifiers ---

_ID: Final = re.compile(r'IdType="([a-z]+)">([^<]*)<')
_NO_IDS: Final[list[tuple[str, str]]] = []
_IDS: Final = r'((?:<ArticleId IdType="[a-z]+">[^<\s]+</ArticleId>~)*)'


def _read_references(draft: Draft, opened: Groups, references: Iterable[Groups]) -> None:
    draft.has_references = True
    title = _plain(opened[0])
    for citation, raw in references:
        ids = _ID.findall(raw) if raw else _NO_IDS
        if ids and "&" in raw:
            ids = [(kind, text) for kind, value in ids if (text := _plain(value))]
        add_reference(draft, _plain(citation), ids, list_title=title)


def _read_identifiers(draft: Draft, _opened: Groups, ids: Iterable[Groups]) -> None:
    own = str(draft.pmid)
    for kind, raw in ids:
        value = _plain(raw)
        if value is not None and value != own:
            add_identifier(draft, kind, value)


def _read_corrections(draft: Draft, _opened: Groups, corrections: Iterable[Groups]) -> None:
    for kind, source, number, note in corrections:
        add_correction(draft, kind, _plain(number), source=_plain(source), note=_plain(note))


# --- what a record is about ---

_UI: Final = r' UI="([^"<&\s]*)"'
_TYPE: Final = '(?: Type="[A-Za-z]*")?'
_TERM: Final = rf'(?:{_UI} MajorTopicYN="([YN])"{_TYPE}| MajorTopicYN="([YN])"{_TYPE}(?:{_UI})?)>...<'
_QUALIFIER: Final = _pattern(rf"<QualifierName{_TERM}/QualifierName>~")
_UNREAD: Final = re.sub(r"\((?!\?)", "(?:", _QUALIFIER.pattern)  # the same without groups


def _term(ui: str | None, is_major: str | None, other_is_major: str | None, other_ui: str | None, raw: str) -> Any:
    """Return UI, name and whether it is a major topic; None for a name of nothing but blanks."""
    name = _plain(raw)
    return (ui or other_ui or name, name, YES_NO[is_major or other_is_major or "N"]) if name else None


def _read_mesh(draft: Draft, _opened: Groups, headings: Iterable[Groups]) -> None:
    for number, (*descriptor, raw) in enumerate(headings, start=1):
        terms = [_term(*groups) for groups in _QUALIFIER.findall(raw)] if raw else []
        add_heading(draft, number, _term(*descriptor), [term for term in terms if term])


def _read_keywords(draft: Draft, opened: Groups, keywords: Iterable[Groups]) -> None:
    for is_major, raw in keywords:
        if keyword := _plain(raw):
            add_keyword(draft, keyword, is_major=is_major, owner=opened[0] or None)


def _read_chemicals(draft: Draft, _opened: Groups, chemicals: Iterable[Groups]) -> None:
    for number, ui, raw in chemicals:
        if name := _plain(raw):
            add_chemical(draft, _plain(number), name, ui or None)


def _read_publication_types(draft: Draft, _opened: Groups, types: Iterable[Groups]) -> None:
    for ui, raw in types:
        if name := _plain(raw):
            add_publication_type(draft, name, ui or None)


# --- dates ---

_DATE: Final = (
    r'<PubMedPubDate PubStatus="([a-z-]+)">~<Year>(\d+)</Year>~<Month>(\d+)</Month>~<Day>(\d+)</Day>~'
    r"(?:<Hour>\d+</Hour>~)?(?:<Minute>\d+</Minute>~)?(?:<Second>\d+</Second>~)?</PubMedPubDate>~"
)


def _read_history(draft: Draft, _opened: Groups, dates: Iterable[Groups]) -> None:
    for kind, year, month, day in dates:
        add_date(draft, kind, iso_date(year, month, day))


# In the order of PubMed's DTD.
ARTICLE_FORMS: Final = (
    _form("AuthorList", _read_authors, attributes='(?: CompleteYN="([YN])")?', item=_AUTHOR),
    _form("PublicationTypeList", _read_publication_types, item=rf"<PublicationType(?:{_UI})?>...</PublicationType>~"),
    _form(
        "ChemicalList", _read_chemicals,
        item=rf"<Chemical>~<RegistryNumber>...</RegistryNumber>~<NameOfSubstance(?:{_UI})?>...</NameOfSubstance>~</Chemical>~",
    ),
    _form(
        "CommentsCorrectionsList", _read_corrections,
        item=r'<CommentsCorrections RefType="([A-Za-z]+)">~<RefSource>...</RefSource>~'
        r'(?:<PMID Version="[0-9]+">...</PMID>~)?(?:<Note>...</Note>~)?</CommentsCorrections>~',
    ),
    _form(
        "MeshHeadingList", _read_mesh,
        item=rf"<MeshHeading>~<DescriptorName{_TERM}/DescriptorName>~((?:{_UNREAD})*)</MeshHeading>~",
    ),
    _form(
        "KeywordList", _read_keywords,
        attributes='(?: Owner="([A-Z]*)")?', item=r'<Keyword MajorTopicYN="([YN])">...</Keyword>~',
    ),
)  # fmt: skip
DATA_FORMS: Final = (
    _form("History", _read_history, item=_DATE),
    _form("ArticleIdList", _read_identifiers, item=r'<ArticleId IdType="([a-z]+)">...</ArticleId>~'),
    _form(
        "ReferenceList", _read_references, repeats=True, first="(?:<Title>...</Title>~)?",
        item=rf"<Reference>~(?:<Citation>...</Citation>~)?(?:<ArticleIdList>~{_IDS}</ArticleIdList>~)?</Reference>~",
    ),
)  # fmt: skip
