"""The bundled records hold the bibliographic facts that were verified, and nothing else."""

from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from harvest.pubmed.article import parse_articles
from harvest.rehearsal.demonstration import SEED_PMID, demonstration_names, read_demonstration
from kb.identifiers import work_id
from kb.records import Record, Reference
from kb.store.prepared import resolve_reference


@pytest.fixture(scope="module")
def held() -> dict[int, Record]:
    """The records of the demonstration by PMID."""
    records = [record for xml in read_demonstration() for record in parse_articles(xml)]
    assert all(isinstance(record, Record) for record in records)
    return {record.article.pmid: record for record in records if isinstance(record, Record)}


HAND_MADE = 11  # records that are a file each; the others are lines of field.tsv
FIRST_FIELD = 38526490  # Treitler 2024


def test_there_is_one_readable_file_for_each_record_made_by_hand(held):
    assert len(demonstration_names()) == HAND_MADE
    assert all(files("harvest.rehearsal.demonstration").joinpath(name).is_file() for name in demonstration_names())


def test_the_readme_says_how_much_there_is(held):
    lists = {pmid: (record.stated_reference_count, len(record.references)) for pmid, record in held.items()}
    whole = [pmid for pmid, (stated, printed) in lists.items() if printed and stated in (None, printed)]
    seed_of, seed_has = lists[SEED_PMID][0], lists[SEED_PMID][1]
    readme = " ".join((Path(__file__).parents[3] / "README.md").read_text().split())

    assert (
        f"{len(held)} articles, {len(whole)} with their whole reference lists and the first with {seed_has} of its "
        f"{seed_of} ({sum(printed for _, printed in lists.values()):,} references)"
    ) in readme


def test_identifiers_are_those_that_were_verified(held):
    assert {pmid: (record.article.doi, record.article.pmcid) for pmid, record in list(held.items())[:HAND_MADE]} == {
        32448354: ("10.1186/s13722-020-00191-w", "PMC7247232"),
        15063905: ("10.1016/s0740-5472(03)00212-5", None),
        24400937: ("10.1111/add.12471", "PMC4282103"),
        32159228: ("10.1002/14651858.cd012880.pub2", "PMC7065341"),
        12971904: ("10.1016/s0272-7358(03)00053-9", None),
        27718303: ("10.1111/add.13590", "PMC5385165"),
        17129682: ("10.1016/j.drugalcdep.2006.10.010", "PMC1896183"),
        17986710: ("10.1177/0193841x07306745", "PMC2396509"),
        16928266: ("10.1186/1471-244x-6-35", "PMC1574294"),
        32736568: ("10.1186/s13011-020-00296-0", "PMC7393873"),
        36284745: ("10.1177/14550725221099702", "PMC9549220"),
    }


def test_citation_lines_are_those_of_the_pages(held):
    assert {pmid: record.article.citation_line for pmid, record in list(held.items())[:HAND_MADE]} == {
        32448354: "2020 May 24;15(1):18.",
        15063905: "2004 Apr;26(3):151-8; discussion 159-65.",
        24400937: "2014 May;109(5):766-73.",
        32159228: "2020 Mar 11;3(3):CD012880.",
        12971904: "2003 Oct;23(5):639-63.",
        27718303: "112(6):929-936.",
        17129682: "88(2-3):109-121.",
        17986710: "2007 Dec;31(6):613-646.",
        16928266: "2006 Aug 23;6:35.",
        32736568: "2020 Jul 31;15:53.",
        36284745: "2022 Jun 23;39(5):503-520.",
    }


def test_authors_are_named_as_the_pages_name_them(held):
    assert held[SEED_PMID].article.authors == "Vederhus JK, Høie M, Birkeland B"
    assert held[36284745].article.authors == "Høyland SA, Schuchert A, Mamen A"
    assert held[15063905].article.authors == (
        "Humphreys K, Wing S, McCarty D, Chappel J, Gallant L, Haberle B, Horvath AT, Kaskutas LA, Kirk T, Kivlahan D, "
        "Laudet A, McCrady BS, McLellan AT, Morgenstern J, Townsend M, Weiss R"
    )
    assert held[FIRST_FIELD].article.authors == (
        "Treitler P, Crystal S, Cantor J, Chakravarty S, Kline A, Morton C, Powell KG, Borys S, Cooperman NA"
    )
    assert [pmid for pmid, record in held.items() if not record.article.authors] == [20619998, 15664719]  # not shown


