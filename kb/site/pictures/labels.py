"""Words beside dots, none over another: the weightier first and larger, the largest size that fits.  (pure)"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np

# Sizes of letters in units of the picture. A page shows the words of a size and above: the first on a phone, the
# first two on a screen, and one more each time that a reader zooms in to twice the size.
SIZES: Final = (28.0, 14.0, 7.0, 3.5)
LEVELS: Final = "abcd"  # class of each size: wa …
LARGEST: Final = 9  # words in the first size, at most: they take the place of others on a screen
# How much larger the weightiest words are on a screen, how many at most, and one in how many of all.
SCALES: Final = ((1.4, 6, 16), (1.2, 24, 5))
SMALLER: Final = 0.86  # of the size on a screen, for words that find no room otherwise
_CELL: Final = 2.0  # units to a side of the squares by which what is taken is kept
_NARROW, _WIDE = 0.36, 0.95  # of the size: how wide letters are, on the safe side of common system fonts
_OTHER: Final = 0.64
_CAPITAL: Final = 0.76
_NARROW_ONES: Final = frozenset("iljtf.,:;'|!()[]- ’")


class Spot(NamedTuple):
    """A dot that wants words; weight: who comes first; top and bottom: between which the words must stay."""

    x: float
    y: float
    r: float
    words: str
    weight: float
    top: float = -np.inf
    bottom: float = np.inf


class Label(NamedTuple):
    """Words with their place: anchor is start, middle or end, drop how far below y they stand, in their size.

    scale: how much larger than others of this level they are shown on a screen.
    """

    spot: int
    level: int
    x: float
    y: float
    anchor: str
    drop: float
    scale: float = 1.0


class Try(NamedTuple):
    """Where beside a dot words may stand: which way from it, how they are anchored, how far they drop."""

    across: int
    down: int
    anchor: str
    drop: float


_RIGHT, _LEFT = Try(1, 0, "start", 0.35), Try(-1, 0, "end", 0.35)
_BELOW, _ABOVE = Try(0, 1, "middle", 0.85), Try(0, -1, "middle", -0.15)
BESIDE: Final = (_RIGHT, _LEFT, _BELOW, _ABOVE)
UNDER: Final = (_BELOW, _ABOVE, _RIGHT, _LEFT)


class Box(NamedTuple):
    """A rectangle of the picture."""

    left: float
    top: float
    right: float
    bottom: float


def text_width(words: str, size: float) -> float:
    """Return how wide words are, at most."""
    return size * sum(map(_letter, words))


@cache
def _letter(letter: str) -> float:
    if letter in _NARROW_ONES:
        return _NARROW
    if letter in "mwMW—" or ord(letter) > 0x2E80:
        return _WIDE if ord(letter) < 0x2E80 else 1.05
    return _CAPITAL if letter.isupper() else _OTHER


class Paper:
    """What of a picture is taken, in small squares: whatever touches a square takes all of it."""

    def __init__(self, width: float, height: float) -> None:
        self.taken = np.zeros((int(height / _CELL) + 1, int(width / _CELL) + 1), dtype=np.bool_)
        self.width, self.height = width, height

    def take(self, box: Box) -> None:
        """Note that a rectangle is taken."""
        self.taken[self._squares(box)] = True

    def is_free(self, box: Box) -> bool:
        """Return whether a rectangle lies inside the picture and nothing is in it."""
        if box.left < 0 or box.top < 0 or box.right > self.width or box.bottom > self.height:
            return False
        return not self.taken[self._squares(box)].any()

    def nearest_free(self, x: float, y: float, width: float, height: float, farthest: float) -> Box | None:
        """Return the free rectangle of a size whose middle is nearest to a point; None where none is near."""
        rows, columns = int(height / _CELL) + 2, int(width / _CELL) + 2  # squares that it may touch
        across, down = width / 2 + farthest, height / 2 + farthest
        window = self._squares(Box(x - across, y - down, x + across, y + down))
        sums = np.pad(self.taken[window], ((1, 0), (1, 0))).cumsum(0, dtype=np.int32).cumsum(1)
        if min(sums.shape[0] - rows, sums.shape[1] - columns) <= 0:
            return None
        inside = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
        tops, lefts = (
            (np.arange(count) + side.start) * _CELL for count, side in zip(inside.shape, window, strict=True)
        )
        away = np.hypot(lefts[None, :] + width / 2 - x, tops[:, None] + height / 2 - y)
        away[(inside > 0) | (tops[:, None] + height > self.height) | (lefts[None, :] + width > self.width)] = np.inf
        row, column = np.unravel_index(int(np.argmin(away)), away.shape)
        if away[row, column] > farthest:
            return None
        left, top = float(lefts[column]), float(tops[row])
        return Box(left, top, left + width, top + height)

    def _squares(self, box: Box) -> tuple[slice, slice]:
        rows = slice(max(int(box.top / _CELL), 0), int(box.bottom / _CELL) + 1)
        return rows, slice(max(int(box.left / _CELL), 0), int(box.right / _CELL) + 1)


def size_of(label: Label) -> float:
    """Return the size in which words were placed; the first size is that of a phone, and room enough for a scale."""
    return SIZES[label.level] * (label.scale if label.level == 1 else 1.0)


def _scale(rank: int, count: int) -> float:
    return next((scale for scale, most, one_in in SCALES if rank < min(most, count // one_in)), 1.0)


def place_labels(
    spots: Sequence[Spot], paper: Paper, *, tries: Sequence[Try] = BESIDE, over: int = 0, is_scaled: bool = True
) -> list[Label]:
    """Return the words that have room beside their dots, weightiest first; paper then knows what they take.

    No words touch other words, or a dot of another work, in the size in which they were placed. A page may show
    them smaller, which keeps this true, as they shrink towards their dot. The ``over`` weightiest that find no room
    at all stand upon their own dot, and may reach over others, but never over words.
    """
    words_only = Paper(paper.width, paper.height)
    words_only.taken |= paper.taken
    for spot in spots:
        paper.take(dot_box(spot))
    found: list[Label] = []
    for rank, place in enumerate(sorted(range(len(spots)), key=lambda place: (-spots[place].weight, place))):
        has_large = sum(one.level == 0 for one in found) < LARGEST
        sizes = _sizes(_scale(rank, len(spots)) if is_scaled else 1.0, has_large=has_large)
        beside = [(paper, label) for label in _tries(place, spots[place], sizes, tries)]
        if rank < over:
            upon = Label(place, 1, spots[place].x, spots[place].y, "middle", 0.35)
            large = sum(label.level < 2 for _, label in beside)
            beside.insert(large, (words_only, upon))
        label = _first_free(beside, spots[place]) if spots[place].words else None
        if label is not None:
            box = label_box(label, text_width(spots[place].words, size_of(label)), size_of(label))
            paper.take(box)
            words_only.take(box)
            found.append(label)
    return found


def _first_free(tries: Iterable[tuple[Paper, Label]], spot: Spot) -> Label | None:
    """Return the first of the labels of a spot that has room on its paper."""
    width = text_width(spot.words, 1.0)
    for paper, label in tries:
        box = label_box(label, width * size_of(label), size_of(label))
        if spot.top <= box.top and box.bottom <= spot.bottom and paper.is_free(box):
            return label
    return None


def dot_box(spot: Spot) -> Box:
    """Return what of the picture a dot takes."""
    side = spot.r * 0.8  # the square inside the dot, nearly
    return Box(spot.x - side, spot.y - side, spot.x + side, spot.y + side)


def _sizes(scale: float, *, has_large: bool) -> list[tuple[int, float]]:
    """Return the levels and scales to try, the largest first."""
    deeper = [(level, 1.0) for level in range(2, len(SIZES))]
    return [(0, scale)] * has_large + [(1, scale)] * (scale > 1) + [(1, 1.0), (1, SMALLER), *deeper]


def _tries(place: int, spot: Spot, sizes: Iterable[tuple[int, float]], tries: Iterable[Try]) -> Iterator[Label]:
    """Yield the places beside a dot, the largest size first."""
    for level, scale in sizes:
        gap = spot.r + SIZES[level] * 0.28
        for across, down, anchor, drop in tries:
            yield Label(place, level, spot.x + across * gap, spot.y + down * gap, anchor, drop, scale)


def label_box(label: Label, width: float, size: float) -> Box:
    """Return the rectangle that words take: from the top of their capitals to the foot of a g."""
    left = label.x - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
    foot = label.y + label.drop * size
    return Box(left, foot - 0.8 * size, left + width, foot + 0.25 * size)
