"""Text as Markdown that shows it as it is: table cells, code, tables.  (pure)"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|#])")
_TICKS: Final = re.compile("`+")


def cell(text: object) -> str:
    """Return text for a table cell or a line: one line, nothing in it is markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def code(text: object) -> str:
    """Return text as code in a line, whatever it holds; bars are safe in tables, too."""
    line = " ".join(str(text).split()).replace("|", "\\|")
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def folded(items: Sequence[str], words: str, most: int) -> str:
    """Return Markdown items in a line; more than most as a number in words, with a list that unfolds."""
    if len(items) <= most:
        return ", ".join(items)
    names = "".join(f"  - {one}\n" for one in items)
    return f"{words}\n  <details><summary>all of them</summary>\n\n{names}\n  </details>"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; cells must be Markdown already, numbers are written with commas."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(map(_shown, line)) + " |\n" for line in lines)


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)
