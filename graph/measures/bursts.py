"""In which years a work was cited far more than usual: citation bursts, by Kleinberg's automaton of two states."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.citation_graph import CitationGraph, distinct
from graph.measure import Measure
from graph.measures.big_float import Floats
from graph.measures.yearly_citations import yearly_blocks
from graph.run_context import Job
from kb.queries.citations import Ids

S: Final = 2.0  # times the usual share of a year's citations is that of the burst state
GAMMA: Final = 1.0  # cost of entering the burst state, times ln of the number of years

_DECIMALS: Final = 6  # of a weight


class Bursts(NamedTuple):
    """Bursts, by work and year: first and last year, weight, and the citations of these years."""

    works: Ids  # places in ids
    starts: Ids
    ends: Ids
    weights: Floats
    citations: Ids


class _Stream(NamedTuple):
    """The citations of some works by year, and what each year in the burst state gains."""

    yearly: Ids  # works x years
    gains: Floats  # cost in the usual state less that in the burst state; -inf before the work's first year
    entering: Floats  # cost of entering the burst state


def bursts(citations: CitationGraph, years: Floats, s: float = S, gamma: float = GAMMA) -> Bursts:
    """Return the bursts of citations of each work.

    The stream of a work are the years from its own, or from its first citation where that is earlier or its own is not
    known, to the last year in which anything is cited. Of the d citations of all works in a year, r lead to this one;
    p is its share of all citations of its stream. A year costs -ln(q^r (1 - q)^(d - r)), with q = p in the usual state
    and q = s p in the burst state; entering that, also in the first year, costs gamma ln(years of the stream). A burst
    is a run of years in the burst state on the cheapest way; its weight is what the burst state saves in them. A work
    with s p of 1 or more has no bursts. Kleinberg (2003), Data Mining and Knowledge Discovery 7(4), 373-397, section 4.

    One pass over the citations, and the cited works times the years.
    """
    dated = ~np.isnan(years[citations.citing])
    cited, when = citations.cited[dated], years[citations.citing[dated]].astype(np.int64)
    if not len(when):
        none = np.empty(0, dtype=np.int64)
        return Bursts(none, none, none, none.astype(np.float64), none)
    first = int(when.min())
    works, rows = distinct(cited, len(years))
    begins, totals = _first_years(works, rows, when, years) - first, np.bincount(when - first)
    found = []
    for start, yearly in yearly_blocks(len(works), rows, when - first):
        stream = _stream(yearly, totals, begins[start : start + len(yearly)], s, gamma)
        found.append(_runs(stream, _states(stream), start))
    places, starts, ends, weights, counts = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Bursts(works[places], starts + first, ends + first, weights, counts)


def _first_years(works: Ids, rows: Ids, when: Ids, years: Floats) -> Ids:
    """Return the first year of the stream of each work, none before the first of all citations."""
    earliest = np.full(len(works), when.max())
    np.minimum.at(earliest, rows, when)
    own = np.maximum(years[works], when.min())
    found: Ids = np.fmin(earliest, own).astype(np.int64)
    return found


def _stream(yearly: Ids, totals: Ids, begins: Ids, s: float, gamma: float) -> _Stream:
    """Return the stream of works from their citations by year, those of all works, and their first years."""
    within = np.arange(len(totals)) >= begins[:, None]
    share = yearly.sum(axis=1) / np.where(within, totals, 0).sum(axis=1)
    is_small = s * share < 1
    usual = np.where(is_small, share, 0.5 / s)[:, None]
    gains = yearly * np.log(s) + (totals - yearly) * (np.log1p(-s * usual) - np.log1p(-usual))
    return _Stream(yearly, np.where(within & is_small[:, None], gains, -np.inf), gamma * np.log(within.sum(axis=1)))


def _states(stream: _Stream) -> NDArray[np.bool_]:
    """Return in which years each work is in the burst state, on its cheapest way; of equal ones the usual state."""
    size, width = stream.yearly.shape
    usual, burst = np.zeros(size), np.full(size, np.inf)  # cost of the cheapest way to each, against no burst at all
    stays, falls = (np.zeros((width, size), dtype=np.bool_) for _ in range(2))
    for year in range(width):
        stays[year], falls[year] = burst < usual + stream.entering, burst < usual
        usual, burst = (
            np.minimum(usual, burst),
            np.minimum(burst, usual + stream.entering) - stream.gains[:, year],
        )
    found = np.zeros((size, width), dtype=np.bool_)
    is_burst = burst < usual
    for year in reversed(range(width)):
        found[:, year] = is_burst
        is_burst = np.where(is_burst, stays[year], falls[year])
    return found


def _runs(stream: _Stream, states: NDArray[np.bool_], first: int) -> tuple[Ids, Ids, Ids, Floats, Ids]:
    """Return the runs of years in the burst state: work, first and last year, weight, citations; first: first work."""
    changes = np.diff(np.pad(states, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    works, starts = np.nonzero(changes == 1)
    ends = np.nonzero(changes == -1)[1] - 1
    gains, counts = (
        np.pad(np.where(states, values, 0).cumsum(axis=1), ((0, 0), (1, 0))) for values in (stream.gains, stream.yearly)
    )
    weights, cited = (sums[works, ends + 1] - sums[works, starts] for sums in (gains, counts))
    return works + first, starts, ends, weights, cited


def _step(job: Job) -> None:
    """Compute and keep the bursts of citations by held articles: of these alone the whole lists are known."""
    citations, years = job.field.citations_by_held, job.field.years
    found = job.timed("citation_bursts", lambda: bursts(citations, years), s=S, gamma=GAMMA, citing="held")
    columns = {
        "id": citations.ids[found.works],
        "start_year": found.starts,
        "end_year": found.ends,
        "weight": found.weights.round(_DECIMALS),
        "citations": found.citations,
    }
    job.keep_rows("citation_bursts", "citation_bursts", [columns], found="citation bursts")


MEASURES: Final = (
    Measure(
        name="citation_bursts",
        tables=("citation_bursts",),
        step=_step,
        tells="in which years a work was cited far more than usual",
        paper="Kleinberg 2003",
        cost="one pass over m, and the cited works times the years",
    ),
)
