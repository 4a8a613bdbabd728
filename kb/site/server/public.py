"""What a public site keeps from strangers: e-mail addresses, raw responses, facts about the machine that serves."""

import re
from typing import Any, Final

from kb.emails import without_emails
from kb.site.server import responses
from kb.site.server.security import App, Message, Receive, Send, path_of

NOT_PUBLIC: Final = "This page is not shown on a public site."
_TEXTS: Final = (b"text/", b"application/", b"image/svg")
_AT: Final = re.compile("@|＠|﹫|%40|~40".encode())
_BREAK: Final = re.compile(rb"[\s<>\",;]")  # ends any e-mail address
_LONGEST: Final = 1_000  # bytes of an e-mail address; a text without a break is cut there
_STATIC: Final = ("/-/static/", "/-/static-plugins/")


def for_strangers(app: App) -> App:
    """Return app without Datasette's pages about itself and without e-mail addresses in any text that is sent."""

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        path = path_of(scope)
        if scope["type"] != "http" or path.startswith(_STATIC):
            await app(scope, receive, send)
        elif path.startswith("/-/"):
            await responses.sentence(NOT_PUBLIC, status=404).asgi_send(send)
        else:
            await app(scope, receive, _Cleaner(send))

    return wrapped


class _Cleaner:
    """A ``send`` that passes texts on without e-mail addresses, piece by piece."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_text = False
        self._rest = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": self._headers(message.get("headers", []))}
        elif message["type"] == "http.response.body" and self._is_text:
            body = self._cleaned(message.get("body", b""), is_last=not message.get("more_body", False))
            message = {**message, "body": body}
        await self._send(message)

    def _headers(self, headers: Any) -> list[tuple[bytes, bytes]]:
        kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
        self._is_text = kind.startswith(_TEXTS)
        kept = [pair for pair in headers if not (self._is_text and pair[0].lower() == b"content-length")]
        return [(name, without_addresses(value)) for name, value in kept]  # Link names the page that follows

    def _cleaned(self, body: bytes, *, is_last: bool) -> bytes:
        """Return what can be sent; what may be the first half of an address waits for the next piece."""
        text = self._rest + body
        cut = len(text) if is_last else _cut(text)
        self._rest = text[cut:]
        return without_addresses(text[:cut])


def _cut(text: bytes) -> int:
    """Return where a text can be cut without cutting an address."""
    tail = max(0, len(text) - _LONGEST)
    ends = [found.end() for found in _BREAK.finditer(text, tail)]
    return ends[-1] if ends else len(text) if tail else 0


def without_addresses(body: bytes) -> bytes:
    """Return UTF-8 text with each e-mail address left out."""
    if not _AT.search(body):
        return body
    return without_emails(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
