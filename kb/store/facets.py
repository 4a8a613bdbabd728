"""The index of facets: of each value, which of the held articles have it."""

import sqlite3
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from kb.queries.citations import Ids
from kb.queries.search.facet_index import BLOCK, INDEXED, PLACE, PMID, places_among, read_values
from kb.queries.works.records import read_held_pmids


def save_facet_index(db: sqlite3.Connection) -> None:
    """Replace the index by one of the articles that are held now; a change of any article empties it again."""
    db.execute("delete from facet_values")
    db.execute("delete from facet_blocks")
    held = np.fromiter(read_held_pmids(db), dtype=np.int64)
    if not len(held):
        return
    for block, pmids in enumerate(np.split(held, range(BLOCK, len(held), BLOCK))):
        db.execute("insert into facet_blocks (block, pmids) values (?, ?)", (block, pmids.astype(PMID).tobytes()))
    for name in INDEXED:
        rows = chain.from_iterable(_of_blocks(name, value, held, pmids) for value, pmids in read_values(db, name))
        db.executemany("insert into facet_values (facet, value, block, articles, places) values (?, ?, ?, ?, ?)", rows)


def _of_blocks(name: str, value: Any, held: Ids, pmids: Ids) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of one value: those of its articles that are held, by block."""
    places = places_among(held, pmids)
    blocks, starts = np.unique(places // BLOCK, return_index=True)
    parts = np.split(places % BLOCK, starts[1:])
    for block, within in zip(blocks.tolist(), parts, strict=False):  # no block, one empty part: none of them is held
        yield name, value, block, len(within), within.astype(PLACE).tobytes()
