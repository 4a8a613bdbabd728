"""The client: identity, allowed places, what is asked again and what is not, deadlines, secrets."""

import itertools
import logging
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from harvest.http.client import FIRST_CONTACT, NCBI, Client, Settings, settings_from_environment
from harvest.http.response_validation import check_articles
from harvest.http.transport import NCBI_SITE, redirected, seconds_of, send
from harvest.rehearsal.faults import FINAL, KINDS, PASSING, Fault
from harvest.rehearsal.server import Rehearsal
from harvest.sources.elink import check_links
from harvest.sources.esearch import parse_search
from kb.errors import LitkbError, PermanentError, SourceError, TransientError, UsageError
from tests.harvest.jobs.network_builders import EMAIL, KEY, Clock, client_of, record_xml, rehearsal_of

TIMEOUT = 0.3  # seconds that a stalled answer really takes

QUESTIONS = {
    "efetch": ({"db": "pubmed", "retmode": "xml", "id": ["1", "2"]}, check_articles),
    "esearch": ({"db": "pubmed", "term": "recovery", "retmax": 9999}, parse_search),
    "elink": (
        {"dbfrom": "pubmed", "db": "pubmed", "linkname": "pubmed_pubmed_citedin", "id": ["1", "2"]},
        check_links,
    ),
}


def ask(client: Client, endpoint: str = "efetch") -> bytes:
    body, _ = client.ask(endpoint, *QUESTIONS[endpoint])
    return body


def two_articles(**options) -> Rehearsal:
    return rehearsal_of(record_xml(1), record_xml(2, cites=[1]), **options)


def of_effect(effect: str) -> list[str]:
    """Return the kinds of fault of one effect; what drips needs a clock that runs, and has tests of its own."""
    return [name for name, kind in KINDS.items() if kind.effect == effect and name != "drip"]


def test_every_request_is_a_post_with_the_identity_in_its_body(tmp_path):
    with two_articles() as rehearsal:
        client = client_of(rehearsal, tmp_path, email=EMAIL, api_key=KEY)
        for endpoint in QUESTIONS:
            ask(client, endpoint)

    assert [(asked.endpoint, asked.method) for asked in rehearsal.log] == [
        ("efetch", "POST"),
        ("esearch", "POST"),
        ("elink", "POST"),
    ]
    for asked in rehearsal.log:
        identity = {name: asked.parameters[name] for name in ("tool", "email", "api_key")}
        assert identity == {"tool": ["litkb"], "email": [EMAIL], "api_key": [KEY]}


def test_without_an_identity_only_the_tool_is_named(tmp_path):
    with two_articles() as rehearsal:
        ask(client_of(rehearsal, tmp_path))

    [asked] = rehearsal.log
    assert asked.parameters == {"db": ["pubmed"], "retmode": ["xml"], "id": ["1,2"], "tool": ["litkb"]}


@pytest.mark.parametrize("endpoint", QUESTIONS)
@pytest.mark.parametrize("kind", of_effect(PASSING))
def test_a_fault_that_passes_costs_nothing_but_another_attempt(tmp_path, kind, endpoint):
    with two_articles() as undisturbed:
        expected = ask(client_of(undisturbed, tmp_path), endpoint)

    with two_articles(faults=[Fault(kind, times=2)]) as rehearsal:
        body = ask(client_of(rehearsal, tmp_path, timeout=TIMEOUT if kind == "stall" else 30), endpoint)

    assert body == expected
    faults = [asked.fault for asked in rehearsal.log]
    assert (faults.count(kind), faults[-1]) == (2, None)


