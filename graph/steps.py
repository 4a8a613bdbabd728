"""The measures of the citation graph as steps of a graph run: each reads, computes, and keeps what it found."""

import numpy as np

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
from graph.features import COMMON_ABOVE, COMMON_FROM, COMMON_SHARE, FACTORS
from graph.importance import DAMPING, TOLERANCE, citation_counts, pagerank, reference_counts
from graph.job import Field, Job
from graph.layout import BANDS, GAP, ROUNDS, TIMELINE, timeline
from graph.similarity import LIMIT, related_studies
from kb.queries.links import Ids, read_labels
from kb.store.measures import (
    ArticleMetrics,
    CommunityLabel,
    WorkCommunity,
    WorkPosition,
    save_communities,
    save_metrics,
    save_positions,
    save_related_studies,
)


def importance_step(job: Job) -> None:
    """Counts, PageRank and component of each work: a row of article_metrics."""
    citations = job.field.citations
    columns = [
        citations.ids,
        job.timed("citation_count", lambda: citation_counts(citations)),
        job.timed("reference_count", lambda: reference_counts(citations)),
        job.timed("pagerank", lambda: pagerank(citations), damping=DAMPING, tolerance=TOLERANCE),
        job.timed("component", lambda: components(citations), connection="weak"),
    ]
    job.found["components"] = int(columns[-1].max(initial=0))
    rows = [ArticleMetrics(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    job.keep("citation_count", "works", lambda db, run_id: save_metrics(db, rows, run_id=run_id))


def communities_step(job: Job) -> None:
    """Communities, what they are about, and where their works stand on the timeline."""
    citations = job.field.citations
    found = job.timed("communities", lambda: communities(citations), method="louvain", resolution=RESOLUTION, gain=GAIN)
    labels = job.timed("community_labels", lambda: _labels(job.field, found.numbers), terms=TERMS, factors=TERM_FACTORS)
    rows = zip(citations.ids.tolist(), found.numbers.tolist(), strict=True)
    members = [WorkCommunity(*row) for row in rows if row[1]]
    job.keep("communities", "communities", lambda db, run_id: save_communities(db, labels, members, run_id=run_id))
    _timeline_step(job, found.numbers)


def _timeline_step(job: Job, numbers: Ids) -> None:
    citations, years = job.field.citations, job.field.years
    places = job.timed("timeline", lambda: timeline(citations, years, numbers), bands=BANDS, gap=GAP, rounds=ROUNDS)
    placed = np.flatnonzero(~np.isnan(places.x))
    stands = zip(citations.ids[placed].tolist(), places.x[placed].tolist(), places.y[placed].tolist(), strict=True)
    rows = [WorkPosition(work, TIMELINE, x, y) for work, x, y in stands]
    job.keep("timeline", "positions", lambda db, run_id: save_positions(db, rows, run_id=run_id))


def _labels(field: Field, numbers: Ids) -> list[CommunityLabel]:
    """Return the communities, the largest first, with what they are about."""
    ids = field.citations.ids
    of_held = numbers[np.searchsorted(ids, field.held)]
    central = ids[most_linked(field.citations, numbers)].tolist()
    names = read_labels(field.db, central)
    labels = format_labels(community_terms(field.parts, of_held), [names[work] for work in central])
    works, held = (np.bincount(of, minlength=len(labels) + 1)[1:].tolist() for of in (numbers, of_held))
    return [CommunityLabel(*row) for row in zip(range(1, len(labels) + 1), labels, works, held, strict=True)]


def related_step(job: Job) -> None:
    """The related studies of each held article, with their reasons."""
    field = job.field
    rows = job.timed(
        "related_studies",
        lambda: list(related_studies(field.held, field.parts)),
        factors=FACTORS, limit=LIMIT, common_share=COMMON_SHARE, common_from=COMMON_FROM, common_above=COMMON_ABOVE,
    )  # fmt: skip
    job.keep("related_studies", "related studies", lambda db, run_id: save_related_studies(db, rows, run_id=run_id))
