"""Records written as PubMed XML and parsed again are the same records, in NLM's order of elements."""

import gzip
from collections.abc import Iterator
from datetime import date
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

import Bio.Entrez
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from harvest.files.saved_page import parse_page
from harvest.pubmed.article import parse_articles
from harvest.pubmed.dates import book_line, citation_line, first_year
from harvest.pubmed.inline_text import script
from harvest.pubmed.write_article import format_article_set, format_record
from kb import records as rows
from kb.identifiers import normalise_doi
from kb.text import collapse_spaces, with_fractions

PMID = 900000123
REVISED = "2021-03-04"


def parsed(*records: rows.Record) -> list[rows.Record | rows.Deletion | Exception]:
    """The records after a journey through PubMed XML."""
    return list(parse_articles(b"".join(format_article_set(records))))


# --- made-up records of every shape

_PLAIN = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp")), min_size=1, max_size=12)
WORDS = _PLAIN.map(lambda text: text.strip() or "x")
MAYBE = st.none() | WORDS
FLAG = st.sampled_from([None, 0, 1])
PERSON = st.tuples(MAYBE, WORDS, MAYBE, MAYBE, st.sampled_from([None, "0000-0002-1825-0097"]))
ISO = st.dates(date(1600, 1, 1), date(2099, 12, 31)).map(str) | st.sampled_from(["2020-05", "1999"])
PUB_DATES = st.sampled_from(
    ["2020", "2020 May", "2020 May 24", "2019 Summer", "2019 Sep-Oct", "1998 Dec-1999 Jan", "2020 May 05", "Fall"]
)
NAMES = {"D000001": "Alpha", "D000002": "Beta <b>", "Gamma": "Gamma", "Q000001": "theory", "use": "use"}


@st.composite
def marked_texts(draw: Any) -> tuple[str, str | None]:
    """A text and its HTML, as a parser derives both from the same markup."""
    pieces = draw(st.lists(st.tuples(st.sampled_from(["", "i", "b", "sup", "sub"]), WORDS), min_size=1, max_size=4))
    text = ""
    for tag, words in pieces:
        text += script(tag, words, text)
    if not any(tag for tag, _ in pieces):
        return text, None
    text = with_fractions(text)
    return text, "".join(f"<{tag}>{escape(words)}</{tag}>" if tag else escape(words) for tag, words in pieces)


def listed(draw: Any, kind: Any, *parts: Any, most: int = 3) -> tuple[Any, ...]:
    """Rows of a kind, numbered; parts are the strategies of the columns after the position."""
    found = draw(st.lists(st.tuples(*parts), max_size=most))
    return tuple(kind(PMID, n, *values) for n, values in enumerate(found, 1))


def references(draw: Any, listed_in: str) -> tuple[rows.Reference, ...]:
    is_old = listed_in == "CommentsCorrectionsList"
    some = st.none() if is_old else st.none() | st.sampled_from(["10.1000/a<1:b>2", "10.5555/x;2-#"])
    pmc = st.none() if is_old else st.sampled_from([None, "PMC12"])
    others = st.none() if is_old else st.sampled_from([None, "pii S01 40", "doi e22 pii x doi 10.1"])
    links = st.none() if is_old else st.sampled_from([None, "DOI,PMC"])
    titles = st.none() if is_old else MAYBE
    pmids = st.none() | st.integers(1, 2**31 - 1)
    found = draw(st.lists(st.tuples(MAYBE, some, pmc, pmids, titles, others, links), max_size=4))
    title = None
    made = []
    for n, (citation, doi, pmcid, pmid, new_title, *other) in enumerate(found, 1):
        title = title if new_title is None else new_title
        made.append(rows.Reference(PMID, n, citation, doi, pmcid, pmid, listed_in, title, *other))
    return tuple(made)


def authorships(draw: Any) -> tuple[rows.Authorship, ...]:
    made = []
    for n, (collective, person, equal) in enumerate(draw(st.lists(st.tuples(MAYBE, PERSON, FLAG), max_size=3)), 1):
        initials, last, fore, suffix, orcid = (None,) * 5 if collective else person
        name = " ".join(filter(None, (last, initials or fore, suffix))) or collective
        made.append(rows.Authorship(PMID, n, name, last, fore, initials, suffix, collective, orcid, equal, "author"))
    return tuple(made)


