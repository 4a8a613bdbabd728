"""A mirror has the same bytes whoever builds it, and whoever is killed meanwhile."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from harvest.mirror.engine import LostWorkersError, Task, dask_engine
from kb.cli import cli
from kb.console import run_command
from tests.benchmarks.pubmed_files import Made, write_files
from tests.campaign.scale import SHORT
from tests.harvest.commands.test_mirror_command import mirror
from tests.harvest.mirror.nlm_files import built, content

pytestmark = pytest.mark.campaign
KILLS = 4 if SHORT else 50
PATIENCE = 300  # seconds after which a build hangs
LITKB = [sys.executable, "-c", "from kb.cli import main; main()"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Ten baseline files and three update files."""
    return write_files(tmp_path_factory.mktemp("files"), Made(files=10, records=400, templates=40), updates=3)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, files: list[Path]) -> dict[str, bytes]:
    """What one process makes of them, one after the other."""
    folder = tmp_path_factory.mktemp("expected")
    built(folder, *files)
    return content(folder)


def files_in(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*") if path.is_file())


def reached(folder: Path, count: int, process: subprocess.Popen[bytes]) -> bool:
    """Wait until a folder has so many files; False where the process ended before."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError):  # a file that was renamed meanwhile
            if files_in(folder) >= count:
                return True
        if process.poll() is not None:
            return False
    raise TimeoutError


@contextmanager
def running(*command: str, said: Path = Path(os.devnull)) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a session of its own; kill all of it in the end. said: where its words on errors go."""
    with said.open("wb") as errors:
        process = subprocess.Popen([*command], start_new_session=True, stdout=subprocess.DEVNULL, stderr=errors)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("workers", [1, 2])
def test_any_number_of_workers_makes_the_same_bytes(tmp_path, files, expected, workers):
    assert mirror("build", tmp_path, *files, "--workers", workers) == 0
    assert content(tmp_path) == expected


@contextmanager
def building_on_a_cluster(folder: Path, files: list[Path]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Give a build under way, a scheduler and its two workers."""
    where = folder.with_suffix(".json")
    scheduler = (
        sys.executable,
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--no-dashboard",
        "--port",
        "0",
    )
    worker = (sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard")
    with ExitStack() as stack:
        first = stack.enter_context(running(*scheduler, "--no-dashboard", "--scheduler-file", str(where)))
        assert reached(where.parent, 1, first)
        workers = [stack.enter_context(running(*worker, "--scheduler-file", str(where))) for _ in range(2)]
        address = json.loads(where.read_text())["address"]
        command = [*LITKB, "mirror", "build", str(folder), *map(str, files), "--scheduler", address]
        build = stack.enter_context(running(*command, said=folder.with_suffix(".err")))
        folder.mkdir(exist_ok=True)
        assert reached(folder, 30, build)
        yield [build, first, *workers]


def test_a_scheduler_with_workers_of_which_one_is_killed_makes_the_same_bytes(tmp_path, files, expected):
    with building_on_a_cluster(tmp_path / "m", files) as (build, _, worker, _other):
        os.killpg(worker.pid, signal.SIGKILL)
        assert build.wait(PATIENCE) == 0

    assert content(tmp_path / "m") == expected


def test_a_scheduler_that_ends_is_said_in_a_sentence_and_the_same_command_goes_on(tmp_path, files, expected):
    with building_on_a_cluster(tmp_path / "m", files) as (build, scheduler, *_):
        os.killpg(scheduler.pid, signal.SIGKILL)
        assert build.wait(PATIENCE) == 1
        assert (tmp_path / "m.err").read_text().startswith("Error: The Dask scheduler ended.")

    assert mirror("build", tmp_path / "m", *files, "--workers", 1) == 0
    assert content(tmp_path / "m") == expected


def test_killed_at_random_points_a_build_goes_on_to_the_same_bytes(tmp_path, files, expected):
    draw, kills = random.Random(17), 0
    for point in range(KILLS):
        folder = tmp_path / str(point)
        folder.mkdir()
        command = [*LITKB, "mirror", "build", str(folder), *map(str, files), "--workers", "2"]
        for count in sorted(draw.sample(range(1, len(expected)), 2)):  # of which one is of the resumed build
            with running(*command) as build:
                kills += reached(folder, count, build)
        assert subprocess.run(command, capture_output=True, timeout=PATIENCE).returncode == 0
        assert content(folder) == expected

    assert kills > KILLS


def test_an_update_that_is_killed_leaves_the_old_mirror_to_its_readers(tmp_path, files, expected):
    built(tmp_path, *files[:8])
    before = (tmp_path / "manifest.json").read_bytes()
    named = {name: body for name, body in content(tmp_path).items() if name != "manifest.json"}
    command = [*LITKB, "mirror", "update", str(tmp_path), *map(str, files[8:]), "--workers", "2"]
    with running(*command) as build:
        assert reached(tmp_path, len(named) + 40, build)

    assert (tmp_path / "manifest.json").read_bytes() == before
    assert named.items() <= content(tmp_path).items()
    assert run_command(cli, command[len(LITKB) :]) == 0
    assert content(tmp_path) == expected


@pytest.mark.parametrize("workers", [1, 2])
def test_a_task_that_ends_its_worker_three_times_is_named_and_the_others_are_done(workers):
    with dask_engine(workers=workers) as run:
        tasks = [Task("deadly", os._exit, (1,)), *(Task(f"good {n}", abs, (-n,)) for n in range(5))]
        results = {task.name: result for task, result in run(tasks)}

    assert isinstance(results.pop("deadly"), LostWorkersError)
    assert sorted(results.values()) == list(range(5))
