"""VOSviewer: its JSON, and its map and network files.  (pure)

They say no positions: VOSviewer places items itself unless all have one, and a work without a year has none. It
opens no file in which an item lacks a weight, so that a weight is shown where all items have it.
"""

import html
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import quote

from graph.export.formats.common import (
    Contents,
    Field,
    Format,
    Part,
    Shown,
    Text,
    counted,
    edge_lines,
    node_lines,
    one_line,
    told,
    without_first,
)
from graph.export.formats.jsontext import JSON, json_text, listed
from kb.queries.export.nodes import Columns
from kb.text import without_controls

Shower = Callable[[Columns], list[str]]

_FIRST: Final = 1  # number of the first node
SHOWS: Final = ("label", "title", "year", "doi", "pmid", "citation_count", "pagerank", "community", "articles")
_DOI_SAFE: Final = "/:;(),@!$*+=~"  # characters of a DOI that an address takes as they are
CLUSTERS: Final = range(1, 1001)  # what VOSviewer takes for a cluster
_WEIGHTS: Final = {"citation_count": "Citations", "articles": "Articles"}  # attribute -> VOSviewer's name of it
_SCORES: Final = {"year": "Year", "pagerank": "PageRank"}


def _html_json(text: str) -> str:
    return json_text(html.escape(text, quote=False))


def map_text(text: str) -> str:
    """Return text for a cell of a map file: one line, apostrophes for quotation marks."""
    return one_line(text).replace('"', "'")


def _html_map(text: str) -> str:
    return map_text(html.escape(text, quote=False))


_HTML: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))  # a description may hold HTML
_JSON_DESCRIPTION: Final = Text(_html_json, (*_HTML, *JSON.escapes))
_MAP: Final = Text(map_text, (('"', "'"),))
_MAP_DESCRIPTION: Final = Text(_html_map, (*_HTML, *_MAP.escapes))


class _Said(NamedTuple):
    """What is said of the nodes: attributes that all have, and that any has; nodes can be read again."""

    nodes: Iterable[Columns]
    by_all: frozenset[str]
    by_any: frozenset[str]

    @property
    def weights(self) -> dict[str, str]:
        return {name: title for name, title in _WEIGHTS.items() if name in self.by_all}


def _read_through(nodes: Iterable[Columns]) -> _Said:
    kept = list(nodes) if isinstance(nodes, Iterator) else nodes
    names = {*_WEIGHTS, *_SCORES, "community"}
    lacking: set[str] = set()
    had: set[str] = set()
    for columns in kept:
        unknown = {name: columns[name].count(None) for name in names}
        lacking |= {name for name, count in unknown.items() if count}
        had |= {name for name, count in unknown.items() if count < columns.size}
    return _Said(kept, frozenset(had - lacking), frozenset(had))


def format_vos_json(contents: Contents) -> Iterator[str]:
    """Yield VOSviewer JSON: items and links; about stands in its info."""
    said = _read_through(contents.nodes)
    parts: tuple[Part, ...] = (
        Field("name", ',\n{"id": "', '"'), Field("label", ', "label": "', '"'),
        Field("title", ', "description": "', '"', _JSON_DESCRIPTION), _addresses(', "url": "', '"'),
        _clusters(', "cluster": '), _Weights(said.weights), _Scores(), "}",
    )  # fmt: skip
    yield '{"network": {"items": [\n'
    yield from listed(said.nodes, parts)
    yield '\n], "links": [\n'
    weighted = contents.network.weighted
    end: Callable[[str], str] = lambda value: f'", "strength": {value if weighted else 1}}}'  # noqa: E731
    lines = edge_lines(contents, JSON, ',\n{"source_id": "', '", "target_id": "', end)
    yield from without_first(lines, ",\n")
    yield f'\n]}}, "info": {{"title": "litkb", "description": "{_html_json(told(contents.about))}"}}}}\n'


def format_vos_map(contents: Contents) -> Iterator[str]:
    """Yield a map file: tab-separated, text in quotation marks; a score is empty where nobody said."""
    said = _read_through(contents.nodes)
    clusters = ("\t", _clusters("")) if "community" in said.by_any else ()
    scores = {name: title for name, title in _SCORES.items() if name in said.by_any}
    headings = [f"weight<{title}>" for title in said.weights.values()] + [f"score<{t}>" for t in scores.values()]
    parts: tuple[Part, ...] = (
        counted("", _FIRST), "\t", Field("label", '"', '"'), "\t", Field("title", '"', '"', _MAP_DESCRIPTION),
        "\t", _addresses("", ""), *clusters,
        *(part for name in (*said.weights, *scores) for part in ("\t", Field(name, "", ""))), "\n",
    )  # fmt: skip
    yield "\t".join(["id", "label", "description", "url", *(["cluster"] if clusters else []), *headings]) + "\n"
    yield from node_lines(said.nodes, _MAP, parts)


def _clusters(before: str) -> Shower:
    """Return what shows communities, as far as VOSviewer takes their numbers."""
    return lambda columns: [f"{before}{n}" if n is not None and n in CLUSTERS else "" for n in columns["community"]]


def _addresses(before: str, after: str) -> Shower:
    """Return what shows where works are described."""

    def address(pmid: int | None, doi: str | None) -> str:
        if pmid is not None:
            return f"{before}https://pubmed.ncbi.nlm.nih.gov/{pmid}/{after}"
        return f"{before}https://doi.org/{quote(without_controls(doi), safe=_DOI_SAFE)}{after}" if doi else ""

    return lambda columns: list(map(address, columns["pmid"], columns["doi"]))


class _Weights(Shown):
    """What shows citations or articles, under VOSviewer's names: few different ones come often."""

    def __init__(self, titles: dict[str, str]) -> None:
        super().__init__(lambda values: _numbers("weights", zip(titles.values(), values, strict=True)))
        self._names = tuple(titles)

    def __call__(self, columns: Columns) -> list[str]:
        if not self._names:
            return [""] * columns.size
        return [self[values] for values in zip(*(columns[name] for name in self._names), strict=True)]


class _Scores(Shown):
    """What shows years and PageRank."""

    def __init__(self) -> None:
        super().__init__(lambda year: _numbers("scores", [("Year", year)]))

    def __call__(self, columns: Columns) -> list[str]:
        years, ranks = columns["year"], columns["pagerank"]
        return [
            self[year] if rank is None else _numbers("scores", (("Year", year), ("PageRank", rank)))
            for year, rank in zip(years, ranks, strict=True)
        ]


def _numbers(name: str, pairs: Iterable[tuple[str, float | None]]) -> str:
    shown = ", ".join([f'"{key}": {value}' for key, value in pairs if value is not None])
    return f', "{name}": {{{shown}}}' if shown else ""


def format_vos_network(contents: Contents) -> Iterator[str]:
    """Yield a network file: two ids and the strength, tab-separated, no headings."""
    weighted = contents.network.weighted
    return edge_lines(contents, _MAP, "", "\t", lambda value: f"\t{value if weighted else 1}\n")


_TEXT: Final = "text/plain; charset=utf-8"
_VOS: Final = partial(Format, opened_by="VOSviewer", directed=False, describes_edges=False)
FORMS: Final = (
    _VOS("vos.json", ".vos.json", format_vos_json, "application/json", title="JSON", shows=SHOWS),
    _VOS("map.vos.txt", ".vos.txt", format_vos_map, _TEXT, title="map file", first=_FIRST, shows=SHOWS),
    _VOS("network.vos.txt", ".vos.txt", format_vos_network, _TEXT, title="network file", first=_FIRST),
)