def affiliations(draw: Any, authors: tuple[rows.Authorship, ...]) -> tuple[rows.Affiliation, ...]:
    identified = st.sampled_from([(None, None), ("https://ror.example/1", "ROR")])
    return tuple(
        rows.Affiliation(PMID, author.position, n, place, *identifier)
        for author in authors
        for n, (place, identifier) in enumerate(draw(st.lists(st.tuples(WORDS, identified), max_size=2)), 1)
    )


def investigators(draw: Any) -> tuple[rows.Investigator, ...]:
    made: list[rows.Investigator] = []
    for number, people in enumerate(draw(st.lists(st.lists(PERSON, min_size=1, max_size=2), max_size=2)), 1):
        for initials, last, fore, suffix, orcid in people:
            name = " ".join(filter(None, (last, initials or fore, suffix)))
            made.append(rows.Investigator(PMID, len(made) + 1, name, last, fore, initials, suffix, orcid, None, number))
    return tuple(made)


LABELS = st.sampled_from([None, "Chapter 7", "part 2; chapter 4", "appendix A", "At the end"])
IN_ARTICLES = [
    ("OWN", "NLM"), ("IndexingMethod", "Curated"), ("SB", "IM"), ("SB", "S"), ("GS", "lmp-1"),
    ("NumberOfReferences", "12"), ("FPS", "Wick, Ada B Jr"), ("PS", "Wick AB Jr"), ("PS", "Flame C"), ("SFM", "Skylab"),
    ("GN", "KIE: 12 fn."), ("GN", "In two parts."), ("Glow", "faint"),
    ("Lamps", '<Lamps n="2"><Lamp>a &amp; b</Lamp></Lamps>'),
    ("ObjectList", '<ObjectList><Object Type="Erratum"><Param Name="id">7</Param></Object></ObjectList>'),
]  # fmt: skip
IN_BOOKS = [
    ("Medium", "Internet"),
    ("Sections", '<Sections><Section><SectionTitle part="1">Oil</SectionTitle></Section></Sections>'),
    ("CitationString", "Wick A. Oil."), ("ItemList", '<ItemList ListType="pub"><Item>One</Item></ItemList>'),
    ("Glow", "faint"), ("ObjectList", '<ObjectList><Object Type="Erratum"/></ObjectList>'),
]  # fmt: skip


def other_fields(draw: Any, choice: list[tuple[str, str]]) -> tuple[rows.OtherField, ...]:
    """Some of these fields, in the order in which they are written."""
    found = [field for field in choice if draw(st.booleans())]
    if ("FPS", "Wick, Ada B Jr") in found and ("PS", "Wick AB Jr") not in found:
        found.remove(("FPS", "Wick, Ada B Jr"))
    return tuple(rows.OtherField(PMID, n, *field) for n, field in enumerate(found, 1))


def mesh(draw: Any) -> tuple[rows.MeshHeading, ...]:
    qualifier = st.tuples(st.sampled_from(["Q000001", "use"]), st.booleans())
    descriptor = st.tuples(
        st.sampled_from(["D000001", "D000002", "Gamma"]), st.booleans(), st.lists(qualifier, max_size=2)
    )
    made: list[rows.MeshHeading] = []
    for heading, (ui, major, qualifiers) in enumerate(draw(st.lists(descriptor, max_size=3)), 1):
        for mark, is_major in qualifiers or [(None, False)]:
            either = int(major or is_major)
            made.append(rows.MeshHeading(PMID, len(made) + 1, heading, ui, mark, either, int(major)))
    return tuple(made)


def dates(draw: Any, *, before: str = "", article: bool = True) -> tuple[list[tuple[str, str]], dict[str, str | None]]:
    columns = {"date_completed": draw(st.none() | ISO) if article else None, "date_revised": draw(st.none() | ISO)}
    found = [(before, "1991")] if before else []
    found += [(name.removeprefix("date_"), value) for name, value in columns.items() if value]
    if article:
        found += [("Electronic", day) for day in draw(st.lists(ISO, max_size=2))]
    kinds = st.sampled_from(["received", "pubmed", "medline", "revised"])
    return found + draw(st.lists(st.tuples(kinds, ISO), max_size=3)), columns


