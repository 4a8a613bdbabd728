"""litkb resolve: what is certain is accepted, what is doubtful waits for a person, whose word stands."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harvest.http.rate_limit import WINDOW
from harvest.identify.record_linkage import Matcher
from harvest.jobs.rebuild import rebuild_kb
from harvest.jobs.resolve import decision_on
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.faults import KINDS, PASSING, Fault
from harvest.rehearsal.server import Rehearsal
from harvest.sources.registry import PUBMED
from kb.cli import cli
from kb.console import run_command, shown_progress
from kb.database import open_kb, transaction
from kb.integrity.check import check_kb, logical_hash
from kb.printed.reference import parse_reference
from kb.queries.resolutions import Unresolved
from kb.records import Record
from kb.store.records import save_records
from tests.harvest.identify.test_record_linkage import HUMPHREYS, LAUDET, WHOLE
from tests.harvest.jobs.network_builders import Clock, client_of
from tests.records import MOMENT, record, reference_of

DOUBTFUL = "Humphreys A, et al. J Subst Abuse Treat. 2004."
CIRCLES = (
    "Humphreys K, Wing S, McCarty D. Self-help organizations for alcohol and drug problems. "
    "J Subst Abuse Treat. 2004;26(3):151-8."
)
OTHER = "Anonymous. The Book of Groups. 1939."
WHOLE_KEY, DOUBTFUL_KEY, OTHER_KEY = (f"ref:{parse_reference(text).key}" for text in (WHOLE, DOUBTFUL, OTHER))


def article(subject, **more: object) -> Record:
    one = record(
        subject.pmid, title=subject.title, names=tuple(f"{name} A" for name in subject.surnames), year=subject.year,
        volume=subject.volume, pages=subject.pages, pub_date=str(subject.year), **more,
    )  # fmt: skip
    journal = one.journal._replace(title=subject.journals[0], abbreviation=subject.journals[1])  # type: ignore[union-attr]
    return one._replace(journal=journal._replace(journal_id=str(subject.pmid)), article=one.article._replace(
        journal_id=str(subject.pmid)))  # fmt: skip


CITING = record(1, (WHOLE, DOUBTFUL, OTHER))
HELD = [article(LAUDET), article(HUMPHREYS)]


def filled(path: Path, *records: Record) -> Path:
    with closing(open_kb(path, create=True)) as db, transaction(db):
        save_records(db, records, received_at=MOMENT)
    return path


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    return filled(tmp_path / "kb.db", CITING, *HELD)


def resolve(kb: Path, *options: str) -> int:
    code = run_command(cli, ["resolve", str(kb), "--no-graph", *options])
    with closing(open_kb(kb)) as db:
        assert check_kb(db) == []
    return code


def identified(kb: Path) -> dict[str, tuple[str, int]]:
    """Return by printed words how each reference was identified, and as what."""
    with closing(open_kb(kb, readonly=True)) as db:
        rows = db.execute(
            """select r.citation, w.identified_by, w.merged_into from article_references r
            join works w on w.id = r.cited_id where w.merged_into is not null"""
        )
        return {citation: (method, pmid) for citation, method, pmid in rows}


def test_what_is_certain_is_accepted_and_what_is_doubtful_waits(kb: Path, capsys: pytest.CaptureFixture[str]):
    assert resolve(kb) == 0

    assert identified(kb) == {WHOLE: ("offline", 11)}
    said = capsys.readouterr()
    assert (
        said.out == "matched 3 cited works without a PMID with the articles in this library: 1 accepted, 1 proposed\n"
    )
    assert said.err == f"1 reference to decide: litkb resolve {kb} --list\n"


def test_looking_again_changes_nothing(kb: Path):
    resolve(kb)
    with closing(open_kb(kb)) as db:
        before = logical_hash(db)

    resolve(kb)

    with closing(open_kb(kb)) as db:
        assert logical_hash(db) == before


def test_the_queue_is_listed_with_candidates(kb: Path, capsys: pytest.CaptureFixture[str]):
    resolve(kb)
    capsys.readouterr()

    assert resolve(kb, "--list", "--json") == 0

    [waiting] = json.loads(capsys.readouterr().out)
    assert (waiting["reference_key"], waiting["citation"]) == (DOUBTFUL_KEY, DOUBTFUL)
    assert [(one["title"], one["year"]) for one in waiting["candidates"]] == [(HUMPHREYS.title, 2004)]
    assert [(one["pmid"], one["agreement"]) for one in waiting["candidates"]] == [(12, "author + year + journal +")]


def test_the_list_shows_authors_title_journal_and_year_of_each_candidate(kb: Path, capsys: pytest.CaptureFixture[str]):
    resolve(kb)
    capsys.readouterr()

    resolve(kb, "--list")

    assert capsys.readouterr().out == (
        f"{DOUBTFUL_KEY}\n  {DOUBTFUL}\n   10.0  12  author + year + journal +\n"
        f"         Humphreys A, Wing A, McCarty A. {HUMPHREYS.title}. J Subst Abuse Treat. 2004\n"
    )


def test_one_command_decides_several_references_and_computes_the_graph_once(kb: Path):
    resolve(kb)
    computed: list[Path] = []
    after = {"after_harvest": computed.append}

    cli.main(["resolve", str(kb), "--reject", WHOLE_KEY, OTHER_KEY, "1:2"], obj=after, standalone_mode=False)
    assert identified(kb) == {}
    cli.main(["resolve", str(kb), "--accept", DOUBTFUL_KEY, WHOLE_KEY], obj=after, standalone_mode=False)

    assert identified(kb) == {WHOLE: ("person", 11), DOUBTFUL: ("person", 12)}
    assert computed == [kb, kb]


def test_a_printing_that_contradicts_is_not_outweighed_by_another_of_the_same_work():
    whole, other = WHOLE, WHOLE.replace("24(1-2):33-73", "25(3):201-30")
    matches = [match for text in (whole, other) for match in Matcher([LAUDET]).matches(text)]
    work = Unresolved(-1, WHOLE_KEY, None, None, (whole, other), frozenset({1}))

    decision = decision_on(work, matches, method="offline", dois={})

    assert decision is not None
    assert (decision.state, decision.pmid) == ("proposed", None)
    assert decision_on(work, matches[:1], method="offline", dois={}).state == "accepted"  # type: ignore[union-attr]


def test_progress_on_a_pipe_is_a_line_at_each_tenth_of_a_long_task(capsys: pytest.CaptureFixture[str]):
    with shown_progress() as progress:
        for done in range(500, 10_001, 500):
            progress("references", done, 10_000)
        progress("few", 4_000, 4_000)

    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "references: 1,000 of 10,000"
    assert len(lines) == 10


def test_progress_of_unknown_length_on_a_pipe_is_a_line_at_each_5_000_things(capsys: pytest.CaptureFixture[str]):
    with shown_progress() as progress:
        for done in range(200, 10_800, 200):
            progress("records.xml", done, 0)

    assert capsys.readouterr().err.splitlines() == ["records.xml: 5,000", "records.xml: 10,000"]


def test_a_person_accepts_rejects_and_sets_and_later_runs_leave_it(kb: Path):
    resolve(kb)

    assert resolve(kb, "--accept", DOUBTFUL_KEY, "--reject", "1:1", "--set", OTHER_KEY, "77") == 0
    assert resolve(kb) == 0

    assert identified(kb) == {DOUBTFUL: ("person", 12), OTHER: ("person", 77)}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--accept", "ref:nobody"), "No reference here has the key 'ref:nobody'; --list prints those that wait."),
        (("--accept", OTHER_KEY), f"{OTHER_KEY} has no candidate to accept; name the article: --set {OTHER_KEY} PMID"),
        (("--reject", "1:9"), "1:9 is no reference here that lacks a PMID; the page of the article numbers them."),
        (("--reject", "1:3", "--set", OTHER_KEY, "5"), f"{OTHER_KEY} is decided twice in one command; nothing was changed."),  # noqa: E501 - one sentence
        ((OTHER_KEY,), f"{OTHER_KEY!r}: say --accept or --reject before each reference."),
        (("--accept", OTHER_KEY, "--reject", "1:2", "1:1"), "'1:1': say --accept or --reject before each reference."),
        (("--ecitmatch", "--list"), "--ecitmatch looks up all references: leave out --list and decisions."),
    ],
    ids=["unknown", "no candidate", "no such number", "twice", "bare", "of either", "ask and list"],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence(kb: Path, options, said, capsys: pytest.CaptureFixture[str]):
    resolve(kb)
    capsys.readouterr()

    assert resolve(kb, *options) == 2

    assert capsys.readouterr().err == f"Error: {said}\n"
    assert identified(kb) == {WHOLE: ("offline", 11)}


def test_another_doi_than_the_printed_one_is_not_accepted(tmp_path: Path):
    citing = record(1, (reference_of(1, 1, WHOLE, doi="10.1/printed"),))
    kb = filled(tmp_path / "kb.db", citing, article(LAUDET, doi="10.1/another"))

    resolve(kb)

    assert identified(kb) == {}


def test_an_article_is_not_what_only_itself_cites(tmp_path: Path):
    own = article(LAUDET)
    kb = filled(tmp_path / "kb.db", own._replace(references=(reference_of(11, 1, WHOLE),)))

    resolve(kb)

    assert identified(kb) == {}


def test_decisions_survive_a_rebuild(tmp_path: Path):
    kb, file = tmp_path / "kb.db", tmp_path / "records.xml"
    records = "".join(format_record(one) for one in (CITING, *HELD))
    file.write_text(f"<PubmedArticleSet>{records}</PubmedArticleSet>", encoding="utf-8")
    assert run_command(cli, ["harvest", str(kb), "--file", str(file), "--no-graph"]) == 0
    resolve(kb, "--set", "1:3", "77")
    resolve(kb)
    before = identified(kb)

    rebuild_kb(kb)

    assert before == identified(kb) == {WHOLE: ("offline", 11), OTHER: ("person", 77)}


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A rehearsed PubMed with the articles that are not held."""
    shelf = open_shelf({one.article.pmid: format_record(one).encode() for one in HELD})
    with Rehearsal(shelf, limited=False) as rehearsal:
        monkeypatch.setenv("LITKB_EUTILS_URL", rehearsal.base_url)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        yield rehearsal


