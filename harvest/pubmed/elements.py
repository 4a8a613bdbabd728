"""The parts that PubMed's articles and books share: names, abstracts, references, identifiers, dates."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from lxml.etree import _Element

from harvest.pubmed.dates import iso_date
from harvest.pubmed.inline_text import marked, text_of, tidy
from harvest.pubmed.record_builder import Draft
from harvest.pubmed.row_builders import (
    PMC_KINDS,
    YES_NO,
    add_affiliation_text,
    add_author,
    add_date,
    add_identifier,
    add_keyword,
    add_publication_type,
    add_reference,
    next_list,
    printed_name,
)
from kb import records as rows
from kb.identifiers import normalise_doi, normalise_orcid, normalise_pmcid

Reader = Callable[[Draft, _Element], None]
Readers = Mapping[Any, Reader]  # by tag: a name, or lxml's sign for a processing instruction

DAY: Final = frozenset(("Year", "Month", "Day", "Season", "MedlineDate"))
_INSTANT: Final = DAY | {"Hour", "Minute", "Second"}
_PAGES: Final = frozenset(("StartPage", "EndPage", "MedlinePgn"))
_NAMES: Final = frozenset(("LastName", "ForeName", "Initials", "Suffix", "CollectiveName"))
_REFERENCE: Final = frozenset(("ReferenceList", "Reference", "ArticleIdList"))
_INFO: Final = frozenset(("Affiliation", "Identifier"))
_GRANT: Final = frozenset(("GrantID", "Acronym", "Agency", "Country"))


def read_children(draft: Draft, element: _Element, readers: Readers) -> None:
    """Give each child of element to the reader of its name, one without a reader to note_unread()."""
    for child in element:
        readers.get(child.tag, note_unread)(draft, child)


def note_unread(draft: Draft, element: _Element) -> None:
    """Note an element that no table has a place for: it is stored in other_fields."""
    draft.unread.append(element)


def leave(_draft: Draft, _element: _Element) -> None:
    """Leave an element that is read elsewhere."""


def items_of(draft: Draft, element: _Element, name: str) -> Iterator[_Element]:
    """Yield the children of element that have this name; all others are unread."""
    for child in element:
        if child.tag == name:
            yield child
        else:
            draft.unread.append(child)


def texts_of(draft: Draft, element: _Element, names: Collection[str]) -> dict[str, str]:
    """Return the texts of the children of element by name; blank ones are left out, of two the first counts.

    What has none of these names is unread.
    """
    found: dict[str, str] = {}
    for child in element:
        tag = child.tag
        if tag not in names:
            draft.unread.append(child)
        elif (text := text_of(child)) is not None:
            found.setdefault(tag, text)
    return found


def column(name: str) -> Reader:
    """Return a reader that puts the text of its element into this column of articles."""

    def read(draft: Draft, element: _Element) -> None:
        draft.article[name] = text_of(element)

    return read


def dated(kind: str, name: str | None = None) -> Reader:
    """Return a reader of a date of this kind, which may have a column of its own in articles."""

    def read(draft: Draft, element: _Element) -> None:
        date = read_date(draft, kind, element)
        if name is not None:
            draft.article[name] = date

    return read


def read_date(draft: Draft, kind: str, element: _Element, names: Collection[str] = DAY) -> str | None:
    """Note the date that element's children say, and return it."""
    said: dict[str, str | None] = {}
    for child in element:
        tag = child.tag
        if tag in names:
            said[tag] = child.text
        else:
            draft.unread.append(child)
    return add_date(draft, kind, iso_date(said.get("Year"), said.get("Month"), said.get("Day")))


def read_history(draft: Draft, history: _Element) -> None:
    """Note the dates of a History: received, accepted, pubmed, medline …"""
    for child in items_of(draft, history, "PubMedPubDate"):
        read_date(draft, child.get("PubStatus", "history"), child, _INSTANT)


# --- where it appeared ---


