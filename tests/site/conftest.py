"""A small field with everything a page can show, and a client that asks for pages without a server."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import httpx
import pytest
from datasette.plugins import get_plugins, pm
from jinja2 import Environment
from jinja2.bccache import Bucket, BytecodeCache

from graph.run import compute_graph
from kb.database import open_kb, transaction
from kb.full_texts import FullText
from kb.printed.reference import parse_reference
from kb.queries.resolutions import Candidate
from kb.queries.search.query_parser import parse_query
from kb.queries.search.query_tree import parts_of
from kb.records import (
    AbstractSection,
    Affiliation,
    ArticleDate,
    Chemical,
    DataBank,
    Grant,
    Investigator,
    Keyword,
    Language,
    LinkList,
    MeshDescriptor,
    MeshHeading,
    MeshQualifier,
    MirrorMetrics,
    OtherAbstractSection,
    PublicationType,
    Record,
    SupplementaryConcept,
)
from kb.site.server import serve, sql_throttle
from kb.site.server.serve import build_app
from kb.store.ledger import save_run, save_run_end
from kb.store.links import save_links, save_mirror_metrics
from kb.store.records import save_records
from kb.store.resolutions import Decision, ResolutionRun, save_decisions, save_resolution_run
from tests.full_texts import add_texts, field_texts
from tests.records import record, reference_of

MOMENT = "2026-01-02T03:04:05.000Z"
SEED, HELD, RETRACTED, CITING, BOOK = 1001, 1002, 1003, 1004, 1005
KNOWN = 2001
UNHURRIED_MS = 600_000

Get = Callable[[str], httpx.Response]


def parts(pmid: int, text: Callable[[str], str] = str) -> dict[str, Any]:
    """Return one row of every part of a record, each text passed through ``text``."""
    return {
        "abstract_sections": (
            AbstractSection(pmid, 1, text("Background"), None, text("People leave recovery groups in Norway."), None),
            AbstractSection(pmid, 2, text("Conclusion"), None, text("CO₂ does not fit all."), None),
        ),
        "other_abstract_sections": (
            OtherAbstractSection(pmid, 1, text("nor"), text("Publisher"), text("Bakgrunn"), None, text("Norsk."), None),
        ),
        "affiliations": (Affiliation(pmid, 1, 1, text("Hospital of Kristiansand"), None, None),),
        "investigators": (Investigator(pmid, 1, text("Investigator I"), None, None, None, None, None, text("Oslo")),),
        "languages": (Language(pmid, 1, text("eng")),),
        "keywords": (Keyword(pmid, 1, text("Self-help groups"), None, "NOTNLM"),),
        "mesh_descriptors": (MeshDescriptor(text("D1"), text("Norway"), None),),
        "mesh_qualifiers": (MeshQualifier(text("Q1"), text("ethnology"), None),),
        "mesh_headings": (MeshHeading(pmid, 1, 1, text("D1"), text("Q1"), 1, 0),),
        "supplementary_concepts": (SupplementaryConcept(pmid, 1, None, text("Twelve steps protocol"), None),),
        "chemicals": (Chemical(pmid, 1, text("64-17-5"), None, text("Ethanol")),),
        "publication_types": (PublicationType(pmid, 1, None, text("Journal Article")),),
        "grants": (Grant(pmid, 1, text("G-1"), text("AA"), text("Research Council"), text("Norway")),),
        "data_banks": (DataBank(pmid, 1, text("ClinicalTrials.gov"), text("NCT00000001")),),
        "article_dates": (ArticleDate(pmid, 1, text("received"), text("2019-11-02")),),
    }


def field() -> list[Record]:
    """Return the records of the field: the seed cites a held, a known, a DOI-only and a printed work."""
    seed = record(
        SEED,
        (
            reference_of(
                SEED, 1, "Moos RH. Active ingredients. Addiction. 2008;103:387.", doi="10.1111/held", pmid=HELD
            ),
            reference_of(
                SEED, 2, "Laudet AB. Attitudes. Subst Use Misuse. 2003;38:2017.", pmid=KNOWN, pmcid="PMC1855195"
            ),
            reference_of(SEED, 3, "Kelly JF. Mechanisms. Addiction. 2010;3:1.", doi="10.1111/doi-only"),
            reference_of(SEED, 4, "Anonymous. The Book <of> Groups. 1939."),
            reference_of(SEED, 5, None),
        ),
        title="One size doesn't fit all: H₂O in Norway",
        title_html="One size doesn't fit all: H<sub>2</sub>O in Norway",
        names=("Vederhus JK", "Høie M"),
        year=2020,
        doi="10.1186/s13722-020-00191-w",
        pmcid="PMC7247232",
        citation_line="2020 May 24;15(1):18.",
        pub_date="2020 May 24",
        volume="15",
        issue="1",
        pages="18-9",
        coi_statement="The authors declare none.",
        copyright="© The Authors 2020",
        status="MEDLINE",
        stated_reference_count=40,
        **parts(SEED),
    )
    retracted = record(RETRACTED, year=1998, notices=(("RetractionIn", 1999, "Lancet. 2010;375:445", None),))
    citing = record(CITING, (SEED, RETRACTED, HELD), year=2022, names=("Vederhus JK", "Dekkers A"))
    held = record(HELD, (RETRACTED, KNOWN), year=2008, title="Active ingredients", names=("Moos RH",))
    return [seed, held, retracted, citing, record(BOOK, year=2001, title="A held book")]


def fill(
    path: Path,
    records: list[Record],
    links: tuple[LinkList, ...] = (),
    decisions: tuple[Decision, ...] = (),
    *,
    texts: Mapping[int, FullText] = MappingProxyType({}),
    computed: bool = True,
) -> Path:
    """Save records, links, decisions on references and full texts as one harvest that began with the first record."""
    db = open_kb(path, create=True)
    with transaction(db):
        run = save_run(db, started_at=MOMENT, command="litkb harvest", plan="{}", version="0.1.0")
        if records:
            asked = str(records[0].article.pmid)
            db.execute("insert into harvest_tasks values (?, 'seed', ?, 'stored', null, null, null)", (run, asked))
        save_records(db, records, received_at=MOMENT)
        for link in links:
            save_links(db, [link], received_at=MOMENT)
        if links:
            save_mirror_metrics(
                db, [MirrorMetrics(KNOWN, 31, None, 62.5, None, "pubmed26n0001.xml.gz")], received_at=MOMENT
            )
        if decisions:
            look = ResolutionRun(MOMENT, "offline", 11.0, 4.0, works=1, accepted=0, proposed=1, litkb_version="0.1.0")
            save_decisions(db, decisions, run_id=save_resolution_run(db, look), at=MOMENT)
        save_run_end(db, run, finished_at=MOMENT)
    add_texts(db, texts)
    if computed:
        compute_graph(db)
    db.close()
    return path


LINKS = (
    LinkList(SEED, "cited_by", "elink_citedin", ((CITING, None), (HELD, None))),
    LinkList(SEED, "similar", "elink_similar", ((HELD, 99), (3001, 50))),
    LinkList(HELD, "cited_by", "elink_citedin", None),
    LinkList(RETRACTED, "cited_by", "elink_citedin", ()),
)
BOOK_OF_GROUPS = f"ref:{parse_reference('Anonymous. The Book <of> Groups. 1939.').key}"
WAITING = Decision(
    BOOK_OF_GROUPS, "offline", "proposed", None, 6.5,
    (Candidate(BOOK, 6.5, "title + year -"), Candidate(77, 2.0, "year +")),
)  # fmt: skip

FIELD_TEXTS = field_texts(CITING, (SEED, RETRACTED, HELD), HELD)


class Compiled(BytecodeCache):
    """Templates compiled once for all apps of this process: each app would take a fifth of a second for it."""

    kept: ClassVar[dict[tuple[str, bool], bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self.kept.get((bucket.key, bucket.environment.is_async)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.environment.is_async] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("datasette.app.Environment", partial(Environment, bytecode_cache=Compiled()))
        yield


@pytest.fixture(scope="session", autouse=True)
def _looked_up_once() -> Iterator[None]:
    """Leave out what each app reads about its plugins from packages, and each request about trio."""
    described = cache(lambda _: get_plugins())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("datasette.app.get_plugins", lambda: described(frozenset(pm.get_plugins())))
        patch.setattr("httpx._transports.asgi.is_running_trio", lambda: False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _unhurried() -> Iterator[None]:
    """Give every query as long as it needs: how long one takes depends on the machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("sql_time_limit_ms", "facet_time_limit_ms"):
            patch.setitem(serve.SETTINGS, name, UNHURRIED_MS)  # type: ignore[misc]  # final: but for tests
        patch.setattr(sql_throttle, "LONGEST_MS", UNHURRIED_MS)
        yield


