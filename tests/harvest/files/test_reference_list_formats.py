"""References as other programs write them: RIS, BibTeX, tagged text, XML, JSON, tables and sheets."""

import json
import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from openpyxl import Workbook

from harvest.files.reference_lists import read_seeds, xlsx
from harvest.identify.seed import Seed
from kb.errors import UsageError

CUT_OFF = "The entry is cut off: it has no TY at its beginning or no ER at its end."


def read(text: str) -> list[Seed]:
    return read_seeds("f", text.encode())


def ris(*lines: str) -> str:
    return "\n".join(["TY  - JOUR", *lines, "ER  - ", ""])


def said(text: str) -> list[list[str]]:
    return [[value for _, value in seed.identifiers] or [seed.title or seed.fault or ""] for seed in read(text)]


# --- RIS ---


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DB  - Scopus", "C2  - 12"], ["12"]),
        (["C2  - 12"], ["Oil"]),
        (["C5  - 12", "U2  - L2000000001"], ["12"]),
        (["C5  - 12"], ["Oil"]),
        (["C3  - PUBMED 12,EMBASE 600000001"], ["12"]),
        (["C3  - PUBMED 12,EMBASE 600000001,CTgov NCT00000001"], ["12"]),
        (["C3  - EMBASE 600000001"], ["Oil"]),
        (["N1  - Accession Number: 12. Language: English.", "DB  - MEDLINE"], ["12"]),
        (["N1  - Accession Number: 12. Language: English.", "DB  - CINAHL"], ["Oil"]),
        (["DO\xa0\xa0-\xa010.1000/a (open access)"], ["10.1000/a"]),
        (["AN  - MEDLINE:12"], ["12"]),
        (["AN  - 12. Language: English. Entry Date: 20240301.", "DB  - MEDLINE"], ["12"]),
        (["AN  - 2900000001; 12", "DB  - MEDLINE®."], ["12"]),
        (["AN  - 41,000,021", "DB  - PubMed"], ["41000021"]),
        (["U1  - 12[pmid]", "U2  - PMC13[pmcid]"], ["12", "PMC13"]),
        (["PM  - 12 [https://www.ncbi.nlm.nih.gov/pubmed/?term=12]"], ["12"]),
        (["N1  - M: PubMed 12"], ["12"]),
        (["N1  - Accession Number: 900. Language: English. PMID: NLM12."], ["12"]),
        (["N1  - Export Date: 1 May 2024; Cited By: 3; PMID: 12"], ["12"]),
        (["N1  - Dahl P. Oil lamps. 2001; PMID: 12"], ["Oil"]),
        (["N1  - Erratum in 2004; PMID: 12"], ["Oil"]),
        (["N1  - PubMed 2019"], ["Oil"]),
        (["L2  - http://dx.doi.org/10.1000/a"], ["10.1000/a"]),
        (["DO  - 10.1000/a [doi]"], ["10.1000/a"]),
        (["DO  - 10.1000/a     LK  - https://example.org/?sid=x"], ["10.1000/a"]),
        (["UR  - https://doi-org.proxy.example.edu/10.1000/a"], ["10.1000/a"]),
        (["UR  - https://www.ncbi.nlm.nih.gov/entrez/query.fcgi?cmd=Retrieve&db=PubMed&list_uids=12"], ["12"]),
        (["UR  - https://pubmed.ncbi.nlm.nih.gov/?linkname=pubmed_pubmed&from_uid=12"], ["Oil"]),
    ],
)
def test_a_database_keeps_the_pmid_of_an_article_where_it_always_does(lines, expected):
    assert said(ris("TI  - Oil", *lines)) == [expected]


def test_a_doi_that_may_be_cut_in_two_rejects_its_entry():
    assert [seed.fault for seed in read(ris("TI  - Oil", "DO  - 10.1000/a", "b"))] == ["'10.1000/a b' in DO is no DOI."]


