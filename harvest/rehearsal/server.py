"""An E-utilities server on loopback, from a folder of records or a litkb file; it can misbehave on command.

For the demonstration, for teaching, for our tests. It answers ESearch, EFetch, ELink and ECitMatch as PubMed would,
and iCite's question, if they held only these records, and PubMed Central and its bucket with made-up full texts of
them. It keeps NCBI's rate limit, and a log of what it was asked.
"""

import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from harvest.rehearsal.answers import read_answers
from harvest.rehearsal.collection import Shelf, open_shelf
from harvest.rehearsal.faults import KINDS, TEXT_KINDS, Fault, Reply
from harvest.sources.registry import PUBMED, SOURCES
from harvest.sources.source import Source

MOST_BYTES: Final = 10_000_000  # of one request
DRIP: Final = 0.02  # seconds between two bytes of an answer that drips
PATIENCE: Final = 60.0  # seconds after which a stalled answer ends by itself


class LoggedRequest(NamedTuple):
    """One request as it arrived; moment is time.monotonic(), fault the kind it was answered with."""

    endpoint: str
    parameters: dict[str, list[str]]
    method: str
    moment: float
    status: int
    fault: str | None = None


class Rehearsal:
    """The server, running inside a ``with``; ``base_url`` is its address, ``log`` what it was asked so far.

    limited: refuse more than 3 requests a second, 10 with a key, as NCBI does. latency: seconds before
    each answer.
    """

    def __init__(
        self,
        records: Mapping[int, bytes] | Path | Shelf,
        *,
        faults: Iterable[Fault] = (),
        latency: float = 0.0,
        limited: bool = True,
        port: int = 0,
    ) -> None:
        self.shelf = records if isinstance(records, Shelf) else open_shelf(records)
        self.log: list[LoggedRequest] = []
        self.closing = threading.Event()
        self._answers = read_answers()
        self._faults = list(faults)
        self._latency = latency
        self._limited = limited
        self._arrivals: dict[str, deque[float]] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)

    @property
    def base_url(self) -> str:
        """The address to give as LITKB_EUTILS_URL."""
        return self._address(SOURCES[PUBMED])

    @property
    def addresses(self) -> dict[str, str]:
        """The variables of the environment that let litkb ask this server in place of each source."""
        return {source.variable: self._address(source) for source in SOURCES.values()}

    def _address(self, source: Source) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{urlsplit(source.address).path}"

    def __enter__(self) -> "Rehearsal":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def add(self, fault: Fault) -> None:
        """Let a fault happen from now on, after those that were given before."""
        with self._lock:
            self._faults.append(fault)

    def mend(self) -> None:
        """Let no fault happen any more."""
        with self._lock:
            self._faults.clear()

    def answer(self, program: str, parameters: dict[str, list[str]], method: str) -> Reply:
        """Return the reply to one request, spoilt where a fault says so, and log it."""
        endpoint, parameters = _endpoint(program, parameters)
        with self._lock:
            moment = time.monotonic()  # of arrival: it is what NCBI counts
            refused = self._refused(parameters, moment) if self._limited and endpoint != "s3" else None
            fault = None if refused else self._next_fault(endpoint, parameters)
        if self._latency:
            self.closing.wait(self._latency)
        reply = refused or self._good_reply(endpoint, parameters)
        if fault:
            reply = (KINDS.get(fault) or TEXT_KINDS[fault]).spoil(reply)
            headers = ((name, value.format(program=program)) for name, value in reply.headers)
            reply = reply._replace(headers=tuple(headers))
        with self._lock:
            self.log.append(LoggedRequest(endpoint, parameters, method, moment, reply.status, fault))
        return reply

    def _good_reply(self, endpoint: str, parameters: Mapping[str, list[str]]) -> Reply:
        answering = self._answers.get(endpoint)
        if answering is None:
            return Reply(b"<html><head><title>Not Found</title></head></html>", 404, "text/html")
        return answering(self.shelf, parameters)

    def _next_fault(self, endpoint: str, parameters: Mapping[str, list[str]]) -> str | None:
        """Return the kind of the first fault that this request meets, and count it."""
        for index, fault in enumerate(self._faults):
            if fault.times == 0 or not fault.matches(endpoint, parameters):
                continue
            self._faults[index] = fault.once_less()
            if not fault.after:
                return fault.kind
        return None

    def _refused(self, parameters: Mapping[str, list[str]], moment: float) -> Reply | None:
        """Return NCBI's refusal where this request is one too many within a second."""
        key = next(iter(parameters.get("api_key", ())), "")
        limit = 10 if key else 3
        arrivals = self._arrivals.setdefault(key, deque())
        while arrivals and arrivals[0] <= moment - 1:
            arrivals.popleft()
        arrivals.append(moment)
        if len(arrivals) <= limit:
            return None
        said = {"error": "API rate limit exceeded", "count": str(len(arrivals)), "limit": str(limit)}
        return Reply(json.dumps(said).encode(), 429, "application/json")


def _endpoint(program: str, parameters: dict[str, list[str]]) -> tuple[str, dict[str, list[str]]]:
    """Return who answers: efetch of efetch.fcgi, pubs; efetch_pmc where its db is pmc; s3, which has the object too."""
    if not program or program.startswith("PMC"):
        return "s3", {**parameters, "key": [program]}
    endpoint = program.partition(".")[0]
    is_text = endpoint == "efetch" and "pmc" in parameters.get("db", ())
    return "efetch_pmc" if is_text else endpoint, parameters


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away: some faults make them."""


def _handler(rehearsal: Rehearsal) -> type[BaseHTTPRequestHandler]:
    """Return the handler class that http.server makes an object of for each connection."""

    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            self._answer(self.rfile.read(min(length, MOST_BYTES)).decode("utf-8", "replace"))

        def _answer(self, encoded: str) -> None:
            program = urlsplit(self.path).path.rpartition("/")[2]
            parameters = parse_qs(encoded, keep_blank_values=True)
            _send(self, rehearsal.answer(program, parameters, self.command), rehearsal.closing)

        def log_message(self, *_: object) -> None:
            """Write nothing: the log is rehearsal.log."""

    return Handler


def _send(handler: BaseHTTPRequestHandler, reply: Reply, closing: threading.Event) -> None:
    """Send reply in its manner."""
    if reply.manner == "stall":
        closing.wait(PATIENCE)
        return
    if reply.manner == "reset":  # no linger: the connection ends with RST instead of FIN
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        return
    handler.send_response(reply.status)
    handler.send_header("Content-Type", reply.content_type)
    handler.send_header("Content-Length", str(len(reply.body) + (100 if reply.manner == "short" else 0)))
    if reply.manner == "gzip":
        handler.send_header("Content-Encoding", "gzip")
    for name, value in reply.headers:
        handler.send_header(name, value)
    handler.end_headers()
    if reply.manner == "drip":
        _drip(handler, reply.body, closing)
    else:
        handler.wfile.write(reply.body)


def _drip(handler: BaseHTTPRequestHandler, body: bytes, closing: threading.Event) -> None:
    for byte in body:
        if closing.wait(DRIP):
            return
        handler.wfile.write(bytes([byte]))