@pytest.mark.parametrize("kind", [kind for kind in of_effect(PASSING) if kind != "stall"])
def test_a_fault_that_stays_ends_with_a_sentence_before_the_deadline(tmp_path, kind):
    clock = Clock()
    with two_articles(faults=[Fault(kind, times=None)]) as rehearsal:
        client = client_of(rehearsal, tmp_path, clock, deadline=120)
        with pytest.raises(SourceError) as caught:
            ask(client)

    assert type(caught.value) is (PermanentError if kind == "redirect here" else TransientError)
    assert clock() <= 1120
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert str(caught.value).endswith(".")
    if kind != "redirect here":
        assert str(caught.value).startswith("EFetch got no usable answer in ")
        reached = kind not in ("reset", "short", "bad gzip")
        assert len(rehearsal.log) >= (6 if reached else 4)


def test_a_source_that_was_never_reached_is_given_up_in_seconds_and_later_only_at_the_deadline(tmp_path):
    clock = Clock()
    start = clock()
    with two_articles(faults=[Fault("reset", times=5), Fault("reset", times=None, after=1)]) as rehearsal:
        client = client_of(rehearsal, tmp_path, clock, deadline=120)
        with pytest.raises(TransientError, match="no connection"):
            ask(client)
        assert FIRST_CONTACT <= clock() - start < 60

        ask(client)
        again = clock()
        with pytest.raises(TransientError, match="no connection"):
            ask(client)
        assert 60 < clock() - again <= 120


@pytest.mark.parametrize("kind", of_effect(FINAL))
def test_a_refusal_for_good_is_not_asked_again(tmp_path, kind):
    clock = Clock()
    refused = pytest.raises(PermanentError, match=r"^EFetch was refused: .*\.$")
    with two_articles(faults=[Fault(kind, times=None)]) as rehearsal, refused:
        ask(client_of(rehearsal, tmp_path, clock))

    assert len(rehearsal.log) == 1
    assert clock.slept == []


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("too many requests, page", "HTTP 429, an HTML page “Too Many Requests” in place of data"),
        ("empty", "an empty answer"),
        ("cut off", "an answer that is cut off"),
        ("spliced", "an answer in which a record is cut off"),
        ("short", "an answer that is cut off"),
        ("bad gzip", "an answer that cannot be unpacked"),
        ("other document", "a document of the kind eInfoResult"),
        ("C++ exception", "NCBI C++ Exception: Error: Cannot open file dtdinfo.ini"),
        ("too many requests", "HTTP 429, API rate limit exceeded"),
        ("relayed 502", "HTTP 400, proxy_stream(): 502 Bad Gateway. Failed to connect to PubOne service"),
        ("reset", "no connection (Connection reset by peer)"),
    ],
)
def test_the_last_failure_is_named(tmp_path, kind, sentence):
    with two_articles(faults=[Fault(kind, times=None)]) as rehearsal, pytest.raises(TransientError) as caught:
        ask(client_of(rehearsal, tmp_path, pause=30, deadline=60))

    assert str(caught.value) == f"EFetch got no usable answer in 2 attempts; the last one: {sentence}."


def test_silence_ends_with_the_timeout_of_one_attempt(tmp_path):
    late = pytest.raises(TransientError, match="the last one: no answer in time")
    with two_articles(faults=[Fault("stall", times=None)]) as rehearsal, late:
        ask(client_of(rehearsal, tmp_path, timeout=0.1, deadline=2))


def test_a_slow_answer_is_waited_for_as_long_as_something_comes(tmp_path, monkeypatch):
    monkeypatch.setattr("harvest.rehearsal.server.DRIP", 0.0005)
    seconds = itertools.count()  # a clock that goes on by a second each time it is looked at
    with two_articles(faults=[Fault("drip", times=None)]) as rehearsal:
        settings = Settings(rehearsal.base_url, lock_folder=tmp_path, timeout=30, deadline=10_000)
        ask(Client(settings, clock=lambda: float(next(seconds))))

    assert len(rehearsal.log) == 1
    assert next(seconds) > 10 * settings.timeout


