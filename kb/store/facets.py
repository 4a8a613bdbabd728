"""The index of facets: which values each of the held articles has, and the orders of all."""

import json
import sqlite3

import numpy as np

from kb.queries.citations import Ids
from kb.queries.search.facet_index import (
    INDEXED,
    ORDERED,
    PLACE,
    PMIDS,
    places_among,
    read_places,
    read_values,
    smallest,
)
from kb.queries.works.records import read_held_pmids


def save_facet_index(db: sqlite3.Connection) -> None:
    """Replace the index by one of the articles that are held now; a change of any article empties it again."""
    db.execute("delete from facet_values")
    db.execute("delete from facet_orders")
    held = np.fromiter(read_held_pmids(db), dtype=np.int64)
    if not len(held):
        return
    for order in (PMIDS, *ORDERED):
        articles = held if order == PMIDS else read_places(db, held, order)
        db.execute("insert into facet_orders values (?, ?)", (order, articles.astype(PLACE).tobytes()))
    for facet in INDEXED:
        _save_values(db, facet, held)


def _save_values(db: sqlite3.Connection, facet: str, held: Ids) -> None:
    found = [(value, places) for value, pmids in read_values(db, facet) if len(places := places_among(held, pmids))]
    values = [value for value, _ in found]
    places = np.concatenate([np.empty(0, dtype=np.int64), *(places for _, places in found)])
    numbers = np.repeat(np.arange(len(values)), [len(places) for _, places in found])
    lengths = np.bincount(places, minlength=len(held))
    row = (
        facet,
        json.dumps(values),
        lengths.astype(smallest(lengths.max())).tobytes(),
        numbers[np.argsort(places, kind="stable")].astype(smallest(len(values))).tobytes(),
    )
    db.execute("insert into facet_values values (?, ?, ?, ?)", row)
