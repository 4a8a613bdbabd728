"""One entry of a list of PubMed -> its rows in a draft, whichever way the list was read."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, repeat
from typing import Final, TypeVar

from harvest.pubmed.record_builder import Draft
from kb import records as rows
from kb.identifiers import count_of, normalise_doi, normalise_orcid, normalise_pmcid, pmid_or_none

Row = TypeVar("Row", bound=tuple[object, ...])
Term = tuple[str, str, int]  # UI, or the name where it has none; name; whether it is a major topic

# A row made so takes a third of the time of its class called with arguments, and most rows are made here.
_row: Final = tuple.__new__


def numbered(row_type: type[Row], pmid: int, start: int, *columns: Iterable[object]) -> Iterator[Row]:
    """Yield rows of these columns, at the positions after start: faster than one by one."""
    return map(_row, repeat(row_type), zip(repeat(pmid), count(start + 1), *columns, strict=False))


YES_NO: Final = {"Y": 1, "N": 0}
PMC_KINDS: Final = frozenset({"pmc", "pmcid"})
_NO_QUALIFIER: Final[list[tuple[str | None, str, int]]] = [(None, "", 0)]
CITES: Final = "Cites"
_ISBN: Final = re.compile(r"(?:97[89][ -]?)?(?:\d[ -]?){9}[\dXx](?!\d)", re.ASCII)


def note_origin(draft: Draft, said: Mapping[str, str]) -> None:
    """Note what ``<?litkb source="demonstration" read="https://…" references="40"?>`` says: a record not from NCBI."""
    if (source := said.get("source")) in (rows.DEMONSTRATION, rows.SYNTHETIC, rows.PAGE, rows.NBIB):
        draft.source = str(source)
    draft.article["provenance"] = said.get("read") or None
    stated = said.get("references", "")
    draft.stated_reference_count = count_of(stated, pmid=draft.pmid) if stated.isdecimal() else None


# --- people ---


def printed_name(family: str | None, given: str | None, suffix: str | None) -> str | None:
    """Return a name as PubMed prints it: "Vederhus JK", "Anton RF Jr"; None where there is none."""
    if family and given and not suffix:
        return f"{family} {given}"
    return " ".join(filter(None, (family, given, suffix))) or None


def add_author(
    draft: Draft,
    parts: Mapping[str, str | None],
    *,
    orcid: str | None,
    equal: str | None,
    affiliations: Sequence[str | None],
    role: str = "author",
) -> bool:
    """Note one authorship and its plain affiliations, unless its parts name nobody; say which."""
    get = parts.get
    collective, suffix = get("CollectiveName"), get("Suffix")
    name = printed_name(get("LastName"), get("Initials") or get("ForeName"), suffix) or collective
    if name is None:
        return False
    position = len(draft.authorships) + 1
    values = (
        draft.pmid, position, name, get("LastName"), get("ForeName"), get("Initials"), suffix,
        collective, normalise_orcid(orcid) if orcid else None, YES_NO.get(equal or ""), role,
    )  # fmt: skip
    draft.authorships.append(_row(rows.Authorship, values))
    for text in affiliations:
        add_affiliation_text(draft, text)
    return True


def next_list(draft: Draft) -> int:
    """Return the number of a list of investigators that begins now."""
    return draft.investigators[-1].list_number + 1 if draft.investigators else 1


def settle_authors(draft: Draft) -> None:
    """Set the line of names: "Vederhus JK, Høie M"; editors only where a book has no authors."""
    names = [row.name for row in draft.authorships if row.role == "author"]
    if names:
        draft.article["authors"] = ", ".join(names)
        return
    editors = [row.name for row in draft.authorships if row.role == "editor"]
    if editors:
        draft.article["authors"] = ", ".join(editors) + (", editors" if len(editors) > 1 else ", editor")


def add_affiliation_text(
    draft: Draft, text: str | None, identifier: str | None = None, source: str | None = None
) -> None:
    """Note an affiliation of the last author."""
    if text is None:
        return
    found, position = draft.affiliations, len(draft.authorships)
    ordinal = found[-1].ordinal + 1 if found and found[-1].position == position else 1
    found.append(_row(rows.Affiliation, (draft.pmid, position, ordinal, text, identifier, source)))


def add_identifier(draft: Draft, kind: str, value: str, *, is_valid: int | None = None) -> None:
    """Note one identifier as the source gives it, once; that it is not valid is said wherever else it stands."""
    if draft.identifiers.setdefault((kind, value), is_valid) is None and is_valid == 0:
        draft.identifiers[kind, value] = 0


def add_reference(
    draft: Draft,
    citation: str | None,
    ids: list[tuple[str, str]],
    *,
    listed_in: str = "ReferenceList",
    list_title: str | None = None,
) -> None:
    """Note one reference."""
    place = (draft.pmid, len(draft.references) + 1)
    draft.references.append(reference_row(place, citation, ids, listed_in=listed_in, list_title=list_title))


def reference_row(
    place: tuple[int, int],
    citation: str | None,
    ids: list[tuple[str, str]],
    *,
    listed_in: str = "ReferenceList",
    list_title: str | None = None,
) -> rows.Reference:
    """Return one reference; of two identifiers of a kind the first counts, the rest are kept beside it."""
    pmid: int | None = None
    doi = pmcid = others = linked = None
    for kind, value in ids:
        if kind == "pubmed" and pmid is None and (number := pmid_or_none(value)):
            pmid = number
        elif kind == "doi" and doi is None and (name := normalise_doi(value)):
            doi = name
        elif kind in PMC_KINDS and pmcid is None and (number_in_pmc := normalise_pmcid(value)):
            pmcid = number_in_pmc
        elif kind == "linked" and linked is None:  # of a saved page that litkb wrote as XML
            linked = value
        else:
            others = f"{others} {kind} {value}" if others else f"{kind} {value}"
    return _row(rows.Reference, (*place, citation, doi, pmcid, pmid, listed_in, list_title, others, linked))


def add_heading(draft: Draft, heading: int, descriptor: Term | None, qualifiers: Sequence[Term]) -> None:
    """Note one MeSH heading: a row for its descriptor, or one for each qualifier of it."""
    if descriptor is None:
        return
    ui, name, descriptor_is_major = descriptor
    draft.descriptors[ui] = name
    found, pmid = draft.mesh_headings, draft.pmid
    for qualifier, qualifier_name, is_major in qualifiers or _NO_QUALIFIER:
        if qualifier is not None:
            draft.qualifiers[qualifier] = qualifier_name
        major = is_major | descriptor_is_major
        values = (pmid, len(found) + 1, heading, ui, qualifier, major, descriptor_is_major)
        found.append(_row(rows.MeshHeading, values))


def add_keyword(draft: Draft, keyword: str, *, is_major: str | None, owner: str | None) -> None:
    """Note one keyword."""
    values = (draft.pmid, len(draft.keywords) + 1, keyword, YES_NO.get(is_major or ""), owner)
    draft.keywords.append(_row(rows.Keyword, values))


def add_concept(draft: Draft, name: str | None, ui: str | None, kind: str | None) -> None:
    """Note a supplementary concept of MeSH."""
    if name is not None:
        found = draft.supplementary_concepts
        found.append(rows.SupplementaryConcept(draft.pmid, len(found) + 1, ui, name, kind))


def add_data_bank(draft: Draft, name: str | None, numbers: Iterable[str | None]) -> None:
    """Note the numbers under which data of the article are in a data bank; the bank alone where it gives none."""
    given = [number for number in numbers if number]
    if name is not None:
        for number in given or (None,):
            draft.data_banks.append(rows.DataBank(draft.pmid, len(draft.data_banks) + 1, name, number))


def add_publication_type(draft: Draft, name: str, ui: str | None) -> None:
    """Note a publication type."""
    values = (draft.pmid, len(draft.publication_types) + 1, ui, name)
    draft.publication_types.append(_row(rows.PublicationType, values))


def add_chemical(draft: Draft, number: str | None, name: str, ui: str | None) -> None:
    """Note a chemical; registry number 0 is NLM's way of saying that there is none."""
    values = (draft.pmid, len(draft.chemicals) + 1, None if number == "0" else number, ui, name)
    draft.chemicals.append(_row(rows.Chemical, values))


