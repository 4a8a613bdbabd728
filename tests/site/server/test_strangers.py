"""What strangers cannot do, many times over: put SQL into an address, name a file, change a byte; and the controls."""

import hashlib
import random
import re
import shutil
import sqlite3
from contextlib import closing
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from kb.site.files.downloads import file_name
from tests.campaign.scale import SHORT
from tests.site.conftest import SEED
from tests.site.pages.test_archived_response import kept_file
from tests.site.server.attacks import NAMES, Request, hostile_names, injections
from tests.site.server.test_attacks import LEFT_BY_DATASETTE, answers_of, is_bad, requests_of

__all__ = ["kept_file"]  # a fixture

CANARY = "canary of a table that nobody named"
MANY_INJECTIONS, MANY_REQUESTS = (500, 500) if SHORT else (5_000, 10_000)
ASKED = ("/", "/search", "/search.json", "/kb/articles.json", "/kb/articles", "/kb/who_cites.json", "/kb/all_citations",
         "/evidence/citing", "/evidence/search", "/search.ris", "/kb/citations.csv", "/map", "/timeline", "/names",
         f"/article/{SEED}/cite", "/notices.atom", "/run/1")  # fmt: skip
IN_PATHS = ("/article/{}", "/work/{}", "/author/{}", "/journal/{}", "/mesh/{}", "/keyword/{}", "/year/{}", "/kb/{}",
            "/kb/articles/{}", "/kb/articles.{}", "/evidence/{}", "/run/{}", "/community/{}", "/{}")  # fmt: skip
COLUMNS = ("title", "title__contains", "year__gt", "pmid__in", "year__date", "title__glob", "title__like", "pmid")
PLACES = (
    *(f"{path}?{name}={{}}" for path in ASKED for name in (*NAMES, *COLUMNS) if name != "sql"),
    *(f"{path}?{form}=1" for path in ASKED for form in ("{}", "{}__exact", "title__{}", "_{}", "_where_{}")),
    *IN_PATHS,
)


@pytest.fixture
def watched(tmp_path: Path, field_file: Path) -> Path:
    """The field as one published file, with a table of somebody's own, whose only row is the canary."""
    path = Path(shutil.copy(field_file, tmp_path / "kb.db"))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("pragma journal_mode = delete")
        db.execute("create table aviary (bird text)")
        db.execute("insert into aviary values (?)", (CANARY,))
    return path


def asked_with(texts: list[str], places: tuple[str, ...] = PLACES) -> list[Request]:
    """Return a request for each text, each in another place of an address."""
    shuffled = random.Random(7).sample(places, len(places))
    pairs = zip(texts, cycle(shuffled), strict=False)
    return [Request("GET", place.format(quote(text, safe="")), b"") for text, place in pairs]


def betrayed(file: Path, requests: list[Request], *, public: bool = True) -> list[str]:
    """Return the requests that show the canary, or more rows than none where nothing has such a title."""
    answers = zip(answers_of(file, requests, public=public), requests, strict=True)
    return [one.address for answer, one in answers if CANARY in answer.text or _finds(answer, one)]


def _finds(answer: httpx.Response, request: Request) -> bool:
    """Return whether rows were found by a title that no row has."""
    if not request.address.startswith("/kb/articles.json?title=") or answer.status_code != 200:
        return False
    return answer.json()["rows"] != []


@LEFT_BY_DATASETTE
def test_no_text_in_any_parameter_or_name_of_one_becomes_sql(watched: Path):
    of_titles = asked_with(injections(20, seed=2), ("/kb/articles.json?title={}",))

    assert betrayed(watched, [*asked_with(injections(60, seed=1)), *of_titles]) == []


