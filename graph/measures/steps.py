"""The measures of the citation graph as steps of a graph run: each reads, computes, and keeps what it found."""

import sqlite3
from collections.abc import Iterable, Iterator

import numpy as np

from graph.layout.timeline import BANDS, GAP, ROUNDS, TIMELINE, timeline
from graph.measures.cocitation import PARTNERS, cocitations, couplings, least_count
from graph.measures.communities import (
    GAIN,
    RESOLUTION,
    TERM_FACTORS,
    TERMS,
    communities,
    community_terms,
    format_labels,
    most_linked,
)
from graph.measures.components import components, core_numbers
from graph.measures.importance import (
    DAMPING,
    HITS_ROUNDS,
    STOP,
    TAU,
    TOLERANCE,
    Floats,
    citation_counts,
    citerank,
    hubs_and_authorities,
    pagerank,
    reference_counts,
    year_percentiles,
)
from graph.measures.structure_steps import map_rows
from graph.run_context import Field, Job
from graph.similarity.features import COMMON_ABOVE, COMMON_FROM, COMMON_SHARE, FACTORS
from graph.similarity.related import LIMIT, described, related_pairs
from graph.similarity.sparse_topk import Pairs, ahead
from kb.queries.citations import Ids, read_labels
from kb.store.measures import (
    ArticleMetrics,
    CommunityLabel,
    Partners,
    WorkCommunity,
    WorkPosition,
    save_cocitations,
    save_communities,
    save_couplings,
    save_metrics,
    save_positions,
    save_related_studies,
)


def importance_step(job: Job) -> None:
    """What article_metrics says of each work."""
    citations, years = job.field.citations, job.field.years
    counts = job.timed("citation_count", lambda: citation_counts(citations))
    hits = job.timed("hits", lambda: hubs_and_authorities(citations), tolerance=TOLERANCE, rounds=HITS_ROUNDS)
    now = _latest_year(job.field)
    columns: tuple[Ids | Floats, ...] = (
        citations.ids,
        counts,
        job.timed("reference_count", lambda: reference_counts(citations)),
        job.timed("pagerank", lambda: pagerank(citations), damping=DAMPING, tolerance=TOLERANCE),
        job.timed("component", lambda: components(citations), connection="weak"),
        job.timed("citerank", lambda: citerank(citations, years, now=now), now=now, stop=STOP, tau=TAU),
        *hits,
        job.timed("core", lambda: core_numbers(citations)),
        job.timed("year_percentile", lambda: _percentiles_of_held(job.field, counts), among="articles in this library"),
    )
    job.found["components"] = int(columns[4].max(initial=0))
    rows = map(ArticleMetrics._make, zip(*map(_values, columns), strict=True))
    job.keep("citation_count", "works", lambda db, run: save_metrics(db, rows, run_id=run))


def _latest_year(field: Field) -> float | None:
    """Return the year from which ages are counted: the latest of a held article, as a printed year may be wrong."""
    of_held = field.years[np.searchsorted(field.citations.ids, field.held)]
    known = of_held[~np.isnan(of_held)]
    return float(known.max()) if len(known) else None


def _percentiles_of_held(field: Field, counts: Ids) -> Floats:
    """Return the percentile of each held article within its year; NaN for works that are here only if cited."""
    places = np.searchsorted(field.citations.ids, field.held)
    found = np.full(len(counts), np.nan)
    found[places] = year_percentiles(counts[places], field.years[places])
    return found


def _values(column: Ids | Floats) -> list[int | float | None]:
    """Return a column as values of Python, NaN as None."""
    values: list[int | float | None] = column.tolist()
    if column.dtype == np.float64:
        for place in np.flatnonzero(np.isnan(column)).tolist():
            values[place] = None
    return values


def couplings_step(job: Job) -> None:
    """The works that cite most of what each work cites."""
    citations = job.field.citations
    limits = {"limit": PARTNERS, "at_least": least_count(citations)}
    found = job.begin("couplings", lambda: list(couplings(citations, **limits)), **limits)

    def save(db: sqlite3.Connection, run_id: int) -> int:
        return save_couplings(db, _partners(citations.ids, found()), run_id=run_id)

    job.keep("couplings", "couplings", save)


def cocitations_step(job: Job) -> None:
    """The works that each work is most often cited together with."""
    citations = job.field.citations
    limits = {"limit": PARTNERS, "at_least": least_count(citations)}
    found = job.timed("cocitations", lambda: list(cocitations(citations, **limits)), **limits)
    rows = _partners(citations.ids, found)
    job.keep("cocitations", "cocitations", lambda db, run: save_cocitations(db, rows, run_id=run))


def _partners(ids: Ids, blocks: Iterable[Pairs]) -> Iterator[Partners]:
    return (Partners(ids[rows], ids[others], counts) for rows, others, counts in blocks)


def communities_step(job: Job) -> None:
    """Communities, what they are about, and where their works stand on the timeline."""
    citations = job.field.citations
    found = job.timed("communities", lambda: communities(citations), method="louvain", resolution=RESOLUTION, gain=GAIN)
    labels = job.timed("community_labels", lambda: _labels(job.field, found.numbers), terms=TERMS, factors=TERM_FACTORS)
    rows = zip(citations.ids.tolist(), found.numbers.tolist(), strict=True)
    members = [WorkCommunity(*row) for row in rows if row[1]]
    job.keep("communities", "communities", lambda db, run: save_communities(db, labels, members, run_id=run))
    _positions_step(job, found.numbers)


def _positions_step(job: Job, numbers: Ids) -> None:
    citations, years = job.field.citations, job.field.years
    places = job.timed("timeline", lambda: timeline(citations, years, numbers), bands=BANDS, gap=GAP, rounds=ROUNDS)
    placed = np.flatnonzero(~np.isnan(places.x))
    stands = zip(citations.ids[placed].tolist(), places.x[placed].tolist(), places.y[placed].tolist(), strict=True)
    rows = [*(WorkPosition(work, TIMELINE, x, y) for work, x, y in stands), *map_rows(job, numbers)]
    job.keep("timeline", "positions", lambda db, run: save_positions(db, rows, run_id=run))


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
    held, parts = job.field.held, job.field.parts
    found = job.begin(
        "related_studies", lambda: list(related_pairs(parts)),
        factors=FACTORS, limit=LIMIT, common_share=COMMON_SHARE, common_from=COMMON_FROM, common_above=COMMON_ABOVE,
    )  # fmt: skip

    def save(db: sqlite3.Connection, run_id: int) -> int:
        return save_related_studies(db, ahead(described(held, parts, found())), run_id=run_id)

    job.keep("related_studies", "related studies", save)
