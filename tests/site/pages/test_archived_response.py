"""A citation leads to the answers that were kept: who was asked what, when, and the very bytes."""

import gzip
import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from harvest.archive import keep_answer, keep_file, open_archive
from kb.queries.archive import ArchivedResponse, archive_path
from kb.queries.evidence.selects import read_kept_answers
from kb.site.pages.archived_response import LARGEST, Answer, _text, _values
from tests.site.conftest import CITING, LINKS, MOMENT, RETRACTED, SEED, Get, field, fill, served
from tests.site.pages.test_pages import text_of

BODY = f"<LinkSet><Id>{SEED}</Id><script>alert(1)</script><Id>{CITING}</Id></LinkSet>".encode()
SHA = hashlib.sha256(BODY).hexdigest()
NAME = f"elink/{SHA}.xml"
CITATION = f"/evidence/citation?citing={CITING}&cited={SEED}"


def note_answer(path: Path, name: str) -> None:
    db = sqlite3.connect(path)
    db.execute("insert into harvest_tasks values (1, 'cited_by', ?, 'done', '2', null, ?)", (str(SEED), name))
    db.commit()
    db.close()


@pytest.fixture(scope="module")
def kept_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The field with an archive beside it that has one answer, and a compressed file."""
    folder = tmp_path_factory.mktemp("kept")
    path = fill(folder / "kb.db", field(), LINKS)
    packed = folder / "one & only.xml.gz"
    packed.write_bytes(b"\x1f\x8b\xff\xfe")
    with open_archive(archive_path(path)) as archive:
        for moment in (MOMENT, "2026-02-03T00:00:00Z"):
            keep_answer(archive, BODY, endpoint="elink", request={"id": str(SEED)}, received_at=moment)
        keep_file(archive, packed, request={"file": packed.name}, received_at=MOMENT)
    note_answer(path, NAME)
    return path


@pytest.fixture(scope="module")
def ask(kept_file: Path) -> Iterator[Get]:
    with served(kept_file) as get:
        yield get


def copy_beside(kept_file: Path, folder: Path) -> None:
    """Copy the file and its archive to a folder, to be changed there."""
    for name in ("kb.db", "kb.sqlar"):
        shutil.copy(kept_file.with_name(name), folder / name)


def test_a_citation_tells_source_request_date_hash_and_size_of_its_answers(ask: Get):
    text = text_of(ask(CITATION).text)

    assert "Run 1 of 2026-01-02 , request cited_by 1001: done" in text
    assert f"Source NCBI ELink: citing and similar articles Request id {SEED} Received {MOMENT}" in text
    assert f"Repeated id {SEED} Received 2026-02-03T00:00:00Z SHA-256 {SHA} Size {len(BODY)} bytes" in text


def test_an_answer_is_shown_as_text_where_it_names_the_work_and_hashed_again(ask: Get):
    [way] = [part.partition('"')[0] for part in ask(CITATION).text.split('href="')[1:] if "find=" in part]
    answer = ask(unescape(way))

    assert "Verified now: the bytes have the SHA-256 of the response as received." in answer.text
    assert f"&lt;Id&gt;<mark>{CITING}</mark>&lt;/Id&gt;" in answer.text
    assert "<script>alert" not in answer.text


def test_the_place_is_looked_for_in_the_citing_record_first():
    said = "<PMID>7</PMID> cites 5 </PubmedArticle><PMID>8</PMID> also 5 </PubmedArticle>"
    body = Answer([ArchivedResponse(1, "efetch/x.xml", "x", "efetch", {}, MOMENT, "")], len(said), said.encode(), "")

    assert [place[1:] for place in _values(body, "5", "8")["places"]] == [("5", " ")]
    assert len(_values(body, "5", "9")["places"]) == 2


def test_the_bytes_of_an_answer_can_be_taken_and_read(ask: Get):
    taken, read = ask(f"/evidence/answer/bytes?name={NAME}"), ask(f"/evidence/answer/text?name={NAME}")

    assert taken.content == BODY
    assert taken.headers["content-disposition"] == f'attachment; filename="{SHA}.xml"'
    assert read.text == BODY.decode()
    assert read.headers["content-type"] == "text/plain; charset=utf-8"
    assert read.headers["x-content-type-options"] == "nosniff"


def test_bytes_that_are_no_text_are_said_to_be_none(kept_file: Path, ask: Get):
    archive = sqlite3.connect(archive_path(kept_file))
    [name] = archive.execute("select name from answers where endpoint = 'file'").fetchone()
    archive.close()
    text = text_of(ask(f"/evidence/answer?name={name.replace('&', '%26')}").text)

    assert "Loaded file" in text
    assert "Not shown: it is not text, or more than 16 MB when unpacked." in text


@pytest.mark.parametrize(
    ("packed", "text"),
    [
        (gzip.compress("<PMID>Øy</PMID>".encode()), "<PMID>Øy</PMID>"),
        (gzip.compress(b"whole")[:-9], None),
        (gzip.compress(b"one") + gzip.compress(b"two"), None),
        (gzip.compress(b"\xff\xfe"), None),
        (gzip.compress(bytes(LARGEST)), "\0" * LARGEST),
        (gzip.compress(bytes(LARGEST + 1)), None),
    ],
    ids=["whole", "cut off", "two in one", "no text", "as large as can be", "too large"],
)
def test_a_compressed_file_is_shown_as_what_is_in_it_where_all_of_it_can_be(packed: bytes, text: str | None):
    assert _text(packed) == text


@pytest.mark.parametrize("name", ["", "nothing.xml", "../kb.db", "/etc/passwd", "elink/%00", "' or 1=1--", "x" * 5_000])
@pytest.mark.parametrize("page", ["answer", "answer/bytes", "answer/text"])
def test_nothing_but_an_answer_of_the_archive_is_given(ask: Get, page: str, name: str):
    answer = ask(f"/evidence/{page}?name={name}")

    assert answer.status_code == 404
    assert "The archive has no raw response with this name." in answer.text


def test_a_citation_of_a_loaded_file_names_the_file(kept_file: Path, tmp_path: Path):
    copy_beside(kept_file, tmp_path)
    archive, db = sqlite3.connect(tmp_path / "kb.sqlar"), sqlite3.connect(tmp_path / "kb.db")
    [name] = archive.execute("select name from answers where endpoint = 'file'").fetchone()
    db.execute("insert into harvest_tasks values (1, 'file', 'one & only.xml.gz', 'done', null, null, ?)", (name,))
    db.commit()
    archive.close()
    db.close()
    with served(tmp_path / "kb.db") as get:
        text = text_of(get(f"/evidence/citation?citing={CITING}&cited={RETRACTED}").text)

    assert "request file one & only.xml.gz: done" in text
    assert "Source Loaded file" in text


@pytest.mark.parametrize(
    ("read_from", "named"), [("b.xml", ["b.xml"]), ("older.xml", ["a.xml", "b.xml"]), (None, ["a.xml", "b.xml"])]
)
def test_of_the_files_of_a_run_that_of_the_citing_record_is_named_where_the_record_says_it(
    kept_file: Path, read_from: str | None, named: list[str]
):
    db = sqlite3.connect(kept_file)
    db.executemany(
        "insert into harvest_tasks (run_id, task, asked, outcome, answer) values (1, 'file', ?, 'done', ?)",
        [("a.xml", "file/1"), ("b.xml", "file/2")],
    )
    db.execute("update articles set read_from = ? where pmid = ?", (read_from, CITING))

    found = read_kept_answers(db, CITING, RETRACTED)
    db.close()

    assert [answer.asked for answer in found] == named


def test_without_an_archive_the_page_says_so(kept_file: Path, tmp_path: Path):
    path = tmp_path / "kb.db"
    shutil.copy(kept_file, path)
    with served(path) as get:
        citation, answer = text_of(get(CITATION).text), get(f"/evidence/answer?name={NAME}")

    assert "The archive of raw responses is not beside this file, so none can be shown." in citation
    assert NAME in citation
    assert answer.status_code == 404


def test_a_file_that_leaves_things_out_shows_no_answers_that_have_them(kept_file: Path, tmp_path: Path):
    copy_beside(kept_file, tmp_path)
    db = sqlite3.connect(tmp_path / "kb.db")
    db.execute("insert into omissions values ('abstracts', 3)")
    db.commit()
    db.close()
    with served(tmp_path / "kb.db") as get:
        assert get(f"/evidence/answer/bytes?name={NAME}").status_code == 404
        assert "is not beside this file" in get(CITATION).text


def test_an_answer_of_too_many_bytes_is_neither_shown_nor_sent(ask: Get, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kb.site.pages.archived_response.LARGEST", len(BODY) - 1)

    assert "sqlite3 kb.sqlar -Ax" in ask(f"/evidence/answer?name={NAME}").text
    assert ask(f"/evidence/answer/bytes?name={NAME}").status_code == 404


def test_damaged_bytes_and_what_is_no_archive_are_told(kept_file: Path, tmp_path: Path):
    copy_beside(kept_file, tmp_path)
    archive = sqlite3.connect(tmp_path / "kb.sqlar")
    archive.execute("update sqlar set data = zeroblob(length(data)), sz = length(data)")
    archive.commit()
    archive.close()
    with served(tmp_path / "kb.db") as get:
        damaged = get(f"/evidence/answer?name={NAME}")
        (tmp_path / "kb.sqlar").write_bytes(b"no archive at all" * 100)
        none = get(f"/evidence/answer?name={NAME}")

    assert "The archive is damaged: the bytes do not have the SHA-256 of the response as received." in damaged.text
    assert none.status_code == 404
