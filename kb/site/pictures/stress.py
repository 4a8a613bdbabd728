"""How the dots of a small network fit in a frame, none over another, at distances that follow their links.  (pure)"""

from typing import Final

import numpy as np

from graph.layout.stress import Floats

_PUSHES: Final = 60  # rounds of pushing dots apart, at most
_STRETCH: Final = 1.3  # times as far as the other direction may one be stretched to fill the frame


def wanted_distances(links: Floats, apart: float) -> Floats:
    """Return the shortest way between each pair, from the lengths of links (0: none); apart where there is no way."""
    from scipy.sparse.csgraph import shortest_path  # slow to import; only pictures need it

    found: Floats = np.asarray(shortest_path(links, directed=False))
    found[np.isinf(found)] = apart
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
