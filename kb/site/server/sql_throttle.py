"""SQL that people type: a second each and two at a time, so that pages always have a thread and a short wait."""

import asyncio
import re
from typing import Final
from urllib.parse import parse_qsl, urlencode

from kb.site.server import responses
from kb.site.server.security import App, Message, Receive, Send, path_of

LONGEST_MS: Final = 1_000  # our own questions may take sql_time_limit_ms
AT_ONCE: Final = 2  # of Datasette's three threads
WAIT_SECONDS: Final = 3.0  # for a turn
_DATABASE: Final = re.compile(r"/[^/.]+(?:\.\w+)?")


def with_typed_sql_bounded(app: App) -> App:
    """Return app answering so many questions in typed SQL at a time, each for so long at most."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_typed(scope):
            await app(scope, receive, send)
            return
        try:
            await asyncio.wait_for(turns.acquire(), WAIT_SECONDS)
        except TimeoutError:
            await responses.busy(int(WAIT_SECONDS), "Other SQL queries are running").asgi_send(send)
            return
        try:
            await app({**scope, "query_string": _in_time(scope["query_string"])}, receive, send)
        finally:
            turns.release()

    return wrapped


def _is_typed(scope: Message) -> bool:
    return b"sql=" in scope.get("query_string", b"") and _DATABASE.fullmatch(path_of(scope)) is not None


def _in_time(query_string: bytes) -> bytes:
    """Return a query string whose time limit is ours, or the shorter one that it asks for."""
    pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
    asked = [int(value) for name, value in pairs if name == "_timelimit" and value.isdecimal() and len(value) < 9]
    limit = min([LONGEST_MS, *(one for one in asked if one > 0)])
    others = [pair for pair in pairs if pair[0] != "_timelimit"]
    return urlencode([*others, ("_timelimit", str(limit))]).encode()
