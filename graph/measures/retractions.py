"""Who builds on retracted work: works that cite a retracted article, and works that cite these.  (pure)"""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.citation_graph import CitationGraph, adjacency
from graph.measures.big_float import Floats
from kb.queries.citations import Ids

TIMINGS: Final = ("before", "same year", "after", "unknown")  # published, as seen from the notice of retraction
BEFORE, SAME_YEAR, AFTER, UNKNOWN = range(len(TIMINGS))


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
    matrix = adjacency(citations)
    matrix.setdiag(0)
    matrix.eliminate_zeros()
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
