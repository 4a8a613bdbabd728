"""Answers that are cancelled because the server ends."""

import asyncio
from typing import Any

import pytest

from kb.site.server.connections import with_quiet_end
from kb.site.server.security import App, Message

START = {"type": "http.response.start", "status": 200, "headers": []}
PIECE = {"type": "http.response.body", "body": b"half a fi", "more_body": True}


def cancelled(*messages: Message, kind: str = "http") -> list[Any]:
    """Return what a client gets of an app that sends messages, then works for ever, and is cancelled."""
    sent: list[Any] = []

    async def app(_scope: Message, _receive: object, send: Any) -> None:
        for message in messages:
            await send(message)
        await asyncio.Event().wait()

    async def run(app: App) -> None:
        async def send(message: Message) -> None:
            sent.append(message)

        task = asyncio.ensure_future(with_quiet_end(app)({"type": kind}, None, send))
        await asyncio.sleep(0)
        task.cancel()
        await task

    asyncio.run(run(app))
    return sent


def test_a_page_that_is_being_made_when_the_server_ends_is_answered_with_a_sentence():
    start, body = cancelled()

    assert (start["status"], body["body"]) == (503, b"This server is being stopped; try again later.\n")
    assert (b"x-content-type-options", b"nosniff") in start["headers"]


def test_a_file_that_is_being_sent_when_the_server_ends_breaks_off_and_does_not_look_whole():
    assert cancelled(START, PIECE) == [START, PIECE]


def test_what_is_no_request_is_cancelled_as_ever():
    with pytest.raises(asyncio.CancelledError):
        cancelled(kind="lifespan")
