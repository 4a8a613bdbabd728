"""Bibliographies: hostile titles, the round trips that lose nothing, formatted references, the table of suffixes."""

import csv
import json
import re
import sqlite3
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

import bibtexparser
import pytest
import rispy
from Bio import Medline

from kb import records as r
from kb.database import transaction
from kb.formats.registry import BIBLIOGRAPHIES
from kb.queries.works.bibliography import Item, Name, read_items, read_scope_items
from kb.store.records import save_records
from tests.graph.export.hostile import titles
from tests.kb.formats.test_formats import ITEM, plain, shown, written
from tests.records import MOMENT, record

DOCS = Path(__file__).resolve().parents[3] / "docs" / "formats.md"
PLAIN = "One size doesn't fit all: DNA in Norway"
GROUP = Name(None, None, None, "Recovery and Care Group", "author", "Recovery and Care Group")
EDITOR = Name("Høie", "MM", None, None, "editor", "Høie MM")


def hostile_items(count: int = 500) -> list[Item]:
    """Return items whose title, abstract, journal and author are hostile, of each a PMID of its own."""
    return [
        ITEM._replace(
            id=pmid,
            title=text,
            abstract=text,
            journal=text,
            coi_statement=text,
            names=(Name(text, text, None, None, "author", text), Name(None, None, None, text, "author", text)),
        )
        for pmid, text in enumerate(titles(count), start=1)
    ]


def kept(text: str) -> str:
    """Return what every format keeps of a title: one line, no forbidden characters, no final point."""
    text = shown(re.sub("[\ud800-\udfff\uffff]", "", text))
    return text[:-1].rstrip() if text.endswith(".") and not text.endswith("..") else text


def bytes_of(suffix: str, items: Iterable[Item]) -> str:
    """Return a file as UTF-8 carries it."""
    return written(suffix, items).encode("utf-8").decode("utf-8")


def authorships(pmid: int) -> tuple[r.Authorship, ...]:
    """Return an author with ORCID, one with a suffix, and a group."""
    return (
        r.Authorship(pmid, 1, "Vederhus JK", "Vederhus", "John-Kåre", "JK", None, None,
                     "0000-0002-1825-0097", None, "author"),
        r.Authorship(pmid, 2, "Anton RF Jr", "Anton", "Raymond F", "RF", "Jr", None, None, None,
                     "author"),
        r.Authorship(pmid, 3, "A Group", None, None, None, None, "A Group", None, None, "author"),
    )  # fmt: skip


