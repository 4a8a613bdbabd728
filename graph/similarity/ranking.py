"""Works to read next: how works are linked with a list, and one ranking of all parts.  (pure)

Each part is a sum over citations in which a link counts less the more links its ends have; the parts are
brought to one scale and added by WEIGHTS, which cross-validation chose (docs/measures.md, tests/benchmarks).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.citation_graph import CitationGraph, adjacency
from kb.queries.citations import Ids

Floats = NDArray[np.float64]

WEIGHTS: Final = {  # part -> what its strongest work gets of it
    "co_cited": 1.0,
    "cites": 0.2,
    "cited_by": 0.1,
    "coupled": 0.05,
    "text_likeness": 0.05,
    "similar": 0.1,  # not measured: the data that chose the others have no lists of similar articles
}
LINK_PARTS: Final = ("cited_by", "cites", "co_cited", "coupled")
STEEPNESS: Final = 100.0  # of the scale of a part: a hundredth of the strongest still gets 15 % of it
_DECIMALS: Final = 9  # of a score: sums in another order give the same


class Near(NamedTuple):
    """A citation graph around a list, or a whole one; degrees are right where a mask is true."""

    citations: CitationGraph
    voters: NDArray[np.bool_]  # all references of the work are in the graph
    bases: NDArray[np.bool_]  # all that cite the work are in the graph


class LinkParts(NamedTuple):
    """How works are linked with a list, by part, in the order of ids."""

    counts: dict[str, Ids]
    strengths: dict[str, Floats]


def whole(citations: CitationGraph) -> Near:
    """Return the whole graph as one in which every degree is right."""
    every = np.ones(len(citations.ids), dtype=np.bool_)
    return Near(citations, every, every)


def link_parts(near: Near, yours: Ids) -> LinkParts:
    """Return how each work is linked with the works at the places yours.

    With A(x, y) = 1 where x cites y, r(x) how many works x cites, and c(x) how many cite it, a work w gets

    - cited_by: sum over yours y that cite w of 1 / sqrt(r(y)); counted: those y
    - cites: k(w) / sqrt(r(w)), where k(w) is the sum over yours y cited by w of 1 / sqrt(c(y)); counted: those y
    - co_cited: sum over works z that cite w of k(z)^2 / r(z): the closer the list of z is to yours, the more it
      tells (Small 1973, JASIS 24, 265-269, normalised); counted: the z that cite w and one of yours
    - coupled: sum over works x, none of yours, that w cites of m(x) / sqrt(c(x)), where m(x) of yours cite x
      (Kessler 1963, American Documentation 14, 10-25, normalised); counted: the x

    The cost is that of eight passes over the citations.
    """
    matrix = adjacency(near.citations)
    size = len(near.citations.ids)
    mine = np.zeros(size)
    mine[yours] = 1
    references = np.maximum(np.diff(matrix.indptr), 1).astype(np.float64)
    damped = 1 / np.sqrt(np.maximum(np.bincount(matrix.indices, minlength=size), 1))
    cited_mine = matrix @ mine
    closeness = matrix @ (mine * damped)
    cited_by = mine @ matrix
    voters = near.voters & (cited_mine > 0)
    shared = np.where(near.bases & (mine == 0), cited_by, 0)
    counts = (cited_by, cited_mine, voters @ matrix, matrix @ (shared > 0))
    strengths = (
        (mine / np.sqrt(references)) @ matrix,
        np.where(near.voters, closeness / np.sqrt(references), 0),
        np.where(voters, closeness**2 / references, 0) @ matrix,
        matrix @ (shared * damped),
    )
    return LinkParts(
        {part: np.rint(count).astype(np.int64) for part, count in zip(LINK_PARTS, counts, strict=True)},
        dict(zip(LINK_PARTS, strengths, strict=True)),
    )


def among(parts: LinkParts, allowed: NDArray[np.bool_]) -> LinkParts:
    """Return parts with nothing for works that are not allowed."""
    return LinkParts(
        {part: np.where(allowed, counts, 0) for part, counts in parts.counts.items()},
        {part: np.where(allowed, strengths, 0) for part, strengths in parts.strengths.items()},
    )


def scores(strengths: Mapping[str, Floats]) -> Floats:
    """Return the scores of works from the strengths of their parts, 0 to the sum of WEIGHTS.

    A part counts by the logarithm of its share in the strongest: ln(1 + 100 share) / ln(101).

    Examples
    --------
    >>> scores({"co_cited": np.array([4.0, 0.04, 0.0]), "cites": np.array([0.0, 0.0, 1.0])}).round(3).tolist()
    [1.0, 0.15, 0.2]
    """
    total = np.zeros(len(next(iter(strengths.values()))))
    for part, strength in strengths.items():
        most = float(strength.max(initial=0.0))
        if most > 0:
            total += WEIGHTS[part] * np.log1p(STEEPNESS * strength / most) / np.log1p(STEEPNESS)
    rounded: Floats = np.round(total, _DECIMALS)
    return rounded


def best_of(total: Floats, limit: int) -> Ids:
    """Return the places of the ``limit`` highest scores above 0, the highest first, equal ones in their order."""
    order = np.argsort(-total, kind="stable")[:limit]
    return order[total[order] > 0]
