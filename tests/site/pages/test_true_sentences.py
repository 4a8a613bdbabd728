"""Every sentence with a number or a date on home, article, run page, status and report follows from the ledger.

A rule says of each kind of sentence which select gives its numbers and dates; a sentence without a rule fails.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from lxml import html

from graph.run import compute_graph
from harvest.archive import open_archive
from harvest.files.input_files import InputFile
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.jobs.update import update
from harvest.pubmed.write_article import format_article_set, format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.faults import Fault
from harvest.rehearsal.server import Rehearsal
from kb.commands.status import format_status
from kb.database import open_kb, transaction
from kb.identifiers import doi_work
from kb.publish.report import Publication, title_of
from kb.publish.run import publish_kb
from kb.publish.searchreport import format_search_report
from kb.queries.archive import archive_path
from kb.queries.harvest_log import Task, read_status
from kb.queries.works.pages import read_counts, read_receipt
from kb.site.parts.messages import origin_sentence
from kb.store.ledger import save_outcomes, save_run
from kb.store.records import save_gone, save_records
from tests.harvest.jobs.network_builders import client_of
from tests.records import MOMENT, record
from tests.site.conftest import fill, served

EARLY: Final = "2020-05-05T05:05:05Z"
FIELD: Final = [
    record(1, (2, 3, "Berg A. Wicks. J Wax. 2001;1:1-9."), title="Lamps", date_revised="2019-09-09"),
    record(2, (3,), title="Lamps at sea"),
    record(3, title="Oil"),
]
BOOK: Final = record(9, title="A book of lamps", record_type="book")
SMALL: Final = (
    b"PMID- 7\nTI  - Tallow.\nFAU - Dahl, Per\nAU  - Dahl P\nTA  - J Wax\nLR  - 20180808\nSO  - J Wax. 2001;1:2.\n"
)
_MOMENTS: Final = {
    "articles": ("received_at", "checked_at"), "article_lists": ("checked_at",),
    "harvest_runs": ("started_at", "finished_at"),
}  # fmt: skip


def run(kb: Path, plan: Plan | None, *, files: tuple[tuple[str, bytes], ...] = (), faults: tuple[Fault, ...] = ()):
    """Harvest as planned, or update where there is no plan, from a rehearsal that stands for PubMed itself."""
    paths = [kb.parent / name for name, _ in files]
    for path, (_, content) in zip(paths, files, strict=True):
        path.write_bytes(content)
    xml = {one.article.pmid: format_record(one).encode() for one in FIELD}
    with (
        Rehearsal(open_shelf(xml), limited=False, faults=faults) as rehearsal,
        closing(open_kb(kb, create=True)) as db,
        open_archive(archive_path(kb)) as archive,
    ):
        clients = {"pubmed": client_of(rehearsal, kb.parent, pause=15, deadline=60)}
        if plan is None:
            update(db, archive, clients, days=1, command="litkb update kb.db")
        else:
            harvest(db, archive, clients, plan, files=[InputFile(path, path.name) for path in paths], command="litkb")
        with transaction(db):
            db.execute("update harvest_runs set server = null")


def age(kb: Path) -> None:
    """Let all that happened so far have happened long ago."""
    with closing(open_kb(kb)) as db, transaction(db):
        for table, columns in _MOMENTS.items():
            for column in columns:
                db.execute(f"update {table} set {column} = ? where {column} is not null", (EARLY,))


def from_files(kb: Path) -> None:
    xml = b"".join(format_article_set([*FIELD, BOOK]))
    run(kb, Plan(files=("lamps.xml", "more.nbib")), files=(("lamps.xml", xml), ("more.nbib", SMALL)))


def loaded_twice(kb: Path) -> None:
    from_files(kb)
    age(kb)
    from_files(kb)


def from_a_seed(kb: Path) -> None:
    run(kb, Plan(seeds=("1",), references=True, cited_by=True))


def from_a_query(kb: Path) -> None:
    run(kb, Plan(query="lamps"))


def updated_in_vain(kb: Path) -> None:
    from_a_query(kb)
    age(kb)
    run(kb, None, faults=(Fault("unavailable", times=None),))


def updated_in_part(kb: Path) -> None:
    from_a_seed(kb)
    age(kb)
    run(kb, None, faults=(Fault("unavailable", endpoint="elink", times=None),))


def files_then_asked(kb: Path) -> None:
    from_files(kb)
    age(kb)
    run(kb, Plan(seeds=("1",)))


def searched_in_vain(kb: Path) -> None:
    run(kb, Plan(query="lamps"), faults=(Fault("unavailable", times=None),))


def published(kb: Path) -> None:
    loaded_twice(kb)
    publish_kb(kb, kb.parent / "published").path.replace(kb)


SITUATIONS: Final[dict[str, Callable[[Path], None]]] = {
    "files only": from_files, "loaded twice": loaded_twice, "a seed": from_a_seed, "a query": from_a_query,
    "update failed": updated_in_vain, "update partly failed": updated_in_part, "files, then asked": files_then_asked,
    "search failed": searched_in_vain, "published": published,
}  # fmt: skip

_NETWORK: Final = "task not in ('file', 'record') and coalesce(outcome, '') <> 'already here'"
_KNOWN: Final = "select count(*) from works where state = 'known' and id"
_IDENTIFIED: Final = """select count(*) from article_references r join works w on w.id = r.cited_id
    where w.id > 0 or w.merged_into is not null"""
_ASKED: Final = f"(select count(*) from harvest_tasks where run_id = :run and {_NETWORK})"
_UNANSWERED: Final = f"""(select count(*) from harvest_tasks
    where run_id = :run and {_NETWORK} and coalesce(outcome, 'failed') = 'failed')"""
_ARTICLES, _BOOKS = (f"(select count(*) from articles where record_type {is_} 'article')" for is_ in ("=", "<>"))
_HELD: Final = "(select count(*) from articles)"
_STARTED: Final = "(select date(started_at) from harvest_runs where id = :run)"
_LAST: Final = "(select date(max(started_at)) from harvest_runs)"
_CAME: Final = "date(received_at)"
_LISTED: Final = (
    "(select count(distinct pmid) from article_lists where list = '{}' and pmid in (select pmid from articles))"
)
_ORIGIN: Final = "(select count(distinct pmid) from harvest_origins where origin = '{}')"
_LIST: Final = "(select {} from article_lists where pmid = :pmid and list = '{}')"
_SEARCHED: Final = "(select date(r.started_at) from searches s join harvest_runs r on r.id = s.run_id)"
_TRIED: Final = "exists (select 1 from harvest_tasks where task = 'search' and coalesce(outcome, 'failed') = 'failed')"
_WANTED: Final = """(select count(*) from (select asked from harvest_tasks where task = 'article'
    union select cast(pmid as text) from harvest_origins where origin = 'file'))"""
_OF: Final = "(select nullif(count(*), 0) from articles where {})"
_STANDS: Final = "nullif(sum({}), 0)"
_SILENT: Final = f"{_LIST.format('date(checked_at)', 'cited_by')} where {_LIST.format('entries', 'cited_by')} is null"
_EFETCH: Final = """(select max(date(started_at)) from harvest_runs r join harvest_tasks t on t.run_id = r.id
    where t.task = 'article' and t.asked = :pmid and t.outcome in ('stored', 'unchanged'))"""

_TOTALS: Final = (
    r"(\d+) in the table works: (\d+) records?, (\d+) cited only, (\d+) merged into others, "
    r"(\d+) deleted or not found"
)

RULES: Final = (  # pattern with the values as groups -> the select that gives them
    (r"(\d+) articles?, what they cite, and the source of each citation", f"select {_ARTICLES} where {_BOOKS} = 0"),
    (r"(\d+) articles? and (\d+) books?, what they cite, and the source of each citation",
     f"select {_ARTICLES}, {_BOOKS}"),
    (r"It began with (.*?)\. Every count on these pages .*", "select label from seed where began"),
    (r"records? in this library (\d+) title, authors, MeSH and what else PubMed has of them"
     r"(?:; \d+ articles? and \d+ books?)?", f"select {_HELD}"),
    (r"citations (\d+) one work citing another, counted once for all sources; merged works are followed",
     "select count(*) from citation_links"),
    (r"works cited only, with a PMID (\d+) in a list; their own record is not here", f"{_KNOWN} > 0"),
    (r"works cited only, no PMID known (\d+) known by the printed reference alone", f"{_KNOWN} < 0"),
    (r"(\d+) of (\d+) printed references? (?:is|are) identified: .*",
     f"select ({_IDENTIFIED}), (select count(*) from article_references)"),
    (r"(\d+) of (\d+) records? (?:has its|have their) own reference list\.",
     f"select (select count(*) from articles where reference_count is not null), {_HELD}"),
    (r"Citing articles are known, or known to have no data, for (\d+) of (\d+) records?\.",
     f"select {_LISTED.format('cited_by')}, {_HELD}"),
    (r"Source: .* Last run: ([\d-]+)\..*", f"select {_LAST}"),
    (r"Read from (\S+) on ([\d-]+); record revised by NLM ([\d-]+)",
     f"select read_from, {_CAME}, date_revised from articles where pmid = :pmid"),
    (r"Read from (\S+) on ([\d-]+); record revised by NLM ([\d-]+); PubMed gave nothing newer on ([\d-]+)",
     f"select read_from, {_CAME}, date_revised, {_EFETCH} from articles where pmid = :pmid"),
    (r"Read from the NBIB file (\S+) on ([\d-]+); record revised by NLM ([\d-]+)",
     f"select read_from, {_CAME}, date_revised from articles where pmid = :pmid"),
    (r"Harvested from PubMed on ([\d-]+)", f"select {_CAME} from articles where pmid = :pmid and {_EFETCH} = {_CAME}"),
    (r"Harvested from PubMed on ([\d-]+); checked last on ([\d-]+)",
     f"select {_CAME}, {_EFETCH} from articles where pmid = :pmid and read_from is null"),
    (r"The record in (\S+) says (\d+) references? \(([\d-]+)\)\.",
     f"select read_from, reference_count, {_CAME} from articles where pmid = :pmid"),
    (r"The record in (\S+) has no reference list \(([\d-]+)\)\.",
     f"select read_from, {_CAME} from articles where pmid = :pmid and reference_count is null"),
    (r"Its record says (\d+) references? \(([\d-]+)\)\.",
     f"select reference_count, {_CAME} from articles where pmid = :pmid and read_from is null"),
    (r"NCBI ELink says that it has no citing articles \(([\d-]+)\)\.",
     f"select {_LIST.format('date(checked_at)', 'cited_by')} where {_LIST.format('entries', 'cited_by')} = 0"),
    (r"None, said NCBI ELink on ([\d-]+)\.", f"select {_LIST.format('date(checked_at)', 'cited_by')}"),
    (r"(\d+) works? here cites? it; no source has given the whole list yet, so there may be more\.",
     "select count(*) from citation_links where cited_id = :pmid"),
    (r"(\d+) references?, complete list\.(?: in this library (\d+))?"
     r"(?: cited only (\d+))?(?: cited only, no PMID known (\d+))?",
     f"""select count(*), {_STANDS.format("w.state = 'held'")}, {_STANDS.format("w.state = 'known' and w.id > 0")},
        {_STANDS.format("w.state = 'known' and w.id < 0")}
        from article_references r join works w on w.id = r.cited_id where r.citing_pmid = :pmid"""),
    (r"Unknown: NCBI ELink has no data \(([\d-]+)\)\.", f"select {_SILENT}"),
    (r"NCBI ELink has no data on its citing articles \(([\d-]+)\)\.", f"select {_SILENT}"),
    (r"Its record has no reference list \(([\d-]+)\)\.",
     f"select {_CAME} from articles where pmid = :pmid and read_from is null and reference_count is null"),
    (r"Read from (\S+) on ([\d-]+)",
     f"select read_from, {_CAME} from articles where pmid = :pmid and date_revised is null"),
    (r"(?:Harvest|Update|Load of files) of ([\d-]+)", f"select {_STARTED} where {_UNANSWERED} = 0"),
    (r"(?:Harvest|Update) of ([\d-]+), failed: no request was answered",
     f"select {_STARTED} where {_UNANSWERED} = {_ASKED} and {_ASKED} > 0"),
    (r"(?:Harvest|Update) of ([\d-]+): (\d+) of (\d+) requests? not answered",
     f"select {_STARTED}, {_UNANSWERED}, {_ASKED}"),
    (r"(\d+) requests? failed, or found nothing\.",
     "select count(*) from harvest_tasks where run_id = :run and coalesce(outcome, 'failed') = 'failed'"),
    (r"in library (\d+) records?: (\d+) articles?, (\d+) books?", f"select {_HELD}, {_ARTICLES}, {_BOOKS}"),
    (r"cited only (\d+) works? with a PMID, (\d+) works? without",
     f"select ({_KNOWN} > 0), ({_KNOWN} < 0)"),
    (rf"(?:Works: |works ){_TOTALS}(?:; no citation graph is computed yet|; (\d+) in the citation graph of .*)\.?",
     """select count(*), count(*) filter (where state = 'held'), count(*) filter (where state = 'known'),
        count(*) filter (where state = 'merged'), count(*) filter (where state in ('deleted', 'not found')),
        (select works from field_runs order by id desc limit 1) from works"""),
    (r"references (\d+) printed, (\d+) of them identified: .*",
     f"select (select count(*) from article_references), ({_IDENTIFIED})"),
    (r"their lists \d+ complete, \d+ partial, (\d+) unknown",
     "select count(*) from article_lists where list = 'references' and entries is null"),
    (r"citations (\d+), each once, from all sources", "select count(*) from citation_links"),
    (r"sources (?:none|.*pubmed (\d+))",
     "select nullif(count(*), 0) from articles where source_id = 1"),
    (r"full texts (?:none|(\d+) without a known PMCID)",
     f"select nullif({_HELD}, 0) where (select count(*) from full_texts) = 0 and not exists (select pmcid from articles"
     " where pmcid is not null)"),
    (r"last run (\S+) .*", "select max(started_at) from harvest_runs"),
    (r"Database name (?:PubMed, by NCBI's E-utilities: (\d+) records?)?(?:PubMed's records in files: (\d+) records?)?"
     r"(?:; files in NBIB form: (\d+) record)?",
     f"select {_OF.format('source_id = 1 and read_from is null')}, {_OF.format('source_id = 1 and read_from <> 0')},"
     f" {_OF.format('source_id = 10')}"),
    (r"Online resources and browsing (\d+) records? read from files; .*", f"select {_ORIGIN.format('file')}"),
    (r"Full search strategies no search was made(?:; named one by one: (\d+))?(?:; records in files: (\d+))?"
     r"(?:; cited by articles in this library: (\d+))?",
     f"""select nullif({_ORIGIN.format('seed')}, 0), nullif({_ORIGIN.format('file')}, 0),
        nullif({_ORIGIN.format('references')}, 0)
        where not exists (select 1 from harvest_tasks where task = 'search')"""),
    (r"Updates tried ([\d-]+), failed", f"select {_LAST} where {_UNANSWERED} = {_ASKED}"),
    (r"Updates ([\d-]+) \((\d+) of (\d+) not answered\)", f"select {_LAST}, {_UNANSWERED}, {_ASKED}"),
    (r"Dates of searches ([\d-]+)", f"select min({_SEARCHED}) where not {_TRIED}"),
    (r"Dates of searches tried ([\d-]+), failed", f"select {_LAST} where {_SEARCHED} is null"),
    (r"Dates of searches ([\d-]+), tried ([\d-]+), failed", f"select {_SEARCHED}, {_LAST} where {_TRIED}"),
    (r"Total records (\d+) requested or read from files, (\d+) in this library", f"select {_WANTED}, {_HELD}"),
    (r"identified: named one by one (\d+)", f"select {_ORIGIN.format('seed')}"),
    (r"identified: records in files (\d+)", f"select {_ORIGIN.format('file')}"),
    (r"identified: hits of searches (\d+)", f"select {_ORIGIN.format('query')}"),
    (r"identified: cited by articles in this library (\d+)", f"select {_ORIGIN.format('references')}"),
    (r"In all: (\d+) failed\.", "select count(*) from harvest_tasks where coalesce(outcome, 'failed') = 'failed'"),
)  # fmt: skip
_OF_HOME: Final = (
    "//h1", "//p[@class='lead']", "//dl[@class='numbers']/div", "//ul[@class='completeness']/li", "//footer//p"
)  # fmt: skip


def sentences(page: str, *places: str) -> Iterator[str]:
    """Yield the text of elements that has a digit in it."""
    root = html.fromstring(page)
    for place in places:
        for element in root.xpath(place):
            text = re.sub(r" ([.,:;)])", r"\1", " ".join(" ".join(element.itertext()).split()))
            if re.search(r"\d", text):
                yield text


def told(kb: Path) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield the sentences of all pages, of status and of the report, with whose they are."""
    with closing(open_kb(kb, readonly=True)) as db:
        last = db.execute("select max(id) from harvest_runs").fetchone()[0]
        pmids = [row[0] for row in db.execute("select pmid from articles")]
        status, report = format_status(read_status(db)), format_search_report(db)
    with served(kb) as get:
        for one in sentences(
            get("/").text, "//h1", "//p[@class='lead']", "//dl[@class='numbers']/div", "//ul[@class='completeness']/li"
        ):
            yield one, {}
        for pmid in pmids:
            page = get(f"/article/{pmid}").text
            for one in sentences(page, "//section[@id='cited-by' or @id='references']/p", "//aside//li"):
                if not one.startswith("Neo4j"):
                    yield one, {"pmid": pmid}
        for number in range(1, last + 1):
            for one in sentences(
                get(f"/run/{number}").text, "//h1", "//h2[@id='missing']/following-sibling::p[not(@class)]"
            ):
                yield one, {"run": number}
    yield from ((" ".join(line.split()), {}) for line in status.splitlines() if re.search(r"\d", line))
    for line in re.findall(r"^\| (?:\d+ \| (?=[FOUDT])|(?=identified))(.*) \|$", report, re.MULTILINE):
        if re.search(r"\d", line):
            yield " ".join(line.replace("|", " ").split()), {"run": last}