def common(draw: Any, columns: dict[str, Any]) -> dict[str, Any]:
    """What articles and books have alike."""
    people = authorships(draw)
    title, html = draw(marked_texts())
    abstract = [(*labels, *draw(marked_texts())) for labels in draw(st.lists(st.tuples(MAYBE, MAYBE), max_size=3))]
    keyword = draw(st.lists(st.tuples(WORDS, FLAG, MAYBE), max_size=3))
    columns |= {
        "title": title,
        "title_html": html,
        "vernacular_title": draw(MAYBE),
        "authors": ", ".join(person.name for person in people) or None,
        "authors_complete": draw(FLAG),
        "publication_status": draw(MAYBE),
        "copyright": draw(MAYBE),
        "version": draw(st.integers(1, 99)),
        "provenance": draw(st.none() | WORDS.map(lambda words: words.replace('"', "'").replace("?>", ""))),
    }
    return {
        "authorships": people,
        "affiliations": affiliations(draw, people),
        "abstract_sections": tuple(rows.AbstractSection(PMID, n, *values) for n, values in enumerate(abstract, 1)),
        "keywords": tuple(rows.Keyword(PMID, n, *values) for n, values in enumerate(keyword, 1)),
        "languages": listed(draw, rows.Language, WORDS),
        "publication_types": listed(draw, rows.PublicationType, MAYBE, WORDS),
        "grants": listed(draw, rows.Grant, MAYBE, MAYBE, MAYBE, WORDS),
        "source": draw(st.sampled_from(["pubmed", "demonstration", "synthetic"])),
        "stated_reference_count": draw(st.sampled_from([None, 0, 40])),
    }


def numbered_dates(found: list[tuple[str, str]]) -> tuple[rows.ArticleDate, ...]:
    return tuple(rows.ArticleDate(PMID, n, kind, day) for n, (kind, day) in enumerate(found, 1))


@st.composite
def articles(draw: Any) -> rows.Record:
    """A PubmedArticle, as the parser gives it."""
    found, columns = dates(draw)
    as_of = columns["date_revised"]
    parts = common(draw, columns)
    listed_in = draw(st.sampled_from(["ReferenceList", "CommentsCorrectionsList"]))
    cited = references(draw, listed_in)
    values = draw(st.lists(st.tuples(st.sampled_from(["doi", "pii", "mid"]), WORDS), max_size=3, unique=True))
    headings = mesh(draw)
    place = {name: draw(MAYBE) for name in ("volume", "issue", "pages")}
    words = draw(st.none() | PUB_DATES)
    journal_id, short = draw(st.sampled_from([(None, None), ("0001", "J Alpha"), ("ta:J Beta", "J Beta")]))
    empty = draw(st.sampled_from([None, 0]))
    article = rows.Article(
        PMID,
        "article",
        **columns,
        **place,
        pub_date=words,
        year=first_year(words or ""),
        citation_line=citation_line(words, **place),
        journal_id=journal_id,
        doi=next((doi for kind, value in values if kind == "doi" and (doi := normalise_doi(value))), None),
        reference_count=len(cited) or empty,
        pub_model=draw(MAYBE),
        status=draw(MAYBE),
        coi_statement=draw(MAYBE),
    )
    return rows.Record(
        article=article,
        journal=rows.Journal(journal_id, *draw(st.tuples(MAYBE, st.just(short), *[MAYBE] * 5)), as_of)
        if journal_id
        else None,
        references=cited,
        other_abstract_sections=listed(draw, rows.OtherAbstractSection, MAYBE, MAYBE, MAYBE, MAYBE, WORDS, MAYBE),
        investigators=investigators(draw),
        other_fields=other_fields(draw, IN_ARTICLES),
        mesh_headings=headings,
        mesh_descriptors=tuple(
            rows.MeshDescriptor(ui, NAMES[ui], as_of) for ui in dict.fromkeys(row.descriptor_ui for row in headings)
        ),
        mesh_qualifiers=tuple(
            rows.MeshQualifier(ui, NAMES[ui], as_of)
            for ui in dict.fromkeys(row.qualifier_ui for row in headings if row.qualifier_ui)
        ),
        supplementary_concepts=listed(draw, rows.SupplementaryConcept, MAYBE, WORDS, MAYBE),
        chemicals=listed(draw, rows.Chemical, st.sampled_from([None, "64-17-5"]), MAYBE, WORDS),
        notices=listed(draw, rows.Notice, st.just("ErratumIn"), st.none() | st.integers(1, 9), MAYBE, MAYBE),
        data_banks=tuple(
            rows.DataBank(PMID, n, f"Bank {n}", number) for n, number in enumerate(draw(st.lists(MAYBE)), 1)
        ),
        article_identifiers=tuple(rows.ArticleIdentifier(PMID, n, *v, None) for n, v in enumerate(values, 1)),
        article_dates=numbered_dates(found),
        **parts,
    )


