"""The questions that litkb asks of PubMed, asked of a rehearsal."""

import pytest

from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.faults import Fault
from harvest.rehearsal.server import Rehearsal
from harvest.sources.elink import parse_links
from harvest.sources.entrez import (
    fetch_articles,
    fetch_cited_by,
    fetch_references,
    fetch_similar,
    search_doi,
    search_pmcid,
    search_pubmed,
)
from harvest.sources.esearch import parse_search
from kb.errors import PermanentError, UsageError
from kb.records import LinkList
from kb.searches import SearchWarning
from tests.harvest.jobs.network_builders import EMAIL, KEY, Clock, client_of, record_xml, rehearsal_of

FIELD = (
    record_xml(1, "Mutual help", doi="10.1000/one", pmcid="PMC11", cites=[2, 700]),
    record_xml(2, "Mutual help groups", doi="10.1000/two"),
    record_xml(3, "Sleep of birds", author="Weiss RD", cites=[2, 2, 3]),
)


def test_articles_come_as_pubmed_xml_with_what_was_asked_but_not_by_whom(tmp_path):
    with rehearsal_of(*FIELD) as rehearsal:
        answer = fetch_articles(client_of(rehearsal, tmp_path, email=EMAIL, api_key=KEY), [2, 404, 1])

    assert answer.endpoint == "efetch"
    assert answer.request == {"db": "pubmed", "retmode": "xml", "id": "2,404,1"}
    assert FIELD[1] + b"\n" + FIELD[0] in answer.body
    assert answer.received_at.endswith("Z")
    assert len(answer.received_at) == len("2020-05-24T12:00:00Z")


def test_unknown_articles_are_an_empty_set_and_no_failure(tmp_path):
    with rehearsal_of(*FIELD) as rehearsal:
        answer = fetch_articles(client_of(rehearsal, tmp_path), [404])

    assert b"<PubmedArticleSet>" in answer.body
    assert b"<PubmedArticle>" not in answer.body


def test_a_query_gives_hits_translation_and_warnings(tmp_path):
    with rehearsal_of(*FIELD) as rehearsal:
        result = search_pubmed(client_of(rehearsal, tmp_path), "Laudet AB[au] AND help AND xyzzy[foo]")
        plain = search_pubmed(client_of(rehearsal, tmp_path), "Laudet AB[au]")

    assert (result.pmids, result.count) == ((), 0)
    assert result.translation == '"Laudet AB"[Author] AND "help"[All Fields] AND "xyzzy"[All Fields]'
    assert SearchWarning("FieldNotFound", "foo") in result.warnings
    assert plain.answers[0].request["term"] == "Laudet AB[au]"


def test_a_quoted_author_is_found(tmp_path):
    with rehearsal_of(*FIELD) as rehearsal:
        result = search_pubmed(client_of(rehearsal, tmp_path), '"Laudet AB"[au] AND mutual')

    assert (result.pmids, result.count, result.warnings) == ((2, 1), 2, ())
    assert result.translation == '"Laudet AB"[Author] AND "mutual"[All Fields]'


@pytest.fixture
def two_hits_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harvest.sources.entrez.MOST_HITS", 2)


@pytest.mark.usefixtures("two_hits_at_once")
def test_more_hits_than_pubmed_gives_are_asked_for_by_ranges_of_pmids(tmp_path):
    articles = [record_xml(pmid, title=f"Help {pmid}") for pmid in (1, 2, 5, 6, 7, 900, 90_000)]
    with rehearsal_of(*articles) as rehearsal:
        result = search_pubmed(client_of(rehearsal, tmp_path), "help OR xyzzy")

    assert (result.pmids, result.count) == ((90_000, 900, 7, 6, 5, 2, 1), 7)
    assert result.warnings == (SearchWarning("PhraseNotFound", "xyzzy"),)
    assert len(result.answers) < len(rehearsal.log)
    assert result.answers[0].request["term"] == "help OR xyzzy"
    assert result.answers[1].request["term"] == "(help OR xyzzy) AND 90001:99999999[uid]"


@pytest.mark.usefixtures("two_hits_at_once")
def test_slices_that_do_not_add_up_show_in_the_count(tmp_path, monkeypatch):
    monkeypatch.setattr("harvest.sources.entrez._search_slices", lambda client, query, highest: iter(()))
    with rehearsal_of(*FIELD) as rehearsal:
        result = search_pubmed(client_of(rehearsal, tmp_path), "1:9[uid]")

    assert (result.pmids, result.count) == ((), 3)


@pytest.mark.usefixtures("two_hits_at_once")
def test_more_hits_than_litkb_asks_for_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("harvest.sources.entrez.MOST_SLICED", 2)
    with rehearsal_of(*FIELD) as rehearsal, pytest.raises(PermanentError, match="PubMed has 3 hits; litkb asks for 2"):
        search_pubmed(client_of(rehearsal, tmp_path), "1:9[uid]")

    assert len(rehearsal.log) == 1