def check(db: sqlite3.Connection, sentence: str, whose: dict[str, int]) -> str | None:
    """Return what is wrong with a sentence; None where a rule gives all its values."""
    for pattern, sql in RULES:
        if found := re.fullmatch(pattern, sentence):
            values = {"run": 0, "pmid": 0} | whose
            row = db.execute(sql, values).fetchone()
            given = list(found.groups())
            stored = None if row is None else [None if value is None else str(value) for value in row]
            return None if given == stored else f"{sentence!r}: the ledger has {stored}"
    return f"{sentence!r}: no rule"


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_sentence_with_a_number_or_a_date_follows_from_the_ledger(name: str, tmp_path: Path):
    kb = tmp_path / "kb.db"
    SITUATIONS[name](kb)

    with closing(open_kb(kb, readonly=True)) as db:
        wrong = [problem for one in told(kb) if (problem := check(db, *one))]

    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize(("name", "label"), [("files only", None), ("a query", None), ("a seed", "Name1 J Tests")])
def test_only_a_file_that_began_with_one_article_says_so(name: str, label: str | None, tmp_path: Path):
    kb = tmp_path / "kb.db"
    SITUATIONS[name](kb)

    with closing(open_kb(kb)) as db:
        titles = [title_of(db, Publication("", "", 0, "", None, ())), format_search_report(db).partition("\n")[0]]
    with served(kb) as get:
        home = get("/").text

    around = f": the literature around {label}" if label else ""
    assert titles == [
        f"The literature around {label}" if label else "A literature and citation knowledge base",
        f"# Search report{around}",
    ]
    assert ("It began with" in home, f"<title>{label or 'a literature'}" in home) == (label is not None, True)


