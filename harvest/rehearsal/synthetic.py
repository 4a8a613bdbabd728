"""A made-up field, the same for the same seed, as records: to try litkb out at any size.

Nobody can mistake it: PMIDs from 900000001, "Author 0001", "Synthetic article 1", source "synthetic". It has
what real fields have: communities, few articles that are cited often and many that are not, citations that age,
mutual ones, older articles that cite newer ones, works without a PMID, retractions that are cited afterwards.
"""

import random
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final, NamedTuple

from harvest.pubmed.dates import book_line, citation_line, first_year
from harvest.rehearsal.vocabulary import COMMON_TERMS, QUALIFIERS, TOPICS, Draw, abstract_of, picked, words_of_title
from kb.identifiers import SYNTHETIC_FROM
from kb.records import (
    SYNTHETIC,
    AbstractSection,
    Affiliation,
    Article,
    ArticleDate,
    ArticleIdentifier,
    Authorship,
    Grant,
    Journal,
    Keyword,
    Language,
    MeshDescriptor,
    MeshHeading,
    MeshQualifier,
    Notice,
    PublicationType,
    Record,
    Reference,
)
from kb.text import MONTHS

FIRST_YEAR: Final = 1980
LAST_YEAR: Final = 2025
PROVENANCE: Final = "made up by litkb (seed {seed}): none of it exists"

_LANGUAGES: Final = ("nor", "ger", "fre", "spa")
_COUNTRIES: Final = ("Nowhere", "Elsewhere", "Lampland")
_REFERENCES: Final = 20  # an article's mean, once the field has as many
_RECENT: Final = 400  # entries of a topic's urn that count as recent
_SOURCES_FROM: Final = 1970  # the year of the oldest of them
_SOURCES: Final = 12  # works without a PMID that a topic's authors know, at least


class _Head(NamedTuple):
    """What is known of an article before its references: what others print of it."""

    number: int
    kind: str  # article, book, retraction, erratum, comment
    topic: int
    about: int  # the number of the article that a notice or comment is about; 0: none
    authors: tuple[str, ...]
    title: str
    pub_date: str
    volume: str
    issue: str | None
    pages: str
    citation: str


class _Cited(NamedTuple):
    """A work without a PMID: a report with a DOI, or a book that is only printed."""

    citation: str
    doi: str | None
    year: int