@pytest.mark.campaign
@LEFT_BY_DATASETTE
def test_five_thousand_texts_in_every_parameter_and_name_of_one_show_no_canary(watched: Path):
    texts = injections(MANY_INJECTIONS, seed=3)
    of_titles = asked_with(injections(MANY_INJECTIONS // 10, seed=4), ("/kb/articles.json?title={}",))

    assert SHORT or len(PLACES) < len(texts)
    assert betrayed(watched, [*asked_with(texts), *of_titles]) == []


@LEFT_BY_DATASETTE
def test_where_sql_may_be_typed_the_canary_is_seen(watched: Path):
    typed = [Request("GET", "/kb.json?sql=select+bird+from+aviary", b"")]
    found = [Request("GET", "/kb/articles.json?title=Active+ingredients", b"")]

    assert betrayed(watched, [*typed, *found], public=False) == [typed[0].address, found[0].address]
    assert betrayed(watched, typed) == []


def test_a_thousand_hostile_names_are_plain_names_of_files():
    names = [file_name(name, ".ris") for name in hostile_names(1_000)]

    assert [name for name in names if not re.fullmatch(r"[A-Za-z0-9_-]{1,101}\.ris", name)] == []
    assert {name.partition(".")[0].lower() for name in names} & {"con", "prn", "aux", "nul", "com1", "lpt9"} == set()
    assert {"con-", "nul-"} <= {name.partition(".")[0].lower() for name in names}


@LEFT_BY_DATASETTE
def test_hostile_names_of_kept_answers_open_no_file(kept_file: Path):
    (kept_file.parent / "outside.txt").write_text(CANARY)
    names = [*hostile_names(60), "../outside.txt", "outside.txt", str(kept_file.parent / "outside.txt")]
    how = cycle(("/evidence/answer?name={}", "/evidence/answer/bytes?name={}", "/evidence/answer/text?name={}"))

    pairs = zip(names, how, strict=False)
    answers = answers_of(kept_file, [Request("GET", place.format(quote(one, safe="")), b"") for one, place in pairs])

    assert {answer.status_code for answer in answers} <= {400, 404}
    assert [answer for answer in answers if CANARY in answer.text] == []


WRITES = (
    "delete from works", "insert into works default values", "attach 'x.db' as x", "vacuum", "drop table works",
    "pragma journal_mode=wal", "pragma user_version=7", "select load_extension('x')", "create table x (y)",
    "with a as (select 1) delete from works", "update works set label='x'", "select writefile('x', 'y')", "reindex",
    "analyze", "begin immediate",
)  # fmt: skip
WRITING = [
    Request(method, f"/kb{ending}?sql={quote(sql)}", f"sql={quote(sql)}".encode() if method != "GET" else b"")
    for method in ("GET", "POST", "PUT", "DELETE")
    for ending in ("", ".json", ".ris", "/-/query", ".csv")
    for sql in WRITES
]


def state_of(folder: Path) -> dict[str, str]:
    """Return the hash of each file of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def changed_by(file: Path, requests: list[Request]) -> set[tuple[str, str]]:
    """Return what of a file and of its folder is not as it was before these requests."""
    before = state_of(file.parent)
    for answer in answers_of(file, requests):
        assert not is_bad(answer, file.parent), answer.url
    return state_of(file.parent).items() ^ before.items()


@LEFT_BY_DATASETTE
def test_attempts_to_write_change_no_byte(watched: Path):
    assert len(WRITING) == 300
    assert changed_by(watched, WRITING[::7]) == set()


@pytest.mark.campaign
@LEFT_BY_DATASETTE
def test_ten_thousand_requests_and_three_hundred_attempts_to_write_change_no_byte(watched: Path):
    assert changed_by(watched, [*WRITING, *requests_of(watched, MANY_REQUESTS, seed=11)]) == set()


def test_a_page_that_writes_is_seen(watched: Path, monkeypatch: pytest.MonkeyPatch):
    def write(db: sqlite3.Connection) -> None:
        with closing(sqlite3.connect(watched)) as other, other:
            other.execute("insert into aviary values ('another')")

    monkeypatch.setattr("kb.site.server.sqlite_sandbox.limit_connection", write)

    assert {name for name, _ in changed_by(watched, [Request("GET", "/", b"")])} == {"kb.db"}
