"""One polite client: identity, rate, waits, deadline, validation. All that litkb sends goes through it."""

import logging
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlencode

from harvest.http import transport
from harvest.http.entrez_request import build_form
from harvest.http.rate_limit import RateLimiter, pace_file
from harvest.http.response_validation import check_status
from kb.errors import PermanentError, SourceError, TransientError, UsageError

NCBI: Final = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
RATE_WITHOUT_KEY: Final = 3  # requests a second and machine (NBK25497)
RATE_WITH_KEY: Final = 10  # requests a second and key (NBK25497)
FIRST_PAUSE: Final = 1.0  # seconds before the second attempt, doubled for each further one
FIRST_CONTACT: Final = 15.0  # seconds, and three attempts, after which a source never reached counts as out of reach
LONGEST_PAUSE: Final = 30.0  # seconds between two attempts, unless NCBI asks for more

_LOG: Final = logging.getLogger(__name__)
T = TypeVar("T")
E = TypeVar("E", bound=SourceError)


@dataclass(frozen=True)
class Settings:
    """How E-utilities are asked; wrong values are refused before any connection is opened.

    deadline: seconds for one request with all its attempts and waits; timeout: seconds of silence that
    end one attempt.
    """

    base_url: str = NCBI
    site: transport.Site = transport.NCBI_SITE
    email: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    tool: str = "litkb"
    requests_per_second: int | None = None  # None: what NCBI allows
    deadline: float = 120.0
    timeout: float = 30.0
    lock_folder: Path | None = None  # None: the user's cache

    def __post_init__(self) -> None:
        transport.check_base_url(self.base_url, self.site)
        if not self.base_url.endswith("/"):
            object.__setattr__(self, "base_url", self.base_url + "/")
        if min(self.deadline, self.timeout) <= 0 or self.rate < 1:
            raise UsageError("The deadline, the timeout and the number of requests a second must be above zero.")
        if self.rate > self._allowed and transport.is_at(self.base_url, transport.NCBI_SITE):
            raise UsageError(
                f"NCBI allows {self._allowed} requests a second "
                + ("with an API key." if self.api_key else "without an API key, 10 with one (NCBI_API_KEY).")
            )

    @property
    def rate(self) -> int:
        """Requests a second."""
        return self._allowed if self.requests_per_second is None else self.requests_per_second

    @property
    def _allowed(self) -> int:
        return RATE_WITH_KEY if self.api_key else RATE_WITHOUT_KEY


