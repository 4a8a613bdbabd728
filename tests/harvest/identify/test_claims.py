"""Identifiers in the words of references decide what they mean, unless the words are against it."""

from contextlib import closing
from pathlib import Path

import pytest

from harvest.identify.identify import identify_online, identify_together
from harvest.pubmed.article import parse_articles
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.server import Rehearsal
from kb.database import open_kb
from kb.identifiers import Identifier
from kb.queries.resolutions import read_candidates, read_waiting
from tests.builders import article_set, article_xml, notice_xml
from tests.harvest.identify.test_record_linkage import HUMPHREYS, LAUDET
from tests.harvest.jobs.network_builders import client_of, rehearsal_of
from tests.harvest.jobs.test_resolve import article, filled, identified, online, patient, resolve
from tests.records import record, reference_of

__all__ = ["online", "patient"]  # the fixtures

BY_NUMBER = "Laudet A. Støttens rolle. PMID: 11."
MISPRINT = "Humphreys K, Wing S. Kitchens and their many uses in the far north. Food. 1971;2:3-9. PMID: 11."


def waiting(kb: Path) -> list[tuple[str | None, list[int]]]:
    """Return the words of each reference that waits, and its candidates."""
    with closing(open_kb(kb, readonly=True)) as db:
        return [(one.citation, [found.pmid for found in read_candidates(db, one.id)]) for one in read_waiting(db)]


def test_a_printed_pmid_is_the_article_of_that_number(tmp_path: Path):
    kb = filled(tmp_path / "kb.db", record(1, (BY_NUMBER,)), article(LAUDET), article(HUMPHREYS))

    assert resolve(kb) == 0
    assert resolve(kb) == 0  # again: it stands

    assert identified(kb) == {BY_NUMBER: ("pmid", 11)}


def test_identifiers_are_read_in_the_old_form_of_reference_lists_too(tmp_path: Path):
    cites = notice_xml("Cites", source="Laudet A. Støttens rolle. doi:10.1000/laudet")
    [citing] = parse_articles(article_set(article_xml(1, notices=[cites])))
    kb = filled(tmp_path / "kb.db", citing, article(LAUDET, doi="10.1000/laudet"))

    resolve(kb)

    assert identified(kb) == {"Laudet A. Støttens rolle. doi:10.1000/laudet": ("doi", 11)}


def test_a_printed_pmid_whose_article_the_words_contradict_waits_for_a_person(tmp_path: Path):
    kb = filled(tmp_path / "kb.db", record(1, (MISPRINT,)), article(LAUDET))

    resolve(kb)

    assert identified(kb) == {}
    assert waiting(kb) == [(MISPRINT, [11])]

    assert resolve(kb, "--accept", "1:1") == 0
    assert identified(kb) == {MISPRINT: ("person", 11)}


def test_words_are_not_taken_for_an_article_with_another_pmid_than_the_printed_one(tmp_path: Path):
    printed = f"Laudet AB. {LAUDET.title}. {LAUDET.journals[1]}. {LAUDET.year};{LAUDET.volume}:33. PMID: 77."
    kb = filled(tmp_path / "kb.db", record(1, (printed,)), article(LAUDET))

    resolve(kb)

    assert identified(kb) == {}
    assert waiting(kb) == [(printed, [11])]


@pytest.mark.usefixtures("patient")
def test_pubmed_is_asked_for_printed_identifiers(tmp_path: Path, online: Rehearsal):
    by_doi = "Laudet A. Støttens rolle. doi:10.1000/laudet."
    by_pmcid = "Humphreys K. Sirkler. PMCID: PMC12."
    nobody = "Nobody N. Ingenting. PMID: 99."
    known = [article(LAUDET, doi="10.1000//laudet"), article(HUMPHREYS, pmcid="PMC12")]
    online.shelf = open_shelf({one.article.pmid: format_record(one).encode() for one in known})
    kb = filled(tmp_path / "kb.db", record(1, (reference_of(1, 1, by_doi), by_pmcid, BY_NUMBER, MISPRINT, nobody)))

    assert resolve(kb, "--ecitmatch") == 0

    assert identified(kb) == {by_doi: ("doi", 11), by_pmcid: ("pmcid", 12), BY_NUMBER: ("pmid", 11)}
    assert waiting(kb) == [(MISPRINT, [11])]
    with closing(open_kb(kb, readonly=True)) as db:
        assert db.execute(
            """select distinct s.name from citations c join citation_sources s on s.id = c.source_id
            join works w on w.id = c.cited_id where w.merged_into is not null"""
        ).fetchall() == [("resolved",)]


def test_another_version_of_the_cited_text_waits_for_a_person(tmp_path: Path):
    cites = tuple(
        reference_of(1, place, None, doi=doi)
        for place, doi in enumerate(("10.12688/f1000research.7.1", "10.5555/lamp.1", "10.12688/f1000research.8.1"), 1)
    )
    held = [record(8, doi="10.12688/f1000research.7.2"), record(9, doi="10.5555/lamp.2")]
    kb = filled(tmp_path / "kb.db", record(1, cites), *held)

    resolve(kb)

    assert identified(kb) == {}
    assert waiting(kb) == [(None, [8])]


@pytest.mark.parametrize("given", ["10.1000/lamp", "10.1000//lamp", "10.1000/LAMP"])
def test_pubmed_may_have_a_doi_with_another_number_of_slashes(tmp_path: Path, given: str):
    one, other = Identifier("doi", given.lower()), Identifier("doi", "10.1000/oil")
    known = record(5, doi="10.1000//lamp"), record(6, doi="10.1000/oil")
    with rehearsal_of(*(format_record(one).encode() for one in known)) as rehearsal:
        client = client_of(rehearsal, tmp_path)
        alone, together = identify_online(client, one), identify_together(client, [one, other])

    assert alone.pmid == 5
    assert [together[each].pmid for each in (one, other)] == [5, 6]


@pytest.mark.parametrize("typed", ["doi:10.5555//lamp.1", "DOI:10.5555/LAMP.1", "doi:10.5555/lamp.1"])
def test_a_person_may_spell_the_doi_of_a_reference_in_any_way(tmp_path: Path, typed: str):
    kb = filled(tmp_path / "kb.db", record(1, ("10.5555/lamp.1",)))

    assert resolve(kb, "--set", typed, "77") == 0

    with closing(open_kb(kb, readonly=True)) as db:
        assert db.execute("select reference_key, pmid from resolutions").fetchall() == [("doi:10.5555/lamp.1", 77)]
