"""Files sent piece by piece: two made at a time, some more being taken, pages first, none for a client that left."""

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeVar

from datasette.utils import sqlite_timelimit

from kb.errors import UsageError
from kb.queries.export.selection import open_choice
from kb.site.server import responses
from kb.site.server.security import App, Message, Receive, Send
from kb.site.server.sqlite_sandbox import open_connections

_Found = TypeVar("_Found")
logger = logging.getLogger("litkb.site")

AT_ONCE: Final = 2  # files whose next piece is being made
OPEN_AT_ONCE: Final = 8  # files being sent: a client that reads slowly keeps no other from its file
RETRY_SECONDS: Final = 10
SENDING_SECONDS: Final = 900.0  # for a whole file; 16 MB at 18 kB/s
STALLED_SECONDS: Final = 60.0  # a client that takes nothing for so long has left
READING_SECONDS: Final = 30.0  # for the query that says what is wanted
_STEPS: Final = 10_000  # instructions of SQLite between two looks at the clock and at the client
_PIECE: Final = 1 << 16  # characters sent in one go
_BURST: Final = 0.005  # seconds of work between two looks at whether pages wait
_WAITS: Final = 5  # at most so many lengths does a piece yield to pages, so that downloads always end
_STATE: Final = "_litkb_exports"


class TooMuchError(UsageError):
    """More is asked for than is given here."""


class Download(NamedTuple):
    """A file to send: its name and type, what is to be chosen (under the limits for strangers), what is written."""

    name: str
    media_type: str
    read: Callable[[sqlite3.Connection], Any]
    write: Callable[[sqlite3.Connection, Any], Iterator[str]]


class Exports:
    """How many files are being sent by a server, and how many pages are being made; of one event loop."""

    def __init__(self) -> None:
        self.running = 0
        self.pages = 0
        self.making = asyncio.Semaphore(AT_ONCE)
        self.reading = asyncio.Semaphore(AT_ONCE)  # of kept answers, each whole in memory

    async def give_way(self) -> None:
        """Wait as long as pages are being made, up to a bound: one interpreter serves all."""
        for _ in range(_WAITS):
            if self.pages <= 0:
                return
            await asyncio.sleep(_BURST)


def exports_of(datasette: Any) -> Exports:
    """Return the state of a server."""
    if not hasattr(datasette, _STATE):
        setattr(datasette, _STATE, Exports())
    found = getattr(datasette, _STATE)
    assert isinstance(found, Exports)
    return found


def with_pages_counted(app: App, exports: Exports) -> App:
    """Return app counting the answers that are being made."""

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # a server's own life is no page
            await app(scope, receive, send)
            return
        exports.pages += 1
        try:
            await app(scope, receive, send)
        finally:
            exports.pages -= 1

    return wrapped


class Work:
    """The making of one file, in a connection of its own; one thread at a time."""

    def __init__(self, datasette: Any, database: Any, wanted: Download) -> None:
        self.left = threading.Event()
        self._datasette, self._database, self._wanted = datasette, database, wanted
        self._deadline = time.monotonic() + READING_SECONDS
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._pieces: Iterator[str] = iter(())

    def begin(self) -> str | None:
        """Find out what is wanted, and return the first piece; raises UsageError where it cannot be given."""
        with self._lock:
            db = self._db = self._database.connect()
            self._datasette._prepare_connection(db, self._database.name)  # as its own connections are
            db.row_factory, db.isolation_level = None, None
            db.set_progress_handler(self._is_over, _STEPS)
            db.execute("begin")  # until it is closed: all of a file is from one moment
            chosen = explained(lambda: self._wanted.read(db))
            self._deadline = float("inf")
            db.set_authorizer(None)  # from here on all SQL is ours
            db.execute("pragma query_only = 0")
            open_choice(db)
            self._pieces = self._wanted.write(db, chosen)
        return explained(self.step)

    def step(self) -> str | None:
        """Return the next piece, made in a few milliseconds; None at the end."""
        with self._lock:
            found: list[str] = []
            size, until = 0, time.perf_counter() + _BURST
            for piece in self._pieces:
                found.append(piece)
                size += len(piece)
                if size >= _PIECE or time.perf_counter() > until:
                    return "".join(found)
            return "".join(found) or None

    def close(self) -> None:
        """Stop, and let go of the file."""
        self.left.set()
        with self._lock:
            close = getattr(self._pieces, "close", None)
            if close is not None:
                close()
            if self._db is not None:
                self._db.close()
                with suppress(ValueError):  # closed with the server meanwhile
                    open_connections(self._database).remove(self._db)

    def _is_over(self) -> bool:
        return self.left.is_set() or time.monotonic() > self._deadline


