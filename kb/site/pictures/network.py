"""A network as a picture: lands of communities, soft curves, dots by citation count, words without overlap.  (pure)"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from kb.site.pictures.labels import LEVELS, SCALES, SMALLER, Label, Spot
from kb.site.pictures.svg import element, link, number, text_of

SMALLEST, LARGEST = 3.4, 21.0  # radius of a dot that nothing cites, and of the one cited most
_BEND: Final = 0.13  # how far a curve leaves the straight line, as a part of its length
_LAND: Final = 24.0  # how far the land of a community reaches beyond the dots
_CROWDED: Final = 400  # links: more are drawn fainter, so that the dots stay in sight
_SIZES: Final = {SCALES[0][0]: " s1", SCALES[1][0]: " s2", SMALLER: " s3"}  # classes of words
_AROUND: Final = {"path": 2.8}  # how far a ring stands from its dot
FEWEST: Final = 4  # works of a community in a picture that has its land and its name drawn


class Node(NamedTuple):
    """A dot to draw: its key is part of its id, words say all there is to know of it."""

    key: str
    href: str
    name: str
    words: str
    x: float
    y: float
    r: float
    community: int | None
    colour: str  # class: k0 …
    classes: str = "dot"  # dot or ring
    around: str = ""  # class of a circle around it: self, retracted


class Curve(NamedTuple):
    """A link between two dots, by their numbers, in these classes."""

    first: int
    second: int
    classes: str


def radius(count: int | None, most: int, *, smallest: float = SMALLEST, largest: float = LARGEST) -> float:
    """Return the radius that gives a dot its area; an unknown count is drawn like the smallest, and said in words."""
    share = (count or 0) / most if most else 0.0
    return float((smallest**2 + (largest**2 - smallest**2) * share) ** 0.5)


def curve_path(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return a soft curve from one point to another, bent to its left."""
    middle_x, middle_y = (x1 + x2) / 2 + (y2 - y1) * _BEND, (y1 + y2) / 2 - (x2 - x1) * _BEND
    return f"M{x1:.0f} {y1:.0f}Q{middle_x:.0f} {middle_y:.0f} {x2:.0f} {y2:.0f}"


def draw_curves(nodes: Sequence[Node], curves: Iterable[Curve]) -> str:
    """Return the links, those of the same classes as one element."""
    curves, paths = list(curves), dict[str, list[str]]()
    for curve in curves:
        a, b = nodes[curve.first], nodes[curve.second]
        paths.setdefault(curve.classes, []).append(curve_path(a.x, a.y, b.x, b.y))
    return element(
        "g",
        "".join(element("path", d="".join(of), _class=f"line {classes}") for classes, of in paths.items()),
        _class="lines crowded" if len(curves) > _CROWDED else "lines",
    )


def draw_lands(name: str, nodes: Sequence[Node]) -> str:
    """Return the land of each community with a colour that has some works here: all that is near their dots, softly."""
    soft = element("filter", element("feGaussianBlur", stdDeviation=9), id=f"{name}-soft")
    lands = (
        element("path", d="".join(map(_disc, members)), _class=f"land {members[0].colour}")
        for community, members in by_community(nodes).items()
        if len(members) >= FEWEST and members[0].colour != "k0"
    )
    return soft + element("g", "".join(lands), _class="lands", filter=f"url(#{name}-soft)")


def _disc(node: Node) -> str:
    r, across = number(node.r + _LAND), number(2 * (node.r + _LAND))
    return f"M{number(node.x - node.r - _LAND)} {number(node.y)}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0-{across} 0"


def by_community(nodes: Iterable[Node]) -> dict[int, list[Node]]:
    """Return the dots of each community, the one with most of them first."""
    found: dict[int, list[Node]] = {}
    for node in nodes:
        if node.community is not None:
            found.setdefault(node.community, []).append(node)
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def draw_nodes(name: str, nodes: Sequence[Node]) -> str:
    """Return the dots as links, in their order, which is that of the keyboard."""
    return element("g", "".join(_draw_node(name, node) for node in nodes))


def _draw_node(name: str, node: Node) -> str:
    shape = element("circle", cx=node.x, cy=node.y, r=node.r, _class=f"{node.classes} {node.colour}")
    if node.around:
        shape += element("circle", cx=node.x, cy=node.y, r=node.r + _AROUND.get(node.around, 4.5), _class=node.around)
    return link(node.href, node.words, shape, id=f"{name}-{node.key}", _class="node", data_k=node.community)


def draw_words(spots: Sequence[Spot], labels: Iterable[Label]) -> str:
    """Return the words beside dots; screen readers have them from the dots."""
    return element("g", "".join(_draw_label(spots[one.spot].words, one) for one in labels), aria_hidden="true")


def _draw_label(words: str, label: Label) -> str:
    size = " deep" if label.level > 1 else _SIZES.get(label.scale, "")
    return element(
        "text",
        text_of(words),
        x=label.x,
        y=label.y,
        dy=f"{label.drop}em",
        text_anchor=None if label.anchor == "start" else label.anchor,
        _class=f"word w{LEVELS[label.level]}{size}",
        data_n=label.spot,
    )


def links_data(curves: Iterable[Curve]) -> str:
    """Return which dots are linked, for the script: "0,4 0,7"."""
    return " ".join(f"{curve.first},{curve.second}" for curve in curves)
