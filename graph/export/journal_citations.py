"""Which journal cites which, and how often: the citations among held articles, counted by their journals."""

import sqlite3
from collections.abc import Iterator
from itertools import compress
from typing import Final

import numpy as np
import scipy.sparse as sp

from graph.citation_graph import build_citation_graph
from graph.export.networks import Block, Together, item_nodes
from kb.queries.export.edges import SourceNames
from kb.queries.export.items import read_article_journals, read_journals
from kb.queries.export.nodes import EVERYTHING, ExportNode, Scope, columns_of

_ROWS: Final = 100  # journals whose edges are handed on in one go


def journal_citations(
    db: sqlite3.Connection, scope: Scope = EVERYTHING, at_least: int = 1, *, directed: bool = True
) -> Together:
    """Return the network of journals whose articles cite one another, ``at_least`` so often.

    scope says whose citations count: both articles must be in it, and held, since a journal is known of no other
    work. An edge leads from the citing journal to the cited one, which may be itself. For programs that know no
    direction, with ``directed=False``, an edge counts both ways, and no journal is linked with itself. Leydesdorff
    (2004), Journal of Documentation 60(4), 371-427.
    """
    counts = _counts(db, scope)
    if not directed:
        counts = sp.csr_array(sp.triu(counts + counts.T, k=1))
    counts.data[counts.data < at_least] = 0
    counts.eliminate_zeros()
    linked = np.zeros(counts.shape[0], dtype=np.bool_)
    linked[counts.indices] = True
    linked[np.flatnonzero(np.diff(counts.indptr))] = True
    kept = counts[linked][:, linked]

    def nodes() -> Iterator[ExportNode]:
        return item_nodes("journal", compress(read_journals(db, scope), linked.tolist()), SourceNames(db))

    return Together(
        lambda: columns_of(nodes()), lambda: [node.name for node in nodes()], lambda: _blocks(kept), kept.shape[0]
    )


def _counts(db: sqlite3.Connection, scope: Scope) -> sp.csr_array:
    """Return how often each journal cites each, by the places that read_journals() gives them."""
    held = Scope(articles_only=True, selected=scope.selected)
    places = {item.key: place for place, item in enumerate(read_journals(db, scope))}
    ids, citing, cited = build_citation_graph(db, held)
    journal_of = np.full(len(ids), -1)
    for pmid, journal_id in read_article_journals(db, held):
        journal_of[np.searchsorted(ids, pmid)] = places[journal_id]
    tails, heads = journal_of[citing], journal_of[cited]
    known = (tails >= 0) & (heads >= 0)
    ones = np.ones(int(known.sum()), dtype=np.int64)
    return sp.csr_array((ones, (tails[known], heads[known])), shape=(len(places), len(places)))


def _blocks(counts: sp.csr_array) -> Iterator[Block]:
    for start in range(0, counts.shape[0], _ROWS):
        part = counts[start : start + _ROWS]
        part.sort_indices()
        tails = np.repeat(np.arange(start, start + part.shape[0]), np.diff(part.indptr))
        yield Block(tails, part.indices.astype(np.int64), part.data)