def test_a_search_that_lists_fewer_than_it_counts_is_asked_again(tmp_path):
    with rehearsal_of(*FIELD, faults=[Fault("fewer", "esearch")]) as rehearsal:
        result = search_pubmed(client_of(rehearsal, tmp_path), "1:9[uid]")

    assert result.pmids == (3, 2, 1)
    assert [asked.fault for asked in rehearsal.log] == ["fewer", None]


@pytest.mark.parametrize("question", ["", "  "])
def test_an_empty_query_is_refused_before_anything_is_sent(tmp_path, question):
    with rehearsal_of(*FIELD) as rehearsal, pytest.raises(UsageError, match="The query is empty"):
        search_pubmed(client_of(rehearsal, tmp_path), question)

    assert rehearsal.log == []


def test_no_pmid_is_refused_before_anything_is_sent(tmp_path):
    with rehearsal_of(*FIELD) as rehearsal:
        for fetch in (fetch_articles, fetch_cited_by, fetch_similar):
            with pytest.raises(UsageError, match="No PMID was given"):
                fetch(client_of(rehearsal, tmp_path), [])

    assert rehearsal.log == []


def test_identifiers_are_found_exactly_or_not_at_all(tmp_path):
    with rehearsal_of(*FIELD) as rehearsal:
        client = client_of(rehearsal, tmp_path)
        found = [
            search_doi(client, "10.1000/one"),
            search_doi(client, "10.1000/none"),
            search_doi(client, '10.1000/with"quote'),
            search_pmcid(client, "PMC11"),
            search_pmcid(client, "PMC12"),
        ]

    assert found == [[1], [], [], [1], []]
    assert rehearsal.log[0].parameters["term"] == ['"10.1000/one"[doi]']


def test_hits_for_something_else_than_the_identifier_are_none(tmp_path):
    class Client:
        """Answers as PubMed does when it searches for words in place of a phrase that it does not know."""

        def ask(self, endpoint, parameters, check, *, deadline=None):
            body = (
                b"<eSearchResult><Count>1</Count><RetMax>1</RetMax><RetStart>0</RetStart><IdList><Id>5</Id></IdList>"
                b"<WarningList><QuotedPhraseNotFound>x</QuotedPhraseNotFound></WarningList></eSearchResult>"
            )
            return body, check(body)

    assert search_doi(Client(), "10.1000/none") == []


def test_links_of_several_articles_come_one_link_set_each(tmp_path):
    with rehearsal_of(*FIELD) as rehearsal:
        client = client_of(rehearsal, tmp_path)
        cited_by = fetch_cited_by(client, [1, 2, 404])
        references = fetch_references(client, [1, 3])

    assert parse_links(cited_by.body, asked=[1, 2, 404], list_name="cited_by") == [
        LinkList(1, "cited_by", "elink_citedin", None),
        LinkList(2, "cited_by", "elink_citedin", ((3, None), (1, None))),
        LinkList(404, "cited_by", "elink_citedin", None),
    ]
    assert parse_links(references.body, asked=[1, 3], list_name="references") == [
        LinkList(1, "references", "elink_refs", ((700, None), (2, None))),
        LinkList(3, "references", "elink_refs", None),
    ]
    assert cited_by.request["id"] == "1,2,404"
    assert rehearsal.log[0].parameters["id"] == ["1", "2", "404"]


def test_similar_articles_come_with_scores(tmp_path):
    with rehearsal_of(*FIELD) as rehearsal:
        answer = fetch_similar(client_of(rehearsal, tmp_path), [1])

    [links] = parse_links(answer.body, asked=[1], list_name="similar")
    assert answer.request["cmd"] == "neighbor_score"
    assert links.entries is not None
    assert [pmid for pmid, _ in links.entries] == [2]
    assert all(score for _, score in links.entries)


@pytest.mark.parametrize("kind", ["read to the end", "no ids"])
def test_where_scores_cannot_be_had_the_rank_is_kept_without_them(tmp_path, kind):
    clock = Clock()
    fault = Fault(kind, "elink", times=None, parameters=(("cmd", "neighbor_score"),))
    with rehearsal_of(*FIELD, faults=[fault]) as rehearsal:
        answer = fetch_similar(client_of(rehearsal, tmp_path, clock), [1])

    assert answer.request["cmd"] == "neighbor"
    assert parse_links(answer.body, asked=[1], list_name="similar") == [
        LinkList(1, "similar", "elink_similar", ((2, None),))
    ]
    assert clock() - 1000 <= 40


def test_a_database_that_is_not_pubmed_is_refused(tmp_path):
    with rehearsal_of(*FIELD) as rehearsal, pytest.raises(PermanentError, match="Invalid db name specified: pmc"):
        client_of(rehearsal, tmp_path).ask("esearch", {"db": "pmc", "term": "x"}, parse_search)


def test_a_merged_pmid_is_answered_by_the_record_it_was_merged_into(tmp_path):
    shelf = open_shelf({1: FIELD[0], 2: FIELD[1]}, merged={9: 2})
    with Rehearsal(shelf, limited=False) as rehearsal:
        answer = fetch_articles(client_of(rehearsal, tmp_path), [9])

    assert FIELD[1] in answer.body
