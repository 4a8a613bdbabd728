"""PubMed XML -> records: every element that litkb keeps of an article, in the order of the record."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree
from lxml.etree import _Element

from harvest.pubmed.book import read_book_article
from harvest.pubmed.dates import citation_line, parse_pub_date
from harvest.pubmed.elements import (
    DAY,
    Readers,
    column,
    dated,
    items_of,
    leave,
    location_in_line,
    note_journal,
    read_abstract,
    read_authors,
    read_children,
    read_date,
    read_grants,
    read_history,
    read_identifiers,
    read_investigators,
    read_keywords,
    read_languages,
    read_location,
    read_old_affiliation,
    read_other_abstract,
    read_pages,
    read_publication_type,
    read_references,
    read_title,
    settle_affiliation,
    settle_identifiers,
    texts_of,
)
from harvest.pubmed.inline_text import text_of
from harvest.pubmed.other_elements import ATTRIBUTES, note_others
from harvest.pubmed.record_builder import Draft
from harvest.pubmed.record_splitter import BOOK, DELETION, REJECTED, RawRecord, split_records
from harvest.pubmed.row_builders import (
    Term,
    add_chemical,
    add_concept,
    add_correction,
    add_data_bank,
    add_heading,
    add_identifier,
    note_origin,
    settle_authors,
)
from harvest.pubmed.safe_xml import OPTIONS
from kb import records as rows
from kb.errors import RecordError
from kb.identifiers import count_of, pmid_or_none

__all__ = ["RawRecord", "parse_articles", "parse_record", "split_records"]

_PARSER: Final = etree.XMLParser(**OPTIONS)  # type: ignore[arg-type]  # the stub wants each option by itself
_MATHML: Final = b'<record xmlns:mml="http://www.w3.org/1998/Math/MathML" xmlns:xlink="http://www.w3.org/1999/xlink">'
_OWN_PMID: Final = re.compile(rb"<(?:MedlineCitation|BookDocument)\b[^<>]*>\s*<PMID[^<>]*>\s*(\d{1,10})\s*</PMID>")


def parse_articles(xml: bytes | Iterable[bytes]) -> Iterator[rows.Record | rows.Deletion | RecordError]:
    """Yield what a stream of PubMed XML holds, in its order; memory does not grow with its length.

    A record that cannot be read is yielded as the RecordError that says why, with its offset and,
    where it shows one, its PMID; so is a document that is cut off or is no PubMed XML.
    """
    chunks = [xml] if isinstance(xml, bytes) else xml
    try:
        for raw in split_records(chunks):
            yield from _parsed(raw)
    except RecordError as error:  # an encoding that is not known
        yield error


def _parsed(raw: RawRecord) -> Iterator[rows.Record | rows.Deletion | RecordError]:
    try:
        if raw.kind == DELETION:
            yield from _deletions(raw)
        else:
            yield parse_record(raw)
    except RecordError as error:
        yield error


def parse_record(raw: RawRecord) -> rows.Record:
    """Return the record in these bytes. Raises RecordError, with PMID and offset, if it cannot be read."""
    if raw.kind == REJECTED:
        raise _error(raw, raw.reason or "The record cannot be read.")
    if raw.kind == BOOK:
        return _book(raw, _tree(raw))
    return _article(raw, _tree(raw))


def _error(raw: RawRecord, reason: str) -> RecordError:
    match = _OWN_PMID.search(raw.xml[:4096])
    pmid = pmid_or_none(match[1].decode()) if match else None
    return RecordError(reason, pmid=pmid, offset=raw.offset)


def _tree(raw: RawRecord) -> _Element:
    """Return the element of a record; a MathML prefix that the document declared at its root is known."""
    try:
        return etree.fromstring(raw.xml, _PARSER)
    except etree.XMLSyntaxError as error:
        if "amespace prefix" not in str(error):
            raise _error(raw, f"The record is not well-formed XML: {error}.") from error
    try:
        return etree.fromstring(_MATHML + raw.xml + b"</record>", _PARSER)[0]
    except etree.XMLSyntaxError as error:
        raise _error(raw, f"The record is not well-formed XML: {error}.") from error


def _deletions(raw: RawRecord) -> Iterator[rows.Deletion | RecordError]:
    for child in _tree(raw):
        if child.tag == "PMID":
            pmid = pmid_or_none(child.text)
            if pmid is None:
                yield _error(raw, f"{child.text!r} is to be deleted and is no PMID.")
            else:
                yield rows.Deletion(pmid)


def _article(raw: RawRecord, element: _Element) -> rows.Record:
    draft = _draft(raw, element, "MedlineCitation", "article")
    read_children(draft, element, _ARTICLE_PARTS)
    note_others(draft)
    settle_identifiers(draft)
    settle_affiliation(draft)
    _settle_line(draft)
    return _finish(raw, draft)


def _book(raw: RawRecord, element: _Element) -> rows.Record:
    draft = _draft(raw, element, "BookDocument", "book")
    read_book_article(draft, element, _ORIGIN)
    return _finish(raw, draft)


def _draft(raw: RawRecord, element: _Element, part: str, record_type: str) -> Draft:
    """Return a draft with the PMID of a record, its version, and what it says of its own source."""
    parts = [child for child in element if child.tag == part]
    if len(parts) != 1:
        raise _error(raw, f"The record has {len(parts)} {part} elements." if parts else f"The record has no {part}.")
    number = parts[0].find("PMID")
    pmid = None if number is None else pmid_or_none(number.text)
    if number is None or pmid is None:
        raise _error(raw, "The record has no PMID." if number is None else f"{number.text!r} is no PMID.")
    draft = Draft(pmid, record_type)
    version = number.get("Version", "1")
    draft.article["version"] = count_of(version, pmid=pmid) if version.isdecimal() else 1
    return draft


def _finish(raw: RawRecord, draft: Draft) -> rows.Record:
    """Return the record, unless two records have been run together in it by damage to the file."""
    for kind, value in draft.identifiers:
        if kind == "pubmed" and pmid_or_none(value) is not None:
            raise _error(raw, f"The record of PMID {draft.pmid} gives its own PMID as {value} elsewhere.")
    settle_authors(draft)
    if draft.has_references:
        draft.article["reference_count"] = len(draft.references)
    return draft.record()


def _settle_line(draft: Draft) -> None:
    article = draft.article
    article["citation_line"] = citation_line(
        article.get("pub_date"),
        volume=article.get("volume"),
        issue=article.get("issue"),
        pages=article.get("pages") or location_in_line(draft),
    )


# --- MedlineCitation ---


def _read_medline(draft: Draft, medline: _Element) -> None:
    draft.article["status"] = medline.get("Status") or None
    draft.unread_attributes = [(tag, value) for name, tag in ATTRIBUTES.items() if (value := medline.get(name))]
    read_children(draft, medline, _MEDLINE)


def _read_article(draft: Draft, article: _Element) -> None:
    draft.article["pub_model"] = article.get("PubModel") or None
    read_children(draft, article, _ARTICLE)


def _read_journal(draft: Draft, journal: _Element) -> None:
    """Read the Journal: its names and ISSNs, and the volume, issue and date of the article in it."""
    found = draft.journal
    for child in journal:
        tag = child.tag
        if tag == "ISSN":
            found["issn_electronic" if child.get("IssnType") == "Electronic" else "issn_print"] = text_of(child)
        elif tag == "Title":
            found["title"] = text_of(child)
        elif tag == "ISOAbbreviation":
            found["iso_abbreviation"] = text_of(child)
        elif tag == "JournalIssue":
            read_children(draft, child, _ISSUE)
        else:
            draft.unread.append(child)


def _read_pub_date(draft: Draft, element: _Element) -> None:
    draft.article["pub_date"], draft.article["year"] = parse_pub_date(texts_of(draft, element, DAY))


def _read_journal_info(draft: Draft, info: _Element) -> None:
    note_journal(draft, texts_of(draft, info, _JOURNAL_INFO))


def _read_article_date(draft: Draft, element: _Element) -> None:
    read_date(draft, element.get("DateType", "Electronic"), element)


def _read_publication_types(draft: Draft, types: _Element) -> None:
    for child in items_of(draft, types, "PublicationType"):
        read_publication_type(draft, child)


def _read_data_banks(draft: Draft, banks: _Element) -> None:
    for bank in items_of(draft, banks, "DataBank"):
        name: str | None = None
        numbers: list[str | None] = []
        for child in bank:
            if child.tag == "DataBankName":
                name = name or text_of(child)
            elif child.tag == "AccessionNumberList":
                numbers += map(text_of, items_of(draft, child, "AccessionNumber"))
            else:
                draft.unread.append(child)
        add_data_bank(draft, name, numbers)


def _read_chemicals(draft: Draft, chemicals: _Element) -> None:
    for chemical in items_of(draft, chemicals, "Chemical"):
        number = name = ui = None
        for child in chemical:
            if child.tag == "RegistryNumber":
                number = text_of(child)
            elif child.tag == "NameOfSubstance":
                name, ui = text_of(child), child.get("UI") or None
            else:
                draft.unread.append(child)
        if name is not None:
            add_chemical(draft, number, name, ui)


def _read_supplementary(draft: Draft, concepts: _Element) -> None:
    for child in items_of(draft, concepts, "SupplMeshName"):
        add_concept(draft, text_of(child), child.get("UI") or None, child.get("Type") or None)


def _read_mesh(draft: Draft, headings: _Element) -> None:
    for number, heading in enumerate(items_of(draft, headings, "MeshHeading"), start=1):
        _read_heading(draft, heading, number)


def _read_heading(draft: Draft, element: _Element, heading: int) -> None:
    """Read one heading: its descriptor, and the qualifiers of it."""
    descriptor = None
    qualifiers: list[Term] = []
    for child in element:
        tag = child.tag
        if tag != "DescriptorName" and tag != "QualifierName":
            draft.unread.append(child)
        elif (name := text_of(child)) is not None:
            term = (child.get("UI") or name, name, 1 if child.get("MajorTopicYN") == "Y" else 0)
            if tag == "DescriptorName":
                descriptor = term
            else:
                qualifiers.append(term)
    add_heading(draft, heading, descriptor, qualifiers)


def _read_corrections(draft: Draft, corrections: _Element) -> None:
    for child in items_of(draft, corrections, "CommentsCorrections"):
        parts = texts_of(draft, child, _CORRECTION)
        kind = child.get("RefType") or "CommentsCorrections"
        add_correction(draft, kind, parts.get("PMID"), source=parts.get("RefSource"), note=parts.get("Note"))


def _read_other_id(draft: Draft, element: _Element) -> None:
    value = text_of(element)
    if value is not None:
        add_identifier(draft, element.get("Source") or "other", value)


def _read_data(draft: Draft, data: _Element) -> None:
    read_children(draft, data, _DATA)


def _read_origin(draft: Draft, element: _Element) -> None:
    if getattr(element, "target", None) == "litkb":
        note_origin(draft, {str(name): str(words) for name, words in element.attrib.items()})


_JOURNAL_INFO: Final = frozenset(("Country", "MedlineTA", "NlmUniqueID", "ISSNLinking"))
_CORRECTION: Final = frozenset(("RefSource", "PMID", "Note"))
_ISSUE: Final[Readers] = {"Volume": column("volume"), "Issue": column("issue"), "PubDate": _read_pub_date}
_ARTICLE: Final[Readers] = {
    "Journal": _read_journal,
    "ArticleTitle": read_title,
    "Pagination": read_pages,
    "ELocationID": read_location,
    "Abstract": read_abstract,
    "Affiliation": read_old_affiliation,
    "AuthorList": read_authors,
    "Language": read_languages,
    "DataBankList": _read_data_banks,
    "GrantList": read_grants,
    "PublicationTypeList": _read_publication_types,
    "VernacularTitle": column("vernacular_title"),
    "ArticleDate": _read_article_date,
}
_MEDLINE: Final[Readers] = {
    "PMID": leave,
    "DateCreated": dated("created"),
    "DateCompleted": dated("completed", "date_completed"),
    "DateRevised": dated("revised", "date_revised"),
    "Article": _read_article,
    "MedlineJournalInfo": _read_journal_info,
    "ChemicalList": _read_chemicals,
    "SupplMeshList": _read_supplementary,
    "CommentsCorrectionsList": _read_corrections,
    "MeshHeadingList": _read_mesh,
    "OtherID": _read_other_id,
    "OtherAbstract": read_other_abstract,
    "KeywordList": read_keywords,
    "CoiStatement": column("coi_statement"),
    "InvestigatorList": read_investigators,
}
_DATA: Final[Readers] = {
    "History": read_history,
    "PublicationStatus": column("publication_status"),
    "ArticleIdList": read_identifiers,
    "ReferenceList": read_references,
}
_ORIGIN: Final[Readers] = {etree.ProcessingInstruction: _read_origin}
_ARTICLE_PARTS: Final[Readers] = {
    "MedlineCitation": _read_medline,
    "PubmedData": _read_data,
    **_ORIGIN,
}
