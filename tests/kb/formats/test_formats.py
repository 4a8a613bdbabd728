"""What the bibliography formats write, other programs read back, whatever the text."""

import json
import re
import sqlite3
from collections.abc import Iterable
from io import StringIO

import bibtexparser
import pytest
import rispy
from Bio import Medline

from kb.database import transaction
from kb.formats.bibtex import format_bibtex
from kb.formats.common import page_range, subjects
from kb.formats.csl import format_csl
from kb.formats.registry import BIBLIOGRAPHIES
from kb.formats.ris import format_ris
from kb.queries.works.bibliography import Item, Name, read_items
from kb.records import AbstractSection, Keyword
from kb.store.records import save_records
from tests.kb.formats.items import ARTICLE
from tests.records import MOMENT, record, reference_of

VEDERHUS = Name("Vederhus", "John-Kåre", None, None, "author", "Vederhus JK")
ANTON = Name("Anton", "Raymond F", "Jr", None, "author", "Anton RF Jr")
GROUP = Name(None, None, None, "Recovery and Care Group", "author", "Recovery and Care Group")
ITEM = ARTICLE._replace(
    title="One size doesn't fit all: DNA in Norway.",
    journal_id="101316917",
    pages="766-73",
    names=(VEDERHUS, ANTON, GROUP),
    abstract="Background: Few words.",
    keyword_rows=(
        Keyword(32448354, 1, "Norway", 0, "NOTNLM"),
        Keyword(32448354, 2, "Self-help groups", 0, "NOTNLM"),
    ),
    publication_types=("Journal Article",),
    citation_line="2020 May 24;15(1):766-73.",
)
HOSTILE = [
    "A {brace",
    "A brace} too",
    "}{",
    "back\\slash and \\input{/etc/passwd}",
    "50% of $5 & more_than #1 ~ ^",
    "new\nline\r\nER  - \nTY  - BOOK",
    "control \x00 \x08 \x1f \ufffe end",
    "@article{x, title={y}}",
    '"quotes" and, commas and and',
    "Ünïcode 数 🙂 x² CO₂",
    "   spaces   ",
]


def written(suffix: str, items: Iterable[Item]) -> str:
    """Return items as the format of a suffix writes them."""
    return "".join(BIBLIOGRAPHIES[suffix].write(items))


def plain(text: str) -> str:
    """Return a BibTeX value as the words it stands for."""
    for written, meant in (
        (r"\textbackslash{}", "\0"),
        (r"\textbraceleft{}", "\1"),
        (r"\textbraceright{}", "\2"),
        (r"\textasciitilde{}", "~"),
        (r"\textasciicircum{}", "^"),
    ):
        text = text.replace(written, meant)
    for written, meant in ((r"\textless{}", "<"), (r"\textgreater{}", ">"), (r"\textbar{}", "|")):
        text = text.replace(written, meant)
    text = re.sub(r"\\([$&#_%])", r"\1", text.replace("{", "").replace("}", ""))
    return text.replace("\0", "\\").replace("\1", "{").replace("\2", "}")


def shown(text: str) -> str:
    """Return text as every format keeps it: one line, no characters that none can carry."""
    return " ".join(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe]", "", text).split())


def test_ris_is_read_back_whole():
    [entry] = rispy.loads(written(".ris", [ITEM]))

    assert entry == {
        "type_of_reference": "JOUR",
        "authors": ["Vederhus, John-Kåre", "Anton, Raymond F, Jr", "Recovery and Care Group"],
        "title": "One size doesn't fit all: DNA in Norway",
        "abstract": "Background: Few words.",
        "keywords": ["Norway", "Self-help groups"],
        "language": "eng",
        "secondary_title": "Addiction science & clinical practice",
        "alternate_title1": "Addict Sci Clin Pract",
        "year": "2020",
        "date": "2020/05/24/",
        "volume": "15",
        "number": "1",
        "start_page": "766",
        "end_page": "773",
        "issn": "1940-0640",
        "doi": "10.1186/s13722-020-00191-w",
        "custom2": "PMC7247232",
        "accession_number": "32448354",
        "name_of_database": "PubMed",
        "urls": ["https://pubmed.ncbi.nlm.nih.gov/32448354/"],
    }


