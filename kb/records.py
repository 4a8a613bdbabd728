"""Records: what a source said of one article, as immutable rows in the column order of their tables.

A parser gives them, kb.store takes them and adds what follows from them: keys of names, ids of cited works.
None means that nobody said. Each row begins with the PMID of its article, most continue with the position
from 1, in the order of the record.
"""

import hashlib
import marshal
from typing import Any, Final, NamedTuple

_FORMAT: Final = 2  # of marshal: the last one whose bytes depend on nothing but the values

PUBMED = "pubmed"
NBIB = "nbib"
PAGE = "page"
PMC = "pmc"
DEMONSTRATION = "demonstration"
SYNTHETIC = "synthetic"
RESOLVED = "resolved"
PMC_FULL_TEXT = "pmc_fulltext"


class Article(NamedTuple):
    """What one record says of its article itself; the first columns of table articles."""

    pmid: int
    record_type: str  # article, book, book chapter
    title: str | None = None  # Unicode text, x² for x<sup>2</sup>
    title_html: str | None = None  # with b i u sub sup; None where the title has no markup
    vernacular_title: str | None = None
    book_title: str | None = None
    authors: str | None = None  # "Vederhus JK, Høie M, Birkeland B"; None where no list is given
    authors_complete: int | None = None  # 0: the record says that names are missing
    journal_id: str | None = None  # NLM id, else "ta:" and the abbreviation
    citation_line: str | None = None  # as PubMed prints it: "2020 May 24;15(1):18."
    pub_date: str | None = None  # PubMed's words: "2020 May 24", "1998 Dec-1999 Jan"
    year: int | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    pub_model: str | None = None  # Print, Electronic, Print-Electronic …
    publication_status: str | None = None  # ppublish, epublish, aheadofprint
    doi: str | None = None
    pmcid: str | None = None
    coi_statement: str | None = None
    copyright: str | None = None
    publisher: str | None = None  # of a book, as all up to location_label
    publisher_place: str | None = None  # "Seattle (WA)"
    edition: str | None = None
    volume_title: str | None = None
    series_title: str | None = None
    isbn: str | None = None  # one with a right check digit if there is one; article_identifiers has all
    report_number: str | None = None
    location_label: str | None = None  # of a chapter in its book: "Chapter 7", "part 2; chapter 4"
    reference_count: int | None = None  # references in the record's own list; None: it has no list
    status: str | None = None  # MEDLINE, PubMed-not-MEDLINE, In-Process, Publisher …
    version: int = 1
    date_completed: str | None = None  # ISO 8601
    date_revised: str | None = None  # ISO 8601
    provenance: str | None = None  # where a record that is not NCBI's was read


class Journal(NamedTuple):
    """A journal as one record describes it; as_of is that record's date_revised, the later one wins."""

    journal_id: str
    title: str | None
    abbreviation: str | None  # NLM title abbreviation (MedlineTA)
    iso_abbreviation: str | None
    issn_print: str | None
    issn_electronic: str | None
    issn_linking: str | None
    country: str | None
    as_of: str | None


class AbstractSection(NamedTuple):
    pmid: int
    position: int
    label: str | None  # as printed: "Background", "CONCLUSION"
    category: str | None  # NLM's: BACKGROUND OBJECTIVE METHODS RESULTS CONCLUSIONS UNASSIGNED
    text: str
    html: str | None  # with b i u sub sup; None where the text has no markup


class OtherAbstractSection(NamedTuple):
    pmid: int
    position: int
    language: str | None
    kind: str | None  # Publisher, plain-language-summary …
    label: str | None
    category: str | None
    text: str
    copyright: str | None


class Reference(NamedTuple):
    """One printed entry of an article's reference list; position runs over all lists of the record."""

    citing_pmid: int
    position: int
    citation: str | None  # verbatim; None where nothing but blanks is printed
    doi: str | None
    pmcid: str | None
    cited_pmid: int | None  # as the source gives it
    listed_in: str  # ReferenceList, CommentsCorrectionsList (the old form "Cites"), page
    list_title: str | None  # "LITERATURE CITED"
    other_ids: str | None  # identifiers of other kinds or not well formed, "pii S0140 doi e22.00123"
    linked: str | None  # links whose identifiers a saved page does not print, "DOI,PMC,PubMed"


