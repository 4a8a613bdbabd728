"""VOSviewer: its JSON, and its map and network files.  (pure)

They say no positions: VOSviewer places items itself unless all have one, and a work without a year has none.
"""

import html
from collections.abc import Callable, Iterable, Iterator
from typing import Final
from urllib.parse import quote

from graph.formats.common import (
    Contents,
    Field,
    Part,
    Shown,
    Text,
    block_lines,
    counted,
    edge_lines,
    node_lines,
    one_line,
    told,
    without_first,
)  # fmt: skip
from graph.formats.jsontext import JSON, json_text, listed
from kb.queries.edges import Value
from kb.queries.exports import Columns
from kb.text import without_controls

Shower = Callable[[Columns], list[str]]

SHOWS: Final = ("label", "title", "year", "doi", "pmid", "citation_count", "pagerank", "community", "articles")
_DOI_SAFE: Final = "/:;(),@!$*+=~"  # characters of a DOI that an address takes as they are
CLUSTERS: Final = range(1, 1001)  # what VOSviewer takes for a cluster
_MAP_HEADINGS: Final = (
    "id", "label", "description", "url", "cluster",
    "weight<Citations>", "weight<Articles>", "score<Year>", "score<PageRank>",
)  # fmt: skip


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


def format_vos_json(contents: Contents) -> Iterator[str]:
    """Yield VOSviewer JSON: items and links; about stands in its info."""
    parts: tuple[Part, ...] = (
        Field("name", ',\n{"id": "', '"'), Field("label", ', "label": "', '"'),
        Field("title", ', "description": "', '"', _JSON_DESCRIPTION), _addresses(', "url": "', '"'),
        _clusters(', "cluster": '), _Weights(), _Scores(), "}",
    )  # fmt: skip
    yield '{"network": {"items": [\n'
    yield from listed(contents.nodes, parts)
    yield '\n], "links": [\n'
    lines = edge_lines(contents.stars, JSON, ',\n{"source_id": "', '", "target_id": "', _strength)
    yield from without_first(lines, ",\n")
    yield f'\n]}}, "info": {{"title": "litkb", "description": "{_html_json(told(contents.about))}"}}}}\n'


def format_vos_map(contents: Contents) -> Iterator[str]:
    """Yield a map file: tab-separated, text in quotation marks; empty where nobody said."""
    numbers = ("citation_count", "articles", "year", "pagerank")
    parts: tuple[Part, ...] = (
        counted("", 1), "\t", Field("label", '"', '"'), "\t", Field("title", '"', '"', _MAP_DESCRIPTION),
        "\t", _addresses("", ""), "\t", _clusters(""),
        *(part for name in numbers for part in ("\t", Field(name, "", ""))), "\n",
    )  # fmt: skip
    yield "\t".join(_MAP_HEADINGS) + "\n"
    yield from node_lines(contents.nodes, _MAP, parts)


def _strength(value: Value) -> str:
    return f'", "strength": {value if isinstance(value, int) else 1}}}'


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
    """What shows citations and articles: few different ones come often."""

    def __init__(self) -> None:
        super().__init__(lambda pair: _numbers("weights", zip(("Citations", "Articles"), pair, strict=True)))

    def __call__(self, columns: Columns) -> list[str]:
        return [self[pair] for pair in zip(columns["citation_count"], columns["articles"], strict=True)]


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
    return block_lines(contents.blocks, ("", "\t"), (lambda code: f"\t{code}\n") if weighted else _single, 1)


def _single(_: int) -> str:
    return "\t1\n"