def add_correction(draft: Draft, kind: str, number: str | None, *, source: str | None, note: str | None) -> None:
    """Note a link to another record: a notice, or an entry of the old form of a reference list, "Cites"."""
    if kind == CITES:
        draft.has_references = True
        add_reference(draft, source, [("pubmed", number)] if number else [], listed_in="CommentsCorrectionsList")
    else:
        position = len(draft.notices) + 1
        draft.notices.append(rows.Notice(draft.pmid, position, kind, pmid_or_none(number), source, note))


# --- books ---


def settle_book_numbers(draft: Draft) -> None:
    """Set the ISBN of a book, one with a right check digit before others, and the number of a report."""
    isbns = [_isbn(value) for kind, value in draft.identifiers if kind == "isbn"]
    reports = [value for kind, value in draft.identifiers if kind == "reportnumber"]
    isbns.sort(key=lambda isbn: (not _is_checked(isbn), len(isbn) != 13))
    draft.article["isbn"] = isbns[0] if isbns else None
    draft.article["report_number"] = reports[0] if reports else None


def _isbn(printed: str) -> str:
    """Return an ISBN without hyphens and what is printed after it, "978-0-306-40615-7 (ebook)"; else as printed."""
    match = _ISBN.match(printed)
    return re.sub("[ -]", "", match[0]).upper() if match else printed


def _is_checked(isbn: str) -> bool:
    if not re.fullmatch(r"\d{13}|\d{9}[\dX]", isbn, re.ASCII):
        return False
    digits = [10 if c == "X" else int(c) for c in isbn]
    if len(digits) == 10:
        return sum(weight * digit for weight, digit in zip(range(10, 0, -1), digits, strict=True)) % 11 == 0
    return sum(digit * (3 if n % 2 else 1) for n, digit in enumerate(digits)) % 10 == 0


# --- dates ---


def add_date(draft: Draft, kind: str, date: str | None) -> str | None:
    """Note a date, unless it is None, and return it."""
    if date is not None:
        dates = draft.article_dates
        dates.append(_row(rows.ArticleDate, (draft.pmid, len(dates) + 1, kind, date)))
    return date
