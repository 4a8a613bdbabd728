"""What a command costs before it does anything, beside `sqlite-utils --version`: CPU of the process, user and system.

    python -m tests.benchmarks.bench_start [TIMES]

The programs take turns, TIMES each, and the medians are compared. Goal: `--version`, `--help` and `status` cost 1.5 of
the other at most. What the other commands load is shown.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Final

from kb.database import open_kb

TIMES: Final = 11
GOAL: Final = 1.5
PEER: Final = "sqlite-utils --version"
HELD: Final = ("litkb --version", "litkb --help", "litkb status kb.db")
SHOWN: Final = ("litkb harvest --help", "litkb export --help", "litkb graph compute --help", "litkb serve --help")


def cost(line: str, folder: Path) -> float:
    """Return the seconds of CPU that a command takes."""
    program, *words = line.split()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [Path(sys.executable).with_name(program), *words]
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    costs: dict[str, list[float]] = {line: [] for line in (PEER, *HELD, *SHOWN)}
    with tempfile.TemporaryDirectory() as folder:
        open_kb(Path(folder) / "kb.db", create=True).close()
        for line in [*costs] * (times + 1):
            costs[line].append(cost(line, Path(folder)))
    medians = {line: median(seconds[1:]) for line, seconds in costs.items()}  # the first of each fills caches
    for line, seconds in medians.items():
        print(f"{line:<28}{seconds * 1000:6.0f} ms  {seconds / medians[PEER]:5.2f} of {PEER}")
    worst = max(medians[line] / medians[PEER] for line in HELD)
    print(f"goal {GOAL}: {'met' if worst <= GOAL else 'missed'}, {worst:.2f}")
    sys.exit(worst > GOAL)


if __name__ == "__main__":
    main()
