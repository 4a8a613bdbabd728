"""Rows -> the citation graph: nodes are works, edges run from the citing to the cited work."""

import sqlite3
from typing import NamedTuple

import networkx as nx
import numpy as np
import scipy.sparse as sp

from kb.errors import DatabaseError
from kb.queries.links import Ids, read_citation_pairs, read_node_ids


class CitationGraph(NamedTuple):
    """Who cites whom; citing and cited are places in ids, one pair a citation."""

    ids: Ids  # works.id, ascending
    citing: Ids
    cited: Ids


def build_citation_graph(db: sqlite3.Connection, *, articles_only: bool = False) -> CitationGraph:
    """Return the citation graph of a litkb file; with ``articles_only`` that of its held articles alone.

    Every held article is a node, cited or not, and so is every work that a citation names. Works merged
    into others are followed; self-references are left out; each citation counts once, whoever says so.
    Raises DatabaseError if a citation leads to no node: the file is damaged.
    """
    ids = read_node_ids(db, articles_only=articles_only)
    citing, cited = read_citation_pairs(db)
    inside = np.isin(citing, ids) & np.isin(cited, ids)
    if not articles_only and not inside.all():
        raise DatabaseError(
            f"A citation leads to work {_stray(ids, citing, cited)}, which was merged more than once; "
            "`litkb check` says more, `litkb rebuild` repairs it."
        )
    return CitationGraph(ids, np.searchsorted(ids, citing[inside]), np.searchsorted(ids, cited[inside]))


def _stray(ids: Ids, citing: Ids, cited: Ids) -> int:
    ends = np.concatenate([citing, cited])
    return int(ends[~np.isin(ends, ids)][0])


def adjacency(citations: CitationGraph) -> sp.csr_array:
    """Return the adjacency matrix: row cites column. A repeated pair counts once."""
    size = len(citations.ids)
    ones = np.ones(len(citations.citing))
    matrix = sp.csr_array((ones, (citations.citing, citations.cited)), shape=(size, size))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def to_networkx(citations: CitationGraph) -> "nx.DiGraph[int]":
    """Return the citation graph as a networkx DiGraph of works.id.

    Examples
    --------
    >>> import numpy as np
    >>> few = CitationGraph(np.array([-5, 11, 12]), np.array([1, 2]), np.array([0, 1]))
    >>> sorted(to_networkx(few).edges)
    [(11, -5), (12, 11)]
    """
    made: nx.DiGraph[int] = nx.DiGraph()
    made.add_nodes_from(citations.ids.tolist())
    made.add_edges_from(
        zip(citations.ids[citations.citing].tolist(), citations.ids[citations.cited].tolist(), strict=True)
    )
    return made
