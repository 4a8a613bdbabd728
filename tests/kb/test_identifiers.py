"""Identifiers: what is accepted, what it becomes, and what is refused."""

import hashlib
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import UsageError
from kb.identifiers import (
    Identifier,
    doi_key,
    doi_without_version,
    node_name,
    normalise_doi,
    normalise_orcid,
    normalise_pmcid,
    other_spelling,
    parse_identifier,
    pmid_or_none,
    work_id,
)
from kb.migrations.works import doi_key_of
from kb.printed.reference import parse_reference, work_key

PRINTED = "Moos RH. Active ingredients of self-help groups. Addiction. 2008;103(3):387–396."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("32448354", 32448354),
        (" 7 \n", 7),
        ("2147483647", 2147483647),
        ("2147483648", None),
        ("99999999999999999999999", None),
        ("0", None),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_a_pmid_is_a_positive_number_in_digits(text, expected):
    assert pmid_or_none(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1186/S13722-020-00191-W", "10.1186/s13722-020-00191-w"),
        ("https://doi.org/10.1186/s13722-020-00191-w", "10.1186/s13722-020-00191-w"),
        ("http://dx.doi.org/10.1016/S0740-5472(03)00212-5", "10.1016/s0740-5472(03)00212-5"),
        ("https://doi.org/10.1016%2FS0740-5472%2803%2900212-5", "10.1016/s0740-5472(03)00212-5"),
        ("doi: 10.1111/add.12471.", "10.1111/add.12471"),
        ("DOI:doi:10.1111/add.12471", "10.1111/add.12471"),
        ("10.1038/srep34516.", "10.1038/srep34516"),
        ("10.1038/srep34516),", "10.1038/srep34516"),
        ("10.4137/IJTR.S815810.4137/IJTR.S8158", "10.4137/ijtr.s8158"),
        (
            "10.1002/(SICI)1097-4687(199608)229:2<121::AID-JMOR1>3.0.CO;2-4",
            "10.1002/(sici)1097-4687(199608)229:2<121::aid-jmor1>3.0.co;2-4",
        ),
        ("10.1000.10/123", "10.1000.10/123"),
        ("10.1101/2022.12.19.520774", "10.1101/2022.12.19.520774"),
        ("(doi:10.5555/lamp.1)", "10.5555/lamp.1"),
        ("<https://doi.org/10.5555/lamp.1?ref=x#top>", "10.5555/lamp.1"),
        ("https://doi-org.proxy.example.org/10.5555/lamp.1/", "10.5555/lamp.1"),
        ("10.5555%2Flamp.1", "10.5555/lamp.1"),
        ("10.5555/lamp\u200b.\u00ad1\ufeff", "10.5555/lamp.1"),
        ("10.5555/lamp\u201111", "10.5555/lamp-11"),
        ("10.5555/l(1)17:15&lt;1661::aid-l9&gt;3.0.co;2-2", "10.5555/l(1)17:15<1661::aid-l9>3.0.co;2-2"),
        ("10.5555/l(1)17:15&amp;lt;1661::aid-l9&amp;gt;3.0.co;2-2", "10.5555/l(1)17:15<1661::aid-l9>3.0.co;2-2"),
        ("10.5555/L(1)17:15%3C1661::AID-L9%3E3.0.CO;2-2", "10.5555/l(1)17:15<1661::aid-l9>3.0.co;2-2"),
        ("10.5555/lamp.1 https://doi.org/10.5555//LAMP.1", "10.5555/lamp.1"),
        ("10.5555/lamp.1.PMID:12;PMCID:PMC12.", "10.5555/lamp.1"),
        ("10.5555//lamp.1", "10.5555//lamp.1"),
        ("10.5555/lamp.1 10.5555/lamp.2", None),
        ("10.1093/nar/gkab10.1", "10.1093/nar/gkab10.1"),
        ("e22.00123", None),
        ("10.1/x", None),
        ("10.1234/", None),
        ("10.1234/a b", None),
        ("", None),
        (None, None),
    ],
)
def test_a_doi_is_bare_lower_case_and_repaired_only_where_the_fault_is_known(text, expected):
    assert normalise_doi(text) == expected