@pytest.mark.parametrize("dash", ["  - ", " - ", "  -  ", " -  "])
def test_blanks_around_the_dash_do_not_matter(dash):
    text = ris("TI  - Oil", "PM  - 12", "UR  -", "AB  -")

    assert read(text.replace("  - ", dash)) == [Seed("f entry 1", pmid=12, title="Oil")]


def test_text_and_stray_tags_between_entries_are_no_entries_but_a_cut_off_one_is_named():
    stray = "Link to the full text\n\nC1  - Database: Lamps <1980 to 2024>\n1     lamps.ti. (12)\nER  - \n2. \n"
    text = f"1.\n{ris('TI  - One')}{stray}{ris('TI  - Two')}AU  - Dahl P\nPY  - 2001\nER  - \nTY  - JOUR\nTI  - Thr"

    assert said(text) == [["One"], ["Two"], [CUT_OFF], [CUT_OFF]]


# --- BibTeX ---


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("eprint = {12}, eprinttype = {pmid}", ["12"]),
        ("eprint = {{12}}, archiveprefix = {PubMed}", ["12"]),
        ("eprint = {1201.12}, eprinttype = {arxiv}", ["Oil"]),
        ("pubmed_id = {12}", ["12"]),
        ("PubMed-ID = {{12}}", ["12"]),
        ("Unique-ID = {{MEDLINE:12}}", ["12"]),
        ("Unique-ID = {{WOS:00012}}", ["Oil"]),
        (r"note = {PMID: 12\\PMCID: PMC13}", ["12", "PMC13"]),
        ("annotation = {PMID: 12 PMCID: PMC13}", ["12", "PMC13"]),
        ("DOI = {{10.1000/a}}", ["10.1000/a"]),
        (r"doi = {10.1000/a\_b{\_}c}", ["10.1000/a_b_c"]),
        (r"doi = {10.1000/a{\textless}b\%}", ["10.1000/a<b%"]),
        ("doi = {10.1000/a~b}", ["10.1000/a~b"]),
        ("url = {https://doi.org/10.1000%2Fa}", ["10.1000/a"]),
        ("url = {https://www.ncbi.nlm.nih.gov/pubmed/12?a=x%20b}", ["12"]),
        ("keywords = {a}, keywords = {b}, doi = {10.1000/a}", ["10.1000/a"]),
    ],
)
def test_where_a_bibtex_entry_names_its_identifiers(fields, expected):
    assert said(f"@article{{a, title = {{Oil}}, {fields}}}") == [expected]


def test_a_field_of_bibtex_that_no_comma_ends_is_rejected_and_joined_texts_are_one():
    assert said('@article{a, title = {Oil}\n doi = {10.1000/a}}\n@article{b, title = "Oil " # "and wicks"}') == [
        ["The entry cannot be read: a comma is missing after its field title."],
        ["Oil and wicks"],
    ]


@pytest.mark.parametrize("name", ["PMID (PubMed)", "PubMed ID [PMID]", "ids.pmid", "externalIds.PubMed"])
def test_a_column_is_known_with_what_brackets_or_a_path_add_to_its_name(name):
    assert said(f"Title,{name}\nOil,12\n") == [["12"]]


def test_a_percent_sign_in_bibtex_ends_no_title():
    text = r"@article{a, title = {Half of it, 50% or 60\%, \& more}, abstract = {% of \undefined{x}}}"

    assert said(text) == [["Half of it, 50% or 60%, & more"]]


def test_entries_of_bibtex_without_a_key_are_read():
    text = "@article{\n   author = {Dahl, P.},\n   DOI = {10.1000/a}\n}\n\n@article{\n   title={Oil},\n pmid={12}\n}\n"

    assert said(text) == [["10.1000/a"], ["12"]]


# --- tagged text and XML ---

REFWORKS = "RT Journal Article\nSR Electronic(1)\nID 5\nA1 Dahl,P.\nT1 Oil\nYR 2001\n{}\nAN 12\nDO 10.1000/a\n\n"
SCIENCE = (
    "\ufeffFN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Dahl, P\n   Berg, A\nTI Oil and\n   wicks\nPY 2001\n"
)
REFER = "%0 Journal Article\n%A Dahl, Per\n%T Oil\n%D 2001\n%M 12\n{}%X Some\ntext\n\n"
ENDNOTE = (
    "<?xml version='1.0' encoding='UTF-8'?><xml><records><record><contributors><authors><author>Dahl, P</author>"
    "</authors></contributors><titles><title><style>Oil &amp; wicks</style></title></titles>"
    "<dates><year>2001</year></dates>"
    "<accession-num>12</accession-num>{}</record></records></xml>"
)


