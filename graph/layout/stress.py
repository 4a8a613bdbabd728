"""Positions whose distances fit wanted ones: stress majorisation, the same every time.  (pure)"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

ROUNDS: Final = 60  # of majorisation, at most
GOLDEN: Final = float(np.pi * (3 - 5**0.5))  # radians: the golden angle, by which no two directions are the same


def spiral(size: int, turn: float = GOLDEN) -> Floats:
    """Return positions to start from: a spiral outwards, in the order of the works."""
    turns = np.arange(size)
    return np.stack([np.cos(turns * turn), np.sin(turns * turn)], axis=1) * np.sqrt(turns)[:, None]


def distances_of(at: Floats) -> Floats:
    """Return the distance of each pair of positions."""
    across, down = (at[:, None, axis] - at[None, :, axis] for axis in (0, 1))
    found: Floats = np.sqrt(across * across + down * down)  # a third of the time of np.hypot
    return found


def stress_layout(
    wanted: Floats,
    start: Floats,
    *,
    sides: Floats | None = None,
    pull: float = 0.0,
    rounds: int = ROUNDS,
    enough: float = 0.0,
) -> Floats:
    """Return positions whose distances fit those wanted; a pair counts by its wanted distance to the power of -2.

    Gansner, Koren and North (2005), Graph Drawing 2004, LNCS 3383, 239-250. sides are where each dot is pulled to from
    left (-1) to right (1), NaN: nowhere; pull says how strongly, beside 1 for all distances of a dot together. A round
    that takes away no more than the share ``enough`` of the stress is the last. The cost is that of pairs.
    """
    size = len(wanted)
    if size < 2:
        return np.zeros((size, 2))
    with np.errstate(divide="ignore"):
        weights = np.where(wanted > 0, wanted**-2.0, 0.0)
    laplacian = np.diag(weights.sum(axis=1)) - weights + 1e-6 * np.eye(size)
    held = np.zeros(size) if sides is None else np.where(np.isnan(sides), 0.0, pull * weights.sum(axis=1))
    targets = np.zeros(size) if sides is None else np.nan_to_num(sides)
    down = np.linalg.inv(laplacian)
    across = down if sides is None else np.linalg.inv(laplacian + np.diag(held))
    at: Floats = start - start.mean(axis=0)
    wanted_sums, before = weights * wanted, np.inf
    for _ in range(rounds):
        distances = distances_of(at)
        stress = float((weights * (wanted - distances) ** 2).sum()) if enough else 0.0
        if enough and stress >= before * (1 - enough):
            break
        before = stress
        ratio = np.divide(wanted_sums, distances, out=np.zeros_like(wanted), where=distances > 1e-9)
        moved = ratio.sum(axis=1)[:, None] * at - ratio @ at
        at = np.stack([across @ (moved[:, 0] + held * targets), down @ moved[:, 1]], axis=1)
    return at
