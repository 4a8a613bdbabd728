"""The one seam into Biopython: the name ``Bio.Entrez.urlopen``, replaced for as long as a request is put together."""

import http.client
import io
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request
from urllib.response import addinfourl

from Bio import Entrez

from kb.errors import SeamError

NAME: Final = "urlopen"

Sender = Callable[[Request], Any]

_IDENTITY: Final = frozenset({"tool", "email", "api_key"})  # the client adds its own, last
_LOCK: Final = threading.RLock()  # Bio.Entrez is a module: one replacement at a time


class Form(NamedTuple):
    """What Biopython would send: the program's name ("efetch.fcgi") and its parameters, identity left out."""

    program: str
    parameters: tuple[tuple[str, str], ...]


@contextmanager
def sending_through(sender: Sender) -> Iterator[None]:
    """Let what this thread asks of Bio.Entrez go to sender instead of the network; restore what was found.

    Other threads that call Bio.Entrez meanwhile reach what was there before. Biopython's own pause between
    requests is off inside (the client has a better one); its retries need a failing sender, and ours does
    not fail. Raises SeamError where Biopython has lost the name.
    """
    with _LOCK:
        found = getattr(Entrez, NAME, None)
        if found is None:
            raise SeamError(
                "This Biopython has no Bio.Entrez.urlopen any more, through which litkb sends its requests. "
                "Install biopython 1.88, or a newer litkb."
            )
        paused_since = _pause(0)
        setattr(Entrez, NAME, _for_this_thread(sender, found))
        try:
            yield
        finally:
            setattr(Entrez, NAME, found)
            _pause(paused_since)


def _for_this_thread(sender: Sender, found: Callable[..., Any]) -> Callable[..., Any]:
    """Return a urlopen that is sender for the thread that asks for it, and found for all others."""
    owner = threading.get_ident()

    def urlopen(request: Any, *arguments: Any, **options: Any) -> Any:
        if threading.get_ident() == owner:
            return sender(request)
        return found(request, *arguments, **options)

    return urlopen


def _pause(moment: float) -> float:
    """Set when Biopython believes it sent last, and return what it believed; 0 where it keeps no such note."""
    throttle = getattr(Entrez, "_open", None)
    before: float = getattr(throttle, "previous", 0)
    if throttle is not None:
        throttle.previous = moment
    return before


def build_form(endpoint: str, parameters: Mapping[str, object]) -> Form:
    """Return the request that the Bio.Entrez function named endpoint would send for parameters.

    A list under ``id`` becomes one comma list, or repeated ``id`` in ELink: that is Biopython's knowledge.
    Nothing is sent. The key and the e-mail address of Bio.Entrez, where a program has set them, stay out.
    """
    function = getattr(Entrez, endpoint, None)
    if function is None:
        raise SeamError(f"This Biopython has no Bio.Entrez.{endpoint}. Install biopython 1.88, or a newer litkb.")
    noted: list[Request] = []

    def note(request: Request) -> addinfourl:
        noted.append(request)
        headers = http.client.HTTPMessage()
        headers["Content-Type"] = "text/xml"
        return addinfourl(io.BytesIO(), headers, request.full_url, 200)

    with sending_through(note):
        function(**parameters, tool="", email="", api_key="").close()
    if not noted:
        raise SeamError(f"Bio.Entrez.{endpoint} no longer sends through Bio.Entrez.urlopen. Install biopython 1.88.")
    return _form_of(noted[0])


def _form_of(request: Request) -> Form:
    address = urlsplit(request.full_url)
    encoded = request.data.decode() if isinstance(request.data, bytes) else address.query
    pairs = parse_qsl(encoded, keep_blank_values=True)
    return Form(
        address.path.rpartition("/")[2],
        tuple((name, value) for name, value in pairs if name not in _IDENTITY),
    )