SERVER: Final = "http://127.0.0.1:8002/entrez/eutils/"


@pytest.mark.parametrize(
    ("source", "file", "task", "server", "origin"),
    [
        ("pubmed", None, Task("article", "1", "stored", None), None, "Harvested from PubMed on 2026-01-01"),
        ("pubmed", None, Task("article", "8", "merged", None, 1), None, "Harvested from PubMed on 2026-01-01"),
        ("pubmed", None, Task("article", "1", "stored", None), SERVER,
         f"Received on 2026-01-01 from {SERVER}, which answered in place of PubMed"),
        ("pubmed", None, Task("article", "1", "failed", "no"), None,
         "Received on 2026-01-01; no run recorded here says how"),
        ("pubmed", "a.xml", None, SERVER, "Read from a.xml on 2026-01-01; record revised by NLM 2019-09-09"),
        ("pubmed", "a.xml", Task("article", "1", "failed", "no"), None,
         "Read from a.xml on 2026-01-01; record revised by NLM 2019-09-09"),
        ("nbib", "a.nbib", None, None,
         "Read from the NBIB file a.nbib on 2026-01-01; record revised by NLM 2019-09-09"),
        ("page", "a.txt", None, None,
         "Read from the saved page a.txt on 2026-01-01; record revised by NLM 2019-09-09"),
        ("pmc", "a.nxml", None, None,
         "Read from the front matter of the full text a.nxml on 2026-01-01; record revised by NLM 2019-09-09"),
        ("demonstration", None, Task("article", "1", "stored", None), SERVER,
         "A record of the demonstration, not harvested from PubMed; received on 2026-01-01"),
        ("synthetic", None, Task("article", "1", "stored", None), SERVER,
         "Made up by litkb; received on 2026-01-01"),
    ],
)  # fmt: skip
def test_a_record_says_from_where_it_came(
    db: sqlite3.Connection, source: str, file: str | None, task: Task | None, server: str | None, origin: str
):
    with transaction(db):
        run = save_run(db, started_at=MOMENT, command="", plan="{}", version="1", server=server)
        save_outcomes(db, run, [task] if task else [])
        one = record(1, source=source, date_revised="2019-09-09")
        save_records(db, [one], received_at=MOMENT, read_from=file)

    receipt = read_receipt(db, 1)

    assert receipt is not None
    assert origin_sentence(receipt) == origin


