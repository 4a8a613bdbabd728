"""What every format says of nodes and edges, put together fast: column by column, star by star.  (pure)"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, groupby, islice, repeat
from typing import Any, Final, NamedTuple

from kb.queries.export.edges import PART, Star
from kb.queries.export.nodes import SEPARATOR, Columns
from kb.text import without_controls

KINDS: Final[Mapping[str, str]] = {  # attribute of a node -> how a file declares it; the name is the node's id
    "label": "string",
    "title": "string",
    "year": "integer",
    "authors": "string",
    "journal": "string",
    "doi": "string",
    "pmid": "integer",
    "state": "string",
    "citation_count": "integer",
    "pagerank": "double",
    "component": "integer",
    "source": "string",
    "community": "integer",
    "x": "double",
    "y": "double",
    "articles": "integer",
}
_EDGE_KINDS: Final[Mapping[str, str]] = {"sources": "string", "mentions": "integer", "sections": "string"}


class Network(NamedTuple):
    """What a network is of: its nodes, its edges, and whether these have a direction, and a weight or sources."""

    item: str  # Work, Name, Keyword, Journal
    link: str  # CITES, CITED_WITH ...
    directed: bool
    weighted: bool = True

    @property
    def attributes(self) -> Mapping[str, str]:
        """Attributes of an edge -> how a file declares them."""
        return {"weight": "integer"} if self.weighted else _EDGE_KINDS


class Contents(NamedTuple):
    """What goes into a file; nodes of a format with numbers have these in place of their names in the stars."""

    network: Network
    about: Mapping[str, str]
    nodes: Iterable[Columns]  # in portions
    stars: Iterable[Sequence[Star]]
    plain: bool = False  # whether names in the stars are PMIDs or numbers alone, which every format writes as they are
    size: int = 0  # how many nodes, for a format with numbers
    bounds: tuple[float, float, float, float] | None = None  # smallest and largest x, then y


def edge_values(network: Network, said: str) -> list[tuple[str, bool, str]]:
    """Return what a star says of an edge: each attribute, whether it is text, and its value, "" where it is unknown."""
    kinds = network.attributes
    values = [*said.split(PART), *repeat("", len(kinds))]
    return [(name, kind == "string", value) for (name, kind), value in zip(kinds.items(), values, strict=False)]


class Text(NamedTuple):
    """How a format writes text: clean() of any, and the same by replacing alone of what is printable."""

    clean: Callable[[str], str]
    escapes: Sequence[tuple[str, str]]
    finish: Callable[[str], str] | None = None  # of a column whose cells SEPARATOR joins, after replacing

    def column(self, values: Sequence[str | None]) -> Sequence[str]:
        """Return a column of text, cleaned; nothing where there is none."""
        if not values:
            return []
        there = [value or "" for value in values]
        if not "".join(there).isprintable():
            return [self.clean(value) for value in there]
        joined = SEPARATOR.join(there)
        written = self._replaced(joined)
        return there if written == joined else written.split(SEPARATOR)

    def joined(self, values: str) -> str:
        """Return texts that SEPARATOR joins, each cleaned, joined in the same way."""
        if values.replace(SEPARATOR, "").isprintable():
            return self._replaced(values)
        return SEPARATOR.join(map(self.clean, values.split(SEPARATOR)))

    def _replaced(self, joined: str) -> str:
        for character, escape in self.escapes:
            joined = joined.replace(character, escape)
        return joined if self.finish is None else self.finish(joined)


class Field(NamedTuple):
    """An attribute as a node shows it: what stands before its value and after; how its text is written."""

    name: str
    before: str
    after: str
    text: Text | None = None  # None: as all text of the file


Part = Field | str | Callable[[Columns], Iterable[str]]
Piece = str | Iterable[str]  # what all nodes of a portion show alike, or each of them


class Shown(dict[Any, str]):
    """Values as they are shown, each put together once: few are different, and they come often."""

    def __init__(self, show: Callable[[Any], str]) -> None:
        super().__init__()
        self._show = show

    def __missing__(self, value: Any) -> str:
        self[value] = self._show(value)
        return self[value]


def node_lines(portions: Iterable[Columns], text: Text, parts: Sequence[Part]) -> Iterator[str]:
    """Yield nodes, each its parts in a row: attributes that are known, words that stand in each, what is made of it."""
    for columns in portions:
        pieces = chain.from_iterable(_pieces(part, columns, text) for part in parts)
        yield "".join(chain.from_iterable(zip(*_columns(pieces, columns.size), strict=True)))


def _columns(pieces: Iterable[Piece], size: int) -> Iterator[Iterable[str]]:
    """Yield a column for each piece; of words that stand side by side in every node only one."""
    for is_word, group in groupby(pieces, lambda piece: isinstance(piece, str)):
        if is_word:
            yield repeat("".join(chain.from_iterable(group)), size)
        else:
            yield from group


def _pieces(part: Part, columns: Columns, text: Text) -> Sequence[Piece]:
    if isinstance(part, str):
        return [part]
    if isinstance(part, Field):
        return _field_pieces(part, columns[part.name], part.text or text) if part.name in columns else []
    return [part(columns)]


def _field_pieces(field: Field, column: Sequence[Any], text: Text) -> Sequence[Piece]:
    """Return a column and what stands around its values; nothing in place of what nobody said."""
    unknown, before, after = column.count(None), field.before, field.after
    if unknown == len(column):
        return []
    if KINDS.get(field.name, "string") == "string":
        cells = text.column(column)
        if "" in cells:
            return [[f"{before}{value}{after}" if value else "" for value in cells]]
        return [before, cells, after]
    if unknown:
        return [["" if value is None else f"{before}{value}{after}" for value in column]]
    return [before, map(str, column), after]


def edge_lines(contents: Contents, text: Text, start: str, middle: str, end: Callable[[str], str]) -> Iterator[str]:
    """Yield the edges of the stars: start, tail, middle, head and the end for what is said of it."""
    ends, clean = Shown(end), str if contents.plain else text.joined
    for stars in contents.stars:
        lines = []
        for tail, heads, said in stars:
            before, shown = f"{start}{clean(tail)}{middle}", clean(heads)
            if SEPARATOR in said:
                pairs = zip(shown.split(SEPARATOR), said.split(SEPARATOR), strict=True)
                lines += [f"{before}{head}{ends[value]}" for head, value in pairs]
            else:
                lines.append(f"{before}{shown.replace(SEPARATOR, ends[said] + before)}{ends[said]}")
        yield "".join(lines)


def counted(before: str, first: int) -> Callable[[Columns], list[str]]:
    """Return what shows the numbers of nodes, over all batches."""
    numbers = count(first)
    return lambda columns: [f"{before}{number}" for number in islice(numbers, columns.size)]


def numbered_labels(text: Text, before: str, after: str) -> Callable[[Columns], list[str]]:
    """Return what shows labels that tell each node from all others: the label, and the name in brackets."""

    def shown(columns: Columns) -> list[str]:
        labels, names = text.column(columns["label"]), text.column(columns["name"])
        return [f"{before}{label} ({name}){after}" for label, name in zip(labels, names, strict=True)]

    return shown


def without_first(pieces: Iterable[str], comma: str) -> Iterator[str]:
    """Yield pieces, each of which begins with a comma, without the first one."""
    left = iter(pieces)
    for piece in left:
        if piece:
            yield piece.removeprefix(comma)
            break
    yield from left


def told(about: Mapping[str, str]) -> str:
    """Return what a file says of itself in one line."""
    return one_line("; ".join(f"{name}: {text}" for name, text in about.items()))


def one_line(text: str) -> str:
    """Return text in one line: line ends and tabs become a blank, controls are left out."""
    return " ".join(without_controls(text).splitlines()).replace("\t", " ")


class Format(NamedTuple):
    """A format of a file: how it is called, who writes it, and what the menu of the site says of it.

    suffix: the end of a name for `litkb export`; several forms of one suffix are as many files. first: the number
    of its first node, where numbers stand for nodes. shows: the attributes of nodes that it has. directed: an edge
    can lead from one node to the other. describes_edges: a citation has its sources, mentions and
    sections.
    """

    name: str  # "nodes.csv"
    suffix: str  # ".csv"
    write: Callable[[Contents], Iterator[str]]
    media_type: str
    opened_by: str  # "Gephi"
    title: str  # "CSV of nodes"
    first: int | None = None
    shows: Collection[str] = KINDS
    directed: bool = True
    describes_edges: bool = True
