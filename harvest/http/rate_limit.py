"""One rate limit for all threads and processes that share a key: a small file, locked for each request."""

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import platformdirs

from kb.errors import SourceError, TransientError

WINDOW: Final = 1.05
"""Seconds in which at most the limit is sent: NCBI counts arrivals in one second, and a network is uneven."""

LONGEST_PAUSE: Final = 3600.0
"""Seconds; a longer pause in the file is a leftover (the clock restarts with the machine) and is ignored."""


class RateState(NamedTuple):
    """What the file holds: when the last requests were sent, and the moment before which none may be."""

    sent: tuple[float, ...] = ()
    not_before: float = 0.0


class RateLimiter:
    """The shared limit; moments are those of ``time.monotonic``, which all processes of a machine share.

    A request is noted when it is let go, never booked ahead: a process that dies holds nobody up.
    """

    def __init__(
        self,
        path: Path,
        limit: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.path = path
        self.limit = limit
        self._clock = clock
        self._sleep = sleep

    def wait(self, *, until: float) -> None:
        """Return as soon as one more request may be sent, and note it; TransientError past the moment until."""
        self._wait(self._try, until)

    def rest(self, *, until: float) -> None:
        """Return once a pause that was asked for is over, noting nothing; TransientError past the moment until."""
        self._wait(self._held, until)

    def _wait(self, ask: Callable[[], float], until: float) -> None:
        while (pause := ask()) > 0:
            if self._clock() + pause > until:
                raise TransientError(
                    f"the shared rate limit leaves no room for another {pause:.0f} s", retry_after=pause
                )
            self._sleep(pause)

    def hold(self, seconds: float) -> None:
        """Let nobody who shares this limit send for so many seconds: what a Retry-After asks for."""
        with self._locked() as file:
            now = self._clock()
            traffic = _read(file, now, self.limit)
            not_before = max(traffic.not_before, now + min(seconds, LONGEST_PAUSE))
            _write(file, traffic._replace(not_before=not_before))

    def _try(self) -> float:
        """Note a request and return 0, or return the seconds after which to try again."""
        with self._locked() as file:
            now = self._clock()
            sent, not_before = _read(file, now, self.limit)
            free = sent[-self.limit] + WINDOW if len(sent) >= self.limit else now
            pause = max(free, not_before) - now
            _write(file, RateState(sent if pause > 0 else (*sent, now), not_before))  # mends a damaged file, too
            return pause

    def _held(self) -> float:
        """Return the seconds for which nobody may send."""
        with self._locked() as file:
            now = self._clock()
            return _read(file, now, self.limit).not_before - now

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Open the file and hold its lock; each use opens it anew, so threads exclude one another as well."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _lock(file)
                yield file
            finally:
                os.close(file)  # the lock goes with it
        except OSError as error:
            raise SourceError(
                f"The file of the shared rate limit, {self.path}, cannot be written ({error.strerror}). "
                "Nothing was sent. Name another folder for it by XDG_CACHE_HOME."
            ) from error


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_LOCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)


def _read(file: int, now: float, limit: int) -> RateState:
    """Return what the file says of the last second; an unreadable file counts as a full one.

    Moments in the future were noted before the machine was started again.
    """
    os.lseek(file, 0, os.SEEK_SET)
    text = os.read(file, 65536)
    if not text.strip():
        return RateState()
    try:
        sent, not_before = json.loads(text)
        moments = sorted(float(moment) for moment in sent)
        held = float(not_before)
    except (ValueError, TypeError):
        return RateState((now,) * limit)
    recent = tuple(moment for moment in moments if now - WINDOW < moment <= now)
    return RateState(recent, held if held <= now + LONGEST_PAUSE else 0.0)


def _write(file: int, traffic: RateState) -> None:
    text = json.dumps([list(traffic.sent), traffic.not_before]).encode()
    os.lseek(file, 0, os.SEEK_SET)
    os.write(file, text)
    os.ftruncate(file, len(text))


def pace_file(base_url: str, api_key: str | None, folder: Path | None) -> Path:
    """Return the file of the limit that requests to base_url with this key share; its name tells no key.

    NCBI counts by key, and by machine without one. Without a folder it lies in the user's cache.
    """
    host = (urlsplit(base_url).hostname or "").replace(":", "_")
    holder = hashlib.sha256(api_key.encode()).hexdigest()[:12] if api_key else "nokey"
    return (folder or Path(platformdirs.user_cache_dir("litkb"))) / f"{host}-{holder}.pace"
