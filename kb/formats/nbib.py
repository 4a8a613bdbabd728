"""Works as NBIB, PubMed's own download format (MEDLINE).  (pure)"""

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from kb.formats.bibliography import Bibliography
from kb.formats.common import article_number, clean, note
from kb.identifiers import normalise_doi
from kb.queries.works.bibliography import Item, Name
from kb.records import ArticleDate, Keyword, Notice

_WIDTH: Final = 88  # PubMed folds its lines at about this
_INDENT: Final = " " * 6
NOTICES: Final = {  # PubMed's RefType -> tag
    "CommentIn": "CIN", "CommentOn": "CON",
    "CorrectedandRepublishedIn": "CRI", "CorrectedandRepublishedFrom": "CRF",
    "ErratumIn": "EIN", "ErratumFor": "EFR",
    "ExpressionOfConcernIn": "ECI", "ExpressionOfConcernFor": "ECF",
    "OriginalReportIn": "ORI", "SummaryForPatientsIn": "SPIN",
    "PartialRetractionIn": "PRIN", "PartialRetractionOf": "PROF",
    "RepublishedIn": "RPI", "RepublishedFrom": "RPF",
    "RetractionIn": "RIN", "RetractionOf": "ROF",
    "RetractedandRepublishedIn": "RRI", "RetractedandRepublishedFrom": "RRF",
    "UpdateIn": "UIN", "UpdateOf": "UOF",
}  # fmt: skip
STAMPS: Final = {"pubmed": "EDAT", "medline": "MHDA", "entrez": "CRDT", "pmc-release": "PMCR"}
DAYS: Final = {
    "created": "DA",
    "completed": "DCOM",
    "revised": "LR",
    "Electronic": "DEP",
    "contribution": "CTDT",
}  # kept out of the history
NOT_NAMED: Final = "not named"
_TYPES: Final = {"book": "Book", "book chapter": "Book Chapter"}  # by which programs know them
_TAG: Final = re.compile("[A-Z0-9]{2,4}")
_OWN_TAG: Final = frozenset({"pubmed", "pmc", "mid", "isbn"})  # identifiers that have a tag of their own

Fields = Iterator[tuple[str, str | None]]


def format_nbib(items: Iterable[Item]) -> Iterator[str]:
    """Yield those items that have a PMID as NBIB records; the empty line after each shows that nothing is cut off."""
    for item in items:
        if item.id > 0:
            yield _record(item) + "\n"


def _record(item: Item) -> str:
    fields = (*_description(item), *_people(item), *_kinds(item), *_place(item), *_subjects(item), *_links(item))
    return "".join(_field(tag, text) for tag, value in fields if (text := clean(value)))