def within(db: sqlite3.Connection, milliseconds: int, read: Callable[[], _Found]) -> _Found:
    """Return what read returns within a time; raises TooMuchError where it takes longer."""
    with sqlite_timelimit(db, milliseconds):
        return explained(read)


def explained(read: Callable[[], _Found]) -> _Found:
    """Return what read returns; an error of SQLite becomes a sentence."""
    try:
        return read()
    except sqlite3.Error as error:
        if "interrupted" in str(error):
            raise TooMuchError("This selection takes too long here; narrow it down.") from error
        raise UsageError(f"This query cannot be answered: {error}.") from error


class FileAnswer(responses.Response):  # type: ignore[misc]  # untyped in Datasette
    """An answer that Datasette sends like any other, and that is made while it is sent."""

    def __init__(self, datasette: Any, database: Any, request: Any, wanted: Download) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{wanted.name}"'}
        super().__init__("", headers=headers, content_type=wanted.media_type)
        self._datasette, self._database, self._request, self._wanted = datasette, database, request, wanted

    async def asgi_send(self, send: Send) -> None:
        """Send the file, or say why not."""
        exports = exports_of(self._datasette)
        if self._request.method == "HEAD":
            await super().asgi_send(send)
        elif exports.running >= OPEN_AT_ONCE:
            await responses.busy(RETRY_SECONDS).asgi_send(send)
        else:
            exports.running += 1
            exports.pages -= 1  # this answer is no page
            try:
                await self._send_file(send, exports)
            finally:
                exports.running -= 1
                exports.pages += 1

    async def _send_file(self, send: Send, exports: Exports) -> None:
        work = Work(self._datasette, self._database, self._wanted)
        watch = asyncio.create_task(_watch(self._request.receive, work))
        try:
            async with exports.making:
                piece = await asyncio.to_thread(work.begin)
            await _start(send, self)
            await _send_pieces(send, piece, work, exports)
        except UsageError as error:
            await responses.sentence(str(error), status=413 if isinstance(error, TooMuchError) else 400).asgi_send(send)
        except sqlite3.Error as error:  # the transfer breaks off: an unfinished file must not look whole
            if not work.left.is_set():
                logger.warning("%s could not be finished: %s", self._wanted.name, error)
        finally:
            watch.cancel()
            work.left.set()
            await asyncio.to_thread(work.close)


async def _send_pieces(send: Send, piece: str | None, work: Work, exports: Exports) -> None:
    """Send a file's pieces and its end; no end once the client has left, or has taken too long."""
    until = time.monotonic() + SENDING_SECONDS
    while piece is not None and not work.left.is_set():
        if time.monotonic() > until:
            work.left.set()
            return
        await _send_piece(send, piece, work)
        await exports.give_way()
        async with exports.making:
            piece = await asyncio.to_thread(work.step)
    if not work.left.is_set():
        await send({"type": "http.response.body", "body": b""})


async def _watch(receive: Receive, work: Work) -> None:
    """Note when the client leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass
    work.left.set()


async def _start(send: Send, answer: Any) -> None:
    headers = {**answer.headers, "content-type": answer.content_type}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})


async def _send_piece(send: Send, piece: str, work: Work) -> None:
    """Send a piece; a client that takes none for long has left, and its file stays visibly unfinished."""
    message = {"type": "http.response.body", "body": piece.encode("utf-8", "replace"), "more_body": True}
    try:
        await asyncio.wait_for(send(message), STALLED_SECONDS)
    except TimeoutError:
        work.left.set()