def test_pubmed_is_asked_for_the_place_and_its_record_must_match(online: Rehearsal, tmp_path: Path):
    wrong = "Kelly JF. Pathways out of homelessness among young adults in cities. Alcohol Treat Q. 2006;24:33-40."
    other = WHOLE.replace("Laudet AB, Morgen K, White WL", "Kelly JF")
    kb = filled(tmp_path / "kb.db", record(1, (WHOLE, wrong, other)))

    assert resolve(kb, "--ecitmatch") == 0
    assert resolve(kb) == 0

    assert identified(kb) == {WHOLE: ("ecitmatch", 11)}
    assert [one.endpoint for one in online.log] == ["ecitmatch", "efetch"]


def test_an_article_that_pubmed_named_is_not_held(online: Rehearsal, tmp_path: Path):
    kb = filled(tmp_path / "kb.db", record(1, (WHOLE,)))

    resolve(kb, "--ecitmatch")

    with closing(sqlite3.connect(kb)) as db:
        assert db.execute("select id, state from works where id > 0 order by id").fetchall() == [
            (1, "held"),
            (11, "known"),
        ]
        assert db.execute("select method, works, accepted from resolution_runs order by id").fetchall() == [
            ("offline", 1, 0), ("ecitmatch", 1, 1)
        ]  # fmt: skip


