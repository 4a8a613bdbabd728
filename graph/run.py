"""A whole graph run: build, compute, save in one transaction with the parameters used."""

import json
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import networkx
import numpy as np
import scipy

from graph.build import CitationGraph, build_citation_graph
from graph.components import components
from graph.features import COMMON_ABOVE, COMMON_FROM, COMMON_SHARE, FACTORS, build_parts
from graph.importance import citation_counts, pagerank, reference_counts
from graph.similarity import LIMIT, related_studies
from kb.console import litkb_version
from kb.database import snapshot, transaction
from kb.queries.links import Ids, read_held_ids
from kb.store.measures import (
    ArticleMetrics,
    GraphRun,
    MetricRun,
    RelatedStudy,
    save_graph_run,
    save_metrics,
    save_related_studies,
)

DAMPING: Final = 0.85  # Brin and Page's
TOLERANCE: Final = 1e-12


class GraphSummary(NamedTuple):
    """What a graph run found."""

    run_id: int
    works: int
    held: int
    citations: int
    components: int
    related_studies: int
    seconds: float


class _Stopwatch:
    """The measures of a run, each with its parameters and the time it took."""

    def __init__(self) -> None:
        self.measures: list[MetricRun] = []

    def timed(self, measure: str, compute: Callable[[], Any], **parameters: object) -> Any:
        """Return what compute gives, and note how long it took."""
        start = time.perf_counter()
        result = compute()
        seconds = round(time.perf_counter() - start, 6)
        self.measures.append(MetricRun(measure, json.dumps(parameters, sort_keys=True), seconds))
        return result

    def seconds(self) -> float:
        """Return the time that all measures took."""
        return sum(measure.seconds for measure in self.measures)


def _now() -> str:
    """Return the moment, ISO 8601 UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def compute_graph(db: sqlite3.Connection, *, clock: Callable[[], str] = _now) -> GraphSummary:
    """Compute and save citation and reference counts, PageRank, components and related studies.

    clock gives the moment, ISO 8601 UTC. The numbers are those of one state of the file; they replace those of
    earlier runs, in one transaction, while the runs themselves are kept. Writers wait only while it saves.
    """
    started_at = clock()
    watch = _Stopwatch()
    with snapshot(db):
        citations = build_citation_graph(db)
        held = read_held_ids(db)
        related: list[RelatedStudy] = watch.timed(
            "related_studies",
            lambda: list(related_studies(held, build_parts(db, citations, held))),
            factors=FACTORS, limit=LIMIT, common_share=COMMON_SHARE, common_from=COMMON_FROM, common_above=COMMON_ABOVE,
        )  # fmt: skip
    metrics = _metrics(citations, watch)
    run = GraphRun(started_at, clock(), len(citations.ids), len(citations.citing), _versions())
    with transaction(db):
        run_id = save_graph_run(db, run, watch.measures)
        save_metrics(db, metrics, run_id=run_id)
        save_related_studies(db, related, run_id=run_id)
    parts = max((row.component for row in metrics), default=0)
    return GraphSummary(run_id, run.works, len(held), run.citations, parts, len(related), watch.seconds())


def _metrics(citations: CitationGraph, watch: _Stopwatch) -> list[ArticleMetrics]:
    columns: list[Ids] = [
        citations.ids,
        watch.timed("citation_count", lambda: citation_counts(citations)),
        watch.timed("reference_count", lambda: reference_counts(citations)),
        watch.timed("pagerank", lambda: pagerank(citations, DAMPING, TOLERANCE), damping=DAMPING, tolerance=TOLERANCE),
        watch.timed("component", lambda: components(citations), connection="weak"),
    ]
    return [ArticleMetrics(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _versions() -> str:
    modules = {"networkx": networkx.__version__, "numpy": np.__version__, "scipy": scipy.__version__}
    return json.dumps({"litkb": litkb_version()} | modules)
