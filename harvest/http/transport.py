"""One request and its answer, within a moment by which it must have ended; the places it may go to."""

import http.client
import math
import ssl
import time
import zlib
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple
from urllib.error import URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request

from harvest.http.connection import HEAD_LIMIT, Limits, open_url
from kb.errors import PermanentError, TransientError, UsageError

BODY_LIMIT: Final = 256 * 2**20  # bytes, unpacked; 10,000 plain records take about 150 MB
MOST_REDIRECTS: Final = 3

_CHUNK: Final = 65536
_ENCODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip"})
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_HEADERS: Final = {
    "User-Agent": "litkb",
    "Accept-Encoding": "gzip",
}


class HttpAnswer(NamedTuple):
    """An answer as it came: body unpacked, location where it points elsewhere, retry_after in seconds."""

    status: int
    body: bytes
    location: str | None = None
    retry_after: float | None = None


class Site(NamedTuple):
    """Where a source is: its host, or with a point before all hosts below a domain; always over https."""

    host: str
    shown: str  # as an address in a sentence


NCBI_SITE: Final = Site(".ncbi.nlm.nih.gov", "https://….ncbi.nlm.nih.gov/…")


def is_at(url: str, site: Site) -> bool:
    """Return whether url is at a site, over https."""
    address = urlsplit(url)
    host = address.hostname or ""
    is_there = host.endswith(site.host) if site.host.startswith(".") else host == site.host
    return address.scheme == "https" and is_there and not address.username


def is_loopback(url: str) -> bool:
    """Return whether url is http on this machine."""
    address = urlsplit(url)
    return address.scheme == "http" and address.hostname in _LOOPBACK and not address.username


def check_base_url(url: str, site: Site) -> None:
    """Raise UsageError unless url may be asked: https at the site, or a rehearsal server on this machine."""
    try:
        allowed = (is_at(url, site) or is_loopback(url)) and urlsplit(url).port != 0
        plain = not (urlsplit(url).query or urlsplit(url).fragment)
    except ValueError:
        allowed = plain = False
    if not (allowed and plain):
        raise UsageError(
            f"The address to ask must be {site.shown} or, for a rehearsal, http://127.0.0.1:PORT/. Nothing was sent."
        )


def redirected(url: str, location: str, site: Site) -> str:
    """Return where an answer of url points; PermanentError where that is no address, or not the same kind of place."""
    if not (location.isascii() and location.isprintable()) or " " in location:
        raise PermanentError("it redirects to what is no address")
    try:
        target = urljoin(url, location)
        same = is_loopback(target) if is_loopback(url) else is_at(target, site)
        allowed = same and urlsplit(target).port != 0
    except ValueError:
        allowed = False
    if not allowed:
        raise PermanentError("it redirects to another site, which was not followed")
    return target


def send(
    url: str,
    data: bytes | None,
    *,
    connected: Callable[[], None],
    end: float,
    silence: float,
    clock: Callable[[], float] = time.monotonic,
) -> HttpAnswer:
    """Return the answer, of whatever status, to data sent by POST, to a GET where it is None; no redirect is followed.

    connected is called when the connection stands; nothing is sent before it returns. Raises TransientError for
    whatever goes wrong on the way, after so many seconds of silence, and once clock() has passed end.
    """
    limits = Limits(
        end, silence, HEAD_LIMIT + 2 * BODY_LIMIT, clock
    )  # the frames of chunks are shorter than the chunks
    headers = _HEADERS if data is None else {**_HEADERS, "Content-Type": "application/x-www-form-urlencoded"}
    request = Request(url, data=data, headers=headers)  # noqa: S310 - check_base_url, redirected
    try:
        with open_url(request, limits, connected=connected, proxied=not is_loopback(url)) as response:
            body = _read(response)
            said = response.headers
            status = response.status
    except TimeoutError as error:
        raise TransientError("no answer in time") from error
    except (OSError, http.client.HTTPException, EOFError, zlib.error, ValueError, OverflowError) as error:
        raise TransientError(_in_words(error)) from error
    return HttpAnswer(
        status,
        body,
        said.get("Location") if 300 <= status < 400 else None,
        seconds_of(said.get("Retry-After")),
    )


def seconds_of(retry_after: str | None) -> float | None:
    """Return the seconds that a Retry-After asks for: a number or a date; None where it says neither."""
    text = (retry_after or "").strip()
    try:
        seconds = float(text) if text[:1].isdigit() else parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, OverflowError, TypeError, IndexError, OSError):  # errors of the standard library for such dates
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _read(response: Any) -> bytes:
    """Return the body, unpacked, at most BODY_LIMIT bytes."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise TransientError("an answer in an encoding that was not asked for")
    unpacker = zlib.decompressobj(wbits=31) if encoding.endswith("gzip") else None
    body = bytearray()
    received = 0
    while chunk := response.read1(_CHUNK):
        received += len(chunk)
        body += unpacker.decompress(chunk, BODY_LIMIT + 1 - len(body)) if unpacker else chunk
        if unpacker and unpacker.unused_data:
            raise TransientError("an answer that goes on after its end")
        if len(body) > BODY_LIMIT:
            raise TransientError(f"an answer of more than {BODY_LIMIT // 2**20} MB")
    _check_length(received, response.headers.get_all("Content-Length", []))
    if unpacker and received and not unpacker.eof:
        raise TransientError("an answer that is cut off")
    return bytes(body)


def _check_length(received: int, stated: list[str]) -> None:
    """Raise TransientError unless each Content-Length announces what has been received."""
    for digits in map(str.strip, stated):
        if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
            raise TransientError("an answer that states no length that can be")
        if received != int(digits):
            raise TransientError("an answer that is cut off" if received < int(digits) else "an answer of two lengths")


def _in_words(error: BaseException) -> str:
    """Return in short what went wrong on the way; never the address, never what was sent."""
    reason = error.reason if isinstance(error, URLError) and isinstance(error.reason, Exception) else error
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    if isinstance(reason, ssl.SSLError):
        return f"no secure connection ({reason.reason or 'TLS failed'})"
    if isinstance(reason, zlib.error):
        return "an answer that cannot be unpacked"
    if isinstance(reason, http.client.IncompleteRead):
        return "an answer that is cut off"
    if isinstance(reason, OSError) and reason.strerror:
        return f"no connection ({reason.strerror})"
    if isinstance(reason, http.client.HTTPException) and not isinstance(reason, OSError):
        return f"an answer that is not HTTP ({type(reason).__name__})"
    return f"no connection ({type(reason).__name__})"
