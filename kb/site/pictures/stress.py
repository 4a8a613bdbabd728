"""Where the dots of a small network stand: at distances that fit their links, in a frame, none over another.  (pure)"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

ROUNDS: Final = 60  # of majorisation
_PUSHES: Final = 60  # rounds of pushing dots apart, at most
_STRETCH: Final = 1.3  # times as far as the other direction may one be stretched to fill the frame
_SPIRAL: Final = np.pi * (3 - 5**0.5)  # the golden angle: every turn finds room


def wanted_distances(links: Floats, apart: float) -> Floats:
    """Return the shortest way between each pair, from the lengths of links (0: none); apart where there is no way."""
    from scipy.sparse.csgraph import shortest_path  # slow to import; only pictures need it

    found: Floats = np.asarray(shortest_path(links, directed=False))
    found[np.isinf(found)] = apart
    return found


def spiral(size: int) -> Floats:
    """Return places to start from: a spiral outwards, in the order of the dots."""
    turns = np.arange(size)
    return np.stack([np.cos(turns * _SPIRAL), np.sin(turns * _SPIRAL)], axis=1) * np.sqrt(turns)[:, None]


def stress_layout(wanted: Floats, start: Floats, *, sides: Floats | None = None, pull: float = 0.0) -> Floats:
    """Return positions whose distances fit those wanted; the same every time.

    Stress majorisation: Gansner, Koren and North (2005), LNCS 3383, 239-250. sides are where each dot is pulled to
    from left (-1) to right (1), NaN: nowhere; pull says how strongly, beside 1 for all distances of a dot together.
    The cost is that of pairs.
    """
    size = len(wanted)
    if size < 2:
        return np.zeros((size, 2))
    with np.errstate(divide="ignore"):
        weights = np.where(wanted > 0, wanted**-2.0, 0.0)
    laplacian = np.diag(weights.sum(axis=1)) - weights + 1e-6 * np.eye(size)
    held = np.zeros(size) if sides is None else np.where(np.isnan(sides), 0.0, pull * weights.sum(axis=1))
    targets = np.zeros(size) if sides is None else np.nan_to_num(sides)
    across, down = np.linalg.inv(laplacian + np.diag(held)), np.linalg.inv(laplacian)
    at: Floats = start - start.mean(axis=0)
    for _ in range(ROUNDS):
        distances = _distances(at)
        ratio = np.divide(weights * wanted, distances, out=np.zeros_like(wanted), where=distances > 1e-9)
        moved = ratio.sum(axis=1)[:, None] * at - ratio @ at
        at = np.stack([across @ (moved[:, 0] + held * targets), down @ moved[:, 1]], axis=1)
    return at


def _distances(at: Floats) -> Floats:
    """Return the distance of each pair."""
    squares = (at * at).sum(axis=1)
    found: Floats = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * at @ at.T, 0.0))
    return found


def fitted(at: Floats, width: float, height: float, margin: float, *, stretch: float = _STRETCH) -> Floats:
    """Return positions moved, and stretched a little, so that they fill a frame; up stays up."""
    if not len(at):
        return at
    low, high = at.min(axis=0), at.max(axis=0)
    room = np.array([width - 2 * margin, height - 2 * margin])
    scale = room / np.maximum(high - low, 1e-9)
    scale = np.minimum(scale, scale.min() * stretch)
    placed: Floats = (at - (low + high) / 2) * np.where(high > low, scale, 0.0) + np.array([width, height]) / 2
    return placed


def pushed_apart(at: Floats, radii: Floats, *, gap: float = 3.0) -> Floats:
    """Return positions at which no two dots touch, as far as a number of rounds brings them."""
    from scipy.spatial import cKDTree  # slow to import; only pictures need it

    at, reach = at.copy(), 2 * float(radii.max(initial=0.0)) + gap
    for _ in range(_PUSHES):
        pairs = cKDTree(at).query_pairs(reach, output_type="ndarray")
        first, second = pairs[:, 0], pairs[:, 1]
        away = at[first] - at[second]
        distance = np.hypot(away[:, 0], away[:, 1])
        short = radii[first] + radii[second] + gap - distance
        near = short > 1e-3
        if not near.any():
            break
        first, second, short, away, distance = first[near], second[near], short[near], away[near], distance[near]
        away[distance < 1e-9] = (1.0, 0.0)
        step = away * (0.5 * short / np.maximum(np.hypot(away[:, 0], away[:, 1]), 1e-9))[:, None]
        np.add.at(at, first, step)
        np.add.at(at, second, -step)
    return at
