"""What a work is called beside its dot, and in full words.  (pure)"""

import re
from collections.abc import Mapping
from typing import Final

from kb.queries.charts import Community, Dot
from kb.text import counted

_LONGEST: Final = 26  # letters beside a dot
_LONGEST_TITLE: Final = 180


def address(dot: Dot) -> str:
    """Return the page of a work."""
    return f"/article/{dot.id}" if dot.is_held else f"/work/{dot.id}"


def short_name(dot: Dot) -> str:
    """Return the first author and year of a label: "Humphreys 2004"; the beginning of what has no such form."""
    before, year, _ = dot.label.partition(f" {dot.year}") if dot.year is not None else (dot.label, "", "")
    if not year and len(dot.label) > _LONGEST:
        before = re.split(r"[,.;:] ", dot.label)[0]
    return shortened(before + year, _LONGEST)


def shortened(words: str, most: int) -> str:
    """Return words, cut with an ellipsis where they are longer than ``most`` letters."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def cited_words(count: int | None) -> str:
    """Return how often a work is cited here; unknown is not zero."""
    if count is None:
        return "Citations here are not counted yet"
    return f"Cited by {counted(count, 'work')} here"


def full_words(dot: Dot, communities: Mapping[int, Community], role: str = "") -> str:
    """Return all that a picture knows of a work, in sentences."""
    community = communities.get(dot.community or 0)
    parts = [
        dot.label + (f": {shortened(dot.title, _LONGEST_TITLE).rstrip('.')}" if dot.title else ""),
        role,
        cited_words(dot.citation_count),
        f"Community: {community.label}" if community else "",
        "" if dot.is_held else "Cited only",
        "RETRACTED" if dot.is_retracted else "",
    ]
    return ". ".join(part for part in parts if part) + "."