def note_journal(draft: Draft, parts: Mapping[str, str | None]) -> None:
    """Note NLM's own description of the journal, and its id: NLM's number, else the abbreviation."""
    found = draft.journal
    found["abbreviation"] = parts.get("MedlineTA")
    found["issn_linking"] = parts.get("ISSNLinking")
    found["country"] = parts.get("Country")
    abbreviation = parts.get("MedlineTA") or found.get("iso_abbreviation")
    journal_id = parts.get("NlmUniqueID") or (f"ta:{abbreviation}" if abbreviation else None)
    found["journal_id"] = draft.article["journal_id"] = journal_id


def read_pages(draft: Draft, pagination: _Element) -> None:
    """Note the pages."""
    parts = texts_of(draft, pagination, _PAGES)
    span = "-".join(filter(None, (parts.get("StartPage"), parts.get("EndPage"))))
    draft.article["pages"] = parts.get("MedlinePgn") or span or None


# --- titles and abstracts ---


def read_title(draft: Draft, element: _Element) -> None:
    """Note the title, as text and, where it has markup, as HTML."""
    title = marked(element)
    if title is not None:
        draft.article["title"] = title.text
        draft.article["title_html"] = title.html


def read_abstract(draft: Draft, abstract: _Element) -> None:
    """Note the sections of the abstract, with their printed labels, and the copyright in it."""
    for child in abstract:
        if child.tag == "AbstractText":
            section = marked(child)
            if section is not None:
                draft.abstract_sections.append(
                    rows.AbstractSection(
                        draft.pmid, len(draft.abstract_sections) + 1, child.get("Label") or None,
                        child.get("NlmCategory") or None, section.text, section.html,
                    )
                )  # fmt: skip
        elif child.tag == "CopyrightInformation":
            draft.article["copyright"] = text_of(child)
        else:
            draft.unread.append(child)


def read_other_abstract(draft: Draft, abstract: _Element) -> None:
    """Note an abstract in another language, or of another kind."""
    notice = next((text_of(child) for child in abstract if child.tag == "CopyrightInformation"), None)
    for child in abstract:
        if child.tag != "AbstractText":
            if child.tag != "CopyrightInformation":
                draft.unread.append(child)
        elif (text := text_of(child)) is not None:
            draft.other_abstract_sections.append(
                rows.OtherAbstractSection(
                    draft.pmid, len(draft.other_abstract_sections) + 1, abstract.get("Language") or None,
                    abstract.get("Type") or None, child.get("Label") or None,
                    child.get("NlmCategory") or None, text, notice,
                )
            )  # fmt: skip


# --- people ---


def read_authors(draft: Draft, authors: _Element, role: str = "author") -> None:
    """Note the authorships of one author list; a name that the record marks as invalid is left out."""
    complete = YES_NO.get(authors.get("CompleteYN", ""))
    if role == "author" and complete is not None:
        draft.article["authors_complete"] = complete
    for author in items_of(draft, authors, "Author"):
        unread = len(draft.unread)
        if author.get("ValidYN") == "N" or not _read_author(draft, author, role):
            draft.unread[unread:] = [author]  # as a whole


def _read_author(draft: Draft, author: _Element, role: str) -> bool:
    """Note one author; False for one without a name."""
    parts: dict[str, str | None] = {}
    orcid = None
    affiliations: list[str | None] = []
    identified: list[_Element] = []
    for child in author:
        tag = child.tag
        if tag == "AffiliationInfo":
            identified.append(child)
        elif tag == "Identifier":
            orcid = orcid or _orcid(child)
        elif tag == "Affiliation":  # before 2015: text in the Author itself
            affiliations.append(text_of(child))
        elif tag in _NAMES:
            parts[tag] = text_of(child)
            if tag == "CollectiveName" and parts[tag]:
                draft.groups.setdefault(child.get("Investigators", ""), str(parts[tag]))
        else:
            draft.unread.append(child)
    group = parts.pop("CollectiveName", None) if parts.get("LastName") else None  # of old: a person and a group in one
    equal = author.get("EqualContrib")
    if not add_author(draft, parts, orcid=orcid, equal=equal, affiliations=affiliations, role=role):
        return False
    for info in identified:
        _add_affiliation(draft, info)
    if group:
        add_author(draft, {"CollectiveName": group}, orcid=None, equal=None, affiliations=(), role=role)
    return True


