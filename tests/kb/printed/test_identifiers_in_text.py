"""Identifiers in the words of a reference: what is read, and what is left because it may be another article's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.printed.identifiers_in_text import NOTHING_PRINTED, PrintedIds, printed_ids

WICK = "Wick A, Flame B. Lamps of the harbour. J Lamp. 2001;3:1-9."
SICI = "10.5555/(sici)1234(1998)17:15<1661::aid-l9>3.0.co;2-2"


@pytest.mark.parametrize(
    ("printed", "doi"),
    [
        ("doi: 10.5555/Lamp.1.", "10.5555/lamp.1"),
        ("https://doi.org/10.5555/lamp.1", "10.5555/lamp.1"),
        ("Available from: http://dx.doi.org/10.5555%2Flamp.1.", "10.5555/lamp.1"),
        ("[doi:10.5555/lamp.1] (In Norwegian.)", "10.5555/lamp.1"),
        ("J Lamp10.5555/lamp.1 (2001).", "10.5555/lamp.1"),
        ("J Lamp.15410.5555/lamp.1.", "10.5555/lamp.1"),
        ("10.5555/lamp.1>. Oil", "10.5555/lamp.1"),
        ("doi:10.5555/lamp.1.PMID:12;PMCID:PMC12", "10.5555/lamp.1"),
        ("https://lamps.example.org/doi/full/10.5555/lamp.1", "10.5555/lamp.1"),
        ("doi:10.5555/LAMP.1/SUPPL_FILE/LAMP_SI.PDF", "10.5555/lamp.1"),
        ("doi:10.5555/lamp.1/TABLES/2", "10.5555/lamp.1"),
        ("doi: 10.5555/2018/1234567.1234567", "10.5555/2018/1234567"),
        ("doi:10.5555/lamp.1. https://doi.org/10.5555//LAMP.1", "10.5555/lamp.1"),
        ("doi:10.5555/lamp. 2001.1. https://doi.org/10.5555/lamp.2001.1", "10.5555/lamp.2001.1"),
        ("doi:10.5555//0022-3514.71.2.230", "10.5555//0022-3514.71.2.230"),
        (f"doi:{SICI}.", SICI),
        ("doi:10.5555/ladders.", "10.5555/ladders"),
        ("[published correction appears in J Lamp. 2001. doi:10.5555/lamp.9]. doi:10.5555/lamp.1", "10.5555/lamp.1"),
    ],
)
def test_a_doi_is_read_wherever_and_however_it_is_printed(printed: str, doi: str):
    assert printed_ids(f"{WICK} {printed}").doi == doi


@pytest.mark.parametrize(
    "printed",
    [
        "doi:10.5555/lamp.1 and doi:10.5555/lamp.2",
        "doi:10.5555/l. lamp.2001.01.001",
        "doi:10.5555/l.1360-0443. 2001.02145.x",
        "doi:10.5555/s0740- 5472(03)00212-5",
        "doi:10.5555/lamp.journal. 0032547",
        "doi:10.5555/s0140-6736(05",
        "doi:10.5555/(sici)1234(1998)17:15",
        "doi:10.5555/lamp/9-",
        "Lamps of 10.2021/22",
        "(a) Wick A. doi:10.5555/lamp.1; (b) Flame B. J Lamp",
    ],
)
def test_two_dois_and_one_that_is_cut_short_are_none(printed: str):
    assert printed_ids(f"{WICK} {printed}").doi is None


@pytest.mark.parametrize(
    ("printed", "pmid", "pmcid"),
    [
        ("PMID: 41009901.", 41009901, None),
        ("PMID 41009901; PMCID: PMC1.", 41009901, "PMC1"),
        ("[PubMed: 41009901]", 41009901, None),
        ("[PMC free article: PMC990099] [PubMed: 41009901]", 41009901, "PMC990099"),
        ("PubMed PMID: 41009901; PubMed Central PMCID: PMC990099.", 41009901, "PMC990099"),
        ("PubMed ID: 41009901", 41009901, None),
        ("(PubMed ID 41009901)", 41009901, None),
        ("PMC123.", None, "PMC123"),
        ("PMCID: 990099", None, "PMC990099"),
        ("https://pubmed.ncbi.nlm.nih.gov/41009901/", 41009901, None),
        ("http://www.ncbi.nlm.nih.gov/pubmed/41009901", 41009901, None),
        ("https://europepmc.org/article/MED/41009901", 41009901, None),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC990099/", None, "PMC990099"),
        ("PMID: 41009901. [PubMed: 41009901]", 41009901, None),
        ("PMID: 41009901, 41009902", None, None),
        ("PMID: 41009901. PMID: 41009902", None, None),
        ("PubMed 2001;5.", None, None),
        ("Pmc1 of yeast, PMC1 and PMR1.", None, None),
        ("PMID: 0", None, None),
    ],
)
def test_pmids_and_pmcids_are_read_where_they_are_called_so(printed: str, pmid: int | None, pmcid: str | None):
    assert printed_ids(f"{WICK} {printed}") == PrintedIds(None, pmcid, pmid)


@pytest.mark.parametrize(
    "printed",
    [
        "Comment on PMID 41009901.",
        "A comment on PMID: 41009901",
        "(Comment on: Flame B. J Lamp. 2000;2:1. PMID: 41009901)",
        "Erratum in: J Lamp. 2002;4:1. PMID: 41009901; PMC990099",
        "[Retraction in J Lamp. 2002. PMID: 41009901]",
        "Retracted and republished in: J Lamp. 2002. doi:10.5555/lamp.2",
        "Expression of concern in J Lamp. 2002. doi:10.5555/lamp.2",
        "Update of: Lamps. doi:10.5555/lamp.0",
        "Reply to [PubMed: 41009901]",
    ],
)
def test_what_is_printed_of_a_notice_or_of_what_is_commented_on_is_another_articles(printed: str):
    assert printed_ids(f"{WICK} {printed}") == NOTHING_PRINTED


@pytest.mark.parametrize(
    "printed",
    [
        "Comment on old lamps. J Lamp. 2001;3:1. doi:10.5555/lamp.1",
        "Update on lamps. J Lamp. 2001;3:1. doi:10.5555/lamp.1",
        "Lamps. J Lamp. 2001;3:1. [Erratum in J Lamp. 2002;4:1, doi:10.5555/lamp.2]. doi:10.5555/lamp.1",
        "Lamps. J Lamp. 2001;3:1. doi:10.5555/lamp.1. Erratum in: J Lamp. 2002;4:1. doi:10.5555/lamp.2.",
        "Lamps, response of moths: an update. doi:10.5555/lamp.1",
    ],
)
def test_the_own_identifier_beside_such_words_is_read(printed: str):
    assert printed_ids(f"Wick A. {printed}").doi == "10.5555/lamp.1"


@given(st.text(st.sampled_from("10.5/() <>[]PMIDC:doi&;%2Fab"), max_size=60))
def test_any_text_is_answered(text: str):
    assert len(printed_ids(text)) == 3


@pytest.mark.parametrize(
    "text",
    [
        "10.1234/" * 9_000,
        "10.1234/" + "(" * 50_000,
        "(a) " * 20_000 + "(b)",
        "[erratum in " * 9_000,
        "PMID: 1, " * 9_000,
    ],
)
def test_text_made_to_be_slow_is_answered(text: str):
    assert printed_ids(text).pmcid is None


def test_a_doi_with_a_hundred_endings_of_a_publishers_page_is_read_at_once():
    assert printed_ids(f"{WICK} doi: 10.5555/lamp.1{'/full/html' * 100}").doi == "10.5555/lamp.1"
    assert printed_ids(f"{WICK} doi: 10.5555/lamp.1{'/full/html' * 100}~z").doi
