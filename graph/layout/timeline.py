"""Where works stand on a map: years from left to right, communities one below the other.  (pure)"""

from typing import Final, NamedTuple, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.citation_graph import CitationGraph, undirected
from kb.queries.citations import Ids

TIMELINE: Final = "timeline"  # name of the layout in work_positions
BANDS: Final = 20  # communities that have a band of their own; all other works share one below them
GAP: Final = 2.0  # rows between two bands
ROUNDS: Final = 10  # of drawing works towards those they are linked with

_DECIMALS: Final = 2  # of a row: more would tell one machine's rounding from another's

Floats: TypeAlias = NDArray[np.float64]


class Positions(NamedTuple):
    """Positions in the order of ids; NaN in both: the work has no place on this map."""

    x: Floats
    y: Floats


class _Columns(NamedTuple):
    """The works of one band and year are a column, which cannot leave its band."""

    numbers: Ids  # of each work's column
    sizes: Ids  # works of each column
    tops: Floats  # first row of each column's band
    bottoms: Floats  # last row of it


def timeline(citations: CitationGraph, years: Floats, communities: Ids, rounds: int = ROUNDS) -> Positions:
    """Return the timeline of a graph; years, NaN where nobody said, and communities are in the order of ids.

    x is the year. y counts rows from 0 at the top, downwards: the BANDS largest communities have a band each, in
    the order of their numbers and as high as the works of their fullest year; all other works share the band
    below. Two works of one year are at least one row apart. In every round each work goes half the way to the mean
    row of the works it is linked with, then those of one year and band are put apart again, moving as little as
    can be (isotonic regression; Barlow et al. 1972). Nothing is left to chance. A work without a year has no place.

    Each round costs one pass over the citations and one sort of the works.

    Examples
    --------
    >>> import numpy as np
    >>> three = CitationGraph(np.array([1, 2, 3]), np.array([1]), np.array([0]))
    >>> x, y = timeline(three, np.array([1999.0, 2001.0, 2001.0]), np.array([1, 1, 0]))
    >>> x.tolist(), y.tolist()
    ([1999.0, 2001.0, 2001.0], [0.0, 0.0, 3.0])
    """
    x, y = np.where(np.isnan(years), np.nan, years), np.full(len(years), np.nan)
    dated = np.flatnonzero(~np.isnan(years))
    if len(dated):
        columns = _columns(communities[dated], years[dated])
        means = _neighbour_means(citations, dated)
        y[dated] = _relaxed(columns, means, rounds)
    return Positions(x, y)


def _columns(communities: Ids, years: Floats) -> _Columns:
    """Return the columns of works; bands stand in the order of community numbers, works of none in the last."""
    banded = (communities > 0) & (communities <= BANDS)
    _, bands = np.unique(np.where(banded, communities, BANDS + 1), return_inverse=True)
    pairs, numbers, sizes = np.unique(
        np.stack([bands, years]), axis=1, return_inverse=True, return_counts=True
    )  # fmt: skip
    band_of = pairs[0].astype(np.int64)
    heights = np.zeros(int(band_of.max()) + 1)
    np.maximum.at(heights, band_of, sizes)
    tops = np.cumsum(heights + GAP) - (heights + GAP)
    return _Columns(numbers.reshape(-1), sizes, tops[band_of], (tops + heights - 1)[band_of])


def _neighbour_means(citations: CitationGraph, dated: Ids) -> sp.csr_array:
    """Return the matrix whose product with rows is the mean row of each work's neighbours; its own where none."""
    links = sp.csr_array(undirected(citations)[dated][:, dated])
    degrees = np.diff(links.indptr)
    links.data /= np.repeat(degrees, degrees)
    return sp.csr_array(links + sp.diags_array((degrees == 0).astype(np.float64)))


def _relaxed(columns: _Columns, means: sp.csr_array, rounds: int) -> Floats:
    """Return the row of each work, after so many rounds."""
    middles: Floats = (columns.tops + columns.bottoms) / 2
    rows = _put_apart(columns, middles[columns.numbers])
    for _ in range(rounds):
        rows = _put_apart(columns, (rows + means @ rows) / 2)
    return rows


def _put_apart(columns: _Columns, wanted: Floats) -> Floats:
    """Return the rows nearest to wanted, in least squares, with each column in its order, in its band and apart.

    The order is that of wanted, rounded, then of ids. Less their ranks, rows need only rise: an isotonic
    regression, of all columns in one go, as each stands far below the one before; clipped, it stays the best.
    """
    from scipy.optimize import isotonic_regression  # slow to import; only this needs it

    order = np.lexsort((np.arange(len(wanted)), wanted.round(_DECIMALS), columns.numbers))
    column = columns.numbers[order]
    starts = np.cumsum(columns.sizes) - columns.sizes
    ranks = np.arange(len(wanted)) - starts[column]
    far = 2.0 * float(columns.bottoms.max() + columns.sizes.max() + 1) * column
    loose = isotonic_regression(wanted[order] - ranks + far).x - far
    kept = np.clip(loose, columns.tops[column], (columns.bottoms - columns.sizes + 1)[column])
    rows = np.empty(len(wanted))
    rows[order] = kept.round(_DECIMALS) + ranks
    return rows
