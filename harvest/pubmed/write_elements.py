"""The elements that PubMed's articles and books share, written: names, abstracts, references, identifiers, dates."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Final, TypeVar
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from kb.records import (
    AbstractSection,
    Affiliation,
    Article,
    ArticleIdentifier,
    Authorship,
    Grant,
    Investigator,
    Keyword,
    OtherField,
    Record,
    Reference,
)
from kb.text import safe_html, without_controls

CITES: Final = "CommentsCorrectionsList"  # where old records keep their references, as RefType "Cites"
YES_NO: Final = {None: None, 0: "N", 1: "Y"}

_OUTSIDE: Final = frozenset(("created", "beginning", "ending", "contribution"))  # dates that are never in a History
_PUB_DATE: Final = re.compile(
    r"(?P<Year>\d{4})(?: (?P<Month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?: (?P<Day>[1-9]\d?))?"
    r"| (?P<Season>Winter|Spring|Summer|Autumn|Fall))?",
    re.ASCII,
)
ID_KINDS: Final = frozenset(  # what an ArticleId can be, by the DTD; others are OtherIDs
    ("bookaccession", "doi", "medline", "mid", "pii", "pmc", "pmcbook", "pmcid", "pmcpid", "pmpid", "pubmed", "sici")
)
_OTHER_IDS: Final = re.compile(  # "pii S0140 doi e22.00123": a value ends where the next kind begins
    r"(?<!\S)(\S++) (.+?)(?= (?:bookaccession|doi|mid|pii|pmc|pmcid|pubmed|sici) |\Z)", re.DOTALL
)

_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)  # of an element
_OWNED: Final = re.compile("(NASA|PIP|KIE|HSR|HMD): (.*)", re.DOTALL)

T = TypeVar("T")


# --- writing elements


def element(name: str, content: str, attributes: str = "") -> str:
    """Return the element of ready markup; nothing where there is nothing in it."""
    return f"<{name}{attributes}>{content}</{name}>" if content else ""


def text(name: str, value: str | int | None, attributes: str = "") -> str:
    """Return the element of a plain value; nothing where nobody said."""
    return "" if value is None else f"<{name}{attributes}>{escape(without_controls(str(value)))}</{name}>"


def marked(name: str, plain: str | None, html: str | None, attributes: str = "") -> str:
    """Return the element of a text; the tags of its HTML form are elements in it."""
    if html is None:
        return text(name, plain, attributes)
    return f"<{name}{attributes}>{safe_html(without_controls(html))}</{name}>"


@lru_cache(maxsize=1024)  # the same few attributes come again and again
def said(**values: str | int | None) -> str:
    """Return the attributes whose value somebody said."""
    known = ((name, value) for name, value in values.items() if value is not None)
    return "".join(f" {name}={quoteattr(without_controls(str(value)))}" for name, value in known)


def joined(rows: Iterable[T], to_xml: Callable[[T], str]) -> str:
    """Return the elements of rows, one after the other."""
    return "".join(map(to_xml, rows))


# --- dates


def date(name: str, iso: str | None, attributes: str = "") -> str:
    """Return a date as elements, as long as it is precise: 2020-05 has no Day."""
    parts = zip(("Year", "Month", "Day"), (iso or "").split("-"), strict=False)
    return element(name, "".join(text(part, value) for part, value in parts if value), attributes)


def dates(record: Record, *kinds: str, name: str) -> str:
    """Return the dates of these kinds, each as an element of this name."""
    return "".join(date(name, row.date) for row in record.article_dates if row.kind in kinds)


def pub_date(words: str | None) -> str:
    """Return a PubDate; words that are no year with month and day, or season, are a MedlineDate."""
    if words is None:
        return ""
    match = _PUB_DATE.fullmatch(words)
    parts = match.groupdict() if match else {"MedlineDate": words}
    return element("PubDate", "".join(text(name, value) for name, value in parts.items()))


def history(record: Record) -> str:
    """Return the History: the dates that have no element of their own elsewhere in the record."""
    article = record.article
    own = [("completed", article.date_completed), ("revised", article.date_revised)]
    content = ""
    for row in record.article_dates:
        if (row.kind, row.date) in own:  # the first one: authors revise their manuscripts too
            own.remove((row.kind, row.date))
        elif row.kind not in _OUTSIDE and not row.kind[:1].isupper():
            content += date("PubMedPubDate", row.date, said(PubStatus=row.kind))
    return element("History", content)


# --- abstract


def abstract(record: Record) -> str:
    """Return the Abstract, its copyright with it."""
    sections = joined(record.abstract_sections, _section)
    return element("Abstract", sections + text("CopyrightInformation", record.article.copyright))


def _section(row: AbstractSection) -> str:
    return marked("AbstractText", row.text, row.html, said(Label=row.label, NlmCategory=row.category))


# --- people


def others(record: Record, *tags: str) -> str:
    """Return the elements that stand in other_fields under these names, or under these tags of NBIB."""
    return joined((row for row in record.other_fields if row.tag in tags), _other)


def unplaced(record: Record, placed: Collection[str]) -> str:
    """Return what stands in other_fields under names that have no place of their own."""
    return joined((row for row in record.other_fields if row.tag not in placed), _other)


def attributes(record: Record, names: Mapping[str, str]) -> str:
    """Return the attributes that stand in other_fields, given their tags there by name."""
    values = {row.tag: row.value for row in record.other_fields}
    return said(**{name: values.get(tag) for name, tag in names.items()})


def _other(row: OtherField) -> str:
    if row.value.startswith(f"<{row.tag}") and _is_xml(row.value):
        return row.value
    return text(row.tag, row.value) if _NAME.fullmatch(row.tag) else ""


def _is_xml(value: str) -> bool:
    try:
        etree.fromstring(value)
    except etree.XMLSyntaxError:
        return False
    return True


def note(row: OtherField) -> str:
    """Return a GeneralNote; whose it is stands before its words, as in NBIB."""
    match = _OWNED.fullmatch(row.value)
    owner, words = match.groups() if match else ("NLM", row.value)
    return text("GeneralNote", words, said(Owner=owner))


def name_subjects(record: Record) -> str:
    """Return the persons whom an article is about; the full name stands before the short one, as in NBIB."""
    full, found = None, ""
    for row in record.other_fields:
        if row.tag == "FPS":
            found, full = found + _subject(full, None), row.value
        elif row.tag == "PS":
            found, full = found + _subject(full, row.value), None
    return element("PersonalNameSubjectList", found + _subject(full, None))


def _subject(full: str | None, short: str | None) -> str:
    """Return a person; the short name tells initials and suffix from the rest."""
    last, _, given = (full or short or "").partition(", " if full else " ")
    initials, _, suffix = (short or "").removeprefix(last).strip().partition(" ")
    fore = given.removesuffix(suffix).strip() if full else ""
    parts = (("LastName", last), ("ForeName", fore), ("Initials", initials), ("Suffix", suffix))
    return element("PersonalNameSubject", "".join(text(name, value) for name, value in parts if value))


def author_lists(record: Record, rows: Iterable[Authorship]) -> str:
    """Return the author lists of rows, one for each run of names in the same role."""
    places: dict[int, list[Affiliation]] = {}
    for place in record.affiliations:
        places.setdefault(place.position, []).append(place)
    groups = {row.group_name: _list_id(row) for row in reversed(record.investigators) if row.group_name}
    runs = groupby(rows, key=lambda row: row.role)
    return "".join(
        element(
            "AuthorList",
            joined(run, lambda row: _author(row, places.get(row.position, []), groups)),
            _list_attributes(record.article, role),
        )
        for role, run in runs
    )


def _list_attributes(article: Article, role: str) -> str:
    complete = YES_NO[article.authors_complete] if role == "author" else None
    kind = None if article.record_type == "article" else "editors" if role == "editor" else "authors"
    return said(CompleteYN=complete, Type=kind)


def _author(row: Authorship, places: Iterable[Affiliation], groups: Mapping[str, str | None]) -> str:
    group = row.collective_name
    name = text("CollectiveName", group, said(Investigators=groups.get(group))) if group else ""
    content = name + _person(row) + joined(places, _affiliation)
    return element("Author", content, said(ValidYN="Y", EqualContrib=YES_NO[row.equal_contribution]))


def _person(row: Authorship | Investigator) -> str:
    return (
        text("LastName", row.last_name)
        + text("ForeName", row.fore_name)
        + text("Initials", row.initials)
        + text("Suffix", row.suffix)
        + text("Identifier", row.orcid, said(Source="ORCID" if row.orcid else None))
    )


def _affiliation(row: Affiliation) -> str:
    identifier = text("Identifier", row.identifier, said(Source=row.identifier_source))
    return element("AffiliationInfo", text("Affiliation", row.affiliation) + identifier)


def investigator_lists(record: Record) -> str:
    """Return the lists of investigators; that of a named group has the id by which its author refers to it."""
    return "".join(
        element("InvestigatorList", joined(people, _investigator), said(ID=list_id))
        for (_, list_id), people in groupby(record.investigators, key=lambda row: (row.list_number, _list_id(row)))
    )


def _list_id(row: Investigator) -> str | None:
    return f"group{row.list_number}" if row.group_name else None


def _investigator(row: Investigator) -> str:
    place = element("AffiliationInfo", text("Affiliation", row.affiliation))
    return element("Investigator", _person(row) + place, said(ValidYN="Y"))


# --- identifiers and references


def identifiers(record: Record, rows: Iterable[ArticleIdentifier]) -> str:
    """Return the ArticleIdList: the PMID first, as PubMed has it."""
    own = text("ArticleId", record.article.pmid, said(IdType="pubmed"))
    return element("ArticleIdList", own + joined(rows, _identifier))


def other_id(row: ArticleIdentifier) -> str:
    """Return an OtherID: an identifier of a kind that an ArticleIdList does not take."""
    return text("OtherID", row.value, said(Source=row.kind))


def _identifier(row: ArticleIdentifier) -> str:
    return text("ArticleId", row.value, said(IdType=row.kind))


def location(row: ArticleIdentifier) -> str:
    """Return an ELocationID: an identifier that stands in the place of pages."""
    return text("ELocationID", row.value, said(EIdType=row.kind, ValidYN=YES_NO[row.is_valid]))


def references(record: Record) -> str:
    """Return the reference lists, one for each run of references under the same title.

    A list that the record has and in which nothing stands (reference_count 0) is an empty element.
    """
    if record.article.reference_count == 0:
        return "<ReferenceList></ReferenceList>"
    listed = (row for row in record.references if row.listed_in != CITES)
    return "".join(
        element("ReferenceList", text("Title", title) + joined(rows, _reference))
        for title, rows in groupby(listed, key=lambda row: row.list_title)
    )


def _reference(row: Reference) -> str:
    known = (("pubmed", row.cited_pmid), ("doi", row.doi), ("pmc", row.pmcid), ("linked", row.linked))
    others = _OTHER_IDS.findall(row.other_ids or "")
    ids = "".join(text("ArticleId", value, said(IdType=kind)) for kind, value in (*known, *others))
    return f"<Reference>{text('Citation', row.citation or '')}{element('ArticleIdList', ids)}</Reference>"


# --- what a record is about


def languages(record: Record) -> str:
    """Return the languages."""
    return joined(record.languages, lambda row: text("Language", row.language))


def publication_types(record: Record) -> str:
    """Return the publication types, without a list around them."""
    return joined(record.publication_types, lambda row: text("PublicationType", row.name, said(UI=row.ui)))


def grants(record: Record) -> str:
    """Return the GrantList."""
    return element("GrantList", joined(record.grants, _grant))


def _grant(row: Grant) -> str:
    return element(
        "Grant",
        text("GrantID", row.grant_id)
        + text("Acronym", row.acronym)
        + text("Agency", row.agency)
        + text("Country", row.country),
    )


def keywords(record: Record) -> str:
    """Return the keyword lists, one for each run of keywords of the same owner."""
    runs = groupby(record.keywords, key=lambda row: row.owner)
    return "".join(element("KeywordList", joined(rows, _keyword), said(Owner=owner)) for owner, rows in runs)


def _keyword(row: Keyword) -> str:
    return text("Keyword", row.keyword, said(MajorTopicYN=YES_NO[row.is_major]))
