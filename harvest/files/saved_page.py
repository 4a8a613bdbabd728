"""A saved PubMed page (text) -> a record: what the page prints, and nothing that it does not.

Unknown here, and so left out: initials of the author (the page prints "John-Kåre Vederhus et al."), PMIDs of the
works cited (it prints the names of its links, not their addresses), NLM's categories of abstract sections. A
heading with nothing under it says nothing. reference_count stays None, because a page hides a part of a long
list behind a button: how many entries were printed is the number of references; how many there are is known
only where the button says it ("Show all 40 references") and then is stated_reference_count.
"""

import re
from collections.abc import Iterator
from typing import Final

from harvest.files.saved_page_layout import (
    ENTRY,
    KEYWORDS,
    LABEL,
    LINKS,
    MARKS,
    NOTICES,
    SMALL_PRINT,
    Page,
    byline,
    is_label,
    is_page,
    numbered_entries,
    paragraphs_of,
    parse_layout,
    small_print,
    title_line,
)
from harvest.pubmed.dates import iso_date
from kb.errors import RecordError
from kb.identifiers import count_of, normalise_doi, normalise_pmcid, pmid_or_none
from kb.printed.reference import parse_reference
from kb.records import (
    PAGE,
    AbstractSection,
    Affiliation,
    Article,
    ArticleDate,
    ArticleIdentifier,
    Authorship,
    Chemical,
    DataBank,
    Grant,
    Journal,
    Keyword,
    MeshDescriptor,
    MeshHeading,
    MeshQualifier,
    Notice,
    PublicationType,
    Record,
    Reference,
)
from kb.text import is_placeholder

__all__ = ["is_page", "page_doi", "page_pmid", "parse_page"]

PROVENANCE: Final = "a saved PubMed page"

_DOI: Final = re.compile(r"\bdoi:\s*(\S+)", re.IGNORECASE)
_PMID: Final = re.compile(r"\bPMID:\s*(\d+)")
_PMCID: Final = re.compile(r"\bPMC\d+\b")
_EPUB: Final = re.compile(r"\bEpub (\d{4})(?: ([A-Z][a-z]{2})(?: (\d{1,2}))?)?\b")
_RIGHTS: Final = re.compile(r"(?:©|\(c\)|Copyright\b|Published by\b)", re.IGNORECASE)
_ALL: Final = re.compile(r"(?:Show|See) all (\d+) references", re.IGNORECASE)


def page_doi(text: str) -> str | None:
    """Return the DOI that the page gives its article; None where it shows none. Not that of a reference."""
    page = parse_layout(text, None)
    found = (_DOI.search(line) for line in small_print(page))
    return next((doi for match in found if match and (doi := normalise_doi(match[1]))), None)


def page_pmid(text: str) -> int | None:
    """Return the PMID that the page shows for its article; None where it shows none."""
    found = (_PMID.search(line) for line in small_print(parse_layout(text, None)))
    return next((pmid_or_none(match[1]) for match in found if match), None)


def parse_page(text: str, *, pmid: int) -> Record:
    """Return the record of a saved PubMed page; pmid is the caller's, who knows which page was saved.

    A name is kept as it is printed; only where it has two words is the second its last name. Each reference
    keeps the names of its links ("DOI,PMC,PubMed"): the page does not print their addresses.

    Raises RecordError where text is no such page, or shows another PMID.
    """
    page = parse_layout(text, pmid)
    shown = page_pmid(text)
    if shown not in (None, pmid):
        raise RecordError(f"The page shows PMID {shown}, not {pmid}; nothing of it was taken.", pmid=pmid)
    descriptors, qualifiers, headings = _mesh(page, pmid)
    article = _article(page, pmid, doi=page_doi(text))
    return Record(
        article=article,
        journal=_journal(page),
        abstract_sections=tuple(_sections(page, pmid)),
        references=tuple(_references(page, pmid)),
        authorships=tuple(_authorships(page, pmid)),
        affiliations=tuple(_affiliations(page, pmid)),
        mesh_headings=headings,
        mesh_descriptors=descriptors,
        mesh_qualifiers=qualifiers,
        keywords=tuple(_keywords(page, pmid)),
        chemicals=tuple(Chemical(pmid, n, None, None, name) for n, name in _numbered(page, "Substances")),
        publication_types=tuple(
            PublicationType(pmid, n, None, name) for n, name in _numbered(page, "Publication types")
        ),
        grants=tuple(_grants(page, pmid)),
        notices=tuple(_notices(page, pmid)),
        data_banks=tuple(_data_banks(page, pmid)),
        article_identifiers=tuple(_identifiers(article)),
        article_dates=tuple(_dates(page, pmid)),
        stated_reference_count=_stated_count(page),
        source=PAGE,
    )


