"""The site of the file that a path leads to, also after another file was published, or put in its place, there."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kb.errors import LitkbError
from kb.site.server.security import App, Message, Receive, Send

if TYPE_CHECKING:
    from datasette.app import Datasette

EACH: Final = 1.0  # seconds between two looks at where the path leads
_LOG: Final = logging.getLogger("litkb.site")


class Following:
    """An ASGI application: a request is answered from one file as a whole, the one at the path when it began."""

    def __init__(
        self, path: Path, build: Callable[[Path], "Datasette"], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Raises LitkbError, with a sentence, where build can serve nothing at path."""
        self._path, self._build, self._clock = path, build, clock
        self._found = _identity(path)
        self._site = _Site(build(path))
        self._next_look = clock() + EACH

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request; the life of the server is told to the first site."""
        if scope["type"] != "http":
            await self._site.app(scope, receive, send)
            return
        await self._look()
        site = self._site
        site.requests += 1
        try:
            await site.app(scope, receive, send)
        finally:
            site.requests -= 1
            self._close_idle(site)

    async def _look(self) -> None:
        """Look where the path leads, unless somebody is looking, or has just looked."""
        if self._clock() < self._next_look:
            return
        self._next_look = float("inf")
        try:
            await self._follow()
        finally:
            self._next_look = self._clock() + EACH

    async def _follow(self) -> None:
        """Change to another site if the path leads to another file, and it can be served."""
        found = _identity(self._path)
        if found is None or found == self._found:
            return
        try:
            site = _Site(await asyncio.to_thread(self._build, self._path))
            await site.datasette.invoke_startup()
        except (LitkbError, OSError, sqlite3.Error) as error:
            _LOG.warning("The file before is served on: %s", error)
        else:
            before, self._site = self._site, site
            self._close_idle(before)
        self._found = found

    def _close_idle(self, site: "_Site") -> None:
        """Let go of the file of a site that no new request reaches and that has answered the last one."""
        if site is not self._site and not site.requests:
            asyncio.get_running_loop().run_in_executor(None, site.close)


class _Site:
    """What serves one file, and how many requests it is answering."""

    def __init__(self, datasette: Any) -> None:
        self.datasette = datasette
        self.app: App = datasette.app()
        self.requests = 0

    def close(self) -> None:
        self.datasette.executor.shutdown()  # a query of a client that has left may still run
        for database in self.datasette.databases.values():
            database.close()


def _identity(path: Path) -> tuple[Path, int, int] | None:
    """Return what tells a file from any other that may come to its path; None where there is none now."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return path.resolve(), stat.st_dev, stat.st_ino
