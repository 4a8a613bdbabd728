"""Who builds on retracted work: works that cite a retracted article, and works that cite these."""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.citation_graph import CitationGraph, adjacency, without_loops
from graph.measure import Measure, MeasureCommand
from graph.measures.big_float import Floats
from graph.run_context import Field, Job
from kb.printed.reference import parse_reference
from kb.queries.citations import Ids
from kb.queries.structure import NoticeRow, read_notices
from kb.store.computed import TableColumns, as_columns

TIMINGS: Final = ("before", "same year", "after", "unknown")  # published, as seen from the notice of retraction
BEFORE, SAME_YEAR, AFTER, UNKNOWN = range(len(TIMINGS))
_COLUMNS: Final = (
    "id", "notice_year", "notice_from", "citing", "citing_before", "citing_same_year", "citing_after", "citing_unknown",
    "two_steps",
)  # fmt: skip


class Retracted(NamedTuple):
    """A retracted article."""

    id: int  # works.id
    notice_year: int | None  # None: nobody said
    notices: Collection[int] = ()  # works.id of its notices, which cite it as a matter of course


class Exposure(NamedTuple):
    """Works that stand on a retracted article: one entry for each such pair."""

    retracted: Ids  # place of the retracted article among those given
    works: Ids  # places of the works in the graph
    steps: Ids  # 1: it cites the retracted article; 2: it does not, and cites a work that does
    through: Ids  # how many such works it cites; of one step: 0
    timing: Ids  # place in TIMINGS


def exposure(citations: CitationGraph, years: Floats, retracted: Sequence[Retracted]) -> Exposure:
    """Return the works that cite retracted articles, and those that cite these, in the order of both.

    years are those of works in the order of ids, NaN where nobody said. A work of the year of the notice may have
    been written before it or after; where either year is not known, so is the timing. The notice itself, and what
    cites the retracted article through it alone, does not count.

    A product of the adjacency matrix with its columns of retracted articles: time grows with the citations
    of the works that cite them. Compare Bolland, Grey and Avenell (2022), Account Res 29(1), 18-25.

    Examples
    --------
    >>> import numpy as np
    >>> chain = CitationGraph(np.array([1, 2, 3]), np.array([1, 2]), np.array([0, 1]))
    >>> found = exposure(chain, np.array([1998.0, 2003.0, np.nan]), [Retracted(1, 2010)])
    >>> found.works.tolist(), found.steps.tolist(), [TIMINGS[place] for place in found.timing]
    ([1, 2], [1, 2], ['before', 'unknown'])
    """
    matrix = adjacency(without_loops(citations))
    selected = _entries(citations.ids, [[article.id] for article in retracted])
    left_out = _entries(citations.ids, [[article.id, *article.notices] for article in retracted])
    direct = _without(sp.csr_array(matrix @ selected), left_out)
    second = _without(_without(sp.csr_array(matrix @ direct), left_out), direct)
    found = sp.coo_array(direct), sp.coo_array(second)
    steps = np.repeat([1, 2], [found[0].nnz, found[1].nnz])
    works, articles = (np.concatenate([part.coords[axis] for part in found]).astype(np.int64) for axis in (0, 1))
    through = np.concatenate([np.zeros(found[0].nnz, dtype=np.int64), found[1].data.astype(np.int64)])
    order = np.lexsort((works, steps, articles))
    notice_years = np.array([np.nan if a.notice_year is None else a.notice_year for a in retracted], dtype=np.float64)
    timing = timings(years[works], notice_years[articles])
    return Exposure(*(column[order] for column in (articles, works, steps, through, timing)))


def timings(years: Floats, notice_years: Floats) -> NDArray[np.int64]:
    """Return the place in TIMINGS of works of these years; NaN: not known.

    Examples
    --------
    >>> import numpy as np
    >>> timings(np.array([2009.0, 2010.0, 2011.0, np.nan]), np.array([2010.0, 2010.0, 2010.0, 2010.0])).tolist()
    [0, 1, 2, 3]
    """
    differences = years - notice_years
    told = np.select([differences < 0, differences == 0, differences > 0], [BEFORE, SAME_YEAR, AFTER], UNKNOWN)
    return told.astype(np.int64)


