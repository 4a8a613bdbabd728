"""All measures of a made-up field: from its file to every stored number, whole and step by step.

    python -m tests.benchmarks.bench_compute [ARTICLES | hepth | FILE.db]
    python -m tests.benchmarks.bench_compute 50000 500000    # or two FILE.db: how CPU grows from one to the other

Every line is a process of its own, on a copy of the file: seconds, CPU-seconds, peak memory. The goal, for the whole
run on a field of 50,000 articles with a million citations, is 20 s and 500 MB on two idle cores; for cit-HepTh, from
the data beside the checkout, 15 s. Of two sizes, how much CPU grows: for ten times the articles, twelve times at most.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from itertools import islice
from pathlib import Path

from graph import run
from graph.measure import LATE, find_measures
from harvest.rehearsal.synthetic import synthetic_records
from kb.database import open_kb, transaction
from kb.store.records import save_records
from tests.benchmarks.bench_suggest import made_hepth

ARTICLES = 50_000
GOAL_SECONDS, GOAL_SECONDS_HEPTH, GOAL_MEGABYTES = 20.0, 15.0, 500
GROWTH = 1.2  # times the CPU of an article, in a field ten times as large
BATCH = 1_000
_SIZES = ("articles", "citation_links")


def make_field(path: Path, articles: int) -> None:
    records = synthetic_records(articles)
    with closing(open_kb(path, create=True)) as db:
        while batch := list(islice(records, BATCH)):
            with transaction(db):
                save_records(db, batch, received_at="2026-01-01T00:00:00Z")


def measured(path: Path, steps: str) -> tuple[float, float, int]:
    """Return seconds, CPU-seconds and peak megabytes of steps on a copy of path."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(path, Path(folder) / "kb.db")
        command = [sys.executable, "-m", "tests.benchmarks.bench_compute", "--steps", steps, str(copy)]
        seconds, cpu, memory = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(cpu), int(memory)


def run_steps(steps: str, path: Path) -> None:
    """Compute the measure named, or all, and print what that took; one that uses others' results is run with them."""
    start, cpu = time.perf_counter(), time.process_time()
    found = {measure.name: measure for measure in find_measures()}
    last = found.get(steps)
    chosen = [one.step for one in found.values() if one is last or not last or (last.when == LATE and one.when != LATE)]
    with closing(open_kb(path)) as db:
        run.compute_graph(db, steps=chosen)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(round(time.perf_counter() - start, 2), round(time.process_time() - cpu, 2), memory)


def field_file(given: str, folder: str) -> Path:
    """Return the file given; or one made in folder, of so many made-up articles or of cit-HepTh."""
    path = Path(folder) / "field.db"
    if given == "hepth":
        made_hepth(path).close()
    elif given.isdigit():
        make_field(path, int(given))
    else:
        return Path(given)
    return path


def print_growth(small: str, large: str) -> None:
    """Compute all measures of two fields, and print how much CPU time grows."""
    spent, sizes = [], []
    for given in (small, large):
        with tempfile.TemporaryDirectory() as folder:
            path = field_file(given, folder)
            with closing(open_kb(path, readonly=True)) as db:
                counts = [db.execute(f"select count(*) from {table}").fetchone()[0] for table in _SIZES]
            seconds, cpu, memory = measured(path, "all")
        spent.append(cpu)
        sizes.append(counts[0])
        print(f"{counts[0]:>9,} articles, {counts[1]:>10,} citations: {cpu:.1f} s of CPU, {seconds:.1f} s, {memory} MB")
    growth, allowed = spent[1] / spent[0], GROWTH * sizes[1] / sizes[0]
    print(f"{sizes[1] / sizes[0]:.1f} times the articles, {growth:.1f} times the CPU; the goal is {allowed:.1f}")
    if growth > allowed:
        sys.exit(1)


def main() -> None:
    given = sys.argv[1] if len(sys.argv) > 1 else str(ARTICLES)
    with tempfile.TemporaryDirectory() as folder:
        path = field_file(given, folder)
        print(f"{'':20}{'seconds':>9}{'CPU':>9}{'MB':>7}")
        for name in [measure.name for measure in find_measures()]:
            seconds, cpu, memory = measured(path, name)
            print(f"{name:20}{seconds:9.2f}{cpu:9.2f}{memory:7}")
        seconds, cpu, memory = measured(path, "all")
    print(f"{'all':20}{seconds:9.2f}{cpu:9.2f}{memory:7}   (each step alone reads the graph anew)")
    goal = GOAL_SECONDS_HEPTH if given == "hepth" else GOAL_SECONDS
    if seconds > goal or memory > GOAL_MEGABYTES:
        sys.exit(f"The goal, {goal:.0f} s and {GOAL_MEGABYTES} MB, is missed.")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--steps", steps, path]:
            run_steps(steps, Path(path))
        case [small, large]:
            print_growth(small, large)
        case _:
            main()
