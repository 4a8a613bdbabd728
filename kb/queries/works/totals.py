"""How many works there are, and why table, library and citation graph differ in that."""

import sqlite3
from typing import NamedTuple

from kb.sentences import Sentence, count_of, sentence


class WorkTotals(NamedTuple):
    """The rows of the table works by what they are; graph: works of the last graph run, None before the first."""

    works: int
    records: int
    cited_only: int
    merged: int
    gone: int  # deleted by PubMed, or no record of them found
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


def work_totals_sentence(totals: WorkTotals) -> Sentence:
    """Return the numbers of works in one line, the same on pages, in the status and in reports."""
    in_graph = "{graph} in the citation graph of the last run: records, and what is in a citation"
    return sentence(
        "{works} in the table works: {records:record}, {cited_only} cited only, {merged} merged into others, "
        "{gone} deleted or not found; " + ("no citation graph is computed yet" if totals.graph is None else in_graph),
        works=count_of(totals.works, "works"),
        records=count_of(totals.records, "all_held"),
        cited_only=count_of(totals.cited_only, "cited_only"),
        merged=count_of(totals.merged, "merged"),
        gone=count_of(totals.gone, "gone"),
        graph=count_of(totals.graph or 0, "graph_works"),
    )