def test_each_record_says_what_it_is_and_where_it_was_read(held):
    assert {record.source for record in held.values()} == {"demonstration"}
    assert all((record.article.provenance or "").startswith("https://") for record in held.values())
    assert all(record.article.date_revised is None and record.article.status is None for record in held.values())


def test_no_record_has_an_abstract(held):
    assert not any(record.abstract_sections or record.other_abstract_sections for record in held.values())


def test_the_seed_has_what_its_page_shows_besides_its_abstract(held):
    seed = held[SEED_PMID]

    assert seed.article.journal_id == "ta:Addict Sci Clin Pract"
    assert seed.article.coi_statement == "None declared (as its PubMed page says)."
    assert [row.keyword for row in seed.keywords] == [
        "Narcotics Anonymous", "Norway", "Self-help groups", "Substance use disorders",
    ]  # fmt: skip


def test_the_seed_names_five_of_its_forty_references_with_their_verified_identifiers(held):
    seed = held[SEED_PMID]
    kleber = seed.references[2]

    assert seed.stated_reference_count == 40
    assert [
        ((r.citation or "").split()[0], r.cited_pmid, r.doi, r.pmcid, r.linked) for r in seed.references
    ] == [
        ("Humphreys", 15063905, "10.1016/s0740-5472(03)00212-5", None, "DOI,PubMed"),
        ("Moos", None, "10.1111/j.1360-0443.2007.02111.x", None, "DOI,PubMed"),
        ("Kleber", None, None, None, "PubMed"),
        ("Laudet", None, "10.1081/ja-120025124", "PMC1855195", "DOI,PMC,PubMed"),
        ("Vederhus", 24400937, "10.1111/add.12471", "PMC4282103", "DOI,PMC,PubMed"),
    ]  # fmt: skip
    assert kleber.citation is not None
    assert "Anton RF, Jr, George TP" in kleber.citation
    assert "O’Brien CP" in kleber.citation
    assert kleber.citation.endswith("2007;164(4):5–123.")
    assert resolve_reference(seed.references[1]).id == work_id("doi:10.1111/j.1360-0443.2007.02111.x")


def test_the_field_is_whole_lists_of_real_articles(held):
    lists = {pmid: record.references for pmid, record in held.items() if record.article.reference_count is not None}
    cited = [reference.cited_pmid for references in lists.values() for reference in references]

    assert (len(held), len(lists), len(cited)) == (71, 44, 2_315)
    assert sum(references != () for references in lists.values()) == len(lists)  # unknown is not none
    assert sum(count > 1 for pmid, count in Counter(cited).items() if pmid) > 150
    assert all(reference.citation for references in lists.values() for reference in references)


def test_an_article_of_the_field_is_as_its_page_has_it(held):
    record = held[FIRST_FIELD]

    assert record.article.title == (
        "Emergency Department Peer Support Program and Patient Outcomes After Opioid Overdose"
    )
    assert (record.article.citation_line, record.article.doi) == (
        "2024 Mar 25;7(3):e243614.", "10.1001/jamanetworkopen.2024.3614",
    )  # fmt: skip
    assert record.article.provenance.startswith("https://pmc.ncbi.nlm.nih.gov/articles/PMC10964115/")
    assert record.references[3]._replace(citing_pmid=0) == Reference(
        0, 4,
        "Olfson M, Crystal S, Wall M, Wang S, Liu SM, Blanco C. Causes of death after nonfatal opioid overdose. "
        "JAMA Psychiatry. 2018;75(8):820-827.",
"10.1001/jamapsychiatry.2018.1471", "PMC6143082", 29926090, "ReferenceList", None, None, None,
    )  # fmt: skip
