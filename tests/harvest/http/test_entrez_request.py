"""The seam into Biopython: what is replaced, for whom, and what is left behind."""

import threading

import pytest
from Bio import Entrez

from harvest.http.entrez_request import Form, build_form, sending_through
from kb.errors import SeamError


def unused(request: object) -> None:
    raise AssertionError("nothing was to be sent")


def test_ids_of_efetch_are_joined_by_commas():
    form = build_form("efetch", {"db": "pubmed", "retmode": "xml", "id": ["1", "2"]})

    assert form == Form("efetch.fcgi", (("db", "pubmed"), ("retmode", "xml"), ("id", "1,2")))


def test_ids_of_elink_are_repeated_so_that_each_has_its_own_link_set():
    form = build_form("elink", {"dbfrom": "pubmed", "id": ["1", "2"]})

    assert form == Form("elink.fcgi", (("dbfrom", "pubmed"), ("id", "1"), ("id", "2")))


def test_a_request_too_long_for_an_address_is_read_from_its_body():
    ids = [str(pmid) for pmid in range(30_000_000, 30_000_300)]

    form = build_form("efetch", {"db": "pubmed", "id": ids})

    assert dict(form.parameters)["id"].split(",") == ids


def test_a_term_keeps_every_character():
    term = '"10.1002/(SICI)1097<121::AID&x=ø+%>3.0.CO;2-4"[doi]'

    assert dict(build_form("esearch", {"db": "pubmed", "term": term}).parameters)["term"] == term


def test_the_identity_that_a_program_gave_to_biopython_stays_out(monkeypatch):
    monkeypatch.setattr(Entrez, "email", "other@example.org")
    monkeypatch.setattr(Entrez, "api_key", "abc")

    assert build_form("esearch", {"db": "pubmed", "term": "x"}).parameters == (("db", "pubmed"), ("term", "x"))


def test_biopython_is_as_it_was_afterwards(monkeypatch):
    monkeypatch.setattr(Entrez, "urlopen", unused)
    monkeypatch.setattr(Entrez._open, "previous", 123.5)

    build_form("esearch", {"db": "pubmed", "term": "x"})

    assert (Entrez.urlopen, Entrez._open.previous) == (unused, 123.5)
    assert (Entrez.email, Entrez.tool, Entrez.api_key, Entrez.max_tries) == (None, "biopython", None, 3)


def test_biopython_is_as_it_was_after_a_failure(monkeypatch):
    monkeypatch.setattr(Entrez, "urlopen", unused)

    with pytest.raises(ZeroDivisionError), sending_through(unused):
        raise ZeroDivisionError

    assert Entrez.urlopen is unused


def test_another_thread_that_calls_biopython_meanwhile_reaches_what_was_there_before(monkeypatch):
    before: list[object] = []
    ours: list[object] = []
    monkeypatch.setattr(Entrez, "urlopen", before.append)

    with sending_through(ours.append):
        thread = threading.Thread(target=lambda: Entrez.urlopen("theirs"))
        thread.start()
        thread.join()
        Entrez.urlopen("ours")

    assert (before, ours) == (["theirs"], ["ours"])


def test_a_caller_of_biopython_beside_us_is_not_disturbed_by_many_threads_of_ours(monkeypatch):
    theirs: list[str] = []
    monkeypatch.setattr(Entrez, "urlopen", theirs.append)
    wrong: list[Form] = []

    def ask(number: int) -> None:
        for _ in range(20):
            form = build_form("esearch", {"db": "pubmed", "term": str(number)})
            if form.parameters != (("db", "pubmed"), ("term", str(number))):
                wrong.append(form)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(200):
        Entrez.urlopen("theirs")
    for thread in threads:
        thread.join()

    assert wrong == []
    assert theirs == ["theirs"] * 200


def test_a_biopython_without_the_name_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.delattr(Entrez, "urlopen")

    with pytest.raises(SeamError, match=r"no Bio\.Entrez\.urlopen any more.*Install biopython"):
        build_form("esearch", {"db": "pubmed", "term": "x"})


def test_a_biopython_that_sends_in_another_way_is_refused_with_a_sentence(monkeypatch):
    class Handle:
        def close(self) -> None: ...

    monkeypatch.setattr(Entrez, "_open", lambda request: Handle())

    with pytest.raises(SeamError, match="no longer sends through"):
        build_form("esearch", {"db": "pubmed", "term": "x"})


def test_a_biopython_without_the_function_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.delattr(Entrez, "elink")

    with pytest.raises(SeamError, match=r"no Bio\.Entrez\.elink"):
        build_form("elink", {"dbfrom": "pubmed"})