def test_an_answer_that_drips_ends_with_the_deadline_although_something_always_comes(tmp_path):
    with two_articles(faults=[Fault("drip", times=None)]) as rehearsal:
        settings = Settings(rehearsal.base_url, lock_folder=tmp_path, deadline=0.3)
        with pytest.raises(TransientError, match="in 1 attempts; the last one: no answer in time"):
            ask(Client(settings))


def test_after_an_answer_that_drips_the_next_attempt_counts(tmp_path, monkeypatch):
    monkeypatch.setattr("harvest.rehearsal.server.DRIP", 0.0005)
    half_seconds = itertools.count()  # a clock that goes on by half a second each time it is looked at
    with two_articles(faults=[Fault("drip")]) as rehearsal:
        settings = Settings(rehearsal.base_url, lock_folder=tmp_path, requests_per_second=1000)
        ask(Client(settings, clock=lambda: next(half_seconds) / 2, sleep=lambda seconds: None))

    assert [asked.fault for asked in rehearsal.log] == ["drip", None]


def test_nobody_there_is_told_in_a_sentence(tmp_path):
    with two_articles() as rehearsal:
        pass

    with pytest.raises(TransientError, match=r"no connection \(Connection refused\)"):
        ask(client_of(rehearsal, tmp_path))


def test_pauses_double_up_to_half_a_minute(tmp_path):
    clock = Clock()
    with two_articles(faults=[Fault("server error", times=None)]) as rehearsal, pytest.raises(TransientError):
        ask(client_of(rehearsal, tmp_path, clock))

    assert clock.slept == [1, 2, 4, 8, 16, 30, 30]


def test_who_waits_is_told_why_and_how_long(tmp_path):
    told: list[str] = []
    with two_articles(faults=[Fault("server error", times=2)]) as rehearsal:
        settings = Settings(rehearsal.base_url, lock_folder=tmp_path, requests_per_second=1000)
        ask(Client(settings, sleep=lambda seconds: None, jitter=lambda: 0.0, on_wait=told.append))

    said = "HTTP 500, an HTML page “500 Internal Server Error” in place of data"
    assert told == [f"EFetch: {said}; asking again in 1 s.", f"EFetch: {said}; asking again in 2 s."]


def test_pauses_are_shortened_by_chance_so_that_clients_do_not_march_in_step(tmp_path):
    clock = Clock()
    with two_articles(faults=[Fault("server error", times=2)]) as rehearsal:
        settings = Settings(rehearsal.base_url, lock_folder=tmp_path, requests_per_second=1000)
        ask(Client(settings, clock=clock, sleep=clock.sleep, jitter=lambda: 1.0))

    assert clock.slept == [0.5, 1.0]


def test_a_retry_after_is_kept_by_every_client_that_shares_the_limit(tmp_path):
    clock = Clock()
    with two_articles(faults=[Fault("unavailable, retry after")]) as rehearsal:
        with pytest.raises(TransientError) as caught:
            ask(client_of(rehearsal, tmp_path, clock, pause=60, deadline=60))
        ask(client_of(rehearsal, tmp_path, clock))

    assert caught.value.retry_after == 3
    assert clock.slept == [3]


def test_a_retry_after_does_not_concern_those_with_another_key(tmp_path):
    clock = Clock()
    with two_articles(faults=[Fault("unavailable, retry after")]) as rehearsal:
        with pytest.raises(TransientError):
            ask(client_of(rehearsal, tmp_path, clock, pause=60, deadline=60))
        ask(client_of(rehearsal, tmp_path, clock, api_key=KEY))

    assert clock.slept == []


