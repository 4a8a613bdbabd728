"""Servers that would keep a request for ever, or send without an end: each ends at the moment or size set for it."""

import gzip
import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harvest.http.client import Client, Settings
from harvest.http.connection import Limits, _connect, _Incoming
from harvest.http.transport import seconds_of, send
from kb.cli import cli
from kb.console import run_command
from kb.errors import PermanentError, TransientError
from tests.harvest.jobs.network_builders import EMAIL

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

WITHOUT_END = {  # what comes first, and what comes again and again
    "status line": (b"", b"H"),
    "reason": (b"HTTP/1.1 200 ", b"K"),
    "header": (HEAD + b"X: ", b"x"),
    "headers": (HEAD, b"X-Name: value\r\n"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "100 Continue with headers": (b"", b"HTTP/1.1 100 Continue\r\nX-Name: value\r\n\r\n"),
    "chunk size": (CHUNKED, b"0"),
    "chunk extension": (CHUNKED + b"1;", b"x"),
    "chunks of one byte": (CHUNKED, b"1\r\nx\r\n"),
    "trailers": (CHUNKED + b"0\r\n", b"X-Name: value\r\n"),
    "body": (HEAD + b"\r\n", b"x"),
}


@contextmanager
def server_that_sends(first: bytes, again: bytes = b"") -> Iterator[str]:
    """Give the address of a server that sends first, then again until the client goes away."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=answer, args=[connection], daemon=True).start()
            except OSError:
                return

        def answer(connection: socket.socket) -> None:
            with connection, connection.makefile("rb") as request:
                try:
                    head = b"".join(iter(request.readline, b"\r\n")).lower()
                    request.read(int(head.partition(b"content-length:")[2].split()[0]))  # else the end is a reset
                    connection.sendall(first)
                    while again:
                        connection.sendall(again * (4096 // len(again)))
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        listening.shutdown(socket.SHUT_RDWR)


def receive(url: str, *, seconds: int = 1000) -> bytes:
    """Return the body of an answer, by a clock that goes on by a second each time it is looked at."""
    ticks = itertools.count()
    return send(url, b"id=1", connected=lambda: None, end=seconds, silence=30, clock=lambda: next(ticks)).body


@pytest.mark.parametrize("kind", WITHOUT_END)
def test_an_answer_without_an_end_ends_at_its_moment_wherever_it_goes_on(kind):
    with server_that_sends(*WITHOUT_END[kind]) as url, pytest.raises(TransientError) as caught:
        receive(url, seconds=12)

    assert str(caught.value).startswith(("no answer in time", "an answer that is not HTTP"))


@pytest.mark.parametrize("kind", WITHOUT_END)
def test_an_answer_without_an_end_ends_at_its_size_wherever_it_goes_on(monkeypatch, kind):
    monkeypatch.setattr("harvest.http.transport.BODY_LIMIT", 20_000)
    with (
        server_that_sends(*WITHOUT_END[kind]) as url,
        pytest.raises(TransientError, match=r"too large|more than|not HTTP"),
    ):
        receive(url, seconds=100_000)


NO_LENGTH = "an answer that states no length that can be"
CUT_OFF = "an answer that is cut off"
ENCODING = "an answer in an encoding that was not asked for"
LIES = {  # headers beside a body of four bytes, and what is said of them
    "Content-Length: ²": NO_LENGTH,
    f"Content-Length: {'9' * 5000}": NO_LENGTH,
    "Content-Length: -4": NO_LENGTH,
    "Content-Length: +4": NO_LENGTH,
    "Content-Length: 4, 4": NO_LENGTH,
    "Content-Length: 5": CUT_OFF,
    "Content-Length: 4\r\nContent-Length: 9": CUT_OFF,
    "Content-Length: 4\r\nContent-Length: 3": "an answer of two lengths",
    "Content-Encoding: gzip": "an answer that cannot be unpacked",
    "Content-Encoding: br": ENCODING,
    "Content-Encoding: gzip, gzip": ENCODING,
    "Content-Encoding: £": ENCODING,
    "Transfer-Encoding: chunked": CUT_OFF,
}


@pytest.mark.parametrize("header", LIES, ids=lambda header: header[:40])
def test_a_header_that_is_not_true_is_told_in_words(header):
    with (
        server_that_sends(HEAD + header.encode("latin-1") + b"\r\n\r\nlamp") as url,
        pytest.raises(TransientError) as caught,
    ):
        receive(url)

    assert str(caught.value) == LIES[header]


@pytest.mark.parametrize(
    "header",
    ["Content-Type: ²; charset=none; charset*=%ff", "Content-Encoding: Identity", "Content-Length: 4 ", "X: \xff"],
)
def test_a_header_that_changes_nothing_does_no_harm(header):
    with server_that_sends(HEAD + header.encode("latin-1") + b"\r\n\r\nlamp") as url:
        assert receive(url) == b"lamp"


@pytest.mark.parametrize(
    "status", [b"HTTP/1.1 \xb2\xb2\xb2 OK", b"HTTP/9 200", b"200 OK", b"HTTP/1.1 99999999999999 K", b"\xff"]
)
def test_a_status_line_that_is_none_is_told_in_words(status):
    with server_that_sends(status + b"\r\n\r\nlamp") as url, pytest.raises(TransientError, match="not HTTP"):
        receive(url)


def test_what_follows_the_end_of_a_packed_body_is_not_passed_over():
    body = gzip.compress(b"lamp") + b"oil"
    with (
        server_that_sends(HEAD + b"Content-Encoding: gzip\r\n\r\n" + body) as url,
        pytest.raises(TransientError, match="goes on after its end"),
    ):
        receive(url)


@pytest.mark.parametrize(
    "location",
    [
        "/lämpe",
        "/²",
        "/a b",
        "/a\x7f",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:²/",
        "http://[::1",
        "//" + "a" * 70,
    ],
)
def test_a_redirect_to_no_address_is_refused_in_words(tmp_path, location):
    head = f"HTTP/1.1 307 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    with server_that_sends(head.encode("latin-1")) as url:
        client = Client(Settings(base_url=url, lock_folder=tmp_path, requests_per_second=1000))
        with pytest.raises(PermanentError, match=r"it redirects to (?:what is no address|another site)"):
            client.ask("efetch", {"db": "pubmed", "id": ["1"]}, bytes)


@pytest.mark.parametrize(
    "said", ["9" * 5000, "²", "-1", "1e999", "Fri, 31 Dec 9999 23:59:59 -9999", "Thu, 01 Jan 0001 0:0:0", "nan"]
)
def test_no_retry_after_is_a_surprise(said):
    seconds = seconds_of(said)

    assert seconds is None or seconds >= 0


def test_the_socket_is_told_before_each_reading_how_long_that_may_take():
    ticks = itertools.count(step=3)
    here, there = socket.socketpair()
    with here, there:
        incoming = _Incoming(here, Limits(end=10, silence=5, most=100, clock=lambda: next(ticks)))
        there.sendall(b"abcd")
        told = []
        for _ in range(4):
            incoming.readinto(bytearray(1))
            told.append(here.gettimeout())
        with pytest.raises(TimeoutError):
            incoming.readinto(bytearray(1))
        incoming.close()

    assert told == [5, 5, 4, 1]


def test_a_name_server_that_does_not_answer_is_not_waited_for_beyond_the_moment(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr("harvest.http.connection.socket.getaddrinfo", lambda *_, **__: over.wait(60))
    with pytest.raises(TransientError, match="no answer in time"):
        send("http://localhost/", None, connected=lambda: None, end=0.05, silence=30, clock=lambda: 0.0)
    over.set()


def test_each_address_of_a_name_has_what_the_one_before_left(monkeypatch):
    ticks, given = itertools.count(step=4), []

    def refused(place: tuple[str, int], timeout: float) -> None:
        given.append((place, timeout))
        raise ConnectionRefusedError(111, "Connection refused")

    places = [(2, 1, 6, "", (f"127.0.0.{number}", 80)) for number in range(1, 9)]
    monkeypatch.setattr("harvest.http.connection.socket.getaddrinfo", lambda *_, **__: places)
    monkeypatch.setattr("harvest.http.connection.socket.create_connection", refused)
    with pytest.raises(TransientError, match="no answer in time"):
        send("http://localhost/", None, connected=lambda: None, end=20, silence=30, clock=lambda: next(ticks))

    assert given == [(("127.0.0.1", 80), 12), (("127.0.0.2", 80), 8), (("127.0.0.3", 80), 4)]


def test_a_harvest_from_such_a_server_accounts_for_all_that_was_asked(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    head = "HTTP/1.1 307 Moved\r\nLocation: /lämpe\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    with server_that_sends(head) as url:
        code = run_command(cli, ["harvest", str(tmp_path / "kb.db"), "1", "2", "--eutils-url", url, "--email", EMAIL])

    told = capsys.readouterr()
    assert (code, told.out) == (1, "asked 2 = 2 failed\n")
    assert told.err.count("EFetch was refused: it redirects to what is no address.") == 1


def test_a_connection_that_has_used_up_its_time_is_closed():
    moments = iter([0.0, 0.0, 10.0])
    limits = Limits(end=10, silence=60, most=1, clock=lambda: next(moments))
    with socket.create_server(("127.0.0.1", 0)) as server:
        with pytest.raises(TimeoutError) as caught:  # which holds the connection, if anything does
            _connect(server.getsockname(), limits=limits)
        peer, _ = server.accept()
        with peer:
            peer.settimeout(60)
            assert peer.recv(1) == b""

    assert caught.value.args == ()
