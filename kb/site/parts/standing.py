"""The values of an article page that say how the article stands in its field, and what it stands on."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from kb.formats.webmeta import PARTS, citation_tags, coins, is_real, json_ld
from kb.migrations.computed import Shown, find_shown
from kb.queries.evidence.computed_evidence import columns_of
from kb.queries.works import article_metrics
from kb.queries.works.article_metrics import DOUBTS, Doubted
from kb.queries.works.bibliography import read_items
from kb.queries.works.in_pubmed import read_in_pubmed
from kb.sentences import Part, Sentence, evidence_path, sentence
from kb.site.parts import messages
from kb.site.parts.in_pubmed import in_pubmed_sentence

_SHOWN: Final = find_shown()


class Exposure(NamedTuple):
    """The works of one kind of doubt that an article cites."""

    words: Sentence
    works: list[tuple[Doubted, str]]  # with when the article appeared, as seen from the notice; "": not known


def standing_values(db: sqlite3.Connection, pmid: int) -> dict[str, Any]:
    """Return measures of a held article, the doubtful works that it stands on."""
    measured, world = article_metrics.read_measured(db, pmid), article_metrics.read_world_count(db, pmid)
    timing, in_pubmed = article_metrics.read_timing(db, pmid), read_in_pubmed(db, pmid)
    return {
        "measured": measured,
        "percentile_sentence": messages.percentile_sentence(pmid, measured) if measured else None,
        "computed": _computed(db, pmid),
        "world": world,
        "world_sentence": messages.world_sentence(pmid, world) if world else None,
        "in_pubmed_sentence": in_pubmed_sentence(pmid, in_pubmed) if in_pubmed else None,
        "exposures": _exposures(pmid, article_metrics.read_doubted(db, pmid)),
        "behind": article_metrics.read_behind(db, pmid),
        "timing_sentence": messages.timing_sentence(pmid, timing) if timing and timing.citing else None,
    }


def _computed(db: sqlite3.Connection, pmid: int) -> list[tuple[str, Sentence]]:
    """Return what graph runs computed of an article, as titles and sentences; what is not known is left out."""
    said = ((shown.title, computed_sentence(db, shown, pmid)) for shown in _SHOWN)
    return [(title, parts) for title, parts in said if parts]


def computed_sentence(db: sqlite3.Connection, shown: Shown, pmid: int) -> Sentence:
    """Return what the page of an article says of its row in a computed table; nothing where that is not known."""
    row = article_metrics.read_computed_row(db, shown, pmid)
    known = {
        column: [Part(messages.measured_words(column, value), evidence_path(f"{shown.table}_{column}", id=pmid))]
        for column, value in row.items()
        if value is not None
    }
    said = (template for template in shown.sentences if known.keys() >= set(columns_of(template)))
    return next((sentence(template, **known) for template in said), [])


def _exposures(pmid: int, doubted: Sequence[Doubted]) -> list[Exposure]:
    of_kind = {kind: [one for one in doubted if one.kind == kind] for kind in DOUBTS}
    return [
        Exposure(
            messages.exposure_words(pmid, kind, len(works)),
            [(one, messages.TIMING_WORDS.get(one.timing or "", "")) for one in works],
        )
        for kind, works in of_kind.items()
        if works
    ]


def read_embedded(db: sqlite3.Connection, pmid: int) -> dict[str, Any]:
    """Return the tags, the JSON-LD and the COinS of an article; nothing for one that does not exist."""
    if not is_real(pmid):
        return {"citation_tags": [], "json_ld": None, "coins": None}
    [item] = read_items(db, [pmid], parts=PARTS)
    return {
        "citation_tags": citation_tags(item),
        "json_ld": Markup(json_ld(item)),  # noqa: S704  # json_ld escapes what could end the element
        "coins": coins(item),
    }
