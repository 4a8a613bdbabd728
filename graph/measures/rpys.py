"""Which years a field draws on: reference publication year spectroscopy."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.citation_graph import CitationGraph
from graph.measure import Measure, MeasureCommand
from graph.measures.big_float import Floats
from graph.run_context import Job
from kb.queries.citations import Ids
from kb.store.computed import TableColumns, as_columns

WINDOW: Final = 5  # years of the median: two before, the year itself, two after
TOP: Final = 5  # works named for a peak, at most


class Years(NamedTuple):
    """The spectrum: one entry a year, from the oldest to the newest cited work, none left out."""

    years: Ids
    references: Ids  # to works of that year
    works: Ids  # cited works of that year
    deviation: Floats  # of references from the median of five years
    is_peak: NDArray[np.bool_]


class Unknown(NamedTuple):
    """What the spectrum does not show, as nobody said of which year it is."""

    references: int
    works: int


class Spectrum(NamedTuple):
    """The years that a field draws on, what is not known, and the works behind each peak."""

    known: Years
    unknown: Unknown
    behind: dict[int, list[tuple[int, int]]]  # year of a peak -> (place of the work, references to it), most first


def spectrum(citations: CitationGraph, years: Floats, *, top: int = TOP) -> Spectrum:
    """Return how many references lead to works of each year, where this stands out, and by which works.

    A reference is a citation of the graph; years are those of works in the order of ids, NaN where nobody said. The
    deviation of a year is its references less the median of the five years around it; a year that nothing refers
    to has 0, also before the first and after the last. A peak deviates upwards, by more than the year before and
    no less than the year after. Behind it are the ``top`` works of that year with most references; of equal ones the
    smaller id comes first. Marx, Bornmann, Barth and Leydesdorff (2014), J Assoc Inf Sci Tech 65(4), 751-764.

    One pass over the citations and one sort of the works.

    Examples
    --------
    >>> import numpy as np
    >>> four = CitationGraph(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 3]), np.array([0, 0, 0, 1]))
    >>> found = spectrum(four, np.array([1963.0, 1973.0, np.nan, np.nan]))
    >>> found.known.years[found.known.is_peak].tolist(), found.behind[1963]
    ([1963, 1973], [(0, 3)])
    """
    counts = np.bincount(citations.cited, minlength=len(citations.ids)).astype(np.int64)
    cited = np.flatnonzero(counts)
    dated = cited[~np.isnan(years[cited])]
    undated = cited[np.isnan(years[cited])]
    of_work = years[dated].astype(np.int64)
    known = _known(of_work, counts[dated])
    behind = {year: _behind(dated[of_work == year], counts, top) for year in known.years[known.is_peak].tolist()}
    return Spectrum(known, Unknown(int(counts[undated].sum()), len(undated)), behind)


def _known(of_work: Ids, counts: Ids) -> Years:
    """Return the spectrum of works by their years and the references to each."""
    if not len(of_work):
        nothing = np.empty(0, dtype=np.int64)
        return Years(nothing, nothing, nothing, nothing.astype(np.float64), nothing.astype(np.bool_))
    first = int(of_work.min())
    works = np.bincount(of_work - first)
    references = np.zeros(len(works), dtype=np.int64)
    np.add.at(references, of_work - first, counts)
    deviation = deviations(references)
    around = np.pad(deviation, 1)
    is_peak = (deviation > 0) & (deviation > around[:-2]) & (deviation >= around[2:])
    return Years(np.arange(first, first + len(works)), references, works.astype(np.int64), deviation, is_peak)


def deviations(references: Ids) -> Floats:
    """Return each year's references less the median of the five years around it.

    Examples
    --------
    >>> import numpy as np
    >>> deviations(np.array([1, 4, 2, 9, 3])).tolist()
    [0.0, 2.0, -1.0, 6.0, 1.0]
    """
    half = WINDOW // 2
    around = np.lib.stride_tricks.sliding_window_view(np.pad(references, half), WINDOW)
    found: Floats = references - np.median(around, axis=1)
    return found


def _behind(works: Ids, counts: Ids, top: int) -> list[tuple[int, int]]:
    """Return the works with most references, and how many these are."""
    chosen = works[np.lexsort((works, -counts[works]))][:top]
    return list(zip(chosen.tolist(), counts[chosen].tolist(), strict=True))


def reference_years_step(job: Job) -> None:
    """Compute and keep the years that the held articles draw on."""
    references, years = job.field.citations_by_held, job.field.years
    found = job.timed(
        "reference_years", lambda: spectrum(references, years), median_of=WINDOW, works_of_a_peak=TOP, citing="held"
    )
    job.keep_rows("reference_years", "reference_years", _year_columns(found), found="reference years")
    job.keep_rows("reference_years", "reference_year_works", [_works_behind(references.ids, found)])


def _year_columns(found: Spectrum) -> list[TableColumns]:
    names = ("year", "reference_count", "works", "deviation", "is_peak")
    known = dict(zip(names, found.known, strict=True)) | {"is_peak": found.known.is_peak.astype(np.int64)}
    unknown = [(None, *found.unknown, None, None)] if found.unknown.references else []
    return [known, as_columns(names, unknown)]


def _works_behind(ids: Ids, found: Spectrum) -> TableColumns:
    rows = [
        (year, position, int(ids[place]), references)
        for year, works in found.behind.items()
        for position, (place, references) in enumerate(works, start=1)
    ]
    return as_columns(("year", "position", "id", "reference_count"), rows)


MEASURES: Final = (
    Measure(
        name="reference_years",
        tables=("reference_years", "reference_year_works"),
        step=reference_years_step,
        tells="which years the field draws on, and the works behind each peak",
        paper="Marx et al. 2014",
        cost="one pass over m",
        command=MeasureCommand(
            "rpys", "graph.commands.structure:rpys_command", "List the peaks of cited years (RPYS)."
        ),
    ),
)
