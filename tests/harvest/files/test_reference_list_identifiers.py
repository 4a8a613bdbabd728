"""Identifiers in files of references: read by their label and where they mean one thing, else rejected in words."""

import json

import pytest

from harvest.files.reference_lists import read_seeds
from harvest.files.reference_lists.lists import read_list
from harvest.identify.seed import Seed
from kb.errors import UsageError


def read(text: str) -> list[Seed]:
    return read_seeds("f", text.encode())


def identifiers(text: str) -> list[tuple[str, str]]:
    return [tuple(identifier) for seed in read(text) for identifier in seed.identifiers]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("pmcid: 55", ("pmcid", "PMC55")),
        ("PMC: 55", ("pmcid", "PMC55")),
        ("PMCID: PMC55", ("pmcid", "PMC55")),
        ("pmid: 55", ("pmid", "55")),
        ("PubMed ID: 55", ("pmid", "55")),
        ("doi: 10.1000/a", ("doi", "10.1000/a")),
    ],
)
def test_a_label_says_what_the_number_after_it_is_wherever_it_stands(said, expected):
    assert identifiers(f"{said}\n") == [expected]
    assert identifiers(f"PMID\n{said}\n") == [expected]
    assert identifiers(f"TY  - JOUR\nN1  - {said}\nER  - \n") == [expected]
    assert identifiers(f"@article{{a, note = {{{said}}}}}") == [expected]
    assert identifiers(json.dumps([{"note": said}])) == [expected]


@pytest.mark.parametrize(
    "said",
    ["doi: 123", "NIHMSID: 123", "NIHMS123", "Embase: 123", "CN-00123", "pmcid: PMID 123", "PUI L123", "WOS:000123"],
)
def test_a_number_of_another_kind_never_becomes_a_pmid(said):
    with pytest.raises(UsageError):
        read(f"{said}\n")
    assert [(seed.identifiers, bool(seed.fault)) for seed in read(f"PMID,Title\n{said},Oil\n")] == [([], True)]
    assert identifiers(f"TY  - JOUR\nTI  - Oil\nN1  - {said}\nC3  - {said}\nER  - \n") == []
    assert identifiers(f"@article{{a, title = {{Oil}}, note = {{{said}}}}}") == []
    assert identifiers(json.dumps([{"title": "Oil", "note": said}])) == []


@pytest.mark.parametrize(
    "shown",
    [
        "41,000,021",
        "41 000 021",
        "41\u202f000\u202f021",
        "41.000.021",
        "41'000'021",
        "41000021.0",
        "41000021,00",
        "4.1000021E7",
        "4.1000021e+07",
        "'41000021",
        '="41000021"',
        "\u00a041000021\u00a0",
        "\u202a41000021",
        "４１０００００２１".replace("０００００", "００００"),
        "PMID：41000021",
        "41000021 [Indexed for MEDLINE]",
        "https://pubmed.ncbi.nlm.nih.gov/41000021/",
    ],
)
def test_a_number_is_read_as_a_spreadsheet_shows_it(shown):
    cell = '"' + shown.replace('"', '""') + '"'

    assert identifiers(f"{shown}\n") == [("pmid", "41000021")]
    assert identifiers(f"Title,PMID\nOil,{cell}\n") == [("pmid", "41000021")]


@pytest.mark.parametrize(
    "shown", ["41000021.0x", "41000021.5", "4.1E+07", "41.000", "0", "-41000021", "41000021?", "410000210000", "Oil 12"]
)
def test_a_number_that_can_mean_another_is_rejected_in_words(shown):
    assert read(f"Title,PMID\nOil,{shown}\n") == [
        Seed("f line 2", title="Oil", fault=f"{shown!r} in column PMID is no PMID."),
    ]  # fmt: skip
    assert [seed.place for seed in read(f"1\n2\n{shown}\n") if seed.fault] == ["f line 3"]


def test_an_entry_whose_pmid_cannot_be_read_goes_by_its_doi_and_says_so():
    assert read("PMID,DOI\n12x,10.1000/a\n") == [
        Seed("f line 2", doi="10.1000/a",
             note="'12x' in column PMID is no PMID. The article is asked for by its DOI 10.1000/a."),
    ]  # fmt: skip


@pytest.mark.parametrize("nothing", ["", " ", "-", "n/a", "NA", "None", "NaN"])
def test_a_cell_that_says_that_there_is_none_is_empty(nothing):
    assert read(f"Title,PMID,DOI\nOil,{nothing},{nothing}\n") == [Seed("f line 2", title="Oil")]


def test_an_entry_with_two_pmids_of_its_own_is_rejected():
    [seed] = read("@article{a, pmid = {12}, pubmed_id = {13}, title = {Oil}}")

    assert (seed.identifiers, seed.fault) == ([], "The entry names different PMIDs: 12, 13.")


@pytest.mark.parametrize(
    ("line", "pmids"),
    [
        ("32000001, 15000002", ["32000001", "15000002"]),
        ("32000001,15000002", ["32000001", "15000002"]),
        ("32000001;15000002 7", ["32000001", "15000002", "7"]),
        ("32,000,001; 15,000,002", ["32000001", "15000002"]),
        ("1, 2, 3", ["1", "2", "3"]),
        ("1 2 3", ["1", "2", "3"]),
        ("PMIDs: 12, 13", ["12", "13"]),
        ("PMCIDs: 12, 13", ["PMC12", "PMC13"]),
        ("PMID: 12; PMID: 13", ["12", "13"]),
        ("PMID: 12; PMCID: PMC13; DOI: 10.1000/a", ["12", "10.1000/a", "PMC13"]),
    ],
)
def test_several_identifiers_of_a_line_are_a_list_and_thousands_are_none(line, pmids):
    assert [value for _, value in identifiers(f"{line}\n")] == pmids


