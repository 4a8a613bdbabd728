"""Networks of what goes together: works cited together, works that cite the same, co-authors' names, keywords.

Each is undirected and weighted: the product of an incidence matrix with itself, computed in blocks of rows and
handed on block by block, so that memory does not grow with the number of pairs. Nodes are what has at least one edge.
"""

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import compress, islice, pairwise
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graph.export.formats.common import Network
from graph.similarity.sparse_topk import row_blocks, row_products
from kb.queries.citations import Ids, read_citation_pairs
from kb.queries.export.edges import SourceNames, Star, joined_numbers
from kb.queries.export.items import KEYWORDS, NAMES, Item, ItemTable, read_item_pairs, read_items
from kb.queries.export.nodes import (
    EVERYTHING,
    SEPARATOR,
    Columns,
    ExportNode,
    Scope,
    columns_of,
    read_node_columns,
    read_scope_ids,
    read_scope_names,
)

CITATIONS: Final = Network("Work", "CITES", directed=True, weighted=False)
WEIGHTED: Final = {  # name of a network -> what it is of, and what the weight of an edge counts
    "cocitations": (Network("Work", "CITED_WITH", directed=False), "works that cite both (Small 1973)"),
    "couplings": (Network("Work", "COUPLED_WITH", directed=False), "works that both cite (Kessler 1963)"),
    "coauthors": (Network("Name", "WROTE_WITH", directed=False), "articles that bear both names; a name, not a person"),
    "keywords": (Network("Keyword", "USED_WITH", directed=False), "articles that bear both keywords"),
    "journals": (
        Network("Journal", "CITES", directed=True),
        "citations of the one's articles to the other's",
    ),
}
NETWORKS: Final = ("citations", *WEIGHTED)
PRODUCTS: Final = 250_000  # of the matrix with itself, made in one go
_EDGES: Final = 10_000  # edges that get the names of their nodes in one go


class Pairs(NamedTuple):
    """Who has what: rows are things, columns what they have; who of them goes together with another."""

    having: sp.csr_array
    linked: NDArray[np.bool_]
    at_least: int


class Block(NamedTuple):
    """Edges by the numbers of their nodes, from 0, with their weights."""

    tails: Ids
    heads: Ids
    weights: Ids


class Together(NamedTuple):
    """A weighted network, to be read as often as wanted."""

    nodes: Callable[[], Iterator[Columns]]
    names: Callable[[], list[str]]  # of the nodes
    blocks: Callable[[], Iterator[Block]]
    size: int  # how many nodes


def together(db: sqlite3.Connection, network: str, scope: Scope = EVERYTHING, at_least: int = 1) -> Together:
    """Return a network of WEIGHTED; edges are those whose weight is ``at_least`` so much.

    scope says which works, or whose names and keywords, are meant; what cites them may be any work of the file.
    An article with n references, names or keywords adds n(n - 1)/2 pairs: time grows with the square of the
    longest lists. Small (1973), JASIS 24, 265-269; Kessler (1963), American Documentation 14, 10-25.
    """
    if network in ("coauthors", "keywords"):
        return _of_items(db, NAMES if network == "coauthors" else KEYWORDS, scope, at_least)
    return _of_works(db, scope, at_least, cited=network == "cocitations")


def _of_works(db: sqlite3.Connection, scope: Scope, at_least: int, *, cited: bool) -> Together:
    ids, nodes = read_scope_ids(db, scope), read_scope_ids(db)
    inside = np.isin(ids, nodes)
    pairs = find_pairs(_citations(db, nodes, cited=cited)[np.searchsorted(nodes, ids[inside])], at_least)
    inside[inside] = pairs.linked
    chosen = inside.tolist()
    return Together(
        nodes=lambda: compressed(read_node_columns(db, scope), chosen),
        names=lambda: list(compress(read_scope_names(db, scope), chosen)),
        blocks=lambda: read_pairs(pairs),
        size=sum(chosen),
    )


def _citations(db: sqlite3.Connection, ids: Ids, *, cited: bool) -> sp.csr_array:
    """Return who cites what, a row a citing work; or, with ``cited``, who is cited by whom. Numbers are of 32 bits."""
    tails, heads = (np.searchsorted(ids, ends).astype(np.int32) for ends in read_citation_pairs(db))
    ones, size = np.ones(len(tails), dtype=np.int32), len(ids)
    return sp.csr_array((ones, (heads, tails) if cited else (tails, heads)), shape=(size, size))


