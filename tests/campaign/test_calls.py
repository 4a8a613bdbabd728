"""Whatever call to the disk fails or is the last: the files are sound, it is told, the same command completes it."""

import random
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from harvest.pubmed.write_article import format_article_set
from kb.database import open_kb
from kb.integrity.check import check_kb, logical_hash
from tests.campaign.injecting import STRACE, Ended, Job
from tests.campaign.scale import SHORT
from tests.records import record

pytestmark = pytest.mark.campaign

FIELD = [record(n, tuple({n % 4 + 1, f"10.1000/{n % 3}"}), doi=f"10.1000/{n}") for n in range(1, 5)]
FAULTS = {
    "kill": "{}:signal=SIGKILL:when={}",
    "full disk, once": "{}:error=ENOSPC:when={}",
    "full disk": "{}:error=ENOSPC:when={}+",
    "bad disk, once": "{}:error=EIO:when={}",
    "bad disk": "{}:error=EIO:when={}+",
}
COMPOUND = 4 if SHORT else 100
Point = tuple[str, int]


class Whole:
    """What the commands make when nothing disturbs them, and which calls they make for it."""

    def __init__(self, folder: Path) -> None:
        if STRACE is None:
            pytest.fail("strace is missing: apt-get install strace")
        self.xml = folder / "field.xml"
        self.xml.write_bytes(b"".join(format_article_set(FIELD)))
        self.loaded = Job(self.xml, folder / "loaded.db", ("harvest",))
        self.load_calls = self.loaded.calls()
        published = Job(self.xml, Path(shutil.copy(self.loaded.kb, folder / "published.db")), ("publish",))
        self.publish_calls = published.calls()
        self.hash = hash_of(self.loaded.kb)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return Whole(tmp_path_factory.mktemp("whole"))


def hash_of(kb: Path) -> str | None:
    """Return the hash of the content of a file as it was left; None where there is none, or it is not sound."""
    copy = kb.with_name(f"copy-of-{kb.name}")
    for ending in ("", "-wal"):
        copy.with_name(copy.name + ending).unlink(missing_ok=True)
        if kb.with_name(kb.name + ending).exists():
            shutil.copy(kb.with_name(kb.name + ending), copy.with_name(copy.name + ending))
    if not kb.exists():
        return None
    copy.chmod(0o600)
    with closing(open_kb(copy, create=True)) as db:
        return None if check_kb(db) else logical_hash(db)


def complaints(job: Job, ended: Ended, expected: str | None) -> list[str]:
    """Return what a run that was disturbed may not leave: damage, half a publication, false success, a traceback."""
    loaded, published = hash_of(job.kb), hash_of(job.folder / "kb.db")
    found = {
        f"ended with {ended.code}": ended.code not in (0, 1, -9),
        "a traceback": "Traceback" in ended.told,
        "the file is not sound": job.kb.exists() and loaded is None,
        "half a publication": (job.folder / "kb.db").is_symlink() and published != expected,
        "false success": ended.code == 0 and {loaded, published if "publish" in job.parts else expected} != {expected},
    }
    return [what for what, is_so in found.items() if is_so]


def completes(job: Job, expected: str | None) -> list[str]:
    """Return what is wrong after the same commands, undisturbed."""
    ended = job.run()
    left = [path.name for path in job.folder.glob(".*")] if job.folder.exists() else []
    wrong = [*complaints(job, ended, expected), *(f"{name} is left" for name in left)]
    return wrong if ended.code == 0 else [*wrong, f"not completed: {ended}"]


def points(calls: dict[str, int], fault: str, short: int) -> list[Point]:
    """Return at which calls a fault is put: at each but the many pwrite64, of which some; so many in a short run."""
    step = 2 if fault == "kill" else 8
    found = [(call, n) for call, count in calls.items() for n in range(1, count + 1, step if count > 200 else 1)]
    return sorted(random.Random(1).sample(found, short)) if SHORT else found


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_call_of_a_load_fails_the_same_command_completes_it(tmp_path: Path, whole: Whole, fault: str):
    wrong, chosen = [], points(whole.load_calls, fault, 4)
    for point in chosen:
        job = Job(whole.xml, tmp_path / "kb.db", ("harvest",))
        ended = job.run(FAULTS[fault].format(*point))
        wrong += [(point, *complaints(job, ended, whole.hash), *completes(job, whole.hash))]
        job.clear()
    print(f"load, {fault}: {len(chosen)} points of {sum(whole.load_calls.values())} calls")

    assert [one for one in wrong if one[1:]] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_call_of_a_publish_fails_the_same_command_completes_it(tmp_path: Path, whole: Whole, fault: str):
    wrong, chosen = [], points(whole.publish_calls, fault, 2)
    for point in chosen:
        job = Job(whole.xml, Path(shutil.copy(whole.loaded.kb, tmp_path / "kb.db")), ("publish",))
        ended = job.run(FAULTS[fault].format(*point))
        wrong += [(point, *complaints(job, ended, whole.hash), *completes(job, whole.hash))]
        job.clear()
    print(f"publish, {fault}: {len(chosen)} points of {sum(whole.publish_calls.values())} calls")

    assert [one for one in wrong if one[1:]] == []


def disturbed(draw: random.Random, job: Job, whole: Whole, faults: list[str]) -> list[str]:
    """Run a job under one fault after another, at random calls; return what is wrong on the way and at the end."""
    wrong = []
    for fault in faults:
        calls = draw.choice([whole.load_calls, whole.publish_calls])
        call = draw.choice([name for name, count in calls.items() if count])
        ended = job.run(FAULTS[fault].format(call, draw.randint(1, calls[call])))
        wrong += [f"{fault} at {call}: {words}" for words in complaints(job, ended, whole.hash)]
    return [*wrong, *completes(job, whole.hash)]


def test_faults_while_a_kill_is_mended_leave_nothing_behind(tmp_path: Path, whole: Whole):
    wrong = {}
    for seed in range(COMPOUND):
        draw, job = random.Random(seed), Job(whole.xml, tmp_path / "kb.db")
        faults = ["kill", *draw.choices([*FAULTS], k=draw.randint(1, 3))]
        wrong[seed] = disturbed(draw, job, whole, faults)
        job.clear()
    print(f"{COMPOUND} compound faults")

    assert {seed: words for seed, words in wrong.items() if words} == {}


def test_without_transactions_a_kill_leaves_what_is_not_sound(tmp_path: Path, whole: Whole):
    job = Job(whole.xml, tmp_path / "kb.db", ("harvest",), atomic=False)
    wrong = []
    for share in range(3, 9):
        ended = job.run(FAULTS["kill"].format("pwrite64", whole.load_calls["pwrite64"] * share // 10))
        wrong += complaints(job, ended, whole.hash)
        job.clear()

    assert "the file is not sound" in wrong


def test_a_command_that_keeps_a_full_disk_to_itself_is_seen(tmp_path: Path, whole: Whole):
    job = Job(whole.xml, tmp_path / "kb.db", ("harvest",), is_honest=False)

    ended = job.run(FAULTS["full disk"].format("pwrite64", 20))

    assert "false success" in complaints(job, ended, whole.hash)
