"""The index of facets: which values each held article has, and the orders of all. Triggers empty it: see the DDL."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kb.database import long_values
from kb.queries.citations import Ids
from kb.queries.search.facets import FACETS, PLACES_BELOW, STEP_BELOW
from kb.queries.search.matches import ORDERS
from kb.queries.search.mesh import HERE_OR_BELOW
from kb.queries.search.query_tree import parse_years

INDEXED: Final = ("year", "type", "journal", "mesh", "heading", "community", "language", "retracted", "free")
ANSWERED: Final = frozenset({*INDEXED, "branch"})  # facets that the index can count and narrow by
ORDERED: Final = tuple(order for order in ORDERS if order != "relevance")
PMIDS: Final = "pmids"  # the order of PMIDs, whose entry has them; others have places among them
PLACE: Final = np.dtype("<u4")  # a PMID, or a place among all held articles
_BELOW: Final = HERE_OR_BELOW.format(v=":value")
_IN_BRANCH: Final = f"select descriptor_ui from mesh_tree b where {_BELOW}"
_OF_BRANCHES: Final = f"select descriptor_ui, {STEP_BELOW} from ({PLACES_BELOW})"
_AT_ONCE: Final = 64  # branches, a bit each

Mask: TypeAlias = NDArray[np.bool_]  # of all held articles in the order of their PMIDs
Numbers: TypeAlias = NDArray[np.unsignedinteger[Any]]


class Values(NamedTuple):
    """Of a facet its values, how many of them each held article has, and which, one article after the other."""

    values: list[Any]
    lengths: Numbers
    numbers: Numbers

    @property
    def owners(self) -> NDArray[np.uint32]:
        """The place of the article that has each of the numbers."""
        return np.repeat(np.arange(len(self.lengths), dtype=np.uint32), self.lengths)


def read_indexed(db: sqlite3.Connection) -> Ids:
    """Return the PMIDs of all held articles in their order; none where there is no index of them now."""
    return _read_order(db, PMIDS)


def read_ordered(db: sqlite3.Connection, order: str, found: Mask) -> Ids:
    """Return where the articles found stand among all held ones, in one of ORDERED."""
    places = _read_order(db, order)
    return places[found[places]]


def _read_order(db: sqlite3.Connection, order: str) -> Ids:
    with long_values(db):
        row = db.execute("select articles from facet_orders where name = ?", (order,)).fetchone()
    return np.frombuffer(row[0] if row else b"", dtype=PLACE).astype(np.int64)


def places_among(held: Ids, pmids: Ids) -> Ids:
    """Return where among held, which ascend, pmids stand, ascending, each once; those that are not there left out."""
    ordered = np.sort(pmids)
    wanted = ordered[np.diff(ordered, prepend=-1) > 0]  # np.unique() hashes: five times the time
    places: Ids = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
    found: Ids = places[held[places] == wanted]
    return found


def read_having(db: sqlite3.Connection, facet: str, wanted: Collection[str], articles: int) -> Mask:
    """Return which of all articles have one of the values wanted, as an address gives them."""
    of = _read_values(db, "heading" if facet == "branch" else facet, articles)
    if facet == "year":
        meant = np.logical_or.reduce([_within(np.array(of.values, dtype=np.int64), years) for years in wanted])
    else:
        keys = _headings(db, wanted) if facet == "branch" else {*wanted}
        meant = np.array([str(value) in keys for value in of.values], dtype=np.bool_)
    mask = np.zeros(articles, dtype=np.bool_)
    mask[of.owners[meant[of.numbers]]] = True
    return mask


def _within(found: Ids, years: str) -> Mask:
    first, last = parse_years(years) or (1, 0)
    return (found >= (-9999 if first is None else first)) & (found <= (9999 if last is None else last))


def _headings(db: sqlite3.Connection, branches: Collection[str]) -> set[str]:
    return {row[0] for branch in branches for row in db.execute(_IN_BRANCH, {"value": branch})}


def count_having(
    db: sqlite3.Connection, facet: str, found: Mask, steps: dict[str, str], most: int | None = None
) -> Iterator[tuple[Any, int]]:
    """Yield the values of a facet with how many of the articles found have each, the commonest first.

    Values that none has are left out, and those after so many. Time grows with the file, not with what is found.
    steps says which branches: see kb.queries.search.result_set.
    """
    if facet == "branch":
        values, counts = _count_branches(
            _read_values(db, "heading", len(found)), db.execute(_OF_BRANCHES, steps), found
        )
    else:
        of = _read_values(db, facet, len(found))
        values, counts = of.values, np.bincount(of.numbers[np.repeat(found, of.lengths)], minlength=len(of.values))
    for place in np.argsort(-counts, kind="stable")[:most]:
        if counts[place]:
            yield values[place], int(counts[place])


def _count_branches(of: Values, placed: Iterable[tuple[str, str]], found: Mask) -> tuple[list[str], Ids]:
    """Return branches, and how many of the articles found have a heading in each, whatever headings it has there."""
    headings = {value: place for place, value in enumerate(of.values)}
    below: dict[str, list[int]] = {}
    for heading, branch in placed:
        if heading in headings:
            below.setdefault(branch, []).append(headings[heading])
    branches, has_any = sorted(below), of.lengths > 0
    starts = (np.cumsum(of.lengths, dtype=np.int64) - of.lengths)[has_any]
    counts = [np.empty(0, dtype=np.int64)]
    for first in range(0, len(branches), _AT_ONCE):
        bits = np.zeros(len(of.values), dtype=np.uint64)  # a bit for each branch
        for place, branch in enumerate(branches[first : first + _AT_ONCE]):
            bits[below[branch]] |= np.uint64(1 << place)
        counts.append(_count_bits(np.bitwise_or.reduceat(bits[of.numbers], starts)[found[has_any]]))
    return branches, np.concatenate(counts)[: len(branches)]


def _count_bits(numbers: NDArray[np.uint64]) -> Ids:
    """Return how many of the numbers have each of their 64 bits, the lowest first: each byte is looked up once."""
    of_byte = np.unpackbits(np.arange(256, dtype=np.uint8)[:, np.newaxis], axis=1, bitorder="little").astype(np.int64)
    by_place = numbers.astype("<u8").view(np.uint8).reshape(-1, 8)
    return np.concatenate([np.bincount(by_place[:, place], minlength=256) @ of_byte for place in range(8)])


def _read_values(db: sqlite3.Connection, facet: str, articles: int) -> Values:
    with long_values(db):
        row = db.execute("select names, lengths, numbers from facet_values where facet = ?", (facet,)).fetchone()
    values: list[Any] = json.loads(row[0])
    numbers = np.frombuffer(row[2], dtype=smallest(len(values)))
    return Values(values, np.frombuffer(row[1], dtype=f"<u{len(row[1]) // articles}"), numbers)


def smallest(most: int) -> np.dtype[Any]:
    """Return the type of fewest bytes for whole numbers up to most."""
    return np.min_scalar_type(most).newbyteorder("<")


def read_values(db: sqlite3.Connection, name: str) -> Iterator[tuple[Any, Ids]]:
    """Yield each value of a facet with the works that have it, in no order, some more than once."""
    facet = FACETS[name]
    rows = db.execute(f"select {facet.column}, group_concat(t.{facet.pmid}) from {facet.rows()} group by 1")
    yield from ((value, np.fromstring(joined, dtype=np.int64, sep=",")) for value, joined in rows)


def read_places(db: sqlite3.Connection, held: Ids, order: str) -> Ids:
    """Return the places of all held articles in one of ORDERED, as the rows say."""
    rows = db.execute(
        f"""select a.pmid from articles a left join article_metrics m on m.id = a.pmid
        order by {ORDERS[order]}, a.pmid desc"""
    )
    return np.searchsorted(held, np.fromiter((row[0] for row in rows), dtype=np.int64))