def _of_items(db: sqlite3.Connection, kept: ItemTable, scope: Scope, at_least: int) -> Together:
    kind = "name" if kept == NAMES else "keyword"
    pairs = find_pairs(_incidence(db, kept, scope), at_least)

    def nodes() -> Iterator[ExportNode]:
        return item_nodes(kind, compress(read_items(db, kept, scope), pairs.linked.tolist()), SourceNames(db))

    return Together(
        lambda: columns_of(nodes()),
        lambda: [node.name for node in nodes()],
        lambda: read_pairs(pairs),
        int(np.count_nonzero(pairs.linked)),
    )


def item_nodes(kind: str, items: Iterable[Item], sources: SourceNames) -> Iterator[ExportNode]:
    """Yield names, keywords or journals as nodes."""
    for item in items:
        name, source = f"{kind}:{item.key}", sources[item.sources]
        yield ExportNode(name, item.form, source=source, articles=item.articles)


def compressed(portions: Iterator[Columns], chosen: list[bool]) -> Iterator[Columns]:
    """Yield those nodes that are chosen."""
    left = iter(chosen)
    for columns in portions:
        here = list(islice(left, columns.size))
        yield Columns((name, list(compress(column, here))) for name, column in columns.items())


def _incidence(db: sqlite3.Connection, kept: ItemTable, scope: Scope) -> sp.csr_array:
    """Return which name or keyword, by key, is borne by which article."""
    rows, pmids = array("i"), array("q")
    last = None
    for key, pmid in read_item_pairs(db, kept, scope):
        rows.append((rows[-1] if rows else -1) + (key != last))
        pmids.append(pmid)
        last = key
    articles, columns = np.unique(np.array(pmids, dtype=np.int64), return_inverse=True)
    shape = (rows[-1] + 1 if rows else 0, len(articles))
    places = np.array(rows, dtype=np.int32), columns.astype(np.int32)
    return sp.csr_array((np.ones(len(rows), dtype=np.int32), places), shape=shape)


def find_pairs(having: sp.csr_array, at_least: int = 1) -> Pairs:
    """Return which rows of having share at least so much with another."""
    everyone = Pairs(having, np.ones(having.shape[0], dtype=np.bool_), at_least)
    linked = np.zeros(having.shape[0], dtype=np.bool_)
    for block in read_pairs(everyone):
        linked[block.tails] = True
        linked[block.heads] = True
    return Pairs(having, linked, at_least)


def read_pairs(pairs: Pairs) -> Iterator[Block]:
    """Yield the pairs, each once, with how much they share; numbers are those among the linked ones."""
    having, linked, at_least = pairs
    numbers = np.cumsum(linked) - 1
    borne = sp.csr_array(having.T)
    for start, end in row_blocks(row_products(having, borne), PRODUCTS):
        shared = sp.csr_array(having[start:end] @ borne)
        shared.sort_indices()
        tails = np.repeat(np.arange(start, end), np.diff(shared.indptr))
        kept = (shared.indices > tails) & (shared.data >= at_least)
        yield Block(numbers[tails[kept]], numbers[shared.indices[kept]], shared.data[kept].astype(np.int64))


def stars_of(blocks: Iterator[Block], names: list[str]) -> Iterator[list[Star]]:
    """Yield the edges of blocks by the names of their nodes."""
    for tails, heads, weights in _slices(blocks):
        bounds = [*np.flatnonzero(np.diff(tails, prepend=-1)).tolist(), len(tails)]
        shown, said = [names[head] for head in heads.tolist()], weights.tolist()
        yield [
            (names[tails[first]], SEPARATOR.join(shown[first:last]), joined_numbers(said[first:last]))
            for first, last in pairwise(bounds)
        ]


def _slices(blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield the edges of blocks, few in one go: their text takes much more room than their numbers."""
    for block in blocks:
        for start in range(0, len(block.heads), _EDGES):
            yield Block(*(column[start : start + _EDGES] for column in block))
