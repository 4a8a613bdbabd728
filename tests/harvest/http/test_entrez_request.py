"""Requests are those of Biopython's own functions, and a Biopython that makes them otherwise is told of."""

import io
from http.client import HTTPMessage
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request
from urllib.response import addinfourl

import pytest
from Bio import Entrez

from harvest.http.entrez_request import EntrezRequest, build_form
from kb.errors import BiopythonError

REQUESTS = [
    ("esearch", {"db": "pubmed", "term": '"10.1002/(SICI)1097<121::AID&x=ø+%>3.0.CO;2-4"[doi]', "retmax": 20}),
    ("efetch", {"db": "pubmed", "retmode": "xml", "id": [str(pmid) for pmid in range(30_000_000, 30_000_300)]}),
    ("elink", {"dbfrom": "pubmed", "id": ["1", "2"], "linkname": "pubmed_pubmed_citedin"}),
    ("ecitmatch", {"db": "pubmed", "retmode": "xml", "bdata": "j oars|2001|3|14|rower r|k1|"}),
]


def sent_by_biopython(monkeypatch: pytest.MonkeyPatch, endpoint: str, parameters: dict[str, Any]) -> EntrezRequest:
    sent: list[Request] = []

    def note(request: Request) -> addinfourl:
        sent.append(request)
        return addinfourl(io.BytesIO(), HTTPMessage(), request.full_url, 200)

    monkeypatch.setattr(Entrez, "_open", note)
    getattr(Entrez, endpoint)(**parameters, tool="", email="", api_key="")
    address = urlsplit(sent[0].full_url)
    pairs = parse_qsl(sent[0].data.decode() if isinstance(sent[0].data, bytes) else address.query)
    return EntrezRequest(address.path.rpartition("/")[2], tuple(pairs))


@pytest.mark.parametrize(("endpoint", "parameters"), REQUESTS)
def test_a_request_is_what_biopython_itself_would_send(
    monkeypatch: pytest.MonkeyPatch, endpoint: str, parameters: dict[str, Any]
):
    expected = sent_by_biopython(monkeypatch, endpoint, parameters)

    form = build_form(endpoint, parameters)

    assert (form.program, sorted(form.parameters)) == (expected.program, sorted(expected.parameters))


def test_ids_of_efetch_are_joined_by_commas():
    form = build_form("efetch", {"db": "pubmed", "retmode": "xml", "id": ["1", "2"]})

    assert form == EntrezRequest("efetch.fcgi", (("db", "pubmed"), ("retmode", "xml"), ("id", "1,2")))


def test_ids_of_elink_are_repeated_so_that_each_has_its_own_link_set():
    form = build_form("elink", {"dbfrom": "pubmed", "id": ["1", "2"]})

    assert form == EntrezRequest("elink.fcgi", (("dbfrom", "pubmed"), ("id", "1"), ("id", "2")))


def test_the_identity_that_a_program_gave_to_biopython_stays_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Entrez, "email", "other@example.org")
    monkeypatch.setattr(Entrez, "api_key", "abc")

    assert build_form("esearch", {"db": "pubmed", "term": "x"}).parameters == (("db", "pubmed"), ("term", "x"))


def test_a_biopython_without_the_function_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(Entrez, "_construct_params")

    with pytest.raises(BiopythonError, match=r"in another way .*_construct_params.*Install biopython 1\.88"):
        build_form("esearch", {"db": "pubmed", "term": "x"})


def test_a_biopython_whose_function_takes_other_arguments_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Entrez, "_construct_params", lambda params: params)

    with pytest.raises(BiopythonError, match="in another way"):
        build_form("elink", {"dbfrom": "pubmed", "id": ["1"]})
