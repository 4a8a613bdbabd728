"""The fields of one NBIB record -> a record: each tag in its place, what has none beside the others.  (pure)"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

from harvest.files.nbib_people import add_full_name, add_group, add_short_name, set_orcid
from harvest.pubmed.dates import book_line, first_year, iso_date
from harvest.pubmed.elements import settle_affiliation, settle_identifiers
from harvest.pubmed.record_builder import Draft
from harvest.pubmed.row_builders import (
    Term,
    add_affiliation_text,
    add_chemical,
    add_date,
    add_heading,
    add_identifier,
    add_keyword,
    add_publication_type,
    settle_authors,
    settle_book_numbers,
)
from kb import records as rows
from kb.errors import RecordError
from kb.formats.common import NOTES
from kb.formats.nbib import DAYS, NOT_NAMED, NOTICES, STAMPS
from kb.identifiers import count_of, normalise_pmcid, pmid_or_none

_SOURCES: Final = {note: source for source, note in NOTES.items() if source}
_ABSTRACT_KINDS: Final = re.compile(r"(AAMC|AIDS|KIE|NASA|PIP|Publisher|plain-language-summary): (.+)")
_ISSN: Final = re.compile(r"(.+) \((Electronic|Print|Linking)\)")
_DAY: Final = re.compile(r"(\d{4})(?:/?(\d\d)(?:/?(\d\d)(?: \d\d:\d\d)?)?)?")
_OF_A_KIND: Final = re.compile(r"(?=.*\]$)(.+) \[(.+)\]")  # PHST, AID and LID
_SUBSTANCE: Final = re.compile(r"(?=.*\)$)(.+?) \((.+)\)")
_OTHER_ID: Final = re.compile(r"([A-Z]+): (.+)")
_PMID_AT_END: Final = re.compile(r"(?:^|\.? )PMID: (\d+)$")
_UNTAGGED_NOTICE: Final = re.compile(r"([A-Z][A-Za-z]+(?:In|Of|On|For|From|Dataset|Publication)): (.+)")
_OWN_TAG: Final = frozenset({"pubmed", "pmc", "mid", "isbn"})


class Field(NamedTuple):
    """A tag and what follows it, on one line."""

    tag: str
    value: str


@dataclass
class Reading:
    """A record being read, and what its later fields depend on."""

    draft: Draft
    owner: str | None = None  # of the keywords that follow
    stamps: list[tuple[str, str]] = field(default_factory=list)  # EDAT and the like, which PHST mostly repeats
    locations: list[str] = field(default_factory=list)
    where: str | None = None  # SO


Reader = Callable[[Reading, str], bool | None]
"""Takes a value to its place; False: it has none, because it is malformed or was said before."""


def read_fields(pmid: int, fields: Iterable[Field]) -> rows.Record:
    """Return the record of these fields, PMID left out. Raises RecordError where they are no record of PubMed."""
    draft = Draft(pmid, "article")
    draft.source = rows.NBIB
    reading = Reading(draft)
    for tag, value in fields:
        reader = _READERS.get(tag)
        if reader is None or reader(reading, value) is False:
            _keep(draft, tag, value)
    _settle(reading)
    return draft.record()


def _keep(draft: Draft, tag: str, value: str | None) -> None:
    """Note a field that has no other place."""
    if value is not None:
        draft.other_fields.append(rows.OtherField(draft.pmid, len(draft.other_fields) + 1, tag, value))


def _settle(reading: Reading) -> None:
    draft = reading.draft
    for kind, date in reading.stamps:
        if all((row.kind, row.date) != (kind, date) for row in draft.article_dates):
            add_date(draft, kind, date)
    settle_identifiers(draft)
    settle_authors(draft)
    settle_affiliation(draft)
    if not draft.authorships:
        _keep(draft, "AD", draft.old_affiliation)
    if all(row.owner != reading.owner for row in draft.keywords):
        _keep(draft, "OTO", reading.owner)
    _settle_type(draft)
    _settle_journal(draft)
    _settle_line(draft, reading.where)
    for location in reading.locations:
        if location not in _own_locations(draft):
            _keep(draft, "LID", location)


def _own_locations(draft: Draft) -> list[str]:
    """Return the lines that the writer makes of a DOI, and of the number that stands in place of pages."""
    doi = [value for kind, value in draft.identifiers if kind == "doi"][:1]
    line = (draft.article.get("citation_line") or "").rstrip(".")
    numbers = [value for kind, value in draft.identifiers if kind == "pii" and line.endswith(f":{value.rstrip('.')}")]
    return [f"{value} [doi]" for value in doi] + [
        f"{value} [pii]" for value in numbers[:1] if not draft.article.get("pages")
    ]


def _settle_type(draft: Draft) -> None:
    """A record of a book says so by its type, or by the title of a book: of a chapter where it has another title."""
    article = draft.article
    kinds = {row.name for row in draft.publication_types}
    if article.get("book_title") or not kinds.isdisjoint(("Book", "Book Chapter")):
        is_chapter = "Book Chapter" in kinds or (article.get("title") and "Book" not in kinds)
        draft.record_type = "book chapter" if is_chapter else "book"
        if not is_chapter:
            article.setdefault("title", article.get("book_title"))
        settle_book_numbers(draft)


def _settle_journal(draft: Draft) -> None:
    journal = draft.journal
    name = journal.get("abbreviation") or journal.get("title")
    journal["journal_id"] = journal.get("journal_id") or (f"ta:{name}" if name else None)
    draft.article["journal_id"] = journal["journal_id"]
    if journal["journal_id"] is None:
        if draft.record_type == "article":
            _keep(draft, "PL", journal.get("country"))
        else:
            draft.article["publisher_place"] = journal.get("country")
        for kind in ("Electronic", "Print", "Linking"):
            issn = journal.get(f"issn_{kind.lower()}")
            _keep(draft, "IS", issn and f"{issn} ({kind})")


def _settle_line(draft: Draft, where: str | None) -> None:
    """Set where the article appeared, SO without the journal before it."""
    abbreviation = draft.journal.get("abbreviation")
    if where is not None and abbreviation and f"{where} ".startswith(f"{abbreviation}. "):
        where = where[len(abbreviation) + 1 :].strip() or None
    article = draft.article
    if where is None and draft.record_type != "article":  # PubMed's records of books have no SO
        where = book_line(article.get("publisher_place"), article.get("publisher"), years=article.get("pub_date"))
    article["citation_line"] = where


# --- single values ---


def _column(name: str, reading: Reading, value: str) -> bool:
    return _set(reading.draft.article, name, value)


def _journal(name: str, reading: Reading, value: str) -> bool:
    return _set(reading.draft.journal, name, value)


def _set(values: dict[str, str | None], name: str, value: str) -> bool:
    """Set a value unless it is there, and say whether it now stands there."""
    return values.setdefault(name, value) == value


def _issn(reading: Reading, value: str) -> bool:
    match = _ISSN.fullmatch(value)
    return match is not None and _set(reading.draft.journal, f"issn_{match[2].lower()}", match[1])


def _pub_date(reading: Reading, value: str) -> bool:
    reading.draft.article.setdefault("year", first_year(value))
    return _set(reading.draft.article, "pub_date", value)


def _where(reading: Reading, value: str) -> bool:
    reading.where = reading.where or value
    return reading.where == value


def _reference_count(reading: Reading, value: str) -> bool:
    if not value.isdecimal() or value != (value.lstrip("0") or "0") or reading.draft.stated_reference_count is not None:
        return False
    reading.draft.stated_reference_count = count_of(value)
    return True


def _note(reading: Reading, value: str) -> bool:
    """Read a general note: what litkb itself says of a record, a notice that has no tag, or anything else."""
    if value == NOTES[None]:
        raise RecordError("It is no record but a work known from a reference list; harvest it by its PMID.")
    if value in _SOURCES:
        reading.draft.source = _SOURCES[value]
        return True
    match = _UNTAGGED_NOTICE.fullmatch(value)
    return match is not None and match[1] not in NOTICES and _notice(match[1], reading, match[2])


# --- dates ---


def _date(value: str) -> str | None:
    """Return a date, its hour left out; None where it is none."""
    match = _DAY.fullmatch(value)
    date = iso_date(*match.groups()) if match else None
    return date if match and date == "-".join(filter(None, match.groups())) else None


def _day(kind: str, column: str | None, reading: Reading, value: str) -> bool:
    date = add_date(reading.draft, kind, _date(value))
    if date and column:
        reading.draft.article[column] = date
    return date is not None


def _stamp(kind: str, reading: Reading, value: str) -> bool:
    date = _date(value)
    if date:
        reading.stamps.append((kind, date))
    return date is not None


def _history(reading: Reading, value: str) -> bool:
    match = _OF_A_KIND.fullmatch(value)
    if match is None or match[2] in DAYS:
        return False
    return add_date(reading.draft, match[2], _date(match[1])) is not None


# --- identifiers and links ---


def _identifier(kind: str, reading: Reading, value: str) -> None:
    add_identifier(reading.draft, kind, value)


def _pmcid(reading: Reading, value: str) -> bool:
    is_first = all(kind != "pmc" for kind, _ in reading.draft.identifiers)
    if not is_first or normalise_pmcid(value) != value:
        return False
    add_identifier(reading.draft, "pmc", value)
    return True


def _article_id(reading: Reading, value: str) -> bool:
    match = _OF_A_KIND.fullmatch(value)
    if match is None or match[2] in _OWN_TAG or match[2].isupper():
        return False
    add_identifier(reading.draft, match[2], match[1])
    return True


def _location(reading: Reading, value: str) -> None:
    match = _OF_A_KIND.fullmatch(value)
    if match and match[2] in ("doi", "pii"):
        reading.draft.locations.append((match[2], match[1], None))
    reading.locations.append(value)


def _other_id(reading: Reading, value: str) -> bool:
    match = _OTHER_ID.fullmatch(value)
    if match:
        add_identifier(reading.draft, match[1], match[2])
    return match is not None


def _notice(kind: str, reading: Reading, value: str) -> bool:
    match = _PMID_AT_END.search(value)
    pmid = pmid_or_none(match[1]) if match else None
    words = value[: match.start()] if match and pmid else value
    source = words if words not in ("", NOT_NAMED) else None
    notices = reading.draft.notices
    notices.append(rows.Notice(reading.draft.pmid, len(notices) + 1, kind, pmid, source, None))
    return True


# --- people ---


def _affiliation(reading: Reading, value: str) -> bool:
    """An affiliation is of the author before it; one before all authors is the first one's, as it was of old."""
    draft = reading.draft
    if draft.authorships:
        add_affiliation_text(draft, value)
    elif draft.old_affiliation is None:
        draft.old_affiliation = value
    else:
        return False
    return True


