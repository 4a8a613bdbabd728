"""What a later record of an article says otherwise than the one that was held.  (pure)"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from kb.records import Article, Record

CHANGED: Final = "changed"
RETRACTED: Final = "retracted"
CORRECTED: Final = "corrected"
GONE: Final = ("merged", "deleted")

_RETRACTING: Final = frozenset({"RetractionIn", "RetractedandRepublishedIn"})
_CORRECTING: Final = frozenset(
    {"ErratumIn", "ExpressionOfConcernIn", "CorrectedandRepublishedIn", "PartialRetractionIn"}
)
_RETRACTED_TYPE: Final = "Retracted Publication"
_SILENT: Final = frozenset({"pmid", "date_revised", "citation_line", "authors"})  # told by others, or told each time
_PARTS: Final = (
    "abstract_sections", "other_abstract_sections", "references", "authorships", "affiliations", "investigators",
    "languages", "mesh_headings", "supplementary_concepts", "keywords", "chemicals", "publication_types", "grants",
    "notices", "data_banks", "article_identifiers",
)  # fmt: skip


class Change(NamedTuple):
    """One thing that changed; of parts with several rows before and after say how many these are."""

    pmid: int
    kind: str  # changed, retracted, corrected, merged, deleted
    field: str  # a column of articles, or a table
    before: str | None
    after: str | None


def record_changes(before: Record, after: Record) -> list[Change]:
    """Return what changed between two records of one article: its columns, its parts, and notices that are new."""
    pmid = after.article.pmid
    return [
        *(Change(pmid, CHANGED, *found) for found in _columns(before.article, after.article)),
        *(Change(pmid, CHANGED, *found) for found in _parts(before, after)),
        *_notices(before, after),
    ]


def _columns(before: Article, after: Article) -> Iterator[tuple[str, str | None, str | None]]:
    for name, old, new in zip(Article._fields, before, after, strict=True):
        if old != new and name not in _SILENT:
            yield name, _text(old), _text(new)


def _parts(before: Record, after: Record) -> Iterator[tuple[str, str, str]]:
    for name in _PARTS:
        old: Sequence[object] = getattr(before, name)
        new: Sequence[object] = getattr(after, name)
        if old != new:
            yield name, str(len(old)), str(len(new))


def _notices(before: Record, after: Record) -> Iterator[Change]:
    known = {notice[2:] for notice in before.notices}
    for notice in after.notices:
        kind = RETRACTED if notice.kind in _RETRACTING else CORRECTED if notice.kind in _CORRECTING else None
        if kind and notice[2:] not in known:
            told = notice.other_pmid or notice.ref_source
            yield Change(after.article.pmid, kind, notice.kind, None, None if told is None else str(told))
    if _is_retracted(after) and not _is_retracted(before):
        yield Change(after.article.pmid, RETRACTED, "publication_types", None, _RETRACTED_TYPE)


def _is_retracted(record: Record) -> bool:
    return any(row.name == _RETRACTED_TYPE for row in record.publication_types)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
