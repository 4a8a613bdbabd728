"""What a reference says of its place, and what ECitMatch answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvest.http.client import Client, Settings
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.server import Rehearsal
from harvest.sources.ecitmatch import JournalLocation, parse_found, printed_place
from harvest.sources.entrez import match_citations
from kb.errors import TransientError
from tests.records import record

PLACE = JournalLocation("Alcohol Treat Q", "2006", "24", "33", "laudet ab")


@pytest.mark.parametrize(
    "citation",
    [
        "Laudet AB, Morgen K. The role of mutual help groups in recovery. Alcohol Treat Q. 2006;24(1-2):33-73.",
        "Laudet AB, Morgen K. The role of mutual help groups in recovery. Alcohol Treat Q. 2006 Jan;24(1-2):33-73.",
        "Laudet AB (2006) The role of mutual help groups in recovery. Alcohol Treat Q 24:33-73",
        "Laudet AB. (2006). The role of mutual help groups in recovery. Alcohol Treat Q, 24(1-2), 33-73.",
        "Laudet AB. The role of mutual help groups in recovery. Alcohol. Treat. Q. 24, 33 (2006).",
    ],
    ids=["NLM", "month", "no points", "APA", "Nature"],
)
def test_the_place_is_read_in_every_style(citation: str):
    assert printed_place(citation) == PLACE


@pytest.mark.parametrize(
    "citation", ["", "Anonymous. The Book of Groups. 1939.", "Laudet AB. In press.", "2006;24:33", "in recovery 24:33"]
)
def test_a_reference_without_a_place_is_not_asked_for(citation: str):
    assert printed_place(citation) is None


@given(st.text(max_size=200))
def test_any_text_is_answered_without_a_bar_in_it(text: str):
    place = printed_place(text)

    assert place is None or not any("|" in part for part in place)


@pytest.mark.parametrize("text", ["A " * 30_000, "1, " * 30_000, "(" * 50_000, "2006;" * 20_000, "1:1" * 20_000])
def test_text_made_to_be_slow_is_answered(text: str):
    printed_place(text)  # a pattern that goes back and forth would take hours


def test_answers_are_told_apart_by_their_keys():
    body = (
        "j a|1991|88|3248|mann bj|one|2014248\n"
        "fake|2000|1|1||two|NOT_FOUND;INVALID_JOURNAL\r\n"
        "j b|2000|1|1||three|AMBIGUOUS 11,12\n"
        "j b|2001|1|1||four|AMBIGUOUS (25 citations)\n\n"
        "j c|2001|1|1||five|NOT_FOUND\n"
    )

    assert parse_found(body.encode()) == {"one": (2014248,), "two": (), "three": (11, 12), "four": (), "five": ()}


@pytest.mark.parametrize(
    "body",
    [
        b"j a|1991|88|3248|mann bj|one|2014",
        b"",
        b"\n",
        b"<html><title>502</title></html>",
        b"<ERROR>Timeout</ERROR>",
        b"a|b|c",
    ],
)
def test_what_is_no_answer_is_asked_for_again(body: bytes):
    with pytest.raises(TransientError):
        parse_found(body)


def test_the_rehearsal_answers_as_pubmed_would(tmp_path):
    same_place = {"volume": "24", "pages": "33-73", "year": 2006, "pub_date": "2006"}
    records = [record(1, **same_place), record(2, **same_place), record(3, **(same_place | {"volume": "25"}))]
    shelf = open_shelf({one.article.pmid: format_record(one).encode() for one in records})
    places = {
        "alone": JournalLocation("J Tests", "2006", "25", "33", ""),
        "two": JournalLocation("journal of tests", "2006", "24", "33", "laudet ab"),
        "none": JournalLocation("J Tests", "2006", "26", "33", ""),
        "unknown": JournalLocation("Fake Journal", "2006", "24", "33", ""),
    }
    with Rehearsal(shelf, limited=False) as rehearsal:
        client = Client(Settings(base_url=rehearsal.base_url, requests_per_second=1000, lock_folder=tmp_path))

        answer, found = match_citations(client, places)

    assert found == {"alone": (3,), "two": (1, 2), "none": (), "unknown": ()}
    assert answer.body.decode().splitlines()[3] == "Fake Journal|2006|24|33||unknown|NOT_FOUND;INVALID_JOURNAL"
    assert answer.request["bdata"].splitlines()[0] == "J Tests|2006|25|33||alone|"
