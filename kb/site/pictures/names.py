"""Coauthor names: a network of names in lists of authors, which are not persons.  (pure)"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from scipy.sparse.csgraph import connected_components

from graph.layout.stress import Floats, spiral, stress_layout
from kb.queries.charts import Community, Name, Together
from kb.site.pictures import network
from kb.site.pictures.labels import Paper, Spot, place_labels
from kb.site.pictures.network import Curve, Node
from kb.site.pictures.palette import colour_classes
from kb.site.pictures.stress import fitted, pushed_apart, wanted_distances
from kb.site.pictures.svg import Drawing, Key
from kb.text import counted

WIDTH, HEIGHT = 1000.0, 800.0
_MARGIN: Final = 60.0
_APART: Final = 2.6  # of a link: how far names stand that nothing links
_NAMED: Final = 30


def draw_names(
    names: Sequence[Name], together: Sequence[Together], hrefs: Mapping[str, str], communities: Mapping[int, Community]
) -> Drawing:
    """Return the network of names, those with most articles first; hrefs are their addresses by key."""
    numbers = {name.key: place for place, name in enumerate(names)}
    pairs = [(numbers[pair.first], numbers[pair.second], pair.articles) for pair in together]
    nodes = _nodes(names, pairs, hrefs, communities)
    curves = [_curve(a, b, articles, nodes) for a, b, articles in pairs]
    spots = [Spot(node.x, node.y, node.r, node.name, node.r) for node in nodes]
    paper = Paper(WIDTH, HEIGHT)
    body = (
        network.draw_curves(nodes, curves)
        + network.draw_nodes("names", nodes)
        + network.draw_words(spots, place_labels(spots, paper, over=_NAMED))
    )
    description = (
        f"The {len(names)} names with most articles here; a line joins two that stand on the same article, "
        "a strong one on several. The area of a dot grows with the articles. A name is not a person: two may share one."
    )
    title = "Coauthor names"
    return Drawing(
        "names", title, description, WIDTH, HEIGHT, body, _legend(nodes, communities), network.links_data(curves)
    )  # fmt: skip


def _nodes(
    names: Sequence[Name], pairs: Sequence[tuple[int, int, int]], hrefs: Mapping[str, str],
    communities: Mapping[int, Community],
) -> list[Node]:  # fmt: skip
    most = max((name.articles for name in names), default=0)
    radii = np.array([network.radius(name.articles, most, smallest=3.0, largest=20.0) for name in names])
    at = fitted(_layout(len(names), pairs), WIDTH, HEIGHT, _MARGIN)
    at = fitted(pushed_apart(at, radii, gap=9.0), WIDTH, HEIGHT, _MARGIN)
    colours = colour_classes(name.community for name in names)
    return [
        Node(
            key=str(place),
            href=hrefs[name.key],
            name=name.name,
            words=_words(name, communities),
            x=float(x),
            y=float(y),
            r=float(r),
            community=name.community,
            colour=colours[name.community],
        )
        for place, (name, (x, y), r) in enumerate(zip(names, at, radii, strict=True))
    ]


def _words(name: Name, communities: Mapping[int, Community]) -> str:
    articles = f"{counted(name.articles, 'article')} in this library"
    community = communities.get(name.community or 0)
    return f"{name.name}. {articles}." + (f" Mostly in the community: {community.label}." if community else "")


def _layout(size: int, pairs: Sequence[tuple[int, int, int]]) -> Floats:
    """Return places: who writes together near one another, larger groups inside, single names round about."""
    links = np.zeros((size, size))
    for a, b, articles in pairs:
        links[a, b] = links[b, a] = 1 / articles**0.35
    groups = connected_components(links, directed=False)[1]
    sizes = np.bincount(groups, minlength=1)[groups] if size else np.zeros(0)
    start = np.zeros((size, 2))
    order = np.lexsort((np.arange(size), groups, -sizes))
    start[order] = spiral(size)
    return stress_layout(wanted_distances(links, _APART), start)


def _curve(a: int, b: int, articles: int, nodes: Sequence[Node]) -> Curve:
    colour = nodes[a].colour if nodes[a].community == nodes[b].community else "k0"
    return Curve(a, b, colour + (" own" if articles > 1 else ""))


def _legend(nodes: Sequence[Node], communities: Mapping[int, Community]) -> tuple[Key, ...]:
    keys = [
        Key(f"dot {members[0].colour}", communities[number].short(2), number)
        for number, members in sorted(network.by_community(nodes).items())
        if members[0].colour != "k0" and number in communities
    ]
    if any(node.colour == "k0" for node in nodes):
        keys.append(Key("dot k0", "another community, or none"))
    return (*keys, Key("line k0", "one article together"), Key("line k0 own", "several"))