def full_record(pmid: int) -> r.Record:
    """Return a record with everything that NBIB has a tag for."""
    return record(
        pmid,
        title="CO₂ and the long title that a file of PubMed folds over several lines, because it has so many words.",
        vernacular_title="CO₂ og den lange tittelen.",
        doi="10.1186/s13722-020-00191-w",
        pmcid="PMC7247232",
        pub_date="2020 May 24",
        year=2020,
        volume="15",
        issue="1 Suppl",
        pages="766-73",
        status="MEDLINE",
        publication_status="epublish",
        copyright="© The Authors 2020",
        coi_statement="The authors declare none.",
        citation_line="2020 May 24;15(1 Suppl):766-73.",
        affiliations=(
            r.Affiliation(pmid, 1, 1, "Hospital of Kristiansand, Norway.", None, None),
            r.Affiliation(pmid, 1, 2, "University of Oslo.", None, None),
            r.Affiliation(pmid, 2, 1, "Charleston.", None, None),
        ),
        investigators=(r.Investigator(pmid, 1, "Investigator I", "Investigator", "Ida", "I", None, None, "Oslo"),),
        abstract_sections=(
            r.AbstractSection(pmid, 1, "BACKGROUND", "BACKGROUND", "People leave.", None),
            r.AbstractSection(pmid, 2, "RESULTS", "RESULTS", "They return.", None),
        ),
        other_abstract_sections=(
            r.OtherAbstractSection(pmid, 1, "nor", "Publisher", None, None, "Folk drar.", None),
        ),
        languages=(r.Language(pmid, 1, "eng"), r.Language(pmid, 2, "nor")),
        publication_types=(
            r.PublicationType(pmid, 1, None, "Journal Article"), r.PublicationType(pmid, 2, None, "Review"),
        ),
        mesh_descriptors=(r.MeshDescriptor("D1", "Norway", None), r.MeshDescriptor("D2", "Self-Help Groups", None)),
        mesh_qualifiers=(r.MeshQualifier("Q1", "ethnology", None), r.MeshQualifier("Q2", "methods", None)),
        mesh_headings=(
            r.MeshHeading(pmid, 1, 1, "D1", "Q2", 0, 0),
            r.MeshHeading(pmid, 2, 1, "D1", "Q1", 1, 0),
            r.MeshHeading(pmid, 3, 2, "D2", None, 1, 1),
        ),
        keywords=(
            r.Keyword(pmid, 1, "Groups", 1, "NOTNLM"),
            r.Keyword(pmid, 2, "12-step", 0, "NOTNLM"),
        ),
        chemicals=(r.Chemical(pmid, 1, "64-17-5", None, "Ethanol"), r.Chemical(pmid, 2, None, None, "Soap")),
        supplementary_concepts=(r.SupplementaryConcept(pmid, 1, None, "A protocol", "Protocol"),),
        grants=(
            r.Grant(pmid, 1, "R01 X", "AA", "NIAAA NIH HHS", "United States"),
            r.Grant(pmid, 2, None, None, "The Council", None),
        ),
        data_banks=(r.DataBank(pmid, 1, "ClinicalTrials.gov", "NCT00000001"),),
        notices=(
            ("CommentIn", 11, "Lancet. 2010;375:445.", None), ("CommentOn", 12, "J A. 2011;1:1", None),
            ("ErratumIn", 13, "J B. 2012;1:1", None), ("RetractionIn", None, "J C. 2013;1:1", None),
            ("UpdateOf", 14, None, None), ("AssociatedDataset", 15, "Dryad", None),
        ),
        article_identifiers=(
            r.ArticleIdentifier(pmid, 1, "pubmed", str(pmid), None),
            r.ArticleIdentifier(pmid, 2, "doi", "10.1186/s13722-020-00191-w", None),
            r.ArticleIdentifier(pmid, 3, "pii", "S0140-6736(20)1", None),
            r.ArticleIdentifier(pmid, 4, "mid", "NIHMS12345", None),
            r.ArticleIdentifier(pmid, 5, "pmc", "PMC7247232", None),
        ),
        article_dates=(
            r.ArticleDate(pmid, 1, "received", "2019-11-02"), r.ArticleDate(pmid, 2, "pubmed", "2020-05-26"),
            r.ArticleDate(pmid, 3, "medline", "2021-04-09"), r.ArticleDate(pmid, 4, "entrez", "2020-05-25"),
            r.ArticleDate(pmid, 5, "completed", "2021-04-08"), r.ArticleDate(pmid, 6, "revised", "2023-01-01"),
            r.ArticleDate(pmid, 7, "Electronic", "2020-05-24"),
        ),
    )._replace(authorships=authorships(pmid))  # fmt: skip


