"""Whole harvests from a PubMed that fails: nothing is lost, nothing is invented, everything is accounted for."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from harvest.archive import open_archive
from harvest.http.client import Client, Settings
from harvest.jobs import rebuild
from harvest.jobs.harvest import Summary, harvest
from harvest.jobs.plan import Plan
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.faults import KINDS, PASSING, UNSEEN, Fault
from harvest.rehearsal.server import Rehearsal
from kb.database import open_kb
from kb.integrity.check import check_kb, logical_hash
from kb.queries.archive import archive_path, read_answers
from tests.campaign.scale import SHORT
from tests.harvest.jobs.network_builders import Clock
from tests.records import record, reference_of

PLAN = Plan(
    seeds=("1", "90", "99", "10.1000/four"), query="help", references=True, cited_by=True, similar=True, depth=3
)
FIELD = [
    record(1, (2, 3, "Kleber HD. Treatment. Am J Psychiatry. 2007;164(4):5-123."), doi="10.1000/one", title="Groups"),
    record(2, (3, 8), pmcid="PMC22", title="Help"),
    record(3, title="Self-help"),
    record(4, (1, 90), doi="10.1000/four", title="Groups and help"),
    record(5, (reference_of(5, 1, "One A. T. J. 2000;1:1.", doi="10.1000/one"),), title="Far away"),
    record(6, (4,), title="Help once more"),
    *(record(pmid, (pmid + 1, pmid + 2), title="One of a chain") for pmid in range(8, 14)),
]
AGAIN = [kind for kind, what in KINDS.items() if what.effect == PASSING and kind not in ("stall", "drip")]
ENDPOINTS = (None, "esearch", "efetch", "elink")
CLOCK = Clock()  # one for all: a pause that the server asks for outlasts the harvest

pytestmark = pytest.mark.campaign


class Ended(NamedTuple):
    """How a harvest ended, and what its file holds."""

    summary: Summary
    hash: str
    hash_without_scores: str
    held: set[int]
    tasks: dict[str, str | None]
    asked: set[str]  # of which records the server was asked for

    def unexplained(self) -> set[str]:
        """Return what was asked for and has no outcome, or is missing although its outcome says that it is held."""
        without = {asked for asked in {*self.asked, *self.tasks} if self.tasks.get(asked) is None}
        stored = {asked for asked, outcome in self.tasks.items() if outcome in ("stored", "unchanged")}
        return without | {asked for asked in stored if int(asked) not in self.held}


def served(*faults: Fault) -> Rehearsal:
    xml = {one.article.pmid: format_record(one).encode() for one in FIELD}
    return Rehearsal(open_shelf(xml, merged={90: 3}), faults=faults, limited=False)


def harvested(kb: Path, *faults: Fault) -> Ended:
    """Harvest PLAN from a PubMed with these faults, by a clock that nobody waits for."""
    with served(*faults) as rehearsal:
        settings = Settings(base_url=rehearsal.base_url, requests_per_second=10_000, deadline=60, lock_folder=kb.parent)
        client = Client(settings, clock=CLOCK, sleep=CLOCK.sleep, jitter=lambda: 0.5)
        with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
            db.execute("pragma synchronous = off")
            archive.execute("pragma synchronous = off")
            summary = harvest(db, archive, {"pubmed": client}, PLAN)
            assert check_kb(db) == []
            held = {row[0] for row in db.execute("select pmid from articles")}
            tasks = dict(db.execute("select asked, outcome from harvest_tasks where task = 'article'"))
            whole = logical_hash(db)
            db.execute("begin")
            db.execute("update similar_articles set score = null")
            without_scores = logical_hash(db)
            db.execute("rollback")
            asked = {pmid for one in rehearsal.log if one.endpoint == "efetch" for pmid in ids_of(one.parameters)}
            return Ended(summary, whole, without_scores, held, tasks, asked)


def ids_of(parameters: dict[str, list[str]]) -> list[str]:
    return [pmid for ids in parameters.get("id", []) for pmid in ids.split(",")]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    return harvested(tmp_path_factory.mktemp("undisturbed") / "kb.db")


def test_an_undisturbed_harvest_accounts_for_what_is_held_merged_and_unknown(undisturbed: Ended) -> None:
    outcomes = {name: count for name, count in undisturbed.summary.outcomes.items() if count}

    assert undisturbed.held == {one.article.pmid for one in FIELD} - {5}  # which cites by a DOI alone
    assert outcomes == {"stored": len(FIELD) - 1, "merged": 1, "not found": 3}  # 99, and 14 and 15 at the chain's end
    assert undisturbed.tasks["99"] == "not found"


@pytest.mark.parametrize("kind", AGAIN)
def test_a_fault_that_passes_leaves_no_trace(tmp_path: Path, undisturbed: Ended, kind: str) -> None:
    for number, endpoint in enumerate(ENDPOINTS):
        ended = harvested(tmp_path / f"{number}.db", Fault(kind, endpoint, times=3, after=number))

        assert (ended.hash, ended.summary.outcomes) == (undisturbed.hash, undisturbed.summary.outcomes)


@pytest.mark.parametrize("kind", AGAIN)
def test_a_fault_that_stays_is_told_and_the_next_good_run_fills_everything(
    tmp_path: Path, undisturbed: Ended, kind: str
) -> None:
    for after in (0, 1, 4):
        kb = tmp_path / f"{after}.db"
        ended = harvested(kb, Fault(kind, times=None, after=after))
        unfetched = {pmid for pmid in (1, 90, 99) if pmid not in ended.held}

        assert not ended.summary.complete
        assert ended.hash != undisturbed.hash
        assert {ended.tasks[str(pmid)] for pmid in unfetched} <= {"failed", "merged", "not found"}
        assert all(len(problem.detail or "") < 400 for problem in ended.summary.problems)

        again = harvested(kb)
        assert (again.hash, again.held, again.summary.complete) == (undisturbed.hash, undisturbed.held, True)


def mixed(rng: random.Random) -> list[Fault]:
    kinds = [kind for kind in KINDS if kind not in ("stall", "drip")]
    return [
        Fault(rng.choice(kinds), rng.choice(ENDPOINTS), times=rng.choice([1, 1, 2, 5, None]), after=rng.randrange(6))
        for _ in range(rng.randint(1, 4))
    ]


def test_in_any_mix_of_faults_everything_asked_has_one_outcome(tmp_path: Path, undisturbed: Ended) -> None:
    for seed in range(60 if SHORT else 1000):
        kb = tmp_path / f"{seed}.db"
        faults = mixed(random.Random(seed))
        ended = harvested(kb, *faults)

        named = {"1", "90", "99"} <= ended.tasks.keys()
        assert (named, ended.unexplained(), ended.held - undisturbed.held) == (True, set(), set()), (seed, faults)
        if not any(KINDS[fault.kind].effect == UNSEEN for fault in faults):
            again = harvested(kb)  # a refused list of similar articles is taken by rank alone
            assert again.hash_without_scores == undisturbed.hash_without_scores, (seed, faults)
        for path in tmp_path.iterdir():
            path.unlink()


def test_a_failure_that_is_not_noted_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harvest.jobs.fetch_queue.note_failure", lambda *_: None)

    ended = harvested(tmp_path / "kb.db", Fault("server error", "efetch", times=None, after=1))

    assert ended.unexplained() != set()


def test_a_client_that_asks_once_leaves_a_trace_of_a_fault_that_passes(
    tmp_path: Path, undisturbed: Ended, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "_pauses", lambda _: iter([0.0]))
    monkeypatch.setattr(Client, "_wait_after", lambda *_: float("inf"))

    ended = harvested(tmp_path / "kb.db", Fault("server error", "efetch"))

    assert ended.hash != undisturbed.hash


def test_answers_in_any_order_and_number_make_one_file(tmp_path: Path) -> None:
    kb = tmp_path / "kb.db"
    harvested(kb)
    with open_archive(archive_path(kb)) as archive:
        answers = list(read_answers(archive))
        hashes = {loaded(archive, answers, tmp_path / f"{seed}.db", seed) for seed in range(20 if SHORT else 200)}

    assert len(answers) >= 10
    assert len(hashes) == 1


def loaded(archive: sqlite3.Connection, answers: list[rebuild.ArchivedResponse], kb: Path, seed: int) -> str:
    """Return the hash of a file made of these answers in an order of their own, some of them again: 50 in all."""
    rng = random.Random(seed)
    chosen = [*answers, *rng.choices(answers, k=50 - len(answers))]
    rng.shuffle(chosen)
    with closing(open_kb(kb, create=True)) as db:
        db.execute("pragma synchronous = off")
        for kept in chosen:
            rebuild._load(db, archive, kept)
        assert check_kb(db) == []
        return logical_hash(db)