def _numbered(page: Page, heading: str) -> Iterator[tuple[int, str]]:
    return enumerate(page.paragraphs(heading), 1)


def _names(page: Page) -> tuple[list[str], int | None]:
    """Return the names as printed, marks of affiliations included, and 0 where the page says "et al."."""
    listed = page.paragraphs("Authors") or _line_of_names(page)
    short = byline(page)
    no_names = {title_line(page), short[0] if short else None}
    listed = [line for line in listed if line not in no_names]
    if listed:
        return [part.strip() for part in re.split(r",(?!\d)", listed[0]) if part.strip()], None
    if short is None:
        return [], None
    name = short["names"].removesuffix(" et al")
    return [name.strip()], 0 if name != short["names"] else None


def _line_of_names(page: Page) -> list[str]:
    """Return the line of authors that follows the title where the page has no heading for it."""
    lines = [line for line in page.paragraphs("") if not SMALL_PRINT.match(line)]
    title = title_line(page)
    return lines[lines.index(title) + 1 :][:1] if title in lines else []


def _authorships(page: Page, pmid: int) -> Iterator[Authorship]:
    for position, printed in enumerate(_names(page)[0], 1):
        name = MARKS.sub("", printed)
        words = name.split()
        fore, last = words if len(words) == 2 else (None, None)
        yield Authorship(pmid, position, name, last, fore, None, None, None, None, None, "author")


def _affiliations(page: Page, pmid: int) -> Iterator[Affiliation]:
    """Yield the places that are printed with the number that a name carries."""
    entries = (re.fullmatch(r"(\d+)\.? (.+)", line) for line in page.paragraphs("Affiliations"))
    places = {match[1]: match[2] for match in entries if match}
    for position, printed in enumerate(_names(page)[0], 1):
        marks = MARKS.search(printed)
        known = [places[mark] for mark in re.findall(r"\d+", marks[0] if marks else "") if mark in places]
        for ordinal, place in enumerate(known, 1):
            yield Affiliation(pmid, position, ordinal, place, None, None)


def _journal(page: Page) -> Journal | None:
    short = byline(page)
    abbreviation = short["journal"] if short else page.citation["journal"]
    if not abbreviation:
        return None
    return Journal(f"ta:{abbreviation}", None, abbreviation, None, None, None, None, None, None)


def _article(page: Page, pmid: int, *, doi: str | None) -> Article:
    citation = page.citation
    journal = _journal(page)
    names, complete = _names(page)
    title = title_line(page)
    shown = ", ".join(MARKS.sub("", name) for name in names)
    return Article(
        pmid=pmid,
        record_type="article",
        title=None if is_placeholder(title) else title,
        authors=(f"{shown} et al." if complete == 0 else shown) or None,
        authors_complete=complete,
        journal_id=journal.journal_id if journal else None,
        citation_line=citation["line"],
        pub_date=citation["date"],
        year=int(citation["year"]),
        volume=citation["volume"],
        issue=citation["issue"],
        pages=citation["pages"],
        doi=doi,
        pmcid=_pmcid(page),
        coi_statement=" ".join(page.paragraphs("Conflict of interest statement")) or None,
        copyright=_copyright(page),
        provenance=PROVENANCE,
    )


def _pmcid(page: Page) -> str | None:
    found = (_PMCID.search(line) for line in small_print(page))
    return next((normalise_pmcid(match[0]) for match in found if match), None)


def _identifiers(article: Article) -> Iterator[ArticleIdentifier]:
    values = ((kind, value) for kind, value in (("doi", article.doi), ("pmc", article.pmcid)) if value)
    for position, (kind, value) in enumerate(values, 1):
        yield ArticleIdentifier(article.pmid, position, kind, value, None)


def _dates(page: Page, pmid: int) -> Iterator[ArticleDate]:
    match = _EPUB.search(" ".join(small_print(page)))
    date = iso_date(*match.groups()) if match else None
    if date:
        yield ArticleDate(pmid, 1, "Electronic", date)


# --- blocks below the title


def _abstract(page: Page) -> list[str]:
    return list(paragraphs_of(page.blocks.get("Abstract", [])))