FULL_NBIB = {
    "PMID": "1",
    "STAT": "MEDLINE",
    "DCOM": "20210408",
    "LR": "20230101",
    "DEP": "20200524",
    "IS": "1234-5678 (Electronic)",
    "VI": "15",
    "IP": "1 Suppl",
    "DP": "2020 May 24",
    "TI": "CO₂ and the long title that a file of PubMed folds over several lines, because it has so many words.",
    "TT": "CO₂ og den lange tittelen.",
    "PG": "766-73",
    "LID": "10.1186/s13722-020-00191-w [doi]",
    "AB": "BACKGROUND: People leave. RESULTS: They return.",
    "OAB": ["Publisher: Folk drar."],
    "OABL": ["nor"],
    "CI": ["© The Authors 2020"],
    "FAU": ["Vederhus, John-Kåre", "Anton, Raymond F Jr"],
    "AU": ["Vederhus JK", "Anton RF Jr"],
    "AUID": ["ORCID: 0000-0002-1825-0097"],
    "AD": ["Hospital of Kristiansand, Norway.", "University of Oslo.", "Charleston."],
    "CN": ["A Group"],
    "FIR": ["Investigator, Ida"],
    "IR": ["Investigator I"],
    "IRAD": ["Oslo"],
    "LA": ["eng", "nor"],
    "SI": ["ClinicalTrials.gov/NCT00000001"],
    "GR": ["R01 X/AA/NIAAA NIH HHS/United States", "The Council"],
    "PT": ["Journal Article", "Review"],
    "PL": "Norway",
    "TA": "J Tests",
    "JT": "Journal of Tests",
    "JID": "1",
    "RN": ["64-17-5 (Ethanol)", "0 (Soap)"],
    "NM": ["A protocol"],
    "MH": ["Norway/methods/*ethnology", "*Self-Help Groups"],
    "OTO": ["NOTNLM"],
    "OT": ["*Groups", "12-step"],
    "CIN": ["Lancet. 2010;375:445. PMID: 11"],
    "CON": ["J A. 2011;1:1. PMID: 12"],
    "EIN": ["J B. 2012;1:1. PMID: 13"],
    "RIN": ["J C. 2013;1:1"],
    "UOF": ["PMID: 14"],
    "GN": ["AssociatedDataset: Dryad. PMID: 15"],
    "COIS": ["The authors declare none."],
    "PMC": "PMC7247232",
    "MID": ["NIHMS12345"],
    "EDAT": "2020/05/26 00:00",
    "MHDA": "2021/04/09 00:00",
    "CRDT": ["2020/05/25 00:00"],
    "PHST": [
        "2019/11/02 00:00 [received]",
        "2020/05/26 00:00 [pubmed]",
        "2021/04/09 00:00 [medline]",
        "2020/05/25 00:00 [entrez]",
    ],
    "AID": ["10.1186/s13722-020-00191-w [doi]", "S0140-6736(20)1 [pii]"],
    "PST": "epublish",
    "SO": "J Tests. 2020 May 24;15(1 Suppl):766-73.",
}

# Our tag -> the field of a Zotero item that its RIS translator fills, and what must stand there.
ZOTERO = {
    "TY": ("itemType: journalArticle", ["JOUR"]),
    "AU": ("creators/author", ["Vederhus, John-Kåre", "Anton, Raymond F, Jr", "A Group"]),
    "TI": ("title", [FULL_NBIB["TI"].rstrip(".")]),
    "AB": ("abstractNote", ["BACKGROUND: People leave. RESULTS: They return."]),
    "KW": ("tags", ["Groups", "12-step", "Norway", "Self-Help Groups"]),
    "LA": ("language", ["eng, nor"]),
    "N1": ("notes", ["Retracted: J C. 2013;1:1", "Original title: CO₂ og den lange tittelen"]),
    "T2": ("publicationTitle", ["Journal of Tests"]),
    "J2": ("journalAbbreviation", ["J Tests"]),
    "PY": ("date (year)", ["2020"]),
    "DA": ("date", ["2020/05/24/"]),
    "VL": ("volume", ["15"]),
    "IS": ("issue", ["1 Suppl"]),
    "SP": ("pages (first)", ["766"]),
    "EP": ("pages (last)", ["773"]),
    "SN": ("ISSN", ["1234-5678"]),
    "DO": ("DOI", ["10.1186/s13722-020-00191-w"]),
    "C2": ("extra: PMCID of a journal article", ["PMC7247232"]),
    "AN": ("archiveLocation", ["1"]),
    "DB": ("archive", ["PubMed"]),
    "UR": ("url", ["https://pubmed.ncbi.nlm.nih.gov/1/"]),
    "ER": ("end of the item", [""]),
}


@pytest.fixture
def full_item(db: sqlite3.Connection) -> Item:
    """An item read from a file that holds everything."""
    with transaction(db):
        save_records(db, [full_record(1)], received_at=MOMENT)
    [item] = read_items(db, [1])
    return item


@pytest.mark.parametrize("count", [500, pytest.param(5_000, marks=pytest.mark.campaign)])
def test_hostile_titles_come_back_from_every_reader(count: int):
    items = hostile_items(count)
    wanted = [kept(item.title) for item in items]

    ris = rispy.loads(bytes_of(".ris", items))
    bibtex = bibtexparser.parse_string(bytes_of(".bib", items))
    nbib = list(Medline.parse(StringIO(bytes_of(".nbib", items))))
    csl = json.loads(bytes_of(".csl.json", items))
    rows = list(csv.DictReader(StringIO(bytes_of(".pubmed.csv", items).removeprefix("\ufeff"))))

    assert [entry.get("title", "") for entry in ris] == wanted
    assert bibtex.failed_blocks == []
    assert [plain(e.get("title").value) if e.get("title") else "" for e in bibtex.entries] == wanted
    assert [kept(entry.get("TI", "")) for entry in nbib] == wanted
    assert [entry.get("title", "") for entry in csl] == wanted
    assert [row["Title"] for row in rows] == [f"'{t}" if t[:1] in ("=", "+", "-", "@") else t for t in wanted]