def test_one_name_has_one_number_everywhere(tmp_path: Path):
    kb = tmp_path / "kb.db"
    with closing(open_kb(kb, create=True)) as db, transaction(db):
        save_records(db, [*FIELD, BOOK, record(5, ("10.1/a", "10.1/b", 8)), record(6, (8, 7))], received_at=MOMENT)
        save_gone(db, 8, "merged", at=MOMENT, into=3)
    with closing(open_kb(kb, readonly=True)) as db:
        status, counts, report = read_status(db), read_counts(db), format_search_report(db)
        links = db.execute("select count(*) from citation_links").fetchone()[0]

    of_home = (
        counts.records, counts.articles, counts.books, counts.known, counts.cited_works, counts.references,
        counts.references_identified, counts.citations,
    )  # fmt: skip
    names = (
        "records", "articles", "books", "named_by_pmid", "cited_without_pmid", "references", "references_identified",
        "citations",
    )  # fmt: skip
    assert of_home == tuple(status[name] for name in names)
    assert (of_home[:3], of_home[-1]) == ((6, 5, 1), links)
    rows = r"^\| (?:records in this library.*|articles|books and chapters) \| (\d+) \|$"
    of_report = re.findall(rows, report, re.MULTILINE)
    assert of_report == ["6", "5", "1"]


