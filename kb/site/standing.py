"""The values of an article page that say how the article stands in its field, and what it stands on."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from kb.formats.webmeta import citation_tags, coins, is_real, json_ld
from kb.queries import standing
from kb.queries.bibliography import Item, read_items
from kb.queries.standing import DOUBTS, Doubted
from kb.site import wording

_SUGGESTED: Final = 5


class Exposure(NamedTuple):
    """The works of one kind of doubt that an article cites."""

    words: str
    works: list[tuple[Doubted, str]]  # with when the article appeared, as seen from the notice; "": not known


def standing_values(db: sqlite3.Connection, pmid: int) -> dict[str, Any]:
    """Return measures of a held article, the doubtful works that it stands on, and what to read next."""
    measured, world = standing.read_measured(db, pmid), standing.read_world_count(db, pmid)
    timing = standing.read_timing(db, pmid)
    return {
        "measured": measured,
        "percentile_sentence": wording.percentile_sentence(measured) if measured else None,
        "world": world,
        "world_sentence": wording.world_sentence(world) if world else None,
        "exposures": _exposures(standing.read_doubted(db, pmid)),
        "behind": standing.read_behind(db, pmid),
        "timing_sentence": wording.timing_sentence(timing) if timing and timing.citing else None,
        "suggested": standing.read_suggested_near(db, pmid, _SUGGESTED),
    }


def _exposures(doubted: Sequence[Doubted]) -> list[Exposure]:
    of_kind = {kind: [one for one in doubted if one.kind == kind] for kind in DOUBTS}
    return [
        Exposure(
            wording.exposure_words(kind, len(works)),
            [(one, wording.TIMING_WORDS.get(one.timing or "", "")) for one in works],
        )
        for kind, works in of_kind.items()
        if works
    ]


def read_embedded(db: sqlite3.Connection, pmid: int) -> dict[str, Any]:
    """Return what a page carries for reference managers; nothing for an article that does not exist."""
    [item] = read_items(db, [pmid])
    return embedded(item) if is_real(item) else {"citation_tags": [], "json_ld": None, "coins": None}


def embedded(item: Item) -> dict[str, Any]:
    """Return the tags, the JSON-LD and the COinS of a work."""
    return {
        "citation_tags": citation_tags(item),
        "json_ld": Markup(json_ld(item)),  # noqa: S704  # json_ld escapes what could end the element
        "coins": coins(item),
    }