def test_hostile_titles_come_back_from_json_lines():
    items = hostile_items()

    entries = [json.loads(line) for line in bytes_of(".jsonl", items).splitlines()]

    assert [entry["title"] for entry in entries] == [
        re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", "", item.title) for item in items
    ]


@pytest.mark.parametrize("suffix", [".nlm.txt", ".apa.txt", ".vancouver.txt"])
def test_hostile_titles_make_one_line_each_in_formatted_references(suffix: str):
    items = [item._replace(names=ITEM.names, journal=ITEM.journal) for item in hostile_items(100)]

    lines = bytes_of(suffix, items).splitlines()

    assert len(lines) == 100
    assert [(line, item.title) for line, item in zip(lines, items, strict=True) if kept(item.title) not in line] == []


def test_nbib_loses_nothing_that_it_has_a_tag_for(full_item: Item):
    assert dict(Medline.read(StringIO(written(".nbib", [full_item])))) == FULL_NBIB


def test_ris_fills_the_fields_that_zotero_reads(full_item: Item):
    found: dict[str, list[str]] = {}
    for line in written(".ris", [full_item]).splitlines():
        found.setdefault(line[:2], []).append(line[6:])

    assert found == {tag: values for tag, (_, values) in ZOTERO.items()}


def test_json_lines_hold_everything_of_an_item(full_item: Item):
    entry = json.loads(written(".jsonl", [full_item]))

    assert set(entry) == {*Item._fields, "keywords", "article_number", "note"} - {"keyword_rows"}
    assert entry["grants"][0] == {
        "grant_id": "R01 X",
        "acronym": "AA",
        "agency": "NIAAA NIH HHS",
        "country": "United States",
    }
    assert entry["names"][0]["affiliations"] == ["Hospital of Kristiansand, Norway.", "University of Oslo."]
    assert (entry["names"][0]["orcid"], entry["edition"]) == ("0000-0002-1825-0097", None)


def test_pubmeds_csv_has_its_eleven_columns(full_item: Item):
    [row] = csv.DictReader(StringIO(written(".pubmed.csv", [full_item]).removeprefix("\ufeff")))

    assert row == {
        "PMID": "1",
        "Title": "CO₂ and the long title that a file of PubMed folds over several lines, because it has so many words",
        "Authors": "Vederhus JK, Anton RF Jr, A Group.",
        "Citation": "J Tests. 2020 May 24;15(1 Suppl):766-73. doi: 10.1186/s13722-020-00191-w. [Retracted: J C. "
        "2013;1:1]",
        "First Author": "Vederhus JK",
        "Journal/Book": "J Tests",
        "Publication Year": "2020",
        "Create Date": "2020/05/25",
        "PMCID": "PMC7247232",
        "NIHMS ID": "NIHMS12345",
        "DOI": "10.1186/s13722-020-00191-w",
    }


@pytest.mark.real
def test_pubmeds_csv_is_named_as_pubmed_names_it(shared_data: Path):
    real = (shared_data / "import-formats" / "csv" / "AGallyer-pubmed_result2.csv").read_text(encoding="utf-8")

    assert written(".pubmed.csv", []).strip() == real.splitlines()[0].removesuffix(",New")


def test_what_a_spreadsheet_would_run_is_neutralised_and_numbers_are_not():
    items = [ITEM._replace(title=text, id=7) for text in ("=1+1", "+1", "-1", "@SUM(A1)", "a=1")]

    rows = list(csv.reader(StringIO(written(".pubmed.csv", items))))

    assert [row[1] for row in rows[1:]] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "a=1"]
    assert {(row[0], row[6]) for row in rows[1:]} == {("7", "2020")}


