"""Works that are cited together, and works that cite the same: the strongest partners of each."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import scipy.sparse as sp

from graph.citation_graph import CitationGraph, adjacency, citation_counts
from graph.measure import EARLY, Measure
from graph.measures.cocitation_places import CocitationPlaces, count_cocitation_places
from graph.run_context import Job
from graph.similarity.sparse_topk import Pairs, compact, entries_of_both, first_pairs, strongest_pairs
from kb.queries.citations import Ids
from kb.queries.works.cited_places import read_cited_places
from kb.store.computed import TableColumns

PARTNERS: Final = 50  # kept of each work
SMALL: Final = 100_000  # citations up to which a pair that has one work in common is kept: in more, most are such
OFTEN: Final = 1_000  # citations of a work above which it is no reason to compare two works that cite it
WIDER: Final = 4  # times as many partners are compared with all that is cited as are kept


def least_count(citations: CitationGraph) -> int:
    """Return how many works a pair must have in common to be kept: 1, or 2 in a graph of more than SMALL citations."""
    return 1 if len(citations.citing) <= SMALL else 2


def cocitations(citations: CitationGraph, limit: int = PARTNERS, at_least: int = 1) -> Iterator[Pairs]:
    """Yield, block by block, the ``limit`` works that each work is most often cited together with; places in ids.

    The count of two works is the number of works that cite both. Partners come by falling count, equal ones by id;
    those with less than ``at_least`` are left out. A work with n references makes n^2 products: time grows with the
    square of the longest lists; memory is bounded. Small (1973), JASIS 24, 265-269.

    Examples
    --------
    >>> import numpy as np
    >>> one_cites_two = CitationGraph(np.array([7, 8, 9]), np.array([2, 2]), np.array([0, 1]))
    >>> [(p.rows.tolist(), p.others.tolist(), p.values.tolist()) for p in cocitations(one_cites_two)]
    [([0, 1], [1, 0], [1, 1])]
    """
    cited_by = compact(sp.csr_array(adjacency(citations).T))
    return strongest_pairs(cited_by, cited_by, limit, at_least)


def couplings(
    citations: CitationGraph, limit: int = PARTNERS, at_least: int = 1, often: int = OFTEN
) -> Iterator[Pairs]:
    """Yield, block by block, the ``limit`` works that cite most of what each work cites; places in ids.

    The count of two works is the number of works that both cite. Otherwise as cocitations(); here it is works that are
    cited n times which make n^2 products. Kessler (1963), American Documentation 14, 10-25.

    Works cited more than ``often`` times are counted but are no reason to compare two works: partners are chosen among
    the WIDER ``limit`` that share most other works, of equal ones those that cite most such works. Time so grows with
    ``often`` times the citations at most; without works cited so often the partners are exact.

    Examples
    --------
    >>> import numpy as np
    >>> two_cite_one = CitationGraph(np.array([7, 8, 9]), np.array([1, 2]), np.array([0, 0]))
    >>> [(p.rows.tolist(), p.others.tolist(), p.values.tolist()) for p in couplings(two_cite_one)]
    [([1, 2], [2, 1], [1, 1])]
    """
    cites = compact(adjacency(citations))
    is_often = citation_counts(citations) > often
    if not is_often.any():
        return strongest_pairs(cites, cites, limit, at_least)
    informative, common = cites[:, ~is_often], sp.csr_array(cites[:, is_often])
    most_common_first = np.argsort(-np.diff(common.indptr), kind="stable")
    found = strongest_pairs(informative, informative, WIDER * limit, order=most_common_first)
    return (_strongest_of(pairs, common, limit, at_least) for pairs in found)


def _strongest_of(pairs: Pairs, common: sp.csr_array, limit: int, at_least: int) -> Pairs:
    """Return the ``limit`` strongest pairs of each row, now that what they share of common counts too."""
    theirs, is_shared = entries_of_both(common, pairs.rows, pairs.others)
    theirs.data = is_shared.astype(np.int32)
    counts = pairs.values + theirs @ np.ones(common.shape[1], dtype=np.int32)
    kept = counts >= at_least
    return first_pairs(Pairs(pairs.rows[kept], pairs.others[kept], counts[kept]), limit)


def _couplings_step(job: Job) -> None:
    """Begin to compute, in a thread, and keep the works that cite most of what each work cites."""
    citations = job.field.citations
    limits = {"limit": PARTNERS, "at_least": least_count(citations)}
    bounds = {"often": OFTEN, "compared": WIDER * PARTNERS}
    found = job.begin("couplings", lambda: list(couplings(citations, **limits, often=OFTEN)), **limits, **bounds)
    job.keep_rows("couplings", "couplings", lambda: _partners(citations.ids, found()), found="couplings")


def _cocitations_step(job: Job) -> None:
    """Compute and keep the works that each work is most often cited together with, and how near in full texts."""
    citations = job.field.citations
    limits = {"limit": PARTNERS, "at_least": least_count(citations)}

    def compute() -> tuple[list[Pairs], CocitationPlaces]:
        found = list(cocitations(citations, **limits))
        return found, count_cocitation_places(citations.ids, found, read_cited_places(job.field.db))

    def rows() -> Iterator[TableColumns]:
        return (
            {**pairs, **near.columns(block)}
            for pairs, block in zip(_partners(citations.ids, found), found, strict=True)
        )

    found, near = job.timed("cocitations", compute, **limits)
    job.keep_rows("cocitations", "cocitations", rows, found="cocitations")


def _partners(ids: Ids, blocks: Iterable[Pairs]) -> Iterator[TableColumns]:
    return ({"id": ids[rows], "other_id": ids[others], "count": counts} for rows, others, counts in blocks)


MEASURES: Final = (
    Measure(
        name="cocitations",
        tables=("cocitations",),
        step=_cocitations_step,
        tells="which works are cited together, and how near to each other in full texts",
        paper="Small 1973, Gipp and Beel 2009",
        cost="sum of squares of the lists of references",
    ),
    Measure(
        name="couplings",
        tables=("couplings",),
        step=_couplings_step,
        tells="which works cite the same",
        paper="Kessler 1963",
        cost="sum of squares of the citation counts up to 1,000",
        when=EARLY,
    ),
)