SPELT = (
    "10.5555//lamp.1", "10.5555/lamp.1", "https://dx.doi.org/10.5555///LAMP.1", "doi:10.5555%2f/lamp.1.",
    "10.5555/lamp.1)",
)  # fmt: skip


@pytest.mark.parametrize("text", SPELT)
def test_a_doi_has_one_key_however_many_slashes_are_given(text):
    assert doi_key(normalise_doi(text) or "") == "10.5555/lamp.1"
    assert work_key(normalise_doi(text), None) == "doi:10.5555/lamp.1"
    assert node_name(-7, normalise_doi(text), None) == "doi:10.5555/lamp.1"


@given(st.text(st.sampled_from("10./aZ"), max_size=20))
def test_the_key_in_sql_is_the_key(text):
    with closing(sqlite3.connect(":memory:")) as db:
        assert db.execute(f"select {doi_key_of('?1')}", (text,)).fetchone() == (doi_key(text),)


def test_pubmed_may_have_a_doi_with_one_slash_or_with_two():
    assert other_spelling("10.5555/lamp/1") == "10.5555//lamp/1"
    assert other_spelling("10.5555//lamp/1") == "10.5555/lamp/1"


@pytest.mark.parametrize(
    ("doi", "shared"),
    [
        ("10.12688/f1000research.77.2", "10.12688/f1000research.77"),
        ("10.12688/f1000research.77", "10.12688/f1000research.77"),
        ("10.7554/elife.77.1", "10.7554/elife.77"),
        ("10.1101/2001.02.03.77v2", "10.1101/2001.02.03.77"),
        ("10.21203//rs.3.rs-77/v1", "10.21203/rs.3.rs-77"),
        ("10.20944/preprints2001.77.v1", "10.20944/preprints2001.77"),
        ("10.5555/lamp.2", "10.5555/lamp.2"),
        ("10.5555/archv2", "10.5555/archv2"),
    ],
)
def test_versions_of_one_text_share_a_doi_but_for_their_number(doi, shared):
    assert doi_without_version(doi) == shared


