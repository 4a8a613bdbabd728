"""The structure of a field as steps of a graph run: main path, reference years, retractions, and the map."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from graph.citation_graph import CitationGraph
from graph.layout.field_map import APART, FEWEST, LONGEST, MAP, MOST, NEAREST, field_map
from graph.measures.big_float import log10_of, shares_of
from graph.measures.main_path import KEYS, MainPaths, main_paths
from graph.measures.path_counts import cycles
from graph.measures.retractions import AFTER, BEFORE, SAME_YEAR, TIMINGS, UNKNOWN, Exposure, Retracted, exposure
from graph.measures.rpys import TOP, WINDOW, Spectrum, spectrum
from graph.run_context import Field, Job
from kb.printed.title_and_year import year_in
from kb.queries.citations import Ids
from kb.queries.structure import NoticeRow, read_notices
from kb.store.measures import WorkPosition
from kb.store.structure import (
    CycleWork,
    ExposedWork,
    MainPathStep,
    PeakWork,
    ReferenceYear,
    Retraction,
    save_cycles,
    save_main_path,
    save_reference_years,
    save_retractions,
)


def main_path_step(job: Job, keys: int = KEYS) -> None:
    """The global main path and key routes, and the cycles that they pass as one."""
    citations = job.field.citations
    found = job.timed("main_path", lambda: main_paths(citations, keys), weights="search path count", keys=keys)
    numbers = job.timed("citation_cycles", lambda: cycles(citations))
    steps = list(_path_rows(citations, found))
    on_cycle = np.flatnonzero(numbers)
    rows = zip(citations.ids[on_cycle].tolist(), numbers[on_cycle].tolist(), strict=True)
    members = [CycleWork(*row) for row in rows]
    job.keep("main_path", "main path", lambda db, run_id: save_main_path(db, steps, run_id=run_id))
    job.keep("citation_cycles", "works on cycles", lambda db, run_id: save_cycles(db, members, run_id=run_id))


def _path_rows(citations: CitationGraph, found: MainPaths) -> Iterator[MainPathStep]:
    counts = found.counts
    routes = [("main", 1, found.main), *(("key route", n, route) for n, route in enumerate(found.routes, start=1))]
    if not len(found.main):
        return
    shares, logarithms = shares_of(counts.weights, counts.total), log10_of(counts.weights)
    order = np.argsort(counts.stops.places)
    for path, route, places in routes:
        weights = order[np.searchsorted(counts.stops.places, places, sorter=order)]
        columns = (
            citations.ids[citations.cited[places]], citations.ids[citations.citing[places]],
            shares[weights], logarithms[weights],
        )  # fmt: skip
        for position, row in enumerate(zip(*(column.tolist() for column in columns), strict=True), start=1):
            yield MainPathStep(path, route, position, *row)


def reference_years_step(job: Job) -> None:
    """The years that the held articles draw on; only of these is the whole list of references known."""
    citations, years = job.field.citations, job.field.years
    of_held = np.isin(citations.ids[citations.citing], job.field.held)
    references = citations._replace(citing=citations.citing[of_held], cited=citations.cited[of_held])
    found = job.timed(
        "reference_years", lambda: spectrum(references, years), median_of=WINDOW, works_of_a_peak=TOP, citing="held"
    )
    rows, behind = _year_rows(found), _peak_rows(citations.ids, found)
    job.keep("reference_years", "reference years", lambda db, run: save_reference_years(db, rows, behind, run_id=run))


def _year_rows(found: Spectrum) -> list[ReferenceYear]:
    years, references, works, deviations, peaks = (column.tolist() for column in found.known)
    known = zip(years, references, works, deviations, map(int, peaks), strict=True)
    rows = [ReferenceYear(*row) for row in known]
    if found.unknown.references:
        rows.append(ReferenceYear(None, *found.unknown, None, None))
    return rows


def _peak_rows(ids: Ids, found: Spectrum) -> list[PeakWork]:
    return [
        PeakWork(year, position, int(ids[place]), references)
        for year, works in found.behind.items()
        for position, (place, references) in enumerate(works, start=1)
    ]


def retractions_step(job: Job) -> None:
    """The retracted articles, and the works that stand on them by one step or two."""
    citations, years = job.field.citations, job.field.years
    noticed = list(_noticed(job.field))
    retracted = [article for article, _ in noticed]
    found = job.timed("retractions", lambda: exposure(citations, years, retracted), steps=2)
    exposed = list(_exposed_rows(citations.ids, retracted, found))
    rows = [_retraction_row(place, *article, found) for place, article in enumerate(noticed)]
    job.keep("retractions", "retractions", lambda db, run: save_retractions(db, rows, exposed, run_id=run))


def _noticed(field: Field) -> Iterator[tuple[Retracted, str | None]]:
    """Yield the retracted articles, and where the year of their first notice is from."""
    for work, notices in groupby(read_notices(field.db), key=lambda notice: notice.id):
        rows = list(notices)
        year, source = first_notice(rows)
        yield Retracted(work, year, [row.notice_id for row in rows if row.notice_id is not None]), source


def first_notice(notices: list[NoticeRow]) -> tuple[int | None, str | None]:
    """Return the year of the first notice of an article, and what says so; None, None: nothing does.

    A notice's own record knows best; where it is not held, PubMed prints when and where the notice appeared.

    Examples
    --------
    >>> first_notice([NoticeRow(1, 9, None, "Lancet. 2010 Feb 6;375(9713):445"), NoticeRow(1, 8, 2011, None)])
    (2010, 'printed')
    """
    dated = [(row.record_year, "record") for row in notices if row.record_year is not None]
    held = {row.notice_id for row in notices if row.record_year is not None}
    for row in notices:
        year = year_in(row.printed) if row.printed and row.notice_id not in held else None
        if year is not None:
            dated.append((year, "printed"))
    return min(dated, key=lambda said: said[0], default=(None, None))


def _exposed_rows(ids: Ids, retracted: list[Retracted], found: Exposure) -> Iterator[ExposedWork]:
    works = ids[found.works].tolist()
    columns = (column.tolist() for column in (found.retracted, found.steps, found.through, found.timing))
    for work, article, steps, through, timing in zip(works, *columns, strict=True):
        yield ExposedWork(retracted[article].id, work, steps, through, TIMINGS[timing])


def _retraction_row(place: int, article: Retracted, source: str | None, found: Exposure) -> Retraction:
    mine = found.retracted == place
    direct = mine & (found.steps == 1)
    often = np.bincount(found.timing[direct], minlength=len(TIMINGS)).tolist()
    two_steps = int(np.count_nonzero(mine & (found.steps == 2)))
    return Retraction(
        article.id, article.notice_year, source,
        sum(often), often[BEFORE], often[SAME_YEAR], often[AFTER], often[UNKNOWN], two_steps,
    )  # fmt: skip


def map_rows(job: Job, communities: Ids) -> list[WorkPosition]:
    """Return where the most linked works stand on the map, given the communities of all."""
    citations, years = job.field.citations, job.field.years
    places = job.timed(
        "map", lambda: field_map(citations, years, communities),
        works=MOST, apart=APART, longest=LONGEST, nearest=NEAREST, fewest=FEWEST,
    )  # fmt: skip
    on = np.flatnonzero(~np.isnan(places.x))
    stands = zip(citations.ids[on].tolist(), places.x[on].tolist(), places.y[on].tolist(), strict=True)
    job.found["works on the map"] = len(on)
    return [WorkPosition(work, MAP, x, y) for work, x, y in stands]
