"""Where the most linked works of a field stand on a map: near those they are linked with.  (pure)"""

from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components, dijkstra

from graph.citation_graph import CitationGraph, undirected
from graph.layout.stress import Floats, distances_of, spiral, stress_layout
from graph.layout.timeline import Positions
from graph.measures.components import numbered_by_size
from kb.queries.citations import Ids

MAP: Final = "map"  # name of the layout in work_positions
MOST: Final = 500  # works on the map: pairs of them are what it costs
FEWEST: Final = 5  # works on the map of a community that is kept apart from others
APART: Final = 2.0  # times as long as within a community is a link between two
LONGEST: Final = (
    1.15  # length of a link within a community between works that share no neighbour; 0.15 if they share all
)
ROUNDS: Final = 100  # of majorisation, at most
ENOUGH: Final = 1e-4  # of the stress: a round that takes away less is the last
NEAREST: Final = 0.6  # of the middling distance between neighbours: nobody stands nearer to another

_TURN: Final = 2.4  # radians: about the golden angle, by which no two directions are the same
_STIR: Final = 0.05  # of the mean distance: what tells works apart that scaling in two dimensions cannot
_PUSHES: Final = 200  # rounds of pushing works apart, at most
_GAP: Final = 3.0  # between two components
_WIDE: Final = 1.2  # of the side of a square that holds all components: how wide a row of them is
_DECIMALS: Final = 2  # more would tell one machine's rounding from another's


class _Part(NamedTuple):
    """A component of the map, laid out by itself."""

    places: Ids  # of its works, among all of the graph
    at: Floats  # x and y of each


def field_map(citations: CitationGraph, years: Floats, communities: Ids, *, most: int = MOST) -> Positions:
    """Return the map of the ``most`` works with most links, equal ones by id; years and communities as in timeline.

    Two works are wanted at the distance of the shortest chain of links between them. A link is short where its ends
    have neighbours in common (the cosine of their sets of neighbours, themselves included), and APART times as long
    between two communities of FEWEST works or more. Positions fit these distances by stress majorisation, from
    those of classical scaling: Gansner, Koren and North (2005), Graph Drawing 2004, LNCS 3383, 239-250. Then x is
    the direction in which the map is widest, newer works to the right; one unit is the middling distance of a work
    to its nearest; works that are nearer than NEAREST are pushed apart; components stand side by side and in rows,
    the largest first. Nothing is left to chance. A work without a link to another one of the map has no place.

    Time and memory grow with the square of ``most``.

    Examples
    --------
    >>> import numpy as np
    >>> pair = CitationGraph(np.array([1, 2, 3]), np.array([1]), np.array([0]))
    >>> found = field_map(pair, np.array([1999.0, 2001.0, 2002.0]), np.array([1, 1, 0]))
    >>> found.x.tolist(), found.y.tolist()
    ([0.0, 1.0, nan], [0.0, 0.0, nan])
    """
    x, y = np.full(len(citations.ids), np.nan), np.full(len(citations.ids), np.nan)
    places, links = _strongest(undirected(citations), most)
    if len(places):
        numbers = numbered_by_size(connected_components(links, directed=False)[1])
        members = [np.flatnonzero(numbers == number) for number in range(1, int(numbers.max()) + 1)]
        parts = [
            _Part(places[of], _laid_out(links[of][:, of], years[places[of]], communities[places[of]]))
            for of in members
        ]  # fmt: skip
        for part in _packed(parts):
            x[part.places], y[part.places] = part.at.round(_DECIMALS).T
    return Positions(x, y)


def _strongest(links: sp.csr_array, most: int) -> tuple[Ids, sp.csr_array]:
    """Return the places of the works with most links, as far as they are linked with each other, and these links."""
    degrees = np.diff(links.indptr)
    chosen = np.sort(np.lexsort((np.arange(len(degrees)), -degrees))[:most])
    inner = sp.csr_array(links[chosen][:, chosen])
    linked = np.flatnonzero(np.diff(inner.indptr))
    return chosen[linked], sp.csr_array(inner[linked][:, linked])


