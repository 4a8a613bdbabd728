"""A whole graph run: build, compute, save in one transaction with the parameters used."""

import json
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final, NamedTuple, TypeVar

import networkx
import numpy as np
import scipy
from numpy.typing import NDArray

from graph.build import CitationGraph, build_citation_graph
from graph.communities import (
    GAIN,
    RESOLUTION,
    TERM_FACTORS,
    TERMS,
    communities,
    community_terms,
    format_labels,
    most_linked,
)
from graph.components import components
from graph.features import COMMON_ABOVE, COMMON_FROM, COMMON_SHARE, FACTORS, Part, build_parts
from graph.importance import citation_counts, pagerank, reference_counts
from graph.layout import BANDS, GAP, ROUNDS, TIMELINE, timeline
from graph.similarity import LIMIT, related_studies
from kb.console import litkb_version
from kb.database import snapshot, transaction
from kb.queries.links import Ids, read_held_ids, read_names
from kb.store.measures import (
    ArticleMetrics,
    CommunityLabel,
    GraphRun,
    MetricRun,
    RelatedStudy,
    WorkCommunity,
    WorkPosition,
    save_communities,
    save_graph_run,
    save_metrics,
    save_positions,
    save_related_studies,
)

DAMPING: Final = 0.85  # Brin and Page's
TOLERANCE: Final = 1e-12

_Result = TypeVar("_Result")


class GraphSummary(NamedTuple):
    """What a graph run found."""

    run_id: int
    works: int
    held: int
    citations: int
    components: int
    related_studies: int
    communities: int
    seconds: float


class _Field(NamedTuple):
    """All that is read from one state of the file: the graph, and what its works are about."""

    citations: CitationGraph
    held: Ids
    labels: list[str]  # of works, in the order of ids
    years: NDArray[np.float64]  # in the order of ids; NaN: nobody said
    parts: list[Part]


class _Structure(NamedTuple):
    """The communities of a graph and where its works stand."""

    labels: list[CommunityLabel]
    members: list[WorkCommunity]
    positions: list[WorkPosition]


class _Stopwatch:
    """The measures of a run, each with its parameters and the time it took."""

    def __init__(self) -> None:
        self.measures: list[MetricRun] = []

    def timed(self, measure: str, compute: Callable[[], _Result], **parameters: object) -> _Result:
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
    """Compute and save the counts, PageRank, components, communities, positions and related studies of a file.

    clock gives the moment, ISO 8601 UTC. The numbers are those of one state of the file; they replace those of
    earlier runs, in one transaction, while the runs themselves are kept. Writers wait only while it saves.
    """
    started_at = clock()
    watch = _Stopwatch()
    with snapshot(db):
        field = _build_field(db)
    related = _related(field, watch)
    metrics = _metrics(field.citations, watch)
    structure = _structure(field, watch)
    run = GraphRun(started_at, clock(), len(field.citations.ids), len(field.citations.citing), _versions())
    with transaction(db):
        run_id = save_graph_run(db, run, watch.measures)
        save_metrics(db, metrics, run_id=run_id)
        save_communities(db, structure.labels, structure.members, run_id=run_id)
        save_positions(db, structure.positions, run_id=run_id)
        save_related_studies(db, related, run_id=run_id)
    return GraphSummary(
        run_id,
        run.works,
        len(field.held),
        run.citations,
        max((row.component for row in metrics), default=0),
        len(related),
        len(structure.labels),
        watch.seconds(),
    )


def _build_field(db: sqlite3.Connection) -> _Field:
    citations = build_citation_graph(db)
    held = read_held_ids(db)
    labels = [""] * len(citations.ids)
    years = np.full(len(citations.ids), np.nan)
    places = {work: place for place, work in enumerate(citations.ids.tolist())}
    for work, label, year in read_names(db):
        if (place := places.get(work)) is not None:
            labels[place] = label
            years[place] = np.nan if year is None else year
    return _Field(citations, held, labels, years, build_parts(db, citations, held))


def _related(field: _Field, watch: _Stopwatch) -> list[RelatedStudy]:
    return watch.timed(
        "related_studies",
        lambda: list(related_studies(field.held, field.parts)),
        factors=FACTORS, limit=LIMIT, common_share=COMMON_SHARE, common_from=COMMON_FROM, common_above=COMMON_ABOVE,
    )  # fmt: skip


def _metrics(citations: CitationGraph, watch: _Stopwatch) -> list[ArticleMetrics]:
    columns: list[Ids | NDArray[np.float64]] = [
        citations.ids,
        watch.timed("citation_count", lambda: citation_counts(citations)),
        watch.timed("reference_count", lambda: reference_counts(citations)),
        watch.timed("pagerank", lambda: pagerank(citations, DAMPING, TOLERANCE), damping=DAMPING, tolerance=TOLERANCE),
        watch.timed("component", lambda: components(citations), connection="weak"),
    ]
    return [ArticleMetrics(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _structure(field: _Field, watch: _Stopwatch) -> _Structure:
    ids = field.citations.ids
    found = watch.timed(
        "communities", lambda: communities(field.citations), method="louvain", resolution=RESOLUTION, gain=GAIN
    )
    numbers = found.numbers
    labels = watch.timed("community_labels", lambda: _labels(field, numbers), terms=TERMS, factors=TERM_FACTORS)
    places = watch.timed(
        "timeline", lambda: timeline(field.citations, field.years, numbers), bands=BANDS, gap=GAP, rounds=ROUNDS
    )
    placed = np.flatnonzero(~np.isnan(places.x))
    stands = zip(ids[placed].tolist(), places.x[placed].tolist(), places.y[placed].tolist(), strict=True)
    return _Structure(
        labels,
        [WorkCommunity(*row) for row in zip(ids.tolist(), numbers.tolist(), strict=True) if row[1]],
        [WorkPosition(work, TIMELINE, x, y) for work, x, y in stands],
    )


def _labels(field: _Field, numbers: Ids) -> list[CommunityLabel]:
    """Return the communities, the largest first, with what they are about."""
    of_held = numbers[np.searchsorted(field.citations.ids, field.held)]
    fallback = [field.labels[place] for place in most_linked(field.citations, numbers).tolist()]
    labels = format_labels(community_terms(field.parts, of_held), fallback)
    works, held = (np.bincount(of, minlength=len(labels) + 1)[1:].tolist() for of in (numbers, of_held))
    return [CommunityLabel(*row) for row in zip(range(1, len(labels) + 1), labels, works, held, strict=True)]


def _versions() -> str:
    modules = {
        "networkx": networkx.__version__,
        "numpy": np.__version__,
        "scikit-network": version("scikit-network"),
        "scipy": scipy.__version__,
    }
    return json.dumps({"litkb": litkb_version()} | modules)
