"""How much a work is cited, and by whom: counts, percentiles, PageRank, CiteRank, hubs and authorities."""

import math
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.citation_graph import CitationGraph, adjacency, citation_counts, reference_counts
from graph.measure import Measure
from graph.measures.components import components, core_numbers
from graph.run_context import Field, Job
from kb.queries.citations import Ids

DAMPING: Final = 0.85  # Brin and Page's
TOLERANCE: Final = 1e-12  # sum of what changes in the last round of an iteration
STOP: Final = 0.5  # CiteRank: the chance that a reader has found enough, as its authors fitted it to Physical Review
TAU: Final = 2.6  # CiteRank: years in which the chance to begin with a work falls to 1/e, fitted likewise
HITS_ROUNDS: Final = 1000  # at most

_AHEAD: Final = 6  # rounds after which scores are extrapolated: of 10 million citations, 63 rounds in place of 168
_FAINT: Final = 1e-30  # hub scores below it are 0: arithmetic on still smaller numbers is a hundred times slower

Floats: TypeAlias = NDArray[np.float64]


class HubsAndAuthorities(NamedTuple):
    """Two scores of each work, in the order of ids; each adds up to 1, or is 0 for all where nothing is cited."""

    hubs: Floats
    authorities: Floats


def pagerank(citations: CitationGraph, damping: float = DAMPING, tol: float = TOLERANCE) -> Floats:
    """Return the PageRank of each work, in the order of ids; the values add up to 1.

    A reader follows one of a work's references with probability ``damping``, else goes to any work; from a
    work without references, to any work. This is ``networkx.pagerank``'s definition, by power iteration on
    CSR arrays until two rounds differ by less than ``tol`` in sum. Brin and Page (1998), Computer Networks
    30, 107-117.

    Each round costs one pass over the citations; a round shrinks the error by ``damping`` at least, which
    bounds their number (176 for the defaults).

    Examples
    --------
    >>> import numpy as np
    >>> two = CitationGraph(np.array([1, 2]), np.array([0]), np.array([1]))
    >>> pagerank(two).round(4).tolist()
    [0.3509, 0.6491]
    """
    size = len(citations.ids)
    if not size:
        return np.empty(0)
    cited_by, shares = _references_followed(citations)
    dangling = shares == 0
    ranks = np.full(size, 1 / size)
    for _ in range(pagerank_rounds(damping, tol)):
        stray = float(ranks[dangling].sum())
        later: Floats = damping * (cited_by @ (ranks * shares)) + (damping * stray + 1 - damping) / size
        change = float(np.abs(later - ranks).sum())
        ranks = later
        if change < tol:
            break
    ranks /= ranks.sum()
    return ranks


def citerank(
    citations: CitationGraph, years: Floats, *, now: float | None = None, stop: float = STOP, tau: float = TAU
) -> Floats:
    """Return the CiteRank of each work, in the order of ids; the values add up to 1. NaN for all if no year is known.

    A reader begins with a work of age a, in years, with a chance in proportion to exp(-a / ``tau``); has found
    enough with probability ``stop``, else follows one of its references, and so on until there are none. The value
    is the share of all works that readers see: sum over k of (1 - stop)^k W^k start, W being one step. So it
    is fair to new works, which PageRank and counts are not. Nobody begins with a work whose year, NaN, is not known,
    but references lead there. Age is counted from ``now``, by default the latest year; a later work has age 0.

    Each round costs one pass over the citations; what is left of the sum shrinks by 1 - ``stop`` in each, to
    less than TOLERANCE (40 rounds for the defaults). Walker, Xie, Yan and Maslov (2007), J Stat Mech, P06010.

    Examples
    --------
    >>> import numpy as np
    >>> chain = CitationGraph(np.array([1, 2, 3]), np.array([1, 2]), np.array([0, 1]))
    >>> citerank(chain, np.array([1990.0, 2000.0, 2020.0])).round(4).tolist()
    [0.1429, 0.2859, 0.5712]
    """
    dated = ~np.isnan(years)
    if not dated.any():
        return np.full(len(citations.ids), np.nan)
    now = float(years[dated].max()) if now is None else now
    seen = np.zeros(len(years))
    ages = np.maximum(now - years[dated], 0.0)
    seen[dated] = np.exp((ages.min() - ages) / tau)  # of the youngest: 1, so that not all vanish
    seen /= seen.sum()
    cited_by, shares = _references_followed(citations)
    total = seen.copy()
    while seen.sum() >= TOLERANCE * total.sum():
        seen = (1 - stop) * (cited_by @ (seen * shares))
        total += seen
    return np.asarray(total / total.sum(), dtype=np.float64)


def _references_followed(citations: CitationGraph) -> tuple[sp.csc_array, Floats]:
    """Return the matrix of who is cited by whom, and each work's share for each of its references; 0: it has none."""
    matrix = adjacency(citations)
    lengths = np.diff(matrix.indptr)
    return sp.csc_array(matrix.T), np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)


def pagerank_rounds(damping: float, tol: float) -> int:
    """Return after how many rounds two ranks cannot differ by tol any more: they begin at most 2 apart."""
    return 2 if damping <= 0 else math.ceil(math.log(tol / 2) / math.log(damping)) + 1