def _place_of_investigator(reading: Reading, value: str) -> bool:
    found = reading.draft.investigators
    if found:
        places = "; ".join(filter(None, (found[-1].affiliation, value)))
        found[-1] = found[-1]._replace(affiliation=places)
    return bool(found)


def _person(add: Callable[[Draft, str, str], object], role: str, reading: Reading, value: str) -> None:
    add(reading.draft, role, value)


def _orcid(reading: Reading, value: str) -> bool:
    return set_orcid(reading.draft, value)


def _group(reading: Reading, value: str) -> None:
    add_group(reading.draft, value)


# --- subjects and text ---


def _abstract(reading: Reading, value: str) -> None:
    """Keep an abstract in one piece: NBIB does not say where a section begins."""
    found = reading.draft.abstract_sections
    found.append(rows.AbstractSection(reading.draft.pmid, len(found) + 1, None, None, value, None))


def _other_abstract(reading: Reading, value: str) -> None:
    found = reading.draft.other_abstract_sections
    match = _ABSTRACT_KINDS.fullmatch(value)
    kind, text = match.groups() if match else (None, value)
    pmid = reading.draft.pmid
    found.append(rows.OtherAbstractSection(pmid, len(found) + 1, None, kind, None, None, text, None))


def _of_other_abstract(column: str, reading: Reading, value: str) -> bool:
    found = reading.draft.other_abstract_sections
    if not found or getattr(found[-1], column) is not None:
        return False
    row = found[-1]
    found[-1] = row._replace(language=value) if column == "language" else row._replace(copyright=value)
    return True