SHORTLY = ("server error", "cut off", "empty")  # the other kinds are for the long run
PASSING_KINDS = [
    kind if kind in SHORTLY else pytest.param(kind, marks=pytest.mark.campaign)
    for kind, what in KINDS.items()
    if what.effect == PASSING and kind not in ("stall", "drip")
]


@pytest.fixture
def patient(online: Rehearsal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Clock:
    """Let the command ask by a clock that nobody waits for."""
    clock = Clock()
    client = client_of(online, tmp_path, clock, requests_per_second=3)
    monkeypatch.setattr("harvest.commands.resolve.clients_of", lambda _: {PUBMED: client})
    return clock


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("kind", [*PASSING_KINDS, "fewer", "other PMID"])
def test_a_fault_that_passes_leaves_no_trace(online: Rehearsal, tmp_path: Path, kind: str):
    times = 1 if kind in ("fewer", "other PMID") else 2
    online.add(Fault(kind, "ecitmatch", times=times))
    online.add(Fault(kind, "efetch", times=times))
    kb = filled(tmp_path / "kb.db", record(1, (WHOLE,)))

    assert resolve(kb, "--ecitmatch") == 0

    assert identified(kb) == {WHOLE: ("ecitmatch", 11)}


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("endpoint", ["ecitmatch", "efetch"])
@pytest.mark.parametrize("kind", [*PASSING_KINDS, pytest.param("key refused", marks=pytest.mark.campaign)])
def test_a_fault_that_stays_is_told_and_the_same_command_goes_on(
    online: Rehearsal, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, kind: str, endpoint: str
):
    kb = filled(tmp_path / "kb.db", record(1, (WHOLE,)))
    online.add(Fault(kind, endpoint, times=None))

    assert resolve(kb, "--ecitmatch") == 1

    said = capsys.readouterr().err
    assert said.startswith("Error: E")
    assert said.endswith(". 1 of 1 references are left; ask again.\n")
    assert (said.count("\n"), identified(kb)) == (1, {})
    online.mend()
    assert resolve(kb, "--ecitmatch") == 0
    assert identified(kb) == {WHOLE: ("ecitmatch", 11)}


@pytest.mark.usefixtures("patient")
def test_a_printed_doi_or_pmcid_is_asked_for_before_the_place(tmp_path: Path, online: Rehearsal):
    citing = record(1, (
        reference_of(1, 1, "Laudet, in recovery", doi="10.1000/laudet"),
        reference_of(1, 2, "Humphreys, circles", pmcid="PMC12"),
        reference_of(1, 3, "Nobody, nothing", doi="10.1000/nobody"),
    ))  # fmt: skip
    known = [article(LAUDET, doi="10.1000/laudet"), article(HUMPHREYS, pmcid="PMC12")]
    online.shelf = open_shelf({one.article.pmid: format_record(one).encode() for one in known})
    kb = filled(tmp_path / "kb.db", citing)

    assert resolve(kb, "--ecitmatch") == 0

    expected = {"Laudet, in recovery": ("doi", 11), "Humphreys, circles": ("pmcid", 12)}
    assert identified(kb) == expected
    assert [one.endpoint for one in online.log] == ["esearch", "efetch", "esearch"]  # nobody, with two slashes
    with closing(sqlite3.connect(kb)) as db:
        sources = db.execute(
            """select distinct s.name from citations c join citation_sources s on s.id = c.source_id
            where c.citing_id = 1 and c.cited_id < 0"""
        ).fetchall()
    assert sources == [("pubmed",)]  # the record itself names the article, by its DOI

    assert resolve(kb, "--reject", "1:1") == 0
    assert resolve(kb) == 0
    assert identified(kb) == {"Humphreys, circles": ("pmcid", 12)}


@pytest.mark.usefixtures("patient")
def test_what_came_before_a_fault_is_kept(online: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("harvest.jobs.resolve.BATCH", 1)
    online.add(Fault("server error", "ecitmatch", times=None, after=1))
    kb = filled(tmp_path / "kb.db", record(1, (WHOLE,)), record(2, (CIRCLES,)))

    assert resolve(kb, "--ecitmatch") == 1
    before = identified(kb)
    online.mend()
    assert resolve(kb, "--ecitmatch") == 0

    assert len(before) == 1
    assert before.items() <= identified(kb).items()
    assert identified(kb) == {WHOLE: ("ecitmatch", 11), CIRCLES: ("ecitmatch", 12)}


@pytest.mark.usefixtures("patient")
def test_a_line_that_pubmed_drops_is_asked_for_once_more(online: Rehearsal, tmp_path: Path):
    kb = filled(tmp_path / "kb.db", record(1, (WHOLE, CIRCLES)))
    online.add(Fault("fewer", "ecitmatch"))

    resolve(kb, "--ecitmatch")

    assert [one.endpoint for one in online.log] == ["ecitmatch", "ecitmatch", "efetch"]
    assert identified(kb) == {WHOLE: ("ecitmatch", 11), CIRCLES: ("ecitmatch", 12)}


def test_what_it_asks_keeps_the_limit(
    online: Rehearsal, patient: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("harvest.jobs.resolve.BATCH", 1)
    kb = filled(tmp_path / "kb.db", record(1, (WHOLE, CIRCLES)))

    resolve(kb, "--ecitmatch")

    assert len(online.log) == 4
    assert patient.slept == [pytest.approx(WINDOW)]
