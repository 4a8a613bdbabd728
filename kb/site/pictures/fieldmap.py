"""The map of a field: its most linked works where the last graph run placed them, by community.  (pure)"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np

from graph.layout.stress import Floats
from kb.queries.charts import Community, Dot, Point
from kb.site.pictures import network
from kb.site.pictures.labels import Paper, Spot, place_labels
from kb.site.pictures.naming import address, full_words, short_name
from kb.site.pictures.network import Curve, Node
from kb.site.pictures.palette import colour_classes
from kb.site.pictures.stress import fitted, pushed_apart
from kb.site.pictures.subjects import draw_subjects
from kb.site.pictures.svg import Drawing, Key

WIDTH, HEIGHT = 1000.0, 800.0
_MARGIN: Final = 46.0
_FEW: Final = 40  # works: fewer have larger dots and more room about them
_LANDS: Final = 12  # works: fewer need no lands, and the legend names their communities
_KEPT: Final = 2  # links of a work that come first
_NAMED: Final = 16  # of the works cited most have their name on the map in any case, if need be upon other dots
Pairs = Sequence[tuple[int, int]]


def draw_field_map(
    dots: Sequence[Dot], places: Mapping[int, Point], citations: Pairs, communities: Mapping[int, Community]
) -> Drawing:
    """Return the map of dots, strongest first; citations are those among them."""
    nodes = _nodes(dots, places, communities)
    curves = _curves(dots, nodes, citations)
    paper = Paper(WIDTH, HEIGHT)
    is_field = len(nodes) >= _LANDS
    subjects = draw_subjects(nodes, communities, paper) if is_field else ""
    spots = [Spot(node.x, node.y, node.r, node.name, node.r) for node in nodes]
    body = (
        (network.draw_lands("map", nodes) if is_field else "")
        + network.draw_curves(nodes, curves)
        + network.draw_nodes("map", nodes)
        + network.draw_words(spots, place_labels(spots, paper, over=_NAMED))
        + subjects
    )
    return Drawing(
        "map",
        f"Map of the {len(nodes):,} most linked works",
        "Works that cite one another stand near one another. The area of a dot grows with the citations it has here; "
        "its colour is its community. The same works are in the table beneath.",
        WIDTH, HEIGHT, body, legend(dots, nodes, communities), network.links_data(curves),
    )  # fmt: skip


def _nodes(dots: Sequence[Dot], places: Mapping[int, Point], communities: Mapping[int, Community]) -> list[Node]:
    most = max((dot.citation_count or 0 for dot in dots), default=0)
    few = max(0.0, 1 - len(dots) / _FEW)
    crowd = min(1.0, (60 / len(dots)) ** 0.5 + 0.25)
    smallest, margin = network.SMALLEST + 4 * few, _MARGIN + 110 * few
    radii = np.array([network.radius(dot.citation_count, most, smallest=smallest) * crowd for dot in dots])
    stored = fitted(np.array([places[dot.id] for dot in dots]).reshape(-1, 2), WIDTH, HEIGHT, margin)
    places_at = fitted(pushed_apart(stored, radii, gap=1.0), WIDTH, HEIGHT, margin)
    colours = colour_classes(dot.community for dot in dots)
    return [
        work_node(dot, at, float(r), colours[dot.community], full_words(dot, communities))
        for dot, at, r in zip(dots, places_at, radii, strict=True)
    ]


def work_node(dot: Dot, at: Floats, r: float, colour: str, words: str) -> Node:
    """Return a work as a dot; one whose record is not held is a ring."""
    return Node(
        key=str(dot.id),
        href=address(dot),
        name=short_name(dot),
        words=words,
        x=float(at[0]),
        y=float(at[1]),
        r=r,
        community=dot.community,
        colour=colour,
        classes="dot" if dot.is_held else "ring",
        around="retracted" if dot.is_retracted else "",
    )


def _curves(dots: Sequence[Dot], nodes: Sequence[Node], citations: Pairs) -> list[Curve]:
    """Return the citations as curves in the colour of the community that they stay in; grey between two."""
    numbers = {dot.id: number for number, dot in enumerate(dots)}
    pairs = [(numbers[citing], numbers[cited]) for citing, cited in citations]
    return [
        Curve(a, b, nodes[a].colour if nodes[a].community == nodes[b].community else "k0 far") for a, b in pairs
    ]  # fmt: skip


def strongest_links(works: Sequence[int], citations: Pairs, most: int) -> list[tuple[int, int]]:
    """Return the citations between works that have most neighbours in common (cosine), in their order.

    The first few of each work come before all others, so that none seems to be linked with nothing.
    """
    if len(citations) <= most:
        return list(citations)
    numbers = {work: number for number, work in enumerate(works)}
    ends = np.array([(numbers[citing], numbers[cited]) for citing, cited in citations])
    closed = np.eye(len(works))
    closed[ends[:, 0], ends[:, 1]] = closed[ends[:, 1], ends[:, 0]] = 1.0
    sizes = np.sqrt(closed.sum(axis=1))
    alike = (closed @ closed)[ends[:, 0], ends[:, 1]] / (sizes[ends[:, 0]] * sizes[ends[:, 1]])
    order = np.lexsort((np.arange(len(ends)), -alike.round(9)))
    seen: Counter[int] = Counter()
    first: list[int] = []
    rest: list[int] = []
    for place in order.tolist():
        a, b = ends[place].tolist()
        (first if min(seen[a], seen[b]) < _KEPT else rest).append(place)
        seen.update((a, b))
    return [citations[place] for place in sorted((first + rest)[:most])]


def legend(dots: Collection[Dot], nodes: Collection[Node], communities: Mapping[int, Community]) -> tuple[Key, ...]:
    """Return what colours and shapes mean, of those that occur."""
    keys = [
        Key(f"dot {members[0].colour}", communities[number].short(2), number)
        for number, members in sorted(network.by_community(nodes).items())
        if members[0].colour != "k0" and number in communities
    ]
    if grey := [node.community for node in nodes if node.colour == "k0"]:
        keys.append(Key("dot k0", _grey(grey)))
    if not all(dot.is_held for dot in dots):
        keys.append(Key("ring k0", "cited only"))
    if any(dot.is_retracted for dot in dots):
        keys.append(Key("retracted", "retracted"))
    return tuple(keys)


def _grey(communities: Sequence[int | None]) -> str:
    """Return what grey means: one colour has one entry."""
    if None not in communities:
        return "another community"
    return "another community, or none" if set(communities) != {None} else "in no community"