def _language(reading: Reading, value: str) -> None:
    found = reading.draft.languages
    found.append(rows.Language(reading.draft.pmid, len(found) + 1, value))


def _publication_type(reading: Reading, value: str) -> None:
    add_publication_type(reading.draft, value, None)


def _owner(reading: Reading, value: str) -> None:
    reading.owner = value


def _keyword(reading: Reading, value: str) -> None:
    word, _, is_major = _term(value)
    add_keyword(reading.draft, word, is_major="Y" if is_major else "N", owner=reading.owner)


def _heading(reading: Reading, value: str) -> None:
    """Read "Norway/*ethnology"; an NBIB file has no UI, so the name stands in its place."""
    found = reading.draft.mesh_headings
    descriptor, *qualifiers = (_term(part) for part in value.split("/"))
    add_heading(reading.draft, found[-1].heading + 1 if found else 1, descriptor, qualifiers)


def _term(part: str) -> Term:
    name = part.removeprefix("*") or part  # a star alone is no mark
    return name, name, int(name != part)


def _substance(reading: Reading, value: str) -> bool:
    match = _SUBSTANCE.fullmatch(value)
    if match:
        add_chemical(reading.draft, match[1], match[2], None)
    return match is not None


def _concept(reading: Reading, value: str) -> None:
    found = reading.draft.supplementary_concepts
    found.append(rows.SupplementaryConcept(reading.draft.pmid, len(found) + 1, None, value, None))


