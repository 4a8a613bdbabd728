"""HTTP connections on which nothing outlasts a moment or a size: name, connection, TLS, request, head and body."""

import io
import queue
import socket
import threading
from collections.abc import Callable
from functools import partial
from http.client import HTTPResponse
from typing import Any, Final, NamedTuple
from urllib.request import (
    AbstractHTTPHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from kb.errors import TransientError

HEAD_LIMIT: Final = 2**20  # bytes of status lines and headers, those of a proxy and of 100 Continue counted

_SENT_AT_ONCE: Final = 16384  # bytes; TLS sends no more in one record


class Limits(NamedTuple):
    """What a request may take: until clock() says end, so many seconds of silence, and so many bytes."""

    end: float
    silence: float
    most: int
    clock: Callable[[], float]

    def left(self) -> float:
        """Return the seconds that the next step may take; TimeoutError where none is left."""
        seconds = min(self.silence, self.end - self.clock())
        if seconds <= 0:
            raise TimeoutError
        return seconds


def open_url(request: Request, limits: Limits, *, connected: Callable[[], None], proxied: bool) -> Any:
    """Return the response, of whatever status, read as far as its head; no redirect is followed.

    connected is called when the connection stands; nothing is sent before it returns. proxied: by the proxies of
    the environment. The body is read within the same limits.
    """
    proxies = ProxyHandler() if proxied else ProxyHandler({})
    opener: OpenerDirector = build_opener(proxies, _AnyStatus(), _Http(limits, connected), _Https(limits, connected))
    return opener.open(request, timeout=limits.left())


class _AnyStatus(HTTPErrorProcessor):
    """Gives every answer back, whatever its status, and so follows no redirect: a POST would become a GET."""

    def http_response(self, request: Request, response: Any) -> Any:  # noqa: ARG002 - urllib's signature
        return response

    https_response = http_response


class _Incoming(io.RawIOBase):
    """The bytes that come in; before each reading the socket is told how long that may take."""

    def __init__(self, sock: socket.socket, limits: Limits) -> None:
        super().__init__()
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)
        self._limits = limits
        self.most = HEAD_LIMIT

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._limits.left())
        size = self._file.readinto(buffer)
        self.most -= size or 0
        if self.most < 0:
            raise TransientError("an answer that is too large")
        return size

    def close(self) -> None:
        self._file.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, limits: Limits, **options: Any) -> None:
        self._limits = limits
        self._incoming = _Incoming(sock, limits)
        super().__init__(self, *args, **options)  # type: ignore[arg-type]  # all it asks of a socket is makefile

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(self._incoming)

    def begin(self) -> None:
        super().begin()
        self._incoming.most = self._limits.most


class _Limited(AbstractHTTPHandler):
    def __init__(self, limits: Limits, connected: Callable[[], None]) -> None:
        super().__init__()
        self._limits = limits
        self._connected = connected

    def do_open(self, http_class: Any, req: Request, **options: Any) -> Any:
        limits, connected = self._limits, self._connected

        class Connection(http_class):  # type: ignore[misc]  # urllib says only now whether it is HTTP or HTTPS
            response_class = partial(_Response, limits=limits)

            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                self._create_connection = partial(_connect, limits=limits)

            def _tunnel(self) -> None:
                super()._tunnel()
                self.sock.settimeout(limits.left())  # for the whole TLS handshake

            def connect(self) -> None:
                super().connect()
                connected()

            def send(self, data: bytes) -> None:
                if self.sock is None:
                    self.connect()
                for start in range(0, len(data), _SENT_AT_ONCE):
                    self.sock.settimeout(limits.left())
                    super().send(data[start : start + _SENT_AT_ONCE])

        return super().do_open(Connection, req, **options)


class _Http(_Limited, HTTPHandler):
    pass


class _Https(_Limited, HTTPSHandler):
    pass


def _connect(address: tuple[str, int], *_: object, limits: Limits) -> socket.socket:
    """Return a connection to the first place of that name that answers, with the time left as its timeout."""
    failure: OSError = OSError("the name has no address")
    for place in _places(*address, seconds=limits.left()):
        try:
            return _opened(place, limits)
        except OSError as error:
            failure = error
    raise failure


def _opened(place: tuple[str, int], limits: Limits) -> socket.socket:
    sock = socket.create_connection(place, timeout=limits.left())
    try:
        sock.settimeout(limits.left())
    except TimeoutError:
        sock.close()
        raise
    return sock


def _places(host: str, port: int, *, seconds: float) -> list[tuple[str, int]]:
    """Return the addresses of a name; the resolver takes no timeout, so a thread that need not end waits for it."""
    said: queue.SimpleQueue[list[tuple[str, int]] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            said.put([found[4][:2] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001 - raised below
            said.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        places = said.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(places, Exception):
        raise places
    return places