def _field(tag: str, value: str) -> str:
    lines = textwrap.wrap(
        value, _WIDTH - len(_INDENT), break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    return f"{tag:<4}- " + f"\n{_INDENT}".join(lines) + "\n"


def _description(item: Item) -> Fields:
    yield from (("PMID", str(item.id)), ("STAT", item.status))
    yield from ((DAYS[date.kind], date.date.replace("-", "")) for date in item.dates if date.kind in DAYS)
    for issn, kind in (
        (item.issn_electronic, "Electronic"),
        (item.issn_print, "Print"),
        (item.issn_linking, "Linking"),
    ):
        yield "IS", f"{issn} ({kind})" if issn else None
    yield from (("ISBN", row.value) for row in item.identifiers if row.kind == "isbn")
    yield from (("VI", item.volume), ("IP", item.issue))
    yield "DP", item.pub_date or (str(item.year) if item.year else None)
    yield "BTI" if item.record_type == "book" else "TI", item.title if item.has_title else None
    yield "BTI", item.book_title if item.record_type == "book chapter" else None
    yield from (("VTI", item.volume_title), ("CTI", item.series_title))
    yield "PG", item.pages
    yield from (("LID", _own_number(item)), ("LID", _own_doi(item)))
    yield "AB", item.abstract
    for row in item.other_abstracts:
        yield "OAB", ": ".join(part for part in (row.kind, row.label, row.text) if part)
        yield from (("OABL", row.language), ("OCI", row.copyright))
    yield "CI", item.copyright


def _people(item: Item) -> Fields:
    for name in item.names:
        if name.role != "book author":  # for whom NBIB has no tag: ED would make an editor of them
            yield from _person(name)
    for row in item.investigators:
        full = _full(row.last_name, row.fore_name or row.initials, row.suffix)
        yield from (("FIR", full or row.name), ("IR", row.name), ("IRAD", row.affiliation))


def _person(name: Name) -> Fields:
    is_author = name.role == "author"
    if name.literal:
        yield "CN" if is_author and not name.is_person else "AU" if is_author else "ED", name.literal
    else:
        yield "FAU" if is_author else "FED", _full(name.family, name.given, name.suffix)
        yield "AU" if is_author else "ED", name.short
    yield "AUID", f"ORCID: {name.orcid}" if name.orcid else None
    yield from (("AD", affiliation) for affiliation in name.affiliations)


def _full(family: str | None, given: str | None, suffix: str | None) -> str:
    """Return a name as PubMed writes it in full: "Anton, Raymond F Jr"."""
    return ", ".join(part for part in (family, " ".join(part for part in (given, suffix) if part)) if part)


def _kinds(item: Item) -> Fields:
    yield from (("LA", language) for language in item.languages)
    for bank in item.data_banks:
        yield "SI", f"{bank.name}/{bank.accession}" if bank.accession else bank.name
    for grant in item.grants:
        yield "GR", "/".join(part for part in grant[2:] if part)
    yield from (("PT", kind) for kind in item.publication_types)
    yield "PT", kind if (kind := _TYPES.get(item.record_type)) not in item.publication_types else None
    yield "PUBM", item.pub_model
    yield "TT", item.vernacular_title


def _place(item: Item) -> Fields:
    journal_id = item.journal_id if (item.journal_id or "")[:3] != "ta:" else None
    yield from (("PB", item.publisher), ("EN", item.edition), ("PL", item.publisher_place or item.country))
    yield from (("TA", item.abbreviation), ("JT", item.journal), ("JID", journal_id))


def _subjects(item: Item) -> Fields:
    for row in item.substances:
        yield "RN", f"{row.registry_number or '0'} ({row.name})"
    yield from (("NM", row.name) for row in item.concepts)
    yield from (("MH", heading) for heading in item.mesh)
    yield "RF", None if item.reference_count is None else str(item.reference_count)
    yield from _keywords(item.keyword_rows)


def _keywords(rows: Iterable[Keyword]) -> Fields:
    """Yield keywords, the owner of a list before its first one."""
    owner = None
    for row in rows:
        if row.owner and row.owner != owner:
            owner = row.owner
            yield "OTO", owner
        yield "OT", f"*{row.keyword}" if row.is_major else row.keyword


def _links(item: Item) -> Fields:
    yield from (_notice(notice) for notice in item.notices)
    yield from (("COIS", item.coi_statement), ("PMC", item.pmcid))
    yield from (("MID", row.value) for row in item.identifiers if row.kind == "mid")
    yield from _dates(item.dates)
    yield from (("OID", f"{row.kind}: {row.value}") for row in item.identifiers if row.kind.isupper())
    aids = [
        f"{row.value} [{row.kind}]" for row in item.identifiers if row.kind not in _OWN_TAG and not row.kind.isupper()
    ]
    own = _own_doi(item)
    yield from (("AID", aid) for aid in dict.fromkeys(aids if not own or own in aids else [own, *aids]))
    yield "PST", item.publication_status
    yield from ((row.tag, row.value) for row in item.other_fields if _TAG.fullmatch(row.tag))
    yield from (("GN", note(item)), ("SO", source_line(item)))  # SO ends a record, and shows that it is whole


def _own_number(item: Item) -> str | None:
    """Return the number that stands in place of pages; None also where other_fields has its line."""
    number = article_number(item)
    return f"{number} [pii]" if number in [row.value for row in item.identifiers if row.kind == "pii"] else None


def _own_doi(item: Item) -> str | None:
    """Return the DOI of the article as its record prints it, capitals and all."""
    given = (row.value for row in item.identifiers if row.kind == "doi" and normalise_doi(row.value) == item.doi)
    return f"{next(given, item.doi)} [doi]" if item.doi else None


def source_line(item: Item) -> str | None:
    """Return where an article appeared as PubMed prints it: "Addict Sci Clin Pract. 2020 May 24;15(1):18."."""
    parts = (f"{clean(item.abbreviation)}." if item.abbreviation else "", item.citation_line or "")
    return " ".join(part for part in parts if part)


def _notice(notice: Notice) -> tuple[str, str]:
    tag = NOTICES.get(notice.kind)
    said = " ".join(part for part in (notice.ref_source, notice.note) if part)
    pmid = f"PMID: {notice.other_pmid}" if notice.other_pmid is not None else ""
    text = ". ".join(part for part in (said.rstrip(". "), pmid) if part) or NOT_NAMED
    return (tag, text) if tag else ("GN", f"{notice.kind}: {text}")


def _dates(dates: Iterable[ArticleDate]) -> Fields:
    """Yield the days of a record's history; the hour is not kept, so midnight stands in its place as PubMed does."""
    days = [(date.kind, date.date.replace("-", "/") + (" 00:00" if len(date.date) == 10 else "")) for date in dates]
    yield from ((STAMPS[kind], day) for kind, day in days if kind in STAMPS)
    yield from (("PHST", f"{day} [{kind}]") for kind, day in days if kind not in DAYS)


BIBLIOGRAPHIES: Final = (
    Bibliography("NBIB", ".nbib", format_nbib, "application/nbib", "Zotero, EndNote, Mendeley", holds_all=False),
)
