"""From what was identified to what is in the library, drawn as SVG in the manner of a PRISMA flow diagram.  (pure)"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from kb.queries.search_log import ORIGINS, SearchFlow
from kb.site.pictures.svg import element, text_of

FLOW: Final = "From identification to this library"
_WIDE: Final = 320  # of a box
_SIDE: Final = 380  # left edge of the second column
_LINE: Final = 20
_PAD: Final = 14
_GAP: Final = 34
_DARK: Final = "#1a2027"
_ARROW: Final = "#5b6873"


class _Box(NamedTuple):
    x: int
    y: int
    title: str
    lines: Sequence[str]

    @property
    def height(self) -> int:
        return 2 * _PAD + _LINE * (1 + len(self.lines)) - 6


def format_flow(flow: SearchFlow, title: str) -> str:
    """Return the drawing: what was identified, left out, requested, lost, and is here; it needs no script."""
    ways = [f"{ORIGINS.get(one.origin, one.origin)}: {one.articles:,}" for one in flow.named]
    named = _Box(20, 56, "Identified", ways)
    asked = _Box(20, _below(named), "Requested, or read from files", [f"different articles: {flow.asked:,}"])
    held = _Box(20, _below(asked), "In this library", [f"articles and books: {flow.held:,}"])
    left_out = _Box(_SIDE, named.y, "Left out", _counted(flow.excluded))
    lost = _Box(_SIDE, asked.y, "Not in this library", _counted(flow.lost))
    sides = [(named, left_out), (asked, lost)]
    boxes = [named, asked, held, *(side for _, side in sides if side.lines)]
    arrows = [_down(named, asked), _down(asked, held), *(_across(box, side) for box, side in sides if side.lines)]
    height = max(box.y + box.height for box in boxes) + 20
    content = (
        element("title", text_of(title), id="flow-title")
        + element("desc", text_of(_in_words(boxes)), id="flow-words")
        + element("rect", width="100%", height="100%", fill="#ffffff")
        + _line(title, 20, 32, font_size=17, font_weight=600, fill=_DARK)
        + "".join([*map(_drawn, boxes), *arrows])
    )
    return element(
        "svg", content + "\n", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_SIDE + _WIDE + 20} {height}",
        role="img", aria_labelledby="flow-title flow-words", font_family="system-ui, sans-serif", font_size=14,
    )  # fmt: skip


def _below(box: _Box) -> int:
    return box.y + box.height + _GAP


def _counted(counts: Iterable[tuple[str, int]]) -> list[str]:
    return [f"{why}: {count:,}" for why, count in counts]


def _in_words(boxes: Iterable[_Box]) -> str:
    return ". ".join(f"{box.title}: {'; '.join(box.lines) or 'nothing'}" for box in boxes) + "."


def _drawn(box: _Box) -> str:
    shape = element("rect", x=box.x, y=box.y, width=_WIDE, height=box.height, rx=8, fill="#f4f6f8", stroke="#8a97a3")
    left, top = box.x + _PAD, box.y + _PAD + 10
    title = _line(box.title, left, top, font_weight=600, fill=_DARK)
    lines = [_line(line, left, top + _LINE * number, fill="#3c4650") for number, line in enumerate(box.lines, start=1)]
    return "\n" + "".join([shape, title, *lines])


def _line(words: str, x: int, y: int, **look: object) -> str:
    return "\n" + element("text", text_of(words), x=x, y=y, **look)


def _down(box: _Box, to: _Box) -> str:
    x = box.x + _WIDE // 2
    return _arrow(x, box.y + box.height, x, to.y)


def _across(box: _Box, to: _Box) -> str:
    y = box.y + min(box.height, to.height) // 2
    return _arrow(box.x + _WIDE, y, to.x, y)


def _arrow(x1: int, y1: int, x2: int, y2: int) -> str:
    head = f"M{x2} {y2}l-5 -8h10z" if x1 == x2 else f"M{x2} {y2}l-8 -5v10z"
    line = element("path", d=f"M{x1} {y1}L{x2} {y2}", stroke=_ARROW, fill="none")
    return "\n" + line + element("path", d=head, fill=_ARROW)
