"""The rehearsal server: what it serves, how it searches and links, its limit, its log, its faults."""

import gzip
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from lxml import etree

from harvest.rehearsal.answers.eutils import answer_efetch, answer_elink, answer_esearch
from harvest.rehearsal.collection import Shelf, open_shelf
from harvest.rehearsal.faults import FINAL, KINDS, PASSING, UNSEEN, Fault
from harvest.rehearsal.query import find_hits, parse_term
from harvest.rehearsal.server import Rehearsal
from harvest.sources.elink import parse_links
from harvest.sources.entrez import fetch_articles, fetch_cited_by
from harvest.sources.esearch import parse_search
from kb.database import open_kb, transaction
from kb.errors import RecordError, UsageError
from kb.records import ArticleIdentifier
from kb.store.records import save_records
from tests.harvest.jobs.network_builders import Clock, client_of, record_xml, records, rehearsal_of
from tests.records import MOMENT, record

FIELD = (
    record_xml(1, "Mutual help in CO<sub>2</sub>", doi="10.1000/one", pmcid="PMC11", year=2018, cites=[2]),
    record_xml(2, "Mutual help groups", author="Høie M", doi="10.1000/two(a)", year=2019, keywords=["Recovery"]),
    record_xml(3, "Sleep of birds", author="Weiss RD", year=2020, cites=[1, 2]),
)


@pytest.fixture
def shelf() -> Shelf:
    return open_shelf(records(*FIELD))


def hits(shelf: Shelf, term: str) -> list[int]:
    return find_hits(shelf, parse_term(term)[0])


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("2[uid]", [2]),
        ("2[PMID] OR 3[uid]", [3, 2]),
        ("1:2[uid]", [2, 1]),
        ('"10.1000/one"[doi]', [1]),
        ("10.1000/two(a)[aid]", [2]),
        ('"10.1000/TWO(A)"[doi]', [2]),
        ("PMC11[pmcid]", [1]),
        ("PMC1[pmcid]", []),
        ("mutual help", [2, 1]),
        ("mutual AND groups", [2]),
        ("mutual NOT groups", [1]),
        ("(birds OR groups) AND 2019[dp]", [2]),
        ("2019[dp] AND (birds OR groups)", [2]),
        ("(1[uid] OR 3[uid]) AND (help OR (birds NOT groups))", [3, 1]),
        ("help NOT (groups OR birds)", [1]),
        ("2018:2019[dp]", [2, 1]),
        ('"Weiss RD"[au]', [3]),
        ("Weiss RD[au]", [3]),
        ("help OR Weiss RD[au] NOT 1[uid]", [3, 2]),
        ("mutual Weiss RD[au]", []),
        ("(Weiss RD[au] 2021:2022[dp]) OR mutual groups[ti]", [2]),
        ("mutual help 2019[dp]", [2]),
        ("recovery mutual[tiab]", [2]),
        ("weiss[author]", [3]),
        ("Weis[au]", []),
        ("Hoie[au]", [2]),
        ("recovery[ot]", [2]),
        ("recovery[ti]", []),
        ("recovery", [2]),
        ("co", []),
        ("", []),
        ("\"", []),
    ],
)  # fmt: skip
def test_a_term_finds_what_pubmed_would(shelf, term, found):
    assert hits(shelf, term) == found


def test_an_esearch_pages_and_counts(shelf):
    reply = answer_esearch(shelf, {"db": ["pubmed"], "term": ["1:9[uid]"], "retstart": ["1"], "retmax": ["1"]})

    assert parse_search(reply.body)[:3] == ((2,), 3, '"1:9"[UID]')


def test_a_start_beyond_what_pubmed_gives_is_an_error_in_a_good_status(shelf):
    reply = answer_esearch(shelf, {"db": ["pubmed"], "term": ["x"], "retstart": ["9999"]})

    assert reply.status == 200
    assert b"'retstart' cannot be larger than 9998" in reply.body


def test_nothing_found_and_unknown_fields_are_told_as_pubmed_tells_them(shelf):
    reply = answer_esearch(shelf, {"db": ["pubmed"], "term": ["xyz<[foo]"]})

    answer = etree.fromstring(reply.body)
    assert answer.findtext("ErrorList/PhraseNotFound") == "xyz<"
    assert answer.findtext("ErrorList/FieldNotFound") == "foo"
    assert answer.findtext("WarningList/OutputMessage") == "No items found."


def test_an_efetch_keeps_the_order_asked_and_leaves_out_what_is_unknown(shelf):
    reply = answer_efetch(shelf, {"db": ["pubmed"], "id": ["3,404,1", "3"]})

    pmids = [found.text for found in etree.fromstring(reply.body).iterfind("PubmedArticle/MedlineCitation/PMID")]
    assert pmids == ["3", "1"]