def _laid_out(links: sp.csr_array, years: Floats, communities: Ids) -> Floats:
    """Return the positions of a component around its middle, in units of the middling distance to the nearest."""
    wanted = _wanted(links, communities)
    at = _turned(stress_layout(wanted, _scaled_down(wanted), rounds=ROUNDS, enough=ENOUGH), years)
    near = distances_of(at)
    np.fill_diagonal(near, np.inf)
    return _pushed_apart(at / np.median(near.min(axis=1)))


def _wanted(links: sp.csr_array, communities: Ids) -> Floats:
    """Return the distance at which each pair is wanted."""
    linked = links.toarray() > 0
    closed = (linked | np.eye(len(linked), dtype=np.bool_)).astype(np.float64)
    sizes = closed.sum(axis=1)
    alike = closed @ closed / np.sqrt(np.outer(sizes, sizes))
    _, numbers, counts = np.unique(communities, return_inverse=True, return_counts=True)
    group = np.where(counts[numbers] >= FEWEST, communities, 0)  # a community of few would stand far out
    is_apart = (group[:, None] != group) & (group > 0) & (group > 0)[:, None]
    factor = np.where(is_apart, APART, 1.0)
    lengths = np.where(linked, (LONGEST - alike) * factor, 0.0)
    found: Floats = dijkstra(sp.csr_array(lengths), directed=False)
    return (found + found.T) / 2


def _scaled_down(wanted: Floats) -> Floats:
    """Return positions by classical scaling, none quite on another; Torgerson (1952), Psychometrika 17, 401-419."""
    squares = wanted**2
    means = squares.mean(axis=0)
    values, vectors = np.linalg.eigh((means + means[:, None] - squares - means.mean()) / 2)
    scaled: Floats = vectors[:, :-3:-1] * np.sqrt(np.maximum(values[:-3:-1], 0.0))
    scaled += _STIR * wanted.mean() * (spiral(len(wanted), _TURN) / np.sqrt(len(wanted)))
    return scaled


def _turned(at: Floats, years: Floats) -> Floats:
    """Return positions turned so that the map is widest across, newer works stand right, and the first one high."""
    at = at - at.mean(axis=0)
    _, axes = np.linalg.eigh(at.T @ at)
    at = at @ axes[:, ::-1]
    dated = ~np.isnan(years)
    newer = float((at[dated, 0] * (years[dated] - years[dated].mean())).sum()) if dated.any() else 0.0
    signs = [_sign(newer, at[:, 0]), -_sign(0.0, at[:, 1])]
    return at * signs


def _sign(wanted: float, values: Floats) -> float:
    """Return the sign of wanted; where it has none, that of the first value that is not 0."""
    for value in (round(wanted, 6), *values.round(6).tolist()):
        if value:
            return float(np.sign(value))
    return 1.0


def _pushed_apart(at: Floats) -> Floats:
    """Return positions of which no two are nearer than NEAREST."""
    for _ in range(_PUSHES):
        distances = distances_of(at)
        first, second = np.nonzero(np.triu(distances < NEAREST * 0.99, 1))
        if not len(first):
            break
        way = at[second] - at[first]
        far = distances[first, second]
        same = far < 1e-9  # on one spot: each pair goes apart in a direction of its own
        angles = _TURN * (first[same] + second[same])
        way[same] = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        far[same] = 1.0
        push = way / far[:, None] * ((NEAREST - np.where(same, 0.0, far)) / 2)[:, None]
        moved = np.zeros_like(at)
        np.add.at(moved, second, push)
        np.add.at(moved, first, -push)
        at = at + moved
    return at


def _packed(parts: list[_Part]) -> list[_Part]:
    """Return the components side by side in rows, so that all together are rather wide than high."""
    sizes = np.array([np.ptp(part.at, axis=0) for part in parts])
    widest = max(float(sizes[0, 0]), _WIDE * float(np.sqrt((sizes + _GAP).prod(axis=1).sum())))
    packed: list[_Part] = []
    left, top, height = 0.0, 0.0, 0.0
    for part, (width, tall) in zip(parts, sizes.tolist(), strict=True):
        if packed and left + width > widest:
            left, top, height = 0.0, top + height + _GAP, 0.0
        packed.append(_Part(part.places, part.at - part.at.min(axis=0) + (left, top)))
        left, height = left + width + _GAP, max(height, tall)
    return packed