def test_threads_that_share_a_client_keep_the_limit_of_a_server_that_counts(tmp_path, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("harvest.rehearsal.server.time", SimpleNamespace(monotonic=clock))
    with Rehearsal({1: record_xml(1)}) as rehearsal:  # ten a second: two of three threads may be on their way
        client = client_of(rehearsal, tmp_path, clock, api_key=KEY, requests_per_second=8)
        with ThreadPoolExecutor(3) as threads:
            list(threads.map(lambda _: ask(client), range(12)))

    assert [asked.status for asked in rehearsal.log] == [200] * 12


def test_nothing_is_sent_before_the_limit_lets_a_standing_connection_go(tmp_path):
    def refuse() -> None:
        raise TransientError("the limit leaves no room")

    with two_articles() as rehearsal, pytest.raises(TransientError, match="leaves no room"):
        send(rehearsal.base_url, b"id=1", connected=refuse, end=time.monotonic() + 60, silence=60)
    with pytest.raises(TransientError, match="Connection refused"):
        send(rehearsal.base_url, b"id=1", connected=refuse, end=time.monotonic() + 60, silence=60)

    assert rehearsal.log == []


def test_a_redirect_on_this_machine_is_followed_by_post(tmp_path):
    with two_articles(faults=[Fault("redirect here")]) as rehearsal:
        ask(client_of(rehearsal, tmp_path))

    assert [(asked.method, asked.status) for asked in rehearsal.log] == [("POST", 307), ("POST", 200)]
    assert rehearsal.log[0].parameters == rehearsal.log[1].parameters


@pytest.mark.parametrize(
    ("url", "location"),
    [
        (NCBI, "https://example.org/"),
        (NCBI, "http://eutils.ncbi.nlm.nih.gov/entrez/eutils/"),
        (NCBI, "http://127.0.0.1:8000/"),
        (NCBI, "//ncbi.nlm.nih.gov.example.org/"),
        (NCBI, "https://eutils.ncbi.nlm.nih.gov@example.org/"),
        (NCBI, "file:///etc/passwd"),
        (NCBI, "https://[broken/"),
        ("http://127.0.0.1:8000/", "https://eutils.ncbi.nlm.nih.gov/"),
        ("http://127.0.0.1:8000/", "http://192.0.2.1/"),
    ],
)
def test_no_redirect_leads_elsewhere(url, location):
    with pytest.raises(PermanentError, match="redirects to another site, which was not followed"):
        redirected(url, location, NCBI_SITE)


def test_a_redirect_within_ncbi_is_allowed():
    assert (
        redirected(NCBI + "efetch.fcgi", "/new/efetch.fcgi", NCBI_SITE)
        == "https://eutils.ncbi.nlm.nih.gov/new/efetch.fcgi"
    )


@pytest.mark.parametrize(
    "url", [NCBI, "https://www.ncbi.nlm.nih.gov/x", "http://127.0.0.1:8000/", "http://localhost/", "http://[::1]:8000/"]
)
def test_ncbi_and_this_machine_may_be_asked(url):
    assert Settings(base_url=url).base_url == url.rstrip("/") + "/"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "eutils",
        "http://eutils.ncbi.nlm.nih.gov/entrez/eutils/",
        "https://127.0.0.1:8000/",
        "https://example.org/",
        "https://ncbi.nlm.nih.gov.example.org/",
        "https://evil-ncbi.nlm.nih.gov/",
        "https://user:word@eutils.ncbi.nlm.nih.gov/",
        "http://192.168.0.1/",
        "http://0.0.0.0/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:word/",
        "http://[::1/",
        "http://127.0.0.1/?api_key=x",
    ],
)
def test_no_other_place_may_be_asked(url):
    with pytest.raises(UsageError, match="must be https"):
        Settings(base_url=url)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"requests_per_second": 4}, "NCBI allows 3 requests a second without an API key, 10 with one"),
        ({"requests_per_second": 11, "api_key": KEY}, "NCBI allows 10 requests a second with an API key"),
        ({"requests_per_second": 0}, "must be above zero"),
        ({"deadline": 0}, "must be above zero"),
        ({"timeout": -1}, "must be above zero"),
    ],
)
def test_impolite_or_impossible_settings_are_refused(options, sentence):
    with pytest.raises(UsageError, match=sentence):
        Settings(**options)