class Authorship(NamedTuple):
    """One place in one author list: a name, not a person."""

    pmid: int
    position: int
    name: str  # "Vederhus JK", "Anton RF Jr", or the collective name
    last_name: str | None
    fore_name: str | None
    initials: str | None
    suffix: str | None
    collective_name: str | None
    orcid: str | None
    equal_contribution: int | None
    role: str  # author, editor


class Affiliation(NamedTuple):
    pmid: int
    position: int  # of the authorship
    ordinal: int  # 1 for its first affiliation
    affiliation: str
    identifier: str | None
    identifier_source: str | None  # ROR, GRID, ISNI …


class Investigator(NamedTuple):
    pmid: int
    position: int
    name: str
    last_name: str | None
    fore_name: str | None
    initials: str | None
    suffix: str | None
    orcid: str | None
    affiliation: str | None
    list_number: int = 1  # of the record's list of investigators
    group_name: str | None = None  # the collective author whose members this list has; None: not said


class Language(NamedTuple):
    pmid: int
    position: int
    language: str  # NLM's three letters: eng, nor


class MeshDescriptor(NamedTuple):
    descriptor_ui: str
    name: str
    as_of: str | None


class MeshQualifier(NamedTuple):
    qualifier_ui: str
    name: str
    as_of: str | None


class MeshHeading(NamedTuple):
    """A descriptor, or a descriptor with one of its qualifiers; heading numbers the printed heading."""

    pmid: int
    position: int
    heading: int
    descriptor_ui: str  # the name itself where an old record has no UI
    qualifier_ui: str | None
    is_major: int  # 1 where this descriptor, or this qualifier of it, is a major topic
    descriptor_is_major: int


class SupplementaryConcept(NamedTuple):
    pmid: int
    position: int
    ui: str | None
    name: str
    kind: str | None  # Disease, Protocol, Organism …


class Keyword(NamedTuple):
    pmid: int
    position: int
    keyword: str
    is_major: int | None
    owner: str | None  # NOTNLM: the author's


class Chemical(NamedTuple):
    pmid: int
    position: int
    registry_number: str | None
    ui: str | None
    name: str


class PublicationType(NamedTuple):
    pmid: int
    position: int
    ui: str | None
    name: str


class Grant(NamedTuple):
    pmid: int
    position: int
    grant_id: str | None
    acronym: str | None
    agency: str | None
    country: str | None


class Notice(NamedTuple):
    """A retraction, erratum, expression of concern, comment or update that links two records."""

    pmid: int
    position: int
    kind: str  # PubMed's RefType: RetractionIn, ErratumFor, CommentOn …
    other_pmid: int | None
    ref_source: str | None
    note: str | None


class DataBank(NamedTuple):
    pmid: int
    position: int
    name: str
    accession: str | None


class ArticleIdentifier(NamedTuple):
    pmid: int
    position: int
    kind: str  # doi, pmc, pii, mid, isbn, bookaccession …
    value: str  # as given
    is_valid: int | None  # 0 where the source marks it invalid


class ArticleDate(NamedTuple):
    pmid: int
    position: int
    kind: str  # Electronic; received, accepted, pubmed, medline, entrez …; created, completed, revised
    date: str  # ISO 8601, as long as the source is precise: 2020-05-24, 2020-05, 2020


class OtherField(NamedTuple):
    """What no other table has a place for: under its tag in NBIB (OWN, SB), else the name of the XML element."""

    pmid: int
    position: int
    tag: str
    value: str  # an element with parts or attributes stands as XML


