"""Rows -> the citation graph: nodes are works, edges run from the citing to the cited work."""

import sqlite3
from collections.abc import Collection
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from kb.errors import DatabaseError
from kb.queries.citations import Ids, read_citation_pairs, read_held_ids, read_merged_ids, read_work_ids
from kb.queries.export.nodes import EVERYTHING, Scope, read_scope_ids

if TYPE_CHECKING:
    import networkx as nx

_TABLE: Final = 10  # entries of a table for each id that is looked up in it; PMIDs end at about 40 million


class CitationGraph(NamedTuple):
    """Who cites whom; citing and cited are places in ids, one pair a citation."""

    ids: Ids  # works.id, ascending
    citing: Ids
    cited: Ids


def build_citation_graph(
    db: sqlite3.Connection, scope: Scope = EVERYTHING, *, sources: Collection[str] | None = None
) -> CitationGraph:
    """Return the citation graph of a litkb file, or of a part of it.

    Its nodes are those of scope: every held article, cited or not, and every work that a citation names; the held
    articles alone; or the chosen works, whatever chose them (kb.queries.export.selection): a query, years, a
    neighbourhood. With sources, names in citation_sources, a citation counts if one of these asserts it, and works
    that only other sources name are left out.

    Works merged into others are followed; self-references are left out; each citation counts once, whoever says so:
    citation_links has them so. Raises DatabaseError if a citation leads to no node, which means that the file is
    damaged, and UsageError for a source that the file does not know.
    """
    works = read_work_ids(db)
    citing, cited = (_places(works, ids) for ids in read_citation_pairs(db, sources))
    is_node = np.zeros(len(works), dtype=np.bool_)
    is_node[citing] = is_node[cited] = True
    merged = _places(works, read_merged_ids(db))
    if len(stray := works[merged[is_node[merged]]]):
        raise DatabaseError(
            f"A citation leads to work {stray[0]}, which was merged more than once; "
            "`litkb check` says more, `litkb rebuild` repairs it."
        )
    if scope == EVERYTHING:
        is_node[_places(works, read_held_ids(db))] = True
    else:
        is_node = np.isin(works, read_scope_ids(db, scope))
    kept = is_node[citing] & is_node[cited]
    numbers = np.cumsum(is_node) - 1
    return CitationGraph(works[is_node], numbers[citing[kept]], numbers[cited[kept]])


def _places(works: Ids, ids: Ids) -> Ids:
    """Return where ids stand in works, which ascend. Raises DatabaseError where one is not among them."""
    places = np.minimum(_looked_up(works, ids), len(works) - 1)
    if len(ids) and not (len(works) and np.array_equal(works[places], ids)):
        raise DatabaseError("A citation names a work that this file does not have; `litkb rebuild` repairs it.")
    return places


def _looked_up(works: Ids, ids: Ids) -> Ids:
    """Return where ids would stand in works: many PMIDs by a table, six times as fast, all others by bisection."""
    highest = int(works.max(initial=0))
    if highest > _TABLE * len(ids):
        return np.searchsorted(works, ids)
    negative = int(np.searchsorted(works, 0))
    table = np.zeros(highest + 1, dtype=np.int32)
    table[works[negative:]] = np.arange(negative, len(works))
    places = table[np.clip(ids, 0, highest)].astype(np.int64)
    if negative:
        unknown = np.flatnonzero(ids < 0)
        places[unknown] = np.searchsorted(works, ids[unknown])
    return places


def citation_counts(citations: CitationGraph) -> Ids:
    """Return how many works of the graph cite each work, in the order of ids."""
    return np.bincount(citations.cited, minlength=len(citations.ids)).astype(np.int64)


def reference_counts(citations: CitationGraph) -> Ids:
    """Return how many works of the graph each work cites, in the order of ids."""
    return np.bincount(citations.citing, minlength=len(citations.ids)).astype(np.int64)


