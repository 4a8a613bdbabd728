"""Killed at any point, a harvest leaves a sound file, and the same command brings it to the same content."""

import multiprocessing
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harvest.pubmed.write_article import format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.server import Rehearsal
from kb.database import open_kb
from kb.integrity.check import check_kb, logical_hash
from tests.campaign.crashing import harvest_and_die
from tests.campaign.scale import SHORT
from tests.records import record

FIELD = [record(n, tuple({n % 30 + 1, n * 7 % 30 + 1, f"10.1000/{n % 5}"}), doi=f"10.1000/{n}") for n in range(1, 31)]
PATIENCE = 600  # seconds after which a harvest hangs
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.campaign.crashing"])


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    shelf = open_shelf({one.article.pmid: format_record(one).encode() for one in FIELD}, merged={90: 9})
    with Rehearsal(shelf, limited=False) as rehearsal:
        yield rehearsal.base_url


def run(kb: Path, base_url: str, die_at: int = 0, **how: bool) -> int | None:
    """Harvest in a process of its own; return its exit code, -9 if it was killed."""
    process = CONTEXT.Process(target=harvest_and_die, args=(kb, base_url, die_at), kwargs=how)
    process.start()
    process.join(PATIENCE)
    return process.exitcode


def state(kb: Path) -> tuple[list[object], str]:
    """Return the rules that the file breaks, and the hash of its logical content."""
    with closing(open_kb(kb, create=True)) as db:
        pending = db.execute("select count(*) from harvest_runs where finished_at is null").fetchone()[0]
        return [*check_kb(db), *(["a run is not finished"] if pending else [])], logical_hash(db)


def crash_and_resume(folder: Path, base_url: str, points: int, *, graph: bool = False) -> None:
    """Assert that a harvest killed at so many random points is sound at once, and complete when it is resumed.

    graph: with a graph run after it, and every other one killed once more when it is resumed.
    """
    draw, whole = random.Random(1), folder / "whole.db"
    assert run(whole, base_url, graph=graph) == 0
    expected = state(whole)
    assert expected[0] == []
    statements, kills = int(whole.with_suffix(".count").read_text()), 0
    for number, die_at in enumerate(draw.sample(range(1, statements), points)):
        kb = folder / f"{number}.db"
        assert run(kb, base_url, die_at, graph=graph) == -9, die_at
        assert sound(kb), die_at
        again = draw.randrange(1, statements) if graph and number % 2 else 0
        killed = run(kb, base_url, again, graph=graph) == -9
        assert sound(kb), (die_at, again)
        assert not killed or run(kb, base_url, graph=graph) == 0
        assert state(kb) == expected, (die_at, again)
        kills += 1 + killed
        for path in folder.glob(f"{number}.*"):
            path.unlink()
    print(f"{kills} kills at {statements:,} statements")


def sound(kb: Path) -> bool:
    with closing(open_kb(kb, create=True)) as db:
        return check_kb(db) == []


def test_killed_at_six_random_statements_a_harvest_resumes_to_the_same_content(tmp_path: Path, base_url: str) -> None:
    crash_and_resume(tmp_path, base_url, 6)


@pytest.mark.campaign
def test_killed_at_200_random_statements_and_again_a_harvest_and_its_graph_are_completed(
    tmp_path: Path, base_url: str
) -> None:
    crash_and_resume(tmp_path, base_url, 30 if SHORT else 200, graph=True)


def test_without_transactions_a_killed_harvest_is_not_sound(tmp_path: Path, base_url: str) -> None:
    whole, broken = tmp_path / "whole.db", 0
    assert run(whole, base_url, atomic=False) == 0
    statements = int(whole.with_suffix(".count").read_text())
    for number, die_at in enumerate(range(statements // 2, statements, statements // 12)):
        kb = tmp_path / f"{number}.db"
        assert run(kb, base_url, die_at, atomic=False) == -9
        with closing(open_kb(kb, create=True)) as db:
            broken += check_kb(db) != []
    assert broken > 0