def test_the_works_of_table_library_and_graph_are_told_apart_in_the_same_words_everywhere(tmp_path: Path):
    kb = tmp_path / "kb.db"
    with closing(open_kb(kb, create=True)) as db, transaction(db):
        save_records(db, [*FIELD, record(5, ("10.1/a", 8))], received_at=MOMENT)
        save_gone(db, 8, "merged", at=MOMENT, into=3)
        save_gone(db, 88, "deleted", at=MOMENT)
    before = "8 in the table works: 4 records, 2 cited only, 1 merged into others, 1 deleted or not found"
    with closing(open_kb(kb)) as db:
        first = format_status(read_status(db))
        compute_graph(db)
        status, report = format_status(read_status(db)), format_search_report(db)
    line = f"{before}; 6 in the citation graph of the last run: records, and what is in a citation"

    with served(kb) as get:
        home = " ".join(html.fromstring(get("/").text).xpath("//ul[@class='completeness']")[0].text_content().split())

    assert f"works         {before}; no citation graph is computed yet" in first
    assert f"works         {line}" in status
    assert f"Works: {line}." in report
    assert f"Works: {line}." in home


@pytest.mark.parametrize(("outcome", "is_said"), [("stored", True), ("failed", False)])
def test_pages_and_status_name_a_server_that_answered_in_place_of_pubmed(tmp_path: Path, outcome: str, is_said: bool):
    kb = tmp_path / "kb.db"
    with closing(open_kb(kb, create=True)) as db, transaction(db):
        run = save_run(db, started_at=MOMENT, command="", plan="{}", version="1", server=SERVER)
        save_outcomes(db, run, [Task("article", "1", outcome, None)])
        save_records(db, [record(1)], received_at=MOMENT)
        status = format_status(read_status(db))

    with served(kb) as get:
        pages = [get(address).text for address in ("/", "/article/1", "/search?q=x", "/kb/articles")]

    assert [f"{SERVER} answered requests in place of PubMed" in page for page in pages] == [is_said] * len(pages)
    assert (f"{SERVER} answered in its place" in status) is is_said


def test_what_a_command_does_is_said_no_surer_than_it_is(tmp_path: Path):
    with served(fill(tmp_path / "kb.db", [record(1, (7, "10.5555/a-book"))])) as get:
        by_pmid, by_doi = get("/work/7").text, get(f"/work/{doi_work('10.5555/a-book')}").text

    assert "This command fetches its record from PubMed into this library" in by_pmid
    assert "fetches the record if PubMed has one" in by_doi