@given(st.text(st.sampled_from("10./:;,()[]<>{}\"' abZdoi%2F-&lt;g?#\u200b"), max_size=40), st.booleans())
def test_normalising_a_doi_twice_changes_nothing(tail, is_address):
    text = f"{'https://doi.org/' if is_address else ''}10.1234/{tail}"
    once = normalise_doi(text)

    assert once is None or normalise_doi(once) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PMC7247232", "PMC7247232"), ("pmc7247232.1", "PMC7247232"), ("7247232", "PMC7247232"), ("PMC007", "PMC7"),
        ("PMC", None), ("PMC0", None), ("x", None), (None, None),
    ],
)  # fmt: skip
def test_a_pmcid_has_its_letters_and_no_version(text, expected):
    assert normalise_pmcid(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("https://orcid.org/0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("http://orcid.org/0000000218250097", "0000-0002-1825-0097"),
        ("0000-0002-1825-0098", None),
        ("0000-0002-1825-009", None),
        ("", None),
        (None, None),
    ],
)
def test_an_orcid_has_a_right_check_digit(text, expected):
    assert normalise_orcid(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("32448354", Identifier("pmid", "32448354")),
        ("PMID: 32448354", Identifier("pmid", "32448354")),
        ("https://pubmed.ncbi.nlm.nih.gov/32448354/?dopt=a", Identifier("pmid", "32448354")),
        ("www.ncbi.nlm.nih.gov/pubmed/32448354", Identifier("pmid", "32448354")),
        ("PMC7247232", Identifier("pmcid", "PMC7247232")),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC7247232/", Identifier("pmcid", "PMC7247232")),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7247232", Identifier("pmcid", "PMC7247232")),
        ("https://doi.org/10.1111/add.12471", Identifier("doi", "10.1111/add.12471")),
        ("pmcid: 7247232", Identifier("pmcid", "PMC7247232")),
        ("PMC 7247232", Identifier("pmcid", "PMC7247232")),
        ("pubmed: 32448354", Identifier("pmid", "32448354")),
        ("PMID 32448354", Identifier("pmid", "32448354")),
        ("PMID: PMC7247232", Identifier("pmcid", "PMC7247232")),
        ("32,448,354", Identifier("pmid", "32448354")),
        ("32448354.0", Identifier("pmid", "32448354")),
        ("https://pubmed-ncbi-nlm-nih-gov.proxy.example.edu/32448354/", Identifier("pmid", "32448354")),
        (
            "https://login.example.edu/login?url=https://doi.org/10.1111/add.12471",
            Identifier("doi", "10.1111/add.12471"),
        ),
        ("https://pubmed.ncbi.nlm.nih.gov/?term=32448354", Identifier("pmid", "32448354")),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7247232/pdf/a.pdf", Identifier("pmcid", "PMC7247232")),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/pmid/32448354/", Identifier("pmid", "32448354")),
        ("10.1111/add.12471 [doi]", Identifier("doi", "10.1111/add.12471")),
        ("(PMID: 12)", Identifier("pmid", "12")),
        ("[PMID 12].", Identifier("pmid", "12")),
        ("12;", Identifier("pmid", "12")),
        ("https://onlinelibrary.example.org/doi/full/10.1002/oar.1?download=true", Identifier("doi", "10.1002/oar.1")),
        ("https://journals.example.org/doi/10.1177/2", Identifier("doi", "10.1177/2")),
        ("10.1000\\/oar\\_1", Identifier("doi", "10.1000/oar_1")),
        ("10.1000/oar.1</a>", Identifier("doi", "10.1000/oar.1")),
    ],
)
def test_a_person_may_name_an_article_in_many_ways(text, expected):
    assert parse_identifier(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "addiction",
        "12.5",
        "https://example.org/1",
        "PMCx",
        "0",
        "doi: 123",
        "NIHMS123",
        "pmcid: PMID 12",
        "12 13",
        "3.24484E+07",
        "41.000",
        "1e999",
        "²",
        "12[jour]",
        "https://pubmed.ncbi.nlm.nih.gov/?term=lamps",
        "1" * 10_000,
        "https://pubmed.ncbi.nlm.nih.gov/?linkname=pubmed_pubmed&from_uid=12",
        "10.1111/add 12471",
    ],
)
def test_what_names_no_article_is_refused_with_examples(text):
    with pytest.raises(UsageError, match="is no PMID, DOI, PMCID"):
        parse_identifier(text)


def test_a_reference_without_a_certain_title_is_known_by_all_its_words():
    printed = "Moos RH. Am J Psychiatry. 2008;1:103–9."

    assert parse_reference(printed).key == parse_reference(printed.replace("–", "-").upper()).key
    assert parse_reference(printed).key != parse_reference(printed.replace("103", "104")).key
    assert parse_reference(printed).key.startswith("moos-2008-")


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "--", "_", "…"])
def test_a_reference_without_words_has_no_key(blank):
    assert parse_reference(blank).key is None
    assert work_key(None, blank) is None


def test_a_key_of_another_script_or_without_a_name_is_a_key_too():
    assert parse_reference("Иванов И. Журнал. 2001;1:2.").key.startswith("иванов-2001-")
    assert parse_reference("2001").key.startswith("anon-2001-")


def test_the_doi_names_a_work_before_its_words_do():
    assert work_key("10.1/x", PRINTED) == "doi:10.1/x"
    assert work_key(None, PRINTED) == f"ref:{parse_reference(PRINTED).key}"


@given(st.text())
def test_a_works_id_is_minus_the_first_52_bits_of_the_hash_of_its_key(key):
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest() if key.isascii() else None
    if digest is not None:
        assert work_id(key) == -int(digest[:13], 16)
        assert -(2**52) < work_id(key) <= 0


def test_a_work_is_named_in_files_by_the_best_that_is_known():
    assert node_name(7, "10.1/x", None) == "pmid:7"
    assert node_name(-7, "10.1/x", None) == "doi:10.1/x"
    assert node_name(-7, None, "moos-2008-abc") == "ref:moos-2008-abc"
