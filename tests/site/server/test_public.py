"""What strangers see of a public site: no e-mail address, no raw response, nothing of the machine."""

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from harvest.archive import keep_answer, open_archive
from kb.queries.archive import archive_path
from kb.queries.publishing import read_text_columns
from kb.site.parts.messages import PUBLIC_ARCHIVE
from kb.site.server.public import for_strangers
from kb.text import LEFT_OUT
from tests.site.conftest import CITING, LINKS, MOMENT, SEED, field, fill, served
from tests.site.pages.test_archived_response import note_answer


@pytest.fixture(scope="module")
def with_secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The field under a telling path, its texts with e-mail addresses, and an archive beside it."""
    path = fill(tmp_path_factory.mktemp("of-jane") / "secretname.db", field(), LINKS)
    with closing(sqlite3.connect(path)) as db, db:
        for table, column in read_text_columns(db):
            if table in ("affiliations", "abstract_sections", "keywords", "articles"):
                db.execute(f"update or ignore {table} set {column} = {column} || ' jane@example.org'")
    with open_archive(archive_path(path)) as archive:
        name = keep_answer(archive, b"<x/>", endpoint="elink", request={"id": str(SEED)}, received_at=MOMENT)
    note_answer(path, name)
    return path


def test_no_page_and_no_file_shows_an_address_or_the_machine(with_secrets: Path):
    pages = (
        "/kb/affiliations?_facet=affiliation",
        "/", f"/article/{SEED}", f"/article/{SEED}/cite", f"/article/{SEED}.ris", "/search?q=norway",
        "/kb/affiliations", "/kb/affiliations.json", "/kb/affiliations.csv", "/run/1", "/kb/harvest_runs.json",
        "/search.jsonl?q=x", "/schema",
        "/search.atom?q=norway", "/-/databases.json", "/-/threads.json", "/-/versions.json", "/kb.json",
    )  # fmt: skip
    with served(with_secrets) as get:
        assert "jane@example.org" in get("/kb/affiliations.json").text

    with served(with_secrets, public=True) as get:
        texts = {address: get(address).text for address in pages}

    assert [address for address, text in texts.items() if re.search("jane(@|%40|~40)example", text)] == []
    assert [address for address, text in texts.items() if "of-jane" in text or "secretname" in text] == []
    assert LEFT_OUT in texts["/kb/affiliations.json"]


def test_raw_responses_are_shown_to_the_owner_alone(with_secrets: Path):
    citation = f"/evidence/citation?citing={CITING}&cited={SEED}"
    with served(with_secrets) as get:
        assert PUBLIC_ARCHIVE not in get(citation).text

    with served(with_secrets, public=True) as get:
        assert PUBLIC_ARCHIVE in get(citation).text
        assert get("/evidence/answer?name=elink/x.xml").status_code == 404


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
def test_an_address_in_two_pieces_is_left_out(size: int):
    plain = '{"a": "jane.doe@example.org"}, <b>x@y.org</b> høie＠sørlandet.no '
    links = '"/keyword/of+jane~40example~2Eorg" "?q=of%20jane.doe%40example.org" 5~40mg.day '
    text = (plain + links).encode() + b"z" * 3_000

    def app(scope: Any, receive: Any, send: Any) -> Any:
        async def answer() -> None:
            headers = [(b"content-type", b"text/html"), (b"content-length", str(len(text)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            for start in range(0, len(text), size):
                await send({"type": "http.response.body", "body": text[start : start + size], "more_body": True})
            await send({"type": "http.response.body", "body": b""})

        return answer()

    async def ask() -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await for_strangers(app)({"type": "http", "path": "/"}, None, send)
        return sent

    start, *pieces = asyncio.run(ask())

    assert b"".join(piece["body"] for piece in pieces).decode() == (
        f'{{"a": "{LEFT_OUT}"}}, <b>{LEFT_OUT}</b> {LEFT_OUT} '
        f'"/keyword/of+{LEFT_OUT}" "?q=of%20{LEFT_OUT}" 5~40mg.day ' + "z" * 3_000
    )
    assert start["headers"] == [(b"content-type", b"text/html")]