def test_formatted_references_are_these():
    book = ITEM._replace(
        record_type="book", journal=None, abbreviation=None, volume=None, issue=None, pages=None, doi=None, pmcid=None,
        publisher="Academic Press", edition="2nd", names=(EDITOR,), source="demonstration",
    )  # fmt: skip
    chapter = ITEM._replace(
        record_type="book chapter", journal=None, abbreviation=None, title="Does it fit?", publisher="Academic Press",
        book_title="The Book of Groups", volume=None, doi=None, pmcid=None, names=(GROUP,),
    )  # fmt: skip
    named = Item(-5, None, "named", "Moos RH. Active ingredients. Addiction. 2008.", 2008, "10.1111/x", None)
    items = [ITEM, book, chapter, named]

    assert written(".nlm.txt", items).splitlines() == [
        "Vederhus JK, Anton RF Jr, Recovery and Care Group. One size doesn't fit all: DNA in Norway. Addict Sci Clin "
        "Pract. 2020 May 24;15(1):766-73. doi: 10.1186/s13722-020-00191-w. PubMed PMID: 32448354. PubMed Central "
        "PMCID: PMC7247232.",
        "Høie MM, editor. One size doesn't fit all: DNA in Norway. 2nd ed. Academic Press; 2020. PubMed PMID: "
        "32448354. [Bibliographic facts of litkb's demonstration, not a record of PubMed.]",
        "Recovery and Care Group. Does it fit? In: The Book of Groups. Academic Press; 2020. p. 766-73. PubMed PMID: "
        "32448354.",
        "Moos RH. Active ingredients. Addiction. 2008. doi: 10.1111/x.",
    ]
    assert written(".vancouver.txt", items).splitlines()[0] == (
        "1. Vederhus JK, Anton RF Jr, Recovery and Care Group. One size doesn't fit all: DNA in Norway. Addict Sci "
        "Clin Pract. 2020;15(1):766-73. doi: 10.1186/s13722-020-00191-w."
    )
    assert written(".apa.txt", items).splitlines() == [
        "Vederhus, J.-K., Anton, R. F., Jr, & Recovery and Care Group (2020). One size doesn't fit all: DNA in Norway. "
        "Addiction science & clinical practice, 15(1), 766–773. https://doi.org/10.1186/s13722-020-00191-w",
        "Høie, M. M. (Ed.) (2020). One size doesn't fit all: DNA in Norway (2nd ed.). Academic Press. "
        "[Bibliographic facts of litkb's demonstration, not a record of PubMed.]",
        "Recovery and Care Group (2020). Does it fit? In The Book of Groups (pp. 766–773). Academic Press.",
        "Moos RH. Active ingredients. Addiction. 2008. https://doi.org/10.1111/x",
    ]


def test_a_journal_known_by_its_abbreviation_alone_is_named_by_it() -> None:
    [line] = written(".apa.txt", [ITEM._replace(journal=None)]).splitlines()

    assert " Addict Sci Clin Pract, 15(1), 766–773." in line


def test_long_author_lists_end_as_each_style_wants():
    many = ITEM._replace(names=tuple(EDITOR._replace(family=f"F{n}", role="author") for n in range(1, 26)))

    assert ", F24 MM, F25 MM. One size" in written(".nlm.txt", [many])
    assert "F6 MM, et al. One size" in written(".vancouver.txt", [many])
    assert "F19, M. M., … F25, M. M. (2020)" in written(".apa.txt", [many])


def test_works_of_a_select_come_once_each_and_in_order(db: sqlite3.Connection):
    with transaction(db):
        save_records(db, [record(n) for n in range(1, 1_203)], received_at=MOMENT)

    found = [item.id for item in read_scope_items(db, "select pmid as id from articles union all select 5")]

    assert found == list(range(1, 1_203))


def test_formats_are_written_piece_by_piece():
    for suffix, form in BIBLIOGRAPHIES.items():
        asked: list[int] = []
        pieces = form.write(asked.append(n) or ITEM._replace(id=n) for n in range(1, 100))  # type: ignore[func-returns-value]
        next(pieces)
        assert len(asked) <= 1, suffix


def test_the_page_of_formats_names_every_bibliography():
    text = DOCS.read_text(encoding="utf-8").partition("## Bibliographies")[2].partition("\n## ")[0]

    assert re.findall(r"^\| `(\.[a-z.]+)` \|", text, re.MULTILINE) == list(BIBLIOGRAPHIES)
