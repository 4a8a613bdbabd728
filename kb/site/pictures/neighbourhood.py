"""The neighbourhood of a work, in three parts: what it cites, itself among related works, what cites it.  (pure)"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from graph.layout.stress import Floats, stress_layout
from kb.queries.charts import Community, Dot
from kb.site.pictures import network
from kb.site.pictures.fieldmap import Pairs, legend, work_node
from kb.site.pictures.labels import (
    SCALES,
    UNDER,
    Box,
    Label,
    Paper,
    Spot,
    dot_box,
    label_box,
    place_labels,
    size_of,
    text_width,
)
from kb.site.pictures.naming import full_words, short_name
from kb.site.pictures.network import Curve, Node
from kb.site.pictures.palette import colour_classes
from kb.site.pictures.stress import fitted, pushed_apart, wanted_distances
from kb.site.pictures.svg import Drawing, Key, element

WIDTH, HEIGHT = 1000.0, 760.0
CITED, CITING, BOTH, RELATED = "cited", "citing", "both", "related"
ROLES: Final = {
    CITED: "Cited by it",
    CITING: "Cites it",
    BOTH: "Cites it and is cited by it",
    RELATED: "Related, with no citation between them",
}
_SIDES: Final = {CITED: -1.15, CITING: 1.15, BOTH: 0.0, RELATED: 0.0}
_PULL: Final = 0.55  # towards its side, beside 1 for all distances of a dot
_NEAR, _FAR = 0.75, 1.5  # distance from the middle of who has most, and no, links with the others
_MARGIN: Final = 70.0
_EDGE: Final = 45.0  # free above and below
_STRETCH: Final = 1.9  # to both sides, so that words have room
_SIDES_OF: Final = {CITED: (_MARGIN, 310.0), CITING: (WIDTH - 310, WIDTH - _MARGIN)}  # parts of the width
_MIDDLE: Final = (350.0, WIDTH - 350)
_ROUNDS: Final = 6  # of pushing dots apart and back into their parts
_NAMED: Final = 6
_RING: Final = 6.0  # around the work itself


class Neighbourhood(NamedTuple):
    """A work, those around it with their roles, and the links among all: citations and pairs of related studies."""

    dots: Sequence[Dot]  # the work itself first
    roles: Mapping[int, str]
    citations: Pairs
    related: Pairs


def draw_neighbourhood(near: Neighbourhood, communities: Mapping[int, Community]) -> Drawing:
    """Return the neighbourhood of the first dot."""
    nodes = _nodes(near, communities)
    curves = _curves(near, nodes)
    paper = Paper(WIDTH, HEIGHT)
    sides = _draw_sides(near, paper)
    spots = [Spot(node.x, node.y, node.r, node.name, node.r) for node in nodes]
    own = _own_label(spots, paper)
    spots[0] = spots[0]._replace(words="")
    labels = place_labels(spots, paper, over=_NAMED)
    spots[0] = spots[0]._replace(words=nodes[0].name)
    body = (
        network.draw_curves(nodes, curves)
        + network.draw_nodes("near", nodes)
        + network.draw_words(spots, [own, *labels])
        + sides
    )
    return Drawing(
        "near",
        f"Neighbourhood of {short_name(near.dots[0])}",
        _description(near),
        WIDTH, HEIGHT, body, _legend(near, nodes, communities), network.links_data(curves),
    )  # fmt: skip


def _own_label(spots: Sequence[Spot], paper: Paper) -> Label:
    """Return the name of the work itself, which comes before all others, and note what it takes."""
    dots = Paper(WIDTH, HEIGHT)
    dots.taken |= paper.taken
    for spot in spots[1:]:
        dots.take(dot_box(spot))
    [label] = place_labels([spots[0]._replace(r=spots[0].r + _RING)], dots, tries=UNDER, over=1)
    paper.take(label_box(label, text_width(spots[0].words, size_of(label)), size_of(label)))
    return label._replace(scale=SCALES[1][0]) if label.level == 0 else label


def _draw_sides(near: Neighbourhood, paper: Paper) -> str:
    """Return what the two sides of the picture mean, where there is something on them."""
    roles = set(near.roles.values())
    parts = []
    for role, words, x, anchor in (
        (CITED, "← what it cites", 14.0, None),
        (CITING, "what cites it →", WIDTH - 14, "end"),
    ):
        if role in roles:
            parts.append(element("text", words, x=x, y=24.0, text_anchor=anchor, _class="small side"))
            paper.take(Box(x, 8, x + 130, 30) if anchor is None else Box(x - 130, 8, x, 30))
    return element("g", "".join(parts), aria_hidden="true")


def _description(near: Neighbourhood) -> str:
    counts = Counter(near.roles.values())
    return (
        f"{near.dots[0].label} stands in the middle. To the left: {counts[CITED]} works that it cites; to the right: "
        f"{counts[CITING]} that cite it; between them: {counts[BOTH]} that do both and {counts[RELATED]} related ones "
        "that no citation links with it. Nearer to the middle means more links in common. "
        "The area of a dot grows with the citations it has here; its colour is its community."
    )


def _nodes(near: Neighbourhood, communities: Mapping[int, Community]) -> list[Node]:
    most = max((dot.citation_count or 0 for dot in near.dots), default=0)
    radii = np.array([network.radius(dot.citation_count, most, smallest=5.5, largest=22.0) for dot in near.dots])
    at = _parted(near, _layout(near), radii)
    colours = colour_classes(dot.community for dot in near.dots)
    words = [full_words(dot, communities, ROLES.get(near.roles.get(dot.id, ""), "")) for dot in near.dots]
    nodes = [
        work_node(dot, place, float(r), colours[dot.community], said)
        for dot, place, r, said in zip(near.dots, at, radii, words, strict=True)
    ]
    return [nodes[0]._replace(around=nodes[0].around or "self"), *nodes[1:]]


def _layout(near: Neighbourhood) -> Floats:
    """Return where the dots stand in the frame."""
    numbers = {dot.id: number for number, dot in enumerate(near.dots)}
    links = np.zeros((len(numbers), len(numbers)))
    for first, second in (*near.related, *near.citations):
        links[numbers[first], numbers[second]] = links[numbers[second], numbers[first]] = 1.0
    common = (links > 0).astype(np.float64)[1:, 1:].sum(axis=1)
    strength = np.sqrt(common / max(common.max(initial=0.0), 1.0))
    links[0, 1:] = links[1:, 0] = _FAR - (_FAR - _NEAR) * strength
    sides = np.array([0.0, *(_SIDES.get(near.roles[dot.id], np.nan) for dot in near.dots[1:])])
    at = stress_layout(wanted_distances(links, _FAR), _start(near), sides=sides, pull=_PULL)
    return fitted(at, WIDTH, HEIGHT, _MARGIN, stretch=_STRETCH)


def _parted(near: Neighbourhood, at: Floats, radii: Floats) -> Floats:
    """Return positions in which the cited, the citing and all others have a part of the width each, in their order."""
    roles = [near.roles.get(dot.id, "") for dot in near.dots]
    middle = _MIDDLE if {CITED, CITING} & set(roles) else (_MARGIN, WIDTH - _MARGIN)
    parts = np.array([_SIDES_OF.get(role, middle) for role in roles])
    at = at.copy()
    for low, high in {tuple(part) for part in parts.tolist()}:
        inside = parts[:, 0] == low
        x = at[inside, 0]
        centre = x[0] if inside[0] else (x.min() + x.max()) / 2  # the work itself stands in the very middle
        reach = max(float(np.abs(x - centre).max()), 1e-9)
        at[inside, 0] = (low + high) / 2 + (x - centre) * (high - low) / 2 / reach
    for _ in range(_ROUNDS):
        at = pushed_apart(at, radii, gap=7.0)
        at = np.stack([np.clip(at[:, 0], parts[:, 0], parts[:, 1]), np.clip(at[:, 1], _EDGE, HEIGHT - _EDGE)], axis=1)
    return at


def _start(near: Neighbourhood) -> Floats:
    """Return places to start from: the cited left, the citing right, the related above and below."""
    at = np.zeros((len(near.dots), 2))
    for place, dot in enumerate(near.dots[1:], start=1):
        side = _SIDES.get(near.roles[dot.id], 0.0)
        around = place * np.pi * (3 - 5**0.5)
        at[place] = (side + 0.5 * np.cos(around), (0.9 if side else 1.4) * np.sin(around))
    return at


def _curves(near: Neighbourhood, nodes: Sequence[Node]) -> list[Curve]:
    """Return the links: those of the work itself strong, the others far, related studies dashed."""
    numbers = {dot.id: number for number, dot in enumerate(near.dots)}
    cited = set(near.citations) | {(b, a) for a, b in near.citations}
    found = [
        Curve(numbers[a], numbers[b], "k0 dashed" + (" own" if not numbers[a] * numbers[b] else ""))
        for a, b in near.related
        if (a, b) not in cited
    ]
    for citing, cited_work in near.citations:
        first, second = numbers[citing], numbers[cited_work]
        found.append(Curve(first, second, f"{nodes[second or first].colour} own" if not first * second else "k0"))
    return found


def _legend(near: Neighbourhood, nodes: Sequence[Node], communities: Mapping[int, Community]) -> tuple[Key, ...]:
    lines = [Key("line k0 own", "a citation")]
    if near.related:
        lines.append(Key("line k0 own dashed", "related, with no citation between them"))
    return (*legend(near.dots, nodes, communities), *lines)