def test_bibtex_is_read_back_whole():
    [entry] = bibtexparser.parse_string(written(".bib", [ITEM])).entries

    assert (entry.entry_type, entry.key) == ("article", "vederhus2020_32448354")
    assert {field.key: field.value for field in entry.fields} == {
        "author": "Vederhus, John-Kåre and Anton, Jr, Raymond F and {Recovery and Care Group}",
        "title": "One size doesn't fit all: {DNA} in {Norway}",
        "journal": r"Addiction science \& clinical practice",
        "year": "2020",
        "month": "may",
        "volume": "15",
        "number": "1",
        "pages": "766--773",
        "doi": "10.1186/s13722-020-00191-w",
        "pmid": "32448354",
        "pmcid": "PMC7247232",
        "issn": "1940-0640",
        "language": "en",
        "keywords": "Norway, Self-help groups",
        "abstract": "Background: Few words.",
    }


def test_csl_json_is_what_citation_processors_take():
    [entry] = json.loads(written(".csl.json", [ITEM]))

    assert entry["author"] == [
        {"family": "Vederhus", "given": "John-Kåre"},
        {"family": "Anton", "given": "Raymond F", "suffix": "Jr"},
        {"literal": "Recovery and Care Group"},
    ]
    assert (entry["type"], entry["issued"], entry["page"]) == (
        "article-journal",
        {"date-parts": [[2020, 5, 24]]},
        "766-773",
    )
    assert (entry["PMID"], entry["DOI"], entry["container-title-short"]) == (
        "32448354",
        ITEM.doi,
        "Addict Sci Clin Pract",
    )


def test_nbib_is_read_back_by_biopython():
    entry = Medline.read(StringIO(written(".nbib", [ITEM])))

    wanted = {
        "PMID": "32448354",
        "TI": "One size doesn't fit all: DNA in Norway.",
        "FAU": ["Vederhus, John-Kåre", "Anton, Raymond F Jr"],
        "AU": ["Vederhus JK", "Anton RF Jr"],
        "CN": ["Recovery and Care Group"],
        "DP": "2020 May 24",
        "TA": "Addict Sci Clin Pract",
        "VI": "15",
        "IP": "1",
        "PG": "766-73",
        "LID": "10.1186/s13722-020-00191-w [doi]",
        "PMC": "PMC7247232",
        "OT": ["Norway", "Self-help groups"],
        "PT": ["Journal Article"],
        "LA": ["eng"],
        "AB": "Background: Few words.",
    }
    assert {key: entry[key] for key in wanted} == wanted


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_it_was(text: str):
    hostile = ITEM._replace(
        title=text,
        abstract=text,
        journal=text,
        keyword_rows=(Keyword(32448354, 1, text, None, None),),
        pages=text,
        volume=text,
        coi_statement=text,
        names=(Name(text, text, None, None, "author", text), Name(None, None, None, text, "author", text)),
    )
    items = [hostile, ITEM]

    ris = rispy.loads(written(".ris", items))
    bibtex = bibtexparser.parse_string(written(".bib", items))
    nbib = list(Medline.parse(StringIO(written(".nbib", items))))
    csl = json.loads(written(".csl.json", items))

    assert [entry["title"] for entry in ris] == [shown(text), "One size doesn't fit all: DNA in Norway"]
    assert [plain(e["title"]) for e in bibtex.entries] == [shown(text), "One size doesn't fit all: DNA in Norway"]
    assert bibtex.failed_blocks == []
    assert [plain(e["abstract"]) for e in bibtex.entries] == [shown(text), "Background: Few words."]
    assert [entry["TI"] for entry in nbib] == [shown(text), "One size doesn't fit all: DNA in Norway."]
    assert csl[0]["title"] == csl[0]["abstract"] == shown(text)
    assert [len(found) for found in (ris, bibtex.entries, nbib, csl)] == [2, 2, 2, 2]


