"""Works as NBIB, PubMed's own download format (MEDLINE).  (pure)"""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from kb.formats.common import clean, note, title
from kb.queries.bibliography import Item, Name
from kb.records import ArticleDate, Notice

_WIDTH: Final = 88  # PubMed folds its lines at about this
_INDENT: Final = " " * 6
_NOTICES: Final = {  # PubMed's RefType -> tag
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
_STAMPS: Final = {"pubmed": "EDAT", "medline": "MHDA", "entrez": "CRDT"}
_DAYS: Final = {"completed": "DCOM", "revised": "LR", "Electronic": "DEP"}
_HISTORY: Final = frozenset({"created", *_DAYS})  # kinds of dates that are no part of the publication history
_OWN_TAG: Final = frozenset({"pubmed", "pmc", "mid", "isbn"})  # identifiers that have a tag of their own

Fields = Iterator[tuple[str, str | None]]


def format_nbib(items: Iterable[Item]) -> Iterator[str]:
    """Yield those items that have a PMID as NBIB records, an empty line between them."""
    between = ""
    for item in items:
        if item.id > 0:
            yield between + _record(item)
            between = "\n"


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
    yield from ((_DAYS[date.kind], date.date.replace("-", "")) for date in item.dates if date.kind in _DAYS)
    for issn, kind in (
        (item.issn_electronic, "Electronic"),
        (item.issn_print, "Print"),
        (item.issn_linking, "Linking"),
    ):
        yield "IS", f"{issn} ({kind})" if issn else None
    yield from (("ISBN", row.value) for row in item.identifiers if row.kind == "isbn")
    yield from (("VI", item.volume), ("IP", item.issue))
    yield "DP", item.pub_date or (str(item.year) if item.year else None)
    yield ("BTI" if item.record_type == "book" else "TI"), (title(item) + "." if item.source else item.title)
    yield "BTI", item.book_title if item.record_type == "book chapter" else None
    yield "PG", item.pages
    yield "LID", f"{item.doi} [doi]" if item.doi else None
    yield "AB", item.abstract
    for row in item.other_abstracts:
        yield "OAB", f"{row.kind or 'Other'}: {row.label + ': ' if row.label else ''}{row.text}"
        yield "OABL", row.language
    yield "CI", item.copyright


def _people(item: Item) -> Fields:
    for name in item.names:
        yield from _person(name)
    for row in item.investigators:
        full = ", ".join(part for part in (row.last_name, row.fore_name or row.initials, row.suffix) if part)
        yield from (("FIR", full or row.name), ("IR", row.name), ("IRAD", row.affiliation))


def _person(name: Name) -> Fields:
    if name.literal:
        yield ("CN" if name.role == "author" else "ED"), name.literal
    else:
        yield ("FAU" if name.role == "author" else "FED"), _full(name)
        yield ("AU" if name.role == "author" else "ED"), name.short
    yield "AUID", f"ORCID: {name.orcid}" if name.orcid else None
    yield from (("AD", affiliation) for affiliation in name.affiliations)


def _full(name: Name) -> str:
    return ", ".join(part for part in (name.family, name.given, name.suffix) if part)


def _kinds(item: Item) -> Fields:
    yield from (("LA", language) for language in item.languages)
    for bank in item.data_banks:
        yield "SI", f"{bank.name}/{bank.accession}" if bank.accession else bank.name
    for grant in item.grants:
        yield "GR", "/".join(part for part in grant[2:] if part)
    yield from (("PT", kind) for kind in item.publication_types)
    yield "TT", item.vernacular_title


def _place(item: Item) -> Fields:
    journal_id = item.journal_id if (item.journal_id or "")[:3] != "ta:" else None
    yield from (("PB", item.publisher), ("EN", item.edition), ("PL", item.country))
    yield from (("TA", item.abbreviation), ("JT", item.journal), ("JID", journal_id))


def _subjects(item: Item) -> Fields:
    for row in item.substances:
        yield "RN", f"{row.registry_number or '0'} ({row.name})"
    yield from (("NM", row.name) for row in item.concepts)
    yield from (("MH", heading) for heading in item.mesh)
    yield "RF", str(item.reference_count) if item.reference_count else None
    yield "OTO", next((row.owner for row in item.keyword_rows if row.owner), None)
    yield from (("OT", ("*" if row.is_major else "") + row.keyword) for row in item.keyword_rows)


def _links(item: Item) -> Fields:
    yield from (_notice(notice) for notice in item.notices)
    yield from (("COIS", item.coi_statement), ("PMC", item.pmcid))
    yield from (("MID", row.value) for row in item.identifiers if row.kind == "mid")
    yield from _dates(item.dates)
    aids = dict.fromkeys(f"{row.value} [{row.kind}]" for row in item.identifiers if row.kind not in _OWN_TAG)
    own = f"{item.doi} [doi]" if item.doi else None
    yield from (("AID", aid) for aid in ([own] if own and not any(aid.endswith("[doi]") for aid in aids) else []))
    yield from (("AID", aid) for aid in aids)
    yield from (("PST", item.publication_status), ("SO", source_line(item)), ("GN", note(item)))


def source_line(item: Item) -> str | None:
    """Return where an article appeared as PubMed prints it: "Addict Sci Clin Pract. 2020 May 24;15(1):18."."""
    parts = (f"{clean(item.abbreviation)}." if item.abbreviation else "", item.citation_line or "")
    return " ".join(part for part in parts if part)


def _notice(notice: Notice) -> tuple[str, str]:
    tag = _NOTICES.get(notice.kind)
    said = " ".join(part for part in (notice.ref_source, notice.note) if part)
    pmid = f"PMID: {notice.other_pmid}" if notice.other_pmid is not None else ""
    text = ". ".join(part for part in (said.rstrip(". "), pmid) if part) or "not named"
    return (tag, text) if tag else ("GN", f"{notice.kind}: {text}")


def _dates(dates: Iterable[ArticleDate]) -> Fields:
    """Yield the days of a record's history; the hour is not kept, so midnight stands in its place as PubMed does."""
    days = [(date.kind, date.date.replace("-", "/") + (" 00:00" if len(date.date) == 10 else "")) for date in dates]
    yield from ((_STAMPS[kind], day) for kind, day in days if kind in _STAMPS)
    yield from (("PHST", f"{day} [{kind}]") for kind, day in days if kind not in _HISTORY)
