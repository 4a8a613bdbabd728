"""Reference, author, MeSH and history lists in NLM's plain form, read by pattern from the bytes of a record.

They are most of a record and nearly always of one form. A list that matches its pattern to the last character is
well-formed XML with one meaning, so it is cut out and read here, in a third of the time; any other (markup, comments,
rare elements, damage) stays in the record, which the strict parser reads. Tests hold both ways to the same rows.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from harvest.draft import Draft
from harvest.markup import tidy
from harvest.pubdate import iso_date
from harvest.pubmedparts import add_author, add_heading, add_reference
from kb import records as rows

_row: Final = tuple.__new__

_CONTROLS: Final = bytes({*range(32)} - {*b"\t\n"})  # what XML forbids, and \r, which it changes
_ENTITY: Final = re.compile(r"&(amp|lt|gt|quot|apos);")
_ENTITIES: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

_LIST: Final = re.compile(r"<ReferenceList>\s*(?:<Title>([^<]*)</Title>\s*)?")
_LIST_END: Final = re.compile(r"</ReferenceList>\s*")
_REFERENCE: Final = re.compile(
    r"<Reference>\s*(?:<Citation>([^<]*)</Citation>\s*)?"
    r"(?:<ArticleIdList>\s*((?:<ArticleId IdType=\"[a-z]+\">[^<]*</ArticleId>\s*)*)</ArticleIdList>\s*)?</Reference>\s*"
)
_ID: Final = re.compile(r"IdType=\"([a-z]+)\">([^<]*)<")

_AUTHORS: Final = re.compile(r"<AuthorList(?: CompleteYN=\"([YN])\")?>\s*")
_AUTHORS_END: Final = re.compile(r"</AuthorList>")
_AUTHOR: Final = re.compile(
    r"<Author(?: ValidYN=\"Y\")?(?: EqualContrib=\"([YN])\")?>\s*"
    r"<LastName>([^<]*)</LastName>\s*(?:<ForeName>([^<]*)</ForeName>\s*)?(?:<Initials>([^<]*)</Initials>\s*)?"
    r"(?:<Suffix>([^<]*)</Suffix>\s*)?(?:<Identifier Source=\"ORCID\">([^<]*)</Identifier>\s*)?"
    r"((?:<AffiliationInfo>\s*<Affiliation>[^<]*</Affiliation>\s*</AffiliationInfo>\s*)*)</Author>\s*"
)
_AFFILIATION: Final = re.compile(r"<Affiliation>([^<]*)<")

_TERM: Final = (
    r"(?: UI=\"([^\"<&]*)\" MajorTopicYN=\"([YN])\"(?: Type=\"[A-Za-z]*\")?"
    r"| MajorTopicYN=\"([YN])\"(?: Type=\"[A-Za-z]*\")? UI=\"([^\"<&]*)\")>([^<]*)<"
)
_MESH: Final = re.compile(r"<MeshHeadingList>\s*")
_MESH_END: Final = re.compile(r"</MeshHeadingList>")
_QUALIFIER: Final = re.compile(rf"<QualifierName{_TERM}/QualifierName>\s*")
_UNCAPTURED: Final = re.compile(r"(?<!\\)\((?!\?)").sub("(?:", _QUALIFIER.pattern)
_HEADING: Final = re.compile(
    rf"<MeshHeading>\s*<DescriptorName{_TERM}/DescriptorName>\s*((?:{_UNCAPTURED})*)</MeshHeading>\s*"
)

_HISTORY: Final = re.compile(r"<History>\s*")
_HISTORY_END: Final = re.compile(r"</History>")
_DATE: Final = re.compile(
    r"<PubMedPubDate PubStatus=\"([a-z-]+)\">\s*<Year>(\d+)</Year>\s*<Month>(\d+)</Month>\s*<Day>(\d+)</Day>\s*"
    r"(?:<Hour>\d+</Hour>\s*)?(?:<Minute>\d+</Minute>\s*)?(?:<Second>\d+</Second>\s*)?</PubMedPubDate>\s*"
)

Fill = Callable[[Draft], None]


class PlainList(NamedTuple):
    """One kind of list: its tags, what must stand before and after it, and how its text is read.

    Where it stands is checked, so that a list is never read that the walk of the whole record would pass over.
    """

    start: bytes
    end: bytes
    before: tuple[bytes, ...]
    after: tuple[bytes, ...]
    read: Callable[[str], Fill | None]


def cut_plain_lists(xml: bytes) -> tuple[bytes, list[Fill]]:
    """Return the record without its plain lists, and for each of these a function that fills it into a draft.

    Filled in after the rest of the record was read, they stand in the order of the document.
    """
    if b"<!" in xml or b"]]>" in xml:  # a comment or CDATA may hide what looks like a list
        return xml, []
    fills: list[Fill] = []
    for kind in _KINDS:
        first = xml.find(kind.start)
        if first < 0:
            continue
        last = xml.rfind(kind.end) + len(kind.end)
        fill = _read(xml, kind, first, last)
        if fill is not None:
            fills.append(fill)
            xml = xml[:first] + xml[last:]
    return xml, fills


def _read(xml: bytes, kind: PlainList, first: int, last: int) -> Fill | None:
    """Return how to fill the list between first and last into a draft; None where it is not plain."""
    if not xml[max(0, first - 200) : first].rstrip().endswith(kind.before):
        return None
    if last <= first or not xml[last : last + 200].lstrip().startswith(kind.after):
        return None
    piece = xml[first:last]
    if len(piece.translate(None, _CONTROLS)) != len(piece):
        return None
    try:
        text = piece.decode()
    except UnicodeDecodeError:
        return None
    if "\ufffe" in text or "\uffff" in text or text.count("&") != len(_ENTITY.findall(text)):
        return None
    return kind.read(text)


def _plain(text: str | None) -> str | None:
    """Return the text of an element without markup, as harvest.markup.text_of gives it."""
    if text and "&" in text:
        text = _ENTITY.sub(lambda match: _ENTITIES[match[1]], text)
    return tidy(text)


def _items(item: "re.Pattern[str]", text: str, place: int) -> Iterator["re.Match[str]"]:
    """Yield the matches of item that follow one another from place on."""
    while match := item.match(text, place):
        place = match.end()
        yield match


def _whole_list(text: str, start: "re.Pattern[str]", item: "re.Pattern[str]", end: "re.Pattern[str]"):  # type: ignore[no-untyped-def]
    """Return the start and the items of a list that is nothing else to its last character; None otherwise."""
    opened = start.match(text)
    if opened is None:
        return None
    items = list(_items(item, text, opened.end()))
    closed = end.match(text, items[-1].end() if items else opened.end())
    return (opened, items) if closed is not None and closed.end() == len(text) else None


def _read_references(text: str) -> Fill | None:
    lists: list[tuple[str | None, list[re.Match[str]]]] = []
    place = 0
    while place < len(text):
        opened = _LIST.match(text, place)
        if opened is None:
            return None
        items = list(_items(_REFERENCE, text, opened.end()))
        closed = _LIST_END.match(text, items[-1].end() if items else opened.end())
        if closed is None:
            return None
        lists.append((_plain(opened[1]), items))
        place = closed.end()

    def fill(draft: Draft) -> None:
        draft.has_references = True
        for title, items in lists:
            for citation, ids in (item.groups() for item in items):
                found = [(kind, value) for kind, raw in _ID.findall(ids) if (value := _plain(raw))] if ids else []
                add_reference(draft, _plain(citation), found, list_title=title)

    return fill


def _read_authors(text: str) -> Fill | None:
    found = _whole_list(text, _AUTHORS, _AUTHOR, _AUTHORS_END)
    if found is None:
        return None
    opened, items = found

    def fill(draft: Draft) -> None:
        if opened[1]:
            draft.article["authors_complete"] = 1 if opened[1] == "Y" else 0
        for equal, last, fore, initials, suffix, orcid, places in (item.groups() for item in items):
            affiliations = [_plain(place) for place in _AFFILIATION.findall(places)] if places else []
            parts = {"LastName": _plain(last), "ForeName": _plain(fore), "Initials": _plain(initials),
                     "Suffix": _plain(suffix)}  # fmt: skip
            add_author(draft, parts, orcid=orcid, equal=equal, affiliations=affiliations)

    return fill


def _read_mesh(text: str) -> Fill | None:
    found = _whole_list(text, _MESH, _HEADING, _MESH_END)
    if found is None:
        return None
    _, items = found

    def fill(draft: Draft) -> None:
        for number, item in enumerate(items, start=1):
            *descriptor, qualifiers = item.groups()
            terms = [_term(*match.groups()) for match in _QUALIFIER.finditer(qualifiers)] if qualifiers else []
            add_heading(draft, number, _term(*descriptor), [term for term in terms if term])

    return fill


def _term(
    ui: str | None, is_major: str | None, other_is_major: str | None, other_ui: str | None, raw: str
) -> tuple[str, str, int] | None:
    """Return UI, name and whether it is a major topic; None for a name of nothing but blanks."""
    name = _plain(raw)
    return (ui or other_ui or name, name, int("Y" in (is_major, other_is_major))) if name else None


def _read_history(text: str) -> Fill | None:
    found = _whole_list(text, _HISTORY, _DATE, _HISTORY_END)
    if found is None:
        return None
    _, items = found

    def fill(draft: Draft) -> None:
        dates = draft.article_dates
        for kind, year, month, day in (item.groups() for item in items):
            date = iso_date(year, month, day)
            if date is not None:
                dates.append(_row(rows.ArticleDate, (draft.pmid, len(dates) + 1, kind, date)))

    return fill


_KINDS: Final = (
    PlainList(
        b"<ReferenceList>", b"</ReferenceList>", (b"</ArticleIdList>", b"</PublicationStatus>"), (b"</PubmedData>",),
        _read_references,
    ),
    PlainList(b"<History>", b"</History>", (b"<PubmedData>",), (b"<PublicationStatus>",), _read_history),
    PlainList(
        b"<MeshHeadingList>", b"</MeshHeadingList>",
        (b"</CitationSubset>", b"</CommentsCorrectionsList>", b"</ChemicalList>", b"</MedlineJournalInfo>"),
        (b"</MedlineCitation>", b"<KeywordList", b"<CoiStatement>", b"<OtherAbstract", b"<OtherID", b"<NumberOfRef"),
        _read_mesh,
    ),
    PlainList(
        b"<AuthorList", b"</AuthorList>",
        (b"</Abstract>", b"</ELocationID>", b"</Pagination>", b"</ArticleTitle>"), (b"<Language>",),
        _read_authors,
    ),
)  # fmt: skip
