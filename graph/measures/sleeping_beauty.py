"""How late a work was recognised: the beauty coefficient of sleeping beauties, and the year of awakening."""

from typing import Final, NamedTuple

import numpy as np

from graph.citation_graph import CitationGraph, distinct
from graph.measure import Measure
from graph.measures.big_float import Floats
from graph.measures.yearly_citations import yearly_blocks
from graph.run_context import Job
from kb.queries.citations import Ids


class SleepingBeauties(NamedTuple):
    """Works that a work of the same or a later year cites, with their coefficients; years count from their own."""

    works: Ids  # places in ids, ascending
    beauty: Floats
    awakening: Floats  # NaN: yearly citations stand on the line to the peak
    peak: Ids
    peak_count: Ids
    counted: Ids  # citations that count: those by works of a known year, not before the cited one's


def sleeping_beauties(citations: CitationGraph, years: Floats) -> SleepingBeauties:
    """Return the beauty coefficient of each work whose yearly citations are known, and when it woke.

    c(t) is the number of works of year t after the work's own that cite it, up to its first maximum at t_m. The line
    l leads from c(0) to c(t_m). B is the sum of (l(t) - c(t)) / max(1, c(t)) over t from 0 to t_m: 0 where the first
    year is the best. It wakes in the year t, the first of equal ones, whose point (t, c(t)) is farthest from l. Works
    without a year count neither as cited nor as citing. Ke, Ferrara, Radicchi and Flammini (2015), PNAS 112(24),
    7426-7431.

    One pass over the citations, and the cited works times the longest span of years.

    Examples
    --------
    >>> import numpy as np
    >>> two = CitationGraph(np.array([1, 2, 3, 4]), np.array([1, 2, 3]), np.array([0, 0, 0]))
    >>> found = sleeping_beauties(two, np.array([1990.0, 1994.0, 1994.0, 1993.0]))
    >>> found.peak.tolist(), found.beauty.tolist(), found.awakening.tolist()
    ([4], [2.0], [2.0])
    """
    ages = years[citations.citing] - years[citations.cited]
    counts = ages >= 0
    works, rows = distinct(citations.cited[counts], len(years))
    found = [_measured(yearly) for _, yearly in yearly_blocks(len(works), rows, ages[counts].astype(np.int64))]
    columns = [np.concatenate(parts) for parts in zip(*found, strict=True)] if found else _NOTHING
    return SleepingBeauties(works, *columns)


_NOTHING: Final = [np.empty(0, dtype=kind) for kind in (np.float64, np.float64, np.int64, np.int64, np.int64)]


def _measured(yearly: Ids) -> tuple[Floats, Floats, Ids, Ids, Ids]:
    """Return coefficient, awakening, peak, citations at the peak and in all of works by their yearly citations."""
    place, time = np.arange(len(yearly)), np.arange(yearly.shape[1])
    peak = yearly.argmax(axis=1)
    first, most = yearly[:, :1], yearly[place, peak][:, None]
    until = time <= peak[:, None]
    length = np.maximum(peak, 1)[:, None]
    below = np.where(until, (most - first) * time + (first - yearly) * length, 0)  # times the length: whole numbers
    beauty = (below / length / np.maximum(yearly, 1)).sum(axis=1)
    distance = np.abs(below)
    awakening = np.where(distance.any(axis=1), distance.argmax(axis=1), np.nan)
    return beauty, awakening, peak, most[:, 0], yearly.sum(axis=1)


def _step(job: Job) -> None:
    """Compute and keep the beauty coefficients of all works whose yearly citations are known."""
    citations, years = job.field.citations, job.field.years
    found = job.timed("sleeping_beauties", lambda: sleeping_beauties(citations, years))
    published, cited = years[found.works], np.bincount(citations.cited, minlength=len(years))[found.works]
    columns = {
        "id": citations.ids[found.works],
        "beauty": found.beauty,
        "awakening_year": published + found.awakening,
        "peak_year": published + found.peak,
        "peak_count": found.peak_count,
        "left_out": cited - found.counted,
    }
    job.keep_rows("sleeping_beauties", "sleeping_beauties", [columns], found="beauty coefficients")


MEASURES: Final = (
    Measure(
        name="sleeping_beauties",
        tables=("sleeping_beauties",),
        step=_step,
        tells="how late a work was recognised, and when it woke",
        paper="Ke et al. 2015",
        cost="one pass over m, and the cited works times the years",
    ),
)