@st.composite
def books(draw: Any) -> rows.Record:
    """A PubmedBookArticle, as the parser gives it: a book, or a chapter of one."""
    found, columns = dates(draw, before="beginning", article=False)
    parts = common(draw, columns)
    record_type = draw(st.sampled_from(["book", "book chapter"]))
    cited = references(draw, "ReferenceList")
    publisher, place, words, report = draw(MAYBE), draw(MAYBE), draw(st.none() | PUB_DATES), draw(MAYBE)
    article = rows.Article(
        PMID,
        record_type,
        **columns,
        book_title=columns["title"] if record_type == "book" else draw(MAYBE),
        pub_date=words,
        year=first_year(words or ""),
        publisher=publisher,
        citation_line=book_line(place, publisher, years=words),
        publisher_place=place,
        volume=draw(MAYBE),
        pages=draw(MAYBE),
        edition=draw(MAYBE),
        volume_title=draw(MAYBE),
        series_title=draw(MAYBE),
        isbn="9780000000000",
        report_number=report,
        location_label=draw(LABELS) if record_type == "book chapter" else None,
        reference_count=len(cited) or None,
    )
    kinds = [("isbn", "9780000000000"), ("reportnumber", report), ("bookaccession", "NBK1")]
    numbers = [(kind, value) for kind, value in kinds if value is not None]
    return rows.Record(
        article=article,
        references=cited,
        article_identifiers=tuple(rows.ArticleIdentifier(PMID, n, *one, None) for n, one in enumerate(numbers, 1)),
        investigators=investigators(draw),
        other_fields=other_fields(draw, IN_BOOKS),
        article_dates=numbered_dates(found),
        **parts,
    )


@given(articles())
def test_an_article_written_and_parsed_is_the_same(record):
    assert parsed(record) == [record]


