"""What a search finds: all its articles, a page of them in an order, and how many have each value of a facet."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from kb.queries.citations import Ids
from kb.queries.search.facet_index import (
    ANSWERED,
    Mask,
    count_having,
    places_among,
    read_having,
    read_indexed,
    read_ordered,
)
from kb.queries.search.facets import FACETS, PLACES_BELOW, STEP_BELOW, FacetValue, Filters, narrowed, read_label
from kb.queries.search.matches import Wanted, read_found, read_matching, read_most_relevant, read_pmids

MOST_VALUES: Final = 30  # of one facet that are shown, but for years: those that most articles have
RANKED: Final = 50_000  # articles whose relevance is computed; where more match, those of candidates_of()
_SHARE: Final = 400  # use the index where at least one in so many held articles matches; below, counting rows is faster
_LISTED: Final = 20_000  # articles found that are given to SQLite as a list, so that words are not searched again
_Counted: TypeAlias = list[tuple[Any, int]]  # (value, articles)


class ResultSet(NamedTuple):
    """The articles that are found: as SQL has them, and their PMIDs, ascending."""

    wanted: Wanted
    pmids: Ids
    held: Ids  # all articles, in the order of the index of facets; none where there is no index now
    without: Wanted  # what the index of facets has not answered

    @property
    def mask(self) -> Mask:
        """Which of the held ones they are."""
        mask = np.zeros(len(self.held), dtype=np.bool_)
        mask[np.searchsorted(self.held, self.pmids)] = True
        return mask


def read_found_articles(db: sqlite3.Connection, unfiltered: Wanted, filters: Filters = ()) -> ResultSet:
    """Return what is wanted and meets all filters, by the index of facets where there is one now."""
    wanted, held = narrowed(unfiltered, filters), read_indexed(db)
    if not len(held):
        return ResultSet(wanted, read_pmids(db, wanted), held, wanted)
    answered = [*unfiltered.typed, *((facet, (value,)) for facet, value in filters if facet in ANSWERED)]
    others = [one for one in filters if one[0] not in ANSWERED]
    without = narrowed(unfiltered._replace(where=unfiltered.untyped), others)
    pmids = held if without.where == "1" else read_pmids(db, without)
    if answered:
        meets = np.logical_and.reduce([read_having(db, *one, len(held)) for one in answered])
        pmids = pmids[meets[np.searchsorted(held, pmids)]]
    return ResultSet(wanted, pmids, held, without)


def ranked_of(found: ResultSet, sort: str) -> int | None:
    """Return how many of the articles found are put in order by relevance; None: all."""
    is_all = sort != "relevance" or not found.wanted.is_ranked or len(found.pmids) <= RANKED
    return None if is_all else RANKED


def candidates_of(db: sqlite3.Connection, found: ResultSet) -> Ids:
    """Return the articles found that are put in order by relevance, ascending: all, of very many RANKED ones.

    Relevance takes most of the time of a search that nearly all articles match. Words that all must match are then
    common ones, which tell little, and the highest PMIDs are taken; of alternatives first those with the rarest words.
    """
    if len(found.pmids) <= RANKED or not found.wanted.alternatives:
        return found.pmids[-RANKED:]
    chosen = np.zeros(len(found.pmids), dtype=np.bool_)
    for pmids in sorted((read_matching(db, words, RANKED + 1) for words in found.wanted.alternatives), key=len):
        more = chosen.copy()
        more[places_among(found.pmids, pmids)] = True
        if len(pmids) > RANKED or np.count_nonzero(more) > RANKED:  # of a common word not all were read
            break
        chosen = more
    others = np.flatnonzero(~chosen)
    chosen[others[len(others) - (RANKED - np.count_nonzero(chosen)) :]] = True
    return found.pmids[chosen]


def read_page(db: sqlite3.Connection, found: ResultSet, *, sort: str, limit: int, offset: int = 0) -> list[int]:
    """Return the PMIDs found from offset on, in one of kb.queries.search.matches.ORDERS.

    By relevance no more are returned than ranked_of() says.
    """
    if not len(found.pmids):
        return []
    if sort == "relevance" and found.wanted.is_ranked:
        among = candidates_of(db, found)
        is_latest = len(among) == len(found.pmids) or not found.wanted.alternatives
        is_all = is_latest and (found.without.where, found.wanted.ranking) == (found.wanted.where, found.wanted.match)
        return read_most_relevant(db, found.without, among, is_all=is_all, limit=limit, offset=offset)
    if len(found.held):
        places = read_ordered(db, "date" if sort == "relevance" else sort, found.mask)
        page: list[int] = found.held[places[offset : offset + limit]].tolist()
        return page
    return read_found(db, found.wanted, sort=sort, limit=limit, offset=offset)


def read_facets(db: sqlite3.Connection, found: ResultSet, names: Sequence[str]) -> dict[str, list[FacetValue]]:
    """Return by facet the values that the articles found have, with counts; a facet without any is left out."""
    steps, counted = _step_below(found.wanted), dict[str, _Counted]()
    if len(found.pmids) * _SHARE > len(found.held) > 0:
        mask = found.mask
        most = dict.fromkeys(names, MOST_VALUES) | {"year": None}
        counted = {name: [*count_having(db, name, mask, steps, most[name])] for name in names if name in ANSWERED}
    counted |= _count_by_rows(db, found, [name for name in names if name not in counted], steps)
    return {name: _labelled(db, name, values) for name, values in counted.items() if values}


def _step_below(wanted: Wanted) -> dict[str, str]:
    """Return between which tree numbers the branches to choose stand: below the deepest one chosen, else all."""
    chosen = [str(value) for name, value in wanted.values.items() if name.startswith("branch")]
    deepest = max(chosen, key=len, default="")
    return {"under": f"{deepest}.", "over": f"{deepest}/"} if deepest else {"under": "", "over": "~"}


def _count_by_rows(
    db: sqlite3.Connection, found: ResultSet, names: Iterable[str], steps: dict[str, str]
) -> dict[str, _Counted]:
    """Look up the rows of each article found."""
    counted: dict[str, _Counted] = {name: [] for name in names}
    arms = [f"select '{name}', * from ({_rows_of(name)})" for name in counted]
    if arms:
        is_short = len(found.pmids) <= _LISTED
        pmids = "select value from json_each(:found)" if is_short else found.wanted.pmids
        values = {"found": json.dumps(found.pmids.tolist())} if is_short else found.wanted.values
        rows = db.execute(
            f"with found (pmid) as materialized ({pmids}) {' union all '.join(arms)}", {**values, **steps}
        )
        for name, value, articles in rows:
            counted[name].append((value, articles))
    return counted


def _rows_of(name: str) -> str:
    """Return a select of the values that the articles ``found`` have, with counts."""
    if name == "branch":
        return f"""select {STEP_BELOW}, count(distinct h.pmid) from found f
            cross join mesh_headings h on h.pmid = f.pmid
            join ({PLACES_BELOW}) b on b.descriptor_ui = h.descriptor_ui group by 1"""
    facet = FACETS[name]
    return f"""select {facet.column}, count(distinct f.pmid) from found f
        cross join {facet.rows(f"t.{facet.pmid} = f.pmid")} group by 1"""


def _labelled(db: sqlite3.Connection, facet: str, values: _Counted) -> list[FacetValue]:
    """Return the values that are shown, in their order: years from the last, others by how many articles have them."""
    if facet == "year":
        shown = sorted(values, reverse=True)
    else:
        shown = nsmallest(MOST_VALUES, values, key=lambda pair: (-pair[1], pair[0]))
    return [FacetValue(str(value), read_label(db, facet, value) or str(value), n) for value, n in shown]
