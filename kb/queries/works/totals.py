"""How many works there are, and why table, library and citation graph differ in that."""

import sqlite3
from typing import NamedTuple

from kb.text import counted


class WorkTotals(NamedTuple):
    """The rows of the table works by what they are; graph: works of the last graph run, None before the first."""

    works: int
    records: int
    cited_only: int
    merged: int
    gone: int  # deleted at PubMed, or not found there
    graph: int | None


def read_work_totals(db: sqlite3.Connection) -> WorkTotals:
    """Return how many works there are, each state by itself."""
    by_state: dict[str, int] = dict(db.execute("select state, count(*) from works group by state"))
    graph = db.execute("select works from field_runs order by id desc limit 1").fetchone()
    return WorkTotals(
        sum(by_state.values()),
        by_state.get("held", 0),
        by_state.get("known", 0),
        by_state.get("merged", 0),
        by_state.get("deleted", 0) + by_state.get("not found", 0),
        graph[0] if graph else None,
    )


def format_work_totals(totals: WorkTotals) -> str:
    """Return the numbers of works in one line, the same on pages, in the status and in reports."""
    line = (
        f"{totals.works:,} in the table works: {counted(totals.records, 'record')}, {totals.cited_only:,} cited only,"
        f" {totals.merged:,} merged into others, {totals.gone:,} deleted or not found at PubMed"
    )
    if totals.graph is None:
        return f"{line}; no citation graph is computed yet"
    return f"{line}; {totals.graph:,} in the citation graph of the last run: records, and what is in a citation"