def settings_from_environment(
    *,
    base_url: str | None = None,
    email: str | None = None,
    api_key: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Return settings from options, else from NCBI_API_KEY or ENTREZ_KEY, NCBI_EMAIL or EMAIL, LITKB_EUTILS_URL."""
    variables = os.environ if environment is None else environment

    def first(given: str | None, *names: str) -> str | None:
        found = (value.strip() for value in (given or "", *(variables.get(name, "") for name in names)))
        return next((value for value in found if value), None)

    return Settings(
        base_url=first(base_url, "LITKB_EUTILS_URL") or NCBI,
        email=first(email, "NCBI_EMAIL", "EMAIL"),
        api_key=first(api_key, "NCBI_API_KEY", "ENTREZ_KEY"),
    )


class Client:
    """Asks one source: E-utilities through Biopython's functions, or another by GET; may be shared by threads."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        """on_wait is told in a sentence what failed and how long the client now waits."""
        self.settings = settings
        self._on_wait = on_wait or _LOG.info
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._reached = False
        path = pace_file(settings.base_url, settings.api_key, settings.lock_folder)
        self._turns = threading.Semaphore(settings.rate)
        self._pace = RateLimiter(path, settings.rate, clock=clock, sleep=sleep)

    def ask(
        self,
        endpoint: str,
        parameters: Mapping[str, object],
        check: Callable[[bytes], T],
        *,
        deadline: float | None = None,
    ) -> tuple[bytes, T]:
        """Return the body of an answer of E-utilities that check accepts, and what check made of it.

        endpoint is a function of Bio.Entrez: esearch, efetch, elink. check raises TransientError for a body
        that should be asked for again and PermanentError for a final one. Asks again, waiting longer each
        time, until deadline seconds (else those of the settings) have passed, or the source was never reached in
        FIRST_CONTACT seconds; then TransientError.
        """
        form = build_form(endpoint, parameters)
        identity = {
            "tool": self.settings.tool, "email": self.settings.email, "api_key": self.settings.api_key
        }  # fmt: skip
        data = urlencode([*form.parameters, *((name, value) for name, value in identity.items() if value)])
        return self._insist(_name(endpoint), form.program, data.encode(), check=check, deadline=deadline)

    def get(self, name: str, path: str, parameters: Mapping[str, str], check: Callable[[bytes], T]) -> tuple[bytes, T]:
        """Return the body of an answer to a GET that check accepts, as ask() does; name is the source's, for people."""
        asked = f"{path}?{urlencode(parameters)}" if parameters else path
        return self._insist(name, asked, None, check=check, deadline=None)

    def _insist(
        self, name: str, path: str, data: bytes | None, *, check: Callable[[bytes], T], deadline: float | None
    ) -> tuple[bytes, T]:
        start = self._clock()
        until = start + (self.settings.deadline if deadline is None else deadline)
        attempts = 0
        for pause in self._pauses():
            attempts += 1
            try:
                body = self._attempt(path, data, until)
                return body, check(body)
            except TransientError as error:
                failure = self._without_secrets(error)
            except PermanentError as error:
                raise type(error)(f"{name} was refused: {self._without_secrets(error)}.") from error
            wait = self._wait_after(failure, pause)
            if self._clock() + wait >= until or self._out_of_reach(start, attempts):
                break
            self._on_wait(f"{name}: {failure}; asking again in {wait:.0f} s.")
            self._sleep(wait)
        raise TransientError(
            f"{name} got no usable answer in {attempts} attempts; the last one: {failure}.",
            retry_after=failure.retry_after,
        ) from failure.__cause__

    def _out_of_reach(self, start: float, attempts: int) -> bool:
        """Return whether no answer of any kind has ever come: there is no network, rather than a bad moment of it."""
        return not self._reached and attempts >= 3 and self._clock() - start >= FIRST_CONTACT

    def _pauses(self) -> Iterator[float]:
        """Yield the pauses between attempts: doubling up to LONGEST_PAUSE, each shortened by up to a half."""
        pause = FIRST_PAUSE
        while True:
            yield pause * (1 - self._jitter() / 2)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _wait_after(self, failure: TransientError, pause: float) -> float:
        """Return how long to wait; what NCBI asked for holds for everybody who shares the limit."""
        if failure.retry_after is None:
            return pause
        self._pace.hold(failure.retry_after)
        return max(pause, failure.retry_after)

    def _attempt(self, path: str, data: bytes | None, until: float) -> bytes:
        """Send once, when the shared limit lets it go; return the body of an answer with status 200."""
        url = self.settings.base_url + path
        for _ in range(transport.MOST_REDIRECTS + 1):
            _LOG.debug("%s %s", "GET" if data is None else "POST", path.partition("?")[0])
            answer = self._send(url, data, until)
            self._reached = True
            if answer.location is None:
                hasty = FIRST_PAUSE if answer.status == 429 else None
                check_status(answer.status, answer.body, retry_after=answer.retry_after or hasty)
                return answer.body
            url = transport.redirected(url, answer.location, self.settings.site)
        raise PermanentError("it redirects in a circle")

    def _send(self, url: str, data: bytes | None, until: float) -> transport.HttpAnswer:
        """Send when the shared limit lets it go, and return the answer.

        The connection is made before, since how long that takes varies, and what counts is when requests arrive. At
        most ``rate`` threads hold an open connection, first come, first served; each sends as soon as the limiter
        lets it.
        """
        if not self._turns.acquire(timeout=max(0.0, until - self._clock())):
            raise TransientError("no answer in time to the requests before it")
        with ExitStack() as turn:
            turn.callback(self._turns.release)
            self._pace.rest(until=until)

            def wait() -> None:
                self._pace.wait(until=until)
                turn.close()

            return transport.send(
                url, data, connected=wait, end=self._end(until), silence=self.settings.timeout, clock=self._clock
            )

    def _end(self, until: float) -> float:
        """Return by when an attempt must have ended: a slow connection may use half of what is left, not all."""
        now = self._clock()
        return min(until, now + max(self.settings.timeout, (until - now) / 2))

    def _without_secrets(self, error: E) -> E:
        """Return error, its sentence cleared of the key and the e-mail address, should the answer repeat them."""
        words = str(error)
        for secret in (self.settings.api_key, self.settings.email):
            if secret:
                words = words.replace(secret, "…")
        error.args = (words.rstrip("."),)
        return error


def _name(endpoint: str) -> str:
    """Return NCBI's spelling: ESearch, EFetch, ELink, ECitMatch."""
    return (endpoint[:2].upper() + endpoint[2:]).replace("Citmatch", "CitMatch")
