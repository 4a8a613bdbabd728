"""What every format says of nodes and edges, put together fast: column by column, star by star.  (pure)"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, islice
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.queries.exports import SEPARATOR, Block, ExportNode, Star
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
PLACES: Final[Mapping[str, int]] = {name: place for place, name in enumerate(ExportNode._fields)}
BATCH: Final = 500  # nodes put together in one go

Value = str | int | None


class Network(NamedTuple):
    """What a network is of: its nodes, its edges, and whether they have a direction and sources, or a weight."""

    item: str  # Work, Name, Keyword
    link: str  # CITES, CITED_WITH ...
    directed: bool

    @property
    def value(self) -> str:
        """What is said of an edge: sources, or weight."""
        return "sources" if self.directed else "weight"


class Contents(NamedTuple):
    """What goes into a file. A format takes the edges as stars of names, or as blocks of numbers."""

    network: Network
    about: Mapping[str, str]
    nodes: Iterable[ExportNode]
    stars: Iterable[Star] = ()
    blocks: Iterable[Block] = ()
    named: Callable[[int], str | int] = int  # what a block's code says: sources; else the weight itself
    size: int = 0  # how many nodes, where edges are blocks
    bounds: tuple[float, float, float, float] | None = None  # smallest and largest x, then y


class Text(NamedTuple):
    """How a format writes text: clean() of any, and the same by replacing alone of what is printable."""

    clean: Callable[[str], str]
    escapes: Sequence[tuple[str, str]]
    finish: Callable[[str], str] | None = None  # of a cell, after replacing

    def column(self, values: Sequence[str | None]) -> Sequence[str]:
        """Return a column of text, cleaned; nothing where there is none."""
        there = [value or "" for value in values]
        if not "".join(there).isprintable():
            return [self.clean(value) for value in there]
        joined = SEPARATOR.join(there)
        for character, escape in self.escapes:
            joined = joined.replace(character, escape)
        cells = joined.split(SEPARATOR)
        return cells if self.finish is None else list(map(self.finish, cells))


class Field(NamedTuple):
    """An attribute as a node shows it: what stands before its value and after."""

    name: str
    before: str
    after: str


Columns = Sequence[Sequence[Any]]  # of a batch of nodes, in the order of ExportNode
Part = Field | str | Callable[[Columns], Iterable[str]]


class Shown(dict[Any, str]):
    """Values as they are shown, each put together once: few are different, and they come often."""

    def __init__(self, show: Callable[[Any], str]) -> None:
        super().__init__()
        self._show = show

    def __missing__(self, value: Any) -> str:
        self[value] = self._show(value)
        return self[value]


def batches(nodes: Iterable[ExportNode]) -> Iterator[list[ExportNode]]:
    """Yield nodes many at a time."""
    left = iter(nodes)
    while batch := list(islice(left, BATCH)):
        yield batch


def node_lines(nodes: Iterable[ExportNode], text: Text, parts: Sequence[Part]) -> Iterator[str]:
    """Yield nodes, each its parts in a row: attributes that are known, words that stand in each, what is made of it."""
    for batch in batches(nodes):
        columns: Columns = list(zip(*batch, strict=True))
        shown = [found for part in parts if (found := _shown(part, columns, text))]
        yield "".join(chain.from_iterable(zip(*shown, strict=True)))


def _shown(part: Part, columns: Columns, text: Text) -> Iterable[str]:
    if isinstance(part, str):
        return [part] * len(columns[0])
    if isinstance(part, Field):
        return shown_column(part, columns[PLACES[part.name]], text)
    return part(columns)


def shown_column(field: Field, column: Sequence[Any], text: Text) -> list[str]:
    """Return a column with what stands around its values; nothing in place of what nobody said."""
    _, before, after = field
    if column.count(None) == len(column):
        return []
    if KINDS.get(field.name, "string") == "string":
        return [f"{before}{value}{after}" if value else "" for value in text.column(column)]
    return ["" if value is None else f"{before}{value}{after}" for value in column]


def edge_lines(
    stars: Iterable[Star], text: Text, start: str, middle: str, end: Callable[[Value], str]
) -> Iterator[str]:
    """Yield the edges of each star: start, tail, middle, head and the end for what is said of it."""
    ends = Shown(end)
    for tail, heads, values, prefix in stars:
        names = heads if prefix else text.column(heads)
        before = f"{start}{text.clean(tail)}{middle}{prefix}"
        if isinstance(values, str):
            after = ends[values]
            yield f"{before}{(after + before).join(names)}{after}"
        else:
            yield "".join([f"{before}{name}{ends[value]}" for name, value in zip(names, values, strict=True)])


def block_lines(
    blocks: Iterable[Block], lines: tuple[str, str], end: Callable[[int], str], first: int
) -> Iterator[str]:
    """Yield the edges of each block: start, tail, middle, head, end; numbers begin with first."""
    start, middle = lines
    ends = Shown(end)
    for tails, heads, codes in blocks:
        if len(codes) and codes.min() == codes.max():
            line = f"{start}%d{middle}%d{ends[int(codes[0])].replace('%', '%%')}"
            yield line * len(codes) % tuple(np.stack((tails + first, heads + first), axis=1).ravel().tolist())
        else:
            rows = zip((tails + first).tolist(), (heads + first).tolist(), codes.tolist(), strict=True)
            yield "".join([f"{start}{tail}{middle}{head}{ends[code]}" for tail, head, code in rows])


def padded_lines(contents: Contents, lines: tuple[str, str], end: Callable[[int], str], first: int) -> Iterator[str]:
    """Yield what block_lines() yields, with blanks, so that all lines are of one length: numpy puts them together."""
    ends, (start, middle) = Shown(end), lines
    digits = len(str(contents.size + first))
    numbers: NDArray[np.bytes_] = np.array(
        [b"%*d" % (digits, number) for number in range(first, contents.size + first)]
    )
    for tails, heads, codes in contents.blocks:
        found, places = np.unique(codes, return_inverse=True)
        shown = [ends[code].encode() for code in found.tolist()]
        width = max(map(len, shown), default=1)
        padded = np.array([text.rjust(width) for text in shown], dtype=f"S{width}")
        table = np.empty(len(tails), dtype=[
            ("start", f"S{len(start)}"), ("tail", f"S{digits}"), ("middle", f"S{len(middle)}"), ("head", f"S{digits}"),
            ("end", f"S{width}"),
        ])  # fmt: skip
        table["tail"], table["head"], table["end"] = numbers[tails], numbers[heads], padded[places]
        table["start"], table["middle"] = start.encode(), middle.encode()
        yield table.tobytes().decode()


def counted(before: str, first: int) -> Callable[[Columns], list[str]]:
    """Return what shows the numbers of nodes, over all batches."""
    numbers = count(first)
    return lambda columns: [f"{before}{number}" for number in islice(numbers, len(columns[0]))]


def numbered_labels(text: Text, before: str, after: str) -> Callable[[Columns], list[str]]:
    """Return what shows labels that tell each node from all others: the label, and the name in brackets."""

    def shown(columns: Columns) -> list[str]:
        labels, names = text.column(columns[PLACES["label"]]), text.column(columns[PLACES["name"]])
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