def test_an_efetch_without_ids_is_refused_as_ncbi_does(shelf):
    reply = answer_efetch(shelf, {"db": ["pubmed"], "id": [""]})

    assert reply.status == 400
    assert b"ID list is empty! Possibly it has no correct IDs." in reply.body


def test_ids_in_one_comma_list_are_pooled_by_elink(shelf):
    reply = answer_elink(shelf, {"dbfrom": ["pubmed"], "linkname": ["pubmed_pubmed_citedin"], "id": ["1,2"]})

    with pytest.raises(RecordError, match="pooled"):
        parse_links(reply.body, asked=[1, 2], list_name="cited_by")


def test_an_article_is_its_own_first_neighbour_and_the_rest_follow_by_score(shelf):
    [first, *others] = shelf.links_of("pubmed_pubmed", 1) or []

    assert first == (1, 2_147_483_647)
    assert [pmid for pmid, _ in others] == [2]
    assert shelf.links_of("pubmed_pubmed", 404) is None


def test_links_that_are_given_replace_those_that_are_computed():
    shelf = open_shelf(records(*FIELD), links={("pubmed_pubmed_citedin", 1): [50, 40]})

    assert shelf.links_of("pubmed_pubmed_citedin", 1) == [(50, 0), (40, 0)]
    assert shelf.links_of("pubmed_pubmed_citedin", 2) == [(3, 0), (1, 0)]


def test_an_elink_command_that_ncbi_does_not_know_is_an_error(shelf):
    reply = answer_elink(shelf, {"dbfrom": ["pubmed"], "cmd": ["guess"], "id": ["1"]})

    assert b"<ERROR>llinkslib command not supported</ERROR>" in reply.body


def test_links_of_demonstration_records_say_so():
    shelf = open_shelf(records(record_xml(1, source="demonstration"), record_xml(2, cites=[1])))

    reply = answer_elink(shelf, {"dbfrom": ["pubmed"], "linkname": ["pubmed_pubmed_citedin"], "id": ["1"]})

    [links] = parse_links(reply.body, asked=[1], list_name="cited_by")
    assert (links.source, links.entries) == ("demonstration", ((2, None),))


def test_links_of_plain_records_say_nothing(shelf):
    assert b"litkb" not in answer_elink(shelf, {"dbfrom": ["pubmed"], "id": ["1"]}).body


def test_a_folder_is_read_with_all_its_folders_plain_and_gzipped(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.xml").write_bytes(b"<PubmedArticleSet>" + FIELD[0] + FIELD[1] + b"</PubmedArticleSet>")
    with gzip.open(tmp_path / "inner" / "b.xml.gz", "wb") as file:
        file.write(b"<PubmedArticleSet>" + FIELD[2] + b"</PubmedArticleSet>")
    (tmp_path / "notes.txt").write_text("no records")

    assert list(open_shelf(tmp_path).records) == [1, 2, 3]


def test_of_several_versions_of_a_record_the_latest_is_served(tmp_path):
    second = record_xml(1, "Second").replace(b'Version="1"', b'Version="2"')
    shelf = open_shelf(records(second, record_xml(1, "First")))

    assert shelf.records[1].xml == second


def test_a_book_is_served_among_articles():
    book = (
        b"<PubmedBookArticle><BookDocument><PMID>7</PMID><Book><BookTitle>Handbook of sleep</BookTitle></Book>"
        b"</BookDocument></PubmedBookArticle>"
    )
    shelf = open_shelf(records(book))

    assert hits(shelf, "handbook[ti]") == [7]
    assert book in answer_efetch(shelf, {"db": ["pubmed"], "id": ["7"]}).body


def test_a_path_that_is_nothing_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(UsageError, match="neither a folder of PubMed XML nor a litkb file"):
        open_shelf(tmp_path / "absent")


def test_the_log_says_what_was_asked(tmp_path):
    with rehearsal_of(*FIELD, faults=[Fault("empty", "efetch")]) as rehearsal:
        fetch_articles(client_of(rehearsal, tmp_path), [1])

    assert [(asked.endpoint, asked.parameters["id"], asked.status, asked.fault) for asked in rehearsal.log] == [
        ("efetch", ["1"], 200, "empty"),
        ("efetch", ["1"], 200, None),
    ]
    assert rehearsal.log[0].moment <= rehearsal.log[1].moment


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize(("key", "limit"), [("", 3), ("abc", 10)])
def test_more_requests_in_a_second_than_ncbi_allows_are_refused(key, limit):
    with Rehearsal(records(*FIELD)) as rehearsal:
        query = urlencode({"db": "pubmed", "term": "help"} | ({"api_key": key} if key else {}))
        statuses = [status_of(f"{rehearsal.base_url}esearch.fcgi?{query}") for _ in range(limit + 1)]

    assert statuses == [200] * limit + [429]


def test_an_unknown_program_is_not_found():
    with rehearsal_of(*FIELD) as rehearsal:
        assert status_of(f"{rehearsal.base_url}einfo.fcgi") == 404


def test_a_fault_hits_the_endpoint_the_request_and_the_number_it_names(tmp_path):
    faults = [Fault("empty", "elink", times=1, after=1), Fault("server error", "esearch", times=None)]
    with rehearsal_of(*FIELD, faults=faults) as rehearsal:
        client = client_of(rehearsal, tmp_path)
        for _ in range(3):
            fetch_cited_by(client, [1])
        rehearsal.add(Fault("text", "efetch", parameters=(("id", "2"),)))
        fetch_articles(client, [1])
        fetch_articles(client, [2])

    assert [(asked.endpoint, asked.fault) for asked in rehearsal.log] == [
        ("elink", None), ("elink", "empty"), ("elink", None), ("elink", None),
        ("efetch", None), ("efetch", "text"), ("efetch", None),
    ]  # fmt: skip


def test_a_fault_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="no fault is called 'fire'; there are: backend failed"):
        Fault("fire")