@settings(max_examples=settings.default.max_examples // 2)
@given(books())
def test_a_book_written_and_parsed_is_the_same(record):
    assert parsed(record) == [record]


def lantern(**columns: Any) -> rows.Record:
    """A small record that is easy to read."""
    return rows.Record(article=rows.Article(PMID, "article", **columns))


def test_a_record_is_written_in_pubmeds_elements():
    record = lantern(
        title="On H₂O & lamps", title_html="On H<sub>2</sub>O &amp; lamps", pub_date="2020 May 24", year=2020
    )

    assert format_record(record) == (
        '<PubmedArticle><MedlineCitation><PMID Version="1">900000123</PMID><Article><Journal><JournalIssue>'
        "<PubDate><Year>2020</Year><Month>May</Month><Day>24</Day></PubDate></JournalIssue></Journal>"
        "<ArticleTitle>On H<sub>2</sub>O &amp; lamps</ArticleTitle></Article></MedlineCitation>"
        '<PubmedData><ArticleIdList><ArticleId IdType="pubmed">900000123</ArticleId></ArticleIdList></PubmedData>'
        "</PubmedArticle>\n"
    )


@pytest.mark.parametrize(
    ("words", "elements"),
    [
        ("2020", ["Year"]),
        ("2020 May", ["Year", "Month"]),
        ("2020 May 24", ["Year", "Month", "Day"]),
        ("2019 Summer", ["Year", "Season"]),
        ("1998 Dec-1999 Jan", ["MedlineDate"]),
        ("Summer", ["MedlineDate"]),
    ],
)
def test_pubmeds_words_of_a_date_go_back_into_its_elements(words, elements):
    xml = etree.fromstring(format_record(lantern(pub_date=words)))

    assert [part.tag for part in xml.find("MedlineCitation/Article/Journal/JournalIssue/PubDate")] == elements


def test_a_record_that_is_not_ncbis_says_so_first():
    record = lantern(provenance='read in "Lamps" & <more>')._replace(source="demonstration", stated_reference_count=40)

    xml = format_record(record)

    assert xml.startswith(
        """<PubmedArticle><?litkb source="demonstration" read='read in "Lamps" & <more>' references="40"?>"""
    )
    assert parsed(record) == [record._replace(article=record.article._replace(citation_line=None))]


def test_provenance_cannot_end_its_processing_instruction():
    [record] = parsed(lantern(provenance="""a ?> b "c" 'd'""")._replace(source="synthetic"))

    assert isinstance(record, rows.Record)
    assert (record.source, record.article.provenance) == ("synthetic", "a ? > b 'c' 'd'")


def test_words_of_any_script_survive():
    words = ("한국어", "日本語", "Ørsted", "λ₁", "हिन्दी")
    record = lantern()._replace(
        keywords=tuple(rows.Keyword(PMID, n, word, None, None) for n, word in enumerate(words, 1))
    )

    assert parsed(record) == [record]


def test_what_xml_forbids_is_left_out():
    [record] = parsed(lantern(title="a\x00b\ufffec", coi_statement="\ud800none"))

    assert isinstance(record, rows.Record)
    assert (record.article.title, record.article.coi_statement) == ("abc", "none")


def test_hostile_markup_stays_text():
    [record] = parsed(lantern(title="<i>x</i> y", title_html="<i>x</i> <script>y</script></b>"))

    assert isinstance(record, rows.Record)
    assert record.article.title_html == "<i>x</i> &lt;script&gt;y&lt;/script&gt;"


def test_an_identifier_in_the_place_of_pages_stays_there():
    location = rows.ArticleIdentifier(PMID, 1, "pii", "e18", 1)
    repeated = rows.ArticleIdentifier(PMID, 1, "doi", "10.5555/e18", None)
    with_pii = lantern(volume="3", citation_line="3:e18.")._replace(article_identifiers=(location,))
    with_doi = lantern(volume="3", citation_line="3:10.5555/e18.", doi="10.5555/e18")._replace(
        article_identifiers=(repeated,)
    )

    assert parsed(with_pii, with_doi) == [with_pii, with_doi]


def test_a_book_keeps_its_editors_apart():
    def person(position: int, name: str, role: str) -> rows.Authorship:
        return rows.Authorship(PMID, position, name, name, *(None,) * 6, role)

    chapter = rows.Record(
        article=rows.Article(PMID, "book chapter", title="Oil", book_title="Lamps", authors="Wick"),
        authorships=(person(1, "Wick", "author"), person(2, "Flame", "editor"), person(3, "Burner", "book author")),
    )

    assert parsed(chapter) == [chapter]


def test_a_saved_page_keeps_its_source_and_its_printed_references():
    page = parse_page(
        ". 2021 Jan 5;7(2):30-41.\ndoi: 10.5555/l.7.\nLamps\nAbstract\nReferences\n"
        "1. Wick A. Oil. Lamp J. 1999;1:5. doi: 10.5555/o. - DOI - PubMed\n",
        pmid=PMID,
    )

    [record] = parsed(page)

    assert isinstance(record, rows.Record)
    assert record.source == "page"
    assert record.references == tuple(row._replace(listed_in="ReferenceList") for row in page.references)


def test_records_are_written_one_by_one():
    taken = []

    def endless() -> Iterator[rows.Record]:
        while True:
            taken.append(1)
            yield lantern()

    pieces = list(islice(format_article_set(endless()), 3))

    assert pieces[0].startswith(b'<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC')
    assert len(taken) == 2


def dtd_errors(record: rows.Record) -> list[str]:
    """What NLM's DTD, as Biopython bundles it, says against the order of the elements of a record."""
    dtd = etree.DTD(str(Path(Bio.Entrez.__file__).parent / "DTDs" / "pubmed_250101.dtd"))
    dtd.validate(etree.fromstring(b"".join(format_article_set([record]))))
    return [error.message for error in dtd.error_log if error.type_name != "DTD_MISSING_ATTRIBUTE"]


def test_the_order_of_elements_is_that_of_nlms_dtd():
    record = lantern(title="Lamps", status="MEDLINE", publication_status="ppublish", pages="1-2", volume="3")
    article = record.article._replace(
        pub_date="2021", copyright="©", vernacular_title="Lamper", date_completed="2021-01-02", coi_statement="None."
    )
    full = record._replace(
        article=article._replace(date_revised=REVISED, authors="Wick", authors_complete=1, reference_count=1),
        journal=rows.Journal("1", "Lamps", "Lamps", "Lamps", "1-1", None, "1-2", "Nowhere", REVISED),
        abstract_sections=(rows.AbstractSection(PMID, 1, "Aim", "OBJECTIVE", "Light.", None),),
        other_abstract_sections=(rows.OtherAbstractSection(PMID, 1, "nor", "Publisher", None, None, "Lys.", None),),
        references=(rows.Reference(PMID, 1, "Oil.", "10.5555/o", "PMC1", 5, "ReferenceList", "Works", "pii S1", None),),
        authorships=(rows.Authorship(PMID, 1, "Wick", "Wick", *(None,) * 4, None, 1, "author"),),
        affiliations=(rows.Affiliation(PMID, 1, 1, "Lampville", "1", "ROR"),),
        investigators=(rows.Investigator(PMID, 1, "Flame", "Flame", None, None, None, None, "Lampville"),),
        languages=(rows.Language(PMID, 1, "eng"),),
        mesh_headings=(rows.MeshHeading(PMID, 1, 1, "D1", "Q1", 1, 0),),
        mesh_descriptors=(rows.MeshDescriptor("D1", "Light", REVISED),),
        mesh_qualifiers=(rows.MeshQualifier("Q1", "theory", REVISED),),
        supplementary_concepts=(rows.SupplementaryConcept(PMID, 1, "C1", "Glow", "Disease"),),
        keywords=(rows.Keyword(PMID, 1, "oil", 0, "NOTNLM"),),
        chemicals=(rows.Chemical(PMID, 1, None, "D2", "Oil"),),
        publication_types=(rows.PublicationType(PMID, 1, "D3", "Journal Article"),),
        grants=(rows.Grant(PMID, 1, "1", "LA", "Lamp Fund", "Nowhere"),),
        notices=(rows.Notice(PMID, 1, "ErratumIn", 7, "Lamps. 2021", None),),
        data_banks=(rows.DataBank(PMID, 1, "GenBank", "A1"),),
        article_identifiers=(
            rows.ArticleIdentifier(PMID, 1, "NLM", "PMC1 [Available]", None),
            rows.ArticleIdentifier(PMID, 2, "doi", "10.5555/l", None),
            rows.ArticleIdentifier(PMID, 3, "pii", "e1", 1),
        ),
        article_dates=numbered_dates(
            [("completed", "2021-01-02"), ("revised", REVISED), ("Electronic", "2020-01-01"), ("pubmed", "2020-01-02")]
        ),
    )

    assert dtd_errors(full) == []


@pytest.mark.real
def test_real_records_survive_the_journey(shared_data: Path):
    """One title differs by a blank: its line breaks lie around a tag, and its HTML does not say where."""
    found = 0
    for path in sorted((shared_data / "pubmed-xml").rglob("*.xml*")):
        xml = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        records = [record for record in parse_articles(xml) if isinstance(record, rows.Record)]

        assert list(map(one_blank, parsed(*records))) == list(map(one_blank, records))
        found += len(records)

    assert found == 1084


def one_blank(record: Any) -> rows.Record:
    title = record.article.title
    return record._replace(article=record.article._replace(title=title and collapse_spaces(title)))
