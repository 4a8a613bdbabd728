"""The index of facets: the held articles of each value. A trigger empties it when an article changes."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kb.queries.citations import Ids
from kb.queries.search.facets import FACETS, PLACES_BELOW, STEP_BELOW
from kb.queries.search.query_tree import parse_years

INDEXED: Final = ("year", "type", "journal", "mesh", "heading", "community", "language", "retracted", "free")
ANSWERED: Final = frozenset({*INDEXED, "branch"})  # facets that the index can count and narrow by
BLOCK: Final = 65_536  # articles of a block: a place in it takes two bytes
PMID: Final = np.dtype("<u4")  # as the index holds them
PLACE: Final = np.dtype("<u2")
_COLUMNS: Final = "v.block, v.articles, v.places"
_OF_FACET: Final = f"select v.value, {_COLUMNS} from facet_values v where v.facet = :facet"
_OF_BRANCHES: Final = f"""select {STEP_BELOW} as value, {_COLUMNS}
    from ({PLACES_BELOW}) b cross join facet_values v on v.facet = 'heading' and v.value = b.descriptor_ui order by 1"""
_IN_BRANCH: Final = f"""select b.tree_number, {_COLUMNS}
    from mesh_tree b cross join facet_values v on v.facet = 'heading' and v.value = b.descriptor_ui
    where b.tree_number = :value or b.tree_number > :value || '.' and b.tree_number < :value || '/'"""

Mask: TypeAlias = NDArray[np.bool_]  # of all held articles in the order of their PMIDs
_Row: TypeAlias = tuple[Any, int, int, bytes]  # value, block, articles, their places in it


def read_indexed(db: sqlite3.Connection) -> Ids:
    """Return the PMIDs of all held articles in their order; none where there is no index of them now."""
    blocks = db.execute("select pmids from facet_blocks order by block")
    return np.frombuffer(b"".join(row[0] for row in blocks), dtype=PMID).astype(np.int64)


def places_among(held: Ids, pmids: Ids) -> Ids:
    """Return where among held, which ascend, pmids stand, ascending, each once; those that are not there left out."""
    ordered = np.sort(pmids)
    wanted = ordered[np.diff(ordered, prepend=-1) > 0]  # np.unique() hashes: five times the time
    places: Ids = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
    found: Ids = places[held[places] == wanted]
    return found


def read_having(db: sqlite3.Connection, facet: str, value: str, articles: int) -> Mask:
    """Return which of all articles have a value, as an address gives it."""
    if facet == "year":
        first, last = parse_years(value) or (1, 0)
        values = {"facet": facet, "first": -9999 if first is None else first, "last": 9999 if last is None else last}
        return _mask(db.execute(f"{_OF_FACET} and v.value between :first and :last", values).fetchall(), articles)
    if facet == "branch":
        return _mask(db.execute(_IN_BRANCH, {"value": value}).fetchall(), articles)
    key = int(value) if facet == "community" and value.isdecimal() else value
    return _mask(db.execute(f"{_OF_FACET} and v.value = :key", {"facet": facet, "key": key}).fetchall(), articles)


def count_having(db: sqlite3.Connection, facet: str, found: Mask, steps: dict[str, str]) -> Iterator[tuple[Any, int]]:
    """Yield the values of a facet with how many of the articles found have each, those that some have.

    Time grows with the file, not with what is found. steps says which branches: see kb.queries.search.result_set.
    """
    if facet == "branch":  # an article counts once, whatever headings it has there
        of_branches = groupby(db.execute(_OF_BRANCHES, steps), key=itemgetter(0))
        counts = {branch: int(np.count_nonzero(_mask([*rows], len(found)) & found)) for branch, rows in of_branches}
    else:
        counts = _counted(db.execute(_OF_FACET, {"facet": facet}).fetchall(), found)
    yield from ((value, articles) for value, articles in counts.items() if articles)


def _counted(rows: Sequence[_Row], found: Mask) -> dict[Any, int]:
    counts: Counter[Any] = Counter()
    if rows:
        starts = np.cumsum([0, *(articles for _, _, articles, _ in rows[:-1])])
        of_rows = np.add.reduceat(found[_places(rows)], starts, dtype=np.int64)
        for row, articles in zip(rows, of_rows.tolist(), strict=True):
            counts[row[0]] += articles
    return counts


def _mask(rows: Sequence[_Row], articles: int) -> Mask:
    mask = np.zeros(articles, dtype=np.bool_)
    if rows:
        mask[_places(rows)] = True
    return mask


def _places(rows: Sequence[_Row]) -> NDArray[np.integer[Any]]:
    """Return where among all held articles those of rows stand, one row after the other."""
    _, blocks, articles, places = zip(*rows, strict=True)
    within = np.frombuffer(b"".join(places), dtype=PLACE)
    return within if not any(blocks) else within + np.repeat(np.array(blocks) * BLOCK, articles)


def read_values(db: sqlite3.Connection, name: str) -> Iterator[tuple[Any, Ids]]:
    """Yield each value of a facet with the works that have it, in no order, some more than once."""
    facet = FACETS[name]
    rows = db.execute(f"select {facet.column}, group_concat(t.{facet.pmid}) from {facet.rows()} group by 1")
    yield from ((value, np.fromstring(joined, dtype=np.int64, sep=",")) for value, joined in rows)
