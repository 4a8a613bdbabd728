"""Connections of the web server: room for many, none for a client that sends no whole request, a quiet end for all."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from kb.site.server import responses
from kb.site.server.security import App, Message, Receive, Send, with_security_headers

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


def with_quiet_end(app: App) -> App:
    """Return app whose answers may be cancelled, as when the server ends: a page becomes 503, a file breaks off."""
    refuse = with_security_headers(_ending)

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        has_started = False

        async def noting(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await app(scope, receive, noting)
        except asyncio.CancelledError:
            if scope["type"] != "http":
                raise
            if not has_started:
                await refuse(scope, receive, send)

    return wrapped


async def _ending(_scope: Message, _receive: Receive, send: Send) -> None:
    await responses.sentence("This server is being stopped; try again later.", status=503).asgi_send(send)


def allow_many_connections() -> None:
    """Let this process hold as many open files as the system allows it; where that cannot be said, leave it."""
    try:
        import resource  # not on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
