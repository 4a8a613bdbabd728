"""Security: headers on every answer, and refusal of a Host that is not ours (DNS rebinding)."""

import re
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any, Final

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

EMBEDDED: Final = "/embed/"  # pictures for the pages of others
OWN_PATH: Final = "litkb.path"  # in a scope: the path without the part that a proxy puts before the site
LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")
_HOST: Final = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
_COMMON: Final = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
_STRICT: Final = f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; {_COMMON}"
_LOOSE: Final = f"default-src 'self' 'unsafe-inline'; img-src 'self' data:; {_COMMON}"  # Datasette's own pages


def with_security_headers(app: App, *, is_ours: Callable[[str], bool] = lambda _: True, may_embed: bool = False) -> App:
    """Return app with the headers that keep pages from being framed, sniffed or made to call out.

    is_ours: whether a path is one of our pages, which keep the strict rules; Datasette's need inline scripts.
    may_embed: other sites may frame the pictures that are made for it, and nothing else.
    """

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        path = path_of(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {
                    **message,
                    "headers": _merged(message.get("headers", []), path, strict=is_ours(path), may_embed=may_embed),
                }
            await send(message)

        await app(scope, receive, send_with_headers if scope["type"] == "http" else send)

    return wrapped


def path_of(scope: Message) -> str:
    """Return the path that a request asks for, below the address of the site."""
    return str(scope.get(OWN_PATH) or scope.get("path", ""))


def _merged(
    headers: Collection[tuple[bytes, bytes]], path: str, *, strict: bool, may_embed: bool
) -> list[tuple[bytes, bytes]]:
    ours = {
        b"content-security-policy": (_STRICT if strict else _LOOSE).encode(),
        b"x-content-type-options": b"nosniff",
        b"x-frame-options": b"DENY",
        b"referrer-policy": b"no-referrer",
        b"cross-origin-opener-policy": b"same-origin",
    }
    others = [pair for pair in headers if pair[0].lower() not in ours]
    if may_embed and path.startswith(EMBEDDED):
        del ours[b"x-frame-options"]
        ours[b"content-security-policy"] = _STRICT.replace("frame-ancestors 'none'", "frame-ancestors *").encode()
    return [*others, *ours.items()]


def with_host_check(app: App, hosts: Collection[str]) -> App:
    """Return app answering only requests with one Host header: one of hosts, alone or with a port."""
    allowed = {host.lower() for host in hosts}

    refuse = with_security_headers(_refuse)

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        is_ours = scope["type"] != "http" or _host(scope) in allowed
        await (app if is_ours else refuse)(scope, receive, send)

    return wrapped


def _host(scope: Message) -> str | None:
    """Return the Host of a request without its port; None for none, several, or one that is no name and port."""
    values = [value for name, value in scope.get("headers", []) if name.lower() == b"host"]
    match = _HOST.fullmatch(values[0].decode("latin-1")) if len(values) == 1 else None
    if match is None or not 0 < int(match[2] or 80) < 1 << 16:
        return None
    return match[1].lower()


async def _refuse(_scope: Message, _receive: Receive, send: Send) -> None:
    body = b"litkb serve answers this address only when it is started with --name and its host.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body})
