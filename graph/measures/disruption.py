"""Whether later work cites an article instead of what it cites, or with it: the disruption (CD) index."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.citation_graph import CitationGraph, adjacency
from graph.measure import Measure
from graph.measures.big_float import Floats
from graph.run_context import Job
from graph.similarity.sparse_topk import PRODUCTS, compact, row_blocks
from kb.queries.citations import Ids

WINDOW: Final = 5  # years after the article: those of Funk and Owen-Smith's CD_5

SHARE: Final = 256  # a work that one in so many works cites or more is cited often: bits tell its citing works

_SELF: Final = 1 << 24  # more than two works share references
_NEVER: Final = -10_000  # in place of a year: no work is later


class Disruption(NamedTuple):
    """The CD index of each work and the counts that give it, in the order of ids; NaN: unknown."""

    cd: Floats
    n_i: Floats  # works that cite it, and nothing that it cites
    n_j: Floats  # works that cite it, and something that it cites
    n_k: Floats  # works that cite something that it cites, and not it


def disruption(citations: CitationGraph, years: Floats, windows: Sequence[float] = (np.inf,)) -> list[Disruption]:
    """Return the disruption of each work within so many years after it, for each of ``windows``.

    CD = (n_i - n_j) / (n_i + n_j + n_k), over the works of a later year that cite the work or what it cites: 1 where
    nobody who cites it cites what it builds on, -1 where everybody does. All is NaN for a work without a year, without
    references, or that no later work cites within the window. A citing work without a year counts nowhere. Funk and
    Owen-Smith (2017), Management Science 63(3), 791-817.

    Time grows with the sum of the squares of the citation counts, but that what one in SHARE of all works cites takes
    a bit for each of them and each citation. Works are taken in blocks; memory grows by 32 bytes a citation at most.

    Examples
    --------
    >>> import numpy as np
    >>> three = CitationGraph(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 3]), np.array([0, 1, 0, 1]))
    >>> [found] = disruption(three, np.array([1990.0, 2000.0, 2001.0, 2002.0]))
    >>> [float(column[1]) for column in found]
    [0.0, 1.0, 1.0, 0.0]
    """
    ages = years[citations.citing] - years[citations.cited]
    cited = [_count(citations.cited[(ages > 0) & (ages <= window)], len(years)) for window in windows]
    near, both = _count_near(compact(adjacency(citations)), years, np.unique(citations.cited[ages > 0]), windows)
    return [_index(*counts) for counts in zip(cited, near, both, strict=True)]


def _count(places: Ids, size: int) -> Floats:
    return np.bincount(places, minlength=size).astype(np.float64)


def _count_near(cites: sp.csr_array, years: Floats, works: Ids, windows: Sequence[float]) -> tuple[Floats, Floats]:
    """Return how many later works cite each of works or what that cites, and how many cite both, within each window.

    NaN stands for the works that are left out: others, and those without references. A list of references with the
    work itself added, _SELF times, tells both in one product; citing works stand by year, so that a window is a range.
    """
    when = np.where(np.isnan(years), _NEVER, years)
    by_year = np.argsort(when, kind="stable")
    cited_by = sp.csr_array(cites[by_year].T)
    is_often = SHARE * np.diff(cited_by.indptr) > len(years)
    common, bits = cites[:, is_often], _as_bits(cited_by[is_often])
    informative = sp.csr_array(cites * ~is_often)
    marked = sp.csr_array(informative + _SELF * sp.eye_array(len(years), dtype=np.int32, format="csr"))
    near, both = (np.full((len(windows), len(years)), np.nan) for _ in range(2))
    works = works[np.diff(cites.indptr)[works] > 0]
    for start, end in row_blocks(informative, PRODUCTS):
        block = works[np.searchsorted(works, start) : np.searchsorted(works, end)]
        shared = sp.csr_array(marked[block] @ cited_by)
        ends = [np.searchsorted(when[by_year], when[block] + age, side="right") for age in (0, *windows)]
        counts, is_counted = _count_common(common[block], bits, shared, ends)
        rows = np.repeat(np.arange(len(block)), np.diff(shared.indptr))
        cites_both = (shared.data > _SELF) | ((shared.data == _SELF) & is_counted)
        for place, last in enumerate(ends[1:]):
            later = (shared.indices >= ends[0][rows]) & (shared.indices < last[rows])
            near[place, block] = counts[place] + _count(rows[later & ~is_counted], len(block))
            both[place, block] = _count(rows[later & cites_both], len(block))
    return near, both


def _as_bits(cited_by: sp.csr_array) -> NDArray[np.uint8]:
    """Return the rows of a matrix as bits, eight columns a byte."""
    return np.array([np.packbits(cited_by[[row]].toarray()[0] > 0) for row in range(cited_by.shape[0])], dtype=np.uint8)


def _count_common(
    common: sp.csr_array, bits: NDArray[np.uint8], shared: sp.csr_array, ends: Sequence[Ids]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return how many works cite what a row cites of common, from the first of ends to each other, by row.

    And which entries of shared are among these works.
    """
    counts, is_counted = np.zeros((len(ends) - 1, len(ends[0]))), np.zeros(len(shared.indices), dtype=np.bool_)
    for row in np.flatnonzero(np.diff(common.indptr)).tolist():
        union = np.bitwise_or.reduce(bits[common.indices[common.indptr[row] : common.indptr[row + 1]]])
        cites = np.unpackbits(union, count=shared.shape[1]).view(np.bool_)
        counts[:, row] = [np.count_nonzero(cites[ends[0][row] : last[row]]) for last in ends[1:]]
        entries = slice(shared.indptr[row], shared.indptr[row + 1])
        is_counted[entries] = cites[shared.indices[entries]]
    return counts, is_counted


def _index(cited: Floats, near: Floats, both: Floats) -> Disruption:
    """Return the index from the later works that cite a work, that cite it or what it cites, and that cite both."""
    near, both = (np.where(cited > 0, counts, np.nan) for counts in (near, both))
    return Disruption((cited - 2 * both) / near, cited - both, both, near - cited)


def _step(job: Job) -> None:
    """Compute and keep the disruption of the held articles, by the held articles that cite them or what they cite."""
    citations, years, now = job.field.citations_by_held, job.field.years, job.field.latest_year
    ever, soon = job.timed(
        "disruption", lambda: disruption(citations, years, (np.inf, WINDOW)), window=WINDOW, now=now, citing="held"
    )
    held = np.searchsorted(citations.ids, job.field.held)
    columns = {"id": job.field.held} | {name: column[held] for name, column in ever._asdict().items()}
    is_over = years[held] + WINDOW <= (np.nan if now is None else now)
    columns |= {f"{name}_5": np.where(is_over, column[held], np.nan) for name, column in soon._asdict().items()}
    job.keep_rows("disruption", "disruption", [columns], found="disruption indexes")


MEASURES: Final = (
    Measure(
        name="disruption",
        tables=("disruption",),
        step=_step,
        tells="whether later articles cite it instead of what it cites, or with it: the CD index",
        paper="Funk and Owen-Smith 2017",
        cost="sum of squares of the citation counts; works cited by one in 256 take n/8 a citation",
    ),
)
