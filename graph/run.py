"""A whole graph run: each measure is one step; all are saved in one transaction with the parameters used."""

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Final, NamedTuple

from graph.measure import find_measures
from graph.run_context import Job
from kb.clock import now
from kb.console import litkb_version
from kb.database import snapshot, transaction, unchecked_keys
from kb.integrity.check import FACET_TABLES
from kb.queries.computed_tables import read_computed_tables
from kb.store.computed import GraphRun, MetricRun, save_graph_run, save_metric_runs
from kb.store.facets import save_facet_index

_RUNS: Final = {"graph_runs", "metric_runs"}


class GraphSummary(NamedTuple):
    """What a graph run found, and how long it took."""

    run_id: int
    works: int
    held: int
    citations: int
    found: dict[str, int]  # how many of what
    measures: list[MetricRun]
    seconds: float


def compute_graph(
    db: sqlite3.Connection, *, steps: Sequence[Callable[[Job], None]] | None = None, clock: Callable[[], str] = now
) -> GraphSummary:
    """Compute and save the measures of a file, all of them if steps says nothing else: docs/measures.md lists them.

    clock gives the moment, ISO 8601 UTC. The numbers are those of one state of the file; they replace those of
    earlier runs, in one transaction, while the runs themselves are kept. Writers wait only while it saves.
    """
    started_at, start = clock(), time.perf_counter()
    with Job(db) as job:
        with snapshot(db):
            for step in [measure.step for measure in find_measures()] if steps is None else steps:
                step(job)
        citations, held = job.field.citations, job.field.held
        run = GraphRun(started_at, clock(), len(citations.ids), len(citations.citing), _versions())
        # rows of works that were forgotten or merged meanwhile are left out when they are saved
        changes = read_computed_tables(db) | FACET_TABLES | _RUNS
        with unchecked_keys(db), transaction(db, changes=changes):
            run_id = save_graph_run(db, run)
            measures = job.save(db, run_id)
            save_metric_runs(db, measures, run_id=run_id)
            save_facet_index(db)
    seconds = time.perf_counter() - start
    return GraphSummary(run_id, run.works, len(held), run.citations, job.found, measures, seconds)


def _versions() -> str:
    modules = ("networkx", "numpy", "scikit-network", "scipy")
    return json.dumps({"litkb": litkb_version()} | {module: version(module) for module in modules})