def adjacency(citations: CitationGraph) -> sp.csr_array:
    """Return the adjacency matrix: row cites column, columns ascending. A repeated pair counts once."""
    size = len(citations.ids)
    shape = (size, size)
    if _is_ordered(citations):  # as build_citation_graph() gives it: nothing to sort
        starts = np.concatenate([[0], np.cumsum(np.bincount(citations.citing, minlength=size))])
        small = np.int32 if max(size, len(citations.citing)) < np.iinfo(np.int32).max else np.int64
        ones = np.ones(len(citations.citing))
        return sp.csr_array((ones, citations.cited.astype(small), starts.astype(small)), shape=shape)
    matrix = sp.csr_array((np.ones(len(citations.citing)), (citations.citing, citations.cited)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def _is_ordered(citations: CitationGraph) -> bool:
    """Return whether each citation comes once, by citing, then by cited work."""
    later, same = np.diff(citations.citing), np.diff(citations.cited) > 0
    return bool(np.all((later > 0) | ((later == 0) & same)))


def without_loops(citations: CitationGraph) -> CitationGraph:
    """Return the graph without works that cite themselves."""
    kept = citations.citing != citations.cited
    return CitationGraph(citations.ids, citations.citing[kept], citations.cited[kept])


def undirected(citations: CitationGraph) -> sp.csr_array:
    """Return the symmetric matrix of linked works: 1 where either cites the other, nothing on the diagonal."""
    matrix = adjacency(without_loops(citations))
    links = sp.csr_array(matrix + matrix.T)
    links.data[:] = 1.0
    return links


def stable_order(keys: Ids, size: int) -> Ids:
    """Return the order of keys from 0 to size - 1, equal ones as they stand: by counting, faster than np.argsort().

    Examples
    --------
    >>> import numpy as np
    >>> stable_order(np.array([2, 0, 2, 1]), 3).tolist()
    [1, 3, 0, 2]
    """
    having = sp.csr_array((np.ones(len(keys), dtype=np.int8), keys, np.arange(len(keys) + 1)), shape=(len(keys), size))
    order: Ids = having.tocsc().indices.astype(np.int64)
    return order


def distinct(places: Ids, size: int) -> tuple[Ids, Ids]:
    """Return the different ones of places below size, ascending, and which of them each is: by counting.

    Examples
    --------
    >>> import numpy as np
    >>> [found.tolist() for found in distinct(np.array([5, 2, 5]), 6)]
    [[2, 5], [1, 0, 1]]
    """
    is_there = np.bincount(places, minlength=size) > 0
    return np.flatnonzero(is_there), (np.cumsum(is_there) - 1)[places]


def is_among(ids: Ids, ordered: Ids) -> NDArray[np.bool_]:
    """Return which of ids are among ordered ones, which ascend: np.isin() hashes, and takes ten times as long.

    Examples
    --------
    >>> import numpy as np
    >>> is_among(np.array([9, 3]), np.array([1, 3, 4])).tolist()
    [False, True]
    """
    if not len(ordered):
        return np.zeros(len(ids), dtype=np.bool_)
    found: NDArray[np.bool_] = ordered[np.minimum(np.searchsorted(ordered, ids), len(ordered) - 1)] == ids
    return found


def to_networkx(citations: CitationGraph) -> "nx.DiGraph[int]":
    """Return the citation graph as a networkx DiGraph of works.id.

    Examples
    --------
    >>> import numpy as np
    >>> few = CitationGraph(np.array([-5, 11, 12]), np.array([1, 2]), np.array([0, 1]))
    >>> sorted(to_networkx(few).edges)
    [(11, -5), (12, 11)]
    """
    import networkx as nx  # slow to import; no command needs it

    made: nx.DiGraph[int] = nx.DiGraph()
    made.add_nodes_from(citations.ids.tolist())
    made.add_edges_from(
        zip(citations.ids[citations.citing].tolist(), citations.ids[citations.cited].tolist(), strict=True)
    )
    return made