def _orcid(identifier: _Element) -> str | None:
    return normalise_orcid(identifier.text) if identifier.get("Source") == "ORCID" else None


def _add_affiliation(draft: Draft, info: _Element) -> None:
    """Add an affiliation of the last author, once for each identifier that it has (ROR, GRID, ISNI)."""
    text = None
    identifiers: list[_Element] = []
    for child in info:
        if child.tag == "Affiliation":
            text = text_of(child)
        elif child.tag == "Identifier":
            identifiers.append(child)
        else:
            draft.unread.append(child)
    if not identifiers:
        add_affiliation_text(draft, text)
    for identifier in identifiers:
        add_affiliation_text(draft, text, text_of(identifier), identifier.get("Source") or None)


def read_old_affiliation(draft: Draft, element: _Element) -> None:
    """Note the one affiliation of an article before 2015, for settle_affiliation()."""
    draft.old_affiliation = text_of(element)


def settle_affiliation(draft: Draft) -> None:
    """Give the one affiliation of an old article to its first author, after his own if he has any."""
    if draft.old_affiliation is not None and draft.authorships:
        own = sum(row.position == 1 for row in draft.affiliations)
        row = rows.Affiliation(draft.pmid, 1, own + 1, draft.old_affiliation, None, None)
        draft.affiliations.insert(own, row)


def read_investigators(draft: Draft, investigators: _Element) -> None:
    """Note the investigators of one list: members of a group that is an author."""
    place = (next_list(draft), draft.groups.get(investigators.get("ID") or "-"))
    for person in items_of(draft, investigators, "Investigator"):
        unread = len(draft.unread)
        if person.get("ValidYN") == "N" or not _read_investigator(draft, person, place):
            draft.unread[unread:] = [person]  # as a whole


def _read_investigator(draft: Draft, person: _Element, place: tuple[int, str | None]) -> bool:
    """Note one investigator; False for one without a name."""
    parts: dict[str, str | None] = {}
    orcid = None
    places: list[str | None] = []
    for child in person:
        tag = child.tag
        if tag == "Identifier":
            orcid = orcid or _orcid(child)
        elif tag == "AffiliationInfo":
            places.append(texts_of(draft, child, _INFO).get("Affiliation"))
        elif tag in _NAMES or tag == "Affiliation":
            parts[tag] = parts.get(tag) or text_of(child)
        else:
            draft.unread.append(child)
    given = parts.get("Initials") or parts.get("ForeName")  # without initials the fore name stands for them
    name = printed_name(parts.get("LastName"), given, parts.get("Suffix"))
    if name is None:
        return False
    draft.investigators.append(
        rows.Investigator(
            draft.pmid, len(draft.investigators) + 1, name, parts.get("LastName"), parts.get("ForeName"),
            parts.get("Initials"), parts.get("Suffix"), orcid,
            "; ".join(filter(None, [*places, parts.get("Affiliation")])) or None, *place,
        )
    )  # fmt: skip
    return True


# --- identifiers ---


def read_identifiers(draft: Draft, ids: _Element) -> None:
    """Note the record's own identifiers; a PubMed id that repeats its PMID says nothing new."""
    for child in items_of(draft, ids, "ArticleId"):
        value = text_of(child)
        if value is not None and value != str(draft.pmid):
            add_identifier(draft, child.get("IdType", "pubmed"), value)


def read_location(draft: Draft, location: _Element) -> None:
    """Note an ELocationID: a DOI or a publisher's number that stands in the place of pages."""
    value = text_of(location)
    if value is not None:
        valid = YES_NO.get(location.get("ValidYN", ""))
        draft.locations.append((location.get("EIdType", ""), value, valid))