def test_refworks_is_read():
    seed = Seed("f entry 1", doi="10.1000/a", title="Oil", year=2001, author="Dahl,P.")

    assert read(REFWORKS.format("DB PubMed") + REFWORKS.format("DB Lamps")) == [
        seed._replace(pmid=12),
        seed._replace(place="f entry 2"),
    ]


def test_the_plain_text_of_web_of_science_is_read():
    seed = Seed("f entry 1", pmid=12, title="Oil and wicks", year=2001, author="Dahl, P")

    assert read(f"{SCIENCE}PM 12\nER\n\nEF") == [seed]
    assert [one.fault for one in read(f"{SCIENCE}PM 1")] == ["The entry is cut off: it has no ER at its end."]


def test_endnotes_tagged_text_is_read():
    seed = Seed("f entry 1", title="Oil", year=2001, author="Dahl, Per")

    assert read(REFER.format("%~ PubMed\n") + REFER.format("")) == [
        seed._replace(pmid=12),
        seed._replace(place="f entry 2"),
    ]


def test_endnotes_xml_is_read_whole_or_not_at_all():
    database = "<remote-database-name>Medline</remote-database-name>"

    assert read(ENDNOTE.format(database)) == [
        Seed("f record 1", pmid=12, title="Oil & wicks", year=2001, author="Dahl, P"),
    ]  # fmt: skip
    assert read(ENDNOTE.format(""))[0].pmid is None
    with pytest.raises(UsageError, match="cannot be read to its end"):
        read(ENDNOTE.format("")[:-20])


# --- JSON ---


def test_json_lines_are_read_each_by_itself():
    lines = [
        json.dumps({"id": 12, "record_type": "article", "source": "pubmed"}),
        json.dumps({"id": -5, "record_type": None, "source": None, "doi": "10.1000/a"}),
        json.dumps({"id": 7, "pmid": "13"}),
        '{"id": ',
        "[]",
    ]

    seeds = read("\n".join(lines))

    assert [value for seed in seeds for _, value in seed.identifiers] == ["12", "10.1000/a", "13"]
    assert [seed.place for seed in seeds if seed.fault] == ["f line 4", "f line 5"]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"PMID": 12.0}, ["12"]),
        ({"custom": {"PMID": "12"}}, ["12"]),
        ({"archive": "PubMed", "archive_location": "12"}, ["12"]),
        ({"title": ["Oil", "and more"]}, ["Oil"]),
        ({"PMID": ["12", "13"], "title": "Oil"}, ["Oil"]),
        ({"note": "Publisher: A\nPMID: 12 \ntex.x: y"}, ["12"]),
    ],
)
def test_where_an_object_of_json_names_its_article(item, expected):
    assert said(json.dumps([item])) == [expected]


# --- tables ---


@pytest.mark.parametrize(
    "heading", ["PubMed ID", "pubmed_id", "Medline PMID", "PMID", "pmid ", "EntrezUID", '"PubMed-ID"']
)
def test_a_column_of_pmids_is_known_under_its_usual_names(heading):
    assert said(f"Title,{heading}\nOil,12\n") == [["12"]]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("Title,pmc_id\nOil,PMC7\n", ["PMC7"]),
        ("Title,PMCID\nOil,7\n", ["PMC7"]),
        ("Title,Extra\nOil,PMID: 12\n", ["12"]),
        ("Title,Url\nOil,https://pubmed.ncbi.nlm.nih.gov/12/\n", ["12"]),
        ("Title,DOI\nOil,https://doi.org/10.1000/A\n", ["10.1000/a"]),
        ("Title,Accession Number\nOil,MEDLINE:12\n", ["12"]),
        ("Title,Accession Number\nOil,12\n", ["Oil"]),
        ("TI\tAU\tPM\nOil\tDahl\t12\n", ["12"]),
    ],
)
def test_where_a_row_names_its_article(table, expected):
    assert said(table) == [expected]