def test_every_form_of_failure_that_was_seen_can_be_rehearsed():
    assert len(KINDS) >= 24
    assert {kind.effect for kind in KINDS.values()} == {PASSING, FINAL, UNSEEN}


def test_a_batch_can_lack_a_record_that_exists(tmp_path):
    with rehearsal_of(*FIELD, faults=[Fault("fewer")]) as rehearsal:
        answer = fetch_articles(client_of(rehearsal, tmp_path), [1, 2, 3])

    assert (FIELD[0] in answer.body, FIELD[1] in answer.body, FIELD[2] in answer.body) == (True, True, False)


def test_a_record_can_come_under_another_pmid(tmp_path):
    with rehearsal_of(*FIELD, faults=[Fault("other PMID")]) as rehearsal:
        answer = fetch_articles(client_of(rehearsal, tmp_path), [1])

    assert b'<PMID Version="1">991</PMID>' in answer.body


def test_links_can_be_pooled_or_absent_or_lack_an_article(tmp_path):
    faults = [Fault("no links"), Fault("fewer"), Fault("pooled links")]
    with rehearsal_of(*FIELD, faults=faults) as rehearsal:
        client = client_of(rehearsal, tmp_path)
        absent, fewer, pooled = (fetch_cited_by(client, [1, 2]).body for _ in faults)

    assert [links.entries for links in parse_links(absent, asked=[1, 2], list_name="cited_by")] == [None, None]
    assert [links.pmid for links in parse_links(fewer, asked=[1, 2], list_name="cited_by")] == [1]
    with pytest.raises(RecordError):
        parse_links(pooled, asked=[1, 2], list_name="cited_by")


def test_a_server_with_a_stalled_answer_stops_at_once(tmp_path):
    with rehearsal_of(*FIELD, faults=[Fault("stall")]) as rehearsal:
        fetch_articles(client_of(rehearsal, tmp_path, Clock(), timeout=0.1), [1])

    assert rehearsal.log[0].fault == "stall"
    assert rehearsal.closing.is_set()


def test_latency_holds_an_answer_back_for_those_who_do_not_wait(tmp_path: Path):
    with rehearsal_of(*FIELD, latency=0.2) as rehearsal, pytest.raises(Exception, match="no answer in time"):
        fetch_articles(client_of(rehearsal, tmp_path, timeout=0.02, deadline=0.5), [1])


def test_a_litkb_file_is_served_as_the_records_it_holds(tmp_path):
    doi = "10.1000/one"
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db, transaction(db):
        save_records(
            db,
            [
                record(1, (2,), title="Mutual help", article_identifiers=(ArticleIdentifier(1, 1, "doi", doi, None),)),
                record(2, source="demonstration"),
            ],
            received_at=MOMENT,
        )
    shelf = open_shelf(tmp_path / "kb.db")

    assert list(shelf.records) == [1, 2]
    assert hits(shelf, f'"{doi}"[doi] AND mutual') == [1]
    assert shelf.links_of("pubmed_pubmed_citedin", 2) == [(1, 0)]
    assert shelf.source == "demonstration"


def test_an_article_that_lists_itself_does_not_cite_itself():
    shelf = open_shelf(records(record_xml(1, pmcid="PMC1", cites=[1, 2, 2])))

    assert shelf.links_of("pubmed_pubmed_citedin", 1) is None
    assert shelf.links_of("pubmed_pubmed_refs", 1) == [(2, 0)]
