"""Files of references give seeds: every entry one, with its identifiers, or its title, or its fault."""

import json

import pytest

from harvest.files.reference_lists import read_seeds
from harvest.identify.seed import Seed
from kb.errors import UsageError
from kb.formats.registry import BIBLIOGRAPHIES
from tests.kb.formats.test_formats import ITEM

RIS = """\
TY  - JOUR
AN  - 32448354
AU  - Vederhus, John-Kåre
AU  - Høie, Magnhild
DB  - PubMed
DO  - 10.1186/s13722-020-00191-w
PY  - 2020
TI  - One size doesn't fit all
ER  -

TY  - JOUR
A1  - Laudet, Alexandre B.
T1  - Attitudes and beliefs
   about 12-step groups
Y1  - 2003//
N1  - Accession Number: 117372971; Comment on PMID: 1
AN  - 117372971
DB  - psyh
ER  -
"""
BIBTEX = r"""
@article{vederhus,
  title = {One size doesn't fit all: {DNA} in {N}orway},
  author = {Vederhus, John-K{\aa}re and H{\o}ie, Magnhild},
  year = 2020,
  note = {PMID: 32448354},
}
@article{second,
  title = {On H{\"o}lder},
  doi = {https://doi.org/10.1000/A.b},
  author = "Laudet, A. B.",
  date = {2003-05},
}
"""
CSL = [
    {"type": "article-journal", "title": "Lamps <i>and</i> wicks", "PMID": "12", "issued": {"date-parts": [[2020, 5]]}},
    {"title": "Oil", "DOI": "10.1000/OIL", "author": [{"family": "Høie", "given": "M"}], "issued": {"raw": "May 2003"}},
    {"title": "Light", "note": "PMID: 13\nPMCID: PMC7\nread later", "author": [{"literal": "A Group"}]},
    {"title": "Glass", "URL": "https://pubmed.ncbi.nlm.nih.gov/14/"},
]
OLD_CSV = """\
Title,URL,Description,Details,ShortDetails,Resource,Type,Identifiers,Db,EntrezUID,Properties
"Lamps, and oil.","/pubmed/31","Li X, Høie M.","J. 2019 Jul 5.","J Lamp.  2019","PubMed","","PMID:31","pubmed","31","x",
"""
NEW_CSV = """\
\ufeffPMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI
32,"'=Lamps",Li X.,J. 2020,Li X,J Lamp,2020,10/6/2020,PMC7392943,,10.1007/S4
3.2E+07,Wicks,Li X.,J. 2020,Li X,J Lamp,2020,10/6/2020,,,10.1007/s5
"""


def read(text: str, name: str = "f") -> list[Seed]:
    return read_seeds(name, text.encode())


def test_ris_gives_identifiers_of_pubmed_alone_else_what_is_printed():
    assert read(RIS, "mine.ris") == [
        Seed("mine.ris entry 1", pmid=32448354, doi="10.1186/s13722-020-00191-w", title="One size doesn't fit all",
             year=2020, author="Vederhus, John-Kåre"),
        Seed("mine.ris entry 2", title="Attitudes and beliefs about 12-step groups", year=2003,
             author="Laudet, Alexandre B."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("DO  - http://dx.doi.org/10.4236/OJF.1", {"doi": "10.4236/ojf.1"}),
        ("L3  - 10.1016/j.agee.1", {"doi": "10.1016/j.agee.1"}),
        ("UR  - https://pubmed.ncbi.nlm.nih.gov/32448354/", {"pmid": 32448354}),
        ("UR  - https://doi.org/10.1000/1", {"doi": "10.1000/1"}),
        ("UR  - https://pmc.ncbi.nlm.nih.gov/articles/PMC7247232/", {"pmcid": "PMC7247232"}),
        ("UR  - https://example.org/32448354", {}),
        ("N1  - PMID: 32448354", {"pmid": 32448354}),
        ("N1  - Comment on PMID: 32448354", {}),
        ("N1  - PMID: 32448354\nN1  - PMID: 12", {}),
        ("C2  - PMC7247232", {"pmcid": "PMC7247232"}),
        ("C2  - 5", {}),
        ("DP  - NLM\nAN  - 32448354", {"pmid": 32448354}),
        ("DB  - Ovid MEDLINE(R)\nAN  - 32448354", {"pmid": 32448354}),
        ("DB  - Scopus\nAN  - 32448354", {}),
    ],
)
def test_where_a_ris_entry_names_its_identifiers(line, expected):
    [seed] = read(f"TY  - JOUR\nTI  - T\n{line}\nER  - \n")

    assert seed == Seed("f entry 1", title="T", **expected)