def hubs_and_authorities(citations: CitationGraph) -> HubsAndAuthorities:
    """Return how good each work is as a hub and as an authority.

    A good authority is cited by good hubs, a good hub cites good authorities: authorities are the sum of the hub
    scores of the works that cite, hubs the sum of the authority scores of the works that are cited, repeated from
    equal scores on until two rounds differ by less than TOLERANCE in sum, or for HITS_ROUNDS. That is the
    principal eigenvector; where there are several, the one nearest to equal scores. The densest part of the graph
    takes nearly all: works elsewhere have 0 or next to it. Kleinberg (1999), J ACM 46, 604-632.

    Each round costs two passes over the citations; some rounds are spared by extrapolation, which ends at the same.

    Examples
    --------
    >>> import numpy as np
    >>> both_cite = CitationGraph(np.array([1, 2, 3]), np.array([1, 2]), np.array([0, 0]))
    >>> found = hubs_and_authorities(both_cite)
    >>> found.hubs.tolist(), found.authorities.tolist()
    ([0.0, 0.5, 0.5], [1.0, 0.0, 0.0])
    """
    size = len(citations.ids)
    if not len(citations.citing):
        return HubsAndAuthorities(np.zeros(size), np.zeros(size))
    cites = adjacency(citations)
    cited_by = cites.T
    hubs, before = np.full(size, 1 / size), np.zeros(size)
    for number in range(1, HITS_ROUNDS + 1):
        later: Floats = cites @ (cited_by @ hubs)
        later /= later.sum()
        later[later < _FAINT] = 0.0
        change, hubs = later - hubs, later
        if float(np.abs(change).sum()) < TOLERANCE:
            break
        if number % _AHEAD == 0:
            hubs = _extrapolated(hubs, change, before)
        before = change
    authorities: Floats = cited_by @ hubs
    return HubsAndAuthorities(hubs, authorities / authorities.sum())


def _extrapolated(scores: Floats, change: Floats, before: Floats) -> Floats:
    """Return where scores lead to if their changes go on to shrink as the last two did (Aitken 1926)."""
    shrinking = float((change * before).sum()) / max(float((before**2).sum()), np.finfo(np.float64).tiny)
    if not 0 < shrinking < 1:
        return scores
    ahead: Floats = np.maximum(scores + change * (shrinking / (1 - shrinking)), 0.0)
    ahead /= ahead.sum()
    return ahead


def year_percentiles(counts: NDArray[np.integer[Any]], years: Floats) -> Floats:
    """Return the percentile of each count among the counts of the same year, 0 to 100; NaN where the year is NaN.

    100 times the share of the year's works that have fewer, half of those that have equally many, itself among
    them, added: Hazen's percentile of the mean rank. Equal counts of a year get the same, the mean of a year is 50,
    and a work alone in its year gets 50. Bornmann, Leydesdorff and Mutz (2013), J Informetrics 7, 158-165.

    Examples
    --------
    >>> import numpy as np
    >>> year_percentiles(np.array([0, 5, 1, 0, 9]), np.array([2001.0, 2001.0, 2001.0, 2001.0, np.nan])).tolist()
    [25.0, 87.5, 62.5, 25.0, nan]
    """
    found = np.full(len(counts), np.nan)
    dated = np.flatnonzero(~np.isnan(years))
    if not len(dated):
        return found
    order = dated[np.lexsort((counts[dated], years[dated]))]
    years_of, counts_of = years[order], counts[order]
    year_starts, year_sizes = _runs(np.diff(years_of) != 0)
    tie_starts, tie_sizes = _runs((np.diff(years_of) != 0) | (np.diff(counts_of) != 0))
    fewer = np.repeat(tie_starts, tie_sizes) - np.repeat(year_starts, year_sizes)
    found[order] = 100 * (fewer + np.repeat(tie_sizes, tie_sizes) / 2) / np.repeat(year_sizes, year_sizes)
    return found


def _runs(changes: NDArray[np.bool_]) -> tuple[Ids, Ids]:
    """Return starts and lengths of the runs of equal values, given where one differs from the one before."""
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
    return starts, np.diff(starts, append=len(changes) + 1)


def _step(job: Job) -> None:
    """Compute and keep what article_metrics says of each work."""
    citations, years = job.field.citations, job.field.years
    counts = job.timed("citation_count", lambda: citation_counts(citations))
    hits = job.timed("hits", lambda: hubs_and_authorities(citations), tolerance=TOLERANCE, rounds=HITS_ROUNDS)
    now = job.field.latest_year
    columns = {
        "id": citations.ids,
        "citation_count": counts,
        "reference_count": job.timed("reference_count", lambda: reference_counts(citations)),
        "pagerank": job.timed("pagerank", lambda: pagerank(citations), damping=DAMPING, tolerance=TOLERANCE),
        "component": job.timed("component", lambda: components(citations), connection="weak"),
        "citerank": job.timed("citerank", lambda: citerank(citations, years, now=now), now=now, stop=STOP, tau=TAU),
        "hub": hits.hubs,
        "authority": hits.authorities,
        "core": job.timed("core", lambda: core_numbers(citations)),
        "year_percentile": job.timed(
            "year_percentile", lambda: _percentiles_of_held(job.field, counts), among="articles in this library"
        ),
    }
    job.found["components"] = int(columns["component"].max(initial=0))
    job.keep_rows("citation_count", "article_metrics", [columns], found="works")


def _percentiles_of_held(field: Field, counts: Ids) -> Floats:
    """Return the percentile of each held article within its year; NaN for works that are here only if cited."""
    places = np.searchsorted(field.citations.ids, field.held)
    found = np.full(len(counts), np.nan)
    found[places] = year_percentiles(counts[places], field.years[places])
    return found


MEASURES: Final = (
    Measure(
        name="importance",
        tables=("article_metrics",),
        step=_step,
        tells="how much a work is cited, by whom, and how deep in the field it stands",
        paper="[several](#importance)",
        cost="at most 1,000 passes over m",
        parts=(
            "citation_count", "reference_count", "pagerank", "component", "citerank", "hits", "core", "year_percentile",
        ),
    ),
)  # fmt: skip
