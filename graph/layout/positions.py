"""Where works stand on the timeline and on the map: both layouts as a measure."""

from typing import Final

import numpy as np

from graph.layout.field_map import APART, FEWEST, LONGEST, MAP, MOST, NEAREST, field_map
from graph.layout.timeline import BANDS, GAP, ROUNDS, TIMELINE, Positions, timeline
from graph.measure import LATE, Measure
from graph.run_context import Job
from kb.queries.citations import Ids
from kb.store.computed import TableColumns


def _step(job: Job) -> None:
    """Compute and keep the positions of works, by their communities."""
    citations, years, numbers = job.field.citations, job.field.years, job.shared["communities"]
    in_time = job.timed("timeline", lambda: timeline(citations, years, numbers), bands=BANDS, gap=GAP, rounds=ROUNDS)
    on_map = job.timed(
        "map", lambda: field_map(citations, years, numbers),
        works=MOST, apart=APART, longest=LONGEST, nearest=NEAREST, fewest=FEWEST,
    )  # fmt: skip
    job.found["works on the map"] = int(np.count_nonzero(~np.isnan(on_map.x)))
    layouts = [_columns(citations.ids, TIMELINE, in_time), _columns(citations.ids, MAP, on_map)]
    job.keep_rows("timeline", "work_positions", layouts, found="positions")


def _columns(ids: Ids, layout: str, places: Positions) -> TableColumns:
    on = np.flatnonzero(~np.isnan(places.x))
    return {"id": ids[on], "layout": [layout] * len(on), "x": places.x[on], "y": places.y[on]}


MEASURES: Final = (
    Measure(
        name="positions",
        tables=("work_positions",),
        step=_step,
        tells="where works stand by year, and where near the works that they are linked with",
        paper="[two](#positions)",
        cost="10 passes over m; the square of 500 works",
        parts=("timeline", "map"),
        when=LATE,
    ),
)