def test_bibtex_gives_plain_titles_and_names():
    assert read(BIBTEX) == [
        Seed("f line 2", pmid=32448354, title="One size doesn't fit all: DNA in Norway", year=2020,
             author="Vederhus, John-Kåre"),
        Seed("f line 8", doi="10.1000/a.b", title="On Hölder", year=2003, author="Laudet, A. B."),
    ]  # fmt: skip


def test_a_title_is_plain_text_whatever_marks_it_carries():
    [seed] = read("TY  - JOUR\nTI  - <i>Boswellia</i> &amp; 10<sup>2</sup> lamps, p < 0.05 > 0\nER  - \n")

    assert seed.title == "Boswellia & 102 lamps, p < 0.05 > 0"


@pytest.mark.parametrize("form", [CSL, {"items": CSL}])
def test_csl_json_gives_what_its_items_say(form):
    assert read(json.dumps(form)) == [
        Seed("f entry 1", pmid=12, title="Lamps and wicks", year=2020),
        Seed("f entry 2", doi="10.1000/oil", title="Oil", year=2003, author="Høie"),
        Seed("f entry 3", pmid=13, pmcid="PMC7", title="Light", author="A Group"),
        Seed("f entry 4", pmid=14, title="Glass"),
    ]


def test_both_layouts_of_pubmeds_csv_are_read():
    assert read(OLD_CSV) == [Seed("f line 2", pmid=31, title="Lamps, and oil.")]
    assert read(NEW_CSV) == [
        Seed("f line 2", pmid=32, doi="10.1007/s4", pmcid="PMC7392943", title="=Lamps", year=2020, author="Li X"),
        Seed(
            "f line 3",
            doi="10.1007/s5",
            title="Wicks",
            year=2020,
            author="Li X",
            note=("'3.2E+07' in column PMID is no PMID. The article is asked for by its DOI 10.1007/s5."),
        ),
    ]


@pytest.mark.parametrize("table", ["pmid\n12\n13\n", "Title;PubMed ID\nLamps;12\nOil;13\n", "DOI\tPMID\n\t12\n\t13\n"])
def test_any_table_with_a_column_of_pmids_is_read(table):
    assert [seed.pmid for seed in read(table)] == [12, 13]


def test_a_list_holds_identifiers_a_line_or_pmids_side_by_side():
    text = "# mine\n12\n\nPMID: 13  # the second\n10.1000/1\nPMC7\n14, 15;16\n"

    assert [seed.identifiers[0].value for seed in read(text)] == ["12", "13", "10.1000/1", "PMC7", "14", "15", "16"]
    assert [seed.place for seed in read(text)][-2:] == ["f line 7", "f line 7"]


def test_an_nbib_file_gives_its_pmids_to_be_asked_again():
    text = "PMID- 1\nTI  - T.\nSO  - J.\n\nPMID- 2\nTI  - Cut off"

    assert read(text) == [Seed("f record 1", pmid=1), Seed("f record 2", pmid=2)]


@pytest.mark.parametrize("suffix", [".ris", ".bib", ".csl.json", ".pubmed.csv", ".nbib", ".jsonl"])
def test_what_litkb_writes_leads_back_to_its_article(suffix):
    items = [ITEM, ITEM._replace(id=-5, source=None, title="Kleber HD. 2007. A report.", doi="10.1000/kleber")]

    seeds = read("".join(BIBLIOGRAPHIES[suffix].write(items)))

    assert seeds[0].pmid == ITEM.id
    assert [seed.doi for seed in seeds[1:]] == ([] if suffix == ".nbib" else ["10.1000/kleber"])
    assert [seed.fault for seed in seeds if seed.fault] == []


@pytest.mark.parametrize("text", [RIS, BIBTEX, OLD_CSV, NEW_CSV])
@pytest.mark.parametrize("encode", [lambda t: t.replace("\n", "\r\n").encode(), lambda t: t.encode("utf-8-sig"),
                                    lambda t: t.encode("utf-16"), lambda t: t.removeprefix("\ufeff").encode("cp1252"),
                                    lambda t: t.replace("\n", "\n\r").encode()],
                         ids=["crlf", "mark", "utf-16", "windows", "lfcr"])  # fmt: skip
def test_line_ends_and_encodings_change_no_seed(text, encode):
    def bare(seeds: list[Seed]) -> list[Seed]:
        return [seed._replace(place="") for seed in seeds]

    assert bare(read_seeds("f", encode(text))) == bare(read(text))


# --- faults ---


def faults(text: str) -> list[tuple[str, str]]:
    return [(seed.place, seed.fault) for seed in read(text) if seed.fault]