def test_lines_above_the_headings_are_passed_over_and_places_are_those_of_the_file():
    text = '"SEARCH QUERY","lamp:ti"\n-----\n\n"Title","Medline PMID"\n"Oil","12"\n"Title","Medline PMID"\n"Wicks",""\n'

    assert read(text) == [Seed("f line 5", pmid=12, title="Oil"), Seed("f line 7", title="Wicks")]


def test_a_row_with_too_many_cells_may_have_its_pmid_in_another_column():
    assert [seed.fault for seed in read("Title,PMID,Year\nLamps, and oil,12,2001\n")] == [
        "The row has 4 cells for 3 columns; a cell may hold the delimiter unquoted.",
    ]


# --- Excel ---


def workbook(*sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(row)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_every_sheet_of_excel_is_read_as_a_table_or_a_list():
    data = workbook(
        [["Lamps of 2024"], [], ["PMID", "Title"], [12, "Oil"], [13.0, "Wicks"], ["14x", "Glass"]],
        [[15], ["PMC7"]],
        [["nothing", "to be", "read"]],
        [],
    )

    assert read_seeds("f", data) == [
        Seed("f Sheet1 row 4", pmid=12, title="Oil"),
        Seed("f Sheet1 row 5", pmid=13, title="Wicks"),
        Seed("f Sheet1 row 6", title="Glass", fault="'14x' in column PMID is no PMID."),
        Seed("f Sheet2 line 1", pmid=15),
        Seed("f Sheet2 line 2", pmcid="PMC7"),
        Seed("f Sheet3", fault="No row of the sheet names a column of PMIDs, DOIs, PMCIDs or titles."),
    ]


def test_empty_cells_behind_the_last_of_a_row_take_no_memory_and_make_no_row_cut_off():
    data = workbook([["PMID", "Title", "Year"], *[[]] * 40, [12]])
    [(_, rows)] = xlsx._cells(data)

    assert max(map(len, rows)) == 3
    assert read_seeds("f", data) == [Seed("f Sheet1 row 42", pmid=12)]


def test_a_workbook_that_is_a_bomb_or_broken_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch):
    data = workbook([["PMID"], *([number] for number in range(1, 9))])

    with pytest.raises(UsageError, match="cannot be read"):
        read_seeds("f", _without(data, "xl/worksheets/sheet1.xml"))
    monkeypatch.setattr(xlsx, "MOST_ROWS", 5)
    with pytest.raises(UsageError, match="more than 5 rows in one sheet"):
        read_seeds("f", data)
    monkeypatch.setattr(xlsx, "MOST_BYTES", 100)
    with pytest.raises(UsageError, match="more than 0 MB unpacked"):
        read_seeds("f", data)


def _without(data: bytes, name: str) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as packed, zipfile.ZipFile(kept, "w") as other:
        for part in packed.namelist():
            other.writestr(part, b"<broken" if part == name else packed.read(part))
    return kept.getvalue()


# --- hostile files ---


@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "{",
        '{"a":',
        "@a{",
        "@a{b, t={",
        '"',
        "TY  - JOUR\n",
        "AU  - a\n",
        " ",
        "\n",
        "1,",
        "%0 a\n",
        "<a>",
        "#",
        "10.1/",
    ],
)
def test_a_file_of_one_thing_over_and_over_is_refused_or_read_but_never_a_traceback(unit):
    seeds: list[Seed] = []
    with suppress(UsageError):
        seeds = read(unit * 3_000)

    assert [seed.place for seed in seeds if not (seed.fault or seed.identifiers or seed.title)] == []


def test_a_title_of_many_braces_is_read():
    deep = "{" * 900 + r"H\"ober" + "}" * 900

    assert len(said(f"@article{{a, title = {{{deep}}}}}")) == 1
