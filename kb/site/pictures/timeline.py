"""A field in time: years from left to right, a band for each community, the main path drawn strong.  (pure)"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from graph.layout.stress import Floats
from kb.queries.charts import Community, Dot, Point
from kb.site.pictures import network
from kb.site.pictures.axes import Years, draw_years, years_axis
from kb.site.pictures.fieldmap import Pairs, legend, work_node
from kb.site.pictures.labels import UNDER, Box, Paper, Spot, place_labels, text_width
from kb.site.pictures.naming import full_words, shortened
from kb.site.pictures.network import Curve, Node
from kb.site.pictures.palette import colour_classes
from kb.site.pictures.svg import Drawing, Key, element, number, text_of

WIDTH: Final = 1000.0
_LEFT, _RIGHT, _TOP, _FOOT = 30.0, 40.0, 14.0, 34.0
_ROW: Final = 21.0  # between two works of one year
_HEAD: Final = 20.0  # above each band, for its name
_LOWEST, _HIGHEST = 220.0, 900.0  # of the picture
_BANDS: Final = 10  # of communities; the works of others share one
_FEWEST: Final = 2  # works of a community with a band
_NAMED: Final = 12
_BOW: Final = 22.0  # how far the line between two works of one year bends
_BAND_ON_PHONE: Final = 24.0  # size of the name of a band there, as in pictures.css
ON_PATH: Final = "On the main path"


class Band(NamedTuple):
    """A community's part of the picture: numbers of its dots, and from where to where it reaches."""

    community: int | None
    members: Sequence[int]
    top: float
    bottom: float


class Story(NamedTuple):
    """Works with their stored places in time, the citations among them, and those of the main path."""

    dots: Sequence[Dot]
    places: Mapping[int, Point]
    citations: Pairs
    path: Pairs


def draw_timeline(story: Story, communities: Mapping[int, Community]) -> Drawing:
    """Return the timeline of works with a year, strongest first."""
    bands, height = _bands(story)
    years = years_axis(Counter(int(story.places[dot.id].x) for dot in story.dots), _LEFT + 10, WIDTH - _RIGHT)
    nodes = _nodes(story, bands, years, communities)
    paper = Paper(WIDTH, height)
    paper.take(Box(0, height - _FOOT, WIDTH, height))
    names = _draw_bands(bands, nodes, communities, paper)
    band_of = {place: band for band in bands for place in band.members}
    spots = [
        Spot(n.x, n.y, n.r, n.name, n.r + 100 * (n.around == "path"), band_of[place].top, band_of[place].bottom)
        for place, n in enumerate(nodes)
    ]
    body = (
        names
        + draw_years(years, _TOP, height - _FOOT)
        + _draw_links(nodes, story)
        + network.draw_nodes("time", nodes)
        + network.draw_words(spots, place_labels(spots, paper, tries=UNDER, over=_NAMED, is_scaled=False))
    )
    keys = (
        *legend(story.dots, nodes, communities),
        *([Key("line strong self", "the main path")] if story.path else []),
    )
    return Drawing(
        "time", f"Timeline of {len(nodes):,} works", _description(story), WIDTH, height, body, keys,
        network.links_data(_curves(story)), "steps",
    )  # fmt: skip


def _description(story: Story) -> str:
    path = " The strong line is the main path: the chain of citations that most paths through the field run along."
    return (
        "Years run from left to right; each community has a band. Lines lead from a work to the works it cites. "
        "The area of a dot grows with the citations it has here." + (path if story.path else "")
    )


def _bands(story: Story) -> tuple[list[Band], float]:
    """Return the bands in the order of the stored layout, and the height of the picture."""
    counts = Counter(dot.community for dot in story.dots if dot.community is not None)
    kept = {community for community, count in counts.most_common(_BANDS) if count >= _FEWEST}
    members: dict[int | None, list[int]] = {}
    for place, dot in enumerate(story.dots):
        members.setdefault(dot.community if dot.community in kept else None, []).append(place)
    order = sorted(members, key=lambda c: (c is None, min(story.places[story.dots[n].id].y for n in members[c])))
    rows = [_fullest(story, members[community]) for community in order]
    free = _HIGHEST - _TOP - _FOOT - _HEAD * len(order)
    row = min(free / sum(rows), max(_ROW, (_LOWEST - _TOP - _FOOT - _HEAD * len(order)) / sum(rows)))
    bands, top = [], _TOP
    for community, count in zip(order, rows, strict=True):
        bottom = top + _HEAD + count * row
        bands.append(Band(community, members[community], top, bottom))
        top = bottom
    return bands, top + _FOOT


def _fullest(story: Story, members: Sequence[int]) -> int:
    """Return how many of these works are of one year, at most."""
    years = [story.places[story.dots[place].id].x for place in members]
    return int(np.unique(years, return_counts=True)[1].max())


