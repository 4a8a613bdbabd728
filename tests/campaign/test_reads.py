"""While a harvest writes, every page that is read is whole, and what one page says was true at one moment."""

import json
import multiprocessing
import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import httpx
import pytest

from graph.run import compute_graph
from harvest.archive import open_archive
from harvest.http.client import Client, Settings
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.server import Rehearsal
from harvest.rehearsal.synthetic import pmid_of, synthetic_records
from kb.database import one_moment, open_kb, transaction
from kb.integrity.check import check_kb
from kb.queries.archive import archive_path
from kb.site.server.serve import served
from kb.store.records import save_records
from tests.campaign.scale import SHORT
from tests.records import MOMENT, record
from tests.site.conftest import served as asked

ARTICLES = 150 if SHORT else 1_200
READS = 400 if SHORT else 10_000
AT_ONCE = 4
PLACES = range(2, 45, 9 if SHORT else 1)  # statements of an article page before which somebody writes
PATIENCE = 600  # seconds after which a page hangs
CONTEXT = multiprocessing.get_context("spawn")
FIRST = pmid_of(1)
OF_PUBMED = "&amp;list=references&amp;source=pubmed"
PAGES = (
    "", "search?q=synthetic", "search?q=year:1990-&view=table", "search?state=known", "map", "timeline", "years",
    "names", "schema", "run/1", "kb", "kb/articles", "kb/most_cited", "kb/seed_references", "evidence/articles",
    "evidence/citations", "evidence/known",
)  # fmt: skip
FILES = (
    "search.atom?q=synthetic", "notices.atom", "search.ris?q=synthetic", "search.csl.json?q=synthetic", "map.svg",
    f"article/{FIRST}.graphml", "kb/articles.json?_shape=array", "kb/articles.csv",
)  # fmt: skip


pytestmark = pytest.mark.campaign


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    records = {one.article.pmid: format_record(one).encode() for one in synthetic_records(ARTICLES)}
    with Rehearsal(open_shelf(records), limited=False) as rehearsal:
        yield rehearsal.base_url


def write(kb: Path, base_url: str, first: int, *, step: int) -> None:
    """Harvest articles from number first on in small runs, and compute the graph after every few."""
    settings = Settings(base_url=base_url, requests_per_second=10_000, lock_folder=kb.parent)
    client = Client(settings, sleep=lambda _: None)
    with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
        for run, start in enumerate(range(first, ARTICLES + 1, step)):
            seeds = tuple(str(pmid_of(number)) for number in range(start, min(start + step, ARTICLES + 1)))
            harvest(db, archive, {"pubmed": client}, Plan(seeds=seeds, cited_by=True, similar=True))
            if run % 4 == 0:
                compute_graph(db)


def write_until(kb: Path, base_url: str, ended: Event) -> None:
    """Write the rest of the field; begin anew with what is there, as an update does, until it is to end."""
    write(kb, base_url, 31, step=10)
    while not ended.is_set():
        write(kb, base_url, 1, step=50)


def addresses() -> list[str]:
    """Return what is read, in an order that repeats."""
    draw = random.Random(1)
    works = [pmid_of(draw.randint(1, ARTICLES)) for _ in range(60)]
    of_works = [f"article/{work}{end}" for work in works for end in ("", "/map", "/cite", "?sort=citations")]
    evidence = [f"evidence/{name}={work}" for work in works for name in ("citing?id", "references?pmid")]
    things = [f"{kind}/{key}" for kind, key in (("year", 2001), ("community", 1), ("author", "author+0001"))]
    kinds = (PAGES, FILES, of_works, evidence, things)
    return [draw.choice(draw.choice(kinds)) for _ in range(READS)]


def fault(address: str, answer: httpx.Response) -> str | None:
    """Return what is wrong with an answer; None for a whole one."""
    if answer.status_code == 429:  # a third file at a time
        return None if "retry-after" in answer.headers else "told to wait, and not how long"
    if answer.status_code not in (200, 302, 404):
        return f"{answer.status_code} {answer.text[:200]}"
    kind, text = answer.headers.get("content-type", ""), answer.text
    if kind.startswith("text/html"):
        return None if text.rstrip().endswith("</html>") and text.count("<main") == 1 else "half a page"
    if "xml" in kind or "svg" in kind:
        return None if text.rstrip().endswith(">") else "half a document"
    if "json" in kind:
        json.loads(text)
    return None


