"""Records -> PubMed XML, in NLM's own elements and their order: what harvest.pubmed.article parses, written again.

What a record does not hold is left out, so that "unknown" stays unknown; NLM's DTD asks for some of it (a
language, publication types), and a record that is silent there is not valid by the DTD, but true.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from harvest.pubmed import write_elements as parts
from harvest.pubmed.dates import citation_line
from harvest.pubmed.other_elements import ATTRIBUTES, FULL_NAME, IN_BOOK, IN_DATA, IN_DOCUMENT, TAGS
from harvest.pubmed.write_elements import CITES, ID_KINDS, YES_NO, date, element, joined, marked, said, text
from kb.records import (
    PUBMED,
    Article,
    ArticleIdentifier,
    Chemical,
    Journal,
    MeshHeading,
    Notice,
    OtherField,
    Record,
    Reference,
    SupplementaryConcept,
)
from kb.text import without_controls

HEADER: Final = b"""<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" \
"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
<PubmedArticleSet>
"""
FOOTER: Final = b"</PubmedArticleSet>\n"

_IN_BOOK: Final = ("isbn", "reportnumber")  # identifiers that have elements of their own
_TYPED_LABEL: Final = re.compile(r"(part|chapter|section|appendix|figure|table|box) (\S+)")
_PLACED_IN_BOOK: Final = frozenset((*IN_BOOK, *IN_DOCUMENT, *IN_DATA))
_PLACED: Final = frozenset((*ATTRIBUTES.values(), *TAGS.values(), FULL_NAME, *IN_DATA))


def format_article_set(records: Iterable[Record]) -> Iterator[bytes]:
    """Yield a PubmedArticleSet of records piece by piece, one piece a record; memory stays flat."""
    yield HEADER
    for record in records:
        yield format_record(record).encode()
    yield FOOTER


def format_record(record: Record) -> str:
    """Return record as one PubmedArticle or PubmedBookArticle; parsing it gives an equal record.

    What the parser derives (author line, keys, names as printed) is not written; so a name that only a saved
    page gave comes back in the order of PubMed's records, and its references as those of a ReferenceList.
    A record that is not NCBI's says so in a processing instruction, its first child.
    """
    if record.article.record_type == "article":
        return element("PubmedArticle", _origin(record) + _citation(record) + _pubmed_data(record)) + "\n"
    return element("PubmedBookArticle", _origin(record) + _book_document(record) + _book_data(record)) + "\n"


def _origin(record: Record) -> str:
    """Return what the record says of its own source; a processing instruction knows no escapes."""
    stated = record.stated_reference_count
    known = {
        "source": None if record.source == PUBMED else record.source,
        "read": record.article.provenance,
        "references": None if stated is None else str(stated),
    }
    words = "".join(f" {name}={_quoted(value)}" for name, value in known.items() if value is not None)
    return f"<?litkb{words}?>" if words else ""


def _quoted(value: str) -> str:
    plain = without_controls(value).replace("?>", "? >")
    return f"'{plain}'" if '"' in plain and "'" not in plain else f'"{plain.replace(chr(34), chr(39))}"'


# --- PubmedArticle


def _citation(record: Record) -> str:
    article = record.article
    content = (
        text("PMID", article.pmid, said(Version=article.version))
        + parts.dates(record, "created", name="DateCreated")
        + date("DateCompleted", article.date_completed)
        + date("DateRevised", article.date_revised)
        + _article(record)
        + _journal_info(record.journal)
        + element("ChemicalList", joined(record.chemicals, _chemical))
        + element("SupplMeshList", joined(record.supplementary_concepts, _concept))
        + joined(_tagged(record, "SB"), lambda row: text("CitationSubset", row.value))
        + element("CommentsCorrectionsList", _corrections(record))
        + element("GeneSymbolList", joined(_tagged(record, "GS"), lambda row: text("GeneSymbol", row.value)))
        + element("MeshHeadingList", _mesh(record))
        + parts.others(record, "NumberOfReferences")
        + parts.name_subjects(record)
        + joined((row for row in _own(record) if row.kind not in ID_KINDS), parts.other_id)
        + _other_abstracts(record)
        + parts.keywords(record)
        + text("CoiStatement", article.coi_statement)
        + joined(_tagged(record, "SFM"), lambda row: text("SpaceFlightMission", row.value))
        + parts.investigator_lists(record)
        + joined(_tagged(record, "GN"), parts.note)
        + parts.unplaced(record, _PLACED)
    )
    return element("MedlineCitation", content, said(Status=article.status) + parts.attributes(record, ATTRIBUTES))


def _tagged(record: Record, tag: str) -> Iterator[OtherField]:
    return (row for row in record.other_fields if row.tag == tag)


def _article(record: Record) -> str:
    article = record.article
    content = (
        _journal(article, record.journal)
        + marked("ArticleTitle", article.title, article.title_html)
        + element("Pagination", text("MedlinePgn", article.pages))
        + joined(_locations(record), parts.location)
        + parts.abstract(record)
        + (parts.author_lists(record, record.authorships) or _empty_author_list(article))
        + parts.languages(record)
        + element("DataBankList", _data_banks(record))
        + parts.grants(record)
        + element("PublicationTypeList", parts.publication_types(record))
        + text("VernacularTitle", article.vernacular_title)
        + _article_dates(record)
    )
    return element("Article", content, said(PubModel=article.pub_model))


def _empty_author_list(article: Article) -> str:
    complete = YES_NO[article.authors_complete]
    return "" if complete is None else f"<AuthorList{said(CompleteYN=complete)}></AuthorList>"


def _article_dates(record: Record) -> str:
    rows = (row for row in record.article_dates if row.kind[:1].isupper())
    return joined(rows, lambda row: date("ArticleDate", row.date, said(DateType=row.kind)))


def _journal(article: Article, journal: Journal | None) -> str:
    issue = text("Volume", article.volume) + text("Issue", article.issue) + parts.pub_date(article.pub_date)
    content = element("JournalIssue", issue)
    if journal is not None:
        content = (
            text("ISSN", journal.issn_print, said(IssnType="Print"))
            + text("ISSN", journal.issn_electronic, said(IssnType="Electronic"))
            + content
            + text("Title", journal.title)
            + text("ISOAbbreviation", journal.iso_abbreviation)
        )
    return element("Journal", content)


def _journal_info(journal: Journal | None) -> str:
    if journal is None:
        return ""
    nlm_id = None if journal.journal_id.startswith("ta:") else journal.journal_id
    content = (
        text("Country", journal.country)
        + text("MedlineTA", journal.abbreviation)
        + text("NlmUniqueID", nlm_id)
        + text("ISSNLinking", journal.issn_linking)
    )
    return element("MedlineJournalInfo", content)


def _locations(record: Record) -> list[ArticleIdentifier]:
    """Return the identifiers that were ELocationIDs: of those alone a source says whether they are valid.

    One more: that which the citation line prints in the place of pages, also where the list of identifiers
    repeats it.
    """
    rows = record.article_identifiers
    printed = [row for row in rows if record.article.pages is None and _line(record.article, row) is not None]
    return printed[:1] + [row for row in rows if row.is_valid is not None and row not in printed[:1]]


def _line(article: Article, row: ArticleIdentifier) -> str | None:
    """Return the citation line if it prints this identifier in the place of pages."""
    line = citation_line(article.pub_date, volume=article.volume, issue=article.issue, pages=row.value)
    return line if line == article.citation_line else None


def _other_abstracts(record: Record) -> str:
    groups = groupby(record.other_abstract_sections, key=lambda row: (row.kind, row.language, row.copyright))
    return "".join(
        element(
            "OtherAbstract",
            joined(rows, lambda r: text("AbstractText", r.text, said(Label=r.label, NlmCategory=r.category)))
            + text("CopyrightInformation", rights),
            said(Type=kind, Language=language),
        )
        for (kind, language, rights), rows in groups
    )


def _data_banks(record: Record) -> str:
    groups = groupby(record.data_banks, key=lambda row: row.name)
    return "".join(
        element(
            "DataBank",
            text("DataBankName", name)
            + element("AccessionNumberList", joined(rows, lambda row: text("AccessionNumber", row.accession))),
        )
        for name, rows in groups
    )


def _chemical(row: Chemical) -> str:
    number = text("RegistryNumber", row.registry_number or "0")  # NLM's way of saying that there is none
    return element("Chemical", number + text("NameOfSubstance", row.name, said(UI=row.ui)))


def _concept(row: SupplementaryConcept) -> str:
    return text("SupplMeshName", row.name, said(Type=row.kind, UI=row.ui))


def _corrections(record: Record) -> str:
    """Return the links to other records; old records keep their references among them."""
    cites = (row for row in record.references if row.listed_in == CITES)
    return joined(cites, _cited) + joined(record.notices, _notice)


def _cited(row: Reference) -> str:
    content = text("RefSource", row.citation or "") + text("PMID", row.cited_pmid)
    return element("CommentsCorrections", content, said(RefType="Cites"))


def _notice(row: Notice) -> str:
    content = text("RefSource", row.ref_source or "") + text("PMID", row.other_pmid) + text("Note", row.note)
    return element("CommentsCorrections", content, said(RefType=row.kind))


def _mesh(record: Record) -> str:
    """Return the MeSH headings; a descriptor whose id is its name has no UI, as in old records."""
    names = {row.descriptor_ui: row.name for row in record.mesh_descriptors}
    names |= {row.qualifier_ui: row.name for row in record.mesh_qualifiers}
    headings = groupby(record.mesh_headings, key=lambda row: row.heading)
    return "".join(_heading(tuple(rows), names) for _, rows in headings)


def _heading(rows: tuple[MeshHeading, ...], names: dict[str, str]) -> str:
    """Return one heading; the topic of a major descriptor is major with every qualifier."""
    major = rows[0].descriptor_is_major
    qualifiers = [(row.qualifier_ui, row.is_major and not major) for row in rows]
    terms = [("DescriptorName", rows[0].descriptor_ui, bool(major))]
    terms += [("QualifierName", ui, bool(is_major)) for ui, is_major in qualifiers if ui is not None]
    return element("MeshHeading", joined(terms, lambda term: _term(term, names)))


def _term(term: tuple[str, str, bool], names: dict[str, str]) -> str:
    tag, ui, is_major = term
    name = names.get(ui, ui)
    return text(tag, name, said(UI=None if ui == name else ui, MajorTopicYN=YES_NO[is_major]))


def _own(record: Record) -> Iterator[ArticleIdentifier]:
    """Yield the identifiers that are no ELocationIDs; these come last, but for those that a list repeats."""
    rows = record.article_identifiers
    last = max((row.position for row in rows if row.is_valid is None), default=0)
    return (row for row in rows if row.is_valid is None or (row.is_valid == 0 and row.position < last))


def _pubmed_data(record: Record) -> str:
    own = (row for row in _own(record) if row.kind in ID_KINDS)
    content = (
        parts.history(record)
        + text("PublicationStatus", record.article.publication_status)
        + parts.identifiers(record, own)
        + parts.others(record, *IN_DATA)
        + parts.references(record)
    )
    return element("PubmedData", content)


# --- PubmedBookArticle


def _book_document(record: Record) -> str:
    article = record.article
    own = (row for row in _own(record) if row.kind not in _IN_BOOK)
    content = (
        text("PMID", article.pmid, said(Version=article.version))
        + parts.identifiers(record, own)
        + _book(record)
        + _location_labels(article)
        + _chapter_title(article)
        + text("VernacularTitle", article.vernacular_title)
        + element("Pagination", text("MedlinePgn", article.pages))
        + parts.languages(record)
        + (parts.author_lists(record, record.authorships[: _last_author(record)]) or _empty_author_list(article))
        + parts.investigator_lists(record)
        + parts.publication_types(record)
        + parts.abstract(record)
        + parts.others(record, "Sections")
        + parts.keywords(record)
        + parts.dates(record, "contribution", name="ContributionDate")
        + date("DateRevised", article.date_revised)
        + parts.others(record, "CitationString")
        + parts.grants(record)
        + parts.others(record, "ItemList")
        + parts.references(record)
        + parts.unplaced(record, _PLACED_IN_BOOK)
    )
    return element("BookDocument", content)


def _last_author(record: Record) -> int:
    """Return how many of the names stand before and with the last author: the rest is of the whole book."""
    return max((n for n, row in enumerate(record.authorships, 1) if row.role == "author"), default=0)


def _chapter_title(article: Article) -> str:
    """Return the title of a chapter; it is the element that makes the record one."""
    if article.record_type == "book":
        return ""
    return marked("ArticleTitle", article.title or "", article.title_html)


def _location_labels(article: Article) -> str:
    """Return the labels of a chapter; one that is a kind and a number has the kind as its type."""
    labels = (article.location_label or "").split("; ")
    return joined(filter(None, labels), _location_label)


def _location_label(label: str) -> str:
    match = _TYPED_LABEL.fullmatch(label)
    return text("LocationLabel", match[2], said(Type=match[1])) if match else text("LocationLabel", label)


def _book(record: Record) -> str:
    article = record.article
    place = text("PublisherName", article.publisher) + text("PublisherLocation", article.publisher_place)
    numbers = {kind: [row for row in record.article_identifiers if row.kind == kind] for kind in _IN_BOOK}
    content = (
        element("Publisher", place)
        + marked("BookTitle", article.book_title, article.title_html if article.record_type == "book" else None)
        + parts.pub_date(article.pub_date)
        + parts.dates(record, "beginning", name="BeginningDate")
        + parts.dates(record, "ending", name="EndingDate")
        + parts.author_lists(record, record.authorships[_last_author(record) :])
        + text("Volume", article.volume)
        + text("VolumeTitle", article.volume_title)
        + text("Edition", article.edition)
        + text("CollectionTitle", article.series_title)
        + joined(numbers["isbn"], lambda row: text("Isbn", row.value))
        + joined((row for row in record.article_identifiers if row.is_valid is not None), parts.location)
        + parts.others(record, *IN_BOOK)
        + joined(numbers["reportnumber"], lambda row: text("ReportNumber", row.value))
    )
    return element("Book", content)


def _book_data(record: Record) -> str:
    status = text("PublicationStatus", record.article.publication_status)
    ids = parts.identifiers(record, ())
    return element("PubmedBookData", parts.history(record) + status + ids + parts.others(record, *IN_DATA))
