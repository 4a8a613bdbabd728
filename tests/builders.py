"""Readable PubMed XML for tests: only what a test is about is said, the rest is small and plain.

Texts are XML: markup in them is markup, so "&" is written "&amp;". Everything returns str but article_set,
which returns the bytes of a whole document.
"""

from collections.abc import Iterable, Mapping, Sequence

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
Ids = Iterable[tuple[str, str]]


def element(name: str, content: object = None, **attributes: object) -> str:
    """Return an element; nothing at all where content is None."""
    if content is None:
        return ""
    said = "".join(f' {key}="{value}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{said}>{content}</{name}>"


def ids_xml(ids: Ids) -> str:
    found = "".join(element("ArticleId", value, IdType=kind) for kind, value in ids)
    return element("ArticleIdList", found) if found else ""


def reference_xml(
    citation: str | None = None,
    *,
    pmid: object = None,
    doi: str | None = None,
    pmc: str | None = None,
    ids: Ids = (),
) -> str:
    """Return a Reference; ids are further identifiers, (kind, value)."""
    given = [("pubmed", pmid), ("doi", doi), ("pmc", pmc), *ids]
    return element(
        "Reference", element("Citation", citation) + ids_xml((kind, str(value)) for kind, value in given if value)
    )


def reference_list_xml(*parts: str, title: str | None = None) -> str:
    """Return a ReferenceList of references, or of further lists."""
    return element("ReferenceList", element("Title", title) + "".join(parts))


def author_xml(name: str, *, fore: str | None = None, more: str = "", **attributes: object) -> str:
    """Return an Author: "Vederhus JK", "Anton RF Jr", or "=A Group" for a collective name."""
    if name.startswith("="):
        return element("Author", element("CollectiveName", name[1:]) + more, **attributes)
    last, initials, suffix = (*name.split(), None, None)[:3]
    parts = element("LastName", last) + element("ForeName", fore) + element("Initials", initials)
    return element("Author", parts + element("Suffix", suffix) + more, **attributes)


def authors_xml(authors: Sequence[str] | None, **attributes: object) -> str:
    if authors is None:
        return ""
    inner = "".join(a if a.startswith("<") else author_xml(a) for a in authors)
    return element("AuthorList", inner, **{"CompleteYN": "Y", **attributes})


def date_xml(name: str, date: str | None, **attributes: object) -> str:
    """Return a date element from "2020", "2020-05" or "2020-5-24"."""
    if date is None:
        return ""
    parts = zip(("Year", "Month", "Day"), date.split("-"), strict=False)
    return element(name, "".join(element(part, value) for part, value in parts), **attributes)


def abstract_xml(abstract: str | Sequence[tuple[str | None, str]] | None) -> str:
    """Return an Abstract of one piece, or of (label, text) sections."""
    if abstract is None:
        return ""
    sections = [(None, abstract)] if isinstance(abstract, str) else abstract
    return element("Abstract", "".join(element("AbstractText", text, Label=label) for label, text in sections))


def heading_xml(descriptor: str, qualifiers: Sequence[str] = ()) -> str:
    """Return a MeshHeading; a name that begins with * is a major topic, "D1:Name" has a UI."""

    def part(name: str, text: str) -> str:
        major = "Y" if text.startswith("*") else "N"
        ui, _, words = text.lstrip("*").rpartition(":")
        return element(name, words, MajorTopicYN=major, UI=ui or None)

    inner = part("DescriptorName", descriptor) + "".join(part("QualifierName", q) for q in qualifiers)
    return element("MeshHeading", inner)


def mesh_xml(headings: Sequence[tuple[str, Sequence[str]]]) -> str:
    return element("MeshHeadingList", "".join(heading_xml(*heading) for heading in headings)) if headings else ""


def notice_xml(kind: str, *, pmid: object = None, source: str | None = None, note: str | None = None) -> str:
    inner = element("RefSource", source) + element("PMID", pmid, Version=1) + element("Note", note)
    return element("CommentsCorrections", inner, RefType=kind)


JOURNAL = {
    "issn": "",
    "title": "Journal of Tests",
    "iso": "J. Tests",
    "ta": "J Tests",
    "nlm": "101",
    "country": "Norway",
}


def article_xml(
    pmid: object = 1,
    *,
    title: str | None = "A title.",
    version: int = 1,
    doi: str | None = None,
    pmc: str | None = None,
    ids: Ids = (),
    authors: Sequence[str] | None = ("Vederhus JK",),
    abstract: str | Sequence[tuple[str | None, str]] | None = None,
    references: Sequence[str] | str | None = None,
    mesh: Sequence[tuple[str, Sequence[str]]] = (),
    keywords: Sequence[str] = (),
    notices: Sequence[str] = (),
    pub_date: str = "<Year>2020</Year><Month>May</Month><Day>24</Day>",
    issue: str = "<Volume>15</Volume><Issue>1</Issue>",
    pages: str | None = "18",
    revised: str | None = None,
    journal: Mapping[str, str | None] = JOURNAL,
    article: str = "",
    medline: str = "",
    data: str = "",
    origin: str = "",
) -> str:
    """Return a PubmedArticle. article, medline and data are further children of Article, MedlineCitation
    and PubmedData; origin is a processing instruction before them all; references None has no list.
    """
    place = element("JournalIssue", issue + element("PubDate", pub_date), CitedMedium="Internet")
    names = element("Title", journal.get("title")) + element("ISOAbbreviation", journal.get("iso"))
    text = (
        element("Journal", (journal.get("issn") or "") + place + names)
        + element("ArticleTitle", title)
        + (element("Pagination", element("MedlinePgn", pages)) if pages else "")
        + abstract_xml(abstract)
        + authors_xml(authors)
        + article
    )
    info = (
        element("Country", journal.get("country")) + element("MedlineTA", journal.get("ta"))
        + element("NlmUniqueID", journal.get("nlm")) + element("ISSNLinking", journal.get("linking"))
    )  # fmt: skip
    citation = (
        element("PMID", pmid, Version=version)
        + date_xml("DateRevised", revised)
        + element("Article", text, PubModel="Print")
        + element("MedlineJournalInfo", info)
        + (element("CommentsCorrectionsList", "".join(notices)) if notices else "")
        + mesh_xml(mesh)
        + (element("KeywordList", "".join(map(_keyword, keywords)), Owner="NOTNLM") if keywords else "")
        + medline
    )
    own = [("pubmed", pmid), ("doi", doi), ("pmc", pmc), *ids]
    if references is not None and not isinstance(references, str):
        references = reference_list_xml(*references)
    rest = ids_xml((kind, str(value)) for kind, value in own if value) + data + (references or "")
    inner = origin + element("MedlineCitation", citation, Status="MEDLINE") + element("PubmedData", rest)
    return element("PubmedArticle", inner)


def _keyword(text: str) -> str:
    return element("Keyword", text, MajorTopicYN="N")


def book_xml(
    pmid: object = 20000001,
    *,
    book_title: str = "A book of tests",
    chapter: str | None = None,
    editors: Sequence[str] | None = ("Editor AB",),
    authors: Sequence[str] | None = None,
    ids: Ids = (("bookaccession", "NBK1"),),
    pub_date: str = "<Year>1993</Year>",
    book: str = "",
    document: str = "",
    data: str = "",
) -> str:
    """Return a PubmedBookArticle; with a chapter title it is a chapter. book and document are further children."""
    publisher = element("PublisherName", "A Press") + element("PublisherLocation", "Oslo")
    volume = (
        element("Publisher", publisher)
        + element("BookTitle", book_title, book="tests")
        + element("PubDate", pub_date)
        + authors_xml(editors, Type="editors")
        + book
    )
    text = (
        element("PMID", pmid, Version=1)
        + ids_xml(ids)
        + element("Book", volume)
        + element("ArticleTitle", chapter, book="tests", part="one")
        + element("Language", "eng")
        + authors_xml(authors, Type="authors")
        + document
    )
    end = element("PublicationStatus", "ppublish") + ids_xml([("pubmed", str(pmid))]) + data
    return element("PubmedBookArticle", element("BookDocument", text) + element("PubmedBookData", end))


def delete_xml(*pmids: object) -> str:
    return element("DeleteCitation", "".join(element("PMID", pmid, Version=1) for pmid in pmids))


def article_set(*records: str, root: str = "PubmedArticleSet", declaration: str = DECLARATION) -> bytes:
    """Return a whole document in UTF-8."""
    body = "\n".join(records)
    return f"{declaration}<{root}>\n{body}\n</{root}>\n".encode()
