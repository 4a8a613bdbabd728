"""The shared rate limit: a sliding second, threads, processes, pauses, a file that is damaged."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from harvest.http.rate_limit import LONGEST_PAUSE, WINDOW, RateLimiter, pace_file
from kb.errors import SourceError, TransientError
from tests.harvest.jobs.network_builders import KEY, Clock


class NotingClock:
    """The real clock; ``last`` is the moment at which a request was let go, whatever delays its thread later."""

    last = 0.0

    def __call__(self) -> float:
        self.last = time.monotonic()
        return self.last


def most_in_a_second(moments: list[float]) -> int:
    """Return how many moments lie in the fullest second, whose end is not part of it."""
    return max(sum(first <= moment < first + 1 for moment in moments) for first in moments)


def pace_at(path: Path, clock: Clock, limit: int = 3) -> RateLimiter:
    return RateLimiter(path / "x.pace", limit, clock=clock, sleep=clock.sleep)


def test_no_sliding_second_holds_more_than_the_limit(tmp_path):
    clock = Clock()
    pace = pace_at(tmp_path, clock)
    sent = []

    for number in range(20):
        pace.wait(until=clock() + 60)
        sent.append(clock())
        clock.now += 0.13 * (number % 4)

    assert most_in_a_second(sent) == 3


def test_the_limit_is_used_as_far_as_it_goes(tmp_path):
    clock = Clock()
    pace = pace_at(tmp_path, clock)

    for _ in range(9):
        pace.wait(until=clock() + 60)

    assert clock() == pytest.approx(1000 + 2 * WINDOW)


def test_two_users_of_one_file_share_one_limit(tmp_path):
    clock = Clock()
    sent = []

    for number in range(12):
        pace_at(tmp_path, clock, limit=10 if number % 2 else 3).wait(until=clock() + 60)
        sent.append(clock())

    assert most_in_a_second(sent[::2] + sent[1::2]) <= 10
    assert sent[3] - sent[0] < 1 <= sent[-1] - sent[0]


def test_a_pause_that_ncbi_asks_for_holds_for_all_who_share_the_limit(tmp_path):
    clock = Clock()
    pace_at(tmp_path, clock).hold(7)

    pace_at(tmp_path, clock).wait(until=clock() + 60)

    assert clock() == 1007


def test_a_rest_lasts_as_long_as_the_pause_and_uses_up_nothing(tmp_path):
    clock = Clock()
    pace = pace_at(tmp_path, clock, limit=1)
    pace.rest(until=clock() + 60)
    pace.hold(7)

    pace.rest(until=clock() + 60)
    pace.wait(until=clock() + 60)

    assert clock.slept == [7]


def test_a_shorter_pause_does_not_end_a_longer_one(tmp_path):
    clock = Clock()
    pace = pace_at(tmp_path, clock)
    pace.hold(7)
    pace.hold(1)

    pace.wait(until=clock() + 60)

    assert clock() == 1007


def test_a_wait_past_its_end_is_not_begun(tmp_path):
    clock = Clock()
    pace = pace_at(tmp_path, clock)
    pace.hold(30)

    with pytest.raises(TransientError, match="leaves no room for another 30 s"):
        pace.wait(until=clock() + 10)

    assert clock.slept == []


@pytest.mark.parametrize("left_over", [b"[[99999.0, 99999.5, 99999.9], 0.0]", b"[[], 999999.0]"])
def test_what_was_noted_before_the_machine_was_started_again_holds_nobody_up(tmp_path, left_over):
    clock = Clock()
    (tmp_path / "x.pace").write_bytes(left_over)

    pace_at(tmp_path, clock).wait(until=clock() + 60)

    assert clock.slept == []


@pytest.mark.parametrize("damaged", [b"[[1.0, 2", b"\0\0\0", b'{"sent": 1}', b"[]", b"7", b'[["a"], 0]', b"\xff"])
def test_a_damaged_file_counts_as_a_full_second(tmp_path, damaged):
    clock = Clock()
    (tmp_path / "x.pace").write_bytes(damaged)

    pace_at(tmp_path, clock).wait(until=clock() + 60)

    assert clock.slept == [pytest.approx(WINDOW)]


def test_no_pause_is_longer_than_an_hour(tmp_path):
    clock = Clock()
    pace = pace_at(tmp_path, clock)
    pace.hold(1e9)

    pace.wait(until=clock() + 2e9)

    assert clock() == pytest.approx(1000 + LONGEST_PAUSE)


def test_threads_share_the_limit(tmp_path):
    sent: list[float] = []

    def send() -> None:
        clock = NotingClock()
        pace = RateLimiter(tmp_path / "x.pace", 20, clock=clock)
        for _ in range(7):
            pace.wait(until=time.monotonic() + 60)
            sent.append(clock.last)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sent) == 28
    assert most_in_a_second(sent) <= 20


def test_no_request_of_several_threads_is_forgotten(tmp_path):
    clock = Clock()

    def send() -> None:
        for _ in range(50):
            pace_at(tmp_path, clock, limit=1000).wait(until=clock() + 60)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    sent, _ = json.loads((tmp_path / "x.pace").read_text())
    assert sent == [1000.0] * 400


def test_four_processes_share_the_limit(tmp_path):
    program = (
        "import sys, time; from pathlib import Path; from harvest.http.rate_limit import RateLimiter\n"
        "noted = []\n"
        "clock = lambda: noted.append(time.monotonic()) or noted[-1]\n"
        "pace = RateLimiter(Path(sys.argv[1]), 50, clock=clock)\n"
        "for _ in range(20):\n"
        "    pace.wait(until=time.monotonic() + 60)\n"
        "    sys.stdout.write(f'{noted[-1]}\\n')\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "x.pace")]

    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    sent = [float(line) for process in started for line in process.communicate()[0].split()]

    assert len(sent) == 80
    assert most_in_a_second(sorted(sent)) <= 50


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SourceError, match=r"The file of the shared rate limit, .*Nothing was sent"):
        pace_at(tmp_path / "file", Clock()).wait(until=2000)


def test_the_name_of_the_file_tells_the_host_and_no_key(tmp_path):
    with_key = pace_file("https://eutils.ncbi.nlm.nih.gov/entrez/eutils/", KEY, tmp_path)
    without = pace_file("https://eutils.ncbi.nlm.nih.gov/entrez/eutils/", None, tmp_path)

    assert without == tmp_path / "eutils.ncbi.nlm.nih.gov-nokey.pace"
    assert with_key != without
    assert with_key.name.startswith("eutils.ncbi.nlm.nih.gov-")
    assert KEY not in str(with_key)


def test_without_a_folder_the_file_lies_in_the_cache_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    path = pace_file("http://[::1]:8000/", None, None)

    assert path.name == "__1-nokey.pace"
    assert path.is_relative_to(tmp_path) or sys.platform != "linux"