def settle_identifiers(draft: Draft, *, locations_are_own: bool = True) -> None:
    """Set DOI and PMCID of the article: those of its ArticleIdList; else, for the DOI, an ELocationID.

    A DOI that an ELocationID calls invalid is not the article's, wherever else it stands.
    """
    doi = pmcid = None
    wrong = _invalid_dois(draft)
    for kind, value in draft.identifiers:
        if kind == "doi":
            doi = doi or _right_doi(value, wrong)
        elif kind in PMC_KINDS:
            pmcid = pmcid or normalise_pmcid(value)
    for kind, value, is_valid in draft.locations if locations_are_own else ():
        if kind == "doi" and is_valid != 0 and doi is None:
            doi = _right_doi(value, wrong)
        add_identifier(draft, kind, value, is_valid=is_valid)
    draft.article["doi"], draft.article["pmcid"] = doi, pmcid


def _invalid_dois(draft: Draft) -> set[str | None]:
    """Return the DOIs that an ELocationID calls invalid, and no other calls valid."""
    dois = [(normalise_doi(value), is_valid) for kind, value, is_valid in draft.locations if kind == "doi"]
    return {doi for doi, is_valid in dois if is_valid == 0}.difference(doi for doi, is_valid in dois if is_valid)


def _right_doi(value: str, wrong: set[str | None]) -> str | None:
    doi = normalise_doi(value)
    return None if doi in wrong else doi


def location_in_line(draft: Draft) -> str | None:
    """Return what PubMed prints where an article has no pages: the publisher's number, else the DOI."""
    valid = {kind: value for kind, value, is_valid in reversed(draft.locations) if is_valid != 0}
    return valid.get("pii") or valid.get("doi")


# --- references ---


def read_references(draft: Draft, references: _Element) -> None:
    """Note the entries of a reference list and of the lists in it, in document order.

    One flat walk: most elements of PubMed are in reference lists.
    """
    draft.has_references = True
    titles: dict[_Element | None, str | None] = {}  # of each list, itself or the nearest around it
    citation: str | None = None
    ids: list[tuple[str, str]] | None = None  # None: no reference has begun
    title: str | None = None
    for element in references.iter():
        tag = element.tag
        if tag == "ArticleId" or tag == "PMID":
            if ids is not None and (value := tidy(element.text)):
                ids.append((element.get("IdType", "pubmed"), value))
        elif tag == "Citation":
            citation = text_of(element)
        elif tag == "Reference":
            if ids is not None:
                add_reference(draft, citation, ids, list_title=title)
            citation, ids = None, []
            title = titles.get(element.getparent())
        elif tag != "ArticleIdList":
            _read_beside(draft, element, titles)
    if ids is not None:
        add_reference(draft, citation, ids, list_title=title)


def _read_beside(draft: Draft, element: _Element, titles: dict[_Element | None, str | None]) -> None:
    """Note a list within a list, the title of one, or an element that lists do not have; markup is read elsewhere."""
    around = element.getparent()
    if element.tag == "ReferenceList":
        titles[element] = titles.get(around)
    elif element.tag == "Title":
        titles[around] = text_of(element)
    elif around is not None and around.tag in _REFERENCE:
        draft.unread.append(element)


# --- what a record is about ---


def read_languages(draft: Draft, element: _Element) -> None:
    """Note a language, NLM's three letters."""
    language = text_of(element)
    if language is not None:
        draft.languages.append(rows.Language(draft.pmid, len(draft.languages) + 1, language))


def read_publication_type(draft: Draft, element: _Element) -> None:
    """Note a publication type."""
    name = text_of(element)
    if name is not None:
        add_publication_type(draft, name, element.get("UI") or None)


def read_keywords(draft: Draft, keywords: _Element) -> None:
    """Note the keywords of one list; empty ones are no keywords."""
    owner = keywords.get("Owner") or None
    for child in items_of(draft, keywords, "Keyword"):
        keyword = text_of(child)
        if keyword is not None:
            add_keyword(draft, keyword, is_major=child.get("MajorTopicYN"), owner=owner)


def read_grants(draft: Draft, grants: _Element) -> None:
    """Note the grants."""
    for child in items_of(draft, grants, "Grant"):
        if parts := texts_of(draft, child, _GRANT):
            draft.grants.append(
                rows.Grant(
                    draft.pmid, len(draft.grants) + 1, parts.get("GrantID"), parts.get("Acronym"),
                    parts.get("Agency"), parts.get("Country"),
                )
            )  # fmt: skip
