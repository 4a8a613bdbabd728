"""Connections of the web server: room for many, and none for a client that sends no whole request."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from kb.site.server import responses
from kb.site.server.security import App, Message, Receive, Send

REQUEST_SECONDS: Final = 20.0  # in which a request has to come, its body too
MOST_FILES: Final = 65_536


class ImpatientProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, which alone lets a client send the head of its request for ever."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._look_later()

    def _look_later(self) -> None:
        self.loop.call_later(REQUEST_SECONDS, self._look, self.cycle)

    def _look(self, last: Any) -> None:
        """Close the connection where no whole request came since the last look, when it was at cycle ``last``."""
        if self.transport.is_closing():
            return
        if self.cycle is last and (last is None or last.response_complete or last.more_body):
            self.transport.close()
        else:
            self._look_later()


def with_end_told(app: App) -> App:
    """Return app that ends without a traceback, and tells who still waits, where the server stops before it is done."""

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        has_begun = False

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await app(scope, receive, noted)
        except asyncio.CancelledError:
            if not has_begun and scope["type"] == "http":
                await responses.sentence("The server is being stopped.", status=503).asgi_send(send)

    return wrapped


def allow_many_connections() -> None:
    """Let this process hold as many open files as the system allows it; where that cannot be said, leave it."""
    try:
        import resource  # not on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