def contradiction(address: str, text: str) -> str | None:
    """Return in what a page contradicts itself: numbers that it reads apart and that are one in any moment."""
    if address == "":
        articles = re.findall(r'href="/evidence/articles"[^>]*>([\d,]+)<', text)
        return None if len(set(articles)) == 1 else f"{articles} articles"
    if address.startswith("article/") and 'class="references"' in text:
        tally = re.findall(r"/evidence/standing[^>]*>([\d,]+)<", text)
        printed = len(re.findall(r'<li id="reference-', text))
        stated = re.findall(rf'/evidence/(?:references|said)\?pmid=\d+(?:{OF_PUBMED})?"[^>]*>([\d,]+)<', text)
        whole = {sum(map(int, tally)), *(int(number.replace(",", "")) for number in stated)}
        return None if whole == {printed} else f"{tally} and {stated} of {printed} references"
    return None


def test_pages_that_are_read_while_a_harvest_writes_are_whole(tmp_path: Path, base_url: str):
    kb, ended = tmp_path / "kb.db", CONTEXT.Event()
    write_first(kb, base_url)
    with served(kb) as site, httpx.Client(trust_env=False, timeout=PATIENCE, base_url=site) as client:

        def read(address: str) -> tuple[str, str] | None:
            answer = client.get(address)
            wrong = fault(address, answer) or contradiction(address, answer.text)
            return (address, wrong) if wrong else None

        writer = CONTEXT.Process(target=write_until, args=(kb, base_url, ended))
        writer.start()
        with ThreadPoolExecutor(AT_ONCE) as readers:
            wrong = [one for one in readers.map(read, addresses()) if one]
        was_writing = writer.is_alive()
        ended.set()
        writer.join(300)

    print(f"{READS:,} pages, {len(wrong)} wrong")

    assert wrong == []
    assert was_writing
    assert writer.exitcode == 0
    with closing(open_kb(kb)) as db:
        assert check_kb(db) == []
        assert db.execute("select count(*) from articles").fetchone() == (ARTICLES,)


def write_first(kb: Path, base_url: str) -> None:
    """Harvest the first thirty articles, so that there is something to serve."""
    settings = Settings(base_url=base_url, requests_per_second=10_000, lock_folder=kb.parent)
    with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
        seeds = tuple(str(pmid_of(number)) for number in range(1, 31))
        harvest(db, archive, {"pubmed": Client(settings, sleep=lambda _: None)}, Plan(seeds=seeds))
        compute_graph(db)


def save_more(kb: Path, version: int) -> None:
    """Give the first article so many references."""
    with closing(open_kb(kb, create=True)) as db, transaction(db):
        save_records(db, [record(FIRST, tuple(range(1, version + 1)), version=version)], received_at=MOMENT)


def contradictions(kb: Path, moment: Callable[[sqlite3.Connection], AbstractContextManager[None]]) -> set[str]:
    """Return in what a page contradicts itself if somebody writes before any one of its statements."""
    found = set()
    for place in PLACES:
        statements = iter(range(place + 1))

        @contextmanager
        def interrupted(db: sqlite3.Connection, place: int = place, statements: Iterator[int] = statements) -> Any:
            with moment(db):
                db.set_trace_callback(lambda _: next(statements, None) == place and save_more(kb, place + 2))
                yield
                db.set_trace_callback(None)

        save_more(kb, place + 1)
        with pytest.MonkeyPatch.context() as patch, asked(kb) as get:
            patch.setattr("kb.site.server.context.one_moment", interrupted)
            found.add(contradiction(f"article/{FIRST}", get(f"/article/{FIRST}").text))
    return found - {None}


def test_a_page_is_of_one_moment_whatever_is_written_between_its_statements(tmp_path: Path):
    assert contradictions(tmp_path / "kb.db", one_moment) == set()


def test_a_page_of_several_moments_contradicts_itself(tmp_path: Path):
    assert contradictions(tmp_path / "kb.db", lambda _: nullcontext()) != set()
