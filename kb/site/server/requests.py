"""Requests as Datasette can read them: a method, a path and cookies that it has no answer to end before it."""

from http.cookies import CookieError, SimpleCookie
from typing import Final

from kb.site.server import responses
from kb.site.server.security import App, Message, Receive, Send

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def with_readable_requests(app: App) -> App:
    """Return app that sees known methods, paths in ASCII, and only cookies that can be read.

    On localhost a browser sends those that other programs have set, too.
    """

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif scope["method"] not in _METHODS:
            await responses.sentence("This site is read by GET.", status=405).asgi_send(send)
        elif not (scope.get("raw_path") or b"").isascii():
            await responses.sentence("This address is not in ASCII.", status=400).asgi_send(send)
        else:
            headers = [pair for pair in scope["headers"] if pair[0].lower() != b"cookie" or _is_readable(pair[1])]
            await app({**scope, "headers": headers}, receive, send)

    return wrapped


def _is_readable(cookies: bytes) -> bool:
    try:
        SimpleCookie().load(cookies.decode())
    except (CookieError, UnicodeDecodeError):
        return False
    return True
