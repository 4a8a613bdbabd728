"""The tables of a file as a drawing: boxes in columns by group, and lines where one refers to another.  (pure)"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from kb.site.pictures.svg import Drawing, element, link, number, text_of

_COLUMNS: Final = (("record",), ("core", "links"), ("computed",), ("runs",))
_UNDRAWN: Final = "graph_runs"  # every computed table refers to it: lines that say nothing
_WIDTH: Final = 204.0  # of a box: the longest name fits
_HEIGHT: Final = 26.0
_STEP: Final = 34.0  # from box to box
_GAP: Final = 74.0  # between columns
_TOP: Final = 34.0
_EDGE: Final = 8.0
_LOOP: Final = 44.0  # beside the last column, for lines within it


class Box(NamedTuple):
    """A table, its group, and the tables that its columns refer to."""

    name: str
    group: str
    refers: Sequence[str]


class _Place(NamedTuple):
    x: float
    y: float  # of its middle
    column: int


def draw_schema(boxes: Sequence[Box], titles: Mapping[str, str]) -> Drawing:
    """Return the drawing; each box is a link to the table's place on the page."""
    places, headings, height = _places(boxes, titles)
    lines = [
        _line(places[box.name], places[other], box.group)
        for box in boxes
        for other in box.refers
        if other in places and other != box.name and not (other == _UNDRAWN and box.group == "computed")
    ]
    shown = [_box(box, places[box.name]) for box in boxes]
    width = len(_COLUMNS) * _WIDTH + (len(_COLUMNS) - 1) * _GAP + 2 * _EDGE + _LOOP
    words = "The tables in their groups; lines lead from a table to those that its columns refer to. "
    words += "Computed tables also refer to the graph run that filled them."
    body = element("g", "".join(lines), _class="lines") + "".join(headings) + "".join(shown)
    return Drawing("schema", "Database schema", words, width, height, body)


def _places(boxes: Sequence[Box], titles: Mapping[str, str]) -> tuple[dict[str, _Place], list[str], float]:
    """Return where each table stands, the headings of the groups, and how high it all is."""
    places: dict[str, _Place] = {}
    headings: list[str] = []
    height = 0.0
    for column, groups in enumerate(_COLUMNS):
        x, y = _EDGE + column * (_WIDTH + _GAP), _TOP
        for group in groups:
            headings.append(element("text", text_of(titles[group]), x=x, y=y - 14, _class="table-group"))
            for box in (one for one in boxes if one.group == group):
                places[box.name] = _Place(x, y + _HEIGHT / 2, column)
                y += _STEP
            y += _TOP
        height = max(height, y - _TOP)
    return places, headings, height


def _box(box: Box, place: _Place) -> str:
    frame = element("rect", x=place.x, y=place.y - _HEIGHT / 2, width=_WIDTH, height=_HEIGHT, rx=5)
    words = element("text", text_of(box.name), x=place.x + 10, y=place.y + 4.5)
    return link(f"#table-{box.name}", box.name, frame + words, _class=f"table-box of-{box.group}")


def _line(start: _Place, end: _Place, group: str) -> str:
    """Return a curve from the side of one box to the side of the other that faces it."""
    if start.column == end.column:
        x = to = start.x + _WIDTH
        bend = x + 26 + abs(start.y - end.y) / 12
    else:
        x, to = (start.x + _WIDTH, end.x) if start.column < end.column else (start.x, end.x + _WIDTH)
        bend = (x + to) / 2
    ends = [f"{number(at)} {number(y)}" for at, y in ((x, start.y), (bend, start.y), (bend, end.y), (to, end.y))]
    path = f"M{ends[0]}C{' '.join(ends[1:])}"
    return element("path", d=path, _class=f"join of-{group}")