def synthetic_records(count: int, seed: int = 1) -> Iterator[Record]:
    """Yield the records of a made-up field of count articles, the oldest first; the same for the same arguments.

    Memory grows by what others print of each article, about half a kilobyte, and by 8 bytes a citation.
    """
    draw = random.Random(seed).random  # noqa: S311  # a made-up field is no secret; random() repeats on any Python
    heads = [_head(number, count, draw) for number in range(1, count + 1)]
    sources = [_sources(topic, max(_SOURCES, count // 150), draw) for topic in range(len(TOPICS))]
    lists = _Lists(heads, draw)
    provenance = PROVENANCE.format(seed=seed)
    for head in heads:
        references = _references(heads, lists.drawn_for(head), of=head, sources=sources[head.topic], draw=draw)
        yield _record(head, references, count=count, provenance=provenance, draw=draw)


def pmid_of(number: int) -> int:
    """Return the PMID of a made-up article: 900000001 is the first."""
    return SYNTHETIC_FROM + number - 1


# --- what there is


def _kind(number: int) -> tuple[str, int]:
    """Return what a number stands for, and the number that a notice is about: fixed, so that both ends agree."""
    if number % 250 == 67:
        return "retraction", number - 30
    if number % 120 == 26:
        return "erratum", number - 15
    if number % 60 == 23:
        return "comment", number - 10
    return ("book" if number % 400 == 199 else "article"), 0


def _head(number: int, count: int, draw: Draw) -> _Head:
    kind, about = _kind(number)
    topic = int(draw() ** 1.3 * len(TOPICS))
    year = FIRST_YEAR + int((LAST_YEAR - FIRST_YEAR + 1) * ((number - 1) / count) ** 0.6)
    title = f"Synthetic article {number}: {words_of_title(TOPICS[topic], draw)}"
    if about:
        title = f"Synthetic article {number}: {kind} {'of' if kind == 'retraction' else 'on'} synthetic article {about}"
    if kind == "book":
        title = title.replace("article", "book", 1)
    authors = _authors(topic, count, draw)
    words, first = _date_words(year, draw), 1 + int(draw() * 900)
    volume, issue = str(year - FIRST_YEAR + 1), str(1 + int(draw() * 12)) if draw() < 0.9 else None
    pages = f"{first}-{first + 4 + int(draw() * 12)}"
    printed = citation_line(str(year), volume=volume, issue=issue, pages=pages)
    citation = f"{', '.join(authors[:3])}. {title}. {_journal_name(topic, number)}. {printed}"
    return _Head(number, kind, topic, about, authors, title, words, volume, issue, pages, citation)


def _authors(topic: int, count: int, draw: Draw) -> tuple[str, ...]:
    """Return one to six names of people who mostly stay with one topic; few of them write much."""
    people = max(4, count // 24)
    numbers = (int(draw() ** 2 * people) * len(TOPICS) + topic for _ in range(1 + int(draw() * 6)))
    names = dict.fromkeys(f"Author {number + 1:04}" for number in numbers)
    if draw() < 0.02:
        names[f"Synthetic Study Group {topic + 1:02}"] = None
    return tuple(names)


def _date_words(year: int, draw: Draw) -> str:
    """Return a date in the shapes that PubMed has: month, day, season, range, year alone."""
    month = int(draw() * 12)
    shape = draw()
    if shape < 0.5:
        return f"{year} {MONTHS[month]}"
    if shape < 0.85:
        return f"{year} {MONTHS[month]} {1 + int(draw() * 28)}"
    if shape < 0.9:
        return f"{year} {picked(('Winter', 'Spring', 'Summer', 'Autumn'), draw)}"
    if shape < 0.95:
        return f"{year} {MONTHS[month]}-{MONTHS[month + 1]}" if month < 11 else f"{year} Dec-{year + 1} Jan"
    return f"{year}"


def _journal_name(topic: int, number: int) -> str:
    return f"Synthetic J {_journal_number(topic, number):02}"


def _journal_number(topic: int, number: int) -> int:
    return 2 * topic + 1 + number % 2


def _sources(topic: int, size: int, draw: Draw) -> list[_Cited]:
    return [_source(topic, number, size=size, draw=draw) for number in range(1, size + 1)]


def _source(topic: int, number: int, *, size: int, draw: Draw) -> _Cited:
    author = _authors(topic, 100, draw)[0]
    year = _SOURCES_FROM + (LAST_YEAR - _SOURCES_FROM) * (number - 1) // size
    name = TOPICS[topic].name
    if number % 2:
        doi = f"10.5555/synthetic.report.{topic + 1}.{number}"
        citation = f"{author}. Synthetic report {number} on {name}. Synthetic Reports. {year};{number}:1-9. doi: {doi}."
    else:
        doi = None
        citation = f"{author}. A synthetic handbook of {name}, volume {number}. Nowhere: Synthetic Press; {year}."
    return _Cited(citation, doi, year)


# --- who cites whom


class _Lists:
    """Who cites whom, drawn in order of publication: what is cited often, and lately, is cited again.

    Each topic has an urn that holds an article once for being there and once for every citation of it.
    """

    def __init__(self, heads: list[_Head], draw: Draw) -> None:
        self._heads = heads
        self._draw = draw
        self._urns: list[list[int]] = [[] for _ in TOPICS]
        self._promised: dict[int, list[int]] = {}  # number -> numbers that cited it before it was there

    def drawn_for(self, head: _Head) -> list[int]:
        """Return the numbers that this article cites, in the order of its list; then it can be cited itself."""
        cited = [head.about] if head.about else self._drawn(head)
        for number in cited:
            self._urns[self._heads[number - 1].topic].append(number)
        self._urns[head.topic].append(head.number)
        return cited

    def _drawn(self, head: _Head) -> list[int]:
        draw = self._draw
        cited = dict.fromkeys(self._promised.pop(head.number, ()))
        for _ in range(4 + int((draw() + draw()) * (_REFERENCES - 1))):
            urn = self._urns[head.topic if draw() < 0.88 else int(draw() * len(TOPICS))]
            if urn:
                recent = min(len(urn), _RECENT) if draw() < 0.6 else len(urn)
                cited[urn[len(urn) - 1 - int(draw() * recent)]] = None
        if draw() < 0.02:
            cited.update(self._ahead(head))
        cited.pop(head.number, None)
        return list(cited)

    def _ahead(self, head: _Head) -> dict[int, None]:
        """Return an article of the same topic that appears a little later; half of them cite back."""
        later = (h for h in self._heads[head.number : head.number + 60] if h.topic == head.topic and not h.about)
        found = next(later, None)
        if found is None:
            return {}
        if self._draw() < 0.5:
            self._promised.setdefault(found.number, []).append(head.number)
        return {found.number: None}


def _references(
    heads: list[_Head], cited: list[int], *, of: _Head, sources: list[_Cited], draw: Draw
) -> tuple[Reference, ...] | None:
    """Return the reference list; None where the record has none, as PubMed lacks many."""
    if not of.about and draw() < 0.06:
        return None
    pmid = pmid_of(of.number)
    rows: list[Reference] = []
    for number in cited:
        rows.append(_reference((pmid, len(rows) + 1), heads[number - 1], is_unresolved=draw() < 0.02))
    outside = 0 if of.about else int(draw() * 4)
    printed = bisect_left(sources, int(of.pub_date[:4]), key=lambda work: work.year)
    for place in dict.fromkeys(int(draw() ** 2 * printed) for _ in range(outside)):
        work = sources[place]
        rows.append(
            Reference(pmid, len(rows) + 1, work.citation, work.doi, None, None, "ReferenceList", None, None, None)
        )
    return tuple(rows) or None


def _reference(place: tuple[int, int], head: _Head, *, is_unresolved: bool) -> Reference:
    """Return a reference to an article of the field; an unresolved one gives its DOI only."""
    cited = pmid_of(head.number)
    doi = _doi(cited)
    if is_unresolved:
        return Reference(*place, head.citation, doi, None, None, "ReferenceList", None, None, None)
    return Reference(*place, head.citation, doi, None, cited, "ReferenceList", None, None, None)


def _doi(pmid: int) -> str:
    return f"10.5555/synthetic.{pmid}"


# --- records


def _record(
    head: _Head, references: tuple[Reference, ...] | None, *, count: int, provenance: str, draw: Draw
) -> Record:
    pmid = pmid_of(head.number)
    descriptors, qualifiers, headings = ((), (), ()) if head.kind == "book" else _mesh(head, pmid, draw)
    return Record(
        article=_article(head, None if references is None else len(references), provenance),
        journal=None if head.kind == "book" else _journal(head),
        abstract_sections=() if head.about or draw() < 0.08 else _abstract(head, pmid, draw),
        references=references or (),
        authorships=tuple(_authorship(pmid, n, name) for n, name in enumerate(head.authors, 1)),
        affiliations=(Affiliation(pmid, 1, 1, _institute(head), None, None),),
        languages=(Language(pmid, 1, "eng" if draw() < 0.94 else picked(_LANGUAGES, draw)),),
        mesh_headings=headings,
        mesh_descriptors=descriptors,
        mesh_qualifiers=qualifiers,
        keywords=_keywords(head, pmid, draw),
        publication_types=_publication_types(head, count, draw),
        grants=_grants(head, pmid) if draw() < 0.2 else (),
        notices=_notices(head, count),
        article_identifiers=_identifiers(head),
        article_dates=(ArticleDate(pmid, 1, "pubmed", _entry_date(head)),),
        source=SYNTHETIC,
    )


def _identifiers(head: _Head) -> tuple[ArticleIdentifier, ...]:
    pmid, pmcid = pmid_of(head.number), _pmcid(head)
    doi = ArticleIdentifier(pmid, 1, "doi", _doi(pmid), None)
    return (doi, ArticleIdentifier(pmid, 2, "pmc", pmcid, None)) if pmcid else (doi,)


def _pmcid(head: _Head) -> str | None:
    """Return the PMCID of every third article: PMC900000004."""
    return f"PMC{pmid_of(head.number)}" if head.kind != "book" and head.number % 3 == 1 else None


def _entry_date(head: _Head) -> str:
    return f"{head.pub_date[:4]}-{head.number % 12 + 1:02}-{head.number % 28 + 1:02}"


def _article(head: _Head, reference_count: int | None, provenance: str) -> Article:
    pmid = pmid_of(head.number)
    common = Article(
        pmid=pmid,
        record_type="article",
        title=head.title,
        authors=", ".join(head.authors),
        authors_complete=1,
        pub_date=head.pub_date,
        year=first_year(head.pub_date),
        publication_status="ppublish",
        doi=_doi(pmid),
        pmcid=_pmcid(head),
        reference_count=reference_count,
        provenance=provenance,
    )
    if head.kind == "book":
        line = book_line("Nowhere", "Synthetic Press", years=head.pub_date)
        return common._replace(
            record_type="book",
            book_title=head.title,
            publisher="Synthetic Press",
            publisher_place="Nowhere",
            citation_line=line,
        )
    volume, issue, pages = head.volume, head.issue, head.pages
    return common._replace(
        journal_id=f"synthetic{_journal_number(head.topic, head.number):02}",
        citation_line=citation_line(head.pub_date, volume=volume, issue=issue, pages=pages),
        volume=volume,
        issue=issue,
        pages=pages,
        pub_model="Print",
        coi_statement="None: the authors are made up." if head.number % 3 == 0 else None,
    )


def _journal(head: _Head) -> Journal:
    number = _journal_number(head.topic, head.number)
    country = _COUNTRIES[number % len(_COUNTRIES)]
    name, short = f"Synthetic Journal {number:02}", f"Synthetic J {number:02}"
    return Journal(f"synthetic{number:02}", name, short, None, None, None, None, country, None)


def _authorship(pmid: int, position: int, name: str) -> Authorship:
    collective = name if name.startswith("Synthetic") else None
    last_name = None if collective else name
    return Authorship(pmid, position, name, last_name, None, None, None, collective, None, None, "author")


def _institute(head: _Head) -> str:
    return f"Synthetic Institute {head.topic + 1:02}, {_COUNTRIES[head.topic % len(_COUNTRIES)]}."


def _abstract(head: _Head, pmid: int, draw: Draw) -> tuple[AbstractSection, ...]:
    """Return the abstract: with labels, or in one piece."""
    sections = abstract_of(TOPICS[head.topic], draw)
    if draw() < 0.35:
        whole = " ".join(words for _, _, words in sections)
        return (AbstractSection(pmid, 1, None, None, whole, None),)
    return tuple(
        AbstractSection(pmid, n, label, category, words, None) for n, (label, category, words) in enumerate(sections, 1)
    )


def _mesh(
    head: _Head, pmid: int, draw: Draw
) -> tuple[tuple[MeshDescriptor, ...], tuple[MeshQualifier, ...], tuple[MeshHeading, ...]]:
    """Return descriptors like MeSH's: the topic, one or two of its terms, something that many articles share."""
    terms = TOPICS[head.topic].terms
    chosen = {0: None, 1 + int(draw() * 4): None, 1 + int(draw() * 4): None}
    named = [(f"SYN{head.topic * 5 + n + 1:04}", terms[n]) for n in sorted(chosen)]
    common = int(draw() * len(COMMON_TERMS))
    named.append((f"SYN{900 + common:04}", COMMON_TERMS[common]))
    qualifier = int(draw() * len(QUALIFIERS))
    mark = f"SYQ{qualifier + 1:02}"
    headings = tuple(
        MeshHeading(pmid, n, n, ui, mark if n == 2 else None, int(n == 1), int(n == 1))
        for n, (ui, _) in enumerate(named, 1)
    )
    descriptors = tuple(MeshDescriptor(ui, name, None) for ui, name in named)
    return descriptors, (MeshQualifier(mark, QUALIFIERS[qualifier], None),), headings


def _keywords(head: _Head, pmid: int, draw: Draw) -> tuple[Keyword, ...]:
    terms = TOPICS[head.topic].terms
    words = dict.fromkeys([terms[0].lower(), picked(terms, draw).lower(), picked(terms, draw).lower()])
    return tuple(Keyword(pmid, n, word, 0, "NOTNLM") for n, word in enumerate(words, 1))


def _publication_types(head: _Head, count: int, draw: Draw) -> tuple[PublicationType, ...]:
    chance = draw()
    names = list(_TYPES[head.kind])
    if head.kind == "article":
        names += ["Review"] if chance < 0.1 else ["Randomized Controlled Trial"] if chance < 0.16 else []
    if _answer(head.number, "retraction", count):
        names.append("Retracted Publication")
    pmid = pmid_of(head.number)
    return tuple(PublicationType(pmid, n, _TYPE_UIS[name], name) for n, name in enumerate(names, 1))


def _grants(head: _Head, pmid: int) -> tuple[Grant, ...]:
    return (Grant(pmid, 1, f"SYN-{head.number % 97 + 1:04}", None, "Synthetic Fund", "Nowhere"),)


_TYPES: Final = {
    "article": ("Journal Article",),
    "book": ("Book",),
    "retraction": ("Retraction of Publication",),
    "erratum": ("Published Erratum",),
    "comment": ("Comment", "Editorial"),
}
_TYPE_UIS: Final = {
    name: f"SYP{n:04}"
    for n, name in enumerate(
        (*sum(_TYPES.values(), ()), "Review", "Randomized Controlled Trial", "Retracted Publication"), 1
    )
}
_AFTER: Final = {"retraction": 30, "erratum": 15, "comment": 10}  # how many articles later a notice appears
_LINKS: Final = {
    "retraction": ("RetractionIn", "RetractionOf"),
    "erratum": ("ErratumIn", "ErratumFor"),
    "comment": ("CommentIn", "CommentOn"),
}


def _answer(number: int, kind: str, count: int) -> int:
    """Return the number of the notice of this kind about an article; 0 where there is none."""
    notice = number + _AFTER[kind]
    return notice if notice <= count and _kind(notice) == (kind, number) else 0


def _notices(head: _Head, count: int) -> tuple[Notice, ...]:
    """Return the links between an article and the notices about it, from both ends."""
    links = [
        (about_it, notice)
        for kind, (about_it, _) in _LINKS.items()
        if head.kind != "book" and (notice := _answer(head.number, kind, count))
    ]
    if head.about:
        links.append((_LINKS[head.kind][1], head.about))
    pmid = pmid_of(head.number)
    return tuple(
        Notice(pmid, n, kind, pmid_of(other), f"Synthetic article {other}", None)
        for n, (kind, other) in enumerate(links, 1)
    )
