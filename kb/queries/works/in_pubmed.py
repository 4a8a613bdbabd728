"""What works are in all of PubMed, as a mirror of its files counted it."""

import sqlite3
from collections.abc import Collection
from typing import NamedTuple

from kb.queries.works.records import marks


class InPubMed(NamedTuple):
    """How often all of PubMed cites a work, and its place there; None: not computed in the mirror."""

    citation_count: int
    occ_citation_count: int | None
    percentile: float | None
    pagerank_rank: int | None
    as_of: str  # the last of PubMed's files


def read_in_pubmed(db: sqlite3.Connection, pmid: int) -> InPubMed | None:
    """Return what a work is in all of PubMed; None where no mirror was asked."""
    row = db.execute(f"select {', '.join(InPubMed._fields)} from mirror_metrics where pmid = ?", (pmid,)).fetchone()
    return InPubMed(*row) if row else None


def read_counts_in_pubmed(db: sqlite3.Connection, works: Collection[int]) -> dict[int, int]:
    """Return by work how often all of PubMed cites it; those of which no mirror was asked are absent."""
    sql = f"select pmid, citation_count from mirror_metrics where pmid in ({marks(works)})"
    return dict(db.execute(sql, [*works]).fetchall())
