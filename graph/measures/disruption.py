"""Whether later work cites an article instead of what it cites, or with it: the disruption (CD) index."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp

from graph.citation_graph import CitationGraph, adjacency, distinct
from graph.measure import Measure
from graph.measures.big_float import Floats
from graph.run_context import Job
from graph.similarity.sparse_topk import WORD, WORD_BITS, Bits, Rows, as_bits, compact, products
from kb.queries.citations import Ids

WINDOW: Final = 5  # years after the article: those of Funk and Owen-Smith's CD_5

SHARE: Final = 1_024  # a work that one in so many works cites or more is cited often: bits tell its citing works

_SELF: Final = 1 << 24  # more than two works share references


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
    a bit for each of them and each citation. Works are taken in blocks; memory grows by 128 bytes a citation at most.

    Examples
    --------
    >>> import numpy as np
    >>> three = CitationGraph(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 3]), np.array([0, 1, 0, 1]))
    >>> [found] = disruption(three, np.array([1990.0, 2000.0, 2001.0, 2002.0]))
    >>> [float(column[1]) for column in found]
    [0.0, 1.0, 1.0, 0.0]
    """
    ages = years[citations.citing] - years[citations.cited]
    later = (citations.cited[(ages > 0) & (ages <= window)] for window in windows)
    cited = [np.bincount(works, minlength=len(years)).astype(np.float64) for works in later]
    works, _ = distinct(citations.cited[ages > 0], len(years))
    near, both = _count_near(compact(adjacency(citations)), years, works, windows)
    return [_index(*counts) for counts in zip(cited, near, both, strict=True)]


def _count_near(cites: sp.csr_array, years: Floats, works: Ids, windows: Sequence[float]) -> tuple[Floats, Floats]:
    """Return how many later works cite each of works or what that cites, and how many cite both, within each window.

    NaN stands for the works that are left out: others, and those without references. A list of references with the
    work itself added, _SELF times, tells both in one product. Works are taken year by year: only what is later is read.
    """
    calendar, later = _by_year(cites, years)
    is_often = SHARE * np.diff(later.indptr) > len(years)
    common, bits = sp.csr_array(cites[:, is_often]), as_bits(later[is_often])
    marked = sp.csr_array(cites * ~is_often + _SELF * sp.eye_array(len(years), dtype=np.int32, format="csr"))
    near, both = (np.full((len(windows), len(years)), np.nan) for _ in range(2))
    works = works[np.diff(cites.indptr)[works] > 0]
    start = 0
    for year in np.unique(years[works]).tolist():
        first, *ends = (calendar.end_of(year + window) for window in (0, *windows))
        later, bits, start = later[:, first - start :], bits[:, (first - start) // WORD :], first
        of_year = works[years[works] == year]
        for low, high, shared in products(marked[of_year], later, beside=bits.shape[1]):
            block = of_year[low:high]
            near[:, block], both[:, block] = _count(shared, _unions(common[block], bits), np.array(ends) - first)
    return near, both


class _Calendar(NamedTuple):
    """Where citing works stand by year: each year begins with a new number of WORD bits."""

    years: Floats  # ascending
    ends: Ids  # of each year, after a 0

    def end_of(self, year: float) -> int:
        """Return the place after the works of a year and those before it."""
        return int(self.ends[np.searchsorted(self.years, year, side="right")])


def _by_year(cites: sp.csr_array, years: Floats) -> tuple[_Calendar, sp.csr_array]:
    """Return where citing works stand, and which of them cite each work; those without a year are left out."""
    by_year = np.argsort(years, kind="stable")[: np.count_nonzero(~np.isnan(years))]
    known, firsts, sizes = np.unique(years[by_year], return_index=True, return_counts=True)
    ends = np.cumsum([0, *-(-sizes // WORD) * WORD])
    places = np.arange(len(by_year)) + np.repeat(ends[:-1] - firsts, sizes)
    cited_by = sp.csr_array(cites[by_year].T)
    parts = cited_by.data, places.astype(np.int32)[cited_by.indices], cited_by.indptr
    return _Calendar(known, ends), sp.csr_array(parts, shape=(len(years), int(ends[-1])))


def _unions(common: sp.csr_array, bits: Bits) -> Bits:
    """Return, by row, which works cite any of those that it cites of common."""
    unions = np.zeros((common.shape[0], bits.shape[1]), dtype=np.uint64)
    for row in np.flatnonzero(np.diff(common.indptr)).tolist():
        np.bitwise_or.reduce(bits[common.indices[common.indptr[row] : common.indptr[row + 1]]], out=unions[row])
    return unions


def _count(shared: Rows, unions: Bits, ends: Ids) -> tuple[Ids, Ids]:
    """Return how many works each row shares anything with or has in unions, and with how many both, up to each end."""
    (size, width), others = unions.shape, shared.others
    rows = np.repeat(np.arange(size), np.diff(shared.starts))
    words = unions.ravel()[rows * width + (others >> WORD_BITS)]
    is_counted = (words >> (others & (WORD - 1)).astype(np.uint64) & np.uint64(1)).astype(np.bool_)
    cites_both = (shared.values > _SELF) | ((shared.values == _SELF) & is_counted)
    near, both = np.empty((2, len(ends), size), dtype=np.int64)
    for place, end in enumerate(ends.tolist()):
        within = others < end
        in_unions = np.bitwise_count(unions[:, : end // WORD]).sum(axis=1, dtype=np.int64)
        near[place] = in_unions + np.bincount(rows[within & ~is_counted], minlength=size)
        both[place] = np.bincount(rows[within & cites_both], minlength=size)
    return near, both


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
        cost="sum of squares of the citation counts; works cited by one in 1,024 take n bits a citation",
    ),
)