def test_the_rate_is_what_ncbi_allows():
    assert (Settings().rate, Settings(api_key=KEY).rate) == (3, 10)


def test_options_win_over_the_environment():
    environment = {
        "NCBI_API_KEY": "key-1", "ENTREZ_KEY": "key-2", "NCBI_EMAIL": "one@example.org", "EMAIL": "two@example.org",
        "LITKB_EUTILS_URL": "http://127.0.0.1:1/",
    }  # fmt: skip

    assert settings_from_environment(environment=environment) == Settings(
        base_url="http://127.0.0.1:1/", email="one@example.org", api_key="key-1"
    )
    assert settings_from_environment(
        base_url="http://localhost/", email="a@example.org", api_key="b", environment=environment
    ) == Settings(base_url="http://localhost/", email="a@example.org", api_key="b")


def test_the_second_names_of_the_environment_are_read_where_the_first_are_empty():
    environment = {"NCBI_API_KEY": " ", "ENTREZ_KEY": " key-2\n", "EMAIL": "two@example.org"}

    assert settings_from_environment(environment=environment) == Settings(email="two@example.org", api_key="key-2")


def test_settings_do_not_show_key_or_address():
    shown = repr(Settings(email=EMAIL, api_key=KEY)) + str(Settings(email=EMAIL, api_key=KEY))

    assert KEY not in shown
    assert EMAIL not in shown


@pytest.mark.parametrize("kind", [*of_effect(PASSING), *of_effect(FINAL)])
def test_neither_key_nor_address_is_in_any_sentence_or_log(tmp_path, caplog, kind):
    caplog.set_level(logging.DEBUG)
    with two_articles(faults=[Fault(kind, times=None)]) as rehearsal:
        client = client_of(rehearsal, tmp_path, email=EMAIL, api_key=KEY, timeout=0.05, deadline=1.5)
        with pytest.raises(LitkbError) as caught:
            ask(client)

    told = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(client) + repr(vars(client))
    assert "efetch" in told
    assert KEY not in told
    assert EMAIL not in told


def test_a_server_that_repeats_the_key_does_not_bring_it_into_a_sentence(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)

    def repeating(body: bytes) -> None:
        raise TransientError(f"the key {KEY} of {EMAIL} is unknown")

    with two_articles() as rehearsal:
        client = client_of(rehearsal, tmp_path, email=EMAIL, api_key=KEY, pause=30, deadline=60)
        with pytest.raises(TransientError) as caught:
            client.ask("efetch", QUESTIONS["efetch"][0], repeating)

    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "the key … of … is unknown." in str(caught.value)
    assert KEY not in told
    assert EMAIL not in told


def test_an_answer_larger_than_the_limit_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("harvest.http.transport.BODY_LIMIT", 100)
    with two_articles() as rehearsal, pytest.raises(TransientError, match="an answer of more than"):
        ask(client_of(rehearsal, tmp_path))


def test_a_proxy_of_the_environment_is_not_used_for_this_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    with two_articles() as rehearsal:
        ask(client_of(rehearsal, tmp_path))

    assert len(rehearsal.log) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, None), ("", None), ("5", 5.0), (" 2.5 ", 2.5), ("soon", None), ("-3", None), ("1e999", None),
     ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("Thu, 99 Jan 1970 00:00:00 GMT", None)],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_date(header, seconds):
    assert seconds_of(header) == seconds


def test_a_date_to_come_is_so_many_seconds_away(monkeypatch):
    monkeypatch.setattr("harvest.http.transport.time.time", lambda: 0.0)

    assert seconds_of("Thu, 01 Jan 1970 00:01:30 GMT") == 90


def test_a_lock_file_that_cannot_be_written_is_not_blamed_on_ncbi(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with two_articles() as rehearsal, pytest.raises(SourceError, match=r"^The file of the shared rate limit"):
        ask(client_of(rehearsal, tmp_path / "file"))

    assert rehearsal.log == []
