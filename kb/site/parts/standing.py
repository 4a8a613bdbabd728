"""The values of an article page that say how the article stands in its field, and what it stands on."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from kb.formats.webmeta import PARTS, citation_tags, coins, is_real, json_ld
from kb.migrations.computed import Shown, find_shown
from kb.queries.evidence.computed_evidence import columns_of
from kb.queries.works import article_metrics
from kb.queries.works.article_metrics import DOUBTS, Doubted, Measured, Timing, WorldCount
from kb.queries.works.bibliography import read_items
from kb.site.parts import messages
from kb.site.parts.numbers import Part, evidence_path, linked

_SHOWN: Final = find_shown()


class Exposure(NamedTuple):
    """The works of one kind of doubt that an article cites."""

    words: list[Part]
    works: list[tuple[Doubted, str]]  # with when the article appeared, as seen from the notice; "": not known


def standing_values(db: sqlite3.Connection, pmid: int) -> dict[str, Any]:
    """Return measures of a held article, the doubtful works that it stands on."""
    measured, world = article_metrics.read_measured(db, pmid), article_metrics.read_world_count(db, pmid)
    timing = article_metrics.read_timing(db, pmid)
    return {
        "measured": measured,
        "percentile_sentence": _percentile(measured, pmid) if measured else None,
        "computed": _computed(db, pmid),
        "world": world,
        "world_sentence": _world(world, pmid) if world else None,
        "exposures": _exposures(pmid, article_metrics.read_doubted(db, pmid)),
        "behind": article_metrics.read_behind(db, pmid),
        "timing_sentence": _timing(timing, pmid) if timing and timing.citing else None,
    }


def _percentile(measured: Measured, pmid: int) -> list[Part] | None:
    sentence = messages.percentile_sentence(measured)
    paths = [evidence_path("percentile", id=pmid), evidence_path("peers", year=measured.year or 0)]
    return linked(sentence, paths) if sentence else None


def _computed(db: sqlite3.Connection, pmid: int) -> list[tuple[str, list[Part]]]:
    """Return what graph runs computed of an article, as titles and sentences; what is not known is left out."""
    said = ((shown.title, computed_sentence(db, shown, pmid)) for shown in _SHOWN)
    return [(title, parts) for title, parts in said if parts]


def computed_sentence(db: sqlite3.Connection, shown: Shown, pmid: int) -> list[Part]:
    """Return what the page of an article says of its row in a computed table; nothing where that is not known."""
    row = article_metrics.read_computed_row(db, shown, pmid)
    for sentence in shown.sentences:
        if all(row.get(column) is not None for column in columns_of(sentence)):
            return list(_filled(sentence, shown.table, row, pmid))
    return []


def _filled(sentence: str, table: str, row: Mapping[str, object], pmid: int) -> Iterator[Part]:
    for text, column, _, _ in Formatter().parse(sentence):
        yield Part(text)
        if column:
            yield Part(messages.measured_words(column, row[column]), evidence_path(f"{table}_{column}", id=pmid))


def _world(world: WorldCount, pmid: int) -> list[Part]:
    paths = [] if world.citation_count is None else [evidence_path("icite", pmid=pmid)]
    return linked(messages.world_sentence(world), [*paths, evidence_path("icite_percentile", pmid=pmid)])


def _timing(timing: Timing, pmid: int) -> list[Part]:
    columns = {"citing_after": timing.after, "citing_same_year": timing.same_year, "citing_before": timing.before}
    shown = ["citing", *(name for name, number in columns.items() if number), "citing_unknown"]
    paths = [evidence_path(f"retracted_{column}", id=pmid) for column in shown]
    return linked(messages.timing_sentence(timing), paths)


def _exposures(pmid: int, doubted: Sequence[Doubted]) -> list[Exposure]:
    of_kind = {kind: [one for one in doubted if one.kind == kind] for kind in DOUBTS}
    return [
        Exposure(
            linked(messages.exposure_words(kind, len(works)), [evidence_path("doubted", work=pmid, kind=kind)]),
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