def _entries(ids: Ids, works: Sequence[Sequence[int]]) -> sp.csr_array:
    """Return the matrix that has 1 at the works of each column; those that are not in the graph are left out."""
    columns = np.repeat(np.arange(len(works)), [len(column) for column in works])
    flat = np.array([work for column in works for work in column], dtype=np.int64)
    inside = np.isin(flat, ids)
    places = np.searchsorted(ids, flat[inside])
    return sp.csr_array((np.ones(len(places)), (places, columns[inside])), shape=(len(ids), len(works)))


def _without(matrix: sp.csr_array, other: sp.csr_array) -> sp.csr_array:
    """Return matrix without its entries where other has one."""
    kept = sp.csr_array(matrix - matrix.multiply(other.sign()))
    kept.eliminate_zeros()
    return kept


def retractions_step(job: Job) -> None:
    """Compute and keep the retracted articles, and the works that stand on them by one step or two."""
    citations, years = job.field.citations, job.field.years
    noticed = list(_noticed(job.field))
    retracted = [article for article, _ in noticed]
    found = job.timed("retractions", lambda: exposure(citations, years, retracted), steps=2)
    rows = [_row(place, *article, found) for place, article in enumerate(noticed)]
    job.keep_rows("retractions", "retraction_exposure", [_exposed(citations.ids, retracted, found)])
    job.keep_rows("retractions", "retractions", [as_columns(_COLUMNS, rows)], found="retractions")


def _noticed(field: Field) -> Iterator[tuple[Retracted, str | None]]:
    """Yield the retracted articles, and where the year of their first notice is from."""
    for work, notices in groupby(read_notices(field.db), key=lambda notice: notice.id):
        rows = list(notices)
        year, source = first_notice(rows)
        yield Retracted(work, year, [row.notice_id for row in rows if row.notice_id is not None]), source


def first_notice(notices: list[NoticeRow]) -> tuple[int | None, str | None]:
    """Return the year of the first notice of an article, and what says so; None, None: nothing does.

    A notice's own record knows best; where it is not held, PubMed prints when and where the notice appeared.

    Examples
    --------
    >>> first_notice([NoticeRow(1, 9, None, "Lancet. 2010 Feb 6;375(9713):445"), NoticeRow(1, 8, 2011, None)])
    (2010, 'printed')
    """
    dated = [(row.record_year, "record") for row in notices if row.record_year is not None]
    held = {row.notice_id for row in notices if row.record_year is not None}
    for row in notices:
        year = parse_reference(row.printed).year if row.printed and row.notice_id not in held else None
        if year is not None:
            dated.append((year, "printed"))
    return min(dated, key=lambda said: said[0], default=(None, None))


def _exposed(ids: Ids, retracted: Sequence[Retracted], found: Exposure) -> TableColumns:
    articles = np.array([article.id for article in retracted], dtype=np.int64)
    return {
        "retracted_id": articles[found.retracted],
        "id": ids[found.works],
        "steps": found.steps,
        "through": found.through,
        "timing": [TIMINGS[timing] for timing in found.timing.tolist()],
    }


def _row(place: int, article: Retracted, source: str | None, found: Exposure) -> tuple[int | str | None, ...]:
    mine = found.retracted == place
    direct = mine & (found.steps == 1)
    often = np.bincount(found.timing[direct], minlength=len(TIMINGS)).tolist()
    two_steps = int(np.count_nonzero(mine & (found.steps == 2)))
    return (
        article.id, article.notice_year, source,
        sum(often), often[BEFORE], often[SAME_YEAR], often[AFTER], often[UNKNOWN], two_steps,
    )  # fmt: skip


MEASURES: Final = (
    Measure(
        name="retractions",
        tables=("retractions", "retraction_exposure"),
        step=retractions_step,
        tells="what was retracted, and what cites it, by one step or two",
        paper="Bolland et al. 2022",
        cost="citations of the works that cite retracted ones",
        command=MeasureCommand(
            "retractions",
            "graph.commands.structure:retractions_command",
            "List the retracted articles of DB and the works that cite them.",
        ),
    ),
)
