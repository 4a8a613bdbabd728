"""The names of communities on a map, beside their works and upon no dot.  (pure)"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from kb.queries.charts import Community
from kb.site.pictures.labels import Box, Paper, text_width
from kb.site.pictures.naming import shortened
from kb.site.pictures.network import FEWEST, Node, by_community
from kb.site.pictures.svg import element, text_of

_LARGE, _SMALL = 27.0, 17.0  # size on a phone, where only the large ones are shown, and on a screen
_WIDEST: Final = 360.0  # of a large one
_MOST_LARGE: Final = 6
_LONGEST: Final = 32  # letters
_BOLD: Final = 1.1  # how much wider bold letters are
_GAP: Final = 3.0  # around a dot, and at both ends of a name
_FARTHEST: Final = 150.0  # from the middle of a community to that of its name


def draw_subjects(nodes: Sequence[Node], communities: Mapping[int, Community], paper: Paper) -> str:
    """Return what communities are about, the one with most dots first, where there is room; each name once."""
    parts: dict[str, str] = {}
    large = 0
    dots = Paper(paper.width, paper.height)
    for node in nodes:
        r = node.r + _GAP
        dots.take(Box(node.x - r, node.y - r, node.x + r, node.y + r))
    for community, members in by_community(nodes).items():
        fewest = FEWEST if members[0].colour != "k0" else 2 * FEWEST
        if community not in communities or len(members) < fewest:
            continue
        words = shortened(communities[community].short(1), _LONGEST)
        sizes = (_LARGE, _SMALL) if large < _MOST_LARGE and text_width(words, _LARGE) < _WIDEST else (_SMALL,)
        box, size = _place(words, sizes, members, dots)
        if box is not None and words not in parts:
            paper.take(box)
            dots.take(box)
            large += size == _LARGE
            parts[words] = _draw(words, box, members[0].colour + (" first" if size == _LARGE else ""))
    return element("g", "".join(parts.values()), _class="subjects", aria_hidden="true")


def _draw(words: str, box: Box, classes: str) -> str:
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return element("text", text_of(words), x=x, y=y, dy="0.35em", _class=f"subject {classes}")


def _place(
    words: str, sizes: Sequence[float], members: Sequence[Node], paper: Paper
) -> tuple[Box, float] | tuple[None, None]:
    """Return the free rectangle nearest to the middle of a community, in the first size that has one."""
    x, y = (float(np.median([getattr(node, axis) for node in members])) for axis in ("x", "y"))
    for size in sizes:
        found = paper.nearest_free(x, y, text_width(words, size * _BOLD) + _GAP, size * 1.3, _FARTHEST)
        if found is not None:
            return found, size
    return None, None
