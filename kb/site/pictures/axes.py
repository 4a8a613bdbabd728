"""Axes: years from left to right, old ones squeezed; counts from the foot upwards.  (pure)"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from kb.site.pictures.svg import element, number, text_of

_FEW: Final = 0.03  # of all: so many may be older than the axis begins, where that makes it shorter by a third
_LABEL: Final = 70.0  # units that a year's number needs on an axis that a phone can show too


class Years(NamedTuple):
    """An axis of years; those before ``first`` share its left end, where ``has_earlier``."""

    first: int
    last: int
    left: float
    right: float
    has_earlier: bool

    def x(self, year: int) -> float:
        """Return where a year stands."""
        if year < self.first:
            return self.left
        left = self.left + (34.0 if self.has_earlier else 0.0)
        return left + (self.right - left) * (year - self.first) / max(self.last - self.first, 1)

    def step(self) -> float:
        """Return how far two years stand from each other."""
        return self.x(self.first + 1) - self.x(self.first) if self.last > self.first else self.right - self.left


def years_axis(counts: Mapping[int, int], left: float, right: float) -> Years:
    """Return an axis for so many of each year: from the oldest, or, where a few are far older, from the others."""
    first, last = min(counts), max(counts)
    start, older = first, 0
    for year in sorted(counts):
        start, older = year, older + counts[year]
        if older > _FEW * sum(counts.values()):
            break
    is_squeezed = start > first and (last - start) < 2 / 3 * (last - first)
    return Years(start if is_squeezed else first, last, left, right, is_squeezed)


def ticks(axis: Years) -> list[int]:
    """Return the years to print: round ones, with room for each."""
    for step in (1, 2, 5, 10, 20, 50, 100, 200):
        if step * axis.step() >= _LABEL:
            break
    return [year for year in range(axis.first, axis.last + 1) if year % step == 0] or [axis.last]


def draw_years(axis: Years, top: float, bottom: float) -> str:
    """Return the axis at the foot of a picture, with a thin line up for each printed year."""
    parts = [element("path", d=f"M{number(axis.left)} {number(bottom)}H{number(axis.right)}", _class="axis")]
    for year in ticks(axis):
        if axis.has_earlier and axis.x(year) < axis.left + 2 * _LABEL:
            continue  # "before …" stands there
        x = number(axis.x(year))
        parts.append(element("path", d=f"M{x} {number(top)}V{number(bottom)}", _class="axis faint"))
        parts.append(element("text", str(year), x=axis.x(year), y=bottom + 21, _class="tick"))
    if axis.has_earlier:
        parts.append(element("text", f"before {axis.first}", x=axis.left - 12, y=bottom + 21, _class="tick start"))
    return element("g", "".join(parts), aria_hidden="true")


def round_up(value: float) -> tuple[float, float]:
    """Return the end of an axis of counts and the step of its lines: 1, 2 or 5 times a power of ten, whole."""
    size = 1.0
    while True:
        for step in (size, 2 * size, 5 * size):
            if value <= 4 * step:
                return max(step * -(-value // step), step), step
        size *= 10


def draw_counts(top_value: float, step: float, frame: tuple[float, float, float, float], unit: str) -> str:
    """Return lines across for counts, with their numbers and what they count, in a frame: left, top, right, bottom."""
    left, top, right, bottom = frame
    parts = [element("text", text_of(unit), x=left, y=top - 10, _class="tick start")]
    value = step
    while value <= top_value:
        y = bottom - (bottom - top) * value / top_value
        parts.append(element("path", d=f"M{number(left)} {number(y)}H{number(right)}", _class="axis faint"))
        parts.append(element("text", f"{value:,.0f}", x=left - 8, y=y + 4, _class="tick end"))
        value += step
    return element("g", "".join(parts), aria_hidden="true")
