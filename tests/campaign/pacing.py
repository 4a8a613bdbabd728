"""A clock that processes share, and a client in one of them that asks a PubMed which often refuses; by test_pace."""

import json
import random
from pathlib import Path
from typing import Any, NamedTuple

from harvest.http import client as asking
from harvest.http.client import Client, Settings
from harvest.http.transport import HttpAnswer
from kb.errors import TransientError

REFUSED = 0.3
ARTICLES = b"<PubmedArticleSet></PubmedArticleSet>"


class Sent(NamedTuple):
    """One request: when it was sent and answered, and the pause that the answer asks for; None for no such answer."""

    at: float
    answered: float
    retry_after: float | None


class SharedClock:
    """A clock that moves on when all of its members wait, to the earliest moment that one of them waits for."""

    def __init__(self, context: Any, members: int) -> None:
        self._changed = context.Condition()
        self._now = context.Value("d", 1000.0, lock=False)
        self._until = context.Array("d", members, lock=False)  # 0: at work

    def __call__(self) -> float:
        with self._changed:
            return float(self._now.value)

    def sleep(self, member: int, seconds: float) -> None:
        with self._changed:
            until = self._until[member] = self._now.value + seconds
            self._move_on()
            self._changed.wait_for(lambda: self._now.value >= until)
            self._until[member] = 0

    def leave(self, member: int) -> None:
        with self._changed:
            self._until[member] = float("inf")
            self._move_on()

    def _move_on(self) -> None:
        if all(self._until) and min(self._until) != float("inf"):
            self._now.value = max(self._now.value, min(self._until))
            self._changed.notify_all()


class Plan(NamedTuple):
    """What one process does: how many requests it sends, by which key, in whose folder; holds: for a control."""

    member: int
    requests: int
    api_key: str | None
    folder: Path
    holds: bool = True


def ask_often(clock: SharedClock, plan: Plan, log: Path) -> None:
    """Ask until enough requests were sent; write all of them to log."""
    draw, sent = random.Random(plan.member), []

    def sleep(seconds: float) -> None:
        clock.sleep(plan.member, seconds)

    def answer(*_: object, connected: Any, **__: object) -> HttpAnswer:
        connected()
        at = clock()
        sleep(draw.uniform(0.05, 0.6))
        status = draw.choice([429, 500, 503]) if draw.random() < REFUSED else 200
        retry_after = draw.choice([None, 1.0, 2.0, 5.0]) if status in (429, 503) else None
        sent.append(Sent(at, clock(), retry_after))
        return HttpAnswer(status, ARTICLES if status == 200 else b"Busy", None, retry_after)

    asking.transport.send = answer
    settings = Settings(base_url="http://127.0.0.1:1/", api_key=plan.api_key, lock_folder=plan.folder)
    client = Client(settings, clock=clock, sleep=sleep, jitter=draw.random)
    if not plan.holds:
        client._pace.hold = lambda _: None
    while len(sent) < plan.requests:
        try:
            client.ask("efetch", {"db": "pubmed", "id": "1"}, lambda body: body)
        except TransientError:
            continue  # the deadline of one question; the next one follows
    clock.leave(plan.member)
    log.write_text(json.dumps(sent))
