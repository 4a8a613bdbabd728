"""What docs/reliability.md says is shown by a test is shown by one that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/reliability.md").read_text()
ROWS = [line.split(" | ") for line in PAGE.splitlines() if re.match(r"\| [RSL]\d+ \|", line)]
NAMED = re.compile(r"`(?:((?:\w+/)+\w+\.py)(?:::(test_\w+))?|(test_\w+))`")


def named(row: list[str]) -> list[tuple[str, str]]:
    """Return (file, test) of all that a row names; a name alone is in the file named before it."""
    found, file = [], ""
    for path, test, alone in NAMED.findall(" ".join(row)):
        file = path or file
        found.append((file, test or alone))
    return found


def test_every_bar_has_a_row():
    bars = [*(f"R{n}" for n in range(1, 26)), *(f"S{n}" for n in range(1, 17)), "L1"]

    assert [row[0].strip("| ") for row in ROWS] == bars
    assert {len(row) for row in ROWS} == {5}


def test_every_test_that_the_page_names_is_there():
    missing = [
        (file, test)
        for row in ROWS
        for file, test in named(row)
        if not (ROOT / "tests" / file).is_file() or (test and f"def {test}(" not in (ROOT / "tests" / file).read_text())
    ]

    assert missing == []
    assert sum(len(named(row)) for row in ROWS) > 90