@pytest.fixture(scope="session")
def field_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The field as a file whose name is not kb.db."""
    path = tmp_path_factory.mktemp("field") / "addiction.db"
    return fill(path, field(), LINKS, (WAITING,), texts=FIELD_TEXTS)


def _is_moved_by_datasette_1(address: str) -> bool:
    """Return whether an address is one of Datasette 1.0 alone, for what 0.65 answers at once."""
    return address.startswith("/kb/-/query") or "_extra=query" in address


@contextmanager
def served(path: Path, *, public: bool = False) -> Iterator[Get]:
    """Yield a function that asks the app of path for a page, and close its connections afterwards."""
    app = build_app(path, public=public)

    async def ask(address: str) -> httpx.Response:
        await app.invoke_startup()
        answer: httpx.Response = await app.client.get(address)
        while _is_moved_by_datasette_1(moved := answer.headers.get("location", "")):
            answer = await app.client.get(moved)
        return answer

    try:
        yield lambda address: asyncio.run(ask(address))
    finally:
        app.executor.shutdown()
        for database in app.databases.values():
            database.close()


@pytest.fixture(scope="session")
def get(field_file: Path) -> Iterator[Get]:
    with served(field_file) as ask:
        yield ask


@pytest.fixture
def field_db(field_file: Path) -> Iterator[sqlite3.Connection]:
    db = open_kb(field_file, readonly=True)
    yield db
    db.close()


def understood(text: str) -> str:
    """Return a search as the page says that it was understood."""
    return "; ".join(part.words for part in parts_of(parse_query(text)))
