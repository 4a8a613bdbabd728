"""Four processes that are often refused keep the limit in any second, and wait for as long as they are told to."""

import json
import multiprocessing
from pathlib import Path

import pytest

from tests.campaign.pacing import Plan, Sent, SharedClock, ask_often
from tests.campaign.scale import SHORT
from tests.harvest.jobs.network_builders import KEY

pytestmark = pytest.mark.campaign

PROCESSES = 4
REQUESTS = 200 if SHORT else 2_000
PATIENCE = 1_200  # seconds after which a process hangs
MOMENT = 1e-6  # seconds: what sums of floats differ by
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.campaign.pacing"])


def sent_by_all(plans: list[Plan], folder: Path) -> list[Sent]:
    """Run a process for each plan, all by one clock; return what they sent, in order."""
    clock, logs = SharedClock(CONTEXT, len(plans)), [folder / f"{plan.member}.json" for plan in plans]
    pairs = zip(plans, logs, strict=True)
    processes = [CONTEXT.Process(target=ask_often, args=(clock, plan, log)) for plan, log in pairs]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE)
    return sorted(Sent(*one) for log in logs for one in json.loads(log.read_text()))


def too_many(sent: list[Sent], limit: int) -> list[float]:
    """Return when the seconds begin in which more than the limit was sent."""
    return [first.at for first, after in zip(sent, sent[limit:], strict=False) if after.at - first.at < 1 - MOMENT]


def too_early(sent: list[Sent]) -> list[tuple[float, float]]:
    """Return (when a pause was asked for, when somebody sent within it)."""
    asked = [(one.answered, one.answered + one.retry_after) for one in sent if one.retry_after is not None]
    return [(start, one.at) for start, end in asked for one in sent if start + MOMENT < one.at < end - MOMENT]


def plans(folder: Path, requests: int, key: str | None = None) -> list[Plan]:
    return [Plan(member, requests // PROCESSES, key, folder) for member in range(PROCESSES)]


@pytest.mark.parametrize(("key", "limit"), [(None, 3), (KEY, 10)])
def test_four_processes_that_are_refused_keep_the_limit_and_every_pause(tmp_path: Path, key: str | None, limit: int):
    sent = sent_by_all(plans(tmp_path, REQUESTS, key), tmp_path)
    pauses = sum(one.retry_after is not None for one in sent)
    print(f"limit {limit}: {len(sent):,} requests in {sent[-1].at - sent[0].at:,.0f} s, {pauses} pauses asked for")

    assert len(sent) >= REQUESTS
    assert pauses > REQUESTS / 20
    assert (too_many(sent, limit), too_early(sent)) == ([], [])


def test_processes_that_do_not_share_the_limit_break_it(tmp_path: Path):
    each_alone = [plan._replace(folder=tmp_path / str(plan.member)) for plan in plans(tmp_path, 80)]

    assert too_many(sent_by_all(each_alone, tmp_path), 3) != []


def test_a_client_that_tells_nobody_of_a_pause_breaks_it(tmp_path: Path):
    silent = [plan._replace(holds=False) for plan in plans(tmp_path, 80)]

    assert too_early(sent_by_all(silent, tmp_path)) != []