class Record(NamedTuple):
    """All that one source said of one article in one answer."""

    article: Article
    journal: Journal | None = None
    abstract_sections: tuple[AbstractSection, ...] = ()
    other_abstract_sections: tuple[OtherAbstractSection, ...] = ()
    references: tuple[Reference, ...] = ()
    authorships: tuple[Authorship, ...] = ()
    affiliations: tuple[Affiliation, ...] = ()
    investigators: tuple[Investigator, ...] = ()
    languages: tuple[Language, ...] = ()
    mesh_headings: tuple[MeshHeading, ...] = ()
    mesh_descriptors: tuple[MeshDescriptor, ...] = ()
    mesh_qualifiers: tuple[MeshQualifier, ...] = ()
    supplementary_concepts: tuple[SupplementaryConcept, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    chemicals: tuple[Chemical, ...] = ()
    publication_types: tuple[PublicationType, ...] = ()
    grants: tuple[Grant, ...] = ()
    notices: tuple[Notice, ...] = ()
    data_banks: tuple[DataBank, ...] = ()
    article_identifiers: tuple[ArticleIdentifier, ...] = ()
    article_dates: tuple[ArticleDate, ...] = ()
    other_fields: tuple[OtherField, ...] = ()
    stated_reference_count: int | None = None  # what a source says the whole list holds; None: it is silent
    source: str = PUBMED  # pubmed, nbib, page, pmc, demonstration or synthetic: what it says it is


class Deletion(NamedTuple):
    """A PMID that PubMed's update file deletes (DeleteCitation)."""

    pmid: int


class LinkList(NamedTuple):
    """What one source says of one list of one article: who cites it, what it cites, what is like it.

    entries are (PMID, score) in the source's order, the article itself left out; score None where not
    given. None instead of entries: the source has no data on it, which is not "none".
    """

    pmid: int
    list: str  # cited_by, references, similar
    source: str  # a name in citation_sources
    entries: tuple[tuple[int, int | None], ...] | None


class MeshPlace(NamedTuple):
    """One place of a descriptor in the MeSH tree: C25.775.100 is below C25.775."""

    tree_number: str
    descriptor_ui: str
    name: str


class MeshTerm(NamedTuple):
    """Another name of a MeSH heading: "Heart Attack" of "Myocardial Infarction"."""

    term: str
    heading: str


class IciteMetrics(NamedTuple):
    """How often the world cites an article, by NIH iCite; None: iCite does not say."""

    pmid: int
    icite_citation_count: int | None
    citations_per_year: float | None
    expected_citations_per_year: float | None
    relative_citation_ratio: float | None  # Hutchins et al. (2016), PLoS Biol 14, e1002541; 1 is NIH's median
    nih_percentile: float | None
    apt: float | None  # approximate potential to translate: chance to be cited by a clinical article, 0 to 1
    is_clinical: int | None
    provisional: int | None  # 1: too young for a ratio that is settled


class MirrorMetrics(NamedTuple):
    """What a work is in all of PubMed, as a mirror of PubMed's files counts it; None: not computed there."""

    pmid: int
    citation_count: int
    occ_citation_count: int | None  # None: the mirror has no Open Citation Collection
    percentile: float | None
    pagerank_rank: int | None
    as_of: str  # the last of PubMed's files that the mirror had


class Part(NamedTuple):
    """A table of parts of articles: its name, its rows, and the columns that litkb adds to them."""

    table: str
    row: Any
    derived: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns as rows are saved; the first is the PMID."""
        return (*self.row._fields, *self.derived)


PARTS: Final = {  # by field of Record; children after their parents
    "abstract_sections": Part("abstract_sections", AbstractSection),
    "other_abstract_sections": Part("other_abstract_sections", OtherAbstractSection),
    "references": Part("article_references", Reference, ("cited_id", "printed_doi", "printed_pmcid", "printed_pmid")),
    "authorships": Part("authorships", Authorship, ("name_key",)),
    "affiliations": Part("affiliations", Affiliation),
    "investigators": Part("investigators", Investigator),
    "languages": Part("languages", Language),
    "mesh_headings": Part("mesh_headings", MeshHeading),
    "supplementary_concepts": Part("supplementary_concepts", SupplementaryConcept),
    "keywords": Part("keywords", Keyword, ("keyword_key",)),
    "chemicals": Part("chemicals", Chemical),
    "publication_types": Part("publication_types", PublicationType),
    "grants": Part("grants", Grant),
    "notices": Part("notices", Notice, ("other_doi",)),
    "data_banks": Part("data_banks", DataBank),
    "article_identifiers": Part("article_identifiers", ArticleIdentifier),
    "article_dates": Part("article_dates", ArticleDate),
    "other_fields": Part("other_fields", OtherField),
}


def content_hash(record: Record) -> str:
    """Return the SHA-256 of the parsed values of record, as hexadecimal; equal values, equal hash.

    Journal and MeSH names are left out: they belong to no single article, and a later record may give others.
    """
    return hash_of_plain(record, plain_parts(record))


def plain_parts(record: Record) -> list[tuple[tuple[Any, ...], ...]]:
    """Return the rows of record as plain tuples, in the order of PARTS."""
    return [tuple(map(tuple, getattr(record, field))) for field in PARTS]


def hash_of_plain(record: Record, parts: list[tuple[tuple[Any, ...], ...]]) -> str:
    """Return the content_hash of record, whose plain_parts() are known."""
    values = (tuple(record.article), parts, record.stated_reference_count, record.source)
    return hashlib.sha256(marshal.dumps(values, _FORMAT)).hexdigest()