def _data_bank(reading: Reading, value: str) -> None:
    found = reading.draft.data_banks
    name, _, accession = value.partition("/")
    found.append(rows.DataBank(reading.draft.pmid, len(found) + 1, name, accession or None))


def _grant(reading: Reading, value: str) -> None:
    found = reading.draft.grants
    found.append(rows.Grant(reading.draft.pmid, len(found) + 1, *grant_parts(value)))


def grant_parts(line: str) -> tuple[str | None, str | None, str | None, str | None]:
    """Return number, acronym, agency and country of "R01 AA01/AA/NIAAA NIH HHS/United States".

    Taken apart from its end, since a number may hold a slash. Of two parts the first is a number where it has a
    digit; else they are agency and country.
    """
    *rest, last_but_one, last = line.split("/") if "/" in line else (line, "")
    if not (last_but_one and last and all(rest)):
        return None, None, line, None
    if not rest:
        has_number = any(letter.isdigit() for letter in last_but_one)
        return (last_but_one, None, last, None) if has_number else (None, None, last_but_one, last)
    acronym = rest.pop() if len(rest) > 1 and re.fullmatch("[A-Z]{2}", rest[-1]) else None
    return "/".join(rest), acronym, last_but_one, last


_COLUMNS: Final = {
    "STAT": "status", "VI": "volume", "IP": "issue", "PG": "pages", "TI": "title", "BTI": "book_title",
    "TT": "vernacular_title", "CI": "copyright", "COIS": "coi_statement", "PST": "publication_status",
    "PUBM": "pub_model", "PB": "publisher", "EN": "edition", "VTI": "volume_title", "CTI": "series_title",
}  # fmt: skip
_JOURNAL: Final = {"JID": "journal_id", "TA": "abbreviation", "JT": "title", "PL": "country"}
_DATE_COLUMNS: Final = {"completed": "date_completed", "revised": "date_revised"}
_READERS: Final[dict[str, Reader]] = {
    **{tag: partial(_column, name) for tag, name in _COLUMNS.items()},
    **{tag: partial(_journal, name) for tag, name in _JOURNAL.items()},
    **{tag: partial(_day, kind, _DATE_COLUMNS.get(kind)) for kind, tag in DAYS.items()},
    **{tag: partial(_stamp, kind) for kind, tag in STAMPS.items()},
    **{tag: partial(_notice, kind) for kind, tag in NOTICES.items()},
    "DP": _pub_date, "IS": _issn, "SO": _where, "RF": _reference_count, "GN": _note, "PHST": _history,
    "ISBN": partial(_identifier, "isbn"), "MID": partial(_identifier, "mid"), "PMC": _pmcid,
    "AID": _article_id, "LID": _location, "OID": _other_id,
    "FAU": partial(_person, add_full_name, "author"), "AU": partial(_person, add_short_name, "author"),
    "FED": partial(_person, add_full_name, "editor"), "ED": partial(_person, add_short_name, "editor"),
    "FIR": partial(_person, add_full_name, "investigator"), "IR": partial(_person, add_short_name, "investigator"),
    "CN": _group, "AUID": _orcid, "AD": _affiliation, "IRAD": _place_of_investigator,
    "AB": _abstract, "OAB": _other_abstract, "OABL": partial(_of_other_abstract, "language"),
    "OCI": partial(_of_other_abstract, "copyright"), "LA": _language, "PT": _publication_type,
    "OTO": _owner, "OT": _keyword, "MH": _heading, "RN": _substance, "NM": _concept, "SI": _data_bank, "GR": _grant,
}  # fmt: skip