def _nodes(story: Story, bands: Sequence[Band], years: Years, communities: Mapping[int, Community]) -> list[Node]:
    most = max((dot.citation_count or 0 for dot in story.dots), default=0)
    on_path = {work for pair in story.path for work in pair}
    colours = colour_classes(dot.community for dot in story.dots)
    rows = _rows(story, bands, years)
    nodes = []
    for dot, y in zip(story.dots, rows, strict=True):
        at = np.array([years.x(int(story.places[dot.id].x)), y])
        r = network.radius(dot.citation_count, most, smallest=3.0, largest=11.0)
        words = full_words(dot, communities, ON_PATH if dot.id in on_path else "")
        node = work_node(dot, at, r, colours[dot.community], words)
        nodes.append(node._replace(around=node.around or ("path" if dot.id in on_path else "")))
    return nodes


def _rows(story: Story, bands: Sequence[Band], years: Years) -> Floats:
    """Return y of each work: within its band as the stored layout has it, works of one column put apart."""
    rows = np.zeros(len(story.dots))
    for band in bands:
        stored = np.array([story.places[story.dots[place].id].y for place in band.members])
        span = float(np.ptp(stored))
        share = (stored - stored.min()) / span if span else np.full(len(stored), 0.5)
        low, high = band.top + _HEAD + _ROW / 2, max(band.bottom - _ROW / 2, band.top + _HEAD + _ROW / 2)
        columns: dict[float, list[tuple[float, int]]] = {}
        for place, wanted in zip(band.members, low + share * (high - low), strict=True):
            column = years.x(int(story.places[story.dots[place].id].x))
            columns.setdefault(column, []).append((float(wanted), place))
        for column_members in columns.values():
            ordered = sorted(column_members)
            for (_, place), y in zip(ordered, _apart([y for y, _ in ordered], low, high), strict=True):
                rows[place] = y
    return rows


def _apart(wanted: Sequence[float], low: float, high: float) -> list[float]:
    """Return rising rows near those wanted, a row apart where there is room, else evenly."""
    gap = min(_ROW, (high - low) / (len(wanted) - 1)) if len(wanted) > 1 else 0.0
    rows = list(wanted)
    for place in range(1, len(rows)):
        rows[place] = max(rows[place], rows[place - 1] + gap)
    for place in range(len(rows)):
        rows[place] = min(rows[place], high - gap * (len(rows) - 1 - place))
    return rows


def _draw_bands(
    bands: Sequence[Band], nodes: Sequence[Node], communities: Mapping[int, Community], paper: Paper
) -> str:
    """Return a line above each band, its colour, and what it is about."""
    parts = []
    for band in bands:
        colour = nodes[band.members[0]].colour if band.community is not None else "k0"
        if band.top > _TOP:
            parts.append(element("path", d=f"M12 {number(band.top)}H{number(WIDTH - 12)}", _class="axis"))
        height = band.bottom - band.top - 10
        parts.append(element("rect", x=12, y=band.top + 5, width=4, height=height, rx=2, _class=f"bar {colour}"))
        community = communities.get(band.community or 0)
        words = shortened(community.short(1) if community else "other works", 36)
        parts.append(element("text", text_of(words), x=_LEFT - 8, y=band.top + 17, _class=f"band {colour}"))
        paper.take(Box(10, band.top + 5, 18, band.bottom - 5))
        paper.take(Box(_LEFT - 8, band.top + 2, _LEFT - 8 + text_width(words, _BAND_ON_PHONE), band.top + 22))
    return element("g", "".join(parts), aria_hidden="true")


def _curves(story: Story) -> list[Curve]:
    numbers = {dot.id: place for place, dot in enumerate(story.dots)}
    return [Curve(numbers[a], numbers[b], "") for a, b in story.citations]


def _draw_links(nodes: Sequence[Node], story: Story) -> str:
    """Return the citations as soft steps in time, those of the main path strong and upon the others."""
    numbers = {dot.id: place for place, dot in enumerate(story.dots)}
    path = set(story.path)
    thin: dict[str, list[str]] = {}
    for citing, cited in story.citations:
        a, b = nodes[numbers[citing]], nodes[numbers[cited]]
        if (citing, cited) not in path:
            thin.setdefault(a.colour if a.community == b.community else "k0", []).append(_step(a, b))
    strong = "".join(_step(nodes[numbers[citing]], nodes[numbers[cited]]) for citing, cited in story.path)
    parts = [element("path", d="".join(of), _class=f"line far {colour}") for colour, of in thin.items()]
    if strong:
        parts.append(element("path", d=strong, _class="line strong self"))
    return element("g", "".join(parts), _class="lines")


def _step(a: Node, b: Node) -> str:
    """Return a soft step; between two works of one year a bow, which map.js draws alike."""
    middle = number((a.x + b.x) / 2 - (_BOW if a.x == b.x else 0.0))
    return f"M{number(a.x)} {number(a.y)}C{middle} {number(a.y)} {middle} {number(b.y)} {number(b.x)} {number(b.y)}"
