"""What a search finds: all its articles, a page of them in an order, and how many have each value of a facet."""

import sqlite3
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from kb.queries.citations import Ids
from kb.queries.search.facet_index import ANSWERED, count_having, read_having, read_indexed
from kb.queries.search.facets import FACETS, PLACES_BELOW, STEP_BELOW, FacetValue, Filters, narrowed, read_label
from kb.queries.search.matches import EVERYTHING, RANKED, Wanted, read_found, read_pmids

MOST_VALUES: Final = 30  # of one facet that are shown, but for years: those that most articles have
_SHARE: Final = (
    50  # use the index where at least one in so many held articles matches; below that, counting rows is faster
)
_MOST: Final = 4  # where one in so many meets the filters, they lead to too many
_Counted: TypeAlias = list[tuple[Any, int]]  # (value, articles)


class ResultSet(NamedTuple):
    """The articles that are found: as SQL has them, and their PMIDs in no order."""

    wanted: Wanted
    pmids: Ids
    without: Wanted  # the filters that the index of facets has answered
    share: float  # of those that the others leave


def read_found_articles(db: sqlite3.Connection, unfiltered: Wanted, filters: Filters = ()) -> ResultSet:
    """Return what is wanted and meets all filters, by the index of facets where there is one now."""
    wanted, held = narrowed(unfiltered, filters), read_indexed(db)
    answered = [one for one in filters if one[0] in ANSWERED] if len(held) else []
    without = narrowed(unfiltered, [one for one in filters if one not in answered])
    pmids = held if len(held) and without == EVERYTHING else read_pmids(db, without)
    if not answered:
        return ResultSet(wanted, pmids, wanted, 1.0)
    meets = np.logical_and.reduce([read_having(db, *one, len(held)) for one in answered])
    meeting = pmids[meets[np.searchsorted(held, pmids)]]
    return ResultSet(wanted, meeting, without, len(meeting) / max(len(pmids), 1))


def ranked_of(found: ResultSet, sort: str) -> int | None:
    """Return how many of the articles found are put in order by relevance; None: all.

    Relevance takes most of the time of a search that nearly all articles match. Words that all must match are then
    common ones, which tell little; of alternatives one may be rare, so that all are compared.
    """
    is_all = sort != "relevance" or not found.wanted.is_ranked or found.wanted.is_alternative
    return None if is_all or len(found.pmids) <= RANKED else RANKED


def read_page(db: sqlite3.Connection, found: ResultSet, *, sort: str, limit: int, offset: int = 0) -> list[int]:
    """Return the PMIDs found from offset on, in one of kb.queries.search.matches.ORDERS.

    Words, or most of all articles, are gone through; else the values of the filters lead to the articles. By relevance
    no more are returned than ranked_of() says.
    """
    ranked = ranked_of(found, sort)
    if found.without != found.wanted and (found.wanted.is_ranked or found.share * _MOST > 1):
        return read_found(db, found.without, among=found.pmids, sort=sort, limit=limit, offset=offset, ranked=ranked)
    return read_found(db, found.wanted, sort=sort, limit=limit, offset=offset, ranked=ranked)


def read_facets(db: sqlite3.Connection, found: ResultSet, names: Sequence[str]) -> dict[str, list[FacetValue]]:
    """Return by facet the values that the articles found have, with counts; a facet without any is left out."""
    held, steps = read_indexed(db), _step_below(found.wanted)
    is_quick = len(found.pmids) * _SHARE > len(held) > 0
    counted: dict[str, _Counted] = {}
    if is_quick:
        mask = np.zeros(len(held), dtype=np.bool_)
        mask[np.searchsorted(held, found.pmids)] = True
        counted = {name: [*count_having(db, name, mask, steps)] for name in names if name in ANSWERED}
    counted |= _count_by_rows(db, found.wanted, [name for name in names if name not in counted], steps)
    return {name: _labelled(db, name, values) for name, values in counted.items() if values}


def _step_below(wanted: Wanted) -> dict[str, str]:
    """Return between which tree numbers the branches to choose stand: below the deepest one chosen, else all."""
    chosen = [str(value) for name, value in wanted.values.items() if name.startswith("branch")]
    deepest = max(chosen, key=len, default="")
    return {"under": f"{deepest}.", "over": f"{deepest}/"} if deepest else {"under": "", "over": "~"}


def _count_by_rows(
    db: sqlite3.Connection, wanted: Wanted, names: Iterable[str], steps: dict[str, str]
) -> dict[str, _Counted]:
    """Look up the rows of each article found."""
    counted: dict[str, _Counted] = {name: [] for name in names}
    arms = [f"select '{name}', * from ({_rows_of(name)})" for name in counted]
    if arms:
        rows = db.execute(
            f"with found (pmid) as materialized ({wanted.pmids}) {' union all '.join(arms)}", {**wanted.values, **steps}
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