def test_braces_of_a_bibtex_file_are_balanced_whatever_the_titles():
    text = written(".bib", [ITEM._replace(title=title, id=n) for n, title in enumerate(HOSTILE, start=1)])

    depth = 0
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ("766-73", ("766", "773")),
        ("151-8; discussion 159-65", ("151-8; discussion 159-65", None)),
        ("279-81, 285", ("279-81, 285", None)),
        ("2048-2060.e7", ("2048-2060.e7", None)),
        ("11S-9S", ("11S-9S", None)),
        ("101-109S", ("101-109S", None)),
        ("12-3-12-9", ("12-3-12-9", None)),
        ("106-2", ("106-2", None)),
        ("A12-B3", ("A12-B3", None)),
        ("xi-xiv", ("xi-xiv", None)),
        ("2017-2047", ("2017", "2047")),
        ("CD012880", ("CD012880", None)),
        ("e1-e9", ("e1", "e9")),
        ("S12-9", ("S12", "S19")),
        ("18", ("18", None)),
        (None, ("", None)),
        ("5–123", ("5", "123")),
    ],
)
def test_a_plain_span_of_pages_is_written_in_full_and_other_text_as_printed(
    pages: str | None, found: tuple[str, str | None]
):
    assert page_range(pages) == found


def test_what_is_no_record_of_pubmed_says_so_in_every_format():
    items = [ITEM._replace(source="synthetic", id=900_000_001), ITEM._replace(source="demonstration")]

    for text in (written(suffix, items) for suffix in BIBLIOGRAPHIES):
        assert "this article does not exist" in text
        assert "not a record of PubMed" in text
        assert "pubmed.ncbi.nlm.nih.gov/900000001" not in text


def test_items_are_read_from_a_file_held_and_named_alike(db: sqlite3.Connection):
    article = record(
        1,
        (reference_of(1, 1, "Moos RH. Active ingredients. Addiction. 2008.", doi="10.1111/x"),),
        title="A title",
        year=2010,
        names=("Vederhus JK", "Høie M"),
        keywords=(Keyword(1, 1, "Norway", None, None),),
        abstract_sections=(
            AbstractSection(1, 1, "Aim", None, "To see.", None),
            AbstractSection(1, 2, None, None, "Seen.", None),
        ),
    )
    with transaction(db):
        save_records(db, [article], received_at=MOMENT)
    [named] = db.execute("select id from works where id < 0").fetchone()

    first, second = read_items(db, [1, named, 999])

    assert first == Item(named, None, "named", "Moos RH. Active ingredients. Addiction. 2008.", 2008, "10.1111/x", None)
    assert second[:7] == (1, "pubmed", "article", "A title", 2010, None, None)
    assert [name.short for name in second.names] == ["Vederhus JK", "Høie M"]
    assert (second.abstract, second.keywords) == ("Aim: To see.\nSeen.", ("Norway",))


def test_a_doi_stays_as_it_is_in_bibtex():
    assert "doi = {10.1007/978-3_4}" in written(".bib", [ITEM._replace(doi="10.1007/978-3_4")])


def test_keys_of_a_bibliography_are_unique():
    text = written(".bib", [ITEM, ITEM._replace(id=2), ITEM._replace(id=-2), ITEM._replace(id=3, names=())])

    assert re.findall(r"@\w+\{(.*?),", text) == [
        "vederhus2020_32448354",
        "vederhus2020_2",
        "vederhus2020_n2",
        "work2020_3",
    ]


def test_keywords_are_the_authors_and_then_the_mesh_headings_each_term_once():
    item = ARTICLE._replace(
        keyword_rows=tuple(Keyword(1, n, term, 0, "NOTNLM") for n, term in enumerate(["Lamps", "light"], 1)),
        mesh=("*Light/adverse effects/*therapeutic use", "Infant, Newborn", "Oils"),
    )

    assert subjects(item) == ["Lamps", "light", "Infant, Newborn", "Oils"]
    assert "KW  - Infant, Newborn\r\n" in "".join(format_ris([item]))
    assert "keywords = {Lamps, light, {Infant, Newborn}, Oils}" in "".join(format_bibtex([item]))
    assert json.loads("".join(format_csl([item])))[0]["keyword"] == "Lamps, light, Infant, Newborn, Oils"
