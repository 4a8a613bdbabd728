"""Kept answers: what was asked of whom, when, and the bytes that came, where the archive lies beside the file."""

import asyncio
import re
import sqlite3
import zlib
from collections.abc import Collection, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from kb.errors import ArchiveError
from kb.queries.archive import ArchivedResponse, archive_path, open_kept, read_body, read_kept, read_size
from kb.queries.evidence.servers import read_servers_of_answer
from kb.queries.publishing import read_omissions
from kb.site.parts import messages
from kb.site.parts.sources import endpoint_words
from kb.site.server import responses
from kb.site.server.context import ask, find_database, litkb_database, may_ask
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route
from kb.site.server.streaming import exports_of

LARGEST: Final = 16 << 20  # bytes of an answer that are read to be shown or sent, and of its text when unpacked
_SHOWN: Final = 20_000  # characters on the page
_PLACES: Final = 5  # where what is looked for stands, at most
_AROUND: Final = 240  # characters on either side of it
_GZIP: Final = b"\x1f\x8b"
_LONGEST: Final = 400  # characters of a name and of what is looked for


class Answer(NamedTuple):
    """An answer of the archive: each time it came, its size, its bytes; None where these are too many or damaged."""

    times: list[ArchivedResponse]
    size: int
    body: bytes | None
    state: str


async def kept_answer(datasette: Any, request: Any) -> Any:
    """Answer /evidence/answer?name=…: what was asked, when the answer came, and how it reads."""
    name, find, within = (request.args.get(key, "")[:_LONGEST] for key in ("name", "find", "within"))
    answer = await _answer(datasette, name)
    facts = await ask(await litkb_database(datasette), lambda db: kept_facts(db, {name: answer}))
    return await page_answer(datasette, request, "litkb-answer.html", facts[name] | _values(answer, find, within))


async def kept_bytes(datasette: Any, request: Any) -> Any:
    """Answer /evidence/answer/bytes and /evidence/answer/text: the bytes as a file, or as plain text to look at."""
    name = request.args.get("name", "")[:_LONGEST]
    answer = await _answer(datasette, name)
    if answer.body is None:
        raise responses.NotFound(answer.state)
    if request.url_vars["how"] == "text":
        return responses.Response.text((_unpacked(answer.body) or answer.body).decode("utf-8", "replace"))
    return responses.attachment(answer.body, re.sub(r"[^\w.-]", "-", name.rpartition("/")[2]))


async def _answer(datasette: Any, name: str) -> Answer:
    """Return an answer; raises NotFound with a sentence where there is none to show."""
    database = await find_database(datasette)
    path = await archive_of(datasette, database) if database else None
    async with exports_of(datasette).reading:
        found = await asyncio.to_thread(_read_answer, path, name) if path else None
    if found is None:
        raise responses.NotFound(messages.NO_SUCH_ANSWER if path else why_no_archive(datasette))
    return found


async def archive_of(datasette: Any, database: Any) -> Path | None:
    """Return the archive beside a file; None without one, on a public site, and for a file that leaves things out."""
    if not may_ask(datasette):
        return None
    beside = getattr(database, "archive", None) or (database.path and archive_path(Path(database.path)))
    if not beside or not beside.is_file() or await database.execute_fn(read_omissions):
        return None
    return Path(beside)


def why_no_archive(datasette: Any) -> str:
    """Return the sentence in place of raw responses."""
    return messages.NO_ARCHIVE if may_ask(datasette) else messages.PUBLIC_ARCHIVE


def _read_answer(path: Path, name: str) -> Answer | None:
    try:
        with open_kept(path) as archive:
            times = read_kept(archive, name)
            return _answer_of(archive, times) if times else None
    except sqlite3.Error:
        return None  # what lies there is no archive


def _answer_of(archive: sqlite3.Connection, times: list[ArchivedResponse]) -> Answer:
    size = read_size(archive, times[0].name)
    if size > LARGEST:
        return Answer(times, size, None, messages.ANSWER_TOO_LARGE)
    try:
        return Answer(times, size, b"".join(read_body(archive, times[0])), messages.ANSWER_WHOLE)
    except ArchiveError:
        return Answer(times, size, None, messages.ANSWER_DAMAGED)


def read_times(path: Path | None, names: Collection[str]) -> dict[str, Answer]:
    """Return when and how answers came, without their bytes; those that the archive does not have are absent."""
    if path is None:
        return {}
    try:
        with open_kept(path) as archive:
            found = {name: (read_kept(archive, name), read_size(archive, name)) for name in names}
    except sqlite3.Error:
        return {}
    return {name: Answer(times, size, None, "") for name, (times, size) in found.items() if times}


def kept_facts(db: sqlite3.Connection, times: Mapping[str, Answer]) -> dict[str, dict[str, Any]]:
    """Return by name what a page says of answers that it does not show."""
    return {name: _facts(db, answer) for name, answer in times.items()}


def _facts(db: sqlite3.Connection, answer: Answer) -> dict[str, Any]:
    first = answer.times[0]
    sources = [_source(db, one) for one in answer.times]
    return {
        "answer": answer,
        "name": first.name,
        "sha256": first.sha256,
        "source": sources[0],
        "times": [(one.received_at, _asked(one), source) for one, source in zip(answer.times, sources, strict=True)],
        "query": urlencode({"name": first.name}),
    }


def _source(db: sqlite3.Connection, one: ArchivedResponse) -> str:
    return endpoint_words(one.endpoint, read_servers_of_answer(db, one.name, one.received_at))


def _values(answer: Answer, find: str, within: str) -> dict[str, Any]:
    """Return what the page of an answer shows: where it says find, first of all in the record of the PMID within."""
    text = _text(answer.body)
    return {
        "find": find,
        "places": (_places(_record(text, within), find) or _places(text, find)) if text and find else [],
        "text": text[:_SHOWN] if text else None,
        "is_cut": text is not None and len(text) > _SHOWN,
    }


def _asked(kept: ArchivedResponse) -> list[tuple[str, str]]:
    """Return what was asked, name by name."""
    return [(name, str(value)) for name, value in kept.request.items()]


def _text(body: bytes | None) -> str | None:
    """Return bytes as text, unpacked; None where they are none."""
    unpacked = None if body is None else _unpacked(body)
    try:
        return unpacked.decode() if unpacked is not None else None
    except UnicodeDecodeError:
        return None


def _unpacked(body: bytes) -> bytes | None:
    """Return bytes, those of a gzip file unpacked; None where it is no whole one, or larger than LARGEST then."""
    if not body.startswith(_GZIP):
        return body
    engine = zlib.decompressobj(wbits=31)
    try:
        unpacked = engine.decompress(body, LARGEST)
    except zlib.error:
        return None
    return unpacked if engine.eof and not engine.unused_data else None


def _record(text: str, pmid: str) -> str:
    """Return the record of a PMID in an answer of EFetch; "" where it has none."""
    start = text.find(f">{pmid}</PMID>") if pmid else -1
    return text[start : text.find("</PubmedArticle>", start)] if start >= 0 else ""


def _places(text: str, find: str) -> list[tuple[str, str, str]]:
    """Return where something stands in a text: what is before it, it, and what is after."""
    places = islice(re.finditer(rf"(?<!\w){re.escape(find)}(?!\w)", text), _PLACES)
    return [
        (text[max(found.start() - _AROUND, 0) : found.start()], found[0], text[found.end() : found.end() + _AROUND])
        for found in places
    ]


ROUTES: Final[list[Route]] = [
    (r"^/evidence/answer$", kept_answer),
    (r"^/evidence/answer/(?P<how>bytes|text)$", kept_bytes),
]