def test_a_broken_ris_entry_is_named_and_the_others_are_read():
    text = "1.\n" + RIS + "AU  - Nobody\nER  -\nLink to somewhere\nTY  - JOUR\nER  -\nTY  - JOUR\nDO  - 10.1016/j.ag"

    assert [seed.title for seed in read(text)[:2]] == [seed.title for seed in read(RIS)]
    assert faults(text) == [
        ("f entry 3", "The entry is cut off: it has no TY at its beginning or no ER at its end."),
        ("f entry 4", "The entry has neither an identifier nor a title."),
        ("f entry 5", "The entry is cut off: it has no TY at its beginning or no ER at its end."),
    ]


def test_an_entry_of_ris_without_an_end_is_whole_where_another_begins():
    assert [seed.title for seed in read("TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\nER  - \n")] == ["One", "Two"]


def test_a_broken_bibtex_entry_is_named_and_the_others_are_read(capfd: pytest.CaptureFixture[str]):
    text = (
        "@article{one, title = {A}\n@article{two, title = {B}}\n@article{two, title = {C}}\n@article{three, title = {D"
    )

    assert [seed.title for seed in read(text) if not seed.fault] == ["B", "C"]
    not_closed = "The entry cannot be read: a brace or a quotation mark is not closed."
    assert faults(text) == [("f line 1", not_closed), ("f line 4", not_closed)]
    assert capfd.readouterr() == ("", "")


def test_odd_bibtex_loses_no_identifier():
    text = r"""@article{b, title={Good one}, title={twice}, pmid={12}}
@article{c, title = jan # {more}, doi={10.1000/1}, year={2001}}
@string{x = "y"}
@comment{nothing}
@book(e, title="A {\'e}t{\'e} in", pmid=33)
"""

    assert [(seed.title, seed.identifiers[0].value) for seed in read(text)] == [
        ("Good one", "12"), ("jan # more", "10.1000/1"), ("A été in", "33"),
    ]  # fmt: skip


def test_a_row_with_too_few_columns_may_end_within_a_number_and_is_no_seed():
    assert faults(NEW_CSV + "3102") == [("f line 4", "The row has 1 of 11 columns; it may be cut off.")]


def test_a_row_that_is_no_csv_is_named_and_the_next_is_read():
    text = 'PMID,Title\n12,"Lamps" and oil\n13,Wicks\n14,"never closed\n'

    assert [seed.pmid for seed in read(text) if not seed.fault] == [13]
    assert [place for place, _ in faults(text)] == ["f line 2", "f line 4"]


def test_a_line_that_is_no_identifier_is_named():
    [(place, fault)] = faults("12\nabc\n13\n")

    assert place == "f line 2"
    assert fault.startswith("'abc' is no PMID, DOI, PMCID")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "f has no seeds that litkb can read"),
        (b"buy milk", "it is not RIS, BibTeX"),
        (b"a,b\n1x,2\n", "f has no seeds"),
        (b"<?xml version='1.0'?><PubmedArticleSet/>", "Load PubMed XML with --file"),
        (b'[{"title": "T"', "f is not JSON that can be read: Expecting ',' delimiter: line 1 column 15"),
        (b"[" * 100_000, "f is not JSON that can be read"),
        (b"[]", "f has no entry"),
        (b"{}", None),
        (bytes(100), "f has no seeds"),
        (b"%PDF-1.7", "It is a PDF"),
        (b"\xd0\xcf\x11\xe0", "save it as .xlsx or CSV"),
        (b"PK\x03\x04 and so on", "It is a packed file"),
        (b"<!DOCTYPE html><p>1", "It seems to be a web page"),
        (b"<1>\nAuthor\nDahl P\nTitle\nOil\nAccession Number\n9100001\n", "Ovid's plain text"),
        (b"Lamps\nby Dahl\n12345678\nand more\n", "Of its 4 lines 1 is an identifier: save them alone, one a line"),
        (b"PMID,Title\n", "f has no entry"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_a_sentence(data, words):
    if words is None:
        assert read_seeds("f", data)[0].fault == "The entry has neither an identifier nor a title."
        return
    with pytest.raises(UsageError, match=words.replace("(", r"\(")):
        read_seeds("f", data)


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - Lamps\nVL  - 7\nSP  - 12\nEP  - 20\nER  -\n",
        "@article{a, title = {Lamps}, volume = {7}, pages = {12--20}}\n",
        json.dumps([{"title": "Lamps", "volume": "7", "page": "12-20"}]),
    ],
    ids=["RIS", "BibTeX", "CSL-JSON"],
)
def test_volume_and_pages_tell_whose_title_it_is(text: str):
    [seed] = read_seeds("list", text.encode())

    assert (seed.title, seed.volume, (seed.pages or "")[:2]) == ("Lamps", "7", "12")