def _sections(page: Page, pmid: int) -> Iterator[AbstractSection]:
    paragraphs = [
        text
        for text in _abstract(page)
        if not KEYWORDS.match(text) and not SMALL_PRINT.match(text) and not _RIGHTS.match(text)
    ]
    for position, text in enumerate(paragraphs, 1):
        match = LABEL.fullmatch(text) if is_label(text) else None
        label, words = (match["label"], match["text"]) if match else (None, text)
        yield AbstractSection(pmid, position, label, None, words, None)


def _copyright(page: Page) -> str | None:
    return next((text for text in _abstract(page) if _RIGHTS.match(text)), None)


def _keywords(page: Page, pmid: int) -> Iterator[Keyword]:
    matches = (KEYWORDS.fullmatch(text) for text in _abstract(page))
    line = next((match["words"] for match in matches if match), "")
    words = [word.strip() for word in line.removesuffix(".").split(";")]
    for position, word in enumerate(filter(None, words), 1):
        yield Keyword(pmid, position, word, None, None)


def _references(page: Page, pmid: int) -> Iterator[Reference]:
    for position, entry in enumerate(numbered_entries(page, "References"), 1):
        tail = LINKS.search(entry)
        citation = entry[: tail.start()] if tail else entry
        links = re.findall(r"DOI|PMC|PubMed", tail[0]) if tail else []
        doi, pmcid, cited = parse_reference(citation).identifiers
        yield Reference(
            citing_pmid=pmid,
            position=position,
            citation=citation,
            doi=doi,
            pmcid=pmcid,
            cited_pmid=cited,
            listed_in=PAGE,
            list_title=None,
            other_ids=None,
            linked=",".join(links) or None,
        )


def _stated_count(page: Page) -> int | None:
    found = (_ALL.fullmatch(line) for line in page.paragraphs("References"))
    return next((count_of(match[1]) for match in found if match), None)


def _mesh(
    page: Page, pmid: int
) -> tuple[tuple[MeshDescriptor, ...], tuple[MeshQualifier, ...], tuple[MeshHeading, ...]]:
    """Return descriptors, qualifiers and headings; a page prints names, so the name is the id too.

    The star stands after the whole line: of a descriptor with a qualifier, it is the qualifier's.
    """
    rows: list[MeshHeading] = []
    for position, line in _numbered(page, "MeSH terms"):
        name, _, qualifier = line.removesuffix("*").strip().partition(" / ")
        repeats = bool(rows) and rows[-1].descriptor_ui == name and bool(qualifier)
        heading = (rows[-1].heading if rows else 0) + (not repeats)
        major = int(line.endswith("*"))
        of_descriptor = 0 if qualifier else major
        rows.append(MeshHeading(pmid, position, heading, name, qualifier or None, major, of_descriptor))
    descriptors = dict.fromkeys(row.descriptor_ui for row in rows)
    qualifiers = dict.fromkeys(row.qualifier_ui for row in rows if row.qualifier_ui)
    return (
        tuple(MeshDescriptor(name, name, None) for name in descriptors),
        tuple(MeshQualifier(name, name, None) for name in qualifiers),
        tuple(rows),
    )


def _grants(page: Page, pmid: int) -> Iterator[Grant]:
    """Yield "R01 AA01/AA/NIAAA NIH HHS/United States" taken apart from its end: an id may hold a slash."""
    lines = page.paragraphs("Grants and funding") or page.paragraphs("Grant support")
    for position, line in enumerate(lines, 1):
        *rest, agency, country = line.split("/") if line.count("/") >= 2 else (line, None)
        acronym = rest.pop() if len(rest) > 1 and re.fullmatch("[A-Z]{2}", rest[-1] or "") else None
        number = "/".join(part for part in rest if part) or None
        yield Grant(pmid, position, number, acronym, agency, country)


def _notices(page: Page, pmid: int) -> Iterator[Notice]:
    printed = ((kind, line) for heading, kind in NOTICES.items() for line in page.paragraphs(heading))
    for position, (kind, line) in enumerate(printed, 1):
        match = ENTRY.fullmatch(line)
        words = LINKS.sub("", match[1] if match else line)
        yield Notice(pmid, position, kind, parse_reference(words).identifiers.pmid, words, None)


def _data_banks(page: Page, pmid: int) -> Iterator[DataBank]:
    for position, line in _numbered(page, "Associated data"):
        name, _, accession = line.partition("/")
        yield DataBank(pmid, position, name, accession or None)