@pytest.mark.parametrize("line", ["12 345", "100 101 102"])
def test_numbers_that_blanks_may_part_or_group_are_rejected(line):
    assert [(seed.place, bool(seed.fault)) for seed in read(f"1\n2\n{line}\n")][2:] == [("f line 3", True)]


def test_a_dash_between_two_numbers_is_no_bullet_and_never_joins_them():
    [seed] = read_list("f", "  4100 - 0021")
    assert seed.fault
    assert [seed.pmid for seed in read_list("f", "- 41000021\n  2. 41000022")] == [41000021, 41000022]


def test_labelled_identifiers_of_one_line_are_one_article():
    assert len(read("PMID: 12; PMCID: PMC13; DOI: 10.1000/a\n")) == 1
    assert len(read("PMID: 12; PMID: 13\n")) == 2


def test_several_pmids_of_a_cell_are_an_article_each():
    assert [(seed.place, seed.pmid) for seed in read('PMID\n"12, 13"\n')] == [("f line 2", 12), ("f line 2", 13)]
    assert [seed.fault for seed in read('PMID,DOI\n"12, 13x",\n')] == ["'12, 13x' in column PMID is no PMID."]


def test_a_text_is_a_list_only_by_most_of_its_lines():
    assert [seed.fault is None for seed in read("12\n13\nOil\n")] == [True, True, False]
    with pytest.raises(UsageError, match="Of its 3 lines 1 is an identifier"):
        read("12\nLamps\nOil\n")


SUMMARY = """\
1: Dahl P, Berg A. Wicks and how to trim them. J Lamp. 2024 Feb
15;7(4):101-130. doi: 10.1000/wicks. Epub 2024 Jan 30. PMID:
41000031.

2: Berg A. Oil. J Lamp. 2023;1:1-2. PMID: 41000032; PMCID: PMC77.

3: Berg A. Comment on PMID: 41000031. J Lamp. 2023
"""
ABSTRACTS = """\
1. J Lamp. 2024 Feb 15;7(4):101-130. doi: 10.1000/wicks.

Wicks and how to trim them.

Dahl P(1).

1. Trim. 2. Light. As PMID: 5 says.

DOI: 10.1000/wicks
PMID: 41000031 [Indexed for MEDLINE]


2. J Lamp. 2023;1:1-2.

Oil.

PMCID: PMC77
PMID: 41000032
"""


def test_pubmeds_own_texts_name_their_articles_at_the_end_of_each_citation():
    assert read(SUMMARY) == [
        Seed("f citation 1", pmid=41000031),
        Seed("f citation 2", pmid=41000032),
        Seed("f citation 3", fault="The citation does not end with its PMID."),
    ]
    assert read(ABSTRACTS) == [Seed("f citation 1", pmid=41000031), Seed("f citation 2", pmid=41000032)]


def test_a_number_within_an_abstract_begins_no_citation():
    text = ABSTRACTS.replace("1. Trim. 2. Light.", "1. Trim.\n\n2. Light.\n\n")

    assert [seed.pmid for seed in read(text)] == [41000031, 41000032]


def test_a_numbered_list_of_references_names_the_pmid_at_the_end_of_each():
    text = "1. Dahl P. Wicks. J Lamp. 2024;1:2. PMID: 12.\n2. Berg A. Oil. PMID: 13; PMCID: PMC7.\n3. Berg A. Glass.\n"

    assert [(seed.pmid, bool(seed.fault)) for seed in read(text)] == [(12, False), (13, False), (None, True)]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32"])
def test_unicode_is_read_with_a_mark_or_without(encoding):
    text = "TY  - JOUR\nTI  - Høie's lamps\nER  - \n"

    assert read_seeds("f", text.encode(encoding)) == read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ufeff12\n\ufeff13\n", [12, 13]),
        ("\ufeffPMID- 12\nSO  - J.\n\n\ufeffPMID- 13\nSO  - J.\n", [12, 13]),
        ("\ufeffTY  - JOUR\nPM  - 12\nER  - \n\ufeffTY  - JOUR\nPM  - 13\nER  - \n", [12, 13]),
    ],
)
def test_a_byte_order_mark_in_the_middle_changes_nothing(text, expected):
    assert [seed.pmid for seed in read(text)] == expected


@pytest.mark.parametrize(
    "text",
    ["1. 12345678\n2. PMC7\n", "1) 12345678\n2) PMC7\n", "- 12345678\n- PMC7\n", "• 12345678\n• PMC7\n",
     "1\t12345678\n2\tPMC7\n", "1: 12345678\n\n2: PMCID: 7\n", "11. 12345678\n12. PMC7", '[12345678, "PMC7"]'],
)  # fmt: skip
def test_what_counts_the_lines_of_a_list_is_no_pmid(text):
    assert [seed.asked for seed in read(text)] == ["12345678", "PMC7"]


def test_a_list_in_json_rejects_what_is_no_identifier():
    assert [seed.fault for seed in read('[12, "lamp", true]')] == [
        None,
        "The entry is 'lamp', which is no PMID, DOI or PMCID.",
        "The entry is no object of JSON.",
    ]


def test_pubmeds_words_for_no_title_are_never_searched_for():
    [seed] = read("TY  - JOUR\nTI  - [Not Available].\nPY  - 1961\nER  - \n")

    assert seed.fault == "The entry has neither an identifier nor a title."
